import OOMFormats
import Testing

@testable import OOMSimulator

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

  /// Mode 2 at 1000 pages without reserves: db has 100 and 500 of shared memory, job 1. Kernel: `shmem_acct_size()`,
  /// mm/shmem.c: a segment is committed once, whoever maps it.
  @Test(
    "shared memory that is there at the start is committed",
    arguments: [nil, "buffers", "/dev/shm/x"])
  func sharedAtStart(segment: String?) {
    var scenario = Scenario()
    scenario.machine.memory = 1000
    scenario.sysctl.overcommitMemory = .never
    scenario.sysctl.overcommitRatio = 100
    scenario.sysctl.adminReserveKbytes = 0
    scenario.sysctl.userReserveKbytes = 0
    for (name, anon, shmem) in [("db", 100, 500), ("job", 1, 0)] as [(String, Int64, Int64)] {
      var process = Scenario.Process()
      process.name = name
      process.anon = anon
      process.shmem = shmem
      process.segment = shmem > 0 ? segment : nil
      process.pageTables = 0
      scenario.processes.append(process)
    }
    scenario.events = [
      Event(at: 1, action: .map(.name("job"), pages: 399, .private)),
      Event(at: 2, action: .map(.name("job"), pages: 398, .private)),
      Event(at: 3, action: .exit(.name("db"))),
      Event(at: 4, action: .map(.name("job"), pages: 600, .private)),
    ]
    let run = Simulator().run(scenario)
    // A file of a tmpfs stays when nobody maps it.
    #expect(run.refused.map(\.at) == (segment == "/dev/shm/x" ? [1, 4] : [1]))
    #expect(run.refused.first?.committedAS == 601)
  }
}

/// Swap that is taken away and added: `sys_swapoff()`, mm/swapfile.c.
@Suite struct SwapoffTests {
  /// 1000 pages of memory without reserves, 500 of swap; big has 600 and 300 in swap, tool 20.
  private func run(_ events: [(Microseconds, Event.Action)], kernel: KernelRelease = "6.12") -> Run
  {
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
  @Test func `the process that does it dies first, and the swap stays`() throws {
    let run = run([(1, grow("tool", 100)), (2, .swapoff(pages: nil, .name("tool")))])
    let kill = try #require(run.kills.first)
    #expect(run.kills.count == 1 && kill.victim.name == "tool")
    #expect(kill.decision?.chosen == .swapoff)
    #expect(kill.decision?.totalpages == 1000)
    #expect(run.totalpages == 1500 && run.process(0).swap > 0)
    #expect(run.process(0).anon + run.process(0).swap == 900)
    #expect(run.warnings.contains { $0.fact == .swapStays })
  }

  @Test func `nobody's swapoff kills the largest`() {
    let run = run([(1, grow("tool", 100)), (2, .swapoff(pages: nil, nil))])
    #expect(run.kills.map(\.victim.name) == ["big"])
    #expect(run.totalpages == 1000)
  }
}
