/// One thing that is wrong with an input: where, what, and what is allowed.
public struct Diagnostic: Equatable, Sendable {
  /// From 1; nil when it is not in a text, as with `--set`.
  public var line: Int?
  /// From 1, in characters; nil when there is no line.
  public var column: Int?
  /// The JSON path, empty when the text is no JSON.
  public var path: String
  /// What is wrong, what is allowed, and what to do.
  public var message: String

  package init(line: Int? = nil, column: Int? = nil, path: String, message: String) {
    self.line = line
    self.column = column
    self.path = path
    self.message = message
  }

  /// `file:line:column: error: path: message`.
  package func text(file: String) -> String {
    var text = plain(file)
    if let line, let column { text += ":\(line):\(column)" }
    text += ": error: "
    if !path.isEmpty { text += plain(path) + ": " }
    return text + plain(message)
  }
}

/// Why an input is no scenario.
public struct ScenarioError: Error, Equatable, CustomStringConvertible {
  /// At most this many are reported.
  package static let limit = 20

  /// In the order of the text.
  public var diagnostics: [Diagnostic]
  /// How the input is called in messages.
  public var file: String

  package init(diagnostics: [Diagnostic], file: String) {
    self.diagnostics = diagnostics
    self.file = file
  }

  /// One diagnostic a line: `file:line:column: error: path: message`.
  public var description: String {
    diagnostics.map { $0.text(file: file) }.joined(separator: "\n")
  }
}
