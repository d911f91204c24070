import OOMFormats
import Testing

@testable import OOMSimulator

/// Memory that several processes have in common: counted in each, paid for once. A page is 4 KiB, the machine
/// has 100000 and no min watermark.
private func run(
  _ processes: String, _ events: String, machine: String = "", sysctl: String = "",
  cgroups: String = "", kernel: String = "6.12"
) throws -> (run: Run, world: State) {
  let json = """
    { "schema": "oomsim.scenario/1", "name": "t", "kernel": "\(kernel)",
      "machine": { "memory": "100000 pages"\(machine) },
      "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1\(sysctl) },
      "cgroups": {\(cgroups)},
      "processes": [\(processes)], "events": [\(events)] }
    """
  let scenario = try Scenario(json: Array(json.utf8), file: "test.json")
  let simulator = Simulator(for: scenario)
  var replay = Replay(scenario, rules: simulator.rules, recordsCandidates: false)
  replay.run()
  #expect(replay.state.brokenInvariant() == nil)
  return (simulator.run(scenario), replay.state)
}

/// Kernel: `dup_mmap()`, kernel/fork.c; `copy_page_range()` and `do_wp_page()`, mm/memory.c.
@Suite struct ForkTests {
  @Test("a child counts its parent's private memory, and the machine pays its page tables alone")
  func rssOfBoth() throws {
    let (run, world) = try run(
      #"{ "name": "a", "anon": "5120 pages", "file": "100 pages", "shmem": "50 pages" }"#,
      #"{ "at": 0, "fork": { "process": "a", "child": { "name": "b", "oom_score_adj": 5 } } }"#)
    let child = run.process(1)
    #expect((child.name, child.anon) == ("b", 5120))
    #expect(world.tasks.mms[1].file == 0)
    #expect(world.tasks.mms[1].shmem == 0)
    #expect(world.tasks.oomScoreAdj == [0, 5])
    #expect(world.tasks.ppids[1] == world.tasks.pids[0])
    // 9 + 5120 / 512 tables of its own.
    #expect(world.tasks.mms[1].pageTables == 19)
    #expect(world.used == 5120 + 100 + 50 + (9 + 11) + 19)
  }

  @Test("a write takes a page from the machine and leaves rss as it was, while others have it")
  func copies() throws {
    let (_, world) = try run(
      #"{ "name": "a", "anon": "5120 pages" }"#,
      """
      { "at": 0, "fork": { "process": "a", "child": { "name": "b" } } },
      { "at": "1s", "cow": { "process": "a", "size": "3000 pages", "over": "1s" } },
      { "at": "3s", "cow": { "process": "b", "size": "4000 pages" } }
      """)
    // 3000 of the 5120 are the parent's own then; the child copies the 2120 that are left.
    #expect(world.used == 5120 + 3000 + 2120 + 2 * 19)
    #expect(world.tasks.mms.map(\.anon) == [5120, 5120])
    #expect(world.holdings.isEmpty)
  }

  @Test("a kill of one of two frees its copies and its page tables, and nothing of what both have")
  func freed() throws {
    let (run, world) = try run(
      #"{ "name": "a", "anon": "50000 pages" }, { "name": "c", "anon": 0, "oom_score_adj": -1000 }"#,
      """
      { "at": 0, "fork": { "process": "a", "child": { "name": "b", "oom_score_adj": 1 } } },
      { "at": "1s", "cow": { "process": "b", "size": "1000 pages" } },
      { "at": "2s", "grow": { "process": "c", "anon": "49200 pages" } }
      """)
    #expect(run.kills.map(\.victim.name) == ["b"])
    // Its 1000 copies, and 9 + 98 tables.
    #expect(run.kills.first?.freedPages == 1107)
    #expect(world.tasks.mms[0].anon == 50000)
    #expect(world.holdings.isEmpty)
  }

  @Test("copies are charged to the group of the writer, the old pages stay where they were touched")
  func groups() throws {
    let (run, world) = try run(
      #"{ "name": "a", "anon": "2000 pages" }"#,
      """
      { "at": 0, "fork": { "process": "a", "child": { "name": "b" } } },
      { "at": "1s", "move": { "process": "b", "cgroup": "/b" } },
      { "at": "2s", "cow": { "process": "b", "size": "1500 pages" } },
      { "at": "3s", "exit": { "process": "a" } }
      """, cgroups: #""/b": { "memory.max": "1000 pages" }"#)
    #expect(run.kills.map(\.victim.name) == ["b"])
    #expect(run.kills.first?.decision?.constraint == .memcg)
    #expect(world.used == 0)
  }

  @Test("pages in swap are swap of both, once in the machine")
  func swapped() throws {
    let (_, world) = try run(
      #"{ "name": "a", "anon": "10000 pages", "swap": "4000 pages" }"#,
      """
      { "at": 0, "fork": { "process": "a", "child": { "name": "b" } } },
      { "at": "1s", "cow": { "process": "b", "size": "14000 pages" } }
      """, machine: #", "swap": "5000 pages""#)
    #expect(world.tasks.mms.map(\.swap) == [4000, 0])
    #expect(world.tasks.mms.map(\.anon) == [10000, 14000])
    #expect(world.ledger.accounts[0].swapUsage == 4000)
  }

  /// The background save of Redis. facts.md; `__vm_enough_memory()`, mm/util.c, for each mapping of the parent.
  @Test(
    "what a child commits: mode 1 always, mode 0 up to RAM and swap since 5.2, mode 2 its share",
    arguments: [
      ("1", 60000, true), ("0", 60000, true), ("2", 60000, false), ("2", 40000, true),
      ("0", 101_000, false),
    ])
  func admission(mode: String, mapped: Int, isAdmitted: Bool) throws {
    let (run, world) = try run(
      #"{ "name": "redis", "anon": "1000 pages" }"#,
      """
      { "at": 0, "set": { "sysctl": true, "to": { "vm.overcommit_memory": 1 } } },
      { "at": 0, "map": { "process": "redis", "size": "\(mapped) pages" } },
      { "at": 0, "set": { "sysctl": true, "to": { "vm.overcommit_memory": \(mode),
          "vm.overcommit_ratio": 100, "vm.admin_reserve_kbytes": 0, "vm.user_reserve_kbytes": 0 } } },
      { "at": "1s", "fork": { "process": "redis", "child": { "name": "rdb" } } }
      """)
    #expect(run.refused.isEmpty == isAdmitted)
    #expect(world.committed == Int64(1000 + mapped) * (isAdmitted ? 2 : 1))
    if !isAdmitted { #expect(run.refused.first?.pages == Int64(1000 + mapped)) }
  }

  @Test("a fork that has no room for page tables kills; if that is the parent, there is no child")
  func noRoom() throws {
    let (run, world) = try run(
      #"{ "name": "a", "anon": "90000 pages" }, { "name": "b", "anon": "9700 pages" }"#,
      #"{ "at": 0, "fork": { "process": "a", "child": { "name": "c" } } }"#)
    #expect(run.kills.map(\.victim.name) == ["a"])
    #expect(world.tasks.count == 2)
  }
}

/// Kernel: `shmem_get_folio()`, mm/shmem.c; `filemap_add_folio()`, mm/filemap.c.
@Suite struct SegmentTests {
  private let buffers =
    #"{ "name": "checkpointer", "shmem": "8000 pages", "segment": "buffers" }, "#
    + #"{ "name": "backend", "count": 3, "shmem": "5000 pages", "segment": "buffers" }"#

  @Test("a segment is in the rss of each and once in the machine")
  func once() throws {
    let (_, world) = try run(buffers, "")
    #expect(world.tasks.count == 4)
    #expect(world.tasks.mms.map(\.shmem) == [8000, 5000, 5000, 5000])
    #expect(world.used == 8000 + (9 + 16) + 3 * (9 + 10))
  }

  @Test("the largest mapper frees its page tables alone, the last one the segment")
  func freed() throws {
    let (run, world) = try run(
      buffers + #", { "name": "a", "anon": 0, "oom_score_adj": -1000 }"#,
      #"{ "at": 0, "grow": { "process": "a", "anon": "99000 pages" } }"#)
    // Of equals the last in the list.
    let victims = run.kills.map(\.victim.name)
    #expect(victims == ["checkpointer", "backend-3", "backend-2", "backend-1"])
    #expect(run.kills.map(\.freedPages) == [25, 19, 19, 8019])
    #expect(world.shared.list[0].size == 0)
  }

  @Test("growth in it takes what others have for nothing, and is charged for the rest")
  func growth() throws {
    let (run, world) = try run(
      #"{ "name": "a", "cgroup": "/a", "segment": "s" }, "#
        + #"{ "name": "b", "cgroup": "/b", "segment": "s" }"#,
      """
      { "at": 0, "grow": { "process": "a", "shmem": "3000 pages" } },
      { "at": "1s", "grow": { "process": "b", "shmem": "3500 pages", "over": "1s" } }
      """, cgroups: #""/a": {}, "/b": { "memory.max": "600 pages" }"#)
    #expect(run.kills.isEmpty)
    #expect(world.tasks.mms.map(\.shmem) == [3000, 3500])
    #expect(world.ledger.accounts.map(\.pages.shmem) == [0, 3000, 500])
    // Committed for its size, once.
    #expect(world.committed == 3500)
  }

  @Test("a segment with the name of a path is a file of a tmpfs: it stays, is found, and deleted")
  func persistent() throws {
    let (_, world) = try run(
      #"{ "name": "a", "shmem": "3000 pages", "segment": "/dev/shm/x" }, { "name": "b" }"#,
      """
      { "at": 0, "exit": { "process": "a" } },
      { "at": "1s", "start": { "name": "c", "shmem": "1000 pages", "segment": "/dev/shm/x" } }
      """)
    #expect(world.ledger.accounts[0].pages.shmem == 3000)
    let (_, deleted) = try run(
      #"{ "name": "a", "shmem": "3000 pages", "segment": "/dev/shm/x" }, { "name": "b" }"#,
      """
      { "at": 0, "exit": { "process": "a" } }, { "at": "1s", "tmpfs": { "delete": "2000 pages" } }
      """)
    #expect(deleted.ledger.accounts[0].pages.shmem == 1000)
  }

  @Test("reclaim takes the same part of each mapper's share")
  func swapped() throws {
    let (_, world) = try run(
      #"{ "name": "a", "shmem": "40000 pages", "segment": "s" }, "#
        + #"{ "name": "b", "shmem": "20000 pages", "segment": "s" }, { "name": "c" }"#,
      #"{ "at": 0, "grow": { "process": "c", "locked": "69740 pages" } }"#,
      machine: #", "swap": "10000 pages""#)
    let resident = world.shared.list[0].resident
    #expect(resident < 40000)
    #expect(world.tasks.mms[0].shmem == resident)
    #expect(world.tasks.mms[1].shmem == resident / 2)
    // In no counter of a process: shared memory has no MM_SWAPENTS.
    #expect(world.tasks.mms.map(\.swap) == [0, 0, 0])
  }

  @Test("a mapped file is one in the machine, and stays as cache when nobody maps it")
  func mappedFile() throws {
    let (_, world) = try run(
      #"{ "name": "a", "count": 4, "file": "1000 pages", "mapped_file": "libtorch" }"#,
      """
      { "at": 0, "exit": { "process": "a-1" } }, { "at": 0, "exit": { "process": "a-2" } },
      { "at": 0, "exit": { "process": "a-3" } }
      """)
    #expect(world.ledger.accounts[0].pages.file == 1000)
    #expect(world.ledger.accounts[0].pages.cache == 0)
  }
}

/// Kernel: drivers/block/zram.
@Suite struct ZramTests {
  private func swap(_ kind: String, ratio: String) -> String {
    ", \"swap\": [ { \"size\": \"50000 pages\", \"kind\": \"\(kind)\"\(ratio) } ]"
  }

  @Test("what a zram stores takes its part of memory, so that memory ends sooner than with a disk")
  func endsSooner() throws {
    func size(_ machine: String) throws -> Int64 {
      let run = try run(
        #"{ "name": "a" }"#,
        #"{ "at": 0, "grow": { "process": "a", "anon": "160000 pages", "over": "10s" } }"#,
        machine: machine
      ).run
      let victim = try #require(run.kills.first?.victim)
      return victim.anon + victim.swap + victim.pageTables
    }
    #expect(try size(swap("disk", ratio: "")) == 150_000)
    // 50000 pages in the zram take 50000 / 2.5 of memory.
    #expect(try size(swap("zram", ratio: ", \"ratio\": 2.5")) == 130_000)
    // What does not shrink gains nothing.
    #expect(try size(swap("zram", ratio: ", \"ratio\": 1")) == 100_000)
  }

  @Test("of a disk and a zram the first in the list is filled first")
  func order() {
    let devices = [SwapDevice(size: 100), SwapDevice(size: 100, kind: .zram, ratio: 2000)]
    #expect(zramPages(stored: 100, devices) == 0)
    #expect(zramPages(stored: 151, devices) == 26)
    #expect(zramPages(stored: 151, devices.reversed()) == 50)
  }
}
