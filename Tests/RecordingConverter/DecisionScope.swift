/// Which recorded decisions the scenario format can state today.
///
/// A state that is missing a word in the format is left out with its reason. Stating it without
/// that word would still pass most of the time, and prove nothing.
extension Recording {
  func reasonToSkip(_ oom: OOM) -> String? {
    if oom.rows.isEmpty { return "the report was rate limited: no task table" }
    if let reason = reasonOfNUMA(oom) { return reason }
    return reasonOfProcesses(oom)
  }

  private func reasonOfNUMA(_ oom: OOM) -> String? {
    let policies = operations("policy", before: moment(of: oom))
    if policies.contains(where: { $0.words.count > 4 }) { return "NUMA: a policy other than bind" }
    let isOnNodes = oom.isLimitedToNodes || !policies.isEmpty
    return isOnNodes && nodes.isEmpty ? "NUMA: the nodes were not recorded" : nil
  }

  private func reasonOfProcesses(_ oom: OOM) -> String? {
    let moment = moment(of: oom)
    let names = Set(oom.rows.map(\.name))
    if !operations("swapoff", before: moment).isEmpty { return "swapoff: in progress" }
    if processes.contains(where: { names.contains($0.name) && isForkedFromGrownInit($0) }) {
      return "fork: processes share copy-on-write pages with init"
    }
    let families = Set(names.compactMap { family(of: $0) })
    for family in families {
      let members = names.filter { self.family(of: $0) == family }
      if members.count > 1 {
        return grewShared(family)
          ? "segment: shared memory mapped by \(members.count) processes"
          : "fork: \(members.count) processes share copy-on-write pages"
      }
    }
    return nil
  }

  /// The operations of one kind that the processes had done.
  func operations(_ name: String, before moment: Moment) -> [Step] {
    steps[..<moment.steps].filter { step in
      step.words.count > 2 && step.words[0] == "do" && step.words[2] == name
    }
  }

  /// The first process of a line of forks that began after memory had been touched, so that its
  /// members have pages in common; nil for a process that has all its pages to itself.
  private func family(of name: String) -> String? {
    guard let process = processes.first(where: { $0.name == name }) else { return nil }
    if process.mode == "fork", process.by != "init", hasGrown(process.by, before: process.t) {
      return process.by
    }
    let isParent = processes.contains {
      $0.mode == "fork" && $0.by == name && hasGrown(name, before: $0.t)
    }
    return isParent ? name : nil
  }

  private func isForkedFromGrownInit(_ process: StartedProcess) -> Bool {
    process.by == "init" && steps.contains { $0.words.first == "initgrow" && $0.t < process.t }
  }

  private func hasGrown(_ name: String, before time: Double) -> Bool {
    ["anon", "shmem", "file", "sparse"].contains { operation in
      operations(operation, before: end).contains { $0.words[1] == name && $0.t < time }
    }
  }

  private func grewShared(_ name: String) -> Bool {
    operations("shmem", before: end).contains { $0.words[1] == name }
  }
}
