import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// `protect`: every value it names is the nearest that spares the process, by replays of scenarios that the
/// test itself has changed.
@Suite struct ProtectionSearchTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func story(_ path: String) throws -> Scenario {
    let bytes = try Data(contentsOf: Self.root.appending(path: "Scenarios/\(path).json"))
    return try Scenario(json: [UInt8](bytes))
  }

  private func scenario(_ text: String) throws -> Scenario {
    try Scenario(json: Array(("{ \"schema\": \"oomsim.scenario/1\", " + text + " }").utf8))
  }

  private func protection(_ scenario: Scenario, _ process: String) throws -> Protection {
    try Simulator(for: scenario).protection(of: process, in: scenario)
  }

  private func dies(_ name: String, _ scenario: Scenario) -> Bool {
    Simulator(for: scenario).run(scenario).kills.contains {
      $0.killed.contains { $0.process.name == name }
    }
  }

  private func row(_ name: String, _ scenario: Scenario) throws -> Int {
    try #require((0..<scenario.processes.count).first { scenario.processes.name(row: $0) == name })
  }

  @Test("the application beside the leaking agent: 0 to -276 dies, -277 lives")
  func agent() throws {
    let scenario = try story("protection/agent-minus-500")
    let protection = try protection(scenario, "app")
    let option = try #require(protection.options.first { $0.lever == .oomScoreAdj })
    #expect(option.from == 0 && option.to == -277 && option.exceptions.isEmpty)
    #expect(option.run?.kills.map(\.victim.name) == ["agent"])
    for (adj, isKilled) in [(-276, true), (-277, false), (-1000, false)] {
      var changed = scenario
      changed.processes[try row("app", scenario)].oomScoreAdj = Int16(adj)
      #expect(dies("app", changed) == isKilled, "\(adj)")
    }
    // It is the agent that grows, so nothing is said of a leaker.
    #expect(protection.warnings == [.noGroup])
  }

  @Test("the least memory of a machine and the least limit of a group are exact")
  func memory() throws {
    let machine = try story("protection/agent-minus-500")
    let memory = try #require(
      try protection(machine, "app").options.first { $0.lever == .machineMemory })
    let least = try #require(memory.to)
    for (mebibytes, isKilled) in [(least - 1, true), (least, false)] {
      var changed = machine
      changed.machine.memory = mebibytes * 256
      #expect(dies("app", changed) == isKilled)
    }
    let container = try story("memcg/db-container-with-limit")
    let limit = try #require(
      try protection(container, "pg-reporting").options.first {
        $0.lever == .limit(cgroup: "/docker/db", file: "memory.max")
      }?.to)
    for (pages, isKilled) in [(limit - 1, true), (limit, false)] {
      var changed = container
      changed.cgroups["/docker/db"]?.max = pages
      #expect(dies("pg-reporting", changed) == isKilled)
    }
  }

  @Test("a limit for the invoker: the largest that lets the other live")
  func limitOfOther() throws {
    let scenario = try story("protection/agent-minus-500")
    let option = try #require(
      try protection(scenario, "app").options.first {
        if case .limitOfOther = $0.lever { true } else { false }
      })
    let most = try #require(option.to)
    for (pages, isKilled) in [(most + 1, true), (most, false)] {
      var changed = scenario
      changed.processes[try row("agent", scenario)].cgroup = "/agent"
      changed.cgroups["/agent", default: Cgroup()].max = pages
      #expect(dies("app", changed) == isKilled)
    }
  }

  @Test("generated worlds: the value spares the victim, and the one before it does not")
  func generated() throws {
    var found = 0
    for seed: UInt64 in 0..<7 {
      var worlds = Worlds(seed: seed &+ 4_000)
      let scenario = worlds.scenario(events: 8)
      let run = Simulator(kernel: "6.12").run(scenario)
      guard let victim = run.kills.first?.victim,
        let row = (0..<scenario.processes.count).first(where: {
          scenario.processes.name(row: $0) == victim.name
        }), scenario.processes[row].count == 1
      else { continue }
      let protection = try Simulator(kernel: "6.12").protection(of: victim.name, in: scenario)
      guard case .killed = protection.fate else { continue }
      // What a `set` event writes later, the search overrides, and this test does not.
      let isSetLater = scenario.events.contains {
        if case .setProcess = $0.action { true } else { false }
      }
      guard let option = protection.options.first(where: { $0.lever == .oomScoreAdj }),
        let to = option.to, !isSetLater
      else { continue }
      found += 1
      for (adj, spares) in [(to, true), (to + 1, false)] where adj <= option.from ?? 0 {
        var changed = scenario
        changed.processes[row].oomScoreAdj = Int16(adj)
        let dead = Simulator(kernel: "6.12").run(changed).kills.flatMap(\.killed)
        if spares {
          #expect(!dead.contains { $0.process.name == victim.name }, "seed \(seed), \(adj)")
        } else if adj < option.from ?? 0 {
          let fate = Simulator(kernel: "6.12").run(changed).fate(
            of: Subject(
              identity: victim.identity, start: StartProcess(row: row), isNamedAlone: true))
          #expect(fate != .survives, "seed \(seed), \(adj)")
        }
      }
    }
    #expect(found >= 2, "\(found) worlds had something to spare")
  }

  @Test("alone in its group no value matters, and -1000 makes it stand still")
  func alone() throws {
    let protection = try protection(
      try scenario(
        #"""
        "machine": { "memory": "1G" }, "cgroups": { "/x": { "memory.max": "64M", "memory.swap.max": 0 } },
        "processes": [ { "name": "solo", "cgroup": "/x", "anon": "10M" }, { "name": "other", "anon": "10M" } ],
        "events": [ { "at": "1s", "grow": { "process": "solo", "anon": "100M" } } ]
        """#), "solo")
    #expect(protection.warnings.contains(.aloneInGroup(cgroup: "/x")))
    #expect(protection.options.first { $0.lever == .oomScoreAdj }?.to == nil)
    #expect(
      protection.warnings.contains {
        if case .disabledSticks(let stuck) = $0 { stuck.process?.name == "solo" } else { false }
      })
    #expect(
      protection.warnings.contains {
        if case .growsItself = $0 { true } else { false }
      })
  }

  @Test("in a group under 4 MiB a thousandth is no page, and only -1000 weighs")
  func tiny() throws {
    let protection = try protection(
      try scenario(
        #"""
        "machine": { "memory": "1G" }, "cgroups": { "/x": { "memory.max": "3M", "memory.swap.max": 0 } },
        "processes": [ { "name": "a", "cgroup": "/x", "anon": "1M" }, { "name": "b", "cgroup": "/x", "anon": "512k" } ],
        "events": [ { "at": "1s", "grow": { "process": "b", "anon": "2M" } } ]
        """#), "b")
    #expect(
      protection.warnings.contains(.adjWeighsNothing(cgroup: "/x", totalpages: 768)),
      "\(protection.warnings)")
    let option = try #require(protection.options.first { $0.lever == .oomScoreAdj })
    #expect(option.to == -1000 || option.to == nil)
  }

  @Test("-1000 of the last one that can be killed ends in a panic")
  func panics() throws {
    let protection = try protection(try story("protection/init-protection-minus-999"), "db")
    #expect(
      protection.warnings.contains {
        if case .disabledPanics(_, kills: 0) = $0 { true } else { false }
      })
    #expect(protection.warnings.contains(.aloneInMachine))
  }

  @Test("a limit that is too large hands the kill to the machine: said, not hidden")
  func notMonotonic() throws {
    // At its group's limit the leaker has more points than `keep`; in the machine its -300 weighs 16 times more.
    let protection = try protection(
      try scenario(
        #"""
        "machine": { "memory": "16G" },
        "cgroups": { "/g": { "memory.max": "300M", "memory.swap.max": 0 } },
        "processes": [
          { "name": "keep", "cgroup": "/g", "anon": "200M" },
          { "name": "leaker", "cgroup": "/g", "anon": "10M", "oom_score_adj": -300 },
          { "name": "bystander", "anon": "14G", "oom_score_adj": -1000 } ],
        "events": [ { "at": "1s", "grow": { "process": "leaker", "anon": "3G", "over": "10s" } } ]
        """#), "keep")
    let option = try #require(
      protection.options.first { $0.lever == .limit(cgroup: "/g", file: "memory.max") })
    #expect(option.to != nil && !option.exceptions.isEmpty)
  }

  @Test("before 2.6.36 it is oom_adj that is searched")
  func legacy() throws {
    let scenario = try story("old/oom-adj-2-6-32")
    let option = try #require(
      try protection(scenario, "batch").options.first { $0.lever == .oomAdj })
    // With 8 and less `application` goes first; at the second OOM only `batch` is left, and at -17 nobody.
    #expect(option.from == 15 && option.to == nil && option.isExhaustive && option.tried == 32)
    #expect(
      try protection(scenario, "batch").warnings.contains(.disabledPanics(at: 2_000_000, kills: 1)))
  }

  @Test("one of many alike is found by its name, and a process that an event starts, too")
  func copies() throws {
    let scenario = try scenario(
      #"""
      "machine": { "memory": "1G" },
      "processes": [ { "name": "worker", "count": 3, "anon": "200M" } ],
      "events": [
        { "at": "1s", "start": { "name": "late", "anon": "350M" } },
        { "at": "2s", "grow": { "process": "worker-1", "anon": "100M" } } ]
      """#)
    let run = Simulator().run(scenario)
    #expect(run.kills.map(\.victim.name).first == "late")
    let protection = try protection(scenario, "late")
    #expect(protection.options.first?.to != nil)
    let second = try #require(protection.options.first?.run?.kills.first?.victim.name)
    let worker = try self.protection(
      scenario.setting(
        -1000, of: try run.subject("late", in: scenario), isLegacy: false), second)
    #expect(worker.options.first?.to != nil)
  }

  @Test("a leaker that a hundred die for: such values are no help, and it says so")
  func manyDie() throws {
    let scenario = try scenario(
      #"""
      "machine": { "memory": "1G" }, "sysctl": { "vm.overcommit_memory": 1 },
      "processes": [ { "name": "eater" }, { "name": "p", "count": 150, "anon": "1M" } ],
      "events": [ { "at": "1s", "grow": { "process": "eater", "anon": "4G" } } ]
      """#)
    let protection = try protection(scenario, "eater")
    let cut = protection.warnings.contains {
      if case .disabledSacrificesMany(kills: 100) = $0 { true } else { false }
    }
    #expect(cut, "\(protection.warnings)")
    #expect(protection.options.first { $0.lever == .oomScoreAdj }?.to == nil)
    #expect(protection.options.first { $0.lever == .machineMemory }?.to != nil)
  }

  @Test("a service that is started again under its name is one process with several lives")
  func lives() throws {
    let scenario = try story("ai/api-kv-cache-overnight")
    #expect(
      Simulator().run(scenario).kills.map(\.victim.name) == ["llm-api", "llm-api", "llm-api"])
    let protection = try protection(scenario, "llm-api")
    let memory = try #require(protection.options.first { $0.lever == .machineMemory }?.to)
    for (mebibytes, isKilled) in [(memory - 1, true), (memory, false)] {
      var changed = scenario
      changed.machine.memory = mebibytes * 256
      #expect(dies("llm-api", changed) == isKilled)
    }
  }

  @Test("names that mean nobody or several")
  func names() throws {
    let scenario = try scenario(
      #""machine": { "memory": "1G" }, "processes": [ { "name": "a" }, { "name": "a" }, { "name": "blue" } ]"#
    )
    for (text, part) in [
      ("a", "2 processes"), ("bleu", "did you mean 'blue'"), ("77", "no process"),
    ] {
      do {
        _ = try protection(scenario, text)
        Issue.record("\(text) is nobody")
      } catch let error as ScenarioSubjectError {
        #expect(error.message.contains(part), "\(error.message)")
      }
    }
    #expect(try protection(scenario, "1000").fate == .survives)
  }

  @Test("the least of ascending changes, and those beyond it that do not hold")
  func leastChange() {
    let least = LeastChange(among: [4, 8, 12, 16]) { $0 >= 7 && $0 != 12 }
    #expect(least.amount == 7 && least.exceptions == [12] && !least.isExhaustive)
    #expect(LeastChange(among: [1, 2, 3]) { $0 >= 2 }.isExhaustive)
    #expect(LeastChange(among: [1, 2, 3]) { _ in false }.amount == nil)
    #expect(LeastChange(among: []) { _ in true }.amount == nil)
    for last in [1, 2, 7, 1000, 2000] as [Int64] {
      let samples = Samples.even(to: last, most: 200)
      #expect(samples.last == last && samples == samples.sorted() && samples.count <= 202)
      let growing = Samples.growing(from: 10, to: last, most: 48)
      #expect(growing.first == 1 && growing.last == last && growing == growing.sorted())
    }
  }
}
