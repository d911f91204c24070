// What a replay has to say besides its kills.

extension Replay {
  mutating func warn(_ text: String) {
    world.warnings.append("at \(now) us: \(text)")
  }

  /// Growth that is stopped at the end and cannot go on by itself.
  var stuck: [Stuck] {
    growths.all.compactMap { growth in
      guard let stop = growth.stop else { return nil }
      let identity = growth.row.map { world.identity($0) }
      switch stop {
      case .noVictim(let group):
        return Stuck(
          at: growth.stuckSince ?? now, process: identity, cgroup: world.groups.paths[group],
          why: "\(world.limitFile) is reached and nobody in the group can be killed")
      case .disabled(let group):
        return Stuck(
          at: growth.stuckSince ?? now, process: identity, cgroup: world.groups.paths[group],
          why: "\(world.limitFile) is reached and oom_kill_disable is 1: under_oom 1, it waits")
      case .throttled(let group):
        return Stuck(
          at: growth.stuckSince ?? now, process: identity, cgroup: world.groups.paths[group],
          why: "memory.high is reached and nothing can be reclaimed: throttled, never killed")
      case .unkillable:
        return Stuck(
          at: growth.stuckSince ?? now, process: identity, cgroup: nil,
          why: "who is chosen cannot be killed, because of oom_adj -17, and is chosen again")
      case .waiting:
        // With a delay the victim's exit ends the wait.
        if !exits.isEmpty { return nil }
        return Stuck(
          at: growth.stuckSince ?? now, process: identity, cgroup: nil,
          why: "a killed process is still dying, and until its memory is back nobody else is killed"
        )
      }
    }
  }
}
