import Foundation
import KernelLog
import OOMFormats
import OOMSimulator
import Testing

/// A run written as a kernel's log, and read back: the log says what the run says.
@Suite struct KernelLogTextTests {
  /// Releases whose logs differ in their forms.
  static let releases: [KernelRelease] = [
    "3.10", "4.4", "4.14", "4.19", "5.4", "5.10", "6.1", "6.12",
  ]

  /// What a log cannot show: a part of a scenario's path, and a part of the reason why its reports do not read
  /// back to the same prediction; nil where they are predicted by another sum or scope.
  static let exceptions: [(path: String, why: String?, note: String)] = [
    ("allocating", "the invoker", "the processor's line, which names the invoker, is left out"),
    ("rate-limit", "no task table", "the eleventh kill in five seconds has no report"),
    ("/m09-", nil, "no log of a memcg has the swap of the host"),
    ("/m10-", nil, "no log of a memcg has the swap of the host"),
    ("/m34-", nil, "4.5 to 5.2 show no limit of swap in version 2"),
    ("docker-memory-swap", nil, "4.5 to 5.2 show no limit of swap in version 2"),
    ("/swap-max-", nil, "4.5 to 5.2 show no limit of swap in version 2"),
    ("/oom03-", nil, "no log of a memcg has the swap of the host"),
    ("/oom05-", nil, "no log of a memcg has the swap of the host"),
    ("/m14c-", "swap of the host", "4.5 to 5.2 show no limit of swap in version 2"),
    ("/m21b-", "order in which", "to 5.2 the table has no order of groups"),
    ("-bind-", "the rules choose", "no log to 4.8 shows a memory policy"),
    ("-node.json", nil, "no log to 4.8 shows a memory policy"),
    ("numa-membind", nil, "no log to 4.8 shows a memory policy"),
    ("/n0", nil, "no log to 4.8 shows a memory policy"),
  ]

  private func run(_ scenario: Scenario, _ release: KernelRelease) -> Run {
    var simulator = Simulator(kernel: release)
    simulator.recordsLog = true
    return simulator.run(scenario)
  }

  private func scenario(_ path: String) throws -> Scenario {
    try Scenario(json: try Files.bytes(of: Files.scenarios.appending(path: path)))
  }

  /// Writes a run, reads it, and compares.
  private func check(_ scenario: Scenario, _ path: String, _ release: KernelRelease) {
    let run = run(scenario, release)
    let log = KernelLogText.text(of: run)
    let autopsies = Autopsy.of(KernelLogReader.reports(in: Array(log.utf8)))
    // The kernel says nothing of what a program of user space kills.
    let kills = run.kills.filter { $0.ground == nil }
    let deaths = kills.count + (run.panic == nil ? 0 : 1)
    #expect(autopsies.count == deaths, "\(path) at \(release)")
    let allowed = Self.exceptions.filter { path.contains($0.path) }
    for (kill, autopsy) in zip(kills, autopsies) {
      let place = "\(path) at \(release), \(kill.at.rawValue) µs: \(autopsy.why)"
      #expect(autopsy.kernel == release.text, "\(place)")
      #expect(autopsy.logged?.pid == Int64(kill.victim.pid), "\(place)")
      if let rows = autopsy.report.table?.rows, let table = kill.decision?.log?.table {
        #expect(rows.map(\.pid) == table.map { Int64($0.identity.pid) }, "\(place)")
        #expect(rows.map(\.rss) == table.map(\.rss), "\(place)")
        #expect(rows.map(\.totalVM) == table.map(\.totalVM), "\(place)")
      }
      // Before 2.6.36 badness read what no table shows, and printed no table by itself.
      if release.upstream < "2.6.36", release.enterpriseLinux == nil { continue }
      if autopsy.verdict == .match, autopsy.constraint == kill.decision?.constraint,
        autopsy.cgroup == kill.decision?.cgroup, autopsy.totalpages == kill.decision?.totalpages,
        autopsy.kill?.victim.points == kill.victim.points
      {
        continue
      }
      let isKnown = allowed.contains { exception in
        exception.why.map { autopsy.why.contains($0) } ?? (autopsy.verdict == .match)
      }
      #expect(isKnown, "\(place)")
    }
    if run.panic != nil, autopsies.count == deaths {
      #expect(autopsies.last?.verdict == .match, "\(path) at \(release): panic")
    }
  }

  /// Of the recorded runs, which are alike, one in five unless many mutations are asked for.
  static let sample = Files.shippedScenarios.enumerated().filter {
    isLarge || !$0.element.hasPrefix("recorded/") || $0.offset % 5 == 0
  }.map(\.element)

  private static let isLarge = KernelLogMutationTests.count > 400

  @Test(arguments: sample) func `at its own release`(path: String) throws {
    let scenario = try scenario(path)
    check(scenario, path, scenario.kernel ?? .standard)
  }

  @Test(arguments: releases) func `at releases that log in other forms`(release: KernelRelease)
    throws
  {
    // All of them take a minute for each release; every release has others.
    let offset = Self.releases.firstIndex(of: release) ?? 0
    for (number, path) in Files.shippedScenarios.enumerated()
    where Self.isLarge || (number + offset) % 8 == 0 {
      check(try scenario(path), path, release)
    }
  }

  @Test func `a release before 2.6.36 has a table only if it is asked for`() throws {
    var scenario = try scenario("protection/agent-minus-500.json")
    #expect(!KernelLogText.text(of: run(scenario, "2.6.32")).contains("total_vm"))
    scenario.sysctl.oomDumpTasks = true
    let log = KernelLogText.text(of: run(scenario, "2.6.32"))
    #expect(log.contains("[ pid ]   uid  tgid total_vm      rss cpu oom_adj name"))
    check(scenario, "agent", "2.6.32")
  }

  // MARK: Forms

  /// The lines of a report without times, to the first blank of each that differs by numbers.
  private func lines(_ path: String, _ release: KernelRelease) throws -> [String] {
    KernelLogText.text(of: run(try scenario(path), release)).split(separator: "\n").map {
      String($0.drop { $0 != "]" }.dropFirst(2))
    }
  }

  @Test(
    arguments: [
      ("2.6.11", "Out of Memory: Killed process "), ("2.6.18", " and children."),
      ("2.6.32", " or a child"), ("2.6.34", " vsz:"), ("3.10", " or sacrifice child"),
      ("4.14", ", shmem-rss:0kB"), ("5.1", "Out of memory: Killed process 1004 (agent) total-vm:"),
      ("5.4", " UID:201 pgtables:"), ("2.6.32-el6", ", UID "),
    ] as [(KernelRelease, String)])
  func `kill lines`(release: KernelRelease, part: String) throws {
    var scenario = try scenario("protection/agent-minus-500.json")
    for row in 0..<scenario.processes.count { scenario.processes[row].oomScoreAdj = 0 }
    let log = KernelLogText.text(of: run(scenario, release))
    #expect(log.contains(part), "\(log)")
  }

  @Test func `a group that dies as a whole names its first victim twice`() throws {
    let lines = try lines("kubernetes/oom-group-1-28.json", "6.12")
    let group = try #require(lines.firstIndex { $0.hasPrefix("Tasks in /kubepods/") })
    let first = lines[group - 1]
    #expect(first.hasPrefix("Memory cgroup out of memory: Killed process "))
    #expect(lines[(group + 1)...].contains(first))
    #expect(lines.contains { $0.hasPrefix("swap: usage 0kB, limit ") })
  }

  @Test func `a name cannot break its line`() throws {
    var scenario = try scenario("protection/agent-minus-500.json")
    scenario.processes[6].name = "a\nb\\c"
    let log = KernelLogText.text(of: run(scenario, "6.12"))
    #expect(log.contains("Killed process 1005 (a\\x0ab\\x5cc) total-vm"))
    let isWhole = log.split(separator: "\n").allSatisfy { $0.hasPrefix("[") }
    #expect(isWhole)
  }

  /// A machine of many small processes, and so many OOMs that nobody's growth asked for.
  private func scenario(ooms times: [Int64], processes: Int) throws -> Scenario {
    var scenario = Scenario()
    scenario.machine.memory = 1 << 20
    var worker = Scenario.Process(name: "w", anon: 1)
    worker.count = Int32(processes)
    scenario.processes.append(worker)
    scenario.events = times.map {
      Event(at: .seconds($0), action: .oom(cgroup: nil, invoker: nil, nodes: nil))
    }
    return scenario
  }

  /// Kernel: `oom_kill_process()`, mm/oom_kill.c, with `___ratelimit()`, lib/ratelimit.c: ten in five seconds.
  @Test func `of many reports at once ten are printed, and the next says how many were not`() throws
  {
    let scenario = try scenario(ooms: Array(repeating: 1, count: 13) + [8], processes: 20)
    let log = KernelLogText.text(of: run(scenario, "6.12"))
    let lines = log.split(separator: "\n")
    #expect(lines.count { $0.contains("invoked oom-killer") } == 11)
    #expect(lines.count { $0.contains("Killed process") } == 14)
    #expect(lines.count { $0.contains("oom_kill_process: 3 callbacks suppressed") } == 1)
  }

  /// What is not printed is not kept, either: a small scenario could fill the memory.
  @Test func `no more reports after 250,000 rows of task tables, but all kill lines`() throws {
    let scenario = try scenario(ooms: (1...30).map { $0 * 10 }, processes: 10_000)
    let run = run(scenario, "6.12")
    let reports = run.kills.compactMap { $0.decision?.log?.report }
    let printed = reports.count { $0 == .printed(suppressed: 0) }
    #expect(printed == 26 && reports.count { $0 == .leftOut } == 4, "\(printed)")
    let rows = run.kills.reduce(0) { $0 + ($1.decision?.log?.table?.count ?? 0) }
    #expect(rows > 250_000 && rows < 260_000)
    let lines = KernelLogText.text(of: run).split(separator: "\n")
    #expect(lines.count { $0.contains("Killed process") } == 30)
  }
}
