import OOMFormats
import OOMReports
import Testing

@testable import OOMSimulator

/// Stalls that are derived from refaults and reclaim: an estimate, in integers, between two bounds
/// (`State.deriveStalls`; kernel: `psi_memstall_enter()` and its callers, since 4.20).
@Suite struct StallTests {
  private func scenario(
    machine: String = "", processes: String, events: String = "", groups: String = "",
    killers: String = ""
  ) throws -> Scenario {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "100000 pages" \(machine) }, "cgroups": { \(groups) },
        "killers": [ \(killers) ], "processes": [ \(processes) ],
        "events": [ \(events) \(events.isEmpty ? "" : ",") { "at": "1h", "start": { "name": "last" } } ] }
      """
    return try Scenario(json: Array(text.utf8))
  }

  private func stall(_ scenario: Scenario, of cgroup: String = "/") -> Run.Stall? {
    Simulator(kernel: "6.12").run(scenario).stalls.first { $0.cgroup == cgroup }
  }

  // MARK: Refaults

  /// 4000 pages a second, of which a fifth is in swap, at 100 us: 8 % of the time.
  @Test func `what is touched again and lies in swap`() throws {
    let process =
      #"{ "name": "a", "cgroup": "/a", "anon": "1000 pages", "swap": "250 pages", "hot": "4000 pages" }"#
    func stall(_ swap: String) throws -> Share? {
      let scenario = try scenario(machine: #", "swap": \#(swap)"#, processes: process)
      #expect(self.stall(scenario)?.full == self.stall(scenario, of: "/a")?.full)
      return self.stall(scenario)?.full
    }
    #expect(try stall(#""1000 pages""#) == .percent(8))
    #expect(
      try stall(#"[ { "size": "1000 pages", "kind": "zram" } ]"#) == Share(millionths: 12_000))
    #expect(try stall(#"[ { "size": "1000 pages", "latency": "50us" } ]"#) == .percent(4))
    // A hard disk: it cannot keep up.
    #expect(try stall(#"[ { "size": "1000 pages", "latency": "8ms" } ]"#) == .percent(100))
    // Half of what is stored lies on each.
    #expect(
      try stall(
        #"[ { "size": "125 pages", "latency": "100us" }, { "size": "500 pages", "latency": "300us" } ]"#
      )
        == .percent(16))
  }

  @Test func `what was dropped of a file`() throws {
    func scenario(_ latency: String) throws -> Scenario {
      try self.scenario(
        machine: #", "kernel": "50000 pages" \#(latency)"#,
        processes: """
          { "name": "a", "file": "20000 pages", "hot": "3000 pages" },
          { "name": "b", "anon": "10 pages" }
          """,
        events: #"{ "at": "1s", "grow": { "process": "b", "anon": "40000 pages" } }"#)
    }
    var replay = Replay(try scenario(""), recordsCandidates: false)
    replay.run()
    replay.state.settle()
    #expect(replay.record.kills.isEmpty)
    let file = replay.state.tasks.mms[0].file
    #expect((1..<20_000).contains(file))
    // Pages a second by nanoseconds a page: thousandths of a millionth.
    func expected(_ nanoseconds: Int64) -> Share {
      Share(millionths: 3000 * (20_000 - file) * nanoseconds / 20_000_000)
    }
    #expect(stall(try scenario(""))?.full == expected(100_000))
    #expect(stall(try scenario(#", "file_latency": "10us""#))?.full == expected(10_000))
  }

  /// systemd #33486: 20 GiB resident, no pressure, no kill.
  @Test func `one that has all its memory stalls nobody`() throws {
    #expect(
      stall(try scenario(processes: #"{ "name": "a", "anon": "80000 pages", "hot": "100G" }"#))
        == nil)
  }

  /// All wait at once, or each when the others do not: 50 % and 50 % are 25 to 50 %.
  @Test func `the bounds`() throws {
    func process(_ name: String, _ hot: Int) -> String {
      #"{ "name": "\#(name)", "anon": "100 pages", "swap": "100 pages", "hot": "\#(hot) pages" }"#
    }
    let swap = #", "swap": "1000 pages""#
    let one = try #require(stall(try scenario(machine: swap, processes: process("a", 10_000))))
    #expect(one.full == .percent(50) && one.least == .percent(50))
    let two = try #require(
      stall(
        try scenario(machine: swap, processes: process("a", 10_000) + "," + process("b", 12_000))))
    #expect(two.full == .percent(50) && two.least == .percent(30))
    // One that has work and waits for nothing: not all wait.
    let idle = #"{ "name": "c", "anon": "100 pages", "hot": "1 pages" }"#
    #expect(
      stall(try scenario(machine: swap, processes: process("a", 10_000) + "," + idle)) == nil)
  }

  @Test func `what a process touches can change`() throws {
    let run = Simulator(kernel: "6.12").run(
      try scenario(
        machine: #", "swap": "1000 pages""#,
        processes: #"{ "name": "a", "anon": "100 pages", "swap": "100 pages" }"#,
        events: """
          { "at": "5s", "set": { "process": "a", "to": { "hot": "10000 pages" } } },
          { "at": "9s", "set": { "process": "a", "to": { "hot": "4000 pages" } } }
          """))
    #expect(
      run.stalls == [
        Run.Stall(cgroup: "/", full: .percent(20), least: .percent(20), since: .seconds(5))
      ])
  }

  // MARK: Direct reclaim

  /// 2500 pages a second: each costs between 1 us and, where it is written to a disk, 20 us.
  @Test func `growth that has to reclaim`() throws {
    let scenario = try scenario(
      machine: #", "swap": "400000 pages", "kernel": "1000 pages""#,
      processes: #"{ "name": "a", "cgroup": "/u/a", "anon": "95000 pages" }"#,
      events:
        #"{ "at": "0s", "grow": { "process": "a", "anon": "250000 pages", "over": "100s" } }"#,
      groups:
        #""/u": { "ManagedOOMMemoryPressure": "kill", "ManagedOOMMemoryPressureLimit": "4%" }"#,
      killers: #"{ "kind": "systemd-oomd" }"#)
    let kill = try #require(Simulator(kernel: "6.12").run(scenario).kills.first)
    let check = try #require(kill.ground?.checks.first)
    // 2500 × 20 us are 5 %, which the average over 10 s has come close to in the 30 s that it has to last; a whole per cent is
    // the least that counts, so that of 0.25 % nothing is left.
    guard case .share(let average) = check.value else {
      Issue.record("\(check)")
      return
    }
    #expect((45_000...50_000).contains(average.millionths), "\(average)")
    #expect(kill.at > .seconds(30) && kill.at < .seconds(60))
    #expect(check.least == Share(millionths: 0))
    #expect(kill.ground?.text.contains("an estimate, 0% at least") == true)
  }

  // MARK: As a whole

  /// The growth of a build drives out what an editor needs, and systemd-oomd ends it; without it nobody dies.
  @Test func `thrashing`() throws {
    func run(_ killers: String) throws -> Run {
      Simulator(kernel: "6.12").run(
        try scenario(
          machine: #", "swap": "100000 pages", "kernel": "1000 pages""#,
          processes: """
            { "name": "editor", "cgroup": "/u/editor", "anon": "60000 pages", "hot": "40000 pages" },
            { "name": "build", "cgroup": "/u/build", "anon": "100 pages", "hot": "40000 pages" }
            """,
          events:
            #"{ "at": "10s", "grow": { "process": "build", "anon": "90000 pages", "over": "3m" } }"#,
          groups: #""/u": { "ManagedOOMMemoryPressure": "kill" }"#, killers: killers))
    }
    let crawls = try run("")
    #expect(crawls.kills.isEmpty)
    let stall = try #require(crawls.stalls.first { $0.cgroup == "/" })
    #expect(stall.full.millionths > 500_000)
    #expect(try #require(stall.least).millionths <= stall.full.millionths)
    // Since when is known to two seconds, though nothing happens meanwhile.
    #expect(stall.since > .seconds(60) && stall.since < .seconds(150))
    let text = TextReport(crawls, style: Style(isColored: false)).text
    #expect(text.contains("the machine: alive, but stalled about "))
    var json = JSONWriter()
    json.result(crawls)
    json.finish()
    #expect(String(decoding: json.bytes, as: UTF8.self).contains(#""at_least": ""#))
    let ended = try run(#"{ "kind": "systemd-oomd" }"#)
    #expect(ended.kills.first?.by == "systemd-oomd")
  }

  /// More memory never makes anybody wait longer.
  @Test func `more memory, less stall`() throws {
    for swap in ["disk", "zram"] {
      var before = Share.percent(100)
      for memory in stride(from: 40_000, through: 120_000, by: 8000) {
        let text = """
          { "schema": "oomsim.scenario/1", "machine": { "memory": "\(memory) pages",
              "swap": [ { "size": "90000 pages", "kind": "\(swap)" } ], "page_cache": "3000 pages" },
            "processes": [ { "name": "a", "anon": "60000 pages", "hot": "15000 pages" },
              { "name": "b", "anon": "100 pages" } ],
            "events": [ { "at": "1s", "grow": { "process": "b", "anon": "40000 pages", "over": "10s" } } ] }
          """
        let scenario = try Scenario(json: Array(text.utf8))
        // A process that is dead waits for nothing.
        if !Simulator(kernel: "6.12").run(scenario).kills.isEmpty { continue }
        let now = stall(scenario)?.full ?? .percent(0)
        #expect(now.millionths <= before.millionths, "\(memory) \(swap)")
        before = now
      }
      #expect(before == .percent(0))
    }
  }

  /// Estimates are taken 256 times at most from one event to the next, and ever less often: ten years are no more work
  /// than an hour.
  @Test func `a long growth`() throws {
    func effort(_ over: String) throws -> Int64 {
      let run = Simulator(kernel: "6.12").run(
        try scenario(
          machine: #", "swap": "100000 pages""#,
          processes: """
            { "name": "a", "anon": "60000 pages", "hot": "20000 pages" }, { "name": "b", "anon": "10 pages" }
            """,
          events:
            #"{ "at": "1s", "grow": { "process": "b", "anon": "90000 pages", "over": "\#(over)" } }"#
        ))
      #expect(run.outcome == .completed && !run.stalls.isEmpty)
      return run.effort
    }
    #expect(try effort("3650d") < 20 * effort("1h"))
  }

  /// A look that changes nothing estimates nothing anew: killers that look seven times a second are no more work for it.
  @Test func `looks of killers`() throws {
    func effort(_ killers: String) throws -> Int64 {
      let run = Simulator(kernel: "6.12").run(
        try scenario(
          machine: #", "swap": "100000 pages""#,
          processes:
            #"{ "name": "a", "count": 1000, "anon": "10 pages", "swap": "10 pages", "hot": "1 pages" }"#,
          killers: killers))
      #expect(run.outcome == .completed && run.kills.isEmpty)
      return run.effort
    }
    let alone = try effort("")
    // Not 24,000 looks at a thousand processes each.
    #expect(try effort(#"{ "kind": "systemd-oomd" }"#) < alone + 24_000 * 16 * 100)
  }

  /// Amounts that no machine has do not overflow.
  @Test func `the largest values`() throws {
    let most = stall(
      try scenario(
        machine:
          #", "swap": [ { "size": "1000 pages", "latency": "10s" } ], "file_latency": "10s""#,
        processes: #"{ "name": "a", "anon": "100 pages", "swap": "1000 pages", "hot": "4000T" }"#,
        events: #"{ "at": "1s", "touch": { "process": "a", "anon": "100 pages", "over": "1us" } }"#)
    )
    #expect(most?.full == .percent(100))
  }

  // MARK: The format

  @Test func `written and read again`() throws {
    let scenario = try scenario(
      machine: #", "swap": [ { "size": "1G", "latency": "8ms" } ], "file_latency": "9ms""#,
      processes: #"{ "name": "a", "anon": "1M", "hot": "200M" }"#,
      events: #"{ "at": "5s", "set": { "process": "a", "to": { "hot": 0 } } }"#)
    #expect(scenario.machine.swapDevices.map(\.latency) == [.milliseconds(8)])
    #expect(scenario.processes[0].hot == 51_200)
    #expect(try Scenario(json: scenario.json()) == scenario)
  }

  @Test(arguments: [
    (#", "file_latency": "11s""#, "", "machine.file_latency", "10s"),
    (#", "swap": [ { "size": "1G", "latency": "1h" } ]"#, "", "machine.swap[0].latency", "10s"),
    ("", #", "hot": "-1M""#, "processes[0].hot", "negative"),
    ("", #", "hott": "1M""#, "processes[0].hott", "hot"),
  ])
  func `what cannot be`(machine: String, process: String, path: String, word: String) {
    #expect {
      try scenario(machine: machine, processes: #"{ "name": "a", "anon": "1M" \#(process) }"#)
    } throws: { error in
      guard let first = (error as? ScenarioError)?.diagnostics.first else { return false }
      return first.path == path && first.message.contains(word)
    }
  }
}
