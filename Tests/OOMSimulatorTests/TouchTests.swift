import OOMFormats
import Testing

@testable import OOMSimulator

/// Pages that are touched again are young: `folio_mark_accessed()`, mm/swap.c, and what was in swap comes back,
/// `do_swap_page()`, mm/memory.c.
@Suite struct TouchTests {
  /// 1000 pages of memory without reserves, 800 of swap. old grows by 300 at 1 s, young by 300 at 2 s, last by 600 at
  /// 10 s: 204 pages go to swap, with the 4 tables of a process that has none yet.
  private func run(
    _ events: [(Microseconds, Event.Action)], swap: Int64 = 800, last: Int64 = 600,
    group: String = "/"
  ) -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 1000
    scenario.machine.swap = swap
    scenario.sysctl.minFreeKbytes = 0
    scenario.sysctl.overcommitMemory = .always
    for name in ["old", "young", "last"] {
      var process = Scenario.Process()
      process.name = name
      process.pageTables = 1
      if name == "old" { process.cgroup = group }
      scenario.processes.append(process)
    }
    scenario.events = [
      Event(at: 1_000_000, action: .grow(.name("old"), Event.Sizes(anon: 300), over: 0)),
      Event(at: 2_000_000, action: .grow(.name("young"), Event.Sizes(anon: 300), over: 0)),
      Event(at: 10_000_000, action: .grow(.name("last"), Event.Sizes(anon: last), over: 0)),
    ]
    scenario.events += events.map { Event(at: $0.0, action: $0.1) }
    if group != "/" { scenario.cgroups[group] = Cgroup() }
    return Simulator().run(scenario)
  }

  private func swap(_ run: Run) -> [Int64] { (0..<3).map { run.process($0).swap } }

  @Test func `what was touched longest ago goes to swap`() {
    let run = run([])
    #expect(run.kills.isEmpty)
    #expect(swap(run)[0] > 200 && swap(run)[1...] == [0, 0])
  }

  @Test func `a touch makes another process the oldest`() {
    let untouched = run([])
    let run = run([(5_000_000, .touch(.name("old"), anon: nil, shmem: nil))])
    #expect(swap(run) == [0, swap(untouched)[0], 0])
  }

  /// Of 300 pages 250 are touched again: 50 are older than all of young.
  @Test func `the oldest pages of a process are touched first`() {
    let untouched = run([])
    let run = run([(5_000_000, .touch(.name("old"), anon: 250, shmem: nil))])
    #expect(swap(run) == [50, swap(untouched)[0] - 50, 0])
  }

  @Test func `what is in swap comes back, and what is older goes there`() {
    let before = run([])
    let run = run([(11_000_000, .touch(.name("old"), anon: nil, shmem: nil))])
    #expect(run.kills.isEmpty)
    #expect(swap(run) == [0, swap(before)[0], 0])
    #expect(run.process(0).anon == 300)
  }

  @Test func `over a time it is the same`() {
    let at = Microseconds(11_000_000)
    let atOnce = run([(at, .touch(.name("old"), anon: nil, shmem: nil))])
    let run = run([(at, .touch(.name("old"), anon: nil, shmem: nil, over: 5_000_000))])
    #expect(swap(run) == swap(atOnce))
  }

  /// With all of memory and swap in use a page that is read back leaves room in swap for another.
  @Test func `where swap is full pages change places`() {
    let full = run([], swap: 250, last: 640)
    #expect(full.kills.isEmpty)
    let run = run([(11_000_000, .touch(.name("old"), anon: nil, shmem: nil))], swap: 250, last: 640)
    #expect(run.kills.isEmpty)
    #expect(swap(run)[0] == 0 && swap(run).reduce(0, +) == swap(full).reduce(0, +))
  }

  /// A group of 50 pages that may not swap any more has 250 of the 300 pages of its process in swap.
  @Test func `a touch of what cannot come back kills`() {
    let run = run(
      [
        (11_000_000, .setCgroup("/g", Cgroup(max: 50))),
        (12_000_000, .setCgroup("/g", Cgroup(swapMax: 0))),
        (13_000_000, .touch(.name("old"), anon: nil, shmem: nil)),
      ], group: "/g")
    #expect(run.kills.map(\.victim.name) == ["old"] && run.kills.first?.at == 13_000_000)
    #expect(run.kills.first?.decision?.invoker?.name == "old")
  }
}

/// memory.swap.high since 5.8: `swap_find_max_overage()` and `mem_cgroup_handle_over_high()`, mm/memcontrol.c.
@Suite struct SwapHighTests {
  private func run(_ files: String, kernel: KernelRelease = "6.12") throws -> Run {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "100000 pages", "swap": "100000 pages" },
        "cgroups": { "/g": { \(files) } },
        "processes": [ { "name": "p", "cgroup": "/g", "anon": "1000 pages" } ],
        "events": [ { "at": "1s", "grow": { "process": "p", "anon": "30000 pages", "over": "10s" } } ] }
      """
    return try Simulator(kernel: kernel).run(Scenario(json: Array(text.utf8), file: "test.json"))
  }

  @Test func `above it the group is slow, below it not`() throws {
    let slow = try run(#""memory.max": "10000 pages", "memory.swap.high": "8000 pages""#)
    let fast = try run(#""memory.max": "10000 pages", "memory.swap.high": "30000 pages""#)
    #expect(slow.kills.isEmpty && fast.kills.isEmpty)
    #expect(fast.groups.first?.highSleep == 0)
    #expect((slow.groups.first?.highSleep ?? 0) > 10_000_000)
    #expect(slow.groups.first?.swapCurrent == fast.groups.first?.swapCurrent)
  }

  @Test func `to 5.7 there is no such file`() throws {
    let old = try run(
      #""memory.max": "10000 pages", "memory.swap.high": "8000 pages""#, kernel: "5.7")
    #expect(old.groups.first?.highSleep == 0)
    #expect(old.warnings.contains { "\($0.fact)".contains("memory.swap.high") })
  }

  /// A 16th above is 2^16, whose square shifted by 34 is a quarter of a second: 62 of the ticks of 4 ms. Two ticks or
  /// fewer are none.
  @Test func `memory and swap add up, to two seconds`() {
    let sixteenth = calculateOverage(usage: 1700, high: 1600)
    #expect(sixteenth == 1 << 16)
    #expect(calculateHighDelay(memory: sixteenth, swap: 0) == 62)
    #expect(calculateHighDelay(memory: sixteenth, swap: sixteenth) == 124)
    #expect(calculateHighDelay(memory: 1 << 20, swap: 1 << 20) == 500)
    #expect(calculateHighDelay(memory: 1 << 12, swap: 0) == 0)
  }
}
