import Glibc
import OOMFormats
internal import OOMReports
import OOMSimulator

let checkCommand = CommandSpec(
  name: "check", overview: "Replay scenarios and compare each with what it expects.",
  operands: "FILE|DIR…",
  operandHelp: "Scenarios, or directories that are searched for *.json; - is standard input.",
  options: [
    .json,
    OptionSpec(name: "--junit", value: "FILE", help: "Also write the results as JUnit XML."),
    OptionSpec(name: "--quiet", help: "Print failures and the summary only."),
    .kernel, .policy, .set, .color,
  ],
  example: "oomsim check Scenarios --junit results.xml",
  run: check)

@Sendable private func check(_ arguments: Arguments, _ terminal: Terminal) throws(ExitCode)
  -> ExitCode
{
  let settings = try arguments.settings(terminal)
  let kernel = try arguments.kernel(terminal)
  var paths: [String] = []
  for operand in arguments.operands {
    do throws(InputError) {
      paths += try InputFile.scenarios(at: operand)
    } catch {
      terminal.error("oomsim: \(error.message)")
      throw .noInput
    }
  }
  if paths.isEmpty {
    terminal.error("oomsim: no scenario (*.json) in \(arguments.operands.joined(separator: ", "))")
    throw .noInput
  }
  let printsText = !arguments.has("--json")
  let style = terminal.style(arguments)
  var results: [CheckResult] = []
  var worst = ExitCode.done
  for (index, path) in paths.enumerated() {
    let result: CheckResult
    do throws(ExitCode) {
      let scenario = try readScenario(path, settings, terminal)
      let run = simulator(scenario, kernel: kernel, policy: arguments.policy).run(valid: scenario)
      result = CheckResult(
        file: path, name: scenario.name,
        differences: scenario.expectation.map { $0.differences(from: run) })
    } catch {
      worst = max(worst, error)
      result = CheckResult(file: path, name: "", differences: nil, isError: true)
    }
    if result.outcome == .fail { worst = max(worst, .mismatch) }
    results.append(result)
    if printsText, !arguments.has("--quiet") || result.outcome.isFailure {
      terminal.out(result.line(index + 1, of: paths.count, style))
    }
  }
  if printsText {
    terminal.out(CheckResult.summary(results))
  } else {
    var writer = JSONWriter { terminal.out($0) }
    writer.check(results)
    writer.finish()
  }
  if let path = arguments.value("--junit") {
    try write(CheckResult.junit(results), to: path, terminal)
  }
  return worst
}

private func write(_ text: String, to path: String, _ terminal: Terminal) throws(ExitCode) {
  guard let file = unsafe fopen(path, "w") else {
    terminal.error("oomsim: \(path): cannot be written")
    throw .noInput
  }
  let isWritten = unsafe fputs(text, file) >= 0
  guard unsafe fclose(file) == 0, isWritten else {
    terminal.error("oomsim: \(path): cannot be written")
    throw .noInput
  }
}

/// The worse of two ends: what cannot be read counts more than what does not match.
private func max(_ first: ExitCode, _ second: ExitCode) -> ExitCode {
  first.rawValue >= second.rawValue ? first : second
}
