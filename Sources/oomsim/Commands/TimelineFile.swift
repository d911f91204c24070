import OOMFormats
import OOMSimulator

/// What `run --timeline FILE --every TIME` asks for.
struct TimelineFile {
  static let options = [
    OptionSpec(
      name: "--timeline", value: "FILE",
      help:
        "Also save memory over time as .csv or .json: every group, the processes of every name, the machine, before and after everything that happens; - prints it in place of the run, as CSV or with --json."
    ),
    OptionSpec(
      name: "--every", value: "TIME",
      help: "Save it every so often instead, such as 10s, and at the end."),
  ]

  let path: String
  private let isJSON: Bool
  private let step: Microseconds?

  var isPrinted: Bool { path == "-" }

  /// - Returns: nil where nobody asks for it.
  init?(_ arguments: Arguments) throws(UsageError) {
    guard let path = arguments.value("--timeline") else {
      if arguments.has("--every") { throw UsageError("--every goes with --timeline.") }
      return nil
    }
    let ending = path.lowercased()
    isJSON = path == "-" ? arguments.has("--json") : ending.hasSuffix(".json")
    if path != "-", !isJSON, !ending.hasSuffix(".csv") {
      throw UsageError("--timeline takes a file that ends in .csv or .json, or -; found '\(path)'.")
    }
    if arguments.operands.count > 1 {
      throw UsageError("--timeline saves one scenario, found \(arguments.operands.count).")
    }
    if path == "-" {
      for other in ["--chart", "--kernel-log", "--candidates"] where arguments.has(other) {
        throw UsageError("--timeline - prints the timeline alone, without \(other).")
      }
      if arguments.value("-o") == "-" {
        throw UsageError("--timeline - and -o - cannot both print in place of the run.")
      }
    }
    self.path = path
    step = try Self.step(arguments.value("--every"))
  }

  private static func step(_ text: String?) throws(UsageError) -> Microseconds? {
    guard let text else { return nil }
    let step: Microseconds
    do throws(QuantityError) {
      step = try DurationText.microseconds(text)
    } catch {
      throw UsageError("--every \(text): \(error.message)")
    }
    if step == 0 { throw UsageError("--every takes a time above 0, found '\(text)'.") }
    return step
  }

  func save(
    _ run: Run, _ scenario: Scenario, _ simulator: Simulator, _ terminal: Terminal
  ) throws(ExitCode) {
    let timeline = simulator.timeline(of: run, scenario, every: step)
    if let thinnedTo = timeline.thinnedTo {
      terminal.error(
        "oomsim: timeline: too many samples to keep all: one each \(DurationText.text(thinnedTo))"
          + (step == nil ? " at most, before and after what happens" : ""))
    }
    let bytes: [UInt8]
    if isJSON {
      var writer = JSONWriter()
      writer.timeline(timeline, of: run)
      writer.finish()
      bytes = writer.bytes
    } else {
      bytes = timeline.csv
    }
    try OutputFile.write(bytes, to: path, terminal)
  }
}
