import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// Replays that select by an index from the first OOM on, beside replays that scan every time: the scan is the
/// referee. `OOMSIM_SWARM` says how many worlds, 96 by default.
@Suite struct SelectionIndexTests {
  static let worlds =
    ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap { UInt64($0) } ?? 96

  /// - Parameter patience: how often all rows are scanned first.
  private func replay(_ scenario: Scenario, _ rules: Rules, patience: Int64) -> Replay {
    var replay = Replay(scenario, rules: rules, recordsCandidates: true)
    replay.state.selectionIndex.wrappedValue.patience = patience
    replay.mostRestarts = 60
    replay.run()
    return replay
  }

  /// - Returns: how many kills the index decided.
  private func check(_ scenario: Scenario, _ rules: Rules, _ comment: Comment) -> Int {
    let indexed = replay(scenario, rules, patience: 0)
    let scanned = replay(scenario, rules, patience: .max)
    #expect(indexed.record.kills == scanned.record.kills, comment)
    #expect(indexed.record.panic == scanned.record.panic, comment)
    #expect(indexed.state.tasks.pages == scanned.state.tasks.pages, comment)
    #expect(!scanned.state.selectionIndex.wrappedValue.isBuilt, comment)
    return indexed.state.selectionIndex.wrappedValue.isBuilt ? indexed.record.kills.count : 0
  }

  @Test("generated worlds, each at a release of its own", arguments: UInt64(0)..<8)
  func worlds(block: UInt64) {
    let releases = RulesByRelease.boundaries.filter { $0 >= "2.6.36" }
    var decided = 0
    for number in 0..<(Self.worlds / 8) {
      let seed = block &* 1_000_000 &+ number
      var worlds = Worlds(seed: seed &+ 90_000_000)
      let scenario = worlds.scenario(
        events: 20, usesVersionOne: true, usesRestarts: true, usesNodes: true)
      let release = releases[Int(seed % UInt64(releases.count))]
      decided += check(
        scenario, RulesByRelease.rules(of: release), "seed \(seed), Linux \(release)")
    }
    #expect(decided > Int(Self.worlds / 8))
  }

  @Test func `recorded kernel runs`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Scenarios/recorded")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    for name in names where name.hasSuffix(".json") {
      let scenario = try Scenario(json: Array(Data(contentsOf: folder.appending(path: name))))
      _ = check(scenario, Simulator(for: scenario).rules, "\(name)")
    }
  }

  /// A long replay builds its index by itself.
  @Test func `many kills`() {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    for number in 0..<300 {
      var process = Scenario.Process()
      process.name = "p\(number)"
      process.anon = Int64(number * 37 % 101)
      process.oomScoreAdj = Int16(number % 5) * 10
      process.cgroup = "/g\(number % 7)"
      scenario.processes.append(process)
      scenario.events.append(
        Event(
          at: Microseconds(Int64(number)),
          action: .oom(cgroup: number % 3 == 0 ? "/" : "/g\(number % 7)", invoker: nil, nodes: nil))
      )
    }
    let rules = RulesByRelease.rules(of: .standard)
    let long = replay(scenario, rules, patience: 32)
    let scanned = replay(scenario, rules, patience: .max)
    #expect(
      long.state.selectionIndex.wrappedValue.isBuilt && long.record.kills == scanned.record.kills)
    #expect(long.record.kills.count > 250)
  }
}
