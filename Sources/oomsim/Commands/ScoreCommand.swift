import OOMFormats
internal import OOMReports
import OOMSimulator

let scoreCommand = CommandSpec(
  name: "score", overview: "Print the badness of every process at an instant.",
  operands: "FILE", operandHelp: "A scenario; - is standard input.", maxOperands: 1,
  options: [
    .json,
    OptionSpec(
      name: "--at", value: "TIME",
      help: "After everything that happens at this time, such as 1m30s; the start when absent."),
    .kernel, .badness, .set, .color,
  ],
  example: "oomsim score Scenarios/protection/agent-minus-500.json --at 1h",
  run: score)

@Sendable private func score(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  var at: Microseconds?
  if let text = arguments.value("--at") {
    do throws(QuantityError) {
      at = try DurationText.microseconds(text)
    } catch {
      throw UsageError("--at \(text): \(error.message)")
    }
  }
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let scenario = try readScenario(arguments.operands[0], settings, terminal)
  let table = simulator(scenario, kernel: kernel).score(valid: scenario, at: at)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.score(table)
    writer.finish()
  } else {
    terminal.out(ScoreText.text(table, style: terminal.style(arguments)))
  }
  return .done
}
