import Foundation

/// The reports of two machines in one file.
extension LogTransformation {
  /// A line of the one, a line of the other.
  private static func both(
    _ name: String, header: String? = nil,
    _ line: @escaping @Sendable (_ host: String, _ text: String) -> String
  ) -> LogTransformation {
    LogTransformation(name: name) { sample in
      text(
        (header.map { [$0] } ?? [])
          + sample.bare.flatMap { text in ["web1", "web2"].map { line($0, text) } })
    }
  }

  static let hosts: [LogTransformation] = [
    both("syslog") { "Aug 11 20:21:28 \($0) kernel: \($1)" },
    both("RFC 5424") { "<4>1 2024-08-11T20:21:28.123Z \($0) kernel - - - \($1)" },
    both("journalctl -o short-monotonic") { "[  139.201253] \($0) kernel: \($1)" },
    both("journalctl -o short-unix") { "1723407688.201253 \($0) kernel: \($1)" },
    both("journalctl -o json") { "{\"MESSAGE\":\(quoted($1)),\"_HOSTNAME\":\"\($0)\"}" },
    both("journalctl -o json-pretty") {
      "{\n\t\"_HOSTNAME\" : \"\($0)\",\n\t\"MESSAGE\" : \(quoted($1)),\n\t\"PRIORITY\" : \"4\"\n}"
    },
    both("json-pretty with the host behind") {
      "{\n\t\"MESSAGE\" : \(quoted($1)),\n\t\"PRIORITY\" : \"4\",\n\t\"_HOSTNAME\" : \"\($0)\"\n}"
    },
    both("journalctl -o export") {
      "__CURSOR=s=1\n_HOSTNAME=\($0)\n_TRANSPORT=kernel\nMESSAGE=\($1)\nPRIORITY=4\n"
    },
    both("an export with the host behind") {
      "__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE=\($1)\nPRIORITY=4\n_HOSTNAME=\($0)\n"
    },
    both("journalctl -o verbose") {
      "Sun 2024-08-11 20:21:28.123456 UTC [s=5f;i=1;b=7;m=2;t=3;x=4]\n    _HOSTNAME=\($0)\n    MESSAGE=\($1)\n    PRIORITY=4"
    },
    both("CSV") { "\"2024-08-11T20:21:28Z\",\"\($0)\",\(csv($1))" },
    both("CSV with a header", header: "time,host,severity,message") {
      "2024-08-11T20:21:28Z,\($0),warning,\(csv($1))"
    },
    both("CSV with the host behind", header: "\"_time\",\"_raw\",host,source") {
      "\"2024\",\(csv($1)),\($0),\"/var/log/kern.log\""
    },
    both("tabs", header: "time\thost\tmessage") { "2024-08-11T20:21:28Z\t\($0)\t\($1)" },
    both("logfmt") { "ts=1 host=\($0) msg=\(quoted($1))" },
    both("Elasticsearch") {
      "{\"_source\":{\"agent\":{\"name\":\"c\"},\"host\":{\"name\":\"\($0)\"},\"message\":\(quoted($1))}}"
    },
    both("containers") {
      "{\"log\":\(quoted($1)),\"kubernetes\":{\"host\":\"\($0)\",\"pod_name\":\"p\"}}"
    },
    both("Google's labels") {
      "{\"jsonPayload\":{\"message\":\(quoted($1))},\"labels\":{\"instance_name\":\"\($0)\"}}"
    },
    LogTransformation(name: "a list of records") { sample in
      let records = sample.bare.flatMap { text in
        ["web1", "web2"].map { "{\"host\":\"\($0)\",\"message\":\(quoted(text))}" }
      }
      return Array("[\(records.joined(separator: ","))]".utf8)
    },
    LogTransformation(name: "an indented list of records") { sample in
      let records = sample.bare.flatMap { text in
        ["web1", "web2"].map {
          "  {\n    \"message\": \(quoted(text)),\n    \"host\": {\n      \"name\": \"\($0)\"\n    }\n  }"
        }
      }
      return Array("[\n\(records.joined(separator: ",\n"))\n]".utf8)
    },
    both("talosctl") {
      "10.5.0.\($0.suffix(1)): kern: warning: [2026-07-25T14:23:17.5Z]: \($1)"
    },
    both("a shell on many machines") { "\($0): [  139.201253] \($1)" },
    both("bars behind names") { "\($0) | [  139.201253] \($1)" },
    both("grep in many files") { "./logs/\($0).log:[  139.201253] \($1)" },
    both("pods") { "[pod/shell-\($0)/c] [  139.201253] \($1)" },
    both("stern") { "node-shell-\($0) shell [  139.201253] \($1)" },
    both("netconsole") { "Aug 11 20:21:28 \($0) 4,1000,123456,-;\($1)" },
    LogTransformation(name: "one behind the other") { sample in
      text(
        ["web1", "web2"].flatMap { host in
          sample.bare.map { "Aug 11 20:21:28 \(host) kernel: \($0)" }
        })
    },
  ]
}
