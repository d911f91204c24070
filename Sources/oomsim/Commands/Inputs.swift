import OOMFormats
import OOMSimulator

// What all commands do with their inputs.

extension Arguments {
  /// The overrides of `--set`.
  func settings(_ terminal: Terminal) throws(ExitCode) -> [ScenarioSetting] {
    var settings: [ScenarioSetting] = []
    for text in all("--set") {
      guard let setting = ScenarioSetting(text) else {
        terminal.error("Error: --set takes PATH=VALUE, found '\(text)'.")
        throw .usage
      }
      settings.append(setting)
    }
    return settings
  }

  /// The policy of `--policy`; the parser has seen to it that it is one.
  var policy: Policy { value("--policy").flatMap(Policy.init) ?? .kernel }

  /// The release of `--kernel`, nil when it is not given.
  func kernel(_ terminal: Terminal) throws(ExitCode) -> KernelRelease? {
    guard let text = value("--kernel") else { return nil }
    do throws(QuantityError) {
      return try knownRelease(text)
    } catch {
      terminal.error("Error: --kernel: \(error.message)")
      throw .usage
    }
  }
}

/// Reads a scenario; what is wrong with it goes to standard error.
func readScenario(
  _ path: String, _ settings: [ScenarioSetting], _ terminal: Terminal
) throws(ExitCode) -> Scenario {
  try readScenarioAndText(path, settings, terminal).scenario
}

/// As `readScenario`, with the bytes of the file.
func readScenarioAndText(
  _ path: String, _ settings: [ScenarioSetting], _ terminal: Terminal
) throws(ExitCode) -> (scenario: Scenario, text: [UInt8]) {
  let name = path == "-" ? "standard input" : path
  let bytes: [UInt8]
  do throws(InputError) {
    bytes = try InputFile.read(path)
  } catch {
    terminal.error("oomsim: \(error.message)")
    throw .noInput
  }
  do throws(ScenarioError) {
    return (try Scenario(json: bytes, file: name, settings: settings), bytes)
  } catch {
    terminal.error(error.description)
    throw error.file == name ? .malformed : .usage
  }
}

/// The simulator for a scenario: the command line's release before the scenario's own.
func simulator(
  _ scenario: Scenario, kernel: KernelRelease?, policy: Policy = .kernel
) -> Simulator {
  var simulator = kernel.map { Simulator(kernel: $0) } ?? Simulator(for: scenario)
  simulator.policy = policy
  return simulator
}
