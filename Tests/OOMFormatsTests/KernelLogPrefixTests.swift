import Foundation
import KernelLog
import OOMFormats
import OOMSimulator
import Testing

/// The same log as different programs hand it on gives the same reports.
@Suite struct KernelLogPrefixTests {
  static let prefixes = [
    "[  123.456789] ", "[Fri Sep 25 15:29:47 2020] ", "[Di Aug 12 03:54:03 2025] ",
    "[月 1月 26 01:49:41 2026] ", "[  +0.000004] ", "[   12.345678 <    0.000004>] ",
    "<4>", "<4>[   12.345678] ", "kern  :warn  : [   12.345678] ",
    "[   12.345678][ T7791] ", "[   12.345678] [    T71] ", "[   12.345678][    C0] ",
    "Jun  2 12:47:43 host kernel: ", "Jun 20 12:47:43 host kernel: [15180322.675582] ",
    "Jun 20 12:47:43 host kernel[0]: ", "Dec 14 17:13:12 kernel: ",
    "May 19 18:14:43.123456 host kernel: ", "Sun 2024-05-19 18:14:43 UTC host kernel: ",
    "2024-05-19T18:14:43+0000 host kernel: ",
    "2024-05-19T18:14:43.123456+00:00 host kernel: [  139.201253] ",
    "2023-05-19T18:14:43,123456+00:00 ", "1716142483.123456 host kernel: ",
    "[  139.201253] host kernel: ", "<4>1 2024-05-19T18:14:43.123Z host kernel - - - [  1.5] ",
    "6,30574067,3816544225424,-;", "4,12,452,-,caller=T71;", "6.4.0,12,452,42,-;",
    "> ", "> > > [   12.345678] ", ">> Jun 20 12:47:43 host kernel: ",
  ]

  @Test(arguments: prefixes) func `a prefix changes nothing`(prefix: String) throws {
    for name in Logs.names {
      let bare = try Logs.bareLines(name)
      let expected = Logs.reports(bare.joined(separator: "\n"))
      #expect(!expected.isEmpty)
      #expect(Logs.reports(bare.map { prefix + $0 }.joined(separator: "\n")) == expected, "\(name)")
    }
  }

  @Test(arguments: Logs.names) func `line ends and foreign lines change nothing`(name: String)
    throws
  {
    let bare = try Logs.bareLines(name)
    let expected = Logs.reports(bare.joined(separator: "\n"))
    let stamped = bare.map { "[   12.345678] " + $0 }
    #expect(Logs.reports(stamped.joined(separator: "\r\n")) == expected)
    let foreign = "[   12.345679] usb 1-1: new high-speed USB device number 4"
    let syslog = "Jun 20 12:47:43 host sshd[12]: Accepted publickey for root"
    let mixed = stamped.flatMap { [$0, foreign, syslog] }
    #expect(Logs.reports(mixed.joined(separator: "\n")) == expected)
  }

  @Test(arguments: Logs.names) func `journal records`(name: String) throws {
    let bare = try Logs.bareLines(name)
    let expected = Logs.reports(bare.joined(separator: "\n"))
    for isText in [true, false] {
      let records = try bare.map { line in
        let message: Any = isText ? line : line.utf8.map(Int.init)
        let data = try JSONSerialization.data(
          withJSONObject: ["MESSAGE": message, "PRIORITY": "4", "_HOSTNAME": "host"])
        return String(decoding: data, as: UTF8.self)
      }
      #expect(Logs.reports(records.joined(separator: "\n")) == expected, "text: \(isText)")
    }
  }

  @Test(arguments: Logs.names) func `quoted-printable`(name: String) throws {
    let bare = try Logs.bareLines(name)
    let encoded = bare.map { line in
      var lines = [""]
      for character in line.replacingOccurrences(of: "=", with: "=3D") {
        // A soft line break must not part an escape.
        if lines[lines.count - 1].count > 70, character != "D", character != "3" {
          lines[lines.count - 1] += "="
          lines.append("")
        }
        lines[lines.count - 1].append(character)
      }
      return lines.joined(separator: "\n")
    }
    let header = "Content-Transfer-Encoding: quoted-printable\n\n"
    let expected = Logs.reports(bare.joined(separator: "\n"))
    #expect(Logs.reports(header + encoded.joined(separator: "\n") + "\n") == expected)
  }

  @Test(arguments: [72, 76, 150]) func `wrapped lines are joined`(width: Int) throws {
    for name in Logs.names {
      let bare = try Logs.bareLines(name)
      let wrapped = bare.flatMap { Self.wrapped("[   12.345678] " + $0, width) }
      let expected = Logs.reports(bare.joined(separator: "\n"))
      let found = Logs.reports(wrapped.joined(separator: "\n"))
      #expect(found.map(\.kills) == expected.map(\.kills), "\(name)")
      #expect(found.map(\.table) == expected.map(\.table), "\(name)")
      #expect(found.map(\.chosen) == expected.map(\.chosen), "\(name)")
      #expect(found.map(\.scope) == expected.map(\.scope), "\(name)")
    }
  }

  /// As a mail program wraps: at the last blank before the width, if there is one.
  static func wrapped(_ line: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var rest = Substring(line)
    while rest.count > width, let blank = rest.prefix(width).lastIndex(of: " "),
      rest[..<blank].contains(where: { $0 != " " })
    {
      lines.append(String(rest[..<blank]))
      rest = rest[rest.index(after: blank)...]
    }
    return lines + [String(rest)]
  }

  @Test func `rsyslog's line breaks in a line`() {
    let log = """
      Sep 29 08:12:34 host kernel: a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
      Sep 29 08:12:34 host kernel: Mem-Info:#012active_anon:1#012Total swap = 8kB#01265403 pages RAM
      """
    let memory = Logs.reports(log).first?.memory
    #expect(memory?.totalSwap == 8 && memory?.ram == 65403)
  }
}
