internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator

let reportCommand = CommandSpec(
  name: "report",
  overview: "Write one page, for a browser, that shows who is killed, when and why.",
  operands: "FILE",
  operandHelp: "A scenario, or a kernel log with an OOM report; - is standard input.",
  maxOperands: 1,
  options: [
    OptionSpec(name: "-o", value: "OUT.html", help: "Where to write; - is standard output."),
    OptionSpec(name: "--report", value: "N", help: "The Nth report of a log, from 1."),
    OptionSpec(
      name: "--live",
      help:
        "Put the engine itself into the page, as in 'oomsim playground', for any other setting; 2 MB."
    ),
    moduleOption, .kernel, .badness, .policy, .set,
  ],
  example: "oomsim report Scenarios/ai/api-kv-cache-overnight.json -o report.html",
  run: report)

@Sendable private func report(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  guard let out = arguments.value("-o") else {
    throw UsageError("report writes a page: say where with -o OUT.html; - is standard output.")
  }
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let number = try arguments.number("--report", in: 1...Int.max)
  var log: Autopsy?
  let (scenario, source) = try readScenarioText(arguments.operands[0], settings, terminal) {
    bytes throws(ExitCode) in
    log = try autopsy(ofLog: bytes, number: number, terminal)
    return log?.scenario?.text
  }
  var overrides = arguments.all("--set").map { "--set \($0)" }
  for name in ["--kernel", "--policy"] {
    if let value = arguments.value(name) { overrides.append("\(name) \(value)") }
  }
  if arguments.has("--live"), arguments.policy != .kernel {
    throw UsageError("--live replays by the kernel's choice: no --policy with it.")
  }
  let live =
    arguments.has("--live") ? try readModule(arguments.value("--module"), terminal) : nil
  var command = ["oomsim", "run", operand(arguments.operands[0])]
  for setting in arguments.all("--set") { command += ["--set", setting] }
  for name in ["--kernel", "--badness", "--policy"] {
    if let value = arguments.value(name) { command += [name, value] }
  }
  // A log is no scenario: no command runs it.
  if log != nil { command = [] }
  let page = ReportPage(
    scenario, simulator: simulator(scenario, kernel: kernel, policy: arguments.policy),
    source: source, overrides: overrides, command: command, live: live, log: log)
  try OutputFile.write(Array(page.html.utf8), to: out, terminal)
  return .done
}

/// A report that has a scenario, where a file is a kernel's log; nil where it is none.
private func autopsy(
  ofLog bytes: [UInt8], number: Int?, _ terminal: Terminal
) throws(ExitCode) -> Autopsy? {
  // Journals are objects, too, but have none of a scenario's keys.
  let isObject = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  let keys = ["\"machine\"", "\"processes\"", "\"schema\""]
  if isObject, keys.contains(where: { bytes.firstRange(of: Array($0.utf8)) != nil }) { return nil }
  let autopsies = Autopsy.of(KernelLogReader.reports(in: bytes))
  if autopsies.isEmpty, number == nil { return nil }
  guard let number else { return autopsies.first { $0.scenario != nil } }
  guard number <= autopsies.count else {
    terminal.error("oomsim: --report \(number): there are \(autopsies.count) reports.")
    throw .usage
  }
  let autopsy = autopsies[number - 1]
  guard autopsy.scenario != nil else {
    terminal.error("oomsim: line \(autopsy.report.line): no scenario: \(autopsy.why)")
    throw .malformed
  }
  return autopsy
}

extension Scenario {
  fileprivate var text: [UInt8] {
    var writer = JSONWriter()
    writer.scenario(self)
    writer.finish()
    return writer.bytes
  }
}
