import Foundation
import Testing
import VictimSelection

@testable import OOMSimulator

/// No page is lost or invented: after every event and every kill of generated worlds the sums of the
/// ledger are those of its parts, and those of the processes.
@Suite struct ConservationTests {
  /// `OOMSIM_SWARM` sets how many worlds, 64 by default, `OOMSIM_SEED` takes a single one.
  private static let seeds: [Range<UInt64>] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return [seed..<seed + 1] }
    let perBlock = max((environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 64) / 64, 1)
    return (0..<64).map { $0 * perBlock..<($0 + 1) * perBlock }
  }()

  @Test(
    "pages are conserved in the machine and in every group, under every release", arguments: seeds)
  func conserved(seeds: Range<UInt64>) {
    for seed in seeds {
      var worlds = Worlds(seed: seed)
      let releases = RulesByRelease.boundaries
      let rules = RulesByRelease.rules(
        of: seed % 2 == 0 ? .standard : releases[Int(seed / 2) % releases.count])
      var replay = Replay(
        worlds.scenario(usesVersionOne: true, usesRestarts: true, usesNodes: true, usesZswap: true),
        rules: rules,
        recordsCandidates: false)
      replay.mostRestarts = 12
      var found: String?
      replay.observe = { world in
        if found == nil { found = world.brokenInvariant() }
      }
      #expect(replay.state.brokenInvariant() == nil, "seed \(seed), at the start")
      replay.run()
      #expect(found == nil, "seed \(seed): OOMSIM_SEED=\(seed) replays it")
    }
  }

  @Test("a run is the same twice, and its digest with it", arguments: 0..<16)
  func deterministic(block: UInt64) throws {
    var simulator = Simulator()
    simulator.mostRestarts = 100
    for seed in (block * 10)..<(block * 10 + 10) {
      var (first, second) = (Worlds(seed: seed), Worlds(seed: seed))
      #expect(
        simulator.run(first.scenario(usesRestarts: true))
          == simulator.run(second.scenario(usesRestarts: true)))
    }
  }

  @Test("no group that grew is above its limit, and the machine keeps its min watermark")
  func limits() {
    for seed in UInt64(0)..<400 {
      var worlds = Worlds(seed: seed)
      var replay = Replay(worlds.scenario(), recordsCandidates: false)
      var last = replay.state.ledger
      replay.observe = { world in
        let ledger = world.ledger
        for group in ledger.accounts.indices
        where ledger.accounts[group].usage > last.accounts[group].usage {
          // It may have grown before this very event lowered the limit.
          let limit = max(ledger.limits[group].max, last.limits[group].max)
          #expect(
            ledger.accounts[group].usage <= limit, "seed \(seed): \(world.groups.paths[group])")
        }
        last = ledger
      }
      replay.run()
    }
  }
}
