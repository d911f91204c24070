// The OOM controller of Talos Linux: kills a pod where the system's own groups stall, or in older releases where the
// machine does.
//
// Exact: the triggers of each release and the rank, where the scenario gives the stall; but where three averages are 5 %
// together, to the hundredth, which Talos reckons in floating point. Before 1.13.4 the first by path of groups that all rank
// 0 is taken, where Talos takes any.
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
    let stalled = stalledSinceLook(state, &killer.memory)
    guard let checks = trigger(state, average, before: before, since: since, stalled) else {
      return .noVictim
    }
    state.settle()
    // The pause begins whether or not there is somebody to kill.
    killer.memory.lastKill = state.now
    guard let pod = highest(state) else { return .noVictim }
    var ground = Ground(.kill, checks)
    ground.cgroup = state.groups.paths[pod]
    return state.choice(ground).map { .kill($0) } ?? .noVictim
  }

  // MARK: The trigger

  private typealias Stalled = (system: Int64, runtime: Int64)

  private static let system = ["/init", "/system"]
  private static let runtime = ["/podruntime"]

  /// By how many microseconds the totals of the system's groups have risen since the last look; at the first they have
  /// not. Source: `PopulatePsiToCtx()`.
  private func stalledSinceLook(_ state: State, _ memory: inout KillerMemory) -> Stalled {
    var risen: [Int64] = []
    for paths in [Self.system, Self.runtime] {
      var sum: Int64 = 0
      for group in paths.compactMap({ state.groups.number(of: $0) }) {
        let total = state.pressures.groups[group]?.fullTotal ?? 0
        sum += total - (memory.stalled[group] ?? total)
        memory.stalled[group] = total
      }
      risen.append(sum)
    }
    return (risen[0], risen[1])
  }

  private func trigger(
    _ state: State, _ average: Int64, before: Int64, since: Microseconds?, _ stalled: Stalled
  ) -> [Ground.Check]? {
    func isAfter(_ pause: Microseconds) -> Bool { since.map { $0 > pause } ?? true }
    if !program.isAtLeast(1, 12, 2) {
      return average > 1200 && average > before && isAfter(Self.interval)
        ? [check("full avg10 of /", average, limit: 12)] : nil
    }
    let averages = state.averages(of: Self.system + Self.runtime)
    // 3000 us a second, in half of one.
    let isRising = 8 * stalled.system + 4 * stalled.runtime > 1500
    let hasPause =
      program.isAtLeast(1, 13, 6)
      || (program.isAtLeast(1, 12, 10) && !program.isAtLeast(1, 13))
    let pause: Microseconds = hasPause ? .seconds(5) : .zero - 1
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
    case bestEffort, burstable, guaranteed, runtime, system

    /// - Parameters:
    ///   - path: of a group that is ranked: a pod, or a service of the system.
    ///   - findsGuaranteed: before 1.14 Guaranteed pods were looked for where the kubelet has none.
    init?(_ path: String, findsGuaranteed: Bool) {
      let parts = path.split(separator: "/")
      switch (parts.first, parts.count) {
      case ("kubepods", 3) where parts[1] == "besteffort": self = .bestEffort
      case ("kubepods", 3) where parts[1] == "burstable": self = .burstable
      case ("kubepods", 2) where findsGuaranteed:
        if parts[1] == "besteffort" || parts[1] == "burstable" { return nil }
        self = .guaranteed
      case ("podruntime", 2): self = .runtime
      case ("system", 2): self = .system
      default: return nil
      }
    }
  }

  /// The group that ranks highest: memory.current, half of it for Burstable pods, 0 for others and for those with
  /// memory.max. Source: `RankCgroups()`, `SelectVictim()`.
  private func highest(_ state: State) -> Int? {
    let isStrict = program.isAtLeast(1, 13, 4)
    var best: (pod: Int, order: Int, rank: Int64)?
    let paths = state.groups.paths
    let pods = paths.indices.sorted {
      paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8)
    }
    for pod in pods {
      guard let kind = Class(paths[pod], findsGuaranteed: program.isAtLeast(1, 14)) else {
        continue
      }
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
  /// The averages over 10 s of the stalls of groups together, in hundredths of a per cent.
  fileprivate func averages(of paths: [String]) -> Int64 {
    paths.compactMap { groups.number(of: $0) }
      .reduce(0) { $0 + (pressures.groups[$1]?.full.avg10 ?? 0) }
  }
}
