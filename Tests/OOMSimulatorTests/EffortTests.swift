import OOMFormats
import Testing

@testable import OOMSimulator

/// What would take minutes is cut off at the same point by everybody, and what was taken down until then is right.
@Suite struct EffortTests {
  private static func scenario(_ text: String) throws -> Scenario {
    try Scenario(json: Array("{ \"schema\": \"oomsim.scenario/1\", \(text) }".utf8))
  }

  /// Processes that come back at once, of which no two rounds are alike before 2.6.36.
  private static func storm() throws -> Scenario {
    try scenario(
      #"""
      "kernel": "2.6.32", "machine": { "memory": "64M" },
      "processes": [
        { "name": "a", "anon": "20M", "restart": { "policy": "always", "delay": "1s" } },
        { "name": "b", "anon": "30M", "restart": { "policy": "always", "delay": "999ms" } }
      ],
      "events": [ { "at": "0s", "grow": { "process": "a", "anon": "60M", "over": "1s" } },
                  { "at": "0s", "grow": { "process": "b", "anon": "60M", "over": "1s" } } ]
      """#)
  }

  @Test("a run that is cut off is the beginning of the whole one")
  func beginning() throws {
    let scenario = try Self.storm()
    var simulator = Simulator(for: scenario)
    let whole = simulator.run(scenario)
    #expect(whole.kills.count > 100 && whole.effort < Effort.usual(scenario))
    for most in stride(from: 1000, to: whole.effort, by: Int(whole.effort / 7)) {
      simulator.mostEffort = most
      let run = simulator.run(scenario)
      #expect(run.outcome == .cutOff && run.warnings.last?.fact == .stopped(after: .effort(most)))
      #expect(run.kills == Array(whole.kills.prefix(run.kills.count)), "\(most)")
      #expect(run.kills.count < whole.kills.count, "\(most)")
      #expect(run.refused == Array(whole.refused.prefix(run.refused.count)), "\(most)")
      #expect(simulator.run(scenario) == run, "the same each time")
    }
  }

  @Test("releases are compared by as much as was followed of each, and by all where that is enough")
  func compare() throws {
    let scenario = try Self.storm()
    let kernels: [KernelRelease] = ["2.6.32", "2.6.35"]
    let whole = Comparison(of: scenario, kernels: kernels, most: 1 << 40)
    // Less than one of them takes, so that each gets a part.
    let most = Simulator(for: scenario).run(scenario).effort / 2
    let part = Comparison(of: scenario, kernels: kernels, most: most)
    #expect(part.sides.allSatisfy { $0.run.outcome == .cutOff })
    for (one, other) in zip(part.sides, whole.sides) {
      #expect(one.run.kills == Array(other.run.kills.prefix(one.run.kills.count)))
    }
    #expect(whole.differences.map(\.isSame) == part.differences.map(\.isSame))
    let small = try Self.scenario(
      #""machine": { "memory": "64M" }, "processes": [ { "name": "a", "anon": "20M" } ]"#)
    #expect(
      Comparison(ofAllKernels: small, most: 10_000_000).sides
        == Comparison(ofAllKernels: small).sides)
  }

  /// A group in a group in a group, each with a reservation: reclaim looks at all of them for each.
  @Test("one growth of many groups is cut off, too")
  func deep() throws {
    var scenario = Scenario()
    scenario.machine.memory = 1 << 20
    scenario.machine.swap = 1 << 18
    var path = ""
    for level in 0..<120 {
      path += "/\(level % 10)"
      scenario.cgroups[path] = Cgroup()
      scenario.cgroups[path]?.max = Int64(500_000 - level)
      scenario.cgroups[path]?.low = 256
    }
    for name in ["p", "q"] {
      var process = Scenario.Process(name: name, cgroup: path, anon: 20_000)
      process.file = 1000
      scenario.processes.append(process)
    }
    scenario.events = [
      Event(at: 0, action: .grow(.name("p"), Event.Sizes(anon: 1 << 20), over: .seconds(100)))
    ]
    var simulator = Simulator()
    simulator.mostEffort = 300_000
    let run = simulator.run(scenario)
    #expect(run.outcome == .cutOff && run.kills.isEmpty)
    // It ends within a few looks at all groups.
    #expect(run.effort < 2 * 300_000)
  }

  @Test("protect says what it did not follow, and what it prints spares the process all the same")
  func protect() throws {
    let scenario = try Self.scenario(
      #"""
      "kernel": "6.12", "machine": { "memory": "64M" },
      "processes": [
        { "name": "w", "count": 40, "anon": "600k",
          "restart": { "policy": "always", "delay": "10ms", "backoff": "exponential" } },
        { "name": "p", "anon": "4M" }
      ],
      "events": [ { "at": "1s", "grow": { "process": "p", "anon": "80M", "over": "10s" } } ]
      """#)
    let simulator = Simulator(for: scenario)
    let protection = try simulator.protection(of: "p", in: scenario)
    let subject = try simulator.run(scenario).subject("p", in: scenario)
    for option in protection.options {
      guard let changed = option.changed else { continue }
      #expect(simulator.run(changed).fate(of: subject) == .survives, "\(option.lever)")
    }
    #expect(!protection.options.isEmpty)
  }
}
