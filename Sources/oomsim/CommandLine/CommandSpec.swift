import OOMSimulator

/// One option of a command. The parser, the help and the messages all read this table.
struct OptionSpec: Sendable {
  /// With its dashes: `--kernel`.
  var name: String
  /// What its value is called in the help; nil for a flag.
  var value: String?
  /// The words that the value may be, when it is one of a few.
  var words: [String] = []
  /// May stand more than once.
  var isRepeatable = false
  var help: String
}

/// One command.
struct CommandSpec: Sendable {
  var name: String
  var overview: String
  /// What its operands are called in the usage line.
  var operands: String
  var operandHelp: String
  var minOperands = 1
  var maxOperands = Int.max
  var options: [OptionSpec]
  var example: String
  /// Throws a `UsageError`, or an `ExitCode` once the reason is told.
  var run: @Sendable (Arguments, Terminal) throws -> ExitCode

  var usage: String { "oomsim \(name) [OPTIONS]" + (operands.isEmpty ? "" : " " + operands) }
}

/// What a command line says, checked against a `CommandSpec`.
struct Arguments: Sendable {
  var values: [String: [String]] = [:]
  var operands: [String] = []

  func has(_ name: String) -> Bool { values[name] != nil }

  func value(_ name: String) -> String? { values[name]?.last }

  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The whole number of an option, nil when it is not given.
  func number<Number: FixedWidthInteger>(
    _ name: String, in range: ClosedRange<Number>
  ) throws(UsageError) -> Number? {
    guard let text = value(name) else { return nil }
    return try Self.number(text, of: name, in: range)
  }

  /// A whole number in the text of an option.
  static func number<Number: FixedWidthInteger>(
    _ text: String, of name: String, in range: ClosedRange<Number>
  ) throws(UsageError) -> Number {
    if let number = Number(text), range.contains(number) { return number }
    let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
    throw UsageError("\(name) takes a number from \(range.lowerBound)\(end), found '\(text)'.")
  }
}

extension OptionSpec {
  static let json = OptionSpec(name: "--json", help: "Print one JSON document instead of text.")
  static let kernel = OptionSpec(
    name: "--kernel", value: "RELEASE",
    help: "Decide by the rules of this release, such as 6.12, whatever the scenario says.")
  static let badness = OptionSpec(
    name: "--badness", value: "EXPR",
    help:
      "Points of one's own in the place of the release's, such as 'anon + swap + oom_score_adj * (totalpages / 1000)'; 'oomsim rules RELEASE --expression' prints a release's."
  )
  static let policy = OptionSpec(
    name: "--policy", value: "POLICY", words: Policy.allCases.map(\.rawValue),
    help:
      "What decides: kernel (default), or cgroup-aware, which takes the group that uses most and in it the process with the most points. No kernel does that."
  )
  static let maxKills = OptionSpec(
    name: "--max-kills", value: "N",
    help: "End the run with the Nth kill, as cut off. Without it all are followed.")
  static let maxRestarts = OptionSpec(
    name: "--max-restarts", value: "N",
    help:
      "How many restarts are followed that neither settle nor repeat themselves, before the run is cut off: 1000 to 2000 by default, fewer where many processes come back."
  )
  static let maxWork = OptionSpec(
    name: "--max-work", value: "N",
    help:
      "How much work a run may be before it is cut off, in millions of looks at a group, a process or a growth: by default 40, and more for large scenarios."
  )
  static let set = OptionSpec(
    name: "--set", value: "PATH=VALUE", isRepeatable: true,
    help:
      "Override one value: processes.llm.oom_score_adj=-500 (also worker-3 of a count, a pid, processes[0]), machine.memory=32G, cgroups./a.memory.max=2G."
  )
  static let color = OptionSpec(
    name: "--color", value: "WHEN", words: ["auto", "always", "never"],
    help: "When to use colours: auto (default), always or never. NO_COLOR is respected.")
  static let pages = OptionSpec(
    name: "--pages", help: "Show numbers of pages beside the sizes that they come to.")
  static let help = OptionSpec(name: "--help", help: "Show this text.")
}
