import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// A printed score that is not the row's has a reason that the numbers support, or what totalpages would have to be:
/// `ScoreGap`. The score is points × 1000 / totalpages, `oom_kill_process()`, mm/oom_kill.c, to 5.0.
@Suite struct KernelLogScoreTests {
  /// 300 000 pages in all: 250 000 of memory, 12 144 more that are reserved, 50 000 of swap, of which half is free, and a pool
  /// of 20 480 pages.
  private func log(
    score: Int, rss: Int = 60_000, uid: Int = 1000, adj: Int = 0, kernel: String = "4.4.0"
  ) -> String {
    """
    a invoked oom-killer: gfp_mask=0x24201ca, order=0, oom_score_adj=0
    CPU: 0 PID: 301 Comm: a Not tainted \(kernel) #1
    Mem-Info:
    Node 0 hugepages_total=40 hugepages_free=40 hugepages_surp=0 hugepages_size=2048kB
    Free swap  = 100000kB
    Total swap = 200000kB
    262144 pages RAM
    12144 pages reserved
    [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
    [  301]  \(uid)   301   300000    \(rss)       0       0        0             \(adj) a
    [  302]  1000   302    30000     1000       0       0        0             0 b
    Out of memory: Kill process 301 (a) score \(score) or sacrifice child
    Killed process 301 (a) total-vm:1200000kB, anon-rss:\(rss * 4)kB, file-rss:0kB

    """
  }

  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  @Test func `a score that agrees needs no reason`() throws {
    let autopsy = try autopsy(log(score: 200))
    #expect(autopsy.verdict == .match && autopsy.why == "the rules choose it, too")
    #expect(autopsy.evidence.scoreReason == nil && autopsy.evidence.contradicts.isEmpty)
  }

  @Test(arguments: [
    (240, "250 000 pages, the memory without swap"),
    (218, "275 000 pages, the memory and the swap that is in use"),
    (214, "279 520 pages, without the pools of huge pages"),
    (187, "320 480 pages, with the pools of huge pages"),
    (192, "312 144 pages, with the memory that is reserved"),
    (194, "uid 1000 with CAP_SYS_ADMIN"),
    (300, "no reason is known: the score would need a totalpages of 199 336 to 200 000"),
    (201, "300 pages more than in its row would give it, as may change between"),
  ])
  func `why a score differs`(score: Int, reason: String) throws {
    let autopsy = try autopsy(log(score: score))
    #expect(autopsy.verdict == .match && autopsy.predictedScore == 200)
    #expect(autopsy.why.contains("the log has score \(score), its row gives 200"))
    #expect(autopsy.why.contains(reason), "\(autopsy.why)")
    let isNamed = autopsy.evidence.contradicts.contains { $0.contains(reason) }
    #expect(isNamed == (score != 201), "a point may be lost between two lines")
  }

  /// To 6.1 a thread keeps up to 64 pages of each counter back: 100 more are 201 thousandths of 300 000.
  @Test func `what the counters of a thread keep back`() throws {
    let autopsy = try autopsy(log(score: 201, rss: 60_200))
    #expect(autopsy.why.contains("100 pages more than in its row would give it, which is what"))
  }

  /// Root's bonus was 30 thousandths of the total from 3.5 to 3.13: 60 000 - 30 × 300.
  @Test func `a rule of another release`() throws {
    let autopsy = try autopsy(log(score: 170, uid: 0))
    #expect(autopsy.why.contains("the badness of 3.5"), "\(autopsy.why)")
  }

  /// 90 000 of 300 000 are 100 of `oom_score_adj`; a score that no total gives has none.
  @Test func `no totalpages gives it`() throws {
    let autopsy = try autopsy(log(score: 99, adj: 100))
    #expect(autopsy.why.contains("no totalpages gives the score"), "\(autopsy.why)")
  }

  /// Columns that are missing only add points: a lower score contradicts, a higher one has what it lacks.
  @Test(arguments: [(9, 1), (7, 0), (3, 2)])
  func `a table without swap entries and page tables`(score: Int, kind: Int) throws {
    let autopsy = try autopsy(
      """
      a invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=0, oom_score_adj=0
      Pid: 301, comm: a Not tainted 2.6.32-642.el6.x86_64 #1
      Free swap  = 0kB
      Total swap = 0kB
      8000000 pages RAM
      0 pages reserved
      [ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name
      [  301]  1000   301   300000    60000   0       0             0 a
      [  302]  1000   302    30000     1000   0       0             0 b
      Out of memory: Kill process 301 (a) score \(score) or sacrifice child
      Killed process 301, UID 1000, (a) total-vm:1200000kB, anon-rss:240000kB, file-rss:0kB

      """)
    #expect(autopsy.verdict == .match)
    let reason = autopsy.evidence.scoreReason ?? ""
    #expect(reason.contains("of which 12 000 pages or more give it") == (kind == 1), "\(reason)")
    #expect(autopsy.evidence.contradicts.isEmpty == (kind != 2))
    if kind == 2 { #expect(autopsy.evidence.contradicts[0].contains("no reason is known")) }
  }

  /// The swap of the host is open, and no more of it makes 700 thousandths of a row that has 546 of the limit alone.
  @Test func `a bound is printed as one`() throws {
    let autopsy = try autopsy(
      """
      CPU: 0 PID: 301 Comm: a Not tainted 4.4.0 #1
      Task in /c killed as a result of limit of /c
      memory: usage 102400kB, limit 102400kB, failcnt 66
      [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
      [  301]  1000   301    30000    14000       0       0        0             0 a
      Memory cgroup out of memory: Kill process 301 (a) score 700 or sacrifice child
      Killed process 301 (a) total-vm:120000kB, anon-rss:56000kB, file-rss:0kB

      """)
    let sentence = try #require(autopsy.evidence.contradicts.first)
    #expect(sentence.contains("14 000 pages of at least 25 600"), "\(sentence)")
    #expect(sentence.contains("would need a totalpages of 19 972 to 20 000"), "\(sentence)")
  }
}
