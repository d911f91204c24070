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
        let scenario = worlds.scenario(
          events: 12, usesVersionOne: true, usesNodes: true, usesZswap: true)
        let simulator = Simulator(kernel: set.since)
        let run = simulator.run(scenario)
        var replay = Replay(
          scenario, rules: simulator.rules, recordsCandidates: false)
        replay.recorder = Recorder(end: run.end, processes: run.processCount)
        replay.run()
        #expect(simulator.result(of: replay, scenario) == run, "\(set.key) seed \(seed)")
        var named = Replay(scenario, rules: simulator.rules, recordsCandidates: false)
        named.recorder = Recorder(
          .names(ofRows: Array(0..<run.processCount), groups: Array(1..<run.groups.count + 1)),
          end: run.end, spacing: 0)
        named.run()
        #expect(simulator.result(of: named, scenario) == run, "\(set.key) seed \(seed)")
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

  @Test(
    "generated worlds: who would be next is who has most points there and then, and asking changes nothing"
  )
  func whoIsNext() throws {
    var asked = 0
    for seed: UInt64 in 0..<60 {
      var worlds = Worlds(seed: seed &+ 9_100)
      let scenario = worlds.scenario(events: 12)
      let simulator = Simulator(for: scenario)
      let run = simulator.run(scenario)
      var timeline = simulator.timeline(of: run, scenario, asksWhoIsNext: true)
      #expect(timeline.next.count == timeline.times.count)
      if let kill = run.kills.first, let sample = timeline.firstKill {
        #expect(timeline.times[sample] == kill.at, "seed \(seed)")
        #expect(timeline.nextCgroup == kill.decision?.cgroup)
        if kill.decision?.chosen == .points, kill.decision?.constraint != .cpuset {
          #expect(timeline.next[sample] == kill.victim.identity, "seed \(seed)")
        }
      }
      for index in stride(from: 0, to: timeline.times.count, by: 9)
      where timeline.nextCgroup == nil && scenario.machine.exitDelay == 0 {
        let at = timeline.times[index]
        if timeline.times[min(index + 1, timeline.times.count - 1)] == at { continue }
        let table = simulator.score(scenario, at: at)
        var most: Candidate?
        for candidate in table.processes where candidate.ineligible == nil {
          let isMore = most.map { candidate.points > $0.points } ?? true
          let isEqual = most.map { candidate.points == $0.points } ?? false
          if isMore || (isEqual && table.equalsReplace) { most = candidate }
        }
        #expect(timeline.next[index] == most?.identity, "seed \(seed) at \(at)")
        asked += 1
      }
      timeline.next = []
      timeline.nextCgroup = nil
      #expect(timeline == simulator.timeline(of: run, scenario), "seed \(seed)")
    }
    #expect(asked > 200)
  }

  @Test("on a step there is one sample each, and it is what score shows and what the machine has")
  func steps() throws {
    let scenario = try Scenario(json: Array(Self.scenario.utf8))
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    let timeline = simulator.timeline(of: run, scenario, every: .seconds(7))
    #expect(timeline.times == (0...8).map { .seconds($0 * 7) } + [.seconds(60)])
    #expect(timeline.processes.map(\.process.name) == ["other", "big", "late", "small", "init"])
    #expect(timeline.thinnedTo == nil)
    for (index, at) in timeline.times.enumerated() {
      let table = simulator.score(scenario, at: at)
      var tables: Int64 = 0
      for line in timeline.processes {
        let candidate = table.processes.first { $0.identity == line.process }
        let pages = candidate.map { $0.anon + $0.file + $0.shmem + $0.swap } ?? 0
        #expect(line.pages[index] == pages, "\(line.process.name) at \(at)")
        tables += candidate?.pageTables ?? 0
      }
      let fill = timeline.fills[index]
      let processes = timeline.processes.reduce(0) { $0 + $1.pages[index] }
      #expect(fill.free + fill.cache + processes + tables + 25_600 == 262_144)
      #expect(fill.committed == processes)
    }
  }

  @Test("too many samples are spread out, with what happened first and last of each instant")
  func thinned() throws {
    var scenario = try Scenario(json: Array(Self.scenario.utf8))
    for second in 0..<2_000 {
      let sizes = Event.Sizes(anon: second % 2 == 0 ? 10 : 0)
      scenario.events.append(
        Event(at: .seconds(Int64(second)), action: .grow(.name("small"), sizes, over: 0)))
    }
    let simulator = Simulator(for: scenario)
    let run = simulator.run(scenario)
    let whole = simulator.timeline(of: run, scenario, every: nil)
    #expect(whole.thinnedTo == nil && whole.times.count > 2_000)
    #expect(Set(whole.times).count >= 2_000)
    for cells: Int64 in [0, 1_000, 4_000] {
      let few = simulator.timeline(of: run, scenario, every: nil, mostCells: cells)
      let most = max(cells / 13, 10)
      let step = try #require(few.thinnedTo)
      #expect(step == run.end / (most / 2) + 1)
      #expect(few.times.count <= Int(most) + 4 + 2 * run.kills.count, "\(few.times.count)")
      #expect(few.times.last == run.end && few.times == few.times.sorted())
      // Whatever is kept is a sample of the whole.
      let all = Set(zip(whole.times, whole.fills).map { "\($0)" })
      #expect(zip(few.times, few.fills).allSatisfy { all.contains("\($0)") })
      let grid = simulator.timeline(of: run, scenario, every: 1, mostCells: cells)
      #expect(grid.times.count <= Int(most) + 2 && grid.thinnedTo != nil)
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
    few.listedKills = 0..<0
    let decisions = few.run(scenario).kills.map(\.decision)
    #expect(decisions.allSatisfy { $0 != nil && $0?.candidates == nil && $0?.scene == nil })
  }
}
