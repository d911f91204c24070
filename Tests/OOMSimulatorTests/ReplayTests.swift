import OOMFormats
import Testing

@testable import OOMSimulator

/// The replay's own rules: exact times, partial growth, what each event does. Numbers are worked out in
/// the comments; a page is 4 KiB.
@Suite struct ReplayTests {
  private func run(_ json: String) throws -> Run {
    let scenario = try Scenario(json: Array(json.utf8), file: "test.json")
    return Simulator(for: scenario).run(scenario)
  }

  /// A machine of 100000 pages that may be used to the last: the min watermark is 0.
  private func machine(
    _ processes: String, _ events: String, swap: Int = 0, sysctl: String = "", cgroups: String = ""
  ) -> String {
    """
    { "schema": "oomsim.scenario/1", "name": "t",
      "machine": { "memory": "100000 pages", "swap": "\(swap) pages" },
      "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1\(sysctl) },
      "cgroups": {\(cgroups)},
      "processes": [\(processes)], "events": [\(events)] }
    """
  }

  @Test("growth crosses the limit at the first microsecond whose pages do not fit")
  func crossing() throws {
    // a starts with 9 tables; 1000000 pages over 1 s are one page a microsecond. n pages take
    // n + ceil(n / 512) of the 100000 - 9 - 9 that are free: 99788 + 195 = 99983 is too much by one for
    // 99787 + 195 = 99982. The 99788th page is due at 99788 us.
    let run = try run(
      machine(
        #"{ "name": "a", "anon": 0 }, { "name": "b", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "a", "anon": "1000000 pages", "over": "1s" } }"#))
    #expect(run.kills.count == 1)
    #expect(run.kills.first?.at == 99_788)
    #expect(run.kills.first?.victim.anon == 99_787)
    #expect(run.kills.first?.victim.pageTables == 204)
    #expect(run.kills.first?.decision?.limit.free == 0)
  }

  @Test("a growth that loses to a larger process goes on with what the kill freed")
  func goesOn() throws {
    let run = try run(
      machine(
        #"{ "name": "big", "anon": "60000 pages" }, { "name": "a", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "a", "anon": "50000 pages" } }"#))
    #expect(run.kills.map(\.victim.name) == ["big"])
    #expect(run.process(1).anon == 50_000)
    // 60000 and its tables: 9 + 118.
    #expect(run.kills.first?.freedPages == 60_127)
  }

  @Test("what a process got before memory ended is in its points")
  func partial() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "40000 pages" }, { "name": "b", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "b", "anon": "80000 pages" } }"#))
    // b gets all but a's 40000 + 9 + 79 and its own tables: it is the larger one by then.
    #expect(run.kills.first?.victim.name == "b")
    let victim = try #require(run.kills.first?.victim)
    #expect(victim.anon + victim.pageTables == 100_000 - 40_000 - 9 - 79)
  }

  @Test("equals at one instant: the later process in the list dies")
  func ties() throws {
    let run = try run(
      machine(
        #"{ "name": "w", "count": 3, "anon": "10000 pages" }"#, #"{ "at": "1s", "oom": {} }"#))
    #expect(run.kills.map(\.victim.name) == ["w-3"])
  }

  @Test("swap is used before anybody dies, and does not change points")
  func swap() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "90000 pages" }, { "name": "b", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "b", "anon": "40000 pages" } }, { "at": "1s", "oom": {} }"#,
        swap: 50_000))
    #expect(run.kills.count == 1)
    let victim = try #require(run.kills.first?.victim)
    #expect(victim.name == "a")
    // 90000 and its tables: 9 + 176.
    #expect(victim.points == 90_185)
    #expect(victim.swap > 0)
    #expect(run.kills.first?.decision?.totalpages == 150_000)
  }

  @Test("mapped file pages are given back before anonymous memory is, and leave the points")
  func fileReclaim() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "20000 pages", "file": "60000 pages" }, { "name": "b", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "b", "anon": "70000 pages" } }, { "at": "1s", "oom": {} }"#
      ))
    #expect(run.kills.map(\.victim.name) == ["b"])
    #expect(run.kills.first?.decision?.runnerUp?.file ?? 0 < 60_000)
  }

  @Test("the lowest group whose limit is hit is the domain, whoever asked")
  func nestedLimits() throws {
    let run = try run(
      machine(
        #"""
        { "name": "x", "cgroup": "/p/x", "anon": "3000 pages" },
        { "name": "y", "cgroup": "/p/y", "anon": "6000 pages" },
        { "name": "out", "anon": "30000 pages" }
        """#,
        #"{ "at": 0, "grow": { "process": "x", "anon": "4000 pages" } }"#,
        cgroups: #""/p": { "memory.max": "40M" }, "/p/x": { "memory.max": "30M" }"#))
    // /p holds 10240 pages; x may have 7680, and 3000 + 6000 + 1240 comes first.
    #expect(run.kills.map(\.victim.name) == ["y"])
    #expect(run.kills.first?.decision?.cgroup == "/p")
    #expect(run.kills.first?.decision?.constraint == .memcg)
  }

  @Test("memory.max below the usage kills until it fits, in the name of nobody")
  func loweredMax() throws {
    let run = try run(
      machine(
        #"""
        { "name": "a", "cgroup": "/g", "anon": "1000 pages" },
        { "name": "b", "cgroup": "/g", "anon": "5000 pages" },
        { "name": "c", "cgroup": "/g", "anon": "3000 pages" }
        """#,
        #"{ "at": "1s", "set": { "cgroup": "/g", "to": { "memory.max": "8M" } } }"#))
    #expect(run.kills.map(\.victim.name) == ["b", "c"])
    #expect(run.kills.allSatisfy { $0.decision?.invoker == nil })
  }

  @Test("nobody killable: the machine panics, a group leaves its member stuck")
  func nobody() throws {
    let protected = #"{ "name": "a", "cgroup": "/g", "anon": "10 pages", "oom_score_adj": -1000 }"#
    let global = try run(
      machine(protected, #"{ "at": 0, "grow": { "process": "a", "anon": "1G" } }"#))
    #expect(global.panic?.why == .deadlocked)
    #expect(global.outcome == .panic)
    let group = try run(
      machine(
        protected, #"{ "at": 0, "grow": { "process": "a", "anon": "1G" } }"#,
        cgroups: #""/g": { "memory.max": "8M" }"#))
    #expect(group.panic == nil)
    #expect(group.stuck.map(\.process?.name) == ["a"])
  }

  @Test("stuck growth goes on when its limit is raised, and takes as long as it lacked")
  func unstuck() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "cgroup": "/g", "anon": 0, "oom_score_adj": -1000 }"#,
        #"""
        { "at": 0, "grow": { "process": "a", "anon": "20000 pages", "over": "20s" } },
        { "at": "30s", "set": { "cgroup": "/g", "to": { "memory.max": "max" } } }
        """#, cgroups: #""/g": { "memory.max": "10000 pages" }"#))
    #expect(run.stuck.isEmpty)
    #expect(run.process(0).anon == 20_000)
    // 10000 pages hold 9 + n + ceil(n / 512): n = 9971, the next is due at 9.972 s. It stands still for
    // 30 - 9.972 s and ends that much later.
    #expect(run.end == .seconds(50) - 9_972_000)
  }

  /// 8000 pages above it take 221.5 s by the formula of mm/memcontrol.c, batch by batch.
  @Test("memory.high slows growth, and memory.max kills")
  func high() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "cgroup": "/g", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "a", "anon": "20000 pages" } }"#,
        cgroups: #""/g": { "memory.high": "8000 pages", "memory.max": "16000 pages" }"#))
    let kill = try #require(run.kills.first)
    #expect(kill.decision?.cgroup == "/g" && run.stuck.isEmpty)
    #expect(kill.at > .seconds(220) && kill.at < .seconds(222))
  }

  @Test("a file read of many times the limit goes through on reclaimed pages")
  func largeRead() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "cgroup": "/g", "anon": "100 pages" }"#,
        #"""
        { "at": 0, "page_cache": { "read": "50G", "cgroup": "/g" } },
        { "at": "1s", "grow": { "process": "a", "file": "2G", "over": "5s" } }
        """#, cgroups: #""/g": { "memory.max": "8M" }"#))
    #expect(run.kills.isEmpty)
    #expect(run.stuck.isEmpty)
  }

  @Test("two thread groups with one address space count it once and die together")
  func sharedMM() throws {
    let run = try run(
      machine(
        #"""
        { "name": "a", "anon": "50000 pages" },
        { "name": "a2", "shares_mm_with": "a", "oom_score_adj": -1000 },
        { "name": "b", "anon": "20000 pages" }
        """#, #"{ "at": 0, "grow": { "process": "b", "anon": "40000 pages" } }"#))
    // -1000 of one sharer protects neither: 44a70adec910, since 4.8.
    #expect(run.kills.first?.killed.map(\.process.name) == ["a", "a2"])
    #expect(run.kills.first?.killed.map(\.because) == [.victim, .sharedMM])
    // 50000 and its tables, 9 + 98, once.
    #expect(run.kills.first?.freedPages == 50_107)
    #expect(run.process(1).state == .killed)
  }

  @Test("a process that is moved leaves its pages charged where they were")
  func move() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "cgroup": "/g", "anon": "3000 pages" }, { "name": "b", "cgroup": "/g" }"#,
        #"""
        { "at": 0, "move": { "process": "a", "cgroup": "/h" } },
        { "at": "1s", "grow": { "process": "b", "anon": "2000 pages" } }
        """#, cgroups: #""/g": { "memory.max": "4000 pages" }"#))
    // 3000 of a's pages stay in /g, so b ends there at 4000, alone in its group.
    #expect(run.kills.map(\.victim.name) == ["b"])
    #expect(run.kills.first?.decision?.runnerUp == nil)
  }

  @Test("with an exit delay nobody else dies before the victim's memory is back")
  func exitDelay() throws {
    var text = machine(
      #"{ "name": "a", "anon": "60000 pages" }, { "name": "b", "anon": "20000 pages" }"#,
      #"{ "at": "1s", "grow": { "process": "b", "anon": "30000 pages" } }"#)
    text = text.replacing("\"memory\"", with: "\"exit_delay\": \"2s\", \"memory\"")
    let run = try run(text)
    #expect(run.kills.map(\.victim.name) == ["a"])
    #expect(run.kills.first?.at == 1_000_000)
    #expect(run.end == 3_000_000)
    #expect(run.process(1).anon == 50_000)
  }

  @Test("events are taken by time, whatever their order in the file")
  func unsortedEvents() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "100 pages" }, { "name": "b", "anon": "50 pages" }"#,
        #"{ "at": "2s", "oom": {} }, { "at": "1s", "exit": { "process": "a" } }"#))
    #expect(run.kills.map(\.victim.name) == ["b"])
  }

  @Test("growth by nothing is over at once: it does not make the run longer")
  func growthByNothing() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "100 pages" }"#,
        #"""
        { "at": "1s", "grow": { "process": "a", "anon": 0, "over": "10s" } },
        { "at": "2s", "shrink": { "process": "a", "anon": 0, "over": "10s" } }
        """#))
    #expect(run.end == 2_000_000)
  }

  /// 10000 pages too much are there from the start, and reclaim finds 5000: a write to a tmpfs gets no page at all.
  @Test("what reclaim can take is gone before a write that gets no page kills")
  func tmpfsWithoutAPage() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "105000 pages", "file": "5000 pages" }"#,
        #"{ "at": "1s", "tmpfs": { "write": "10 pages" } }"#))
    #expect(run.kills.map(\.victim.name) == ["a"])
    #expect(run.kills.first?.victim.file == 0)
    #expect(run.kills.first?.victim.anon == 105_000)
  }
}
