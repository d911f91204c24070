import OOMFormats
import OOMSimulator
import Testing

/// A scenario can be made without a file, of values that all have usual ones.
@Suite struct ScenarioInSwiftTests {
  static let scenario = Scenario(
    name: "two", kernel: "6.1",
    machine: Machine(
      swapDevices: [SwapDevice(size: 1000, kind: .zram, ratio: 2500), SwapDevice(size: 500)],
      kernel: 2000, exitDelay: 1_000_000),
    sysctl: Sysctl(overcommitMemory: .always, minFreeKbytes: 4096),
    cgroups: ["/a": Cgroup(max: 5000, swapMax: 0, oomGroup: true)],
    processes: [
      Scenario.Process(name: "init", pid: 1, anon: 100),
      Self.worker,
    ],
    events: [
      Event(
        at: 1_000_000,
        action: .grow(.name("worker-2"), Event.Sizes(anon: 4000, file: 1), over: 5_000_000)),
      Event(at: 0, action: .fork(.pid(1), Event.Child(name: "child", oomScoreAdj: -5))),
      Event(at: 0, action: .setProcess(.name("worker-1"), Event.ProcessChange(nice: 3, uid: 5))),
    ],
    expectation: Expectation(
      kills: [
        Expectation.ExpectedKill(process: .name("worker-2"), constraint: .memcg, cgroup: "/a")
      ], panic: false))

  private static var worker: Scenario.Process {
    var worker = Scenario.Process(
      name: "worker", count: 3, uid: 33, cgroup: "/a", oomScoreAdj: 200, anon: 800,
      restart: RestartPolicy(.always, delay: 2_000_000))
    (worker.pageTables, worker.pageTableLevels) = (5, PageTableLevels(pte: 4, pmd: 1))
    return worker
  }

  @Test("it is the one that the same values in a file are")
  func equalsFile() throws {
    var scenario = Self.scenario
    scenario.machine.memory = 20_000
    let text = """
      { "schema": "oomsim.scenario/1", "name": "two", "kernel": "6.1",
        "machine": { "memory": "20000 pages", "kernel": "2000 pages", "exit_delay": "1s",
          "swap": [ { "size": "1000 pages", "kind": "zram", "ratio": 2.5 }, { "size": "500 pages" } ] },
        "sysctl": { "vm.overcommit_memory": 1, "vm.min_free_kbytes": 4096 },
        "cgroups": { "/a": { "memory.max": "5000 pages", "memory.swap.max": 0, "memory.oom.group": 1 } },
        "processes": [
          { "name": "init", "pid": 1, "anon": "100 pages" },
          { "name": "worker", "count": 3, "uid": 33, "cgroup": "/a", "oom_score_adj": 200,
            "anon": "800 pages", "page_tables": { "pte": "4 pages", "pmd": "1 page" },
            "restart": { "policy": "always", "delay": "2s" } } ],
        "events": [
          { "at": "1s", "grow": { "process": "worker-2", "anon": "4000 pages", "file": "1 page", "over": "5s" } },
          { "at": 0, "fork": { "process": 1, "child": { "name": "child", "oom_score_adj": -5 } } },
          { "at": 0, "set": { "process": "worker-1", "to": { "nice": 3, "uid": 5 } } } ],
        "expect": { "kills": [ { "name": "worker-2", "constraint": "memcg", "cgroup": "/a" } ], "panic": false } }
      """
    #expect(try Scenario(json: Array(text.utf8)) == scenario)
    #expect(scenario.problems().isEmpty)
    #expect(Simulator(for: scenario).run(scenario).kills.first?.decision?.constraint == .memcg)
  }

  @Test("sums follow from their parts where only these are given")
  func sums() {
    #expect(Self.scenario.machine.swap == 1500)
    let nodes = Machine(nodes: [Machine.Node(memory: 30), Machine.Node(memory: 12)])
    #expect(nodes.memory == 42)
  }
}
