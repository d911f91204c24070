import OOMFormats
internal import OOMReports
import OOMSimulator

let mythsCommand = CommandSpec(
  name: "myths",
  overview: "Say of what people believe whether it is true, since when, and how to see it.",
  operands: "[NAME]", operandHelp: "One of them, such as root_bonus; all when absent.",
  minOperands: 0, maxOperands: 1,
  options: [.json, .color],
  example: "oomsim myths root_bonus",
  run: myths)

@Sendable private func myths(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  var shown = Myth.allCases
  if let name = arguments.operands.first {
    guard let myth = Myth(named: name) else {
      let near = Myth.nearest(to: name).map { " Did you mean '\($0)'?" } ?? ""
      let names = Myth.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("no myth is called '\(name)'.\(near) There are \(names).")
    }
    shown = [myth]
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.myths(shown)
    writer.finish()
  } else {
    let text = MythsText(style: terminal.style(arguments), width: terminal.width)
    terminal.out(text.text(of: shown))
  }
  return .done
}
