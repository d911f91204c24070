import OOMFormats
internal import OOMReports

let schemaCommand = CommandSpec(
  name: "schema",
  overview: "Say what a key, an event or a kind of value of a scenario means.",
  operands: "[KEY]",
  operandHelp:
    "A name (oom_score_adj), a path (machine.memory, cgroups.memory.high), an event (grow), a section, or what another tool calls it (MemoryMax); all of the format when absent.",
  minOperands: 0, maxOperands: 1,
  options: [
    .json,
    OptionSpec(
      name: "--markdown",
      help: "Print the whole reference as Markdown, as Scenarios/schema.md has it."
    ),
    .color,
  ],
  example: "oomsim schema memory.high",
  run: schema)

@Sendable private func schema(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--markdown") {
    if arguments.has("--json") || !arguments.operands.isEmpty {
      throw UsageError("--markdown is the whole reference: no key and no --json with it.")
    }
    terminal.out(ReferenceMarkdown.text)
    return .done
  }
  let reference = FormatReference()
  var found = reference.all
  if let word = arguments.operands.first {
    found = reference.find(word)
    if found.isEmpty {
      let near = reference.nearest(word).map { " Did you mean '\($0)'?" } ?? ""
      throw UsageError("no key, event or value of a scenario is called '\(word)'.\(near)")
    }
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.reference(found)
    writer.finish()
    return .done
  }
  let text = ReferenceText(reference, style: terminal.style(arguments), width: terminal.width)
  terminal.out(arguments.operands.first.map { text.text(found, for: $0) } ?? text.list())
  return .done
}
