import KernelLog
import OOMFormats
import OOMReports
import Testing

/// Logs that are cut, damaged or no logs: nothing crashes, and nothing is claimed that is not there.
@Suite struct KernelLogPropertyTests {
  @Test(arguments: Logs.names) func `a log that is cut anywhere`(name: String) throws {
    let bytes = try Logs.bytes(name)
    for end in stride(from: 0, to: bytes.count, by: max(bytes.count / Logs.mutations, 1)) {
      check(Array(bytes[..<end]), "\(name) to \(end)")
    }
  }

  @Test(arguments: Logs.names) func `a log that is read in pieces`(name: String) throws {
    let bytes = try Logs.bytes(name)
    let whole = KernelLogReader.reports(in: bytes)
    for size in [1, 2, 7, 64, 1000] {
      var reader = KernelLogReader()
      for start in stride(from: 0, to: bytes.count, by: size) {
        reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(reader.finish() == whole, "\(name), \(size) bytes a piece")
    }
  }

  @Test(arguments: Logs.names) func `a log with wrong bytes`(name: String) throws {
    let bytes = try Logs.bytes(name)
    var numbers = Numbers(state: 7)
    for _ in 0..<max(Logs.mutations / 10, 1) {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        let index = Int.random(in: 0..<bytes.count, using: &numbers)
        damaged[index] = UInt8.random(in: 0...255, using: &numbers)
      }
      check(damaged, name)
    }
  }

  @Test func `bytes that are no log`() {
    var numbers = Numbers(state: 1)
    let words = [
      "[", "]", "12", "-1", " invoked oom-killer: gfp_mask=0x", "Killed process ", "\n", "\r", "=",
      "oom-kill:constraint=", ",pid=", " (", ")", "[ pid ]   uid  tgid total_vm      rss name\n",
      "limit ", "kB", "99999999999999999999", "> ", "{\"MESSAGE\":", "#012", "memory: usage ",
    ].map { Array($0.utf8) }
    for _ in 0..<300 {
      var bytes: [UInt8] = []
      for _ in 0..<60 {
        bytes += words[Int.random(in: 0..<words.count, using: &numbers)]
        if Bool.random(using: &numbers) { bytes.append(UInt8.random(in: 0...255, using: &numbers)) }
      }
      check(bytes, "\(bytes)")
    }
  }

  @Test func `lines without end and columns without number`() {
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    check(Array("x invoked oom-killer: ".utf8) + long, "a long line")
    var columns = "[ pid ]   uid  tgid total_vm      rss "
    for _ in 0..<10_000 { columns += "column " }
    check(Array((columns + "name\n").utf8), "many columns")
  }

  @Test func `ten thousand tasks are read in their order`() {
    var log = "[ pid ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
    for pid in 2..<10_002 {
      log += "[\(pid)] 0 \(pid) 100 \(pid == 777 ? 90 : 10) 4096 0 0 t\n"
    }
    log += "Out of memory: Killed process 777 (t) total-vm:400kB, anon-rss:360kB, file-rss:0kB\n"
    let autopsies = Autopsy.of(KernelLogReader.reports(in: Array(log.utf8)))
    #expect(autopsies.first?.report.table?.rows.count == 10_000)
    #expect(autopsies.first?.verdict == .match)
  }

  /// A storm of kills has no reports between them, which the kernel limits: each line is looked at once.
  @Test func `twenty thousand kills in a row`() {
    let lines = (2..<20_002).map {
      "[   12.345678] Memory cgroup out of memory: Killed process \($0) (t) total-vm:4kB, anon-rss:4kB, "
        + "file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0\n"
    }
    let reports = KernelLogReader.reports(in: Array(lines.joined().utf8))
    #expect(reports.count == 20_000 && reports.last?.kills.first?.pid == 20_001)
  }

  /// A match has a victim that the log names and its row in the table, or a reason why there is none.
  private func check(_ bytes: [UInt8], _ comment: String) {
    for autopsy in Autopsy.of(KernelLogReader.reports(in: bytes)) {
      #expect(autopsy.verdict == .match || !autopsy.why.isEmpty, "\(comment)")
      guard autopsy.verdict == .match else { continue }
      if let chosen = autopsy.logged {
        let rows = autopsy.report.table?.rows ?? []
        #expect(rows.contains { $0.pid == chosen.pid || $0.tgid == chosen.pid }, "\(comment)")
        #expect(autopsy.kill != nil, "\(comment)")
        #expect(autopsy.report.unreadableRows == 0, "\(comment)")
      } else {
        #expect(autopsy.report.ending != nil, "\(comment)")
      }
      let text = AutopsyText([autopsy], style: Style(isColored: false)).text
      #expect(text.contains("match"), "\(comment)")
    }
  }
}
