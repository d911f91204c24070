import OOMFormats
import Testing

@testable import OOMSimulator

/// What differs between two scenarios and between two runs.
@Suite struct DifferenceTests {
  private static let text = #"""
    { "schema": "oomsim.scenario/1", "name": "x", "kernel": "6.12", "machine": { "memory": "1G", "swap": "1G" },
      "sysctl": { "vm.swappiness": 60 },
      "cgroups": { "/g": { "memory.max": "64M", "memory.swap.max": 0 } },
      "processes": [ { "name": "a", "cgroup": "/g", "anon": "10M" }, { "name": "b", "anon": "20M" } ],
      "events": [ { "at": "1s", "grow": { "process": "a", "anon": "100M", "over": "2s" } } ] }
    """#

  private func scenario(_ changes: [(String, String)] = []) throws -> Scenario {
    var text = Self.text
    for (old, new) in changes { text = text.replacing(old, with: new) }
    return try Scenario(json: Array(text.utf8))
  }

  @Test("each value that differs is named by its path, and nothing else")
  func settings() throws {
    let before = try scenario()
    #expect(ScenarioDifference.all(from: before, to: before).isEmpty)
    for (old, new, path) in [
      ("\"6.12\"", "\"4.19\"", "kernel"),
      ("\"1G\", \"swap\"", "\"2G\", \"swap\"", "machine.memory"),
      ("swappiness\": 60", "swappiness\": 10", "sysctl.vm.swappiness"),
      ("\"64M\"", "\"128M\"", "cgroups./g.memory.max"),
      (
        "\"anon\": \"20M\"", "\"anon\": \"20M\", \"oom_score_adj\": -5", "processes.b.oom_score_adj"
      ),
      ("\"1s\"", "\"2s\"", "events.0.at"), ("\"100M\"", "\"200M\"", "events.0.grow.anon"),
      ("\"over\": \"2s\"", "\"over\": \"3s\"", "events.0.grow.over"),
      ("\"name\": \"x\"", "\"name\": \"y\"", ""),
    ] {
      let found = ScenarioDifference.all(from: before, to: try scenario([(old, new)]))
      #expect(found.map(\.path) == (path.isEmpty ? [] : [path]), "\(new)")
    }
  }

  @Test("processes are the same by their names, wherever they stand")
  func processes() throws {
    let after = try scenario([
      (
        #"{ "name": "a", "cgroup": "/g", "anon": "10M" }, { "name": "b", "anon": "20M" }"#,
        #"{ "name": "c", "anon": "4k" }, { "name": "a", "cgroup": "/g", "anon": "10M" }"#
      )
    ])
    let found = ScenarioDifference.all(from: try scenario(), to: after)
    #expect(found.map(\.path) == ["processes.c", "processes.b"])
    #expect(found.map(\.before) == [.absent, .pages(5120)])
  }

  @Test("runs: victims, blast radius, time, refusals, panic")
  func runs() throws {
    let before = try scenario()
    let run = Simulator(for: before).run(before)
    #expect(RunDifference(from: run, to: run).aspects.isEmpty)
    #expect(run.kills.isEmpty == false && BlastRadius(of: run).deaths == 1)
    let larger = try scenario([("\"64M\"", "\"512M\"")])
    let none = RunDifference(from: run, to: Simulator(for: larger).run(larger))
    #expect(none.aspects == [.victims, .blastRadius, .firstKill])
    let refused = try scenario([("\"100M\", \"over\": \"2s\"", "\"9G\"")])
    #expect(
      RunDifference(from: run, to: Simulator(for: refused).run(refused)).aspects
        == [.victims, .blastRadius, .firstKill, .refused, .end])
    let panics = try scenario([("vm.swappiness\": 60", "vm.panic_on_oom\": 2")])
    #expect(
      RunDifference(from: run, to: Simulator(for: panics).run(panics)).aspects.contains(.panic))
  }

  @Test("two scenarios with two kernels: what the kernel makes of the first is apart")
  func kernels() throws {
    let same = try ScenarioComparison(of: scenario(), scenario())
    #expect(same.kernels == nil && same.runs.aspects.isEmpty && same.settings.isEmpty)
    let other = try ScenarioComparison(of: scenario(), scenario([("\"6.12\"", "\"4.19\"")]))
    #expect(other.kernels?.differences.count == 1 && other.settings.map(\.path) == ["kernel"])
  }
}
