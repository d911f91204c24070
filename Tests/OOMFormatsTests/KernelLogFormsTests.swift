import OOMSimulator
import Testing

@testable import KernelLog
@testable import OOMFormats

/// One line of each form, from the oldest release to the newest.
@Suite struct KernelLogFormsTests {
  static func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

  @Test func `columns are found by the header`() throws {
    let cases: [(String, String, TaskTable.Row)] = [
      (
        "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name",
        "[23441]    48 23441    53756      834   2     -17         -1000 httpd",
        row(23441, 48, 53756, 834, adj: -1000, "httpd") { $0.oomAdj = -17 }
      ),
      (
        "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name",
        "[  412]     0   412    10706      184      24       99         -1000 systemd-udevd",
        row(412, 0, 10706, 184, adj: -1000, "systemd-udevd") {
          $0.nrPTEs = 24
          $0.swapents = 99
        }
      ),
      (
        "[pid] uid tgid total_vm rss nr_ptes nr_pmds swapents oom_score_adj name",
        "[9225] 0 9225 942 13 4 3 7 0 tmux: client",
        row(9225, 0, 942, 13, adj: 0, "tmux: client") {
          $0.nrPTEs = 4
          $0.nrPMDs = 3
          $0.swapents = 7
        }
      ),
      (
        "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
        "[    132] 165536   132    21896    21602    21568       30         4   212992        0          -999 (sd-pam)",
        row(132, 165536, 21896, 21602, adj: -999, "(sd-pam)") {
          $0.rssAnon = 21568
          $0.rssFile = 30
          $0.rssShmem = 4
          $0.pgtablesBytes = 212_992
          $0.swapents = 0
        }
      ),
    ]
    for (header, line, expected) in cases {
      let table = try #require(TaskTable(header: Self.bytes(header)))
      #expect(table.row(Self.bytes(line), line: 0) == expected)
      #expect(table.unknownColumns == [])
    }
  }

  @Test func `a row with too little or too much in it is none`() throws {
    let table = try #require(
      TaskTable(
        header: Self.bytes(
          "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name")))
    for line in [
      "[  412]     0   412    10706      184      24       99         -1000",
      "[  412]     0   412    10706      184      24       99 ", "[  412]", "[  412] x",
      "[99999999999999999999]     0   412    10706      184      24       99         -1000 a",
      "[  412]     0   412    99999999999999999999      184      24       99         0 a",
      "[  412]     0   412    10706      -184      24       99         0 a",
      "[  412]     0   412    10706      184      24       99         -1001 a",
    ] { #expect(table.row(Self.bytes(line), line: 0) == nil, "\(line)") }
  }

  @Test func `kill lines`() throws {
    let cases: [(String, DeathLine.Kind, Int64, String, Int64?, Int64?)] = [
      (
        "Out of memory: Kill process 14290 (php-fpm) score 6 or sacrifice child", .chosen, 14290,
        "php-fpm", 6, nil
      ),
      (
        "Out of memory: kill process 7 (a b) score 99 or a child", .chosen, 7, "a b", 99, nil
      ),
      (
        "Memory cgroup out of memory: Kill process 7 (x) score 1046 or sacrifice child", .chosen, 7,
        "x", 1046, nil
      ),
      (
        "Killed process 14290, UID 1002, (php-fpm) total-vm:746556kB, anon-rss:136404kB, file-rss:80676kB",
        .killed, 14290, "php-fpm", nil, 217_080
      ),
      (
        "Killed process 12 (x), UID 48, total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB",
        .killed, 12, "x", nil, 4
      ),
      ("Killed process 12 (x) vsz:8kB, anon-rss:4kB, file-rss:4kB", .killed, 12, "x", nil, 8),
      ("Out of memory: Killed process 12 (x)", .chosenAndKilled, 12, "x", nil, nil),
      (
        "Out of memory: Killed process 130 (B) (c) total-vm:55836kB, anon-rss:54656kB, file-rss:136kB, "
          + "shmem-rss:8kB, UID:0 pgtables:148kB oom_score_adj:0", .chosenAndKilled, 130, "B) (c",
        nil, 54_800
      ),
      ("Kill process 12 (x) sharing same memory", .sharer, 12, "x", nil, nil),
      (
        "Memory cgroup out of memory: OOM victim 12 (x) is already exiting. Skip killing the task",
        .exiting, 12, "x", nil, nil
      ),
    ]
    for (text, kind, pid, name, score, resident) in cases {
      let line = try #require(DeathLine(Self.bytes(text), line: 1), "\(text)")
      #expect(line.kind == kind && line.kill.pid == pid && line.kill.name == name, "\(text)")
      #expect(
        line.score == score && line.kill.resident == resident.map { Kibibytes($0) }, "\(text)")
    }
  }

  @Test func `what is cut is no kill line`() {
    for text in [
      "Out of memory: Killed process 13", "Out of memory: Killed process 130 (B",
      "oom_kill_process: would have killed process 12 (x)", "he said Killed process 12 (x)",
      "Killed process 99999999999999999999 (x)",
    ] { #expect(DeathLine(Self.bytes(text), line: 1) == nil, "\(text)") }
  }

  @Test func `the summary with any of its parts`() throws {
    let whole = try #require(
      SummaryLine(
        Self.bytes(
          "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=a,b,mems_allowed=0-2,4,"
            + "oom_memcg=/k,task_memcg=/k/a,b,task=x,pid=1,pid=12,uid=0")))
    #expect(whole.pid == 12 && whole.name == "x,pid=1" && whole.scope.memsAllowed == "0-2,4")
    #expect(whole.scope.cpuset == "a,b" && whole.scope.domain == "/k")
    #expect(whole.scope.taskMemcg == "/k/a,b" && whole.scope.isMemcg)
    let short = try #require(
      SummaryLine(
        Self.bytes("oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=emerge,pid=5,uid=250"))
    )
    #expect(short.pid == 5 && short.name == "emerge" && !short.scope.isGlobal)
    // A pid at the end may have lost digits.
    #expect(SummaryLine(Self.bytes("oom-kill:constraint=CONSTRAINT_NONE,task=a,pid=5"))?.pid == nil)
  }

  @Test func `first lines and the releases that they allow`() throws {
    let cases: [(String, Int64?, String, String?)] = [
      ("oom-killer: gfp_mask=0xd0, order=0", 0, "2.6.11", nil),
      ("a invoked oom-killer: gfp_mask=0x280da, order=0, oomkilladj=0", 0, "2.6.19", "2.6.31"),
      ("a invoked oom-killer: gfp_mask=0x280da, order=0, oom_adj=0", 0, "2.6.32", "2.6.35"),
      (
        "a invoked oom-killer: gfp_mask=0x280da, order=0, oom_adj=0, oom_score_adj=0", 0, "2.6.36",
        "3.7"
      ),
      ("a invoked oom-killer: gfp_mask=0x280da, order=1, oom_score_adj=0", 1, "3.8", "4.5"),
      ("a invoked oom-killer: order=1, oom_score_adj=0, gfp_mask=0x24280ca", 1, "3.8", "4.5"),
      (
        "a invoked oom-killer: gfp_mask=0x24280ca(GFP_HIGHUSER), nodemask=0-1, order=0, oom_score_adj=0",
        0, "4.9", "4.20"
      ),
      (
        "a b invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0", -1, "5.2",
        nil
      ),
    ]
    for (text, order, first, last) in cases {
      let line = try #require(InvokedLine(Self.bytes(text)), "\(text)")
      #expect(line.request.order == order, "\(text)")
      #expect(line.releases.first.text == first && line.releases.last?.text == last, "\(text)")
    }
  }

  @Test func `the release behind the taint flags`() {
    for (text, release) in [
      (
        "Pid: 23228, comm: php-fpm Not tainted 2.6.32-642.11.1.el6.x86_64 #1",
        "2.6.32-642.11.1.el6.x86_64"
      ),
      (
        "CPU: 2 PID: 4 Comm: a 1.2 Tainted: G        W   E     4.9.0-3-amd64 #1 Debian 4.9.30-2",
        "4.9.0-3-amd64"
      ),
      (
        "CPU: 0 PID: 879 Comm: in:x Kdump: loaded Not tainted 4.18.0-553.8.1.el8_10.x86_64 #1",
        "4.18.0-553.8.1.el8_10.x86_64"
      ),
      ("CPU: 1 UID: 0 PID: 74 Comm: k Not tainted 6.16.0 #102 PREEMPT(full)", "6.16.0"),
    ] { #expect(StackLine(Self.bytes(text))?.release?.text == release) }
  }

  @Test func `limits and what stands for none`() {
    var limits = MemcgLimits()
    var releases = ReleaseRange()
    for (text, limit) in [
      ("memory: usage 980kB, limit 980kB, failcnt 4152239", 980),
      ("memory: usage 5kB, limit 18014398509481983kB, failcnt 0", nil),
      ("memory: usage 5kB, limit 9007199254740988kB, failcnt 0", Int64?.none),
    ] {
      #expect(limits.read(Self.bytes(text), &releases))
      #expect(limits.memory?.limit == limit.map { Kibibytes($0) })
    }
    #expect(!limits.read(Self.bytes("memory: usage xkB, limit 980kB, failcnt 4"), &releases))
  }

  @Test func `the memory of the machine`() {
    var info = MemoryInfo()
    var releases = ReleaseRange()
    for text in [
      "Node 1 DMA32 free:1580kB boost:2048kB min:3744kB low:4168kB high:4592kB present:245620kB managed:202996kB",
      "lowmem_reserve[]: 0 0 0 0 0", "Node 1 DMA32: 2*64kB (U) 0*128kB 1*256kB (M) = 384kB",
      "Free swap  = 12kB", "Total swap = 2097148kB", "65403 pages RAM", "10814 pages reserved",
      "0 pages HighMem/MovableOnly",
    ] { _ = info.read(Self.bytes(text), &releases) }
    #expect(info.ram == 65403 && info.reserved == 10814 && info.totalSwap == 2_097_148)
    #expect(info.page == 64 && info.freeSwap == 12 && info.zones.count == 1)
    #expect(info.zones.first?.node == 1 && info.zones.first?.blocks == [2, 0, 1])
    #expect(info.zones.first?.free == 1580 && info.zones.first?.managed == 202_996)
  }
}

private func row(
  _ pid: Int64, _ uid: Int64, _ totalVM: Int64, _ rss: Int64, adj: Int64, _ name: String,
  _ change: (inout TaskTable.Row) -> Void
) -> TaskTable.Row {
  var row = TaskTable.Row()
  row.pid = pid
  row.tgid = pid
  row.uid = uid
  row.totalVM = totalVM
  row.rss = rss
  row.oomScoreAdj = adj
  row.name = name
  change(&row)
  return row
}
