import OOMFormats
import Testing

@testable import OOMSimulator

/// earlyoom by version: `lowmem_sig()`, `sleep_time_ms()` and `is_larger()`, main.c and kill.c.
@Suite struct EarlyOOMTests {
  private let mebibyte: Int64 = 256

  /// A machine whose /proc/meminfo says what is asked for, with the processes that are given and one that has the rest.
  ///
  /// - Parameters: in pages.
  private func state(
    memory: Int64, available: Int64, anon: Int64? = nil, swap: Int64 = 0, swapFree: Int64 = 0,
    processes: String = "", exitDelay: String = "0s"
  ) throws -> State {
    func make(kernel: Int64, rest: Int64) throws -> State {
      let text = """
        { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "\(memory) pages",
            "swap": "\(swap) pages", "kernel": "\(kernel) pages", "exit_delay": "\(exitDelay)" },
          "processes": [ \(processes.isEmpty ? "" : processes + ",")
            { "name": "rest", "oom_score_adj": -1000, "anon": "\(rest) pages", "page_tables": 0,
              "swap": "\(swap - swapFree) pages" } ] }
        """
      return State(of: try Scenario(json: Array(text.utf8)))
    }
    var (kernel, rest) = (Int64(0), Int64(0))
    for _ in 0..<2 {
      let info = try make(kernel: kernel, rest: rest).memoryInfo
      if let anon { rest += anon - info.anon }
      kernel += try make(kernel: kernel, rest: rest).memoryInfo.available - available
    }
    let state = try make(kernel: kernel, rest: rest)
    #expect(state.memoryInfo.available == available)
    if let anon { #expect(state.memoryInfo.anon == anon) }
    return state
  }

  private func look(
    _ state: State, _ args: String = "", version: String? = nil
  ) throws -> (victim: String?, signal: Ground.Signal?, sleep: Microseconds) {
    var program = UserspaceKiller(.earlyoom)
    program.version = version.flatMap { ProgramVersion($0) }
    program.args = args
    #expect(program.problem == nil)
    var (state, killer) = (state, program.killer)
    guard case .kill(let choice) = killer.decide(nil, &state, &killer) else {
      return (nil, nil, killer.nextLook ?? 0)
    }
    return (state.tasks.names[choice.victim], choice.ground?.signal, killer.nextLook ?? 0)
  }

  // MARK: Vectors from threads

  /// earlyoom #344, 1.8 or later: a tab of 79 MiB at 233 dies, the leak at 0 does not.
  @Test(arguments: [0, 100]) func `a small tab goes before the leak`(adj: Int) throws {
    let state = try state(
      memory: 24_020 * mebibyte, available: 2051 * mebibyte, anon: (20_537 - 2051) * mebibyte,
      swap: 975 * mebibyte,
      processes: """
        { "name": "tab", "anon": "79M", "oom_score_adj": 233 },
        { "name": "helper", "anon": "12M", "oom_score_adj": 200 },
        { "name": "leak", "anon": "3G", "oom_score_adj": \(adj) }
        """)
    let found = try look(state)
    #expect(found.victim == "tab" && found.signal == .term)
    let row = try #require(state.tasks.names.firstIndex(of: "tab"))
    // The thread shows 823 and not how much memory the machine has; at this size the kernel's formula gives 824.
    #expect(state.procOOMScore(row) == 824)
  }

  /// #269, -m 4,2 -s 10,5: 0.35 % of memory, but 62 % of swap.
  @Test func `much swap keeps it from acting`() throws {
    let state = try state(
      memory: 15_881 * mebibyte, available: 56 * mebibyte, swap: 4096 * mebibyte,
      swapFree: 2540 * mebibyte, processes: #"{ "name": "a", "anon": "1G" }"#)
    #expect(try look(state, "-m 4,2 -s 10,5", version: "1.6").victim == nil)
    #expect(try look(state, "-m 4,2 -s 100", version: "1.6").victim == "a")
  }

  /// #86: 357 of 3,828 MiB and 77 % of swap. #224: 1,430 of 15,482 MiB and 95 of 975 of swap.
  @Test func `two reports from before 1-8`() throws {
    let one = try state(
      memory: 3828 * mebibyte, available: 357 * mebibyte, swap: 1000 * mebibyte,
      swapFree: 770 * mebibyte, processes: #"{ "name": "a", "anon": "1G" }"#)
    #expect(try look(one, version: "1.2").victim == nil)
    let other = try state(
      memory: 15_482 * mebibyte, available: 1430 * mebibyte, swap: 975 * mebibyte,
      swapFree: 95 * mebibyte,
      processes: #"{ "name": "b", "anon": "2G" }, { "name": "a", "anon": "6G" }"#)
    let found = try look(other, version: "1.5")
    #expect(found.victim == "a" && found.signal == .term)
  }

  // MARK: Edges

  /// `<=`: at the threshold, one page above and one below it, of both; half of it for SIGKILL.
  @Test func `thresholds are reached at them`() throws {
    func signal(_ available: Int64, _ swapFree: Int64, _ args: String = "") throws -> Ground.Signal?
    {
      try look(
        try state(
          memory: 1_000_000, available: available, anon: 500_000 - available, swap: 10_000,
          swapFree: swapFree, processes: #"{ "name": "a", "anon": "100M" }"#), args
      ).signal
    }
    #expect(try signal(50_000, 1000) == .term)
    #expect(try signal(50_001, 1000) == nil)
    #expect(try signal(50_000, 1001) == nil)
    #expect(try signal(25_000, 500) == .kill)
    #expect(try signal(25_001, 500) == .term)
    #expect(try signal(25_000, 501) == .term)
    #expect(try signal(50_000, 10_000, "-s 100") == .term)
    #expect(try signal(10_000, 0, "-m 2.5,2") == .kill)
    #expect(try signal(12_500, 0, "-m 2.5,2") == .term)
    #expect(try signal(12_501, 0, "-m 2.5,2") == nil)
    // Of both forms the lower one counts: 40,000 KiB of 4,000,000 are 1 %.
    #expect(try signal(5000, 0, "-m 10 -M 40000") == .term)
    #expect(try signal(5001, 0, "-m 10 -M 40000") == nil)
  }

  /// Before 1.8 a per cent is one of MemTotal, since then one of what is not the kernel's.
  @Test func `what a per cent is of`() throws {
    let state = try state(
      memory: 1_000_000, available: 80_000, anon: 420_000,
      processes: #"{ "name": "a", "anon": "100M" }"#)
    #expect(try look(state, version: "1.7").victim == "a")
    #expect(try look(state, version: "1.8").victim == nil)
  }

  /// Headroom in KiB, at 6,000 of memory and 800 of swap a millisecond, from 100 to 1,000 ms.
  @Test func `how long it sleeps`() throws {
    func sleep(
      _ available: Int64, _ swapFree: Int64, swap: Int64 = 100_000, version: String? = nil
    ) throws -> Microseconds {
      try look(
        try state(
          memory: 2_000_000, available: available, anon: 1_000_000 - available, swap: swap,
          swapFree: swapFree), version: version
      ).sleep
    }
    // Nobody can be killed: one second more.
    #expect(try sleep(100_000, 10_000) == 1_100_000)
    #expect(try sleep(100_001, 10_000) == 100_000)
    // 1,200,000 KiB / 6,000, and 160,000 KiB / 800.
    #expect(try sleep(400_000, 10_000) == 200_000)
    #expect(try sleep(400_000, 50_000) == 400_000)
    // 1,205,996 / 6,000 and 796 / 800, each rounded down.
    #expect(try sleep(401_499, 10_199) == 200_000)
    #expect(try sleep(401_500, 10_200) == 202_000)
    #expect(try sleep(900_000, 100_000) == 983_000)
    #expect(try sleep(990_000, 100_000, swap: 200_000) == 993_000)
    #expect(try sleep(990_000, 200_000, swap: 200_000) == 1_000_000)
    #expect(try sleep(900_000, 100_000, version: "1.1") == 100_000)
  }

  /// Of equal scores the larger VmRSS, of equals of both the lower pid; pid 1 and 2, kernel threads and -1000 never.
  @Test func `the choice`() throws {
    func victim(_ processes: String, _ args: String = "", version: String? = nil) throws -> String?
    {
      try look(
        try state(memory: 2_000_000, available: 10_000, anon: 1_000_000, processes: processes),
        args,
        version: version
      ).victim
    }
    let two =
      #"{ "pid": 30, "name": "b", "anon": "10M" }, { "pid": 20, "name": "a", "anon": "10M" }"#
    #expect(try victim(two) == "a")
    #expect(try victim(two + #", { "pid": 40, "name": "c", "anon": "11M" }"#) == "c")
    #expect(try victim(#"{ "pid": 1, "name": "init", "anon": "90M" }"#) == nil)
    #expect(try victim(#"{ "pid": 2, "name": "two", "anon": "90M" }"#) == nil)
    let disabled = two + #", { "name": "d", "anon": "900M", "oom_score_adj": -1000 }"#
    #expect(try victim(disabled) == "a")
    let big = two + #", { "name": "big", "anon": "900M" }"#
    #expect(try victim(big) == "big")
    #expect(try victim(big, "--avoid ^big$") == "a")
    #expect(try victim(big, "--prefer b$") == "b")
    #expect(try victim(big, "--ignore '^(a|big)$'") == "b")
    #expect(try victim(big, "--prefer=^a$ --avoid=^big$") == "a")
    let root =
      #"{ "name": "r", "anon": "900M", "uid": 0 }, { "name": "u", "anon": "10M", "uid": 1000 }"#
    #expect(try victim(root, "--ignore-root-user") == "u")
    let adj =
      #"{ "name": "small", "anon": "1M", "oom_score_adj": 500 }, { "name": "large", "anon": "9M" }"#
    #expect(try victim(adj) == "small")
    #expect(try victim(adj, "--sort-by-rss") == "large")
    // A name has 15 bytes in /proc/PID/comm.
    let long = #"{ "name": "chromium-browser-x", "anon": "10M" }, { "name": "z", "anon": "1M" }"#
    #expect(try victim(long, "--ignore ^chromium-browse$") == "z")
    #expect(try victim(#"{ "name": "earlyoom", "anon": "10M" }"#) == nil)
    #expect(try victim(big, "--dryrun") == nil)
  }

  // MARK: On the clock

  private func run(_ text: String, _ kernel: KernelRelease = "6.12") throws -> Run {
    Simulator(kernel: kernel).run(try Scenario(json: Array(text.utf8)))
  }

  private func leak(exitDelay: String, over: String = "60s", restart: String = "") -> String {
    """
    { "schema": "oomsim.scenario/1", "name": "t",
      "machine": { "memory": "1000000 pages", "exit_delay": "\(exitDelay)" },
      "sysctl": { "vm.overcommit_memory": 1 }, "killers": [ { "kind": "earlyoom" } ],
      "processes": [ { "name": "web", "anon": "100M", "oom_score_adj": 950\(restart) },
        { "name": "leak", "anon": "1M" } ],
      "events": [ { "at": "1s", "grow": { "process": "leak", "anon": "970000 pages", "over": "\(over)" } } ] }
    """
  }

  @Test func `it comes before the kernel, and the leak is not what it takes`() throws {
    let run = try run(leak(exitDelay: "0s"))
    let kill = try #require(run.kills.first)
    #expect(kill.by == "earlyoom" && kill.victim.name == "web" && kill.decision == nil)
    #expect(kill.killed.map(\.because) == [.userspace])
    #expect(kill.ground?.checks.map(\.what) == ["MemAvailable", "SwapFree"])
    for check in kill.ground?.checks ?? [] {
      guard case (.share(let value), .share(let limit)) = (check.value, check.limit) else {
        Issue.record("\(check.what) is no share")
        continue
      }
      #expect(value.millionths <= limit.millionths)
    }
    #expect(run.groups.allSatisfy { $0.events.oomKill == 0 })
  }

  /// A victim that does not end gets SIGKILL as soon as memory is at the lower threshold; it is waited for in steps of
  /// 100 ms, and nobody else is taken meanwhile.
  @Test func `SIGTERM becomes SIGKILL`() throws {
    let run = try run(leak(exitDelay: "9s"))
    let kill = try #require(run.kills.first)
    let escalated = try #require(kill.ground?.escalated)
    #expect(kill.ground?.signal == .term)
    #expect((escalated - kill.at) % .milliseconds(100) == .zero)
    if run.kills.count > 1 { #expect(run.kills[1].at >= kill.at + .seconds(9)) }
    #expect(try self.run(leak(exitDelay: "0s")).kills.first?.ground?.escalated == nil)
  }

  /// `Restart=on-failure` takes an end by SIGTERM for a clean one, the kubelet takes its exit code for a failure.
  @Test func `what comes back after SIGTERM`() throws {
    func comesBack(_ restart: String) throws -> Bool {
      let run = try run(leak(exitDelay: "0s", restart: #", "restart": \#(restart)"#))
      return run.processes.contains { $0.name == "web" && $0.state == .running }
        || run.kills.filter { $0.victim.name == "web" }.count > 1
    }
    #expect(try comesBack(#"{ "policy": "always" }"#))
    #expect(try !comesBack(#"{ "policy": "on-failure" }"#))
    #expect(try comesBack(#"{ "policy": "on-failure", "backoff": "exponential" }"#))
  }

  /// Memory that is short from the start, or all at once and then for good, is found by the next look.
  @Test func `nothing else has to happen`() throws {
    func run(_ anon: String, _ events: String = "") throws -> Run {
      try self.run(
        """
        { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "1000000 pages" },
          "killers": [ { "kind": "earlyoom" }, { "kind": "systemd-oomd" } ],
          "processes": [ { "name": "a", "anon": "\(anon)" } ], "events": [ \(events) ] }
        """)
    }
    #expect(try run("930000 pages").kills.map(\.at) == [0])
    let grown = try run(
      "1M", #"{ "at": "10s", "grow": { "process": "a", "anon": "930000 pages" } }"#)
    #expect(grown.kills.map(\.by) == ["earlyoom"])
    #expect(grown.kills.allSatisfy { $0.at > .seconds(10) && $0.at <= .seconds(11) })
    #expect(try run("1M").kills.isEmpty)
  }

  /// Looks that find what the last one found are left out, and nothing else changes by that.
  @Test func `a quiet year costs nothing`() throws {
    let run = try run(
      """
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "8G" },
        "killers": [ { "kind": "earlyoom" }, { "kind": "systemd-oomd" } ],
        "processes": [ { "name": "a", "anon": "1G" } ],
        "events": [ { "at": "8000h", "grow": { "process": "a", "anon": "7G" } } ] }
      """)
    #expect(run.kills.count == 1)
    #expect(run.effort < 100_000)
  }

  @Test(arguments: [
    ("-m", "wants a value"), ("-m 0", "per cent"), ("-m 101", "per cent"), ("-m x", "per cent"),
    ("-M 5G", "KiB"), ("-m 1,2,3", "two values"), ("--prefer (", "')' is missing"),
    ("--frobnicate", "no argument"), ("-k", "no argument"), ("'", "closed"),
  ])
  func `arguments that cannot be`(args: String, message: String) {
    var program = UserspaceKiller(.earlyoom)
    program.args = args
    #expect(program.problem?.message.contains(message) == true, "\(program.problem?.message ?? "")")
  }
}
