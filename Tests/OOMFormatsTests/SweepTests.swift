import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats
@testable import OOMReports

/// Laws of sweeps, over shipped stories.
@Suite struct SweepTests {
  static func story(_ path: String) throws -> (scenario: Scenario, bytes: [UInt8]) {
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path + ".json"))
    return (try Scenario(json: bytes), bytes)
  }

  /// A story, and two things to vary in it.
  struct Case: CustomTestStringConvertible, Sendable {
    var story: String
    var first: String
    var second: String
    var testDescription: String { "\(story): \(first), \(second)" }
  }

  static let cases = [
    Case(
      story: "global/memory-leak-vps", first: "machine.swap=0..2G/512M",
      second: "events.0.grow.anon=100M,720M,2700M"),
    Case(
      story: "global/make-jobs", first: "events.0.start.count=1..9", second: "machine.swap=0,1G"),
    Case(
      story: "fork/redis-bgsave-mode0", first: "sysctl.vm.overcommit_memory=0..2",
      second: "kernel=4.19..5.9"),
    Case(
      story: "kubernetes/k8s-qos-trio", first: "processes.cache.oom_score_adj=-1000..1000/250",
      second: "machine.memory=7000M,7950M"),
    Case(
      story: "memcg/hpc-batch-job", first: "cgroups./slurm/job_42.memory.max=62G..66G/1G",
      second: "processes.rank.count=14,15"),
    Case(
      story: "restart/systemd-restart-loop",
      first: "processes.cached.restart.delay=100ms..2s/500ms",
      second: "machine.memory=3900M,8G"),
    Case(
      story: "numa/numa-membind", first: "processes.db.mempolicy=0,1,0-1",
      second: "events.0.grow.anon=4G,16G"),
  ]

  private func sweep(
    _ scenario: Scenario, _ options: [String], goal: String? = nil
  ) throws -> Sweep {
    let variations = try options.map { try Variation($0, pageSize: scenario.machine.pageSize) }
    return try Sweep(
      of: scenario, varying: variations,
      goal: goal.map { try SweepGoal($0, in: scenario, varying: variations.map(\.path)) })
  }

  private func json(_ table: SweepTable) -> String {
    var writer = JSONWriter()
    writer.sweep(table)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test(arguments: cases)
  func `parameters in either order and any number of threads give one table`(of: Case) throws {
    let (scenario, _) = try Self.story(of.story)
    let table = try sweep(scenario, [of.first, of.second]).run(jobs: 1)
    for (options, jobs) in [
      ([of.second, of.first], 1), ([of.first, of.second], 2), ([of.second, of.first], 7),
    ] {
      let other = try sweep(scenario, options).run(jobs: jobs)
      #expect(other == table && json(other) == json(table) && other.csv == table.csv)
    }
  }

  @Test(arguments: cases)
  func `a cell is the run with these values set`(of: Case) throws {
    let (scenario, bytes) = try Self.story(of.story)
    let table = try sweep(scenario, [of.first, of.second]).run(jobs: 2)
    let columns = try #require(table.columns)
    #expect(table.cells.count == table.rows.values.count * columns.values.count)
    for cell in table.cells {
      let settings = [
        ScenarioSetting(path: table.rows.path, value: cell.row),
        ScenarioSetting(path: columns.path, value: try #require(cell.column)),
      ]
      // The story's promises may name a process that is not there with these values.
      var single = try Scenario(json: bytes)
      single.expectation = nil
      for setting in settings.sorted(by: { $0.path < $1.path }) { try single.apply(setting) }
      #expect(single.problems().isEmpty)
      let run = Simulator(for: single).run(single)
      #expect(cell.run == RunSummary(of: run), "\(settings)")
    }
    #expect(Set(table.cells.map(\.run.digest)).count > 1, "the values make a difference")
  }

  @Test(arguments: cases, ["no-kills", "survives", "first"])
  func `a search agrees with the table`(of: Case, goal: String) throws {
    let (scenario, _) = try Self.story(of.story)
    let table = try sweep(scenario, [of.first, of.second]).run(jobs: 2)
    let name = table.cells.lazy.compactMap(\.run.first?.name).first ?? ""
    let text = goal == "no-kills" ? goal : "\(goal)=\(name)"
    let found = try sweep(scenario, [of.first, of.second], goal: text).run(jobs: 2)
    #expect(found.cells.map(\.run) == table.cells.map(\.run))
    let width = table.columns?.values.count ?? 1
    #expect(found.findings.count == width)
    for (column, finding) in found.findings.enumerated() {
      let line = stride(from: column, to: table.cells.count, by: width).map { table.cells[$0] }
      // The intervals, written out again, are the answers of the line.
      var answers: [Bool] = []
      for interval in finding.intervals {
        let from = try #require(table.rows.values.firstIndex(of: interval.from))
        let to = try #require(table.rows.values.firstIndex(of: interval.to))
        #expect(from == answers.count && from <= to)
        answers += [Bool](repeating: interval.holds, count: to - from + 1)
      }
      #expect(finding.isExhaustive && finding.tried == line.count)
      #expect(answers.count == line.count)
      for (cell, holds) in zip(line, answers) {
        switch goal {
        case "no-kills": #expect(holds == (cell.run.kills == 0 && cell.run.panicAt == nil))
        case "first": #expect(holds == (cell.run.first?.name == name))
        default: if cell.run.first?.name == name { #expect(!holds) }
        }
      }
    }
  }

  /// Between 15 and 17 GiB in pages that are tried one by one around the change that the search reports.
  @Test func `a search without steps finds the page`() throws {
    let (scenario, _) = try Self.story("ai/api-kv-cache-sessions")
    let found = try sweep(scenario, ["machine.memory=16G..32G"], goal: "no-kills").run(jobs: 2)
    let finding = try #require(found.findings.first)
    #expect(!finding.isExhaustive && finding.isMonotonic && finding.intervals.count == 2)
    let last = try Quantity(finding.intervals[0].to, pageSize: 4096).amount
    let first = try Quantity(finding.intervals[1].from, pageSize: 4096).amount
    #expect(first - last == 4096 && !finding.intervals[0].holds && finding.intervals[1].holds)
    let around = try sweep(
      scenario, ["machine.memory=\(last / 1024 - 40)k..\(first / 1024 + 40)k/4k"], goal: "no-kills"
    ).run(jobs: 1)
    #expect(around.cells.count == 22)
    #expect(around.findings[0].intervals[1].from == finding.intervals[1].from)
  }

  @Test func `a search without steps reports that it is not monotonic`() throws {
    var (scenario, _) = try Self.story("ai/api-kv-cache-sessions")
    // At once it is one request; over a time it would be many small ones, none of which is refused.
    if case .grow(let process, let sizes, _, _) = scenario.events[0].action {
      scenario.events[0].action = .grow(process, sizes, over: 0)
    }
    let found = try sweep(scenario, ["events.0.grow.anon=1G..24G"], goal: "no-kills").run(jobs: 2)
    let finding = found.findings[0]
    #expect(finding.intervals.map(\.holds) == [true, false, true])
    let text = SweepText(found, style: Style(isColored: false), width: 80).text
    #expect(text.contains("no-kills by events.0.grow.anon is not monotonic\n"))
    #expect(text.contains("65 of them spread evenly"))
    // One request of more than RAM and swap is refused: the first size that is, to the page.
    let refused = try Quantity(finding.intervals[2].from, pageSize: 4096).amount / 4096
    #expect(refused == scenario.machine.memory + scenario.machine.swap + 1)
  }

  @Test func `durations are searched to the microsecond`() throws {
    let (scenario, _) = try Self.story("restart/systemd-restart-loop")
    let table = try sweep(
      scenario, ["processes.cached.restart.delay=1us..5s"], goal: "survives=db"
    ).run(jobs: 2)
    #expect(table.findings[0].tried >= 65)
  }

  @Test(arguments: [
    (["machine.memory=0,1G"], "machine.memory=0", "a machine without memory"),
    (["machine.memory=1G", "processes.llm.anon=1G"], "processes.llm.anon=1G", "no process"),
    (["processes.llm-api.oom_score_adj=0..2000/500"], "=2000", "2000 is not from -1000 to 1000"),
    (["machine.memroy=1G"], "machine.memroy", "did you mean 'memory'?"),
    (["events.0.grow.anon=1..2"], "events.0.grow.anon=1", "a size needs a unit"),
  ])
  func `values that the scenario does not take`(
    options: [String], setting: String, message: String
  ) throws {
    let (scenario, _) = try Self.story("ai/api-kv-cache-sessions")
    do {
      _ = try sweep(scenario, options).run(jobs: 2)
      Issue.record("\(options) are accepted")
    } catch let error as ScenarioError {
      #expect(
        error.description.contains(setting) && error.description.contains(message), "\(error)")
    }
  }

  /// The nodes of the machine are 128 GiB together, whatever two threads find first.
  @Test func `values that contradict others are reported for the first cell`() throws {
    let (scenario, _) = try Self.story("numa/numa-membind")
    var messages: Set<String> = []
    for jobs in [1, 2, 5] {
      do {
        _ = try sweep(scenario, ["machine.memory=129G..160G/1G"]).run(jobs: jobs)
        Issue.record("accepted")
      } catch let error as ScenarioError {
        messages.insert(error.description)
      }
    }
    #expect(messages.count == 1 && messages.first?.contains("machine.memory=129G") == true)
  }

  @Test(arguments: [
    (["machine.memory=1G", "machine.memory=2G"], "stands there twice"),
    (["events.0.at=1s", "events[0].at=2s"], "stands there twice"),
    (["machine.memory=1G..2G"], "needs a step"),
    (["machine.memory=1G..2G", "machine.swap=1G..2G"], "needs a step"),
    (["machine.memory=1..2000", "machine.swap=1..2000"], "2000 × 2000 cells, at most 1000000"),
    (["machine.memory=1G..2G", "machine.swap=1..20000"], "65 × 20000 cells, at most 1000000"),
  ])
  func `what is no sweep`(options: [String], message: String) throws {
    let (scenario, _) = try Self.story("ai/api-kv-cache-sessions")
    do {
      _ = try sweep(scenario, options, goal: message.hasPrefix("65") ? "no-kills" : nil)
      Issue.record("\(options) are accepted")
    } catch let error as QuantityError {
      #expect(error.message.contains(message), "\(error.message)")
    }
  }

  /// A value that is said to stand alone leaves no contradiction, whatever it is.
  @Test func `values that stand alone`() throws {
    var tried = 0
    for path in Files.shippedScenarios where !path.hasPrefix("recorded") {
      let (scenario, _) = try Self.story(String(path.dropLast(".json".count)))
      var paths = [
        "sysctl.vm.swappiness", "machine.swap", "machine.kernel", "machine.memory", "kernel",
      ]
      for row in 0..<scenario.processes.count {
        for key in ["anon", "file", "shmem", "swap", "oom_score_adj"] {
          paths.append("processes.\(scenario.processes.name(row: row)).\(key)")
        }
      }
      for index in scenario.events.indices {
        for key in ["grow.anon", "grow.over", "cow.size"] { paths.append("events.\(index).\(key)") }
      }
      for group in scenario.cgroups.keys { paths.append("cgroups.\(group).memory.max") }
      for path in paths {
        for value in ["0", "1G", "6.1", "7s"] {
          let setting = ScenarioSetting(path: path, value: value)
          var copy = scenario
          guard setting.standsAlone(in: scenario), (try? copy.apply(setting)) != nil else {
            continue
          }
          #expect(copy.problems().isEmpty, "\(path)=\(value)")
          tried += 1
        }
      }
    }
    #expect(tried > 1000)
  }
}

/// Laws of drawn values.
@Suite struct JitterRunsTests {
  static let stories: [(String, [String])] = [
    ("global/memory-leak-vps", ["events.0.grow.anon=±20%", "processes.mysqld.anon=±50%"]),
    ("kubernetes/k8s-qos-trio", ["processes.cache.anon=±30%", "machine.memory=±5%"]),
    ("memcg/hpc-batch-job", ["processes.rank.anon=±1%", "events.0.grow.over=±50%"]),
  ]

  private func runs(
    _ story: String, _ options: [String], runs: Int, seed: UInt64 = 1
  ) throws -> JitterRuns {
    let (scenario, bytes) = try SweepTests.story(story)
    return try JitterRuns(
      of: scenario, try options.map { try Jitter($0, of: scenario, text: bytes, settings: []) },
      runs: runs, seed: seed)
  }

  private func json(_ table: JitterTable) -> String {
    var writer = JSONWriter()
    writer.jitter(table)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test(arguments: stories)
  func `threads and the order of the options change nothing`(
    story: String, options: [String]
  ) throws {
    let table = try runs(story, options, runs: 100).run(jobs: 1)
    #expect(table.runs == 100 && table.rows.reduce(0) { $0 + $1.count } == 100)
    for (options, jobs) in [(options, 2), (options.reversed(), 1), (options.reversed(), 6)] {
      #expect(json(try runs(story, Array(options), runs: 100).run(jobs: jobs)) == json(table))
    }
    #expect(json(try runs(story, options, runs: 100, seed: 2).run(jobs: 2)) != json(table))
  }

  @Test(arguments: stories)
  func `without jitter every run is the plain one`(story: String, options: [String]) throws {
    let still = options.map { String($0.prefix { $0 != "=" }) + "=±0%" }
    let table = try runs(story, still, runs: 20).run(jobs: 2)
    let (scenario, _) = try SweepTests.story(story)
    let run = Simulator(for: scenario).run(scenario)
    #expect(table.rows.count == 1 && table.rows[0].count == 20)
    #expect(table.rows[0].name == run.kills.first?.dyingFirst.name)
    #expect(Set(table.rows[0].times) == Set(run.kills.first.map { [$0.at] } ?? []))
    var same = try runs(story, still, runs: 20).run(jobs: 1)
    #expect(same.digest == table.digest)
    same = try runs(story, still, runs: 19).run(jobs: 1)
    #expect(same.digest != table.digest, "the digest counts every run")
  }

  /// The first runs of many are the runs of few: a stream does not depend on how far it is read.
  @Test func `more runs go on where fewer end`() throws {
    let (story, options) = Self.stories[0]
    let few = try runs(story, options, runs: 30).run(jobs: 1)
    let many = try runs(story, options, runs: 60).run(jobs: 2)
    for row in few.rows {
      let same = many.rows.first { $0.name == row.name }
      #expect((same?.count ?? 0) >= row.count)
      #expect(Set(row.times).isSubset(of: Set(same?.times ?? [])))
    }
  }

  @Test func `a path stands there once, and runs are bounded`() throws {
    let (story, options) = Self.stories[0]
    #expect(throws: QuantityError.self) { try runs(story, [options[0], options[0]], runs: 1) }
    #expect(throws: QuantityError.self) { try runs(story, options, runs: 0) }
    #expect(throws: QuantityError.self) { try runs(story, options, runs: 1_000_001) }
  }
}
