/// What `vm.oom_kill_allocating_task` does in an OOM of the machine.
///
/// Kernel: `out_of_memory()`, mm/oom_kill.c.
package enum AllocatingTaskRule: Equatable, Sendable {
  /// There is no such sysctl: to 2.6.23.
  case none
  /// The invoker, or nobody if it cannot be killed: 2.6.24 to 2.6.29, commit fe071d7e8aa.
  case orNobody
  /// The invoker; selection decides if it cannot be killed: 2.6.30 to 3.1 and since 3.6.
  case orSelection
  /// The invoker, even at -1000: 3.2 to 3.5.
  case evenDisabled
}

extension State {
  /// The process that asked, where it is taken without a selection.
  func allocatingTask(_ oc: OOMControl) -> Int? {
    guard oc.memcg == nil, vm.oomKillAllocatingTask, rules.outOfMemory.allocatingTask != .none,
      let invoker = oc.invoker, canBeAllocatingTask(invoker, oc)
    else { return nil }
    return invoker
  }

  private func canBeAllocatingTask(_ invoker: Int, _ oc: OOMControl) -> Bool {
    guard tasks.isAlive(invoker) else { return false }
    // Before 2.6.36 the kill itself finds out what cannot be killed.
    if rules.badness.isLegacy { return true }
    if tasks.pids[invoker] == 1 || tasks.isKernelThread(invoker) { return false }
    if oc.foreign.contains(invoker) { return false }
    if rules.outOfMemory.allocatingTask == .evenDisabled { return true }
    if tasks.effectiveAdj(invoker) == -1000 { return false }
    return tasks.exemption(invoker) != .sharerDisabled
  }
}

extension RulesByRelease {
  /// What `vm.oom_kill_allocating_task` does.
  @_optimize(none)
  static var allocatingTask: [RuleChange] {
    [
      RuleChange(
        .allocatingTask, "2.6.11", "There is no such sysctl.", "mm/oom_kill.c", "out_of_memory()"),
      RuleChange(
        .allocatingTask, "2.6.24",
        "The process that asks, or its child; nobody if it cannot be killed.",
        "mm/oom_kill.c", "out_of_memory()", commit: "fe071d7e8aa",
        hurts: "the invoker, where it is set"
      ) { $0.outOfMemory.allocatingTask = .orNobody },
      RuleChange(
        .allocatingTask, "2.6.30",
        "The process that asks, or its child; selection decides if it cannot be killed.",
        "mm/oom_kill.c", "__out_of_memory()", hurts: "the largest, where the invoker is disabled"
      ) { $0.outOfMemory.allocatingTask = .orSelection },
      RuleChange(
        .allocatingTask, "3.2", "The process that asks, even at -1000, or its child.",
        "mm/oom_kill.c",
        "out_of_memory()", hurts: "protected processes that ask"
      ) { $0.outOfMemory.allocatingTask = .evenDisabled },
      RuleChange(
        .allocatingTask, "3.6",
        "The process that asks, or its child to 5.0; selection decides if it is at -1000.",
        "mm/oom_kill.c",
        "out_of_memory()", hurts: "the largest, where the invoker is disabled"
      ) { $0.outOfMemory.allocatingTask = .orSelection },
    ]
  }
}
