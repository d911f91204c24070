/// Which recorded decisions the scenario format can state today.
///
/// A state that is missing a word in the format is left out with its reason. Stating it without
/// that word would still pass most of the time, and prove nothing.
extension Recording {
  func reasonToSkip(_ oom: OOM) -> String? {
    if oom.rows.isEmpty { return "the report was rate limited: no task table" }
    return reasonOfNUMA(oom)
  }

  private func reasonOfNUMA(_ oom: OOM) -> String? {
    let policies = operations("policy", before: moment(of: oom))
    if policies.contains(where: { $0.words.count > 4 }) { return "NUMA: a policy other than bind" }
    let isOnNodes = oom.isLimitedToNodes || !policies.isEmpty
    return isOnNodes && nodes.isEmpty ? "NUMA: the nodes were not recorded" : nil
  }

  /// The process that was running swapoff at an OOM: it had not come back.
  func isInSwapoff(_ name: String, at oom: OOM) -> Bool {
    guard let step = step(of: oom) else { return false }
    return steps[step].words.starts(with: ["do", name, "swapoff"])
  }

  /// Whether swap had been taken away before an OOM.
  func hasLostSwap(before moment: Moment) -> Bool {
    operations("swapoff", before: moment).contains { $0.replies?.first?.r?.first == 0 }
  }

  /// The operations of one kind that the processes had done.
  func operations(_ name: String, before moment: Moment) -> [Step] {
    steps[..<moment.steps].filter { step in
      step.words.count > 2 && step.words[0] == "do" && step.words[2] == name
    }
  }

  /// The process whose shared memory a process maps: one that touched some before it forked others, or what it was
  /// forked from. Nil for a process that shares none.
  func segment(of name: String) -> String? {
    guard let process = processes.first(where: { $0.name == name }) else { return nil }
    if process.mode == "fork", hasGrownShmem(process.by, before: process.t) { return process.by }
    let isParent = processes.contains {
      $0.mode == "fork" && $0.by == name && hasGrownShmem(name, before: $0.t)
    }
    return isParent ? name : nil
  }

  private func hasGrownShmem(_ name: String, before time: Double) -> Bool {
    operations("shmem", before: end).contains { $0.words[1] == name && $0.t < time }
  }

  /// Whether a process had touched memory, which it then has in common with a child.
  func hasGrown(_ name: String, before time: Double) -> Bool {
    if name == "init", steps.contains(where: { $0.words.first == "initgrow" && $0.t < time }) {
      return true
    }
    return ["anon", "shmem", "file", "sparse"].contains { operation in
      operations(operation, before: end).contains { $0.words[1] == name && $0.t < time }
    }
  }
}
