import Foundation
import KernelLog
import OOMFormats
import OOMReports
import Testing

@testable import OOMSimulator

/// What commands say of one scenario agrees, on every shipped scenario and on generated ones.
///
/// `OOMSIM_SWARM` says how many generated ones, 24 by default; with it all shipped ones of up to a thousand processes are
/// looked at, else a few. Larger ones, of which a debug build takes minutes, `LessonTests` and `KernelLogTextTests` read.
@Suite struct CommandLawTests {
  /// A scenario and where it is from.
  struct World: CustomStringConvertible, Sendable {
    var name: String
    var scenario: Scenario
    var description: String { name }
    var simulator: Simulator { Simulator(for: scenario) }
    func json() -> [UInt8] { scenario.json() }
  }

  private static let swarm = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(Int.init)
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios")

  private static let shipped: [World] = {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    let files = paths.filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted()
    return files.enumerated().compactMap { index, file -> World? in
      if swarm == nil, index % 40 != 0 { return nil }
      guard let data = try? Data(contentsOf: root.appending(path: file)),
        let scenario = try? Scenario(json: Array(data)),
        scenario.processes.expandedCount + scenario.events.count <= 1000
      else { return nil }
      return World(name: file, scenario: scenario)
    }
  }()

  private static let releases: [KernelRelease] = ["6.12", "5.2", "4.19", "3.10", "2.6.32"]

  private static let generated: [World] = (0..<(swarm ?? 24)).compactMap { seed in
    var worlds = Worlds(seed: UInt64(seed) &+ 90_000)
    var scenario = worlds.scenario(
      events: 12, usesVersionOne: true, usesRestarts: true, usesNodes: true, usesZswap: true)
    scenario.kernel = releases[seed % releases.count]
    // As it is read: some of what is generated stands for the same as something shorter.
    guard scenario.problems().isEmpty, let read = try? Scenario(json: scenario.json()) else {
      return nil
    }
    return World(name: "seed \(seed)", scenario: read)
  }

  /// Parts that run beside each other.
  private static let parts = 0..<4

  private static func worlds(_ part: Int) -> [World] {
    (shipped + generated).enumerated().filter { $0.offset % parts.count == part }.map(\.element)
  }

  /// Those of which hundreds of replays take no time, as many as a test has time for.
  private static func small(_ part: Int, most: Int = 2) -> [World] {
    Array(worlds(part).filter(\.isSmall).reversed().prefix(most * max((swarm ?? 0) / 48, 1)))
  }

  private static func victims(_ run: Run) -> [ProcessIdentity] { run.kills.map(\.victim.identity) }

  @Test("there are worlds to look at, and in most somebody dies")
  func worlds() {
    #expect(Self.generated.count * 2 > (Self.swarm ?? 24))
    #expect(Self.generated.count { !$0.simulator.run($0.scenario).kills.isEmpty } > 6)
  }

  @Test("explain tells the kills of run", arguments: parts)
  func explain(part: Int) {
    for world in Self.worlds(part) {
      let plain = world.simulator.run(valid: world.scenario)
      var simulator = world.simulator
      simulator.recordsCandidates = true
      let run = simulator.run(valid: world.scenario)
      #expect(run.digest == plain.digest, "\(world): candidates change nothing")
      for (index, kill) in run.kills.enumerated().prefix(3) {
        let lesson = Lesson(
          of: run, number: index + 1, in: world.scenario, simulator: simulator)
        #expect(lesson.victim == kill.dyingFirst, "\(world) kill \(index + 1)")
      }
    }
  }

  @Test("a line of batch is the document of run", arguments: parts)
  func batch(part: Int) {
    for world in Self.worlds(part) {
      var writer = JSONWriter(inline: true)
      writer.result(world.simulator.run(valid: world.scenario))
      writer.finish()
      // On one line.
      let line = world.json().filter { $0 != UInt8(ascii: "\n") }
      let answer = BatchAnswer(settings: [], kernel: nil, policy: .kernel)
        .answer(line, number: 1) { _ throws(BatchError) in throw BatchError("no files") }
      #expect(answer == writer.bytes, "\(world)")
    }
  }

  @Test("compare A A has no difference", arguments: parts)
  func compare(part: Int) {
    for world in Self.worlds(part) {
      let comparison = ScenarioComparison(of: world.scenario, world.scenario)
      #expect(comparison.settings.isEmpty && comparison.kernels == nil, "\(world)")
      let text = ScenarioComparisonText(
        comparison, names: ("A", "A"), style: Style(isColored: false), width: 80
      ).text
      #expect(text.contains("no setting differs") && text.contains("both do the same"), "\(world)")
    }
  }

  /// `oomsim score --at` the end shows those that run leaves alive.
  @Test("score at the end shows the processes that run leaves", arguments: parts)
  func score(part: Int) {
    for world in Self.worlds(part) {
      let run = world.simulator.run(valid: world.scenario)
      // A machine that is at its end, and one that goes round for ever, have no last instant.
      if run.outcome != .completed { continue }
      let table = world.simulator.score(valid: world.scenario, at: run.end)
      let living = (0..<run.processCount).filter {
        run.tasks.states[$0] == .running || run.tasks.states[$0] == .dying
      }
      #expect(
        table.processes.map(\.identity.pid).sorted() == living.map { run.tasks.pids[$0] }.sorted(),
        "\(world)")
      let killed = Set(run.kills.flatMap(\.killed).map(\.process.pid))
      let eligible = table.processes.filter { $0.ineligible == nil }.map(\.identity.pid)
      #expect(killed.isDisjoint(with: eligible), "\(world)")
    }
  }

  /// An `oom` event is an OOM of a limit without anybody's growth.
  @Test("next names the process that an OOM at the start takes", arguments: parts)
  func next(part: Int) {
    for world in Self.worlds(part) where world.scenario.sysctl.oomKillAllocatingTask == false {
      var start = world.scenario
      start.events = []
      start.expectation = nil
      for domain in world.simulator.forecast(start, top: 1).domains.prefix(4) {
        guard domain.outcome == .kill, let first = domain.candidates.first else { continue }
        var ending = start
        ending.events = [
          Event(at: 0, action: .oom(cgroup: domain.cgroup, invoker: nil, nodes: nil))
        ]
        let run = world.simulator.run(valid: ending)
        #expect(
          run.kills.first?.victim.identity == first.candidate.identity,
          "\(world) \(domain.cgroup ?? "machine")")
      }
    }
  }

  @Test("a kernel log of run reads back with its victims", arguments: parts)
  func autopsy(part: Int) {
    for world in Self.worlds(part) {
      var simulator = world.simulator
      simulator.recordsLog = true
      let run = simulator.run(valid: world.scenario)
      let reports = KernelLogReader.reports(in: Array(KernelLogText.text(of: run).utf8))
      let autopsies = Autopsy.of(reports)
      // A program of user space leaves no report; after ten in five seconds a kernel keeps them back, and one of before
      // 2.6.34 panics without any.
      let kills = run.kills.filter { $0.decision != nil }
      let deaths = kills.count + (run.panic == nil ? 0 : 1)
      let mayLack = kills.count > 10 || (run.panic != nil && world.scenario.kernel == "2.6.32")
      #expect(mayLack ? autopsies.count <= deaths : autopsies.count == deaths, "\(world)")
      var rest = kills[...]
      for autopsy in autopsies.prefix(kills.count) {
        guard let pid = autopsy.logged?.pid,
          let index = rest.firstIndex(where: { Int64($0.victim.pid) == pid })
        else {
          #expect(autopsy.logged == nil && run.panic != nil, "\(world) \(autopsy.why)")
          continue
        }
        #expect(mayLack || index == rest.startIndex, "\(world) \(autopsy.why)")
        rest = rest[(index + 1)...]
        // `autopsy --scenario` is a scenario that run takes.
        guard let scenario = autopsy.scenario else { continue }
        #expect(throws: Never.self, "\(world)") {
          let read = try Scenario(json: scenario.json())
          let again = Simulator(for: read).run(read)
          #expect(again.kills.first?.victim.pid == autopsy.kill?.victim.pid, "\(world)")
        }
      }
    }
  }

  @Test(
    "the reader reads what the writer writes, and what --set names is the same", arguments: parts)
  func writer(part: Int) throws {
    for world in Self.worlds(part) {
      let read = try Scenario(json: world.json())
      #expect(read == world.scenario, "\(world)")
      #expect(read.json() == world.json(), "\(world)")
    }
  }

  /// `--set` by a name, a pid or an index; one of a `count` gets a row of its own.
  @Test("a process is the same by its name, its pid and its index", arguments: parts)
  func naming(part: Int) throws {
    for world in Self.worlds(part) where world.isSmall {
      let run = world.simulator.run(valid: world.scenario)
      let table = world.scenario.processes
      for number in 0..<min(table.expandedCount, Self.swarm == nil ? 6 : 100) {
        let start = try #require(table.startProcess(at: number))
        let name = world.scenario.name(of: start)
        #expect(world.scenario.startProcess(pid: run.tasks.pids[number]) == start, "\(world)")
        func set(_ selector: String) throws -> Scenario {
          let setting = ScenarioSetting(
            path: "processes\(selector).oom_score_adj", value: "\(number % 7)")
          return try world.scenario.setting([setting])
        }
        let changed = try set(".pid:\(run.tasks.pids[number])")
        if world.scenario.startProcesses(called: name).count == 1,
          ScenarioSetting("\(name)=") != nil,
          ProcessReference.pid(in: name) == nil
        {
          #expect(try set(".\(name)") == changed, "\(world) \(name)")
        }
        if start.copy == nil { #expect(try set("[\(start.row)]") == changed, "\(world)") }
        // Alone, a process of a `count` is what it was among the others.
        var same = world.scenario
        same.processes.change(start) { _ in }
        #expect(world.simulator.run(valid: same).digest == run.digest, "\(world) \(name)")
        #expect(try Scenario(json: changed.json()) == changed, "\(world) \(name)")
      }
    }
  }

  @Test("a sweep of one value is run with --set, for any number of threads", arguments: parts)
  func sweep(part: Int) throws {
    for world in Self.small(part) where world.scenario.machine.nodes.isEmpty {
      let mebibytes = max(world.scenario.machine.memory / 256, 1)
      let text = "machine.memory=\(mebibytes)M,\(mebibytes + 1)M,\(mebibytes * 2)M"
      let sweep = try Sweep(
        of: world.scenario, varying: [Variation(text, pageSize: world.scenario.machine.pageSize)])
      let table = try sweep.run(jobs: 1)
      #expect(try sweep.run(jobs: 2).csv == table.csv, "\(world)")
      for cell in table.cells {
        let varied = try world.scenario.setting([
          ScenarioSetting(path: "machine.memory", value: cell.row)
        ])
        var simulator = world.simulator
        let whole = simulator.run(valid: varied)
        // One of many replays may take less than one alone: then it is the beginning of it.
        simulator.mostEffort = Simulator.mostEffort(ofEach: table.cells.count, of: world.scenario)
        let part = simulator.run(valid: varied)
        let isWhole = cell.run.digest == whole.digest
        let isPart = part.outcome == .cutOff && cell.run.digest == part.digest
        #expect(isWhole || isPart, "\(world)")
        if isPart { #expect(part.kills == Array(whole.kills.prefix(part.kills.count)), "\(world)") }
      }
    }
  }

  @Test("both sides of what --find finds hold", arguments: parts)
  func find(part: Int) throws {
    for world in Self.small(part) where world.scenario.machine.nodes.isEmpty {
      let mebibytes = max(world.scenario.machine.memory / 256, 1)
      let range = try Variation(
        "machine.memory=\(mebibytes)M..\(mebibytes * 2)M",
        pageSize: world.scenario.machine.pageSize)
      let goal = try SweepGoal("no-kills", in: world.scenario, varying: [range.path])
      let sweep = try Sweep(of: world.scenario, varying: [range], goal: goal)
      let table = try sweep.run(jobs: 2)
      for interval in table.findings.flatMap(\.intervals) {
        for value in [interval.from, interval.to] {
          let varied = try world.scenario.setting([
            ScenarioSetting(path: "machine.memory", value: value)
          ])
          let run = world.simulator.run(valid: varied)
          // A search has less time for each, and takes what it did not follow to the end for what does not hold.
          if !interval.holds, run.kills.isEmpty, run.effort > 100_000 { continue }
          #expect((run.kills.isEmpty && run.panic == nil) == interval.holds, "\(world) \(value)")
        }
      }
    }
  }

  /// Where a line `try` is printed, its setting spares the process and one step less does not.
  @Test("what protect prints spares the process, and one step less does not", arguments: parts)
  func protect(part: Int) throws {
    for world in Self.small(part, most: 1) {
      let run = world.simulator.run(valid: world.scenario)
      guard let victim = run.kills.first?.victim.identity else { continue }
      let protection = try world.simulator.protection(
        of: "pid:\(victim.pid)", in: world.scenario)
      let subject = try run.subject("pid:\(victim.pid)", in: world.scenario)
      for option in protection.options {
        guard let text = protection.setting(option), let to = option.to else { continue }
        let setting = try #require(ScenarioSetting(text))
        let step: Int64 = option.lever.isDecrease ? 1 : -1
        let value = setting.value.replacing("\(to)", with: "\(to + step)", maxReplacements: 1)
        for (value, spares) in [(setting.value, true), (value, false)] {
          let changed = try world.scenario.setting([
            ScenarioSetting(path: setting.path, value: value)
          ])
          let read = try Scenario(json: changed.json())
          let fate = world.simulator.run(valid: read).fate(of: subject)
          #expect((fate == .survives) == spares, "\(world): \(setting.path)=\(value): \(fate)")
        }
      }
    }
  }

  /// Where an event or the form of the scenario makes of one value another one, no line `try` is printed.
  @Test("a setting of protect is printed only where it does what the search did")
  func protectByHand() throws {
    func protection(_ text: String, _ process: String) throws -> Protection {
      let scenario = try Scenario(
        json: Array("{ \"schema\": \"oomsim.scenario/1\", \(text) }".utf8))
      return try Simulator(for: scenario).protection(of: process, in: scenario)
    }
    let limit = try protection(
      #"""
      "machine": { "memory": "4G" }, "cgroups": { "/g": { "memory.max": "1G" } },
      "processes": [ { "name": "p", "cgroup": "/g", "anon": "100M" } ],
      "events": [ { "at": "1s", "set": { "cgroup": "/g", "to": { "memory.max": "500M" } } },
                  { "at": "2s", "grow": { "process": "p", "anon": "600M" } } ]
      """#, "p")
    let option = try #require(limit.options.first { $0.to != nil })
    #expect(limit.setting(option) == nil)
    #expect(limit.whyNoSetting(option)?.contains("events[0]") == true)
    let count = #"""
      "machine": { "memory": "1G" },
      "processes": [ { "name": "w", "count": 2, "anon": "300M" },
                     { "name": "hog", "anon": "50M", "oom_score_adj": -900 } ],
      "events": [ { "at": "1s", "grow": { "process": "hog", "anon": "600M", "over": "10s" } } ]
      """#
    let copy = try protection(count, "w-2")
    let adj = try #require(copy.options.first { $0.lever == .oomScoreAdj })
    #expect(copy.setting(adj)?.hasPrefix("processes.w-2.oom_score_adj=") == true)
    #expect(
      throws: ScenarioSubjectError(message: "'w' is 2 processes: w-1 (pid 1000), w-2 (pid 1001)")
    ) {
      _ = try protection(count, "w")
    }
  }

  @Test("report shows the victims of run", arguments: parts)
  func report(part: Int) {
    for world in Self.small(part, most: 1).prefix(100) {
      let run = world.simulator.run(valid: world.scenario)
      let page = ReportPage(world.scenario, simulator: world.simulator, source: world.json())
      let html = page.html
      for victim in Self.victims(run).prefix(5) {
        #expect(html.contains("\(victim.name) (\(victim.pid))"), "\(world) \(victim)")
      }
    }
  }
}

extension CommandLawTests.World {
  /// Hundreds of replays of it take no time.
  var isSmall: Bool {
    scenario.processes.expandedCount + scenario.events.count < 80
      && !scenario.processes.names.contains { $0.contains("=") }
  }
}

extension Lever {
  /// Whether a smaller value is a larger change.
  fileprivate var isDecrease: Bool {
    switch self {
    case .oomScoreAdj, .oomAdj, .limitOfOther: true
    case .limit, .machineMemory, .memoryMin, .memoryLow, .podRequest, .podPriority: false
    }
  }
}
