import OOMFormats
import Testing

@testable import OOMSimulator

/// Meta's oomd in runs: its clock, its rulesets and what kills. src/oomd of facebookincubator/oomd.
@Suite struct OomdTests {
  /// A group of detectors, called g.
  static func group(_ detectors: String) -> String { "[ \"g\", \(detectors) ]" }

  static func plugin(_ name: String, _ args: String = "") -> String {
    #"{ "name": "\#(name)", "args": { \#(args) } }"#
  }

  static func ruleset(
    _ detectors: String, _ actions: String, more: String = "", name: String = "r"
  ) -> String {
    #"{ "name": "\#(name)", \#(more) "detectors": [ \#(detectors) ], "actions": [ \#(actions) ] }"#
  }

  static func run(
    _ rulesets: String?, processes: String, cgroups: String = "", events: String = "",
    machine: String = "", killer: String = ""
  ) throws -> Run {
    let own = rulesets.map { #", "rulesets": [ \#($0) ]"# } ?? ""
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "1000000 pages"\(machine) }, "sysctl": { "vm.overcommit_memory": 1 },
        "killers": [ { "kind": "oomd"\(own)\(killer) } ],
        "cgroups": { \(cgroups) }, "processes": [ \(processes) ], "events": [ \(events) ] }
      """
    return Simulator(kernel: "6.12").run(try Scenario(json: Array(text.utf8)))
  }

  /// Each kill as its time in milliseconds, and the group that was killed.
  static func kills(_ run: Run) -> [String] {
    run.kills.map { "\($0.at.rawValue / 1000) \($0.ground?.cgroup ?? "?")" }
  }

  static let always = group(plugin("continue"))
  static let bySize = plugin("kill_by_memory_size_or_growth", #""cgroup": "s/*""#)
  static let two = """
    { "name": "a", "cgroup": "/s/a", "anon": "1000 pages" },
    { "name": "b", "cgroup": "/s/b", "anon": "3000 pages" }
    """

  private func kills(
    _ rulesets: String?, _ processes: String = two, cgroups: String = "", events: String = "",
    machine: String = "", killer: String = ""
  ) throws -> [String] {
    Self.kills(
      try Self.run(
        rulesets, processes: processes, cgroups: cgroups, events: events, machine: machine,
        killer: killer))
  }

  // MARK: The clock and rulesets

  /// It sleeps before its first tick, and after a kill its actions pause for 15 s.
  @Test func `the first tick, and the pause`() throws {
    let rules = Self.ruleset(Self.always, Self.bySize)
    #expect(try kills(rules) == ["5000 /s/b", "20000 /s/a"])
    #expect(try kills(rules, killer: #", "interval": 1"#) == ["1000 /s/b", "16000 /s/a"])
    #expect(try kills(rules, killer: #", "interval": 4"#) == ["4000 /s/b", "20000 /s/a"])
  }

  @Test func `post_action_delay of a ruleset, and of a plugin before it`() throws {
    func first(_ ruleset: String, _ plugin: String) throws -> [String] {
      let kill = Self.plugin("kill_by_memory_size_or_growth", #""cgroup": "s/*" \#(plugin)"#)
      return try kills(Self.ruleset(Self.always, kill, more: ruleset))
    }
    #expect(try first(#""post_action_delay": "10","#, "") == ["5000 /s/b", "15000 /s/a"])
    #expect(try first(#""post_action_delay": 11,"#, "") == ["5000 /s/b", "20000 /s/a"])
    #expect(try first("", #", "post_action_delay": "4""#) == ["5000 /s/b", "10000 /s/a"])
    #expect(try first("", #", "post_action_delay": "0""#) == ["5000 /s/b", "10000 /s/a"])
    #expect(
      try first(#""post_action_delay": "0","#, #", "post_action_delay": "25""#) == [
        "5000 /s/b", "30000 /s/a",
      ])
  }

  /// All detectors of a group have to say CONTINUE, and one group of several is enough.
  @Test func `groups of detectors`() throws {
    let stop = Self.plugin("stop")
    let go = Self.plugin("continue")
    #expect(try kills(Self.ruleset(Self.group("\(go), \(stop)"), Self.bySize)).isEmpty)
    #expect(try kills(Self.ruleset(Self.group("\(stop), \(go)"), Self.bySize)).isEmpty)
    let groups = Self.group(stop) + #", [ "second", \#(go) ]"#
    let run = try Self.run(Self.ruleset(groups, Self.bySize), processes: Self.two)
    #expect(Self.kills(run).first == "5000 /s/b")
    #expect(
      run.kills.first?.ground?.rule
        == Ground.Rule(
          ruleset: "r", detectorGroup: "second", plugin: "kill_by_memory_size_or_growth"))
    #expect(run.kills.first?.by == "oomd" && run.kills.first?.ground?.signal == .kill)
  }

  /// Actions are done in order until one says STOP, which pauses them, too, where it has killed nobody.
  @Test func `actions`() throws {
    let (stop, go) = (Self.plugin("stop"), Self.plugin("continue"))
    #expect(try kills(Self.ruleset(Self.always, "\(stop), \(Self.bySize)")).isEmpty)
    #expect(
      try kills(Self.ruleset(Self.always, "\(go), \(Self.bySize)")).first == "5000 /s/b")
    // What finds nobody says CONTINUE.
    let none = Self.plugin("kill_by_swap_usage", #""cgroup": "s/*""#)
    #expect(
      try kills(Self.ruleset(Self.always, "\(none), \(Self.bySize)")).first == "5000 /s/b")
    let nowhere = Self.plugin("kill_by_memory_size_or_growth", #""cgroup": "x/*""#)
    #expect(try kills(Self.ruleset(Self.always, nowhere)).isEmpty)
  }

  /// One that always continues goes on to the next action in the same tick, and makes no pause.
  @Test func `always_continue and dry`() throws {
    let goesOn = Self.plugin(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*", "always_continue": "true""#)
    #expect(
      try kills(Self.ruleset(Self.always, "\(goesOn), \(goesOn)")) == ["5000 /s/b", "5000 /s/a"])
    #expect(try kills(Self.ruleset(Self.always, goesOn)) == ["5000 /s/b", "10000 /s/a"])
    // A dry one does as if it had killed: the next action is not reached.
    let dry = Self.plugin("kill_by_memory_size_or_growth", #""cgroup": "s/*", "dry": true"#)
    #expect(try kills(Self.ruleset(Self.always, "\(dry), \(Self.bySize)")).isEmpty)
  }

  /// Each ruleset has its own pause, and both may kill in one tick: the second one takes the next best.
  @Test func `two rulesets`() throws {
    let both =
      Self.ruleset(Self.always, Self.bySize) + ", "
      + Self.ruleset(Self.always, Self.bySize, name: "other")
    #expect(try kills(both) == ["5000 /s/b", "5000 /s/a"])
    // A group above the first one: what is left of it.
    let above =
      Self.ruleset(Self.always, Self.bySize) + ", "
      + Self.ruleset(
        Self.always, Self.plugin("kill_by_memory_size_or_growth", #""cgroup": "s""#))
    let run = try Self.run(above, processes: Self.two)
    #expect(Self.kills(run) == ["5000 /s/b", "5000 /s"])
    #expect(run.kills.map { $0.killed.map(\.process.name) } == [["b"], ["a"]])
  }

  /// Signals are sent again every second until all are gone, at most for 9 s; the next tick comes an interval later.
  @Test func `victims that take their time`() throws {
    let rules = Self.ruleset(Self.always, Self.bySize, more: #""post_action_delay": "0","#)
    func times(_ delay: String, _ more: String = "") throws -> [String] {
      try kills(rules + more, machine: #", "exit_delay": "\#(delay)""#)
    }
    #expect(try times("1s") == ["5000 /s/b", "11000 /s/a"])
    #expect(try times("1001ms") == ["5000 /s/b", "12000 /s/a"])
    // After 9 s it goes on. b is not gone, and is killed again in vain, which takes 9 s, too.
    #expect(try times("20s") == ["5000 /s/b", "33000 /s/a"])
    let kernel = Self.plugin(
      "kill_by_memory_size_or_growth",
      #""cgroup": "s/*", "kernelkill": "true", "post_action_delay": "1""#)
    #expect(
      try kills(Self.ruleset(Self.always, kernel), machine: #", "exit_delay": "3s""#) == [
        "5000 /s/b", "10000 /s/a",
      ])
  }

  // MARK: The shipped configuration

  private let desktop = """
    { "name": "shell", "cgroup": "/user.slice/user-1000.slice/user@1000.service/session.slice", "anon": "9000 pages" },
    { "name": "app", "cgroup": "/user.slice/user-1000.slice/user@1000.service/app.slice", "anon": "20000 pages" },
    { "name": "ssh", "cgroup": "/user.slice/user-1000.slice/session-2.scope", "anon": "10000 pages" },
    { "name": "db", "cgroup": "/system.slice/db.service", "anon": "15000 pages" },
    { "name": "init", "cgroup": "/init.scope", "anon": "90000 pages" }
    """

  /// 63 % of stall are more than 60 % with the average of 34 s, which the tick at 35 s sees, and are so for 30 s at 65 s.
  @Test func `user-slice over 60 for 30 s`() throws {
    func event(_ slice: String, _ full: String, _ over: String) -> String {
      #"{ "at": "0s", "pressure": { "cgroup": "\#(slice)", "full": "\#(full)", "over": "\#(over)" } }"#
    }
    var averages = PSIAverages()
    averages.pass(from: 0, to: .seconds(34), stall: .percent(63))
    #expect(averages.avg10 > 6000)
    #expect(
      try kills(nil, desktop, events: event("/user.slice", "63%", "70s")) == [
        "65000 /user.slice/user-1000.slice/user@1000.service/app.slice"
      ])
    #expect(try kills(nil, desktop, events: event("/user.slice", "63%", "60s")).isEmpty)
    #expect(try kills(nil, desktop, events: event("/user.slice", "60%", "300s")).isEmpty)
    // system.slice has 80 % and 60 s.
    #expect(try kills(nil, desktop, events: event("/system.slice", "79%", "300s")).isEmpty)
    #expect(
      try kills(nil, desktop, events: event("/system.slice", "100%", "80s")) == [
        "80000 /user.slice/user-1000.slice/user@1000.service/app.slice"
      ])
    let elsewhere = event("/init.scope", "100%", "300s")
    #expect(try kills(nil, desktop, events: elsewhere).isEmpty)
  }

  /// Less than a tenth of the swap free, and not a tenth.
  @Test func `low swap`() throws {
    func swapped(_ pages: Int) throws -> [String] {
      try kills(
        nil,
        desktop + #", { "name": "old", "cgroup": "/system.slice/old", "swap": "\#(pages) pages" }"#
          + #", { "name": "cron", "cgroup": "/system.slice/cron", "anon": "1 page", "swap": "10 pages" }"#,
        machine: #", "swap": "10000 pages""#)
    }
    // What has no anonymous memory left is not tried.
    #expect(try swapped(8991) == ["5000 /system.slice/cron"])
    #expect(try swapped(8990).isEmpty)
  }

  // MARK: Looks that are left out

  /// While nothing changes no tick is looked at, and the averages are what they would have been: a growth at 1 h is one
  /// of a group whose average has come to rest.
  @Test func `averages over an hour without change`() throws {
    let rules = Self.ruleset(
      Self.group(
        Self.plugin("memory_above", #""cgroup": "s", "threshold": "104M", "duration": "0""#)),
      Self.bySize)
    let small = ["c", "d", "e", "f"].map {
      #", { "name": "\#($0)", "cgroup": "/s/\#($0)", "anon": "1000 pages" }"#
    }
    let processes =
      #"{ "name": "a", "cgroup": "/s/a", "anon": "9000 pages" }, "#
      + #"{ "name": "b", "cgroup": "/s/b", "anon": "12900 pages" }"# + small.joined()
    func first(_ pages: Int) throws -> String? {
      let grow = #"{ "at": "1h", "grow": { "process": "a", "anon": "\#(pages) pages" } }"#
      return try kills(rules, processes, events: grow).first
    }
    // The average at the tick after it is three quarters of the old and one of the new. b is larger all the time: to have
    // 1.25 times its average, a has to grow by 4/11.
    #expect(try first(3000) == "3605000 /s/b")
    #expect(try first(3300) == "3605000 /s/a")
  }

  /// A service that comes back and is killed again: the same for ever, once its average comes again, too.
  @Test func `a loop`() throws {
    let rules = Self.ruleset(
      Self.group(
        Self.plugin("memory_above", #""cgroup": "s", "threshold": "2M", "duration": "10""#)),
      Self.bySize)
    let run = try Self.run(
      rules,
      processes: """
        { "name": "a", "cgroup": "/s/a", "anon": "1000 pages",
          "restart": { "policy": "always", "delay": "3s" } }
        """)
    let loop = try #require(run.loop)
    #expect(loop.kills == 1 && loop.processes == ["a"])
    #expect(run.kills.count < 400)
    #expect(loop.period == run.kills[1].at - run.kills[0].at)
  }

  /// A pause after which the same would come again is not waited for: nobody polls for ever. What happens in one is seen
  /// when it is over.
  @Test func `pauses in which nothing happens`() throws {
    let swap = Self.plugin("kill_by_swap_usage", #""cgroup": "s/*", "threshold": "1""#)
    let dry = Self.plugin("kill_by_memory_size_or_growth", #""cgroup": "s/*", "dry": "1""#)
    let rules = Self.ruleset(Self.always, "\(swap), \(dry)")
    let idle = try Self.run(rules, processes: Self.two)
    #expect(idle.kills.isEmpty && idle.end <= .seconds(5))
    let later = try Self.run(
      rules, processes: Self.two, cgroups: #""/s": { "memory.max": "3000 pages" }"#,
      events: #"{ "at": "7s", "grow": { "process": "a", "anon": "10 pages" } }"#,
      machine: #", "swap": "10000 pages""#)
    #expect(later.kills.first?.at == .seconds(20))
  }
}
