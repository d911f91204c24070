import OOMFormats
import OOMSimulator
import Testing

/// What no kernel shows in its files.
@Suite struct HostFileFaultTests {
  @Test(
    arguments: [
      ("meminfo", "MemTotal: 8 kB\nMemFree:  abc kB\n", 2, 11, "MemFree: 'abc kB' is no size"),
      ("meminfo", "MemTotal: 99999999999999999999 kB\n", 1, 11, "is no size in kB up to 4 PiB"),
      ("meminfo", "MemTotal: -8 kB\n", 1, 11, "'-8 kB' is no size"),
      ("meminfo", "MemTotal: 8\n", 1, 11, "'8' is no size"),
      ("meminfo", "MemTotal:\n", 1, 10, "MemTotal: '' is no size"),
      ("meminfo", "HugePages_Total: -1\n", 1, 18, "'-1' is no number from 0"),
      ("status", "Name:\ta\nRssAnon:\t -4 kB\n", 2, 11, "RssAnon: '-4 kB' is no size"),
      ("status", "Uid:\tx\n", 1, 6, "Uid: 'x' is no number from 0"),
      ("oom_score_adj", "abc\n", 1, 1, "'abc' is no number from -1000 to 1000"),
      ("oom_score_adj", "1001\n", 1, 1, "is no number from -1000 to 1000"),
      ("oom_adj", "16\n", 1, 1, "is no number from -17 to 15"),
      ("oom_score", "-3\n", 1, 1, "is no number from 0"),
      ("stat", "1 (a) S 1\n", 1, 1, "cut short"),
      ("memory.max", "1G\n", 1, 1, "'1G' is no number from 0 and not 'max'"),
      ("memory.current", "-1\n", 1, 1, "is no number from 0"),
      ("overcommit_ratio", "half\n", 1, 1, "'half' is no number from 0"),
      ("swaps", "Filename Type Size\n/dev/a partition x 0 -2\n", 2, 1, "is no line of Filename"),
    ] as [(String, String, Int, Int, String)])
  func `broken files`(name: String, text: String, line: Int, column: Int, message: String) throws {
    let fault = try #require(HostFileFault(in: Array(text.utf8), of: name))
    #expect(fault.line == line && fault.column == column, "\(fault)")
    #expect(fault.message.contains(message), "\(fault)")
    #expect(
      fault.error(file: "r/\(name)").description.hasPrefix("r/\(name):\(line):\(column): error: "))
  }

  @Test(arguments: [
    ("meminfo", "MemTotal: 8 kB\nOther: x\nno colon\nHugePages_Total: 0\n"),
    ("status", "Name:\t-1\nVmSize:\t 137438953472 kB\nUid:\t0\t0\t0\t0\nVmRSS:\t 0 kB\n"),
    ("oom_score_adj", "-1000\n"), ("oom_score", "1333\n"), ("memory.max", "max\n"),
    ("memory.limit_in_bytes", "9223372036854771712\n"), ("memory.stat", "x\n"),
    ("swaps", "Filename Type Size Used Priority\n/dev/a partition 8 0 -2\n"), ("other", "\u{0}"),
    ("swappiness", "60\n"),
  ])
  func `files as kernels show them`(name: String, text: String) {
    #expect(HostFileFault(in: Array(text.utf8), of: name) == nil)
  }

  /// The same count in pages and in kB.
  @Test func `the page size of a process`() {
    let status = ProcessStatus(Array("VmSize:\t  260416 kB\n".utf8))
    for (pages, size) in [("65104", 4096), ("16276", 16384), ("4069", 65536), ("65105", nil)]
      as [(String, Int64?)]
    {
      #expect(status.pageSize(statm: Array("\(pages) 1 1 1 0 1 0\n".utf8)) == size)
    }
    #expect(status.pageSize(statm: Array("0 0 0\n".utf8)) == nil)
    #expect(ProcessStatus([]).pageSize(statm: Array("5 1 1\n".utf8)) == nil)
  }
}
