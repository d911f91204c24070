import OOMFormats
import Testing

@testable import OOMSimulator

/// Memory that no process has: the kernel's own, tmpfs files, page cache; what takes it back, and a machine whose memory
/// changes.
@Suite struct UnownedMemoryTests {
  /// A machine of 100 000 pages without a reserve, and a process with 20 000 of them and page tables of 100.
  private func run(
    _ events: String, kernel: String = "6.12", version: Int = 2, sysctl: String = "",
    swap: String = "0", group: String = ""
  ) throws -> Run {
    let text = """
      { "schema": "oomsim.scenario/1", "cgroup_version": \(version),
        "machine": { "memory": "100000 pages", "swap": \(swap == "0" ? "0" : "\"\(swap)\"") },
        "sysctl": { "vm.min_free_kbytes": 0 \(sysctl) },
        "cgroups": { "/g": { \(group) } },
        "processes": [
          { "name": "a", "anon": "20000 pages", "page_tables": "100 pages", "cgroup": "/g" }
        ],
        "events": [ \(events) ] }
      """
    let scenario = try Scenario(json: Array(text.utf8), file: "test.json")
    return Simulator(kernel: KernelRelease(stringLiteral: kernel)).run(scenario)
  }

  private func group(_ run: Run) throws -> Run.FinalGroup {
    try #require(run.groups.first { $0.path == "/g" })
  }

  private func facts(_ run: Run) -> [Warning.Fact] { run.warnings.map(\.fact) }

  // MARK: The kernel's own

  /// `try_charge_memcg()`, mm/memcontrol.c: 4.5 charges kernel memory, to 4.18 a charge out of a page fault fails.
  @Test("kernel memory meets the limit of its group as the release has it")
  func kernelInGroup() throws {
    let limit = "\"memory.max\": \"30000 pages\""
    let grow = #"{ "at": "1s", "kernel": { "grow": "15000 pages", "cgroup": "/g" } }"#
    let killed = try run(grow, group: limit)
    #expect(killed.kills.map(\.victim.name) == ["a"])
    let decision = try #require(killed.kills.first?.decision)
    #expect(decision.cgroup == "/g" && decision.invoker == nil)
    #expect(try group(killed).current == 15_000)

    let failed = try run(grow, kernel: "4.18", group: limit)
    #expect(failed.kills.isEmpty && failed.stuck.isEmpty)
    #expect(facts(failed) == [.notCharged(.kernel, pages: 5100, cgroup: "/g")])
    #expect(try group(failed).current == 30_000)

    let uncharged = try run(
      grow, kernel: "4.4", version: 1, group: "\"memory.limit_in_bytes\": \"30000 pages\"")
    #expect(uncharged.kills.isEmpty && facts(uncharged).isEmpty)
    #expect(try group(uncharged).current == 20_000)
  }

  @Test("kernel memory that no one may be killed for is not had, and nothing stands still")
  func kernelWithoutVictim() throws {
    let run = try run(
      #"""
      { "at": 0, "set": { "process": "a", "to": { "oom_score_adj": -1000 } } },
      { "at": "1s", "kernel": { "grow": "15000 pages", "cgroup": "/g" } }
      """#, group: "\"memory.max\": \"30000 pages\"")
    #expect(run.kills.isEmpty && run.stuck.isEmpty)
    #expect(facts(run) == [.notCharged(.kernel, pages: 5100, cgroup: "/g")])
  }

  /// 79 900 pages are free, and a page comes each millisecond.
  @Test("kernel memory grows page by page, to the microsecond at which nothing is left")
  func kernelOverTime() throws {
    let run = try run(#"{ "at": "1s", "kernel": { "grow": "90000 pages", "over": "90s" } }"#)
    #expect(run.kills.map(\.at) == [Microseconds(1_000_000 + 79_901 * 1000)])
    #expect(run.kills.first?.decision?.constraint == Constraint.none)
    #expect(run.end == .seconds(91) && run.stuck.isEmpty)
  }

  @Test("a shrink takes at most what is there")
  func shrink() throws {
    let start = "\"kernel\": \"500 pages\", \"memory.max\": \"30000 pages\""
    for over in ["", #", "over": "2s""#] {
      let run = try run(
        #"{ "at": 0, "kernel": { "shrink": "900 pages", "cgroup": "/g" \#(over) } }"#, group: start)
      #expect(try group(run).current == 20_100)
    }
    let half = try run(
      #"""
      { "at": 0, "kernel": { "shrink": "400 pages", "cgroup": "/g", "over": "4s" } },
      { "at": "2s", "grow": { "process": "a", "anon": "9700 pages", "over": "1ms" } }
      """#, group: start)
    // After 2 s 300 of the 500 are left, and 19 tables come with the pages.
    #expect(half.kills.map(\.victim.name) == ["a"])
  }

  // MARK: tmpfs and page cache

  /// `shmem_inode_acct_blocks()`, mm/shmem.c, asks for each page. Half of the memory may be committed, 20 000 pages are.
  @Test("in mode 2 a tmpfs asks overcommit page by page")
  func tmpfsInModeTwo() throws {
    let sysctl = """
      , "vm.overcommit_memory": 2, "vm.admin_reserve_kbytes": 0, "vm.user_reserve_kbytes": 0
      """
    let atOnce = try run(#"{ "at": 0, "tmpfs": { "write": "40000 pages" } }"#, sysctl: sysctl)
    let over = try run(
      #"{ "at": 0, "tmpfs": { "write": "40000 pages", "over": "40s" } }"#, sysctl: sysctl)
    #expect(atOnce.refused.count == 1 && over.refused.count == 1)
    let first = try #require(atOnce.refused.first)
    let second = try #require(over.refused.first)
    #expect(first.error == "ENOMEM" && first.committedAS == second.committedAS)
    // So many pages of the 40 000 are written before.
    let written = first.committedAS - 20_000
    #expect(first.pages == 40_000 - written && second.pages == 1)
    #expect(second.at == Microseconds((written + 1) * 1000))
  }

  @Test("a tmpfs that is full says ENOSPC, and a file that is deleted makes room")
  func fullTmpfs() throws {
    let write = #""write": "500 pages", "size": "800 pages", "cgroup": "/g""#
    let run = try run(
      #"""
      { "at": "1s", "tmpfs": { \#(write) } },
      { "at": "2s", "tmpfs": { \#(write) } },
      { "at": "3s", "tmpfs": { "delete": "100 pages", "cgroup": "/g" } },
      { "at": "4s", "tmpfs": { \#(write), "over": "500ms" } }
      """#)
    #expect(run.refused.map(\.error) == ["ENOSPC", "ENOSPC"])
    #expect(run.refused.map(\.pages) == [200, 1])
    #expect(run.refused.map(\.at) == [2_000_000, 4_101_000])
    #expect(try group(run).current == 20_900)
    #expect(run.kills.isEmpty && run.warnings.isEmpty)
  }

  @Test("a read over time makes room for itself and takes nobody's memory")
  func readOverTime() throws {
    let read = #""read": "500000 pages", "cgroup": "/g", "over": "50s""#
    let run = try run(
      #"""
      { "at": 0, "page_cache": { \#(read) } },
      { "at": "10s", "grow": { "process": "a", "anon": "5000 pages", "over": "10s" } }
      """#, group: "\"memory.max\": \"30000 pages\"")
    #expect(run.kills.isEmpty && run.warnings.isEmpty && run.stuck.isEmpty)
    #expect(try group(run).current == 30_000)
    let full = try self.run(
      #"""
      { "at": 0, "kernel": { "grow": "9900 pages", "cgroup": "/g" } },
      { "at": "1s", "page_cache": { \#(read) } }
      """#, group: "\"memory.max\": \"30000 pages\"")
    #expect(facts(full) == [.noRoomForPageCache(cgroup: "/g")] && full.kills.isEmpty)
  }

  // MARK: Reclaim on demand

  /// `memory_reclaim()`, mm/memcontrol.c, since 5.19.
  @Test("memory.reclaim takes what it can of a group")
  func memoryReclaim() throws {
    let events = #"""
      { "at": 0, "page_cache": { "read": "1000 pages", "cgroup": "/g" } },
      { "at": "1s", "reclaim": { "cgroup": "/g", "size": "1500 pages" } }
      """#
    let without = try run(events)
    #expect(try group(without).current == 20_100)
    #expect(facts(without) == [.reclaimedLess(cgroup: "/g", pages: 500)])
    let swapping = try run(events, swap: "50000 pages")
    #expect(try group(swapping).current == 19_600 && swapping.warnings.isEmpty)
    let early = try run(events, kernel: "5.17")
    #expect(try group(early).current == 21_100)
    #expect(facts(early) == [.noReclaimFile(cgroup: "/g")])
    // `mem_cgroup_force_empty()` goes on until nothing is left.
    let versionOne = try run(events, kernel: "5.17", version: 1, swap: "50000 pages")
    #expect(try group(versionOne).current == 100 && versionOne.warnings.isEmpty)
  }

  @Test("drop_caches takes clean cache of all groups and nothing else")
  func dropCaches() throws {
    let run = try run(
      #"""
      { "at": 0, "page_cache": { "read": "1000 pages", "cgroup": "/g" } },
      { "at": 0, "page_cache": { "read": "3000 pages" } },
      { "at": "1s", "reclaim": { "size": "2000 pages" } },
      { "at": "2s", "reclaim": { "size": "9000 pages" } }
      """#, swap: "50000 pages")
    #expect(try group(run).current == 20_100 && run.warnings.isEmpty)
    let half = try self.run(
      #"""
      { "at": 0, "page_cache": { "read": "1000 pages", "cgroup": "/g" } },
      { "at": 0, "page_cache": { "read": "3000 pages" } },
      { "at": "1s", "reclaim": { "size": "2000 pages" } }
      """#)
    #expect(try group(half).current == 20_600)
  }

  // MARK: The machine

  @Test("memory that comes or goes changes totalpages, CommitLimit and when there is no more")
  func machine() throws {
    let grow = #"{ "at": "2s", "grow": { "process": "a", "anon": "100000 pages", "over": "10s" } }"#
    func set(_ to: String) -> String {
      #"{ "at": "1s", "set": { "machine": true, "to": { \#(to) } } }, "#
    }
    let usual = try run(grow)
    let less = try run(set(#""memory": "60000 pages""#) + grow)
    let more = try run(set(#""memory": "110000 pages""#) + grow)
    let pool = try run(set(#""hugetlb": "40000 pages""#) + grow)
    #expect(usual.kills.map(\.decision?.totalpages) == [100_000])
    #expect(less.kills.map(\.decision?.totalpages) == [60_000])
    #expect(more.kills.map(\.decision?.totalpages) == [110_000])
    // `totalram_pages()` has the pool of huge pages in it.
    #expect(
      pool.kills.map(\.decision?.totalpages) == [100_000]
        && pool.kills.map(\.at) == less.kills.map(\.at))
    #expect(try #require(less.kills.first).at < (try #require(usual.kills.first)).at)

    let strict = try run(
      set(#""memory": "60000 pages", "hugetlb": "10000 pages""#)
        + #"{ "at": "2s", "map": { "process": "a", "size": "70000 pages", "kind": "private" } }"#,
      sysctl: #", "vm.overcommit_memory": 2"#)
    #expect(strict.refused.map(\.commitLimit) == [25_000])
  }

  @Test("what is in use cannot be taken from the machine: a balloon kills nobody")
  func balloon() throws {
    func set(_ to: String) -> String {
      #"""
      { "at": 0, "page_cache": { "read": "50000 pages" } },
      { "at": "1s", "set": { "machine": true, "to": { \#(to) } } }
      """#
    }
    let balloon = try run(set(#""memory": "15000 pages""#))
    #expect(balloon.kills.isEmpty && balloon.totalpages == 20_100)
    #expect(facts(balloon) == [.memoryInUse(pages: 5100)])
    let pool = try run(set(#""hugetlb": "90000 pages""#))
    #expect(pool.kills.isEmpty && facts(pool) == [.memoryInUse(pages: 10_100)])
    let both = try run(set(#""memory": "30000 pages", "hugetlb": "20000 pages""#))
    #expect(both.totalpages == 30_000 && facts(both) == [.memoryInUse(pages: 10_100)])
  }
}
