// The OOM controller of Talos Linux: kills a pod where the system's own groups stall, or in older releases where the
// machine does.
//
// Exact: the triggers of each release and the rank, where the scenario gives the stall. Modelled: how fast the total of a
// stall rises is the stall that holds at the look. Before 1.13.4 the first by path of pods that all rank 0 is taken, where
// Talos takes any.
//
// Source: controllers/runtime/oom.go, internal/oom/oom.go and the default expressions in constants.go of Talos.

/// What the controller does in one release.
struct Talos: Sendable {
  let program: UserspaceKiller

  /// Source: `sampleInterval`.
  private static let interval = Microseconds.milliseconds(500)

  func look(_ state: inout State, _ killer: inout Killer) -> Decision {
    killer.memory.clocks = [KillerMemory.Clock()]
    killer.memory.clocks[0].wind(state.now, Self.interval)
    killer.nextLook = killer.memory.clocks[0].next
    let average = state.pressures.groups[MemcgTree.root]?.full.avg10 ?? 0
    let before = killer.memory.lastAverage
    killer.memory.lastAverage = average
    let since = killer.memory.lastKill.map { state.now - $0 }
    guard let checks = trigger(state, average, before: before, since: since) else {
      return .noVictim
    }
    state.settle()
    guard let pod = highest(state) else { return .noVictim }
    killer.memory.lastKill = state.now
    var ground = Ground(.kill, checks)
    ground.cgroup = state.groups.paths[pod]
    return state.choice(ground).map { .kill($0) } ?? .noVictim
  }

  // MARK: The trigger

  private func trigger(
    _ state: State, _ average: Int64, before: Int64, since: Microseconds?
  ) -> [Ground.Check]? {
    func isAfter(_ pause: Microseconds) -> Bool { since.map { $0 > pause } ?? true }
    if !program.isAtLeast(1, 12, 2) {
      return average > 1200 && average > before && isAfter(Self.interval)
        ? [check("full avg10 of /", average, limit: 12)] : nil
    }
    let (system, runtime) = (
      state.stall(of: ["/init", "/system"]), state.stall(of: ["/podruntime"])
    )
    let averages = system.average + runtime.average
    let isRising = 8 * system.perSecond + 4 * runtime.perSecond > 3000
    let pause: Microseconds = program.isAtLeast(1, 13, 6) ? .seconds(5) : .zero - 1
    if isRising, averages > 500, isAfter(pause) {
      return [check("full avg10 of system and podruntime", averages, limit: 5)]
    }
    let looksAtRoot = !program.isAtLeast(1, 14)
    return looksAtRoot && average > 7500 && isAfter(.seconds(10))
      ? [check("full avg10 of /", average, limit: 75)] : nil
  }

  /// - Parameter hundredths: of a per cent.
  private func check(_ what: String, _ hundredths: Int64, limit: Int64) -> Ground.Check {
    Ground.Check(
      what: what, value: Share(millionths: hundredths * 100), limit: .percent(limit), relation: ">")
  }

  // MARK: The rank

  /// The classes of groups, the first to go first.
  private enum Class: Int {
    case bestEffort, burstable, other

    /// - Parameter path: of a pod: what is directly below kubepods or one of its two classes.
    init?(_ path: String) {
      let parts = path.split(separator: "/")
      switch (parts.first, parts.count) {
      case ("kubepods", 3) where parts[1] == "besteffort": self = .bestEffort
      case ("kubepods", 3) where parts[1] == "burstable": self = .burstable
      case ("kubepods", 2) where parts[1] != "besteffort" && parts[1] != "burstable": self = .other
      default: return nil
      }
    }
  }

  /// The pod that ranks highest: memory.current, half of it for Burstable, 0 for others and for those with memory.max.
  private func highest(_ state: State) -> Int? {
    let isStrict = program.isAtLeast(1, 13, 4)
    var best: (pod: Int, order: Int, rank: Int64)?
    let paths = state.groups.paths
    let pods = paths.indices.sorted {
      paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8)
    }
    for pod in pods {
      guard let kind = Class(paths[pod]) else { continue }
      let isLimited = state.ledger.limits[pod].max != Cgroup.unlimited
      let weight: Int64 = isLimited ? 0 : kind == .bestEffort ? 2 : kind == .burstable ? 1 : 0
      let rank = weight * state.ledger.accounts[pod].usage
      if isStrict, rank == 0 { continue }
      let order = isStrict ? kind.rawValue : 0
      if let best, order > best.order || (order == best.order && rank <= best.rank) { continue }
      best = (pod, order, rank)
    }
    return best?.pod
  }
}

extension State {
  /// The stall of groups together: of their average in hundredths of a per cent, and of now in microseconds a second.
  fileprivate func stall(of paths: [String]) -> (average: Int64, perSecond: Int64) {
    var sum: (average: Int64, perSecond: Int64) = (0, 0)
    for path in paths {
      guard let group = groups.number(of: path), let pressure = pressures.groups[group] else {
        continue
      }
      sum.average += pressure.full.avg10
      sum.perSecond += pressure.stall(at: now).full.millionths
    }
    return sum
  }
}
