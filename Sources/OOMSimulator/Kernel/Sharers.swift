/// Which processes die because they use the victim's address space; kernel threads never do.
///
/// Kernel: `oom_kill_task()` and `__oom_kill_process()`, mm/oom_kill.c.
package enum SharerRule: Equatable, Sendable {
  /// All: 2.6.21 to 2.6.31 (650a7c974f1) and 2.6.37 to 3.1 (1e99bad0d9c).
  case all
  /// None: 2.6.20, which signals the wrong task, and 2.6.32 to 2.6.36 (8c5cd6f3a17).
  case none
  /// All but those at -1000: 3.2 to 4.3.
  case notDisabled
  /// Nor the global init: 4.4 to 4.7.
  case notDisabledNorInit
  /// All but the global init: 2.6.11 to 2.6.19, and since 4.8, commit 44a70adec910, even those at -1000.
  case notInit
}

extension State {
  func diesAsSharer(_ row: Int) -> Bool {
    guard tasks.isAlive(row), !tasks.isKernelThread(row) else { return false }
    switch rules.kill.sharers {
    case .all: return true
    case .none: return false
    case .notDisabled: return tasks.effectiveAdj(row) != -1000
    case .notDisabledNorInit: return tasks.effectiveAdj(row) != -1000 && tasks.pids[row] != 1
    case .notInit: return tasks.pids[row] != 1
    }
  }
}

extension RulesByRelease {
  /// Which processes die because they use the victim's memory.
  @_optimize(none)
  static var sharers: [RuleChange] {
    [
      RuleChange(
        .sharers, "2.6.11", "Every task that uses the victim's memory dies, too, but for init.",
        "mm/oom_kill.c",
        "oom_kill_task()"),
      RuleChange(
        .sharers, "2.6.20", "The wrong task is signalled: what uses the victim's memory survives.",
        "mm/oom_kill.c", "oom_kill_task()", commit: "c33e0fca350",
        hurts: "everybody: the memory does not come back"
      ) { $0.kill.sharers = .none },
      RuleChange(
        .sharers, "2.6.21", "Every task that uses the victim's memory dies, too, even init.",
        "mm/oom_kill.c", "oom_kill_task()", commit: "650a7c974f1", hurts: "sharers"
      ) { $0.kill.sharers = .all },
      RuleChange(
        .sharers, "2.6.32", "Every task that uses the victim's memory is spared.",
        "mm/oom_kill.c", "oom_kill_task()", commit: "8c5cd6f3a17",
        hurts: "everybody: the memory does not come back"
      ) { $0.kill.sharers = .none },
      RuleChange(
        .sharers, "2.6.37", "Every task that uses the victim's memory dies, too, even init.",
        "mm/oom_kill.c", "oom_kill_task()", commit: "1e99bad0d9c", hurts: "sharers"
      ) { $0.kill.sharers = .all },
      RuleChange(
        .sharers, "3.2",
        "Every task that uses the victim's memory dies, too, but for those at -1000 and kernel threads.",
        "mm/oom_kill.c", "oom_kill_process()",
        hurts: "everybody, where a protected sharer keeps the memory"
      ) { $0.kill.sharers = .notDisabled },
      RuleChange(
        .sharers, "4.4",
        "Every task that uses the victim's memory dies, too, but for those at -1000, init and kernel threads.",
        "mm/oom_kill.c", "oom_kill_process()", hurts: "nobody in particular"
      ) { $0.kill.sharers = .notDisabledNorInit },
      RuleChange(
        .sharers, "4.8",
        "Every task that uses the victim's memory dies, even at -1000; init and kernel threads do not.",
        "mm/oom_kill.c", "oom_kill_process()",
        hurts: "sharers at -1000"
      ) { $0.kill.sharers = .notInit },
    ]
  }
}
