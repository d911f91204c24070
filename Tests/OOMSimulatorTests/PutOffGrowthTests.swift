import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// Growth that is sure to fit waits until it ends or somebody asks. Whoever replays without that, with all growth
/// applied at every instant, gets the same: kills, refusals, where every page is, digest.
///
/// `OOMSIM_SWARM` says how many worlds, 96 by default; `OOMSIM_SEED` takes a single one.
@Suite struct PutOffGrowthTests {
  private static let seeds: [Range<UInt64>] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return [seed..<seed + 1] }
    let perBlock = max((environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 96) / 16, 1)
    return (0..<16).map { $0 * perBlock..<($0 + 1) * perBlock }
  }()

  private func replay(_ scenario: Scenario, _ rules: Rules, putsGrowthOff: Bool) -> Replay {
    var replay = Replay(scenario, rules: rules, recordsCandidates: true)
    replay.putsGrowthOff = putsGrowthOff
    replay.mostRestarts = 12
    replay.run()
    return replay
  }

  private func check(_ scenario: Scenario, _ rules: Rules, _ comment: Comment) {
    let putOff = replay(scenario, rules, putsGrowthOff: true)
    let eager = replay(scenario, rules, putsGrowthOff: false)
    // Only what differs is named: a whole state is pages of text.
    var different: [String] = []
    if putOff.record.kills != eager.record.kills { different.append("kills") }
    if putOff.record.refused != eager.record.refused { different.append("refused") }
    if putOff.stuck != eager.stuck { different.append("stuck") }
    if putOff.record.panic != eager.record.panic { different.append("panic") }
    if putOff.record.loop != eager.record.loop { different.append("loop") }
    if putOff.now != eager.now { different.append("end") }
    if putOff.state.ledger != eager.state.ledger { different.append("ledger") }
    if putOff.finalGroups != eager.finalGroups { different.append("groups") }
    if putOff.state.committed != eager.state.committed { different.append("Committed_AS") }
    if putOff.state.tasks != eager.state.tasks { different.append("tasks") }
    let done = [putOff, eager].map { $0.state.growths.all.map { [$0.done, $0.total] } }
    if done[0] != done[1] { different.append("growths") }
    #expect(different == [], comment)
  }

  @Test("generated worlds, in which memory is short", arguments: seeds)
  func short(seeds: Range<UInt64>) {
    let releases = RulesByRelease.boundaries
    for seed in seeds {
      var worlds = Worlds(seed: seed &+ 70_000_000)
      let scenario = worlds.scenario(
        events: 20, usesVersionOne: true, usesRestarts: true, usesNodes: seed % 4 == 0)
      let release = releases[Int(seed) % releases.count]
      check(scenario, RulesByRelease.rules(of: release), "seed \(seed), Linux \(release)")
    }
  }

  /// In this world memory is freed lazily whose pages had ages, and then swapped: a negative size, where these stayed.
  @Test func `freed lazily, then swapped`() { roomy(seeds: 357..<358) }

  /// As above with four times the memory: growths of many processes are in progress at a time, and now and then one
  /// meets a limit of its group.
  @Test("generated worlds, in which there is memory", arguments: seeds)
  func roomy(seeds: Range<UInt64>) {
    for seed in seeds {
      var worlds = Worlds(seed: seed &+ 80_000_000)
      var scenario = worlds.scenario(events: 40, usesVersionOne: true, usesRestarts: true)
      scenario.machine.memory *= 4
      check(scenario, RulesByRelease.rules(of: .standard), "seed \(seed)")
    }
  }

  /// s comes back a microsecond before the growth of a ends, and forks again. Once all of a is there, 12 of the 100000
  /// pages are left: 20049 are of s, 9 were of a, 79774 and 156 tables are new. The child's tables are 49.
  @Test func `a process that comes back and forks finds all others grown`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "100000 pages" },
        "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1 },
        "processes": [
          { "name": "a", "anon": 0 },
          { "name": "s", "anon": "20000 pages", "restart": { "policy": "always", "delay": "8999999us" } }
        ],
        "events": [
          { "at": 0, "fork": { "process": "s", "child": { "name": "c" } } },
          { "at": "500ms", "exit": { "process": "c" } },
          { "at": "1s", "exit": { "process": "s" } },
          { "at": "2s", "grow": { "process": "a", "anon": "79774 pages", "over": "8s" } }
        ] }
      """
    let scenario = try Scenario(json: Array(text.utf8), file: "test.json")
    let rules = RulesByRelease.rules(of: .standard)
    check(scenario, rules, "a fork at a restart")
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.kills.map(\.victim.name) == ["a"])
    #expect(run.kills.first?.decision?.invoker?.name == "s")
    #expect(run.kills.first?.at == 9_999_999)
  }
}
