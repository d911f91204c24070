package import OOMFormats
internal import OOMSimulator

extension CheckResult {
  /// What a step of GitHub Actions prints to have a failure shown at its line of the file.
  ///
  /// Source: GitHub documentation, "Workflow commands for GitHub Actions", setting an error message.
  ///
  /// - Parameter text: the scenario, to find the lines of what it expects.
  package func annotations(in text: [UInt8]) -> String {
    var lines: [String] = []
    for difference in differences {
      let line = ScenarioPlace(text).line(ofExpected: difference.field)
      let message =
        "\(difference.field): expected \(difference.expected.text), actual \(difference.actual.text)"
      lines.append(Self.annotation(file: file, line: line, column: nil, message))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same for a scenario that cannot be read.
  package static func annotations(of error: ScenarioError) -> String {
    error.diagnostics.map { diagnostic in
      let path = diagnostic.path.isEmpty ? "" : diagnostic.path + ": "
      return annotation(
        file: error.file, line: diagnostic.line, column: diagnostic.column,
        path + diagnostic.message) + "\n"
    }.joined()
  }

  private static func annotation(
    file: String, line: Int?, column: Int?, _ message: String
  ) -> String {
    var properties = ["file=\(property(file))"]
    if let line { properties.append("line=\(line)") }
    if let column { properties.append("col=\(column)") }
    properties.append("title=oomsim")
    return "::error \(properties.joined(separator: ","))::\(data(message))"
  }

  private static func data(_ text: String) -> String {
    replacing("%", with: "%25", in: plain(text))
  }

  private static func property(_ text: String) -> String {
    replacing(",", with: "%2C", in: replacing(":", with: "%3A", in: data(text)))
  }
}
