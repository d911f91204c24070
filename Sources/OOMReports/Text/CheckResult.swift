package import OOMFormats
package import OOMSimulator

/// What came of checking one scenario.
package struct CheckResult: Sendable {
  package enum Outcome: String, Sendable {
    case pass = "PASS"
    case fail = "FAIL"
    /// The scenario expects nothing.
    case skip = "SKIP"
    /// It could not be read.
    case error = "ERROR"

    package var isFailure: Bool { self == .fail || self == .error }
  }

  package var file: String
  package var name: String
  package var outcome: Outcome
  package var differences: [Difference]
  /// Why it could not be read.
  package var why: String?

  /// - Parameters:
  ///   - differences: nil when the scenario expects nothing.
  ///   - why: why it could not be read.
  package init(
    file: String, name: String, differences: [Difference]?, isError: Bool = false,
    why: String? = nil
  ) {
    self.why = why
    self.file = file
    self.name = name
    self.differences = differences ?? []
    outcome =
      isError ? .error : differences == nil ? .skip : self.differences.isEmpty ? .pass : .fail
  }

  /// `PASS: ai/x.json (3 of 47)`, and below it what differs.
  package func line(_ number: Int, of count: Int, _ style: Style) -> String {
    let word =
      switch outcome {
      case .pass: style.green(outcome.rawValue)
      case .skip: outcome.rawValue
      case .fail, .error: style.red(outcome.rawValue)
      }
    var text = "\(word): \(plain(file)) (\(number) of \(count))"
    switch outcome {
    case .skip: text += ": it expects nothing"
    case .error: text += ": see the message above"
    default: break
    }
    for difference in differences {
      text += "\n  \(difference.field)\n    - expected: \(plain(difference.expected.text))"
      text += "\n    + actual:   \(plain(difference.actual.text))"
    }
    return text + "\n"
  }

  package static func summary(_ results: [CheckResult]) -> String {
    func count(_ outcome: Outcome) -> Int { results.count { $0.outcome == outcome } }
    var text = "\(count(.pass)) passed, \(count(.fail)) failed"
    if count(.error) > 0 { text += ", \(count(.error)) unreadable" }
    if count(.skip) > 0 { text += ", \(count(.skip)) skipped" }
    return text + "\n"
  }

  /// The results as JUnit XML, one test case a scenario.
  package static func junit(_ results: [CheckResult]) -> String {
    let failures = results.count { $0.outcome == .fail }
    let errors = results.count { $0.outcome == .error }
    let skipped = results.count { $0.outcome == .skip }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuite name=\"oomsim\" tests=\"\(results.count)\" failures=\"\(failures)\" "
      + "errors=\"\(errors)\" skipped=\"\(skipped)\">\n"
    for result in results {
      text += "  <testcase classname=\"oomsim\" name=\"\(escaped(result.file))\""
      switch result.outcome {
      case .pass: text += "/>\n"
      case .skip: text += "><skipped/></testcase>\n"
      case .error:
        let lines = (result.why ?? "unreadable").split(separator: "\n").map { escaped(String($0)) }
        text += "><error message=\"\(lines.joined(separator: "&#10;"))\"/></testcase>\n"
      case .fail:
        let details = result.differences.map {
          "\($0.field): expected \($0.expected.text), actual \($0.actual.text)"
        }
        text += "><failure message=\"\(escaped(details.joined(separator: "; ")))\"/></testcase>\n"
      }
    }
    return text + "</testsuite>\n"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    // By scalars: one with an accent on it is markup all the same.
    for scalar in plain(text).unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension JSONWriter {
  /// `oomsim.check/1`: what came of each scenario.
  package mutating func check(_ results: [CheckResult]) {
    object { writer in
      writer.field("schema", "oomsim.check/1")
      writer.key("results")
      writer.array { writer in
        for result in results {
          writer.object { writer in
            writer.field("file", result.file)
            writer.field("name", result.name)
            writer.field("outcome", result.outcome.rawValue)
            if let why = result.why { writer.field("error", why) }
            writer.key("differences")
            writer.array { writer in
              for difference in result.differences {
                writer.object(inline: true) {
                  $0.field("field", difference.field)
                  $0.field("expected", difference.expected.text)
                  $0.field("actual", difference.actual.text)
                }
              }
            }
          }
        }
      }
      for (key, outcome) in [
        ("passed", CheckResult.Outcome.pass), ("failed", .fail), ("unreadable", .error),
        ("skipped", .skip),
      ] as [(StaticString, CheckResult.Outcome)] {
        writer.field(key, Int64(results.count { $0.outcome == outcome }))
      }
    }
  }
}
