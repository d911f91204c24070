import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// What a log has around its reports: whose they are, and what was not printed. `ReportStreams`, `SuppressedLine`.
@Suite struct KernelLogStreamTests {
  /// A report of a recorded kernel, whose lines have times since boot only.
  private func bare() throws -> String {
    String(decoding: try Logs.bytes("g01-largest-rss-qemu-6.12.txt"), as: UTF8.self)
  }

  /// The same of another kill, with a host before each line.
  private func named(_ host: String) throws -> String {
    let lines = try Logs.bareLines("g01-largest-rss-qemu-6.12.txt")
    return lines.map { "Feb 18 15:00:54 \(host) kernel: \($0)\n" }.joined()
      .replacing("130 (B)", with: "131 (C)").replacing("task=B,pid=130", with: "task=C,pid=131")
  }

  private func hosts(_ log: String) -> [String] {
    KernelLogReader.reports(in: Array(log.utf8)).map(\.host)
  }

  // MARK: Hosts

  @Test func `the only host of a log is that of its bare reports`() throws {
    let (bare, ssh) = (try bare(), "Feb 18 15:00:50 web1 sshd[12]: Accepted publickey for a\n")
    #expect(hosts(bare) == [""])
    #expect(hosts(ssh + bare) == ["web1"] && hosts(bare + ssh) == ["web1"])
    #expect(hosts("2024-05-19T18:14:43.123+00:00 web1 systemd[1]: Started a.\n" + bare) == ["web1"])
    #expect(try hosts(bare + named("web1")) == ["web1", "web1"])
    #expect(try hosts(ssh + bare + named("web1")) == ["web1", "web1"])
  }

  @Test func `of several hosts none is taken`() throws {
    let bare = try bare()
    let line = { (host: String) in "Feb 18 15:00:50 \(host) sshd[12]: Accepted publickey for a\n" }
    #expect(hosts(line("web1") + bare + line("web2")) == [""])
    #expect(try hosts(bare + named("web1") + named("web2")) == ["", "web1", "web2"])
    #expect(try hosts(line("web2") + bare + named("web1")) == ["", "web1"])
  }

  @Test(arguments: [
    "2024-05-19 18:14:43 INFO Server: started", "Feb 18 15:00:50 warn: all is well",
    "127.0.0.1 - - [19/May/2024:18:14:43 +0000] \"GET / HTTP/1.1\" 200", "Feb 18 web1 sshd: x",
    "[   12.345678] usb 1-1: new device",
  ])
  func `a line that names no host`(line: String) throws {
    #expect(try hosts(line + "\n" + bare()) == [""])
  }

  // MARK: What was not printed

  private func suppressed(_ log: String) -> [[AfterDecision]] {
    KernelLogReader.reports(in: Array(log.utf8)).map {
      AfterDecision.all(of: $0).filter { $0.what == .suppressed }
    }
  }

  @Test(arguments: [
    ("[ 12.345678] oom_kill_process: 3 callbacks suppressed", "3 OOM reports of later kills"),
    ("[ 12.345678] oom_kill_process: 1 callbacks suppressed", "1 OOM report of later kills"),
    ("[ 12.345678] printk: 7 messages suppressed.", "lines of the log"),
    ("[ 12.345678] __ratelimit: 4 callbacks suppressed", "lines of the log"),
    ("[ 12.345678] warn_alloc: 4 callbacks suppressed", "lines of the log"),
    ("[ 12.345678] ** 34 printk messages dropped **", "lines of the log"),
    (
      "Feb 18 15:00:59 web1 systemd-journald[221]: Suppressed 34 messages from a.service",
      "lines of the log"
    ),
  ])
  func `a line behind the last report says that others were not printed`(
    line: String, what: String
  ) throws {
    let bare = try bare()
    let count = bare.split(separator: "\n").count
    let found = try #require(suppressed(bare + "[ 12.1] usb 1-1: new\n" + line + "\n").first?.first)
    #expect(found.text.hasPrefix("\(what) were not printed"), "\(found.text)")
    #expect(found.line == count + 2)
  }

  @Test func `other limits are none of a report, and lines before the last one are not behind it`()
    throws
  {
    let bare = try bare()
    for line in ["net_ratelimit: 9 callbacks suppressed", "audit: 3 records suppressed"] {
      #expect(suppressed(bare + "[ 12.3] \(line)\n") == [[]], "\(line)")
    }
    let counted = "[ 12.3] oom_kill_process: 3 callbacks suppressed\n"
    let log = try bare + counted + named("h")
    #expect(suppressed(log) == [[], []])
    #expect(KernelLogReader.reports(in: Array(log.utf8)).map(\.suppressed) == [0, 3])
    #expect(suppressed(counted + bare) == [[]])
  }
}
