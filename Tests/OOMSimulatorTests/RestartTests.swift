import OOMFormats
import Testing

@testable import OOMSimulator

/// What a machine of 100000 pages that may be used to the last does with processes that come back.
enum RestartWorld {
  static func scenario(
    _ processes: String, _ events: String, machine: String = "", sysctl: String = "",
    cgroups: String = ""
  ) throws -> Scenario {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "100000 pages"\(machine) },
        "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1\(sysctl) },
        "cgroups": {\(cgroups)}, "processes": [\(processes)], "events": [\(events)] }
      """
    return try Scenario(json: Array(text.utf8), file: "test.json")
  }

  static func run(
    _ processes: String, _ events: String, machine: String = "", sysctl: String = "",
    cgroups: String = ""
  ) throws -> Run {
    let scenario = try scenario(
      processes, events, machine: machine, sysctl: sysctl, cgroups: cgroups)
    return Simulator(for: scenario).run(scenario)
  }

  /// A process that fills the machine from its start, a page a microsecond.
  static func filler(_ restart: String) -> String {
    #"{ "name": "c", "anon": 0, "restart": { \#(restart) } }"#
  }

  static let fill =
    #"{ "at": 0, "grow": { "process": "c", "anon": "1000000 pages", "over": "1s" } }"#

  /// How long it lives: 99787 pages, 195 + 9 page tables, and there is no room for the next.
  static let life: Microseconds = 99_797
}

/// When a process comes back. A page is 4 KiB.
@Suite struct RestartTests {
  private typealias State = RestartWorld

  /// `service_shall_restart()`, src/core/service.c: oom-kill is a failure, a normal end is none.
  @Test(arguments: [
    ("always", true, true), ("on-failure", true, false), ("no", false, false),
  ])
  func `which ends bring a process back`(policy: String, kill: Bool, exit: Bool) throws {
    let process = #"{ "name": "c", "anon": "9 pages", "restart": { "policy": "\#(policy)" } }"#
    let killed = try State.run(process, #"{ "at": "1s", "oom": {} }"#)
    #expect(killed.processCount == (kill ? 2 : 1))
    let exited = try State.run(process, #"{ "at": "1s", "exit": { "process": "c" } }"#)
    #expect(exited.processCount == (exit ? 2 : 1))
    #expect(killed.outcome == .completed && exited.outcome == .completed)
    #expect(killed.loop == nil && killed.end == (kill ? 1_100_000 : 1_000_000))
  }

  @Test func `it comes back as it was described, with a new pid, at the end of the list`() throws {
    let run = try State.run(
      """
      { "name": "a", "pid": 1000, "cgroup": "/g", "uid": 7, "oom_score_adj": 900, "anon": "70 pages",
        "restart": { "policy": "always", "delay": "2s" } },
      { "name": "b", "anon": "80 pages" }
      """,
      """
      { "at": "1s", "set": { "process": "a", "to": { "oom_score_adj": 1000, "uid": 8 } } },
      { "at": "1s", "grow": { "process": "a", "anon": "500 pages" } },
      { "at": "2s", "oom": {} }, { "at": "5s", "oom": {} }
      """)
    #expect(run.kills.map(\.victim.pid) == [1000, 1002])
    let back = try #require(run.kills.last?.victim)
    #expect(back.name == "a" && back.oomScoreAdj == 900 && back.uid == 7 && back.cgroup == "/g")
    #expect(back.anon == 70)
    #expect(run.tasks.names == ["a", "b", "a", "a"])
  }

  /// What a process does at its start it does at each; what comes later has its own time.
  @Test func `growth of the first instant is repeated, other events are not`() throws {
    let run = try State.run(
      #"{ "name": "c", "anon": "10 pages", "restart": { "policy": "always" } }"#,
      """
      { "at": 0, "grow": { "process": "c", "anon": "100 pages", "over": "1s" } },
      { "at": 0, "map": { "process": "c", "size": "7 pages" } },
      { "at": 0, "shrink": { "process": "c", "anon": "3 pages" } },
      { "at": "1us", "grow": { "process": "c", "anon": "1000 pages" } },
      { "at": "2s", "oom": {} }
      """)
    #expect(run.process(0).state == .killed && run.kills.first?.victim.anon == 1107)
    #expect(run.process(1).anon == 107)
    #expect(run.tasks.mappings[1].untouched == 7)
    #expect(run.end == 3_100_000)
  }

  @Test func `a start event begins the first life, and its instant counts`() throws {
    let run = try State.run(
      #"{ "name": "x", "anon": 0 }"#,
      """
      { "at": "1s", "start": { "name": "w", "count": 2, "anon": "5 pages", "restart": { "policy": "always" } } },
      { "at": "1s", "grow": { "process": "w-2", "anon": "50 pages" } },
      { "at": "2s", "grow": { "process": "w-1", "anon": "500 pages" } },
      { "at": "3s", "oom": {} }, { "at": "3s", "oom": {} }
      """)
    #expect(run.kills.map(\.victim.name) == ["w-1", "w-2"])
    #expect(run.tasks.names == ["x", "w-1", "w-2", "w-1", "w-2"])
    #expect(run.process(3).anon == 5 && run.process(4).anon == 55)
  }

  @Test func `with an exit delay the pause begins when the memory is back`() throws {
    let run = try State.run(
      #"{ "name": "c", "anon": "9 pages", "restart": { "policy": "always", "delay": "3s" } }"#,
      #"{ "at": "1s", "oom": {} }"#, machine: #", "exit_delay": "500ms""#)
    #expect(run.end == 4_500_000 && run.process(1).state == .running)
  }

  /// A victim's exit comes before the end of the growth that was under way when it was chosen.
  @Test func `memory that comes back during growth is there for the rest of it`() throws {
    let run = try State.run(
      #"{ "name": "a", "anon": "90000 pages" }, { "name": "b", "anon": 0 }"#,
      #"{ "at": 0, "grow": { "process": "b", "anon": "80000 pages", "over": "8s" } }"#,
      machine: #", "exit_delay": "1s""#)
    // What waited a second ends a second later.
    #expect(run.kills.map(\.victim.name) == ["a"])
    #expect(run.stuck.isEmpty && run.process(1).anon == 80_000 && run.end == 9_000_000)
  }

  /// memory.oom.group kills the whole container, and all of it comes back.
  @Test func `everybody that a group loses comes back`() throws {
    let run = try State.run(
      """
      { "name": "w", "count": 3, "cgroup": "/g", "anon": "9 pages", "restart": { "policy": "on-failure" } },
      { "name": "side", "cgroup": "/g", "anon": "1 pages" }
      """,
      #"{ "at": "1s", "oom": { "cgroup": "/g" } }"#, cgroups: #""/g": { "memory.oom.group": 1 }"#)
    #expect(run.kills.first?.killed.count == 4)
    #expect(run.tasks.names.suffix(3) == ["w-1", "w-2", "w-3"])
    #expect((4..<7).allSatisfy { run.process($0).state == .running })
  }

  @Test func `the latest life is the one that survives`() throws {
    var scenario = try State.scenario(
      #"{ "name": "c", "anon": "9 pages", "restart": { "policy": "always" } }"#,
      #"{ "at": "1s", "oom": {} }"#)
    var expectation = Expectation()
    expectation.survivors = ["c"]
    expectation.outcome = .completed
    scenario.expectation = expectation
    let run = Simulator().run(scenario)
    #expect(run.process(0).state == .killed && expectation.differences(from: run) == [])
    expectation.outcome = .loop
    #expect(expectation.differences(from: run).map(\.field) == ["outcome"])
  }

  // MARK: Refused starts

  /// ENOMEM at the start is a failed start: mode 2, and db holds what the limit allows.
  @Test func `a start that overcommit refuses is tried again`() throws {
    // CommitLimit 50000 pages less reserves; c wants 20000 beside 40000 until db ends.
    let run = try State.run(
      """
      { "name": "db", "anon": "40000 pages" },
      { "name": "c", "anon": "20000 pages", "restart": { "policy": "on-failure", "delay": "1s" } }
      """,
      """
      { "at": "500ms", "set": { "sysctl": true, "to": { "vm.overcommit_memory": 2 } } },
      { "at": "500ms", "oom": { "process": "c" } }, { "at": "500ms", "sysrq": "f" },
      { "at": "3s", "start": { "name": "db2", "anon": "40000 pages" } }
      """, sysctl: #", "vm.admin_reserve_kbytes": 0, "vm.user_reserve_kbytes": 0"#)
    // Both died; c is back at 1.5 s, and db2 is refused, which does not come back.
    #expect(run.kills.map(\.victim.name) == ["db", "c"])
    #expect(run.refused.map { $0.process?.name } == ["db2"])
    #expect(run.tasks.names == ["db", "c", "c", "db2"])
  }

  @Test func `a process that is refused at every start is a loop without kills`() throws {
    let run = try State.run(
      """
      { "name": "db", "anon": "40000 pages" },
      { "name": "c", "anon": "20000 pages", "on_enomem": "exit",
        "restart": { "policy": "on-failure", "delay": "1s" } }
      """,
      """
      { "at": "500ms", "set": { "sysctl": true, "to": { "vm.overcommit_memory": 2 } } },
      { "at": "500ms", "grow": { "process": "c", "anon": "20000 pages" } }
      """, sysctl: #", "vm.admin_reserve_kbytes": 0, "vm.user_reserve_kbytes": 0"#)
    #expect(run.kills.isEmpty && run.outcome == .loop)
    #expect(
      run.loop
        == Run.Loop(
          period: 1_000_000, kills: 0, killsPerHour: 0, processes: ["c"], hurtBesides: []))
  }

  // MARK: Pauses

  /// "an exponential back-off delay (10s, 20s, 40s, …), that is capped at five minutes": Pod Lifecycle, Kubernetes.
  @Test func `the pauses of the kubelet double up to five minutes`() throws {
    let run = try State.run(
      State.filler(#""policy": "always", "backoff": "exponential""#), State.fill)
    let pauses = zip(run.kills, run.kills.dropFirst()).map { ($1.at - $0.at - State.life) }
    #expect(
      pauses.prefix(7).map { $0 / .seconds(1) } as [Int64] == [10, 20, 40, 80, 160, 300, 300])
    #expect(pauses.allSatisfy { $0 % .seconds(1) == 0 })
    #expect(run.loop?.period == 300_000_000 + State.life && run.loop?.killsPerHour == 11)
  }

  /// "Once a container has executed for 10 minutes without any problems, the kubelet resets" the timer: ibid.
  @Test(arguments: [(600, 10), (599, 20)])
  func `a life of ten minutes makes the pauses short again`(life: Int, pause: Int) throws {
    let run = try State.run(
      #"{ "name": "c", "anon": "9 pages", "restart": { "policy": "always", "backoff": "exponential" } }"#,
      #"{ "at": "1s", "oom": {} }, { "at": "\#(11 + life)s", "oom": {} }"#)
    #expect(run.kills.count == 2 && run.end == .seconds(Int64(11 + life + pause)))
  }

  @Test(arguments: [1, 7, 1000, 10_000_000, 300_000_000, 300_000_001] as [Microseconds])
  func `each pause is the smaller of twice the one before and the longest`(delay: Microseconds) {
    var policy = RestartPolicy(.always)
    policy.backoff = .exponential
    policy.delay = delay
    var (level, pause) = (0, delay)
    for _ in 0..<80 {
      #expect(policy.delay(level: level) == pause)
      level = policy.level(after: level)
      pause = min(pause * 2, max(.seconds(300), delay))
    }
  }

  // MARK: The start limit

  /// `ratelimit_below()`, src/basic/ratelimit.c: the window begins with the first start, and the first start
  /// after its end begins the next. So start number burst + 1 is refused unless it comes later than that.
  @Test(arguments: UInt64(0)..<40)
  func `it loops for ever if, and only if, life and delay times burst are above interval`(
    seed: UInt64
  ) throws {
    var random = SplitMix(seed: seed)
    let burst = Int64.random(in: 1...6, using: &random)
    let delay = Microseconds(.random(in: 1...400_000, using: &random))
    let limit = (State.life + delay) * burst
    let far = Microseconds(.random(in: 1...2_000_000, using: &random))
    for interval in [limit - 1, limit, limit + 1, far] {
      let restart =
        #""policy": "on-failure", "delay": "\#(delay.rawValue)us", "burst": \#(burst), "interval": "\#(interval.rawValue)us""#
      let run = try State.run(State.filler(restart), State.fill)
      #expect((run.outcome == .loop) == (limit > interval), "\(restart)")
      if limit > interval {
        #expect(run.loop?.period == State.life + delay && run.loop?.kills == 1)
      } else {
        #expect(run.kills.count == burst)
        #expect(run.warnings.contains { $0.text.contains("start-limit-hit: \(burst) starts") })
      }
    }
  }
}
