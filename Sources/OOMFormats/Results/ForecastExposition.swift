package import OOMSimulator

extension Forecast {
  /// The nearest limits and their candidates as a monitoring system scrapes them, for an alert before the kill.
  ///
  /// Format: Prometheus documentation, "Exposition formats", text-based format 0.0.4.
  package func exposition(nearPerMille: Int64) -> String {
    var text = Exposition()
    let shown = near(nearPerMille)
    func domain(_ domain: Domain) -> [(String, String)] {
      [("cgroup", domain.cgroup ?? "/"), ("file", domain.limit.file)]
    }
    func bytes(_ pages: Int64) -> String { "\(Int128(pages) * Int128(pageSize.rawValue))" }
    func gauge(_ name: String, _ meaning: String, _ value: (Domain) -> String) {
      text.begin(name, meaning)
      for one in shown { text.sample(name, domain(one), value(one)) }
    }
    text.begin("oomsim_info", "The release and the rules that decide.")
    text.sample("oomsim_info", [("kernel", kernel), ("rule_set", ruleSet)], "1")
    gauge("oomsim_limit_bytes", "A limit: MemTotal of the machine, memory.max of a group.") {
      bytes($0.limit.limit)
    }
    gauge("oomsim_limit_used_bytes", "What is charged to it.") { bytes($0.limit.usage) }
    gauge("oomsim_limit_left_bytes", "What is left with all that can be reclaimed.") {
      bytes($0.left)
    }
    gauge("oomsim_limit_left_ratio", "The same as a part of the limit.") {
      Exposition.thousandths($0.leftPerMille)
    }
    gauge("oomsim_limit_kills", "1 where an OOM there kills a process; 0 where it panics or waits.")
    {
      $0.outcome == .kill ? "1" : "0"
    }
    func candidates(_ name: String, _ meaning: String, _ value: (Next) -> String) {
      text.begin(name, meaning)
      for one in shown {
        for (place, next) in one.candidates.enumerated() {
          let labels = [
            ("rank", "\(place + 1)"), ("pid", "\(next.candidate.pid)"),
            ("name", next.candidate.name),
          ]
          text.sample(name, domain(one) + labels, value(next))
        }
      }
    }
    candidates("oomsim_candidate_points", "Badness of those that die first there, in pages.") {
      "\($0.candidate.points)"
    }
    candidates("oomsim_candidate_frees_bytes", "What the death of each would give back.") {
      bytes($0.freedPages)
    }
    return text.lines.joined(separator: "\n") + "\n"
  }
}

/// Metrics as text.
private struct Exposition {
  var lines: [String] = []

  mutating func begin(_ name: String, _ meaning: String) {
    lines += ["# HELP \(name) \(meaning)", "# TYPE \(name) gauge"]
  }

  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
    let texts = labels.map { "\($0)=\"\(Self.escaped($1))\"" }
    lines.append("\(name){\(texts.joined(separator: ","))} \(value)")
  }

  static func thousandths(_ number: Int64) -> String {
    let digits = String(number % 1000 + 1000).dropFirst()
    return "\(number / 1000).\(digits)"
  }

  /// By scalars: a quote with an accent on it is a quote all the same.
  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
      case "\"": escaped.append(contentsOf: "\\\"".unicodeScalars)
      case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
      default: escaped.append(contentsOf: plain(String(scalar)).unicodeScalars)
      }
    }
    return String(escaped)
  }
}
