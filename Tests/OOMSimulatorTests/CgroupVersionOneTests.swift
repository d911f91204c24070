import OOMFormats
import Testing

@testable import OOMSimulator

/// Memory cgroups of version 1: mm/memcontrol.c. Numbers are worked out in the comments; page tables are given as
/// 0 and grow by one for each 512 pages and nine at the first touch.
@Suite struct CgroupVersionOneTests {
  private func scenario(
    kernel: KernelRelease = "6.12", _ groups: [String: (inout Cgroup) -> Void],
    _ processes: [(name: String, group: String, anon: Int64)], _ events: [Event],
    swap: Int64 = 0
  ) -> Scenario {
    var scenario = Scenario()
    scenario.kernel = kernel
    scenario.cgroupVersion = 1
    scenario.machine.memory = 262_144
    scenario.machine.swap = swap
    for (path, body) in groups {
      var group = Cgroup()
      body(&group)
      scenario.cgroups[path] = group
    }
    for process in processes {
      var row = Scenario.Process()
      row.name = process.name
      row.cgroup = process.group
      row.anon = process.anon
      scenario.processes.append(row)
    }
    scenario.events = events
    return scenario
  }

  private func grow(_ name: String, _ pages: Int64, at second: Int64) -> Event {
    var sizes = Event.Sizes()
    sizes.anon = pages
    return Event(at: .seconds(second), action: .grow(.name(name), sizes, over: 0))
  }

  @Test(
    "use_hierarchy 0: a child's charges count in the machine only, and its parent's OOM passes it by"
  )
  func hierarchy() {
    let events = [grow("child", 3000, at: 1), grow("parent", 3000, at: 2)]
    for (kernel, isHierarchical, killed) in [
      ("5.10", false, ["parent"]), ("5.10", true, ["child", "parent"]),
      ("5.11", false, ["child", "parent"]),
    ] as [(KernelRelease, Bool, [String])] {
      let scenario = scenario(
        kernel: kernel,
        [
          "/p": {
            $0.max = 2000
            $0.useHierarchy = isHierarchical
          }, "/p/c": { $0.max = 5000 },
        ],
        [("parent", "/p", 100), ("child", "/p/c", 100)], events)
      let run = Simulator(for: scenario).run(scenario)
      #expect(run.kills.map(\.victim.name) == killed, "\(kernel) \(isHierarchical)")
      #expect(run.kills.allSatisfy { $0.decision?.cgroup == "/p" })
    }
  }

  /// Kernel: `mem_cgroup_hierarchy_write()`, mm/memcontrol.c, of 5.10.
  @Test("use_hierarchy is not written with groups below, nor 0 below a group with 1")
  func hierarchyWrite() {
    func set(_ path: String, _ value: Bool) -> Event {
      Event(at: 1, action: .setCgroup(path, Cgroup(useHierarchy: value)))
    }
    let scenario = scenario(
      kernel: "5.10",
      [
        "/t": { $0.max = 65 }, "/t/sub": { $0.max = 130 },
        "/h": { $0.useHierarchy = true }, "/h/sub": { $0.max = 130 },
      ],
      [("p", "/t/sub", 1)],
      [
        set("/t", true), set("/t", false), set("/h/sub", false), set("/h", false),
        set("/t/sub", true), grow("p", 300, at: 2),
      ])
    let run = Simulator(for: scenario).run(scenario)
    #expect(
      run.warnings.map(\.fact) == [
        .hierarchyIsBusy(cgroup: "/t"), .hierarchyIsInherited(cgroup: "/h/sub"),
        .hierarchyIsBusy(cgroup: "/h"),
      ])
    #expect(run.kills.map(\.decision?.cgroup) == ["/t/sub"])
  }

  /// Without page tables the group has 80 of its 100 MiB: mm/memcontrol.c, arch/x86/mm/pgtable.c.
  @Test("page tables are charged to groups since 4.8", arguments: ["3.10", "4.7", "4.8", "6.12"])
  func pageTables(kernel: KernelRelease) {
    var scenario = scenario(
      kernel: kernel, ["/db": { $0.max = 25_600 }], [("db", "/db", 15_360)],
      [grow("db", 5120, at: 1)])
    scenario.processes[0].pageTables = 7680
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.kills.count == (kernel < "4.8" ? 0 : 1))
  }

  /// 201 processes map one segment of 16 GiB: with 8195 tables each, 6 GiB of tables.
  @Test("tables of shared buffers are in the machine, and in a group since 4.8")
  func tablesOfSharedBuffers() {
    for (kernel, kills) in [("3.10", 0), ("4.8", 1)] as [(KernelRelease, Int)] {
      var scenario = scenario(
        kernel: kernel, ["/pg": { $0.max = 5 << 20 }],
        (0...200).map { ("p\($0)", "/pg", 1280) }, [grow("p0", 128_000, at: 1)])
      scenario.machine.memory = 16 << 20
      for row in 0..<scenario.processes.count {
        scenario.processes[row].shmem = 4 << 20
        scenario.processes[row].segment = "buffers"
      }
      let run = Simulator(for: scenario).run(scenario)
      #expect(run.kills.count == kills, "\(kernel)")
    }
  }

  /// The tables that come with the last pages take nothing of the group.
  @Test("growth fills a group to its last page where its tables are not charged")
  func lastPage() {
    for more in [0, 1] as [Int64] {
      let scenario = scenario(
        kernel: "3.10", ["/a": { $0.max = 2000 }], [("x", "/a", 100)],
        [grow("x", 1900 + more, at: 1)])
      let run = Simulator(for: scenario).run(scenario)
      #expect(run.kills.map(\.victim.anon) == (more == 0 ? [] : [2000]))
    }
  }

  @Test("memory.memsw.limit_in_bytes does nothing before 2.6.29, and a warning says so")
  func memswBefore() {
    for (kernel, kills) in [("2.6.28", 0), ("2.6.29", 1)] as [(KernelRelease, Int)] {
      let scenario = scenario(
        kernel: kernel,
        [
          "/g": {
            $0.max = 2000
            $0.memswLimit = 2001
          }
        ], [("a", "/g", 1)], [grow("a", 3000, at: 1)], swap: 4000)
      let run = Simulator(for: scenario).run(scenario)
      #expect(run.kills.count == kills)
      #expect(
        run.warnings.map(\.fact).contains(
          .unknownFile("memory.memsw.limit_in_bytes", since: "2.6.29")) == (kills == 0))
    }
  }

  @Test("memsw counts memory and swap: totalpages is the limit of both, and swap does not help")
  func memsw() throws {
    let scenario = scenario(
      [
        "/a": {
          $0.max = 1000
          $0.memswLimit = 1500
        }
      ], [("x", "/a", 100)],
      [grow("x", 5000, at: 1)], swap: 100_000)
    let kill = try #require(Simulator().run(scenario).kills.first)
    #expect(kill.decision?.totalpages == 1500)
    #expect(kill.victim.pages == 1500 && kill.victim.swap > 400)
    #expect(
      kill.decision?.limit.file == "memory.memsw.limit_in_bytes"
        && kill.decision?.limit.usage == 1500)
  }

  @Test("swappiness 0 of a group: nothing of it is swapped, and totalpages leaves swap out")
  func swappiness() throws {
    let scenario = scenario(
      [
        "/a": {
          $0.max = 1000
          $0.swappiness = 0
        }, "/b": { $0.max = 1000 },
      ],
      [("x", "/a", 100), ("y", "/b", 100)], [grow("x", 5000, at: 1), grow("y", 5000, at: 2)],
      swap: 2000)
    let kills = Simulator().run(scenario).kills
    #expect(kills.map(\.victim.name) == ["x", "y"])
    #expect(kills.map(\.decision?.totalpages) == [1000, 3000])
    #expect(kills.map(\.victim.swap) == [0, 2000])
  }

  @Test("oom_kill_disable: a process that reaches the limit waits until it is raised, or for ever")
  func oomKillDisable() {
    var raise = Cgroup()
    raise.max = 6000
    let events = [grow("x", 3000, at: 1)]
    let groups: [String: (inout Cgroup) -> Void] = [
      "/a": {
        $0.max = 1000
        $0.oomKillDisable = true
      }
    ]
    let processes = [(name: "x", group: "/a", anon: Int64(100))]
    let stuck = Simulator().run(scenario(groups, processes, events))
    #expect(stuck.kills.isEmpty)
    #expect(
      stuck.stuck.map(\.whyText) == [
        "memory.limit_in_bytes is reached and oom_kill_disable is 1: under_oom 1, it waits"
      ])
    let raised = Simulator().run(
      scenario(groups, processes, events + [Event(at: 2_000_000, action: .setCgroup("/a", raise))]))
    #expect(raised.stuck.isEmpty && raised.kills.isEmpty)
    #expect(raised.process(0).anon == 3100)
    var enabled = Cgroup()
    enabled.oomKillDisable = false
    let killed = Simulator().run(
      scenario(
        groups, processes, events + [Event(at: 2_000_000, action: .setCgroup("/a", enabled))]))
    #expect(killed.kills.map(\.at) == [2_000_000])
  }

  @Test("a limit that reclaim cannot get down to is EBUSY, and stays as it was")
  func busy() {
    var lower = Cgroup()
    lower.max = 500
    let scenario = scenario(
      ["/a": { $0.max = 5000 }], [("x", "/a", 1000)],
      [Event(at: 1, action: .setCgroup("/a", lower)), grow("x", 3000, at: 1)])
    let run = Simulator().run(scenario)
    #expect(run.kills.isEmpty && run.process(0).anon == 4000)
    #expect(run.warnings.contains { $0.text.contains("EBUSY") })
  }

  @Test("reclaim of the machine begins with groups above their soft limit")
  func softLimit() throws {
    let cache: [String: (inout Cgroup) -> Void] = [
      "/a": {
        $0.pageCache = 50_000
        $0.softLimit = 10_000
      }, "/b": { $0.pageCache = 50_000 },
    ]
    let scenario = scenario(
      cache, [("x", "/", 100), ("y", "/b", 1), ("z", "/a", 1)], [grow("x", 180_000, at: 1)])
    var world = State(of: scenario)
    _ = world.ledger.reclaim(30_000, in: MemcgTree.root)
    let usage = try ["/a", "/b"].map { path in
      world.ledger.accounts[try #require(world.groups.number(of: path))].pages.cache
    }
    #expect(usage == [20_000, 50_000])
  }
}
