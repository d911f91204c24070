import OOMFormats
import Testing

@testable import OOMSimulator

/// What a run says of its groups at the end: `memory.current`, `memory.peak`, `memory.swap.*`, `memory.events` and, on
/// version 1, `memory.failcnt`. Kernel: `memcg_memory_event()`, include/linux/memcontrol.h, counts in a group and all
/// above it but the root.
@Suite struct GroupResultTests {
  private func run(_ body: String) throws -> [String: Run.FinalGroup] {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "sysctl": { "vm.min_free_kbytes": 0 }, \(body) }
      """
    let scenario = try Scenario(json: Array(text.utf8), file: "test.json")
    let groups = Simulator(for: scenario).run(scenario).groups
    return Dictionary(uniqueKeysWithValues: groups.map { ($0.path, $0) })
  }

  @Test func `a kill at memory.max counts in the group and above it, not in the root`() throws {
    let groups = try run(
      """
      "machine": { "memory": "1G" },
      "cgroups": { "/a/b": { "memory.max": "1000 pages" } },
      "processes": [{ "name": "p", "cgroup": "/a/b", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "2000 pages", "over": "1s" } }]
      """)
    #expect(groups.keys.sorted() == ["/a", "/a/b"])
    let (a, b) = (try #require(groups["/a"]), try #require(groups["/a/b"]))
    #expect(b.events == a.events)
    #expect(b.events.max == 1 && b.events.oom == 1 && b.events.oomKill == 1)
    #expect(b.events.high == 0 && b.events.low == 0 && b.events.oomGroupKill == 0)
    #expect(b.current == 0 && b.peak == 1000 && a.peak == 1000)
    #expect(b.failcnt == nil)
  }

  /// Kernel: `oom_kill_process()`, mm/oom_kill.c, since 4.19: the victim is killed, and then each process of its group,
  /// itself among them. Recorded on 6.1 and 6.12 of 3 processes: `oom_kill 4`, m04-group-leaf.
  @Test func `a group that dies as a whole counts each of its processes, its victim twice`()
    throws
  {
    let groups = try run(
      """
      "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.max": "1000 pages", "memory.oom.group": 1 } },
      "processes": [{ "name": "p", "count": 3, "cgroup": "/a/b", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p-1", "anon": "2000 pages" } }]
      """)
    #expect(groups["/a"]?.events.oomKill == 4)
    #expect(groups["/a"]?.events.oomGroupKill == 1)
    #expect(groups["/a/b"]?.events.oomKill == 4)
    // The limit and the setting are those of /a.
    #expect(groups["/a/b"]?.events.oom == 0)
    #expect(groups["/a/b"]?.events.oomGroupKill == 0)
  }

  @Test func `a kill of the machine counts in the group of its victim`() throws {
    let groups = try run(
      """
      "machine": { "memory": "1000 pages" },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "2000 pages", "over": "1s" } }]
      """)
    #expect(groups["/a"]?.events == MemoryEvents(oomKill: 1))
  }

  @Test func `memory.high counts charges above it, and its sleep is that of the group`() throws {
    let groups = try run(
      """
      "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.high": "1000 pages" } },
      "processes": [{ "name": "p", "cgroup": "/a/b", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "2000 pages" } }]
      """)
    let a = try #require(groups["/a"])
    #expect(a.events.high > 0)
    #expect(a.events.max == 0 && a.events.oom == 0)
    #expect(a.highSleep > 0)
    #expect(groups["/a/b"]?.events.high == 0)
    #expect(groups["/a/b"]?.highSleep == 0)
    #expect(a.current == a.peak && a.peak > 2000)
  }

  @Test func `memory.max above memory.high is met only when reclaim finds nothing`() throws {
    let text = { (cache: Int) in
      """
      "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.high": "1000 pages", "memory.max": "1010 pages",
        "page_cache": "\(cache) pages" } },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages", "page_tables": "5 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "800 pages" } }]
      """
    }
    let reclaimed = try #require(try run(text(900))["/a"])
    #expect(reclaimed.events.high > 0 && reclaimed.events.max == 0)
    #expect(reclaimed.peak == 1000)
  }

  /// Kernel: `shrink_node_memcgs()`, mm/vmscan.c: MEMCG_LOW when a group below memory.low is reclaimed.
  @Test func `memory.low counts only reclaim that goes below it`() throws {
    let text = { (grown: Int) in
      """
      "machine": { "memory": "1000 pages" },
      "cgroups": { "/a": { "memory.low": "500 pages", "page_cache": "400 pages" } },
      "processes": [{ "name": "p", "anon": "100 pages", "page_tables": "5 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "\(grown) pages" } }]
      """
    }
    #expect(try run(text(400))["/a"]?.events == MemoryEvents())
    #expect(try run(text(600))["/a"]?.events.low == 1)
  }

  @Test func `version 1 counts failures of the limit itself`() throws {
    let body = { (more: String) in
      """
      "cgroup_version": 1, "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.limit_in_bytes": "1000 pages"\(more) } },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "2000 pages" } }]
      """
    }
    let plain = try #require(try run(body(""))["/a"])
    #expect(plain.failcnt == 1 && plain.events.max == 1)
    // try_charge() asks the limit of memory and swap first.
    let memsw = ", \"memory.memsw.limit_in_bytes\": \"1000 pages\""
    let both = try #require(try run(body(memsw))["/a"])
    #expect(both.failcnt == 0 && both.events.max == 1)
  }

  @Test func `swap has its own peak`() throws {
    let groups = try run(
      """
      "machine": { "memory": "1G", "swap": "1G" },
      "cgroups": { "/a": { "memory.max": "1000 pages" } },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages", "page_tables": "5 pages" }],
      "events": [
        { "at": 0, "grow": { "process": "p", "anon": "1500 pages" } },
        { "at": "1s", "exit": { "process": "p" } }
      ]
      """)
    let a = try #require(groups["/a"])
    #expect(a.peak == 1000 && a.current == 0)
    // 1510 pages and 5 + 2 tables for 1000.
    #expect(a.swapPeak >= 515 && a.swapPeak <= 520 && a.swapCurrent == 0)
  }

  /// a grows from 100 to 1100 pages in 10 s, b ends at 5 s: before that the group had 600, 1000 and their tables. What
  /// was put off has to be known by then, although nothing else happens.
  @Test func `a peak between two instants is not missed`() throws {
    let groups = try run(
      """
      "machine": { "memory": "1G" },
      "processes": [
        { "name": "a", "cgroup": "/g", "anon": "100 pages", "page_tables": "5 pages" },
        { "name": "b", "cgroup": "/g", "anon": "1000 pages", "page_tables": "5 pages" }
      ],
      "events": [
        { "at": 0, "grow": { "process": "a", "anon": "1000 pages", "over": "10s" } },
        { "at": "5s", "exit": { "process": "b" } }
      ]
      """)
    let peak = try #require(groups["/g"]?.peak)
    #expect((1610...1615).contains(peak))
  }
}
