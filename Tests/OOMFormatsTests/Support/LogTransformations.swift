import Foundation
import Testing

/// A way in which people and programs hand a log on.
struct LogTransformation: CustomTestStringConvertible, Sendable {
  let name: String
  /// What is lost with it, so that a report may be undetermined, with a reason that names it.
  var loses: [String] = []
  let apply: @Sendable (LogSample) -> [UInt8]

  var testDescription: String { name }
}

/// A log as lines, each with and without the kernel's time.
struct LogSample: Sendable {
  /// `[    1.000000] text`
  let stamped: [String]
  let bare: [String]

  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    stamped = lines
    bare = lines.map { line in
      line.replacingOccurrences(
        of: #"^([A-Z][a-z]{2} +\d+ [\d:]{8} (\S+ )?kernel: ?)?(\[ *\d+\.\d+\] ?)?"#, with: "",
        options: .regularExpression)
    }
  }
}

extension LogTransformation {
  static func lines(
    _ name: String, _ change: @escaping @Sendable (String) -> String
  ) -> LogTransformation {
    LogTransformation(name: name) { text($0.stamped.map(change)) }
  }

  static func bare(
    _ name: String, _ change: @escaping @Sendable (String) -> String
  ) -> LogTransformation {
    LogTransformation(name: name) { text($0.bare.map(change)) }
  }

  static func numbered(
    _ name: String, _ change: @escaping @Sendable (Int, String) -> String
  ) -> LogTransformation {
    LogTransformation(name: name) { sample in
      text(sample.stamped.enumerated().map { change($0.offset + 1, $0.element) })
    }
  }

  static func text(_ lines: [String]) -> [UInt8] {
    Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"").replacingOccurrences(of: "\t", with: "\\t")
    return "\"\(escaped)\""
  }

  static func csv(_ text: String) -> String {
    "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
  }

  private static func utf16(_ lines: [String], big: Bool, mark: Bool) -> [UInt8] {
    let units = (mark ? [0xFEFF] : []) + Array((lines.joined(separator: "\r\n") + "\r\n").utf16)
    return units.flatMap { unit in
      big ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
    }
  }

  /// As a terminal of a fixed width cuts.
  static func wrapped(_ line: String, _ width: Int) -> [String] {
    var rest = Substring(line)
    var lines: [String] = []
    while rest.count > width {
      lines.append(String(rest.prefix(width)))
      rest = rest.dropFirst(width)
    }
    return lines + [String(rest)]
  }

  static let syslog = "Aug 11 20:21:28 host kernel: "

  /// Nothing of the report is lost with these.
  static let lossless: [LogTransformation] = [
    lines("blanks before", { "    " + $0 }),
    lines("tabs before", { "\t\t" + $0 }),
    lines("blanks before a syslog prefix", { "    " + syslog + $0 }),
    lines("no-break blanks", { $0.replacingOccurrences(of: " ", with: "\u{A0}") }),
    lines("no-break blanks in runs", { $0.replacingOccurrences(of: "  ", with: "\u{A0} ") }),
    lines("other Unicode blanks", { $0.replacingOccurrences(of: " ", with: "\u{2007}") }),
    lines("tabs for runs of blanks") {
      $0.replacingOccurrences(of: " {2,}", with: "\t", options: .regularExpression)
    },
    lines("tabs for blanks", { $0.replacingOccurrences(of: " ", with: "\t") }),
    lines("colours") { line in
      line.replacingOccurrences(
        of: "^(\\[ *[0-9.]+\\] )(.*)$", with: "\u{1B}[32m$1\u{1B}[0m\u{1B}[33m$2\u{1B}[0m",
        options: .regularExpression)
    },
    lines("colours written out", { "^[[32m" + $0 + "^[[0m" }),
    lines("grep with a file's name", { "/var/log/messages:" + syslog + $0 }),
    numbered("grep with names and numbers", { "/var/log/kern.log:\($0):" + syslog + $1 }),
    numbered("grep with numbers", { "\($0):\($1)" }),
    lines("a diff's plus", { "+" + $0 }), lines("a diff's minus", { "-" + $0 }),
    lines("a diff's plus and a blank", { "+ " + $0 }),
    lines("bullets", { "- " + $0 }), lines("stars", { "* " + $0 }),
    lines("round bullets", { "\u{2022} " + $0 }),
    numbered("a numbered list", { "\($0). \($1)" }),
    lines("nested quotes", { "> > " + $0 }), lines("quotes and bars", { ">  | " + $0 }),
    bare("quotes without a time", { "> > > " + $0 }),
    numbered("line numbers", { String(repeating: " ", count: 5) + "\($0)\t\($1)" }),
    bare("talosctl", { "kern:    info: [2026-07-25T14:23:17.527201795Z]: " + $0 }),
    bare("talosctl of a node", { "10.5.0.2: kern: warning: [2026-07-25T14:23:17.5Z]: " + $0 }),
    lines("CRI", { "2024-08-11T20:21:28.123456789Z stdout F " + $0 }),
    bare("CRI without a time", { "2024-08-11T20:21:28.123456789Z stdout F " + $0 }),
    lines("docker's json-file") {
      "{\"log\":\(quoted($0).dropLast())\\n\",\"stream\":\"stdout\",\"time\":\"2024-08-11T20:21:28Z\"}"
    },
    LogTransformation(name: "dmesg -J") { sample in
      let records = sample.bare.map {
        "      {\n         \"pri\": 4,\n         \"time\":     1.000000,\n         \"msg\": \(quoted($0))\n      }"
      }
      return text(["{\n   \"dmesg\": [\n" + records.joined(separator: ",\n") + "\n   ]\n}"])
    },
    LogTransformation(name: "dmesg -J in one line") { sample in
      let records = sample.bare.map { "{\"pri\":4,\"time\":1.0,\"msg\":\(quoted($0))}" }
      return text(["{\"dmesg\":[" + records.joined(separator: ",") + "]}"])
    },
    bare("journalctl -o json") {
      "{\"_HOSTNAME\":\"host\",\"MESSAGE\":\(quoted($0)),\"PRIORITY\":\"4\"}"
    },
    bare("journalctl -o json-pretty") {
      "{\n\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \(quoted($0)),\n\t\"PRIORITY\" : \"4\"\n}"
    },
    bare("journalctl -o export") {
      "__REALTIME_TIMESTAMP=1\n_TRANSPORT=kernel\nMESSAGE=\($0)\nPRIORITY=4\n"
    },
    bare("journalctl -o verbose") {
      "Sun 2024-08-11 20:21:28.123456 UTC [s=5f;i=1;b=7;m=2;t=3;x=4]\n    _TRANSPORT=kernel\n    MESSAGE=\($0)\n    PRIORITY=4"
    },
    lines("CSV", { "2024-08-11T20:21:28Z,web1,\(csv($0))" }),
    bare("CSV with fields behind", { "\"2024-08-11 20:21:28\",\"web1\",\(csv($0)),\"warning\",4" }),
    lines("a log service's JSON") {
      "{\"timestamp\":1,\"host\":\"web1\",\"attributes\":{\"level\":4},\"content\":\(quoted($0))}"
    },
    lines("stern", { "node-shell-abc12 shell " + $0 }),
    lines("docker compose", { "dmesg-1  | " + $0 }),
    bare("logcat", { "08-11 20:21:28.123     0     0 W         : " + $0 }),
    bare("a vendor's printk", { "<4>[   12.345678] (0)[123:name]" + $0 }),
    bare("a vendor's printk with a processor", { "<6>[   12.345678][T123@C0] " + $0 }),
    LogTransformation(name: "UTF-16LE", apply: { utf16($0.stamped, big: false, mark: true) }),
    LogTransformation(name: "UTF-16BE", apply: { utf16($0.stamped, big: true, mark: true) }),
    LogTransformation(
      name: "UTF-16LE without a mark", apply: { utf16($0.stamped, big: false, mark: false) }),
    LogTransformation(
      name: "UTF-16BE without a mark", apply: { utf16($0.stamped, big: true, mark: false) }),
    LogTransformation(name: "everything in one line") {
      Array($0.stamped.joined(separator: " ").utf8)
    },
    LogTransformation(name: "one line of bare text") {
      Array($0.bare.joined(separator: " ").utf8)
    },
    LogTransformation(name: "one line without blanks between") {
      Array($0.stamped.joined().utf8)
    },
    LogTransformation(name: "newest first") { text($0.stamped.reversed()) },
    LogTransformation(name: "newest first without a time") { text($0.bare.reversed()) },
    LogTransformation(name: "every line twice") { text($0.stamped.flatMap { [$0, $0] }) },
    LogTransformation(name: "every line of two logs") { sample in
      text(zip(sample.bare, sample.stamped).flatMap { [syslog + $0, $1] })
    },
    LogTransformation(name: "lines that end in CR LF") {
      Array($0.stamped.joined(separator: "\r\n").utf8)
    },
    lines("HTML") {
      $0.replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: "  ", with: " &nbsp;")
        + "<br>"
    },
    lines("a table of a wiki", { "| " + $0 + " |" }),
  ]

  /// A number or a word may be cut where it cannot be told how it went on.
  static let wraps =
    [72, 76, 80, 100, 120, 132].map { width in
      LogTransformation(name: "hard wrapped at \(width)", loses: ["cannot be read", "header"]) {
        text($0.stamped.flatMap { wrapped($0, width) })
      }
    }
    + [72, 80].map { width in
      LogTransformation(
        name: "hard wrapped at \(width) behind syslog", loses: ["cannot be read", "header"]
      ) {
        text($0.bare.flatMap { wrapped(syslog + $0, width) })
      }
    }
    + [80].map { width in
      LogTransformation(
        name: "bare and hard wrapped at \(width)", loses: ["cannot be read", "header"]
      ) {
        text($0.bare.flatMap { wrapped($0, width) })
      }
    }

  /// A part of the report is gone or changed: it may be undetermined.
  static let lossy: [LogTransformation] = [
    LogTransformation(name: "rows without their header", loses: ["header of the task table"]) {
      text($0.stamped.filter { !$0.contains("total_vm ") })
    },
    LogTransformation(name: "en dashes", loses: ["cannot be read"]) {
      text($0.stamped.map { $0.replacingOccurrences(of: "-", with: "\u{2013}") })
    },
    LogTransformation(name: "a table that was cut", loses: ["shortened", "is not in the report"]) {
      sample in
      var lines = sample.stamped
      if let header = lines.firstIndex(where: { $0.contains("total_vm ") }) {
        lines.replaceSubrange((header + 2)..<(header + 3), with: ["<snip 200 lines>"])
      }
      return text(lines)
    },
    LogTransformation(name: "a table with dots", loses: ["shortened", "is not in the report"]) {
      sample in
      var lines = sample.stamped
      if let header = lines.firstIndex(where: { $0.contains("total_vm ") }) {
        lines.replaceSubrange((header + 1)..<(header + 2), with: ["\u{2026}"])
      }
      return text(lines)
    },
  ]
}
