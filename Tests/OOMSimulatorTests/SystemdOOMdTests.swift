import OOMFormats
import Testing

@testable import OOMSimulator

/// systemd-oomd's two rules: src/oom/oomd-manager.c and oomd-util.c.
@Suite struct SystemdOOMdTests {
  private func run(
    cgroups: String, processes: String, events: String = "", machine: String = "",
    killer: String = ""
  ) throws -> Run {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "1000000 pages"\(machine) }, "sysctl": { "vm.overcommit_memory": 1 },
        "killers": [ { "kind": "systemd-oomd"\(killer) } ],
        "cgroups": { \(cgroups) }, "processes": [ \(processes) ], "events": [ \(events) ] }
      """
    return Simulator(kernel: "6.12").run(try Scenario(json: Array(text.utf8)))
  }

  /// Each kill as its time in milliseconds, and the group that was killed.
  private func kills(_ run: Run) -> [String] {
    run.kills.map { "\($0.at.rawValue / 1000) \($0.ground?.cgroup ?? "?")" }
  }

  private let user = "/user.slice/user@1000.service"
  private var managed: String {
    #""\#(user)": { "ManagedOOMMemoryPressure": "kill", "ManagedOOMMemoryPressureLimit": "50%", "ManagedOOMMemoryPressureDurationSec": "20s" }"#
  }
  private var apps: String {
    """
    { "name": "a", "cgroup": "\(user)/app.slice/a.scope", "anon": "10000 pages" },
    { "name": "b", "cgroup": "\(user)/app.slice/b.scope", "anon": "20000 pages" },
    { "name": "b2", "cgroup": "\(user)/app.slice/b.scope", "anon": "10 pages", "oom_score_adj": -1000 },
    { "name": "other", "cgroup": "/system.slice/o.service", "anon": "90000 pages" }
    """
  }

  private func stall(
    _ full: String, at: String = "0s", over: String? = nil, group: String? = nil
  ) -> String {
    let over = over.map { #", "over": "\#($0)""# } ?? ""
    return
      #"{ "at": "\#(at)", "pressure": { "cgroup": "\#(group ?? user)", "full": "\#(full)"\#(over) } }"#
  }

  // MARK: The pressure rule

  /// A thread of 2026: full avg10 56.11 % > 50 % for 20 s: one leaf below the unit dies, all of it, whatever its
  /// oom_score_adj. 57 % of stall exceed 50 % with the average of 22 s, which the look at 22 s sees, and is above for 20 s
  /// at that of 42 s.
  @Test func `a stall of 57 per cent`() throws {
    let run = try run(cgroups: managed, processes: apps, events: stall("57%", over: "50s"))
    #expect(kills(run) == ["42000 \(user)/app.slice/b.scope"])
    let kill = try #require(run.kills.first)
    #expect(kill.by == "systemd-oomd" && kill.victim.name == "b")
    #expect(kill.killed.map(\.process.name) == ["b", "b2"])
    #expect(kill.killed.allSatisfy { $0.because == .userspace })
    #expect(kill.ground?.watched == user && kill.ground?.held == .seconds(20))
    #expect(kill.ground?.checks.first?.relation == ">")
    // 55 % show as more than 50.00 after 26 s.
    let slower = try self.run(cgroups: managed, processes: apps, events: stall("55%", over: "50s"))
    #expect(kills(slower) == ["46000 \(user)/app.slice/b.scope"])
  }

  /// `>`: 50 % never exceed 50 %, and a stall that ends before its duration is over leads to nothing.
  @Test func `what does not kill`() throws {
    #expect(
      try run(cgroups: managed, processes: apps, events: stall("50%", over: "300s")).kills.isEmpty)
    #expect(
      try run(cgroups: managed, processes: apps, events: stall("57%", over: "40s")).kills.isEmpty)
    let auto = managed.replacing("kill", with: "auto")
    #expect(
      try run(cgroups: auto, processes: apps, events: stall("100%", over: "300s")).kills.isEmpty)
    let elsewhere = stall("100%", over: "300s", group: "/system.slice")
    #expect(try run(cgroups: managed, processes: apps, events: elsewhere).kills.isEmpty)
  }

  /// After a kill no other for 15 s, and then at once, because the stall has been too high all the time.
  @Test func `the pause after a kill`() throws {
    let run = try run(cgroups: managed, processes: apps, events: stall("57%", over: "100s"))
    #expect(
      kills(run) == ["42000 \(user)/app.slice/b.scope", "57000 \(user)/app.slice/a.scope"])
    #expect(run.processes.first { $0.name == "other" }?.state == .running)
  }

  /// Without limits and durations of their own units have those of oomd.conf, and before 257 no duration of their own.
  @Test func `defaults`() throws {
    let bare = #""\#(user)": { "ManagedOOMMemoryPressure": "kill" }"#
    // 100 % exceed 60 % at 10 s, and 30 s later they have done so for 30 s.
    let full = stall("100%", over: "41s")
    #expect(
      kills(try run(cgroups: bare, processes: apps, events: full)) == [
        "40000 \(user)/app.slice/b.scope"
      ])
    let conf = #", "DefaultMemoryPressureLimit": "80%", "DefaultMemoryPressureDurationSec": "5s""#
    #expect(
      kills(try run(cgroups: bare, processes: apps, events: full, killer: conf)) == [
        "23000 \(user)/app.slice/b.scope", "38000 \(user)/app.slice/a.scope",
      ])
    let old = #", "version": 252"#
    #expect(
      kills(try run(cgroups: managed, processes: apps, events: full, killer: old)) == [
        "38000 \(user)/app.slice/b.scope"
      ])
  }

  @Test func `preference, and groups that die as a whole`() throws {
    func first(_ settings: String) throws -> String? {
      kills(
        try run(
          cgroups: managed + ", " + settings, processes: apps, events: stall("57%", over: "50s"))
      ).first
    }
    let (a, b) = ("\(user)/app.slice/a.scope", "\(user)/app.slice/b.scope")
    #expect(try first(#""\#(b)": { "ManagedOOMPreference": "avoid" }"#) == "42000 \(a)")
    #expect(try first(#""\#(b)": { "ManagedOOMPreference": "omit" }"#) == "42000 \(a)")
    #expect(
      try first(
        #""\#(a)": { "ManagedOOMPreference": "omit" }, "\#(b)": { "ManagedOOMPreference": "avoid" }"#
      )
        == "42000 \(b)")
    let whole = "\(user)/app.slice"
    #expect(try first(#""\#(whole)": { "memory.oom.group": 1 }"#) == "42000 \(whole)")
  }

  /// What reclaim scans decides before what a group uses: b is larger, a is what reclaim takes from at its limit.
  @Test func `the group that reclaim scans most`() throws {
    let run = try run(
      cgroups: managed + #", "\#(user)/app.slice/a.scope": { "memory.max": "12000 pages" }"#,
      processes: apps,
      events: stall("57%", over: "50s")
        + #", { "at": "1s", "grow": { "process": "a", "anon": "30000 pages", "over": "100s" } }"#,
      machine: #", "swap": "100000 pages""#)
    #expect(kills(run).first == "42000 \(user)/app.slice/a.scope")
  }

  // MARK: The swap rule

  private func bySwap(
    available: Int64, swapFree: Int64, swap: Int64 = 10_000, a: Int64, b: Int64,
    killer: String = ""
  ) throws -> [String] {
    func make(_ kernel: Int64) throws -> Scenario {
      let rest = swap - swapFree - a - b
      let text = """
        { "schema": "oomsim.scenario/1", "name": "t",
          "machine": { "memory": "100000 pages", "swap": "\(swap) pages", "kernel": "\(kernel) pages" },
          "killers": [ { "kind": "systemd-oomd"\(killer) } ],
          "cgroups": { "/s": { "ManagedOOMSwap": "kill" } },
          "processes": [
            { "name": "a", "cgroup": "/s/a", "anon": "100 pages", "swap": "\(a) pages" },
            { "name": "b", "cgroup": "/s/b", "anon": "200 pages", "swap": "\(b) pages" },
            { "name": "rest", "anon": "100 pages", "swap": "\(rest) pages" } ],
          "events": [ { "at": "1s", "exit": { "process": "rest" } } ] }
        """
      return try Scenario(json: Array(text.utf8))
    }
    let kernel = State(of: try make(0)).memoryInfo.available - available
    let scenario = try make(kernel)
    #expect(State(of: scenario).memoryInfo.available == available)
    return kills(Simulator(kernel: "6.12").run(scenario))
  }

  /// Memory and swap both strictly below a tenth, and more than a twentieth of swap in the group.
  @Test func `the swap rule and its edges`() throws {
    let low: Int64 = 9999
    #expect(try bySwap(available: low, swapFree: 999, a: 2000, b: 1000).first == "0 /s/a")
    #expect(try bySwap(available: 10_000, swapFree: 999, a: 2000, b: 1000).isEmpty)
    #expect(try bySwap(available: low, swapFree: 1000, a: 2000, b: 1000).isEmpty)
    #expect(try bySwap(available: low, swapFree: 999, a: 500, b: 500).isEmpty)
    #expect(try bySwap(available: low, swapFree: 999, a: 500, b: 501) == ["0 /s/b"])
    // Of equals the first.
    #expect(try bySwap(available: low, swapFree: 999, a: 600, b: 600).first == "0 /s/a")
    let conf = #", "SwapUsedLimit": "80%""#
    #expect(
      try bySwap(available: 19_999, swapFree: 1999, a: 600, b: 600, killer: conf).first == "0 /s/a")
    // No swap: 0 is not less than 0. systemd 26253: nine tenths of a large swap are free.
    #expect(try bySwap(available: low, swapFree: 0, swap: 0, a: 0, b: 0).isEmpty)
    #expect(try bySwap(available: low, swapFree: 428_000, swap: 437_000, a: 5000, b: 0).isEmpty)
  }

  /// There is no pause: the next look is 150 ms later.
  @Test func `a second kill by swap`() throws {
    #expect(
      try bySwap(available: 5000, swapFree: 100, a: 600, b: 580) == ["0 /s/a", "150 /s/b"])
    #expect(try bySwap(available: 5000, swapFree: 900, a: 600, b: 580) == ["0 /s/a"])
  }

  /// A scope with 2,104 processes goes at once (a thread of 2026).
  @Test func `a terminal and all that runs in it`() throws {
    let run = try run(
      cgroups: #""/u": { "ManagedOOMSwap": "kill" }"#,
      processes: """
        { "name": "shell", "cgroup": "/u/t.scope", "count": 2104, "anon": "300 pages", "swap": "40 pages" },
        { "name": "leak", "cgroup": "/system.slice/l.service", "anon": "10 pages", "swap": "5000 pages" }
        """,
      events:
        #"{ "at": "1s", "grow": { "process": "leak", "anon": "360000 pages", "over": "60s" } }"#,
      machine: #", "swap": "90000 pages", "kernel": "1000 pages""#)
    let kill = try #require(run.kills.first)
    #expect(kill.by == "systemd-oomd" && kill.killed.count == 2104)
  }

  // MARK: Derived stalls

  /// A group whose only growing process sleeps above memory.high stalls as long as that sleeps: systemd-oomd acts where
  /// the kernel never would.
  @Test func `a slice at MemoryHigh`() throws {
    let run = try run(
      cgroups: #""/u": { "ManagedOOMMemoryPressure": "kill", "memory.high": "100M" }"#,
      processes: #"{ "name": "leak", "cgroup": "/u/l.scope", "anon": "10M" }"#,
      events: #"{ "at": "1s", "grow": { "process": "leak", "anon": "1G", "over": "60s" } }"#)
    let kill = try #require(run.kills.first)
    #expect(kill.by == "systemd-oomd" && kill.victim.name == "leak")
    #expect(kill.at > .seconds(30))
  }

  /// A machine that crawls is no machine on which nothing happened.
  @Test func `a stall that nobody ends is said`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "processes": [ { "name": "a", "cgroup": "/u", "anon": "1M" } ],
        "events": [ { "at": "58s", "pressure": { "cgroup": "/u", "full": "80%" } },
          { "at": "2m", "grow": { "process": "a", "anon": "1M" } } ] }
      """
    let run = Simulator(kernel: "6.12").run(try Scenario(json: Array(text.utf8)))
    #expect(run.kills.isEmpty)
    #expect(run.stalls == [Run.Stall(cgroup: "/u", full: .percent(80), since: .seconds(58))])
    let ended = text.replacing(#""80%""#, with: #""80%", "over": "10s""#)
    #expect(Simulator(kernel: "6.12").run(try Scenario(json: Array(ended.utf8))).stalls.isEmpty)
  }

  @Test func `two scenarios that differ in their killers`() throws {
    func scenario(_ killers: String) throws -> Scenario {
      let text = """
        { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "killers": [ \(killers) ] }
        """
      return try Scenario(json: Array(text.utf8))
    }
    let before = try scenario(
      #"{ "kind": "systemd-oomd", "version": "252" }, { "kind": "earlyoom" }"#)
    let after = try scenario(#"{ "kind": "systemd-oomd", "version": 257, "SwapUsedLimit": "80%" }"#)
    #expect(
      ScenarioDifference.all(from: before, to: after).map(\.path) == [
        "killers.0.version", "killers.0.SwapUsedLimit", "killers.1",
      ])
    #expect(ScenarioDifference.all(from: before, to: before).isEmpty)
    #expect(try Scenario(json: after.json()) == after)
    let set = ScenarioSetting(path: "killers", value: #"[ { "kind": "talos" } ]"#)
    #expect(try before.setting([set]).killers.map(\.kind) == [.talos])
  }

  @Test func `settings that cannot be`() {
    func problem(_ killer: String) -> String? {
      let text = """
        { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "killers": [ \(killer) ] }
        """
      do throws(ScenarioError) {
        _ = try Scenario(json: Array(text.utf8), file: "t.json")
        return nil
      } catch {
        return error.diagnostics.first?.message
      }
    }
    #expect(problem(#"{ "kind": "systemd-oomd", "version": 246 }"#)?.contains("247") == true)
    #expect(problem(#"{ "kind": "systemd-oomd", "args": "-m" }"#)?.contains("oomd.conf") == true)
    #expect(
      problem(#"{ "kind": "earlyoom", "SwapUsedLimit": "5%" }"#)?.contains("is for systemd-oomd")
        == true)
    #expect(problem(#"{ "kind": "earlyom" }"#)?.contains("earlyoom") == true)
    #expect(problem(#"{ "kind": "lmkd" }"#)?.contains("not modelled") == true)
    #expect(problem(#"{ "version": "1.8" }"#)?.contains("kind") == true)
    #expect(
      problem(#"{ "kind": "systemd-oomd", "SwapUsedLimit": "101%" }"#)?.contains("100%") == true)
    #expect(problem(#"{ "kind": "systemd-oomd", "SwapUsedLimit": 90 }"#)?.contains("share") == true)
    #expect(problem(#"{ "kind": "earlyoom", "version": "x" }"#)?.contains("release") == true)
    #expect(problem(#"{ "kind": "systemd-oomd" }, { "kind": "earlyoom" }"#) == nil)
  }
}
