import OOMFormats
import Testing

@testable import OOMSimulator

/// Other values of a setting: each answer is a replay of the scenario that has it written down.
@Suite struct AlternativesTests {
  private static let text = #"""
    { "kernel": "6.12", "machine": { "memory": "1G", "swap": "64M" },
      "cgroups": { "/g": { "memory.max": "200M" } },
      "processes": [
        { "name": "big", "cgroup": "/g", "anon": "100M" }, { "name": "small", "cgroup": "/g", "anon": "20M" },
        { "name": "other", "anon": "300M" } ],
      "events": [ { "at": "10s", "grow": { "process": "big", "anon": "200M", "over": "40s" } } ] }
    """#

  @Test func `each answer is the run of the scenario with that value`() throws {
    let scenario = try Scenario(json: Array(Self.text.utf8))
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    let big = try #require(run.kills.first?.dyingFirst)
    let alternatives = simulator.alternatives(to: run, of: scenario)
    #expect(
      alternatives.map(\.setting) == [.memory, .swap, .limit(cgroup: "/g"), .oomScoreAdj(big)])
    for alternative in alternatives {
      let values = alternative.answers.map(\.value)
      #expect(
        values == Set(values).sorted() && values.contains(alternative.now) && values.count > 4)
      for answer in alternative.answers {
        let setting =
          switch alternative.setting {
          case .memory: "machine.memory=\(answer.value) pages"
          case .swap: "machine.swap=\(answer.value) pages"
          case .limit:
            "cgroups./g.memory.max="
              + (answer.value == Cgroup.unlimited ? "max" : "\(answer.value) pages")
          case .oomScoreAdj: "processes.big.oom_score_adj=\(answer.value)"
          }
        let changed = try scenario.setting([try #require(ScenarioSetting(setting))])
        #expect(simulator.run(changed) == answer.run, "\(setting)")
      }
    }
    // More room puts the kill off, and enough of it prevents it.
    let limits = alternatives[2].answers
    #expect(limits.last?.value == Cgroup.unlimited && limits.last?.run.kills.isEmpty == true)
    #expect(limits.contains { $0.value == alternatives[2].now && $0.run == run })
  }

  @Test func `what cannot be is left out, and what takes too long is not begun`() throws {
    // Half of the memory is less than the processes have at the start.
    let full = try Scenario(
      json: Array(
        #"{ "machine": { "memory": "1G" }, "processes": [ { "name": "a", "anon": "900M" } ] }"#.utf8
      ))
    var simulator = Simulator(for: full)
    let run = simulator.run(full)
    let memory = try #require(simulator.alternatives(to: run, of: full).first)
    #expect(memory.answers.allSatisfy { $0.run.outcome != .invalid })
    simulator.mostEffort = nil
    let many = (0..<400).map {
      #"{ "at": "\#($0)s", "grow": { "process": "a-\#($0 % 90 + 1)", "anon": "1M" } }"#
    }
    let long = try Scenario(
      json: Array(
        (#"{ "machine": { "memory": "4G" }, "processes": [ { "name": "a", "count": 90, "anon": "1M" } ], "events": ["#
          + many.joined(separator: ",") + "] }").utf8))
    let longRun = simulator.run(long)
    let each = Simulator.mostEffort(ofEach: 30, of: long)
    #expect(longRun.effort > each || !simulator.alternatives(to: longRun, of: long).isEmpty)
  }
}
