import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// A scenario as it is read, to the last value.
struct ScenarioReadingTests {
  static let full = """
    {
      "schema": "oomsim.scenario/1", "name": "full", "title": "All keys", "description": ["a", "b"],
      "source": ["https://example.org"], "kernel": "6.12", "cgroup_version": 2,
      "machine": { "memory": "16G", "swap": [ { "size": "1G" }, { "size": "1G", "kind": "disk" } ],
                   "page_size": 4096, "kernel": "930M", "slab_reclaimable": "200M",
                   "page_cache": "1G", "hugetlb": 0, "hz": 1000, "exit_delay": "5ms" },
      "sysctl": { "vm.overcommit_memory": 2, "vm.overcommit_ratio": 80,
                  "vm.overcommit_kbytes": 0, "vm.admin_reserve_kbytes": 8192,
                  "vm.user_reserve_kbytes": 131072, "vm.min_free_kbytes": 67584,
                  "vm.swappiness": 10, "vm.panic_on_oom": 1, "vm.oom_kill_allocating_task": 1,
                  "vm.oom_dump_tasks": 0 },
      "cgroups": { "/a.b/c": { "memory.min": "1M", "memory.low": "2M", "memory.high": "3M",
                               "memory.max": 4194304, "memory.swap.max": "max",
                               "memory.oom.group": 1, "page_cache": "5M", "kernel": "6M" } },
      "processes": [
        { "pid": 812, "name": "llm", "ppid": 1, "uid": 990, "cgroup": "/a.b/c",
          "oom_score_adj": -17, "anon": "9G", "file": "600M", "shmem": "4k", "swap": "8k",
          "locked": "1G", "total_vm": "20G", "page_tables": { "pte": "18M", "pmd": "8k", "pud": "4k" },
          "capabilities": ["sys_admin", "sys_rawio"], "on_enomem": "exit" },
        { "name": "worker", "count": 8, "anon": "85M" },
        { "name": "kworker", "kernel_thread": true },
        { "name": "twin", "shares_mm_with": "llm", "capabilities": [] },
        { "name": "twin2", "shares_mm_with": 812 }
      ],
      "events": [
        { "at": "10s", "grow": { "process": "llm", "anon": "4k", "file": "8k", "shmem": "12k",
                                 "locked": "16k", "over": "1m" } },
        { "at": 0, "shrink": { "process": 812, "anon": "1M" } },
        { "at": "1s", "map": { "process": "llm", "size": "1G", "kind": "read_only" } },
        { "at": "1s", "unmap": { "process": "llm", "size": "1M" } },
        { "at": "1s", "start": { "name": "late", "anon": "1M" } },
        { "at": "2s", "exit": { "process": "late" } },
        { "at": "2s", "page_cache": { "read": "1M", "cgroup": "/x" } },
        { "at": "2s", "page_cache": { "drop": "2M" } },
        { "at": "2s", "tmpfs": { "write": "3M" } },
        { "at": "2s", "tmpfs": { "cgroup": "/x", "delete": "1M" } },
        { "at": "3s", "set": { "to": { "oom_score_adj": 5, "uid": 7, "on_enomem": "continue",
                                       "capabilities": ["sys_resource"] }, "process": "worker-3" } },
        { "at": "3s", "set": { "cgroup": "/x", "to": { "memory.max": "1G" } } },
        { "at": "3s", "set": { "sysctl": true, "to": { "vm.swappiness": 0 } } },
        { "at": "3s", "move": { "process": "late", "cgroup": "/x" } },
        { "at": "4s", "oom": {} },
        { "at": "4s", "oom": { "cgroup": "/x", "process": "llm" } }
      ],
      "expect": {
        "kills": [ { "name": "llm", "constraint": "memory_policy", "cgroup": "/x", "points": -5,
                     "after": "1s", "before": "2s", "also": ["twin"] }, { "pid": 812 } ],
        "survivors": ["worker-1"], "stuck": ["late"],
        "refused": [ { "process": "llm", "at": "1s" }, { "process": 812 } ], "panic": true
      }
    }
    """

  static func scenario() throws -> Scenario { try Scenario(json: Array(full.utf8)) }

  @Test func `the machine and its settings`() throws {
    let scenario = try Self.scenario()
    #expect(scenario.name == "full" && scenario.title == "All keys")
    #expect(scenario.description == ["a", "b"] && scenario.source == ["https://example.org"])
    #expect(scenario.kernel == "6.12")
    var machine = Machine()
    machine.memory = 4_194_304
    machine.swap = 524_288
    machine.kernel = 238_080
    machine.slabReclaimable = 51_200
    machine.pageCache = 262_144
    machine.hz = 1000
    machine.exitDelay = 5000
    #expect(scenario.machine == machine)
    var sysctl = Sysctl()
    sysctl.overcommitMemory = .never
    sysctl.overcommitRatio = 80
    sysctl.overcommitKbytes = 0
    sysctl.adminReserveKbytes = 8192
    sysctl.userReserveKbytes = 131_072
    sysctl.minFreeKbytes = 67_584
    sysctl.swappiness = 10
    sysctl.panicOnOOM = .unconstrained
    sysctl.oomKillAllocatingTask = true
    sysctl.oomDumpTasks = false
    #expect(scenario.sysctl == sysctl)
    var cgroup = Cgroup()
    cgroup.min = 256
    cgroup.low = 512
    cgroup.high = 768
    cgroup.max = 1024
    cgroup.swapMax = Cgroup.unlimited
    cgroup.oomGroup = true
    cgroup.pageCache = 1280
    cgroup.kernel = 1536
    #expect(scenario.cgroups == ["/a.b/c": cgroup])
  }

  @Test func `processes in their order`() throws {
    let processes = try Self.scenario().processes
    var llm = Scenario.Process()
    llm.name = "llm"
    llm.pid = 812
    llm.ppid = 1
    llm.uid = 990
    llm.cgroup = "/a.b/c"
    llm.oomScoreAdj = -17
    llm.anon = 2_359_296
    llm.file = 153_600
    llm.shmem = 1
    llm.swap = 2
    llm.locked = 262_144
    llm.totalVM = 5_242_880
    llm.pageTables = 4608 + 2 + 1
    llm.pageTableLevels = PageTableLevels(pte: 4608, pmd: 2, pud: 1)
    llm.capabilities = [.sysAdmin, .sysRawIO]
    llm.onENOMEM = .exit
    #expect(processes[0] == llm)
    var worker = Scenario.Process()
    worker.name = "worker"
    worker.count = 8
    worker.anon = 21_760
    #expect(processes[1] == worker)
    #expect(processes[2].isKernelThread)
    #expect(processes[3].sharesMMWith == .name("llm") && processes[3].pageTables == nil)
    #expect(processes[3].capabilities == [] && processes[2].capabilities == nil)
    #expect(processes[4].sharesMMWith == .pid(812))
    #expect(processes.count == 5 && processes.expandedCount == 12)
  }

  @Test func `events in the order of the text`() throws {
    let events = try Self.scenario().events
    var grown = Event.Sizes()
    grown.anon = 1
    grown.file = 2
    grown.shmem = 3
    grown.locked = 4
    var shrunk = Event.Sizes()
    shrunk.anon = 256
    var late = Scenario.Process()
    late.name = "late"
    late.anon = 256
    var change = Event.ProcessChange()
    change.oomScoreAdj = 5
    change.uid = 7
    change.onENOMEM = .continue
    change.capabilities = .sysResource
    var limit = Cgroup()
    limit.max = 262_144
    var sysctl = Sysctl()
    sysctl.swappiness = 0
    let llm = ProcessReference.name("llm")
    let actions: [(Int64, Event.Action)] = [
      (10, .grow(llm, grown, over: 60_000_000)), (0, .shrink(.pid(812), shrunk, over: 0)),
      (1, .map(llm, pages: 262_144, .readOnly)), (1, .unmap(llm, pages: 256, .private)),
      (1, .start(late)), (2, .exit(.name("late"))),
      (2, .growUnowned(.pageCache, pages: 256, cgroup: "/x")),
      (2, .shrinkUnowned(.pageCache, pages: 512, cgroup: "/")),
      (2, .growUnowned(.tmpfs, pages: 768, cgroup: "/")),
      (2, .shrinkUnowned(.tmpfs, pages: 256, cgroup: "/x")),
      (3, .setProcess(.name("worker-3"), change)), (3, .setCgroup("/x", limit)),
      (3, .setSysctl(sysctl)), (3, .move(.name("late"), cgroup: "/x")),
      (4, .oom(cgroup: nil, invoker: nil, nodes: nil)),
      (4, .oom(cgroup: "/x", invoker: llm, nodes: nil)),
    ]
    try #require(events.count == actions.count)
    for (event, expected) in zip(events, actions) {
      #expect(event == Event(at: .seconds(expected.0), action: expected.1))
    }
  }

  @Test func `what is expected`() throws {
    var kill = Expectation.ExpectedKill(process: .name("llm"))
    kill.constraint = .memoryPolicy
    kill.cgroup = "/x"
    kill.points = -5
    kill.after = 1_000_000
    kill.before = 2_000_000
    kill.also = ["twin"]
    var expectation = Expectation()
    expectation.kills = [kill, Expectation.ExpectedKill(process: .pid(812))]
    expectation.survivors = ["worker-1"]
    expectation.stuck = ["late"]
    expectation.refused = [
      Expectation.ExpectedRefusal(process: .name("llm"), at: 1_000_000),
      Expectation.ExpectedRefusal(process: .pid(812)),
    ]
    expectation.panic = true
    #expect(try Self.scenario().expectation == expectation)
  }

  /// Nothing that is left out gets a value, and an empty expectation is not the same as none.
  @Test func `what is left out`() throws {
    let scenario = try Scenario(json: Array(scenarioText().utf8))
    #expect(scenario.kernel == nil && scenario.sysctl == Sysctl() && scenario.cgroups.isEmpty)
    #expect(scenario.processes.count == 0 && scenario.events.isEmpty)
    #expect(scenario.expectation == nil)
    let expecting = try Scenario(json: Array(scenarioText(#""expect": {}"#).utf8))
    #expect(expecting.expectation == Expectation())
    let nobody = try Scenario(json: Array(scenarioText(#""expect": { "kills": [] }"#).utf8))
    #expect(nobody.expectation?.kills == [])
  }

  /// The page size decides all sizes, wherever its key stands in the text.
  @Test func `the page size may come first or last`() throws {
    let processes = #""processes": [ { "name": "a", "anon": "17k", "file": "3 pages" } ]"#
    let first = """
      { "machine": { "page_size": 16384, "memory": "1G", "swap": "20k" }, \(processes),
        "schema": "oomsim.scenario/1" }
      """
    let last = """
      { "schema": "oomsim.scenario/1", \(processes),
        "machine": { "swap": "20k", "memory": "1G", "page_size": 16384 } }
      """
    let scenario = try Scenario(json: Array(first.utf8))
    #expect(try Scenario(json: Array(last.utf8)) == scenario)
    #expect(scenario.machine.pageSize == 16384)
    #expect(scenario.machine.memory == 65_536 && scenario.machine.swap == 2)
    #expect(scenario.processes[0].anon == 2 && scenario.processes[0].file == 3)
  }

  @Test func `mistakes in larger pages are reported once`() {
    let (_, error) = reading(
      """
      { "schema": "oomsim.scenario/1", "processes": [ { "name": "a", "anon": "1X" } ],
        "machine": { "memory": "1G", "page_size": 65536 } }
      """)
    #expect(error?.diagnostics.map(\.path) == ["processes[0].anon"])
  }

  /// Events need not be sorted: the reader keeps the order of the file, the run takes them by time.
  @Test func `times may go backwards in the text`() throws {
    let (scenario, _) = reading(
      scenarioText(
        """
        "processes": [ { "name": "a" } ],
        "events": [ { "at": "2s", "exit": { "process": "a" } },
                    { "at": "1s", "grow": { "process": "a", "anon": "1M" } } ]
        """))
    #expect(scenario?.events.map(\.at) == [2_000_000, 1_000_000])
    let run = Simulator().run(try #require(scenario))
    #expect(run.warnings.isEmpty && run.process(0).state == .exited)
  }
}

/// JSON objects have no order: RFC 8259 section 1, design.md section 4.
struct KeyOrderTests {
  @Test func `there are scenarios`() { #expect(Files.shippedScenarios.count > 40) }

  @Test(arguments: Files.shippedScenarios)
  func `keys in another order give the same run`(path: String) throws {
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
    let scenario = try Scenario(json: bytes)
    let simulator = Simulator(for: scenario)
    let digest = simulator.run(scenario).digest
    let tree = try JSONTree(bytes)
    var generator = SplitMix64(state: 0x6f6f_6d73_696d)
    for round in 1...3 {
      let text = tree.text(shuffledBy: &generator)
      let shuffled = try Scenario(json: Array(text.utf8))
      #expect(shuffled == scenario, "round \(round)")
      // A run depends on nothing but its scenario, which is the same in all rounds.
      if round == 1 { #expect(simulator.run(shuffled).digest == digest) }
    }
  }
}
