internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator
import VictimSelection

/// Two badnesses over scenarios, logs, and directories of them.
func compareBadness(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  for name in ["--kernels", "--killers", "--policy"] where arguments.has(name) {
    throw UsageError("--badness decides by the release of each scenario: no \(name) with it.")
  }
  let texts = arguments.all("--badness")
  if texts.count > 2 {
    throw UsageError(
      "--badness: two are compared, or one with the release's own; found \(texts.count).")
  }
  let badnesses = try texts.map { try arguments.badness($0) as BadnessExpression? }
  let settings = try arguments.settings(withBadness: false)
  var comparison = BadnessComparison(
    before: badnesses.count == 2 ? badnesses[0] : nil, after: badnesses[badnesses.count - 1])
  for operand in arguments.operands {
    let paths: [String]
    do throws(InputError) {
      paths = try InputFile.files(at: operand)
    } catch {
      terminal.error("oomsim: \(error.message)")
      throw ExitCode.noInput
    }
    let isGiven = !InputFile.isDirectory(operand)
    for path in paths where path != "schema.json" && !path.hasSuffix("/schema.json") {
      for (scenario, name) in try cases(in: path, isGiven: isGiven, settings, terminal) {
        comparison.add(scenario, named: name, kernel: nil)
      }
    }
  }
  if comparison.cases.isEmpty {
    terminal.error(
      "oomsim: neither a scenario nor an OOM report in \(arguments.operands.joined(separator: ", "))"
    )
    throw ExitCode.noInput
  }
  comparison.sort()
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.comparison(comparison)
    writer.finish()
  } else {
    terminal.out(BadnessComparisonText(comparison, style: terminal.style(arguments)).text)
  }
  return .done
}

/// The scenarios of a file: one, or one for each report of a log.
///
/// - Parameter isGiven: the file is named by the command line, so that it has to be one or the other; what lies in a directory
///   may be something else.
private func cases(
  in path: String, isGiven: Bool, _ settings: [ScenarioSetting], _ terminal: Terminal
) throws -> [(Scenario, String)] {
  let name = path == "-" ? "standard input" : path
  let bytes = try readBytes(path, terminal)
  let isJSON = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
  var failure: ScenarioError?
  if isJSON {
    do throws(ScenarioError) {
      return [(try Scenario(json: bytes, file: name, settings: settings), name)]
    } catch {
      // A journal is JSON, too.
      failure = error
    }
  }
  let reports = Scenario.reports(inKernelLog: bytes)
  if reports.isEmpty, isGiven {
    terminal.error(
      failure?.description ?? "oomsim: \(name): neither a scenario nor a log with an OOM report")
    throw ExitCode.malformed
  }
  return reports.enumerated().map { ($1, reports.count == 1 ? name : "\(name)#\($0 + 1)") }
}
