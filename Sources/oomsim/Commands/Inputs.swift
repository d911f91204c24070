import Glibc
import OOMFormats
import OOMSimulator
import VictimSelection

// What all commands do with their inputs.

extension Arguments {
  /// The overrides of `--set` and `--badness`.
  func settings(withBadness: Bool = true) throws(UsageError) -> [ScenarioSetting] {
    var settings: [ScenarioSetting] = []
    for text in all("--set") {
      guard let setting = ScenarioSetting(text) else {
        throw UsageError("--set takes PATH=VALUE, found '\(text)'.")
      }
      settings.append(setting)
    }
    if withBadness, let own = value("--badness") {
      _ = try badness(own)
      settings.append(ScenarioSetting(path: "badness", value: own))
    }
    return settings
  }

  /// An expression of `--badness`.
  func badness(_ text: String) throws(UsageError) -> BadnessExpression {
    do throws(BadnessTextFault) {
      return try BadnessExpression(text)
    } catch {
      throw UsageError("--badness '\(text)': \(error.description)")
    }
  }

  /// The policy of `--policy`; the parser has seen to it that it is one.
  var policy: Policy { value("--policy").flatMap(Policy.init) ?? .kernel }

  /// The threads of `--jobs`, by default one a processor.
  func jobs() throws(UsageError) -> Int {
    try number("--jobs", in: 1...1024) ?? max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
  }

  /// The release of `--kernel`, nil when it is not given.
  func kernel() throws(UsageError) -> KernelRelease? {
    guard let text = value("--kernel") else { return nil }
    do throws(QuantityError) {
      return try knownRelease(text)
    } catch {
      throw UsageError("--kernel: \(error.message)")
    }
  }
}

/// How far a run is followed: `--max-kills`, `--max-restarts` and `--max-work`.
struct Bounds {
  private let kills: Int?
  private let restarts: Int?
  private let work: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    kills = try arguments.number("--max-kills", in: 1...Int.max)
    restarts = try arguments.number("--max-restarts", in: 0...Int.max)
    work = try arguments.number("--max-work", in: 1...1_000_000_000)
  }

  func apply(to simulator: inout Simulator) {
    simulator.mostKills = kills
    simulator.mostRestarts = restarts
    simulator.mostEffort = work.map { Int64($0) * 1_000_000 }
  }
}

extension Arguments {
  /// Says what became of sizes in powers of 1000.
  ///
  /// - Parameter binary: what stands behind a letter for powers of 1024.
  func noteDecimals(in options: [String], binary: String = "", _ terminal: Terminal) {
    for option in options {
      // Where small letters are taken they mean the same.
      let texts = all(option).map { $0.hasSuffix("b") ? $0.uppercased() : $0 }
      for size in texts.flatMap(SizeText.decimals) {
        if let note = SizeText.note(ofDecimal: size, binary: binary) {
          terminal.error("oomsim: \(option): \(note)")
        }
      }
    }
  }
}

/// All bytes of a file, `-` is standard input; what is wrong with it goes to standard error.
func readBytes(
  _ path: String, _ terminal: Terminal, failed: (String) -> Void = { _ in }
) throws(ExitCode) -> [UInt8] {
  do throws(InputError) {
    return try InputFile.read(path)
  } catch {
    terminal.error("oomsim: \(error.message)")
    failed(error.message)
    throw .noInput
  }
}

/// Reads a scenario; what is wrong with it goes to standard error, and to `failed`.
func readScenario(
  _ path: String, _ settings: [ScenarioSetting], _ terminal: Terminal,
  failed: (String) -> Void = { _ in }
) throws(ExitCode) -> Scenario {
  try readScenarioText(path, settings, terminal, failed: failed).scenario
}

/// Reads a scenario and its text.
func readScenarioText(
  _ path: String, _ settings: [ScenarioSetting], _ terminal: Terminal,
  from other: ([UInt8]) throws(ExitCode) -> [UInt8]? = { _ throws(ExitCode) in nil },
  failed: (String) -> Void = { _ in }
) throws(ExitCode) -> (scenario: Scenario, text: [UInt8]) {
  let name = path == "-" ? "standard input" : path
  var bytes = try readBytes(path, terminal, failed: failed)
  if let text = try other(bytes) { bytes = text }
  var notes: [Diagnostic] = []
  do throws(ScenarioError) {
    let scenario = try Scenario(json: bytes, file: name, settings: settings, notes: &notes)
    for note in notes.prefix(3) { terminal.error("oomsim: \(note.path): \(note.message)") }
    if notes.count > 3 { terminal.error("oomsim: and \(notes.count - 3) more such sizes") }
    for setting in settings { noteUnusedGroup(setting.path, in: scenario, terminal) }
    return (scenario, bytes)
  } catch {
    terminal.error(error.description)
    failed(error.description)
    throw error.file == name ? .malformed : .usage
  }
}

/// Says that an override reaches nobody.
func noteUnusedGroup(_ path: String, in scenario: Scenario, _ terminal: Terminal) {
  if let note = scenario.noteOfUnusedGroup(path) { terminal.error("oomsim: \(path): \(note)") }
}

/// The simulator for a scenario: the command line's release before the scenario's own.
func simulator(
  _ scenario: Scenario, kernel: KernelRelease?, policy: Policy = .kernel
) -> Simulator {
  var simulator = kernel.map { Simulator(kernel: $0) } ?? Simulator(for: scenario)
  simulator.policy = policy
  return simulator
}
