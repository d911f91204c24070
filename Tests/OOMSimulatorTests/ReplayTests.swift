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
    #expect(run.kills.first?.limit.free == 0)
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
    #expect(run.kills.first?.totalpages == 150_000)
  }

  @Test("mapped file pages are given back before anonymous memory is, and leave the points")
  func fileReclaim() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "anon": "20000 pages", "file": "60000 pages" }, { "name": "b", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "b", "anon": "70000 pages" } }, { "at": "1s", "oom": {} }"#
      ))
    #expect(run.kills.map(\.victim.name) == ["b"])
    #expect(run.kills.first?.runnerUp?.file ?? 0 < 60_000)
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
    #expect(run.kills.first?.cgroup == "/p")
    #expect(run.kills.first?.constraint == .memcg)
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
    #expect(run.kills.allSatisfy { $0.invoker == nil })
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
    #expect(run.end == 20_000_000 + 30_000_000 - 9_972_000)
  }

  @Test("memory.high stops growth and kills nobody")
  func high() throws {
    let run = try run(
      machine(
        #"{ "name": "a", "cgroup": "/g", "anon": 0 }"#,
        #"{ "at": 0, "grow": { "process": "a", "anon": "20000 pages" } }"#,
        cgroups: #""/g": { "memory.high": "8000 pages", "memory.max": "16000 pages" }"#))
    #expect(run.kills.isEmpty)
    #expect(run.stuck.count == 1)
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
    #expect(run.process(1).state == "killed")
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
    #expect(run.kills.first?.runnerUp == nil)
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
}

/// SysRq f, release by release: drivers/tty/sysrq.c, mm/oom_kill.c, `is_sysrq_oom()` since 4.3.
@Suite struct SysrqTests {
  private func run(_ kernel: KernelRelease, panicOnOOM: Bool, adj: Int16, isDying: Bool) -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    scenario.sysctl.panicOnOOM = panicOnOOM ? .unconstrained : .never
    for name in ["a", "b"] {
      var process = Scenario.Process()
      process.name = name
      process.anon = 100
      process.oomScoreAdj = adj
      process.isDying = isDying && name == "b"
      scenario.processes.append(process)
    }
    scenario.events = [Event(at: 0, action: .sysrq)]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test func `it never panics since 4-3`() {
    #expect(run("4.2", panicOnOOM: true, adj: 0, isDying: false).panic?.why == .panicOnOOM)
    #expect(run("4.3", panicOnOOM: true, adj: 0, isDying: false).kills.count == 1)
    #expect(run("4.2", panicOnOOM: false, adj: -1000, isDying: false).panic?.why == .deadlocked)
    let none = run("6.12", panicOnOOM: false, adj: -1000, isDying: false)
    #expect(none.panic == nil && none.kills.isEmpty && none.warnings.count == 1)
  }

  @Test func `it passes over victims that are dying since 3-4`() {
    #expect(run("3.3", panicOnOOM: false, adj: 0, isDying: true).kills.isEmpty)
    #expect(run("3.4", panicOnOOM: false, adj: 0, isDying: true).kills.map(\.victim.name) == ["a"])
    #expect(run("6.12", panicOnOOM: false, adj: 0, isDying: true).kills.map(\.victim.name) == ["a"])
  }
}

/// Who asks is killed although its badness would spare it: mm/oom_kill.c, `out_of_memory()`.
@Suite struct AskerTests {
  private func run(_ kernel: KernelRelease, _ body: (inout Scenario.Process) -> Void) -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    scenario.sysctl.oomKillAllocatingTask = true
    var asker = Scenario.Process()
    asker.name = "asker"
    asker.uid = 7
    asker.anon = 100
    asker.pageTables = 0
    body(&asker)
    var other = asker
    other.name = "other"
    other.isInVfork = false
    other.oomScoreAdj = 0
    scenario.processes.append(asker)
    scenario.processes.append(other)
    scenario.events = [
      Event(at: 0, action: .oom(cgroup: nil, invoker: .name("asker"), nodes: nil))
    ]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test(arguments: ["4.9", "6.12"] as [KernelRelease])
  func `a vfork child that asks has no points of its own`(kernel: KernelRelease) throws {
    let kill = try #require(run(kernel) { $0.isInVfork = true }.kills.first)
    #expect(kill.victim.name == "asker" && kill.chosen == .allocatingTask)
    #expect(kill.victim.points == 0 && Explanation(of: kill).margin == -100)
  }

  @Test func `-1000 does not protect who asks from 3-2 to 3-5`() throws {
    for (kernel, victim) in [
      ("3.1", "other"), ("3.2", "asker"), ("3.5", "asker"), ("3.6", "other"),
    ] {
      let run = run(KernelRelease(stringLiteral: kernel)) { $0.oomScoreAdj = -1000 }
      #expect(run.kills.first?.victim.name == victim, "\(kernel)")
      _ = run.kills.map { Explanation(of: $0).description }
    }
  }

  /// Kernel: `__set_oom_adj()`, fs/proc/base.c: not while a vfork is pending on either side.
  @Test func `a vfork child's write stays its own`() {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    for (name, isInVfork) in [("parent", false), ("child", true)] {
      var process = Scenario.Process()
      process.name = name
      process.isInVfork = isInVfork
      if isInVfork { process.sharesMMWith = .name("parent") } else { process.anon = 1000 }
      scenario.processes.append(process)
    }
    var change = Event.ProcessChange()
    change.oomScoreAdj = -1000
    scenario.events = [
      Event(at: 0, action: .setProcess(.name("child"), change)),
      Event(at: 1, action: .oom(cgroup: nil, invoker: nil, nodes: nil)),
    ]
    #expect(Simulator().run(scenario).kills.first?.victim.name == "parent")
  }
}

/// Memory nodes, cpusets and memory policies: `constrained_alloc()` and `oom_cpuset_eligible()`, mm/oom_kill.c.
@Suite struct NodeTests {
  /// Two nodes of 1000 pages (1200 present, 1500 spanned) and 50 of swap; a is bound to node 0, b to node 1.
  private func run(
    _ kernel: KernelRelease, asker: String, nodes: String?, panicOnOOM: Sysctl.PanicOnOOM = .never
  ) -> Run {
    var scenario = Scenario()
    scenario.machine.nodes = [0, 1].map { _ in
      Machine.Node(memory: 1000, present: 1200, spanned: 1500)
    }
    scenario.machine.memory = 2000
    scenario.machine.swap = 50
    scenario.sysctl.panicOnOOM = panicOnOOM
    scenario.sysctl.minFreeKbytes = 0
    var group = Cgroup()
    group.cpusetMems = NodeMask("1")
    scenario.cgroups["/one"] = group
    for (name, anon, policy, cgroup) in [
      ("a", 400, "0", "/"), ("b", 300, "1", "/"), ("c", 10, "0-1", "/"), ("d", 20, "0-1", "/one"),
    ] {
      var process = Scenario.Process()
      process.name = name
      process.uid = 7
      process.anon = Int64(anon)
      process.pageTables = 0
      process.mempolicy = NodeMask(policy)
      process.cgroup = cgroup
      if name == "a" { process.memsAllowed = NodeMask("0") }
      scenario.processes.append(process)
    }
    scenario.events = [
      Event(
        at: 0,
        action: .oom(cgroup: nil, invoker: .name(asker), nodes: nodes.flatMap { NodeMask($0) }))
    ]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test func `constraint, totalpages and victim, release by release`() {
    for (kernel, asker, nodes, constraint, totalpages, victim) in [
      ("6.12", "c", "1", Constraint.memoryPolicy, 1250, "b"),
      ("5.3", "c", "1", .memoryPolicy, 1550, "b"),
      ("6.12", "c", "0-1", .none, 2050, "a"), ("6.12", "d", nil, .cpuset, 1250, "b"),
      ("5.3", "d", nil, .cpuset, 1550, "b"), ("2.6.30", "c", "1", .memoryPolicy, 0, "c"),
      ("2.6.30", "d", nil, .cpuset, 0, "b"), ("2.6.20", "d", nil, .cpuset, 0, "d"),
      ("2.6.12", "c", "1", .memoryPolicy, 0, "a"),
    ] as [(String, String, String?, Constraint, Int64, String)] {
      let run = run(KernelRelease(stringLiteral: kernel), asker: asker, nodes: nodes)
      let kill = run.kills.first
      #expect(kill?.victim.name == victim, "\(kernel) \(asker) \(nodes ?? "")")
      #expect(kill?.constraint == constraint, "\(kernel) \(asker)")
      if totalpages > 0 { #expect(kill?.totalpages == totalpages, "\(kernel) \(asker)") }
    }
  }

  /// 400 / 8 = 50 is less than 300.
  @Test func `tasks of other nodes count an eighth from 2-6-19`() throws {
    let kill = try #require(run("2.6.30", asker: "d", nodes: nil).kills.first)
    #expect(kill.victim.points == 300 && kill.victim.name == "b")
    #expect(kill.runnerUp?.name == "a" && kill.runnerUp?.points == 50)
  }

  @Test func `panic_on_oom 1 spares a constrained OOM`() {
    #expect(run("6.12", asker: "d", nodes: nil, panicOnOOM: .unconstrained).panic == nil)
    #expect(run("6.12", asker: "c", nodes: nil, panicOnOOM: .unconstrained).panic != nil)
    #expect(run("6.12", asker: "d", nodes: nil, panicOnOOM: .always).panic != nil)
  }

  @Test func `lists of nodes are read and written as the kernel does`() {
    for text in ["0", "0-1", "0-1,3", "5-7,63"] { #expect(NodeMask(text)?.description == text) }
    #expect(NodeMask("1,0")?.description == "0-1")
    for text in ["", "-", "1-0", "64", "a", "0,", "1-", "0-1-2"] {
      #expect(NodeMask(text) == nil, "\(text)")
    }
  }
}

/// What a process has committed beyond its pages: file `Committed_AS` of /proc/meminfo.
@Suite struct CommittedTests {
  /// Mode 2 at 1000 pages without reserves. java has 100 pages and 600 committed, b 50: 650.
  @Test func `what is committed already is not asked for again`() {
    var scenario = Scenario()
    scenario.machine.memory = 1000
    scenario.sysctl.overcommitMemory = .never
    scenario.sysctl.overcommitRatio = 100
    scenario.sysctl.adminReserveKbytes = 0
    scenario.sysctl.userReserveKbytes = 0
    for (name, anon, committed) in [("java", 100, Int64?(600)), ("b", 50, nil)] {
      var process = Scenario.Process()
      process.name = name
      process.anon = Int64(anon)
      process.pageTables = 0
      process.committed = committed
      scenario.processes.append(process)
    }
    var sizes = Event.Sizes()
    sizes.anon = 500
    scenario.events = [
      Event(at: 1, action: .grow(.name("java"), sizes, over: 0)),
      Event(at: 2, action: .map(.name("b"), pages: 349, .private)),
      Event(at: 3, action: .map(.name("b"), pages: 1, .private)),
      Event(at: 4, action: .exit(.name("java"))),
      Event(at: 5, action: .map(.name("b"), pages: 600, .private)),
    ]
    let run = Simulator().run(scenario)
    #expect(run.refused.map(\.at) == [3])
    #expect(run.refused.map(\.committedAS) == [999])
  }
}

/// Swap that is taken away and added: `sys_swapoff()`, mm/swapfile.c.
@Suite struct SwapoffTests {
  /// 1000 pages of memory without reserves, 500 of swap; big has 600 and 300 in swap, tool 20.
  private func run(_ events: [(Int64, Event.Action)], kernel: KernelRelease = "6.12") -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 1000
    scenario.machine.swap = 500
    scenario.sysctl.minFreeKbytes = 0
    scenario.sysctl.overcommitMemory = .always
    for (name, anon, swap) in [("big", 600, 300), ("tool", 20, 0)] {
      var process = Scenario.Process()
      process.name = name
      process.anon = Int64(anon)
      process.swap = Int64(swap)
      process.pageTables = 0
      scenario.processes.append(process)
    }
    scenario.events = events.map { Event(at: $0.0, action: $0.1) }
    return Simulator(kernel: kernel).run(scenario)
  }

  private func grow(_ name: String, _ pages: Int64) -> Event.Action {
    var sizes = Event.Sizes()
    sizes.shmem = pages
    return .grow(.name(name), sizes, over: 0)
  }

  @Test func `what is in swap comes back where it fits`() {
    let run = run([(1, .swapoff(pages: nil, .name("tool")))])
    #expect(run.kills.isEmpty && run.warnings.isEmpty)
    #expect(run.process(0).anon == 900 && run.process(0).swap == 0)
    #expect(run.totalpages == 1000)
  }

  @Test func `a part of the swap takes a part of it back`() {
    let run = run([(1, .swapoff(pages: 300, nil)), (2, .swapon(pages: 100))])
    #expect(run.process(0).anon == 700 && run.process(0).swap == 200)
    #expect(run.totalpages == 1300)
  }

  /// tool takes 100 more, with its page tables 110: 270 pages are free, 300 are in swap.
  @Test func `who does it dies first, and the swap stays`() throws {
    let run = run([(1, grow("tool", 100)), (2, .swapoff(pages: nil, .name("tool")))])
    let kill = try #require(run.kills.first)
    #expect(run.kills.count == 1 && kill.victim.name == "tool" && kill.chosen == .swapoff)
    #expect(kill.totalpages == 1000)
    #expect(run.totalpages == 1500 && run.process(0).swap > 0)
    #expect(run.process(0).anon + run.process(0).swap == 900)
    #expect(run.warnings.contains { $0.contains("the swap stays") })
  }

  @Test func `nobody's swapoff kills the largest`() {
    let run = run([(1, grow("tool", 100)), (2, .swapoff(pages: nil, nil))])
    #expect(run.kills.map(\.victim.name) == ["big"])
    #expect(run.totalpages == 1000)
  }
}
