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
    .json,
    OptionSpec(
      name: "--markdown", help: "Print the whole table as Markdown, as the documentation has it."),
    .color,
  ],
  example: "oomsim rules 4.14..6.12",
  run: rules)

@Sendable private func rules(_ arguments: Arguments, _ terminal: Terminal) throws(ExitCode)
  -> ExitCode
{
  if arguments.has("--markdown") {
    if arguments.has("--json") || !arguments.operands.isEmpty {
      terminal.error("Error: --markdown is the whole table: no release and no --json with it.")
      throw .usage
    }
    terminal.out(RulesMarkdown.text)
    return .done
  }
  let text = RulesText(style: terminal.style(arguments), width: terminal.width)
  var writer = JSONWriter { terminal.out($0) }
  let isJSON = arguments.has("--json")
  if let operand = arguments.operands.first {
    // A release has single dots only.
    let ends = operand.split(separator: ".", omittingEmptySubsequences: false)
    if let gap = ends.firstIndex(of: ""), ends.count > 2 {
      if ends[..<gap].isEmpty || ends[(gap + 1)...].allSatisfy(\.isEmpty) {
        terminal.error("Error: write two releases, such as 4.14..6.12, found '\(operand)'.")
        throw .usage
      }
      let from = try release(ends[..<gap].joined(separator: "."), terminal)
      let to = try release(ends[(gap + 1)...].joined(separator: "."), terminal)
      if to < from {
        terminal.error("Error: write the older release first: \(to)..\(from).")
        throw .usage
      }
      if isJSON {
        writer.rules(from: from, to: to)
      } else {
        terminal.out(text.changes(from: from, to: to))
      }
    } else {
      let kernel = try release(operand, terminal)
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

/// A release of the command line.
func release(_ text: String, _ terminal: Terminal) throws(ExitCode) -> KernelRelease {
  do throws(QuantityError) {
    return try knownRelease(text)
  } catch {
    terminal.error("Error: \(error.message)")
    throw .usage
  }
}
