import OOMFormats
internal import OOMReports
import OOMSimulator

let reportCommand = CommandSpec(
  name: "report",
  overview: "Write one page, for a browser, that shows who is killed, when and why.",
  operands: "FILE", operandHelp: "A scenario; - is standard input.", maxOperands: 1,
  options: [
    OptionSpec(name: "-o", value: "OUT.html", help: "Where to write; - is standard output."),
    .kernel, .policy, .set,
  ],
  example: "oomsim report Scenarios/ai/api-kv-cache-overnight.json -o report.html",
  run: report)

@Sendable private func report(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  guard let out = arguments.value("-o") else {
    throw UsageError("report writes a page: say where with -o OUT.html; - is standard output.")
  }
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let (scenario, source) = try readScenarioText(arguments.operands[0], settings, terminal)
  var overrides = arguments.all("--set").map { "--set \($0)" }
  for name in ["--kernel", "--policy"] {
    if let value = arguments.value(name) { overrides.append("\(name) \(value)") }
  }
  let page = ReportPage(
    scenario, simulator: simulator(scenario, kernel: kernel, policy: arguments.policy),
    source: source, overrides: overrides)
  try OutputFile.write(Array(page.html.utf8), to: out, terminal)
  return .done
}
