/// What a run comes to, without times and points, which differ between releases for reasons that hurt nobody.
struct ComparedOutcome: Equatable {
  private struct Death: Equatable {
    var victim: ProcessIdentity
    var killed: [Kill.Casualty]
    var constraint: Constraint?
    var cgroup: String?
  }

  private struct Want: Equatable {
    var process: ProcessIdentity?
    var cgroup: String?
    var why: Stuck.Why
  }

  private let deaths: [Death]
  private let refused: [ProcessIdentity?]
  private let stuck: [Want]
  private let panic: Panic.Why?
  private let loops: Bool
  /// The run was followed no further: what comes later is not known.
  private let isCutOff: Bool

  init(_ run: Run) {
    deaths = run.kills.map {
      Death(
        victim: $0.victim.identity, killed: $0.killed, constraint: $0.decision?.constraint,
        cgroup: $0.decision?.cgroup)
    }
    refused = run.refused.map { $0.process }
    stuck = run.stuck.map { Want(process: $0.process, cgroup: $0.cgroup, why: $0.why) }
    panic = run.panic?.why
    loops = run.loop != nil
    isCutOff = run.outcome == .cutOff
  }

  /// Of a run that was cut off, what there is of it has to be the same.
  static func == (one: Self, other: Self) -> Bool {
    let (deaths, refused) = (
      min(one.deaths.count, other.deaths.count), min(one.refused.count, other.refused.count)
    )
    guard one.deaths[..<deaths] == other.deaths[..<deaths],
      one.refused[..<refused] == other.refused[..<refused]
    else { return false }
    if one.isCutOff || other.isCutOff {
      return one.isKnownTo(deaths: other.deaths.count) && other.isKnownTo(deaths: one.deaths.count)
    }
    return one.deaths.count == other.deaths.count && one.refused.count == other.refused.count
      && one.stuck == other.stuck && one.panic == other.panic && one.loops == other.loops
  }

  /// Whether so many deaths do not contradict it: a loop and what is cut off have ever more.
  private func isKnownTo(deaths count: Int) -> Bool {
    count <= deaths.count || isCutOff || loops
  }
}
