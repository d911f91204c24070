extension Scenario {
  /// Pages that can be charged to a group, or to the machine where it is nil, before its own limit, without reclaim, at
  /// the start; negative where there are more already; nil where there is no such group.
  package func roomAtStart(in cgroup: String?) -> Int64? {
    let state = State(of: self, rules: RulesByRelease.rules(of: kernel ?? .standard))
    guard let cgroup else { return state.ledger.headroom(MemcgTree.root) }
    guard let group = state.groups.paths.firstIndex(of: cgroup) else { return nil }
    let room = state.ledger.headroom(group)
    return room == Cgroup.unlimited ? nil : room
  }
}
