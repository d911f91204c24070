import OOMSimulator
import Testing

@testable import KernelLog

/// Which limit refused a request, and what would have let it through: `LimitHit`, `Remedy`, `ZoneSupply`.
@Suite struct KernelLogLimitTests {
  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  // MARK: Memory and swap of a group

  private func group(_ memory: Int, _ memsw: Int, of limits: (Int, Int)) throws -> Autopsy {
    try autopsy(
      """
      a invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null),  order=0, oom_score_adj=0
      CPU: 0 PID: 301 Comm: a Not tainted 4.14.0 #1
      Task in /c killed as a result of limit of /c
      memory: usage \(memory)kB, limit \(limits.0)kB, failcnt 35982
      memory+swap: usage \(memsw)kB, limit \(limits.1)kB, failcnt 11
      kmem: usage 1308kB, limit 9007199254740988kB, failcnt 0
      [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
      [  301]  1000   301    30000    14000      40       3        0             0 a
      Memory cgroup out of memory: Kill process 301 (a) score 548 or sacrifice child
      Killed process 301 (a) total-vm:120000kB, anon-rss:56000kB, file-rss:0kB

      """)
  }

  /// `try_charge()`, mm/memcontrol.c: both counters have to take the page, memsw first since 3.17.
  @Test func `of memory and memsw the one without room is the limit`() throws {
    let memsw = try group(307_112, 614_400, of: (307_200, 614_400))
    #expect(LimitHit(memsw).kind == .memsw)
    #expect(
      LimitHit(memsw).text == "/c: memory and swap 600 MiB of 600 MiB; memory 299 MiB of 300 MiB")
    #expect(Remedy.all(of: memsw) == [Remedy(change: .memswLimit, cgroup: "/c", moreBy: 4)])

    let memory = try group(20480, 40940, of: (20480, 40960))
    #expect(LimitHit(memory).kind == .group)
    #expect(LimitHit(memory).text == "/c: memory 20 MiB of 20 MiB")
    #expect(Remedy.all(of: memory) == [Remedy(change: .memoryLimit, cgroup: "/c", moreBy: 4)])

    let both = try group(102_400, 204_800, of: (102_400, 204_800))
    #expect(
      LimitHit(both).text == "/c: memory 100 MiB of 100 MiB, memory and swap 200 MiB of 200 MiB")
    #expect(
      Remedy.all(of: both) == [
        Remedy(change: .memoryLimit, cgroup: "/c", moreBy: 4, isWithOthers: true),
        Remedy(change: .memswLimit, cgroup: "/c", moreBy: 4, isWithOthers: true),
      ])
  }

  // MARK: Zones

  private func machine(
    _ mask: String, order: Int = 0, kernel: String = "6.1.0", _ zones: String, policy: String? = nil
  ) throws -> Autopsy {
    try autopsy(
      """
      b invoked oom-killer: gfp_mask=\(mask), order=\(order), oom_score_adj=0
      CPU: 0 PID: 20 Comm: b Not tainted \(kernel) #1
      Mem-Info:
      active_anon:5403 inactive_anon:2167 isolated_anon:0
      \(zones)
      Free swap  = 0kB
      Total swap = 0kB
      524288 pages RAM
      1000 pages reserved
      [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
      [     20]    33    20     5000     3800    40960       90             0 b
      oom-kill:constraint=\(policy == nil ? "CONSTRAINT_NONE" : "CONSTRAINT_MEMORY_POLICY"),nodemask=\(policy ?? "(null)"),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=b,pid=20,uid=33
      Out of memory: Killed process 20 (b) total-vm:20000kB, anon-rss:15200kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:40kB oom_score_adj:0

      """)
  }

  /// 3360 kB of DMA are not more than its min and the 824 pages that it keeps from requests for Normal.
  private static let lowMemory = """
    DMA free:3360kB min:68kB low:84kB high:100kB reserved_highatomic:0KB active_anon:0kB inactive_anon:0kB present:15964kB managed:15876kB free_cma:0kB
    lowmem_reserve[]: 0 824 1947 824
    Normal free:4300kB min:7732kB low:8640kB high:9548kB reserved_highatomic:0KB active_anon:0kB inactive_anon:0kB present:884728kB managed:845292kB free_cma:0kB
    lowmem_reserve[]: 0 0 8980 0
    HighMem free:1048740kB min:512kB low:1748kB high:2984kB reserved_highatomic:0KB active_anon:21612kB inactive_anon:8668kB present:1149540kB managed:1149540kB free_cma:0kB
    lowmem_reserve[]: 0 0 0 0
    """

  /// `gfp_zone()`, include/linux/gfp.h, and `setup_per_zone_lowmem_reserve()`, mm/page_alloc.c.
  @Test(arguments: ["0xcc0(GFP_KERNEL)", "0xc40(GFP_NOFS)", "0x120c48(GFP_NOFS|__GFP_HARDWALL)"])
  func `without HighMem a zone runs out`(mask: String) throws {
    let autopsy = try machine(mask, Self.lowMemory)
    let hit = LimitHit(autopsy)
    #expect(hit.kind == .zone && hit.missing == 3432)
    #expect(
      hit.text == "zone Normal: HighMem had 1 GiB free, which this request could not use: "
        + "4.1 MiB free, min watermark 7.5 MiB")
    #expect(
      Remedy.all(of: autopsy).isEmpty,
      "memory that is added is HighMem, nothing here can be swapped")
  }

  /// The line of the request is lost: HighMem had room, so the request was not one for it.
  @Test func `a request without flags was one for the zone that ran out`() throws {
    let fault = LimitHit(try machine("0x0", Self.lowMemory))
    #expect(fault.kind == .pageFault, "a mask of 0 is no lost one")
    let hit = LimitHit(try machine("?", Self.lowMemory))
    #expect(hit.kind == .zone && hit.missing == 3432)
    #expect(hit.text.contains("whose flags are not in the log"))
  }

  @Test func `with HighMem nothing is missing`() throws {
    let autopsy = try machine("0x100cca(GFP_HIGHUSER_MOVABLE)", Self.lowMemory)
    let hit = LimitHit(autopsy)
    #expect(hit.kind == .machine && hit.missing == nil)
    #expect(hit.also.contains("zone HighMem could have served the request"))
    #expect(Remedy.all(of: autopsy).isEmpty)
  }

  /// `__alloc_pages_may_oom()`, mm/page_alloc.c, tries once more at the high watermark.
  @Test(arguments: [(5_903_600, "nothing in the log explains"), (70000, "not above the high one")])
  func `free memory that nothing explains`(free: Int, reason: String) throws {
    let autopsy = try machine(
      "0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)",
      """
      Node 0 Normal free:\(free)kB boost:0kB min:59236kB low:74044kB high:88852kB reserved_highatomic:0KB active_anon:3831976kB inactive_anon:8849716kB present:13618688kB managed:13270152kB free_cma:0kB
      lowmem_reserve[]: 0 0 0 0 0
      """)
    #expect(LimitHit(autopsy).also.contains(reason) && LimitHit(autopsy).missing == nil)
    #expect(Remedy.all(of: autopsy).isEmpty)
  }

  private static let cma = """
    DMA free:202296kB boost:0kB min:22528kB low:28160kB high:33792kB reserved_highatomic:2048KB active_anon:412kB inactive_anon:3636kB present:2097152kB managed:1916044kB free_cma:91480kB
    lowmem_reserve[]: 0 0 0 0
    DMA: 15619*4kB (UMEC) 8377*8kB (UMEC) 385*16kB (C) 175*32kB (C) 211*64kB (C) 0*128kB = 202244kB
    """

  /// `__zone_watermark_ok()`, mm/page_alloc.c: the lists of CMA are for movable pages, `ALLOC_CMA`.
  @Test func `blocks of CMA are none for the kernel`() throws {
    let kernel = LimitHit(
      try machine("0x400dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO)", order: 2, Self.cma))
    #expect(kernel.kind == .fragmentation)
    #expect(
      kernel.text.hasPrefix(
        "order 2: memory was free, but in no block of 4 pages outside of CMA"))
    #expect(kernel.text.contains("197 MiB free, 89.3 MiB of it in CMA"))
    let user = LimitHit(try machine("0x140cca(GFP_HIGHUSER_MOVABLE)", order: 2, Self.cma))
    #expect(user.kind == .machine && user.also.contains("nothing in the log explains"))
  }

  /// A memory policy, as `constrained_alloc()`, mm/oom_kill.c, finds one: only the node that it names counts.
  @Test func `the blocks of a node`() throws {
    let node1 = Self.cma.replacing("DMA", with: "Node 1 DMA")
    let node0 = Self.cma.replacing("DMA", with: "Node 0 DMA").replacing("(C)", with: "(U)")
    let both = LimitHit(try machine("0xcc0(GFP_KERNEL)", order: 2, node0 + "\n" + node1))
    #expect(both.kind == .machine, "node 0 has such blocks")
    let log = try machine("0xcc0(GFP_KERNEL)", order: 2, node0 + "\n" + node1, policy: "1")
    #expect(LimitHit(log).kind == .fragmentation && Remedy.all(of: log).isEmpty)
    #expect(
      LimitHit(log).text.hasPrefix(
        "memory node 1, by a memory policy; order 2: memory was free, but in no block"))
  }

  private static let small = """
    Node 0 DMA32 free:60016kB min:8276kB low:10344kB high:12412kB present:1935736kB managed:1867440kB
    lowmem_reserve[]: 0 0 12959 12959 12959
    Node 0 Normal free:90360kB min:59236kB low:74044kB high:88852kB present:13618688kB managed:13270152kB
    lowmem_reserve[]: 0 0 0 0 0
    Node 0 DMA32: 4*4kB (UM) 7500*8kB (UM) 0*16kB 0*32kB 0*64kB = 60016kB
    Node 0 Normal: 2*4kB (UM) 11263*8kB (U) 0*16kB 8*32kB (U) 0*64kB = 90360kB
    """

  /// Since 97a16fc82a7c, 4.4, one block will do; before, blocks that are too small counted against the mark.
  @Test func `too few blocks were none before 4.4`() throws {
    let old = LimitHit(try machine("0xd0", order: 3, kernel: "3.14.2", Self.small))
    #expect(old.kind == .fragmentation && old.text.contains("too little in blocks of 8 pages"))
    let new = LimitHit(try machine("0xcc0(GFP_KERNEL)", order: 3, Self.small))
    #expect(new.kind == .machine && new.also.contains("nothing in the log explains"))
    let none = LimitHit(
      try machine("0xcc0(GFP_KERNEL)", order: 3, Self.small.replacing("8*32kB (U)", with: "0*32kB"))
    )
    #expect(none.kind == .fragmentation && none.text.contains("in no block of 8 pages"))
  }

  /// `__alloc_pages_may_oom()`: `if (order > PAGE_ALLOC_COSTLY_ORDER) goto out`.
  @Test(arguments: [(3, false), (4, true), (9, true)])
  func `nobody is killed for a costly order`(order: Int, isRefused: Bool) throws {
    let autopsy = try machine("0x140cca(GFP_HIGHUSER_MOVABLE)", order: order, Self.lowMemory)
    let checks = autopsy.evidence.checks.filter { $0.what == .order }
    #expect(checks.map(\.found) == (isRefused ? ["\(order)"] : []))
    #expect(
      autopsy.evidence.contradicts.contains {
        $0.contains("order=\(order), and the kernel kills nobody")
      }
        == isRefused)
    if isRefused { #expect(Remedy.all(of: autopsy).isEmpty) }
  }

  // MARK: Where the memory was

  private static let lists = """
    active_file:100 inactive_file:50 isolated_file:0
    unevictable:0 dirty:0 writeback:0
    slab_reclaimable:100 slab_unreclaimable:300
    mapped:20 shmem:500 pagetables:200 bounce:0
    free:1000 free_pcp:0 free_cma:0
    """

  /// `hugetlb_show_meminfo_node()`, mm/hugetlb.c: 512 pages of 1 GiB in a machine of 2 GiB.
  @Test func `huge pages that do not fit into the machine are not believed`() throws {
    let pool =
      "Node 0 hugepages_total=512 hugepages_free=0 hugepages_surp=0 hugepages_size=1048576kB"
    let memory = try #require(
      MemoryBreakdown(try machine("0xcc0(GFP_KERNEL)", Self.lists + "\n" + pool)))
    #expect(memory.disbelieved.map(\.name) == ["huge pages"] && memory.excess == 0)
    #expect(!memory.parts.contains { $0.name == "huge pages" })
    #expect(memory.total == 2_093_152 && memory.rest > 2_000_000)
  }

  @Test func `parts that are more than the machine together are said`() throws {
    let memory = try #require(
      MemoryBreakdown(
        try machine("0xcc0(GFP_KERNEL)", Self.lists.replacing("free:1000", with: "free:522000"))))
    // (7070 + 500 of it + 150 + 400 + 200 + 522000 pages) × 4 kB: less than a 16th too many is a lag.
    #expect(memory.excess == 0 && memory.rest == 0 && memory.disbelieved.isEmpty)
    let more = try #require(
      MemoryBreakdown(
        try machine(
          "0xcc0(GFP_KERNEL)",
          Self.lists.replacing("free:1000", with: "free:522000")
            .replacing("active_file:100", with: "active_file:100000"))))
    #expect(more.excess > 300_000 && more.rest == 0)
  }

  /// `memory_stat_format()`, mm/memcontrol.c, writes a line for each; a mail or a web form joins them.
  @Test func `memory stat in one line`() throws {
    let autopsy = try autopsy(
      """
      a invoked oom-killer: gfp_mask=0x1100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0
      CPU: 8 PID: 301 Comm: a Not tainted 5.15.158 #1
      memory: usage 102400kB, limit 102400kB, failcnt 83420
      swap: usage 0kB, limit 0kB, failcnt 0
      Memory cgroup stats for /c:
      anon 81920000 file 10240000 kernel_stack 1024000 pagetables 512000 percpu 0 sock 0 shmem 0 slab 2048000 workingset_noderecl
      Tasks state (memory values in pages):
      [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
      [    301]  1000   301    30000    14000    40960        0             0 a
      oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c,mems_allowed=0,oom_memcg=/c,task_memcg=/c,task=a,pid=301,uid=1000

      """)
    let memory = try #require(MemoryBreakdown(autopsy))
    #expect(
      memory.parts.map { "\($0.name) \($0.size.rawValue)" } == [
        "anonymous memory 80000", "file cache 10000", "slab 2000", "kernel stacks 1000",
        "page tables 500",
      ])
  }
}
