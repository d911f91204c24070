// What a replay has to say besides its kills.

extension Replay {
  mutating func warn(_ fact: Warning.Fact) {
    if case .stopped = fact {} else if isExhausted() { return }
    record.warnings.append(Warning(at: now, fact))
  }

  /// Growth that is stopped at the end and cannot go on by itself.
  var stuck: [Stuck] {
    state.growths.all.compactMap { growth in
      guard let stop = growth.stop else { return nil }
      var stuck = Stuck(
        at: growth.stuckSince ?? now, process: growth.row.map { state.identity($0) }, cgroup: nil,
        why: .noKillableProcess)
      switch stop {
      case .noVictim(let group):
        stuck.limit(of: group, in: state)
      case .disabled(let group):
        stuck.why = .oomKillDisabled
        stuck.limit(of: group, in: state)
      case .unkillable:
        stuck.why = .chosenUnkillable
      case .waiting:
        // With a delay the victim's exit ends the wait.
        if !state.exits.isEmpty { return nil }
        stuck.why = .victimStillDying
      }
      return stuck
    }
  }
}

extension Stuck {
  fileprivate mutating func limit(of group: Int, in state: State) {
    cgroup = state.groups.paths[group]
    limitFile = state.limitFile
  }
}
