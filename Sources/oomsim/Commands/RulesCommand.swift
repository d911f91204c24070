internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator

let rulesCommand = CommandSpec(
  name: "rules", overview: "Show the rules of kernel releases, and what changed between two.",
  operands: "[RELEASE|FROM..TO]",
  operandHelp: "A release such as 4.14, or two such as 4.14..6.12; all rule sets when absent.",
  minOperands: 0, maxOperands: 1,
  options: [
    OptionSpec(
      name: "--only", value: "EFFECT", words: RuleName.Effect.allCases.map(\.rawValue),
      help: "Of FROM..TO: what has an effect on this alone, those changes that hurt most first."),
    .json,
    OptionSpec(
      name: "--markdown", help: "Print the whole table as Markdown, as the documentation has it."),
    OptionSpec(
      name: "--expression",
      help: "Print the badness of a release as an expression that --badness takes."),
    .color,
  ],
  example: "oomsim rules 4.14..6.12",
  run: rules)

@Sendable private func rules(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--markdown") {
    if arguments.has("--json") || !arguments.operands.isEmpty {
      throw UsageError("--markdown is the whole table: no release and no --json with it.")
    }
    terminal.out(RulesMarkdown.text)
    return .done
  }
  let only = arguments.value("--only").flatMap(RuleName.Effect.init)
  if only != nil,
    arguments.operands.first?.firstRange(of: "..") == nil || arguments.has("--expression")
  {
    throw UsageError(
      "--only is of what changed between two releases: oomsim rules 4.14..6.12 --only who-dies.")
  }
  if arguments.has("--expression") { return try expression(arguments, terminal) }
  let text = RulesText(style: terminal.style(arguments), width: terminal.width)
  var writer = JSONWriter { terminal.out($0) }
  let isJSON = arguments.has("--json")
  if let operand = arguments.operands.first {
    // A release has single dots only.
    let ends = operand.split(separator: ".", omittingEmptySubsequences: false)
    if let gap = ends.firstIndex(of: ""), ends.count > 2 {
      if ends[..<gap].isEmpty || ends[(gap + 1)...].allSatisfy(\.isEmpty) {
        throw UsageError("write two releases, such as 4.14..6.12, found '\(operand)'.")
      }
      let from = try release(ends[..<gap].joined(separator: "."))
      let to = try release(ends[(gap + 1)...].joined(separator: "."))
      if to < from {
        throw UsageError("write the older release first: \(to)..\(from).")
      }
      if isJSON {
        writer.rules(from: from, to: to, only: only)
      } else {
        terminal.out(text.changes(from: from, to: to, only: only))
      }
    } else {
      let kernel = try release(operand)
      if isJSON { writer.rules(of: kernel) } else { terminal.out(text.release(kernel)) }
    }
  } else if isJSON {
    writer.ruleSets()
  } else {
    terminal.out(text.list())
  }
  if isJSON { writer.finish() }
  return .done
}

/// The badness of a release as an expression.
private func expression(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  guard let operand = arguments.operands.first, !arguments.has("--json") else {
    throw UsageError("--expression is of one release, such as 6.12, and plain text.")
  }
  let kernel = try release(operand)
  guard let text = RulesByRelease.rules(of: kernel).expression else {
    throw UsageError(
      "--expression: before 2.6.36 badness() takes roots of times, counts children and shifts; an expression has "
        + "neither.")
  }
  terminal.out(text + "\n")
  return .done
}

/// A release of the command line.
func release(_ text: String) throws(UsageError) -> KernelRelease {
  do throws(QuantityError) {
    return try knownRelease(text)
  } catch {
    throw UsageError(error.message)
  }
}
