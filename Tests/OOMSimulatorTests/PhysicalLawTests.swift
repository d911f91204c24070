import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// What holds whatever a kernel's rules are: more memory or more swap never brings the first kill forward, nor does a
/// higher limit that of its group; and who dies first still does when another process gets a lower `oom_score_adj`.
///
/// `OOMSIM_SWARM` says how many worlds, 32 by default; `OOMSIM_SEED` takes a single one.
@Suite struct PhysicalLawTests {
  private static let seeds: [Range<UInt64>] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return [seed..<seed + 1] }
    let perBlock = max((environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 32) / 16, 1)
    return (0..<16).map { $0 * perBlock..<($0 + 1) * perBlock }
  }()

  private func world(_ seed: UInt64) -> (scenario: Scenario, simulator: Simulator) {
    var worlds = Worlds(seed: seed &+ 90_000_000)
    var scenario = worlds.scenario(events: 16, usesVersionOne: true, usesRestarts: true)
    // Every request is granted: what is refused for want of memory in one run grows in the other.
    scenario.sysctl.overcommitMemory = .always
    // An OOM that the scenario declares, and the one by hand, come whatever the memory.
    scenario.events.removeAll { event in
      switch event.action {
      case .oom, .sysrq: true
      default: false
      }
    }
    let releases = RulesByRelease.boundaries
    let release = releases[Int(seed) % releases.count]
    return (scenario, Simulator(kernel: release))
  }

  /// When the first kill comes, and at whose limit.
  private func firstKill(
    _ scenario: Scenario, _ simulator: Simulator
  ) -> (at: Microseconds, cgroup: String?)? {
    let run = simulator.run(scenario)
    let kill = run.kills.first.map { ($0.at, $0.decision?.cgroup) }
    guard let panic = run.panic, panic.at <= kill?.0 ?? .max else { return kill }
    return (panic.at, nil)
  }

  /// Makes room in a scenario, and says where a kill comes that would not have come so early.
  ///
  /// - Parameter makeRoom: returns the group that has more room, nil where a scenario has none of the kind; the root for
  ///   the machine.
  private func check(
    _ seeds: Range<UInt64>, _ what: String, _ makeRoom: (inout Scenario) -> String?
  ) {
    for seed in seeds {
      let (scenario, simulator) = world(seed)
      var roomier = scenario
      guard let group = makeRoom(&roomier), let kill = firstKill(roomier, simulator) else {
        continue
      }
      // What a group need not give up is not there for the machine and the other groups: theirs may come sooner.
      if group != "/", kill.cgroup != group { continue }
      let first = firstKill(scenario, simulator)?.at
      #expect(
        first.map { kill.at >= $0 } ?? false,
        "seed \(seed): with more \(what) the first kill comes at \(kill.at) us, not at \(first.map { "\($0)" } ?? "never")"
      )
    }
  }

  @Test(arguments: seeds) func `more memory`(seeds: Range<UInt64>) {
    check(seeds, "memory") { scenario in
      // The watermark that a larger machine has by default takes a part of it.
      if scenario.sysctl.minFreeKbytes == nil { scenario.sysctl.minFreeKbytes = 0 }
      scenario.machine.memory += 50
      return "/"
    }
  }

  @Test(arguments: seeds) func `a higher limit`(seeds: Range<UInt64>) {
    check(seeds, "room under a limit") { scenario in
      guard
        let path = scenario.cgroups.keys.sorted().first(where: { scenario.cgroups[$0]?.max != nil })
      else { return nil }
      scenario.cgroups[path]?.max? += 50
      return path
    }
  }

  @Test(arguments: seeds) func `more swap`(seeds: Range<UInt64>) {
    check(seeds, "swap") { scenario in
      if !scenario.machine.swapDevices.isEmpty { return nil }
      scenario.machine.swap += 50
      return "/"
    }
  }

  /// The first kill alone: what comes after it depends on how much the first victim has left.
  ///
  /// Not of a process that shares its memory: since 4.6 one that cannot be killed spares all with the same memory. And not
  /// before 2.6.36, where a child's points are a part of its parent's.
  @Test(arguments: seeds) func `a lower adj of another process`(seeds: Range<UInt64>) {
    var (lowered, checked) = (0, 0)
    for seed in seeds {
      let (scenario, simulator) = world(seed)
      if simulator.rules.badness.isLegacy || scenario.processes.count == 0 { continue }
      let row = Int(seed / 7) % scenario.processes.count
      var other = scenario
      var process = scenario.processes[row]
      let shares =
        process.sharesMMWith != nil
        || (0..<scenario.processes.count).contains { scenario.processes[$0].sharesMMWith != nil }
      if shares || process.oomScoreAdj <= -900 { continue }
      lowered += 1
      process.oomScoreAdj -= Int16(1 + seed % 90)
      other.processes[row] = process
      let (before, after) = (simulator.run(scenario), simulator.run(other))
      guard let first = before.kills.first else {
        #expect(after.kills.isEmpty, "seed \(seed)")
        continue
      }
      let name = first.dyingFirst.name
      // It may be the one that is spared, or one of the copies.
      if name == process.name || name.hasPrefix(process.name + "-") { continue }
      checked += 1
      #expect(after.kills.first?.dyingFirst == first.dyingFirst, "seed \(seed): row \(row)")
      #expect(after.kills.first?.at == first.at, "seed \(seed)")
    }
    #expect(lowered < 4 || checked > 0)
  }
}
