import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// The release that a log names, held against its pages and its forms: `Architecture`, `EnterpriseForms`.
@Suite struct KernelLogReleaseTests {
  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  // MARK: Pages

  /// The columns of 6.8 and amounts of whole pages of 64 KiB, in a kernel with pages of some KiB. What the victim's address space
  /// has in the kill line is not quite what its row has, so that the size does not follow from it.
  private func log(_ kernel: String, page: Int64, free: Int = 6_400, blocks: String = "") -> String
  {
    """
    a invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0
    CPU: 0 PID: 301 Comm: a Not tainted \(kernel) #1
    Mem-Info:
    Node 0 Normal free:\(free)kB min:6400kB low:6400kB high:6400kB present:1600000kB managed:1600000kB
    \(blocks)
    Free swap  = 0kB
    Total swap = 0kB
    25000 pages RAM
    0 pages reserved
    [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name
    [    301]  1000   301    19999     3200     3200        0         0    40960        0             0 a
    oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=a,pid=301,uid=1000
    Out of memory: Killed process 301 (a) total-vm:\(20_000 * page)kB, anon-rss:\(3_200 * page)kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:40kB oom_score_adj:0

    """
  }

  @Test(arguments: [
    ("6.12.0-211.el10.ppc64le", 64), ("6.12.0-211.el10.s390x", 4), ("6.12.0-211.el10.x86_64", 4),
    ("6.12.0-211.el10.aarch64", 4), ("6.12.0-211.el10.aarch64+64k", 64),
    ("6.11.0-8-generic-64k-arm64", 64), ("6.12.9-arm64-16k", 16), ("6.12.9-200.fc41.ppc64le", 64),
    ("6.12.9-amd64", 4), ("6.12.9-686-pae", 4), ("6.12.9", 4),
  ])
  func `the architecture says what nothing else does`(kernel: String, kibibytes: Int64) throws {
    let autopsy = try autopsy(log(kernel, page: kibibytes))
    #expect(autopsy.pageSize == Bytes(kibibytes * 1024))
    #expect(autopsy.evidence.contradicts.isEmpty, "\(autopsy.evidence.contradicts)")
  }

  /// An amount that is no multiple of 64 KiB excludes it: such kernels can be built with 4 KiB, too.
  @Test func `numbers exclude the usual size`() throws {
    let autopsy = try autopsy(log("6.12.0-211.el10.ppc64le", page: 4, free: 6_404))
    #expect(autopsy.pageSize == 4096 && autopsy.evidence.contradicts.isEmpty)
    let named = try self.autopsy(log("6.12.0-211.el10.aarch64+64k", page: 64, free: 6_404))
    #expect(
      named.evidence.contradicts.contains { $0.contains("an amount of 6404 kB") },
      "\(named.evidence.contradicts)")
  }

  @Test(arguments: [
    ("6.12.0-211.el10.x86_64", "64", "x86_64"), ("6.12.0-211.el10.s390x", "64", "s390x"),
    ("6.12.0-211.el10.ppc64le", "16", "ppc64le"), ("6.12.9-686-pae", "16", "i686"),
  ])
  func `a page size that the architecture cannot have`(
    kernel: String, size: String, name: String
  ) throws {
    let blocks = "Node 0 Normal: 100*\(size)kB (UM) = 6400kB"
    let autopsy = try autopsy(log(kernel, page: 4, blocks: blocks))
    #expect(
      autopsy.evidence.contradicts.contains {
        $0.contains("pages of \(size) KiB, which \(name)")
      }, "\(autopsy.evidence.contradicts)")
    let check = try #require(autopsy.evidence.checks.first { $0.what == .pageSize })
    #expect(!check.agrees && check.found.hasPrefix("\(size) KiB"))
  }

  @Test func `a page size that it can have`() throws {
    let kernels: [(String, Int64)] = [
      ("6.12.0-1.aarch64", 16), ("6.12.0-1.ppc64le", 4), ("6.12.0", 64),
    ]
    for (kernel, size) in kernels {
      let blocks = "Node 0 Normal: 100*\(size)kB (UM) = 6400kB"
      let autopsy = try autopsy(log(kernel, page: size, blocks: blocks))
      #expect(autopsy.pageSize == Bytes(size * 1024))
      #expect(autopsy.evidence.contradicts.isEmpty, "\(kernel): \(autopsy.evidence.contradicts)")
    }
  }

  // MARK: Enterprise Linux

  private enum Form: String, CaseIterable {
    case six, seven, eight, ten

    var columns: String {
      switch self {
      case .six: "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name"
      case .seven: "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name"
      case .eight:
        "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name"
      case .ten:
        "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name"
      }
    }

    var row: String {
      switch self {
      case .six: "[  301]  1000   301    20000     3000   0       0             0 a"
      case .seven: "[  301]  1000   301    20000     3000      10        0             0 a"
      case .eight: "[    301]  1000   301    20000     3000    40960        0             0 a"
      case .ten:
        "[    301]  1000   301    20000     3000     3000        0         0    40960        0             0 a"
      }
    }

    var killLine: String {
      switch self {
      case .six:
        "Killed process 301, UID 1000, (a) total-vm:80000kB, anon-rss:12000kB, file-rss:0kB"
      case .seven:
        "Killed process 301 (a), UID 1000, total-vm:80000kB, anon-rss:12000kB, file-rss:0kB, shmem-rss:0kB"
      case .eight, .ten:
        "Out of memory: Killed process 301 (a) total-vm:80000kB, anon-rss:12000kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:40kB oom_score_adj:0"
      }
    }
  }

  private func contradicts(_ kernel: String, table: Form, killLine: Form) throws -> [String] {
    let log = """
      CPU: 0 PID: 301 Comm: a Not tainted \(kernel) #1
      \(table.columns)
      \(table.row)
      \(killLine.killLine)

      """
    return try autopsy(log).evidence.contradicts
  }

  @Test(arguments: [
    ("2.6.32-754.el6.x86_64", Form.six), ("3.10.0-1160.el7.x86_64", .seven),
    ("3.10.0-962.3.2.lve1.5.52.el7.x86_64", .seven), ("2.6.32-042stab145.3", .six),
    ("4.18.0-553.el8.x86_64", .eight), ("5.14.0-427.el9.x86_64", .eight),
    ("5.14.0-570.el9.x86_64", .ten), ("5.4.17-2136.el7uek.x86_64", .eight),
    ("5.10.205-195.807.amzn2.x86_64", .eight), ("6.12.0-55.el10.x86_64", .ten),
  ])
  private func `forms that a kernel has`(kernel: String, form: Form) throws {
    let contradicts = try contradicts(kernel, table: form, killLine: form)
    #expect(contradicts.isEmpty, "\(kernel): \(contradicts)")
  }

  @Test(arguments: [
    ("2.6.32-754.el6.x86_64", Form.seven, Form.six, "the columns of Enterprise Linux 7"),
    ("3.10.0-1160.el7.x86_64", .eight, .seven, "the columns of Enterprise Linux 8 or 9"),
    ("3.10.0-1160.el7.x86_64", .seven, .six, "the form of Enterprise Linux 6"),
    ("4.18.0-553.el8.x86_64", .seven, .eight, "the columns of Enterprise Linux 7"),
    ("4.18.0-553.el8.x86_64", .ten, .eight, "the columns of Linux 6.8 or later"),
    ("5.14.0-427.el9.x86_64", .eight, .seven, "the form of Enterprise Linux 7 or 8"),
    ("6.12.0-55.el10.x86_64", .eight, .eight, "the forms of"),
    ("5.4.17-2136.el7uek.x86_64", .seven, .seven, "the form of Enterprise Linux 7 or 8"),
    ("5.10.205-195.807.amzn2.x86_64", .seven, .eight, "the columns of 3.6..3.19"),
    ("5.10.0-10-amd64", .eight, .six, "the form of Enterprise Linux 6"),
  ])
  private func `forms of another kernel are named`(
    kernel: String, table: Form, killLine: Form, said: String
  ) throws {
    let contradicts = try contradicts(kernel, table: table, killLine: killLine)
    #expect(
      contradicts.contains { $0.contains("Linux \(kernel)") && $0.contains(said) },
      "\(kernel): \(contradicts)")
  }
}
