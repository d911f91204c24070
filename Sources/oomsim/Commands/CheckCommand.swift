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
    OptionSpec(
      name: "--github",
      help: "Print each failure as an annotation, too, which GitHub Actions shows at its line."),
    OptionSpec(name: "--quiet", help: "Print failures and the summary only."),
    .kernel, .badness, .policy, .set, .maxKills, .maxRestarts, .maxWork, .color,
  ],
  example: "oomsim check Scenarios --junit results.xml",
  run: check)

@Sendable private func check(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let settings = try arguments.settings()
  let bounds = try Bounds(arguments)
  let kernel = try arguments.kernel()
  var paths: [String] = []
  for operand in arguments.operands {
    do throws(InputError) {
      paths += try InputFile.scenarios(at: operand)
    } catch {
      terminal.error("oomsim: \(error.message)")
      throw ExitCode.noInput
    }
  }
  if paths.isEmpty {
    terminal.error("oomsim: no scenario (*.json) in \(arguments.operands.joined(separator: ", "))")
    throw ExitCode.noInput
  }
  let printsText = !arguments.has("--json")
  if !printsText, arguments.has("--github") {
    throw UsageError("--github prints lines of its own: no --json with it.")
  }
  let style = terminal.style(arguments)
  var results: [CheckResult] = []
  var worst = ExitCode.done
  for (index, path) in paths.enumerated() {
    let result: CheckResult
    var why: String?
    do throws(ExitCode) {
      let scenario = try readScenario(path, settings, terminal) { why = $0 }
      var simulator = simulator(scenario, kernel: kernel, policy: arguments.policy)
      bounds.apply(to: &simulator)
      let run = simulator.run(valid: scenario)
      result = CheckResult(
        file: path, name: scenario.name,
        differences: scenario.expectation.map { $0.differences(from: run) })
    } catch {
      worst = max(worst, error)
      result = CheckResult(file: path, name: "", differences: nil, isError: true, why: why)
    }
    if result.outcome == .fail { worst = max(worst, .mismatch) }
    results.append(result)
    if arguments.has("--github"), result.outcome.isFailure {
      terminal.out(annotations(of: result, settings))
    }
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
    try OutputFile.write(Array(CheckResult.junit(results).utf8), to: path, terminal)
  }
  return worst
}

/// The annotations of a scenario that failed; none for one from standard input, which has no lines to show.
private func annotations(of result: CheckResult, _ settings: [ScenarioSetting]) -> String {
  guard result.file != "-", let text = try? InputFile.read(result.file) else { return "" }
  do throws(ScenarioError) {
    _ = try Scenario(json: text, file: result.file, settings: settings)
    return result.annotations(in: text)
  } catch {
    return CheckResult.annotations(of: error)
  }
}

/// The worse of two ends: what cannot be read counts more than what does not match.
private func max(_ first: ExitCode, _ second: ExitCode) -> ExitCode {
  first.rawValue >= second.rawValue ? first : second
}
