import Foundation

/// How services that keep logs hand them on.
extension LogTransformation {
  private static func time(_ number: Int) -> String {
    String(format: "2024-08-11T20:%02d:%02d.%06dZ", 21 + number / 60 % 30, number % 60, number)
  }

  /// A document of all lines, with or without the kernel's time.
  private static func document(
    _ name: String, isBare: Bool = false, _ make: @escaping @Sendable ([String]) -> String
  ) -> LogTransformation {
    LogTransformation(name: name) { Array(make(isBare ? $0.bare : $0.stamped).utf8) }
  }

  private static func list(_ items: [String], _ separator: String = ",") -> String {
    items.joined(separator: separator)
  }

  /// Message and time in a record, each field in a line of its own.
  private static func indented(_ text: String) -> String {
    "  {\n    \"timestamp\": 1,\n    \"message\": \(quoted(text)),\n    \"ingestionTime\": 2\n  }"
  }

  static let services: [LogTransformation] = [
    lines("Loki, a line each") {
      "{\"labels\":{\"host\":\"web1\"},\"line\":\(quoted($0)),\"timestamp\":\"2024-08-11T20:21:28Z\"}"
    },
    document("Loki's answer") { lines in
      let values = lines.enumerated().map {
        "[\"\(1_723_407_688 + $0.offset)\",\(quoted($0.element))]"
      }
      return
        "{\"data\":{\"result\":[{\"stream\":{\"host\":\"web1\"},\"values\":[\(list(values))]}]}}"
    },
    document("Loki's answer, indented, newest first") { lines in
      let values = lines.reversed().map { "[\n\"1723407688\",\n\(quoted($0))\n]" }
      return
        "{\n\"data\": {\n\"result\": [\n{\n\"stream\": {\n\"host\": \"web1\"\n},\n\"values\": [\n\(list(values, ",\n"))\n]\n}\n]\n}\n}"
    },
    document("CloudWatch's events") { "{\n\"events\": [\n\(list($0.map(indented), ",\n"))\n]\n}" },
    document("CloudWatch Insights") { lines in
      let rows = lines.map {
        "[{\"field\":\"@timestamp\",\"value\":\"2024-08-11\"},{\"field\":\"@message\",\"value\":\(quoted($0))}]"
      }
      return "{\"results\":[\(list(rows))]}"
    },
    document("CloudWatch's CSV") { lines in
      text(["timestamp,message"] + lines.map { "1723407688000,\(csv($0))" }).text
    },
    bare("Google's payload") {
      "{\"insertId\":\"a1\",\"jsonPayload\":{\"MESSAGE\":\(quoted($0)),\"_HOSTNAME\":\"web1\"},\"timestamp\":\"2024\"}"
    },
    bare("Google's YAML") {
      "---\ninsertId: a1\njsonPayload:\n  MESSAGE: '\($0.replacingOccurrences(of: "'", with: "''"))'\n  PRIORITY: '4'\ntimestamp: '2024'"
    },
    document("Splunk's CSV", isBare: true) { lines in
      text(
        ["\"_time\",\"_raw\",host,source"]
          + lines.map {
            "\"2024-08-11T20:21:28.000+0000\",\(csv(syslog + $0)),web1,\"/var/log/messages\""
          }
      ).text
    },
    bare("Splunk's JSON") {
      "{\"preview\":false,\"result\":{\"_raw\":\(quoted(syslog + $0)),\"_time\":\"2024\",\"host\":\"web1\"}}"
    },
    bare("Elasticsearch") {
      "{\"_index\":\"x\",\"_source\":{\"@timestamp\":\"2024\",\"message\":\(quoted($0)),\"host\":{\"name\":\"web1\"}}}"
    },
    bare("an index's fields") {
      "{\"fields\":{\"message\":[\(quoted($0))],\"host.name\":[\"web1\"],\"tags\":[\"a\",\"b\"]}}"
    },
    document("Azure's CSV", isBare: true) { lines in
      text(
        ["TimeGenerated [UTC],Computer,Facility,SyslogMessage"]
          + lines.map { "\"8/11/2024, 8:21:28.000 PM\",web1,kern,\(csv($0))" }
      ).text
    },
    bare("GELF") {
      "{\"version\":\"1.1\",\"host\":\"web1\",\"short_message\":\(quoted($0)),\"level\":4}"
    },
    bare("fluentd") {
      "2024-08-11 20:21:28.000000000 +0000 kernel: {\"message\":\(quoted($0)),\"host\":\"web1\"}"
    },
    bare("Fluent Bit") {
      "[0] kmsg.0: [1723407688.000000000, {\"priority\"=>4, \"sec\"=>12, \"msg\"=>\"\($0)\"}]"
    },
    bare("logfmt") { "ts=2024-08-11T20:21:28Z level=warn host=web1 msg=\(quoted($0))" },
    bare("RFC 5424 with data") {
      "<4>1 2024-08-11T20:21:28.123456Z web1 kernel - - [meta sequenceId=\"7\"] " + $0
    },
    bare("journalctl -o json-sse") { "data: {\"MESSAGE\":\(quoted($0)),\"_HOSTNAME\":\"web1\"}\n" },
    bare("journalctl -o json-seq") { "\u{1E}{\"MESSAGE\":\(quoted($0)),\"_HOSTNAME\":\"web1\"}" },
    LogTransformation(name: "a journal's export in bytes") { sample in
      sample.bare.flatMap { line -> [UInt8] in
        let bytes = Array(line.utf8)
        // A length with the code of a line feed cuts the record itself.
        if bytes.count == 10 { return Array("_HOSTNAME=web1\nMESSAGE=\(line)\n\n".utf8) }
        let size = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
        return Array("_HOSTNAME=web1\nMESSAGE\n".utf8) + size + bytes
          + Array("\nPRIORITY=4\n\n".utf8)
      }
    },
    document("Ansible's lines") {
      "ok: [web1] => {\n    \"stdout_lines\": [\n\(list($0.map { "        " + quoted($0) }, ",\n"))\n    ]\n}\n"
    },
    document("Ansible's message") {
      "ok: [web1] => {\n    \"msg\": \(quoted(list($0, "\n")).replacingOccurrences(of: "\n", with: "\\n"))\n}\n"
    },
    document("a list of strings") { "[\(list($0.map(quoted)))]" },
    lines("a list of YAML") { "- '\($0.replacingOccurrences(of: "'", with: "''"))'" },
    lines("kubectl logs with prefixes") {
      "[pod/dmesg-abc/c] 2024-08-11T20:21:28.123456789Z " + $0
    },
    numbered("grep with what stands around") {
      let mark = $1.lowercased().contains("oom") ? ":" : "-"
      return "/var/log/messages\(mark)\($0)\(mark)\(syslog)\($1)"
    },
    lines("extended netconsole by syslog") { "Aug 11 20:21:28 10.0.0.7 4,1000,123456,-;" + $0 },
    bare("records with their dictionary") {
      "4,12,452,-,caller=T77;\($0)\n SUBSYSTEM=memory\n DEVICE=+x"
    },
    LogTransformation(name: "the same line by two collectors") { sample in
      text(
        sample.bare.flatMap {
          [
            "Aug 11 20:21:28 web1 kernel: " + $0,
            "{\"MESSAGE\":\(quoted($0)),\"_HOSTNAME\":\"web1\"}",
          ]
        })
    },
  ]

  /// What people paste into mails, tickets and pages.
  static let pages: [LogTransformation] = [
    document("a code fence") { "We saw this:\n```\n\(list($0, "\n"))\n```\nany idea?\n" },
    lines("Markdown's escapes") {
      $0.replacingOccurrences(of: "([\\[\\]_*#<>`])", with: "\\\\$1", options: .regularExpression)
    },
    lines("escaped underscores") { $0.replacingOccurrences(of: "_", with: "\\_") },
    lines("HTML's numbers") {
      $0.replacingOccurrences(of: "[", with: "&#91;").replacingOccurrences(of: "]", with: "&#x5D;")
        .replacingOccurrences(of: "_", with: "&#95;")
    },
    lines("HTML's paragraphs") { "<p>" + escaped($0) + "</p>" },
    bare("HTML's table") {
      "<tr><td>Aug 11, 2024 @ 20:21:28.000</td><td>web1</td><td>\(escaped($0))</td></tr>"
    },
    lines("coloured HTML") {
      "<span style=\"color:#0a0\">\(escaped(String($0.prefix(15))))</span><span class=\"x\">\(escaped(String($0.dropFirst(15))))</span>"
    },
    document("HTML in one line") { "<pre>\(list($0.map(escaped), "<br>"))</pre>" },
    lines("curly quotes") { "\u{201C}" + $0 + "\u{201D}" },
    lines("apostrophes") { "'" + $0 + "'" },
    lines("backticks") { "`" + $0 + "`" },
    lines("an empty line behind each") { $0 + "\n" },
    lines("one blank for many") {
      $0.replacingOccurrences(of: " +", with: " ", options: .regularExpression)
    },
    lines("marks of byte order") { "\u{FEFF}" + $0 },
    lines("hyphens that do not break") { $0.replacingOccurrences(of: "-", with: "\u{2011}") },
    document("carriage returns alone") { list($0, "\r") },
    document("line ends in the wrong order") { list($0, "\n\r") },
    document("zeros between lines") { list($0, "\0") },
    document("CR CR LF of a console") { list($0, "\r\r\n") },
  ]

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

extension [UInt8] {
  fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
