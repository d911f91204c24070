import OOMFormats
import Testing
import VictimSelection

@testable import OOMSimulator

/// The walk as it is explained ends with the engine's victim, and break-even values hold in a replay.
@Suite struct LeadTraceTests {
  @Test("generated worlds under all rule sets: the lead ends where the engine's choice is")
  func winner() {
    var kills = 0
    for set in RuleSet.all {
      for seed: UInt64 in 0..<12 {
        var worlds = Worlds(seed: seed &+ 900)
        let scenario = worlds.scenario(
          events: 10, usesVersionOne: true, usesNodes: true, usesZswap: true)
        var simulator = Simulator(kernel: set.since)
        simulator.recordsCandidates = true
        for kill in simulator.run(scenario).kills {
          guard let decision = kill.decision, let scene = decision.scene,
            decision.chosen == .points || decision.chosen == .swapoff
          else { continue }
          kills += 1
          let trace = LeadTrace(
            over: scene.candidates, constraint: decision.constraint, rules: simulator.rules)
          #expect(
            trace.winner.map { scene.candidates[$0].identity } == kill.victim.identity,
            "\(set.key) seed \(seed)")
          #expect(scene.limit == decision.limit && scene.arithmetic == decision.arithmetic)
        }
      }
    }
    #expect(kills > 80)
  }

  @Test("what would have made it the victim does, and one step less does not")
  func breakEven() throws {
    var found = 0
    for kernel in ["2.6.32", "3.2", "3.10", "4.14", "5.4", "6.12"] as [KernelRelease] {
      for seed: UInt64 in 0..<25 {
        var worlds = Worlds(seed: seed &+ 7_000)
        let scenario = worlds.scenario(events: 6)
        var simulator = Simulator(kernel: kernel)
        simulator.recordsCandidates = true
        guard let kill = simulator.run(scenario).kills.first, let scene = kill.decision?.scene
        else { continue }
        for candidate in scene.candidates.prefix(6) {
          guard
            let row = (0..<scenario.processes.count).first(where: {
              scenario.processes.name(row: $0) == candidate.name
            }), scenario.processes[row].count == 1, !sharesOrForks(scenario, candidate.name)
          else { continue }
          let why = WhyNot("\(candidate.pid)", in: kill, scene)
          guard let adj = why.chosenAtAdj else { continue }
          found += 1
          for (value, isChosen) in [(adj, true), (adj - 1, false)] {
            let changed = setting(value, row, in: scenario, isLegacy: kernel < "2.6.36")
            let victim = Simulator(kernel: kernel).run(changed).kills.first?.victim.name
            #expect(
              (victim == candidate.name) == isChosen,
              "\(kernel) seed \(seed) \(candidate.name) \(value)")
          }
        }
      }
    }
    #expect(found > 30, "\(found)")
  }

  private func setting(_ adj: Int16, _ row: Int, in scenario: Scenario, isLegacy: Bool) -> Scenario
  {
    var changed = scenario
    if isLegacy {
      changed.processes[row].legacy.oomAdj = adj
    } else {
      changed.processes[row].oomScoreAdj = adj
    }
    return changed
  }

  /// Where a value reaches others, or is written again later, one process alone does not tell.
  private func sharesOrForks(_ scenario: Scenario, _ name: String) -> Bool {
    if !scenario.processes.sharesMMWith.isEmpty { return true }
    return scenario.events.contains {
      switch $0.action {
      case .setProcess, .fork, .start: true
      default: false
      }
    }
  }

  @Test("why not: each reason there is")
  func reasons() throws {
    let text = #"""
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "cgroups": { "/g": { "memory.max": "64M", "memory.swap.max": 0 } },
        "processes": [ { "pid": 1, "name": "init" }, { "name": "out", "anon": "500M" },
          { "name": "safe", "cgroup": "/g", "anon": "1M", "oom_score_adj": -1000 },
          { "name": "twin", "count": 2, "cgroup": "/g", "anon": "10M" },
          { "name": "small", "cgroup": "/g", "anon": "5M" } ],
        "events": [ { "at": "1s", "oom": { "cgroup": "/g" } } ] }
      """#
    let scenario = try Scenario(json: Array(text.utf8))
    var simulator = Simulator(kernel: "6.12")
    simulator.recordsCandidates = true
    let kill = try #require(simulator.run(scenario).kills.first)
    let scene = try #require(kill.decision?.scene)
    func why(_ name: String) -> WhyNot { WhyNot(name, in: kill, scene) }
    #expect(why("twin-2").reason == .chosen && why("twin-2").chosenAtAdj == nil)
    #expect(why("twin-1").reason == .tie && why("twin-1").chosenAtAdj == 1)
    #expect(why("twin-1").pagesMissing == 1)
    #expect(why("safe").reason == .ineligible(.disabled) && why("safe").chosenAtAdj != nil)
    #expect(why("out").reason == .notInDomain && why("nobody").candidate == nil)
    let small = why("small")
    #expect(small.reason == .fewerPoints(kill.victim.points - (small.candidate?.points ?? 0)))
    // small is visited after the victim, and the last of equals is taken: just as many are enough.
    #expect(
      small.pagesMissing.map { Int128($0) } == kill.victim.points - (small.candidate?.points ?? 0))
    #expect(small.place == 3)
  }
}
