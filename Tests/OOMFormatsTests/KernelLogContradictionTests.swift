import Foundation
import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// Logs of recorded kernels, each with one thing changed that no kernel prints: the row of the victim, the rows that are
/// there, the usage. `dump_task()` and `__oom_kill_process()`, mm/oom_kill.c; `memory_stat_format()`, mm/memcontrol.c.
@Suite struct KernelLogContradictionTests {
  private static let global = "g01-largest-rss-qemu-6.12.txt"
  private static let group = "m03-leaf-before-parent-qemu-6.1.txt"

  private func log(_ name: String) throws -> String {
    String(decoding: try Logs.bytes(name), as: UTF8.self)
  }

  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  /// The first report of a log in which one text, which has to be there, stands for another.
  private func autopsy(_ name: String, _ old: String, _ new: String) throws -> Autopsy {
    let log = try log(name)
    try #require(log.contains(old))
    return try autopsy(log.replacingOccurrences(of: old, with: new))
  }

  @Test(arguments: [global, group])
  func `as a kernel printed it, nothing contradicts`(name: String) throws {
    let autopsy = try autopsy(log(name))
    #expect(autopsy.verdict == .match && autopsy.evidence.contradicts.isEmpty)
  }

  @Test(arguments: [
    ("anon-rss:54656kB", "anon-rss:14656kB", "14.3 MiB"),
    ("file-rss:136kB", "file-rss:90136kB", "88 MiB"),
    ("shmem-rss:0kB", "shmem-rss:90000kB", "87.8 MiB"),
    ("  13698    13664       34 ", "  13698     3664       34 ", "rss_anon"),
    ("  13698    13664       34 ", "  93698    93664       34 ", "resident"),
    ("65403 pages RAM", "12000 pages RAM", "resident, the machine"),
  ])
  func `a row that cannot be the victim's decides nothing`(
    old: String, new: String, said: String
  ) throws {
    let autopsy = try autopsy(Self.global, old, new)
    #expect(autopsy.verdict == .undetermined)
    #expect(autopsy.evidence.contradicts.contains { $0.contains(said) }, "\(autopsy.evidence)")
  }

  @Test(arguments: [
    ("Killed process 130 (B)", "Killed process 130 (Bee)", "the name B"),
    ("task=B,pid=130,uid=0", "task=B,pid=130,uid=7", "oom-kill line 7"),
  ])
  func `another contradiction is named, and the choice stands`(
    old: String, new: String, said: String
  ) throws {
    let autopsy = try autopsy(Self.global, old, new)
    #expect(autopsy.verdict == .match)
    #expect(autopsy.evidence.contradicts.contains { $0.contains(said) }, "\(autopsy.evidence)")
  }

  /// Two thousand entries of the victim; what is in use has to be as many, but for what changes between the lines.
  @Test(arguments: [
    (40_000, 32_000, nil), (40_000, 39_000, "2 000 pages in swap, in use are 250"),
    (40_000, 44_000, "11 000 pages of swap are free, the host has 10 000"),
    (4_000, 0, "2 000 pages in swap, the host has 1 000"),
  ])
  func `swap entries are held against swap in use`(total: Int, free: Int, said: String?) throws {
    let log = try log(Self.global)
      .replacingOccurrences(of: "151552        0", with: "151552     2000")
      .replacingOccurrences(of: "Total swap = 0kB", with: "Total swap = \(total)kB")
    let autopsy = try autopsy(
      log.replacingOccurrences(of: "Free swap  = 0kB", with: "Free swap  = \(free)kB"))
    #expect(autopsy.evidence.contradicts.isEmpty == (said == nil))
    if let said { #expect(autopsy.evidence.contradicts.contains { $0.contains(said) }) }
  }

  private func without(_ pids: [Int]) throws -> Autopsy {
    let lines = try log(Self.global).split(separator: "\n")
    let left = lines.filter { line in !pids.contains { line.contains("[    \($0)] ") } }
    try #require(left.count == lines.count - pids.count)
    return try autopsy(left.joined(separator: "\n") + "\n")
  }

  /// As `grep` leaves it: the anonymous memory of Mem-Info is in no row.
  @Test(arguments: [[131, 132], [129, 131, 132]])
  func `a table that lacks rows is no match`(pids: [Int]) throws {
    let autopsy = try without(pids)
    #expect(autopsy.verdict == .undetermined && autopsy.why.contains("rows are missing"))
  }

  /// A limit of what can be told: rows that are less than a third of the rest are not missed.
  @Test func `a small row that is gone is not noticed`() throws {
    let autopsy = try without([129])
    #expect(autopsy.verdict == .match && autopsy.evidence.contradicts.isEmpty)
  }

  /// Where all that is left is one row, of another process than the one that asked.
  @Test func `one row without the process that asked`() throws {
    let bare = try log(Self.global).split(separator: "\n").filter { line in
      !line.contains("_anon:") && ![129, 131, 132].contains { line.contains("[    \($0)] ") }
    }
    let autopsy = try autopsy(bare.joined(separator: "\n") + "\n")
    #expect(autopsy.verdict == .undetermined && autopsy.why.contains("G asked"), "\(autopsy.why)")
  }

  @Test func `a mark of a cut behind a stamp`() throws {
    let row = "[    4.209357] [    131]"
    let autopsy = try autopsy(Self.global, row, "[    4.209200] <snip>\n" + row)
    #expect(autopsy.verdict == .undetermined && autopsy.why == "the task table was shortened")
  }

  @Test func `a row that stands twice with other numbers`() throws {
    let row = "[    4.209357] [    131]     0   131     8500     8226     8192       34"
    let other = row.replacingOccurrences(of: "8226     8192", with: "4130     4096")
    let autopsy = try autopsy(
      Self.global, row, other + "         0   106496        0             0 C\n" + row)
    #expect(autopsy.verdict == .undetermined)
    #expect(autopsy.evidence.contradicts.contains { $0.contains("131 stands in the table twice") })
  }

  @Test(arguments: [
    (
      "memory: usage 16384kB, limit 16384kB", "memory: usage 2000kB, limit 2000kB",
      "memory.stat has 15.9 MiB"
    ),
    ("limit 16384kB, failcnt 19", "limit 9007199254740988kB, failcnt 19", "the group has no limit"),
  ])
  func `a usage that cannot be the group's is named`(
    old: String, new: String, said: String
  ) throws {
    let autopsy = try autopsy(Self.group, old, new)
    #expect(autopsy.evidence.contradicts.contains { $0.contains(said) }, "\(autopsy.evidence)")
  }

  /// kernel-rules: a container's root lacks CAP_SYS_ADMIN, so without a score both may have been chosen.
  @Test func `root's bonus is not taken for granted where no score tells it`() throws {
    let log = """
      a invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0
      CPU: 0 PID: 101 Comm: a Not tainted 3.10.0 #1
      memory: usage 102400kB, limit 102400kB, failcnt 9
      memory+swap: usage 102400kB, limit 102400kB, failcnt 0
      [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
      [  101]     0   101    20000    13000      40        0             0 a
      [  102]  1000   102    20000    12900      40        0             0 b
      Killed process 101 (a) total-vm:80000kB, anon-rss:52000kB, file-rss:0kB

      """
    let autopsy = try autopsy(log)
    #expect(
      autopsy.verdict == .undetermined && autopsy.why.contains("CAP_SYS_ADMIN"), "\(autopsy.why)")
  }

  @Test func `a scenario of an open totalpages says that its points depend on it`() throws {
    let scenario = try #require(try autopsy(KernelLogEvidenceTests.withoutLimit).scenario)
    #expect(scenario.description.contains { $0.contains("totalpages is not in the log") })
    let exact = try #require(try autopsy(self.log(Self.global)).scenario)
    #expect(!exact.description.contains { $0.contains("totalpages is not in the log") })
  }

  /// The kernel has killed once, whoever writes of it again; a kill with other numbers is another one.
  @Test(arguments: [
    ("abrt: 'Out of memory: Killed process 130 (B) total-vm:55836kB'", 1),
    ("root[900]: ALERT Out of memory: Killed process 130 (B)", 1),
    ("Out of memory: Killed process 130 (B) total-vm:99kB, anon-rss:54656kB, file-rss:136kB", 2),
    ("Out of memory: Killed process 131 (B) total-vm:55836kB", 2),
  ])
  func `a line that repeats a kill is no second one`(line: String, reports: Int) throws {
    let log = try log(Self.global) + line + "\n"
    #expect(Logs.reports(log).count == reports)
  }

  @Test func `a kill of the same pid on another host is one of its own`() throws {
    let report = try log(Self.global).split(separator: "\n")
      .map { "Nov  3 10:00:01 web1 kernel: \($0)\n" }.joined()
    let line = " kernel: Out of memory: Killed process 130 (B)\n"
    #expect(Logs.reports(report + "Nov  3 10:00:09 web2\(line)").count == 2)
    #expect(Logs.reports(report + "Nov  3 10:00:09 web1\(line)").count == 1)
  }
}
