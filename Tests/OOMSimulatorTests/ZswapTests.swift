import OOMFormats
import Testing

@testable import OOMSimulator

/// Swap that is compressed into a pool in memory first.
///
/// Sources: `zswap_store()` and `zswap_max_pages()`, mm/zswap.c; `obj_cgroup_charge_zswap()` and `obj_cgroup_may_zswap()`,
/// mm/memcontrol.c; Documentation/admin-guide/cgroup-v2.rst for memory.zswap.*.
@Suite struct ZswapTests {
  private func run(
    _ kernel: KernelRelease = "6.12", machine: String = "", ratio: String = "2", group: String,
    grow: Int = 1300
  ) throws -> (run: Run, group: Run.FinalGroup) {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "sysctl": { "vm.min_free_kbytes": 0 },
        "machine": { "memory": "100000 pages", "swap": "100000 pages", "zswap": true, "zswap_ratio": \(ratio)\(machine) },
        "cgroups": { "/g": { \(group) } },
        "processes": [ { "name": "p", "cgroup": "/g", "anon": "100 pages", "page_tables": "0 pages" } ],
        "events": [ { "at": "1s", "grow": { "process": "p", "anon": "\(grow) pages", "over": "10s" } } ] }
      """
    let run = try Simulator(kernel: kernel).run(Scenario(json: Array(text.utf8), file: "test.json"))
    return (run, try #require(run.groups.first))
  }

  /// r in memory, s in swap: r + s = 1400 and page tables, r + s/2 = 1000.
  @Test func `a group is charged for its part of the pool since 5_19`() throws {
    let limit = #""memory.max": "1000 pages""#
    let before = try run("5.18", group: limit)
    let since = try run(group: limit)
    #expect(before.run.kills.isEmpty && since.run.kills.isEmpty)
    #expect(before.group.zswapCurrent == nil)
    let tables = before.group.swapCurrent - 400
    #expect((0...16).contains(tables))
    #expect(before.group.current == 1000)
    // What is short is short twice over, but for the rounding of a page.
    #expect((0...2).contains(since.group.swapCurrent - 2 * (400 + tables)))
    #expect((999...1000).contains(since.group.current))
    #expect(since.group.zswapCurrent == (since.group.swapCurrent + 1) / 2)
  }

  /// 100 pages of the pool hold 200; what is beyond them goes to the disk and frees all of itself.
  @Test func `memory_zswap_max sends the rest to the disk`() throws {
    let limited = try run(group: #""memory.max": "1000 pages", "memory.zswap.max": "100 pages""#)
    #expect(limited.run.kills.isEmpty)
    #expect(limited.group.zswapCurrent == 100)
    #expect((500...530).contains(limited.group.swapCurrent))
    let none = try run(group: #""memory.max": "1000 pages", "memory.zswap.max": 0"#)
    #expect(none.group.zswapCurrent == 0 && (400...416).contains(none.group.swapCurrent))
    #expect(none.group.current == 1000)
  }

  /// 900 in memory and 100 of the pool, which hold 200: 1100 are too few for 1400.
  @Test func `without writeback the rest stays in memory`() throws {
    let files =
      #""memory.max": "1000 pages", "memory.zswap.max": "100 pages", "memory.zswap.writeback": 0"#
    let kept = try run(group: files)
    #expect(kept.run.kills.map(\.victim.name) == ["p"])
    let before = try run("6.7", group: files)
    #expect(before.run.kills.isEmpty)
    #expect(before.run.warnings.contains { "\($0.fact)".contains("memory.zswap.writeback") })
  }

  /// A fifth of 100,000 pages holds 40,000 of them.
  @Test func `the pool of the machine takes a fifth of it`() throws {
    let large = try run(group: #""memory.high": "max""#, grow: 160_000)
    #expect(large.run.kills.isEmpty)
    #expect(large.group.zswapCurrent == 20_000)
    let half = try run(
      machine: #", "zswap_max_pool_percent": 50"#, group: #""memory.high": "max""#, grow: 140_000)
    #expect(half.run.kills.isEmpty)
    #expect((40_000...41_000).contains(half.group.zswapCurrent ?? 0))
  }

  /// What dies gives its part of the pool back, and what is left of the machine's.
  @Test func `nothing is left of it when its processes are gone`() throws {
    let killed = try run(
      group: #""memory.max": "1000 pages", "memory.swap.max": "300 pages""#, grow: 5000)
    #expect(killed.run.kills.count == 1)
    #expect(killed.group.current == 0 && killed.group.zswapCurrent == 0)
    #expect(killed.group.swapCurrent == 0)
  }

  /// `obj_cgroup_charge_zswap()` returns at once on version 1.
  @Test func `groups of version 1 are charged for none of it`() throws {
    func run(_ kernel: KernelRelease) throws -> Run {
      let text = """
        { "schema": "oomsim.scenario/1", "name": "t", "cgroup_version": 1,
          "machine": { "memory": "1G", "swap": "1G", "zswap": true, "kernel": "50M" },
          "cgroups": { "/g": { "memory.limit_in_bytes": "100M", "memory.memsw.limit_in_bytes": "160M" } },
          "processes": [ { "name": "p", "cgroup": "/g", "anon": "60M" } ],
          "events": [ { "at": "1s", "grow": { "process": "p", "anon": "90M", "over": "1m" } } ] }
        """
      return try Simulator(kernel: kernel).run(Scenario(json: Array(text.utf8), file: "test.json"))
    }
    for kernel: KernelRelease in ["5.18", "6.12"] {
      let run = try run(kernel)
      #expect(run.kills.isEmpty && run.groups.first?.zswapCurrent == nil)
    }
  }

  /// Pages that do not shrink go to the disk, as where zswap is off.
  @Test func `what does not become smaller is not taken`() throws {
    let limit = #""memory.max": "1000 pages""#
    let same = try run(machine: #", "zswap_max_pool_percent": 100"#, ratio: "1", group: limit)
    #expect(same.group.zswapCurrent == 0 && (400...416).contains(same.group.swapCurrent))
  }

  /// /g/c has 7680 pages in swap at the start, 2560 of the pool: the peak of /g has both.
  @Test func `the peak of a group at the start has what is in the pool below it`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "1G", "swap": "1G", "zswap": true }, "cgroups": { "/g": {} },
        "processes": [ { "name": "h", "cgroup": "/g", "anon": "10M" },
          { "name": "i", "cgroup": "/g/c", "anon": "10M", "swap": "30M" } ], "events": [] }
      """
    let run = try Simulator().run(Scenario(json: Array(text.utf8), file: "test.json"))
    let group = try #require(run.groups.first)
    #expect(group.path == "/g" && group.zswapCurrent == 2560)
    #expect(group.peak == group.current && group.current > 7680)
  }

  @Test func `before 3_11 there is none, which is said`() throws {
    let old = try run("3.10", group: #""memory.max": "1000 pages""#)
    #expect(old.run.warnings.contains { "\($0.fact)".contains("zswap") })
    #expect((400...416).contains(old.group.swapCurrent))
  }

  /// `zram_slot_free_notify()`, drivers/block/zram/zram_drv.c: 60 of 256 MiB come back, and 150 more fit.
  @Test func `a zram gives all back when it is swapped off`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "256M", "swap": [ { "size": "64M", "kind": "zram", "ratio": 1 } ], "kernel": "10M" },
        "processes": [ { "name": "h", "anon": "10M", "swap": "60M" } ],
        "events": [ { "at": "5s", "swapoff": {} },
          { "at": "10s", "grow": { "process": "h", "anon": "150M", "over": "10s" } } ] }
      """
    let run = try Simulator().run(Scenario(json: Array(text.utf8), file: "test.json"))
    #expect(run.kills.isEmpty)
  }

  /// c may have memory on node 1 alone, where there is enough: what b wants of node 0 is not had from it.
  @Test func `reclaim for one node leaves the others alone`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "1G", "swap": "2G", "nodes": [ { "memory": "512M" }, { "memory": "512M" } ] },
        "processes": [ { "name": "b", "anon": "10M", "mempolicy": "0" },
          { "name": "c", "anon": "450M", "mempolicy": "1" } ],
        "events": [ { "at": "1s", "grow": { "process": "b", "anon": "2G", "over": "100s" } } ] }
      """
    let table = try Simulator().score(
      Scenario(json: Array(text.utf8), file: "test.json"), at: 60_000_000)
    let c = try #require(table.processes.first { $0.name == "c" })
    #expect(c.swap == 0)
  }
}
