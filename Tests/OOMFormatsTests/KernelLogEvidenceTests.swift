import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// What a log says twice has to agree, and what it does not say is no number of ours: `Evidence`, `TotalpagesEstimate`,
/// `LimitHit`, `MemoryBreakdown`.
@Suite struct KernelLogEvidenceTests {
  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  /// A container's kill on 3.14, whose log has neither usage nor limit: 17619 × 1000 / 688 is 25609, and / 689 is 25571.
  static let withoutLimit = """
    Memory cgroup stats for /c: cache:0KB rss:70308KB
    [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
    [  101]  1000   101    20000    17577      42        0             0 big
    [  102]  1000   102    10000     7743      20        0             0 small
    Memory cgroup out of memory: Kill process 101 (big) score 688 or sacrifice child
    Killed process 101 (big) total-vm:80000kB, anon-rss:70308kB, file-rss:0kB

    """

  @Test func `the printed score bounds totalpages`() throws {
    let autopsy = try autopsy(Self.withoutLimit)
    #expect(autopsy.verdict == .match && autopsy.totalpagesFrom == .inferred)
    #expect(
      autopsy.totalpagesRange == Autopsy.OpenRange(low: 25572, high: 25609, isByScore: true))
    #expect(autopsy.points == 17619 && autopsy.predictedScore == 688)
    let ends = [autopsy.kill, autopsy.killAtMost].compactMap { $0 }.map(Explanation.init)
    #expect(ends.map(\.sparedAtAdj) == [-395, -395], "a point of adj is 25 pages at both ends")
  }

  /// With adj 2 and no limit in the log, one or the other is chosen: what decides is not there.
  @Test func `a limit that is not in the log is not invented`() throws {
    let autopsy = try autopsy(
      """
      CPU: 1 PID: 202 Comm: worker Not tainted 5.15.0 #1
      [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
      [    201]     0   201   306444      544    73728        0             2 shim
      [    202]     0   202   306448    12608   184320        0             0 worker
      oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=a,mems_allowed=0,oom_memcg=/a,task_memcg=/a,task=worker,pid=202,uid=0

      """)
    #expect(autopsy.verdict == .undetermined && autopsy.why.contains("the limit of the group"))
    #expect(autopsy.totalpages == nil && autopsy.points == nil)
  }

  @Test func `what ran out is unknown where no line says it`() throws {
    let table = """
      [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
      [  101]  1000   101    20000    17577      42        0             0 big

      """
    let killed = "Killed process 101 (big) total-vm:80000kB, anon-rss:70308kB, file-rss:0kB\n"
    #expect(try autopsy(table + killed).constraint == nil)
    let reason = "Out of memory: Kill process 101 (big) score 5 or sacrifice child\n"
    #expect(try autopsy(table + reason + killed).constraint == Constraint.none)
    let group = "Memory cgroup out of memory: Kill process 101 (big) score 5 or sacrifice child\n"
    #expect(try autopsy(table + group + killed).constraint == .memcg)
    let nobody = "Out of memory and no killable processes...\n"
    #expect(try autopsy(table + nobody).constraint == nil)
    let deadlock = "Kernel panic - not syncing: System is deadlocked on memory\n"
    #expect(try autopsy(table + nobody + deadlock).constraint == Constraint.none)
  }

  /// 548 = 14043 × 1000 / 25600: with the bonus of root, 3 % less, no total of 25600 or more gives it.
  @Test func `uid 0 without CAP_SYS_ADMIN, where the total is open`() throws {
    let autopsy = try autopsy(
      """
      CPU: 0 PID: 301 Comm: a Not tainted 4.4.0 #1
      Task in /c killed as a result of limit of /c
      memory: usage 102400kB, limit 102400kB, failcnt 66
      [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
      [  301]     0   301    30000    14000      40       3        0             0 a
      [  302]  1000   302    30000    13700      40       3        0             0 b
      Memory cgroup out of memory: Kill process 301 (a) score 548 or sacrifice child
      Killed process 301 (a) total-vm:120000kB, anon-rss:56000kB, file-rss:0kB

      """)
    #expect(autopsy.verdict == .match)
    #expect(autopsy.unknowns.contains { $0.contains("no CAP_SYS_ADMIN") })
    #expect(autopsy.evidence.contradicts.isEmpty)
  }

  @Test(arguments: [
    ("anon-rss:15200kB", "anon-rss:152000kB", "14.8 MiB resident, its kill line 148 MiB"),
    ("total-vm:20000kB", "total-vm:200000kB", "total_vm is 19.5 MiB in its row, 195 MiB"),
  ])
  func `a row and a kill line that contradict each other decide nothing`(
    old: String, new: String, problem: String
  ) throws {
    let log = KernelLogAutopsyTests.oldReport(score: 487)
    #expect(try autopsy(log).evidence.contradicts.isEmpty)
    let damaged = try autopsy(log.replacing(old, with: new))
    #expect(damaged.verdict == .undetermined && damaged.why.contains("damaged"))
    #expect(damaged.evidence.contradicts.contains { $0.contains(problem) }, "\(damaged.why)")
    let check = damaged.evidence.checks.first { $0.what == .killLine }
    #expect(check?.agrees == false)
  }

  @Test func `a match whose score differs says so`() throws {
    let autopsy = try autopsy(KernelLogAutopsyTests.oldReport(score: 700))
    #expect(autopsy.verdict == .match)
    #expect(
      autopsy.evidence.contradicts == [
        "the log has score 700 for 20 (b), its row gives 487: 3 900 pages of 8 000; "
          + "no reason is known: the score would need a totalpages of 5 564 to 5 571"
      ])
  }

  @Test func `a group below its limit is not what ran out`() throws {
    let full = try autopsy(Self.usage("memory: usage 102400kB, limit 102400kB, failcnt 1"))
    #expect(full.evidence.checks.first { $0.what == .usage }?.agrees == true)
    let half = try autopsy(Self.usage("memory: usage 51200kB, limit 102400kB, failcnt 1"))
    #expect(half.evidence.contradicts.contains { $0.contains("50 MiB of its limit of 100 MiB") })
    let kmem = try autopsy(
      Self.usage(
        "memory: usage 51200kB, limit 102400kB, failcnt 1\nkmem: usage 4096kB, limit 4096kB, failcnt 7"
      ))
    #expect(kmem.evidence.contradicts.isEmpty && LimitHit(kmem).kind == .kmem)
  }

  private static func usage(_ lines: String) -> String {
    """
    CPU: 0 PID: 301 Comm: a Not tainted 4.4.0 #1
    Task in /c killed as a result of limit of /c
    \(lines)
    [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
    [  301]  1000   301    30000    14000      40       3        0             0 a
    Memory cgroup out of memory: Kill process 301 (a) score 548 or sacrifice child
    Killed process 301 (a) total-vm:120000kB, anon-rss:56000kB, file-rss:0kB

    """
  }

  /// `pagefault_out_of_memory()` asks with a mask of 0, to 5.15; `gfp_zone()` keeps unmovable requests out of Movable.
  @Test(arguments: [
    ("0x0", "Normal", LimitHit.Kind.pageFault), ("0x280da", "Normal", .machine),
    ("0xd0", "Movable", .zone), ("0x280da", "Movable", .machine),
  ])
  func `free memory that was of no use`(mask: String, zone: String, kind: LimitHit.Kind) throws {
    let autopsy = try autopsy(
      """
      b invoked oom-killer: gfp_mask=\(mask), order=0, oom_score_adj=0
      CPU: 0 PID: 20 Comm: b Not tainted 3.14.2 #1
      Mem-Info:
      Node 0 DMA32 free:1000kB min:2000kB low:3000kB high:4000kB present:1048576kB managed:1000000kB
      Node 0 \(zone) free:900000kB min:2000kB low:3000kB high:4000kB present:1048576kB managed:1000000kB
      [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
      [   20]    33    20     5000     3800      10       90             0 b
      Out of memory: Kill process 20 (b) score 487 or sacrifice child

      """)
    #expect(LimitHit(autopsy).kind == kind)
  }

  /// Page tables are whole pages: the rows of a kernel with pages of 64 KiB have multiples of that.
  @Test(arguments: [(65536, 65536), (16384, 16384), (4096, 4096)])
  func `the size of a page by what is a multiple of it`(table: Int64, size: Int64) throws {
    let rows = (1...5).map { "[ \($0) ] 0 \($0) 9000 \($0 * 100) \(Int64($0) * table) 0 0 p\($0)" }
    let log = """
      [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
      \(rows.joined(separator: "\n"))
      oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=p5,pid=5,uid=0

      """
    #expect(try autopsy(log).pageSize.rawValue == size)
    let kill =
      "Out of memory: Killed process 5 (p5) total-vm:36000kB, anon-rss:2000kB, file-rss:0kB, "
    #expect(try autopsy(log + kill + "shmem-rss:0kB\n").pageSize == 4096, "the kill line is surer")
  }

  @Test(arguments: [
    ("2026-02-18T15:00:54.123+01:00 h kernel: ", "2026-02-18T15:00:54.123+01:00"),
    ("Feb  8 15:00:54 h kernel: [ 12.345678] ", "Feb 8 15:00:54"),
    ("[Wed Feb 18 15:00:54 2026] ", "Wed Feb 18 15:00:54 2026"), ("[   12.345678] ", "12.345678"),
    ("2026-02-18 15:00:54 ", "2026-02-18 15:00:54"), ("> ", ""), ("10.0.0.1 ", ""),
  ])
  func `when a line was written`(head: String, time: String) {
    #expect(LogTime.text(in: Array(head.utf8)[...]) == time)
  }

  /// Of the reports the kernel prints ten in five seconds, and before the next one how many it left out.
  @Test func `reports that were not printed are counted`() throws {
    let report = KernelLogAutopsyTests.oldReport(score: 487)
    let log = report + "[ 12.345678] oom_kill_process: 3 callbacks suppressed\n" + report
    let autopsies = Autopsy.of(Logs.reports(log))
    #expect(autopsies.map(\.report.suppressed) == [0, 3])
    #expect(autopsies[1].unknowns.contains { $0.hasPrefix("3 reports before this one") })
  }

  @Test func `an earlier victim that is still there is named`() throws {
    let first = KernelLogAutopsyTests.oldReport(score: 487)
    let log = first + KernelLogAutopsyTests.oldReport(victim: 10)
    let autopsies = Autopsy.of(KernelLogReader.reports(in: Array(log.utf8)))
    #expect(autopsies.map(\.pending.count) == [0, 1])
    #expect(
      LimitHit(autopsies[1]).also.contains("20 (b), killed before in line 13, still had 14.8 MiB"))
  }

  /// What was free lacked 3.4 MiB to the min watermarks, and a page was asked for.
  @Test func `what would have helped`() throws {
    let machine = try autopsy(
      String(decoding: Logs.bytes("g01-largest-rss-qemu-6.12.txt"), as: UTF8.self))
    #expect(
      Remedy.all(of: machine) == [
        Remedy(change: .memory, cgroup: nil, moreBy: 3504),
        Remedy(change: .swap, cgroup: nil, moreBy: 3504),
      ])
    let group = try autopsy(
      String(decoding: Logs.bytes("m03-leaf-before-parent-qemu-6.1.txt"), as: UTF8.self))
    #expect(Remedy.all(of: group) == [Remedy(change: .memoryMax, cgroup: "/p/x", moreBy: 4)])
  }

  /// A declared OOM would kill however much memory there is; the pages that were asked for do not, where they fit.
  @Test func `in a report's scenario more memory helps`() throws {
    let autopsy = try autopsy(
      String(decoding: Logs.bytes("g01-largest-rss-qemu-6.12.txt"), as: UTF8.self))
    var scenario = try #require(autopsy.scenario)
    let kill = try #require(Simulator(for: scenario).run(valid: scenario).kills.first)
    #expect(kill.victim.points == autopsy.points && kill.victim.pid == 130)
    #expect(kill.decision?.invoker?.pid == 132)
    scenario.machine.memory += 16
    #expect(Simulator(for: scenario).run(valid: scenario).kills.isEmpty)
  }

  /// 8000 - 1000 pages are 28000 kB; the lists have 27000 of them.
  @Test func `where the memory was`() throws {
    let log = KernelLogAutopsyTests.oldReport(score: 487).replacing(
      "Mem-Info:",
      with: """
        Mem-Info:
        active_anon:4000 inactive_anon:1000 isolated_anon:0
         active_file:100 inactive_file:50 isolated_file:0
         unevictable:0 dirty:0 writeback:0 unstable:0
         slab_reclaimable:100 slab_unreclaimable:300
         mapped:20 shmem:500 pagetables:200 bounce:0
         free:1000 free_pcp:0 free_cma:0
        """)
    let memory = try #require(MemoryBreakdown(try autopsy(log)))
    #expect(!memory.isOfGroup && memory.total == 28000 && memory.rest == 1000)
    #expect(
      memory.parts.map { "\($0.name) \($0.size.rawValue)" } == [
        "anonymous memory 18000", "shared memory and tmpfs 2000", "file cache 600", "slab 1600",
        "page tables 800", "free 4000",
      ])
    #expect(!memory.hasLargeRest)
    #expect(MemoryBreakdown(try autopsy(KernelLogAutopsyTests.oldReport())) == nil)
  }
}
