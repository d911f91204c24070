import OOMFormats
internal import OOMReports
import OOMSimulator

let protectCommand = CommandSpec(
  name: "protect",
  overview: "Search the smallest changes that spare a process, and say who pays for each.",
  operands: "FILE", operandHelp: "A scenario; - is standard input.", maxOperands: 1,
  options: [
    OptionSpec(
      name: "--process", value: "NAME|PID", help: "The process to spare; it has to be given."),
    .json, .kernel, .badness, .set, .color,
  ],
  example: "oomsim protect Scenarios/protection/agent-minus-500.json --process app",
  run: protect)

@Sendable private func protect(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  guard let process = arguments.value("--process") else {
    throw UsageError("Missing option '--process <NAME|PID>'.")
  }
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let file = arguments.operands[0]
  let scenario = try readScenario(file, settings, terminal)
  let protection: Protection
  do throws(ScenarioSubjectError) {
    protection = try simulator(scenario, kernel: kernel).protection(of: process, in: scenario)
  } catch {
    throw UsageError("--process: \(error.message)")
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.protection(protection)
    writer.finish()
  } else {
    var command = ["oomsim", "run", operand(file)]
    for setting in arguments.all("--set") { command += ["--set", setting] }
    if let kernel = arguments.value("--kernel") { command += ["--kernel", kernel] }
    terminal.out(
      ProtectionText(
        protection, command: command, style: terminal.style(arguments), width: terminal.width
      ).text)
  }
  return .done
}
