import OOMFormats
import Testing

@testable import OOMSimulator

/// Samples over time: they change nothing, and they are the state as it stands.
@Suite struct TimelineTests {
  private static let scenario = #"""
    { "schema": "oomsim.scenario/1", "name": "t", "kernel": "6.12",
      "machine": { "memory": "1G", "kernel": "100M", "page_cache": "50M" },
      "cgroups": { "/g": { "memory.max": "200M", "memory.swap.max": 0 } },
      "processes": [
        { "pid": 1, "name": "init", "anon": "4M" },
        { "name": "big", "cgroup": "/g", "anon": "100M" },
        { "name": "small", "cgroup": "/g", "anon": "20M" },
        { "name": "other", "anon": "300M" }
      ],
      "events": [
        { "at": "10s", "grow": { "process": "big", "anon": "200M", "over": "40s" } },
        { "at": "20s", "grow": { "process": "other", "anon": "10M" } },
        { "at": "60s", "start": { "name": "late", "anon": "30M" } }
      ] }
    """#

  @Test("generated worlds under all rule sets: a replay with samples is the replay without")
  func recordingChangesNothing() {
    var samples = 0
    for set in RuleSet.all {
      for seed: UInt64 in 0..<5 {
        var worlds = Worlds(seed: seed &+ 4_400)
        let scenario = worlds.scenario(events: 12, usesVersionOne: true, usesNodes: true)
        let simulator = Simulator(kernel: set.since)
        let run = simulator.run(scenario)
        var replay = Replay(
          scenario, rules: simulator.rules, recordsCandidates: false)
        replay.recorder = Recorder(end: run.end, processes: run.processCount)
        replay.run()
        #expect(simulator.result(of: replay, scenario) == run, "\(set.key) seed \(seed)")
        samples += replay.recorder?.timeline.times.count ?? 0
      }
    }
    #expect(samples > 400)
  }

  @Test("the samples do not go back, show each kill before and after, and are what score shows")
  func samples() throws {
    let scenario = try Scenario(json: Array(Self.scenario.utf8))
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    let timeline = simulator.timeline(of: run, scenario)
    let kill = try #require(run.kills.first)
    #expect(timeline.times == timeline.times.sorted() && timeline.times.last == run.end)
    #expect(timeline.times.first == 0 && timeline.times.count > 100)
    #expect(timeline.processes.map(\.process.name) == ["big", "other", "late", "small", "init"])
    let around = timeline.times.indices.filter { timeline.times[$0] == kill.at }
    let first = try #require(around.first)
    let last = try #require(around.last)
    let big = timeline.processes[0]
    // 180 MiB is what /g has for it beside `small` and the page tables.
    #expect(big.pages[first] == kill.victim.anon && big.pages[last] == 0)
    let group = try #require(timeline.groups.first)
    #expect(group.path == "/g" && Set(group.limits) == [51_200])
    #expect(group.pages[first] <= 51_200 && group.pages[first] > 51_000)
    #expect(group.pages[last] == group.pages[first] - kill.freedPages)
    for index in stride(from: 0, to: timeline.times.count, by: 7) {
      let at = timeline.times[index]
      // Where something happens there are two samples, and score is the second.
      if timeline.times[min(index + 1, timeline.times.count - 1)] == at { continue }
      let table = simulator.score(scenario, at: at)
      for line in timeline.processes {
        let candidate = table.processes.first { $0.identity == line.process }
        let pages = candidate.map { $0.anon + $0.file + $0.shmem + $0.swap } ?? 0
        #expect(line.pages[index] == pages, "\(line.process.name) at \(at)")
      }
    }
  }

  @Test("one process over all its lives is one line")
  func restarts() throws {
    let text = #"""
      { "schema": "oomsim.scenario/1", "name": "t", "kernel": "6.12", "machine": { "memory": "1G" },
        "cgroups": { "/g": { "memory.max": "64M", "memory.swap.max": 0 } },
        "processes": [ { "name": "s", "cgroup": "/g", "anon": "10M",
          "restart": { "policy": "always", "delay": "1s", "burst": 3, "interval": "1h" } } ],
        "events": [ { "at": 0, "grow": { "process": "s", "anon": "100M", "over": "20s" } } ] }
      """#
    let scenario = try Scenario(json: Array(text.utf8))
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    #expect(run.kills.count > 1)
    let timeline = simulator.timeline(of: run, scenario)
    #expect(timeline.processes.count == 1 && timeline.processes[0].process.name == "s")
    for kill in run.kills {
      let around = timeline.times.indices.filter { timeline.times[$0] == kill.at }
      #expect(around.contains { timeline.processes[0].pages[$0] == kill.victim.anon })
    }
  }

  @Test("a process without a line is counted")
  func most() throws {
    let scenario = try Scenario(json: Array(Self.scenario.utf8))
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    let timeline = simulator.timeline(of: run, scenario, processes: 2)
    #expect(timeline.processes.map(\.process.name) == ["big", "other"])
    #expect(timeline.otherProcesses == 3 && timeline.otherGroups == 0)
    var few = simulator
    few.recordsCandidates = true
    few.mostCandidateLists = 0
    let decisions = few.run(scenario).kills.map(\.decision)
    #expect(decisions.allSatisfy { $0 != nil && $0?.candidates == nil && $0?.scene == nil })
  }
}
