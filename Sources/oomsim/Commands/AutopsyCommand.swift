internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator

let autopsyCommand = CommandSpec(
  name: "autopsy",
  overview: "Read kernel logs, predict each OOM report's victim from its own table, and compare.",
  operands: "LOG…",
  operandHelp: "Kernel logs as dmesg, journalctl, syslog or a mail have them; - is standard input.",
  options: [
    .json,
    OptionSpec(
      name: "--scenario", value: "FILE",
      help: "Also write a report as a scenario: run, compare and --set go on from there."),
    OptionSpec(
      name: "--report", value: "N", help: "Only the Nth report, from 1; the first with --scenario."),
    .color,
  ],
  example: "oomsim autopsy Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt",
  run: autopsy)

@Sendable private func autopsy(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let number = try arguments.number("--report", in: 1...Int.max)
  var autopsies: [Autopsy] = []
  var files: [String] = []
  for path in arguments.operands {
    let log = try read(path, terminal)
    let found = Autopsy.of(log.reports)
    if found.isEmpty {
      let name = path == "-" ? "standard input" : path
      terminal.error("oomsim: \(name): no OOM report in it\(others(log.otherKills))")
      throw ExitCode.malformed
    }
    autopsies += found
    files += Array(repeating: path == "-" ? "standard input" : path, count: found.count)
  }
  if let number {
    guard number <= autopsies.count else {
      throw UsageError("--report \(number): there are \(autopsies.count) reports.")
    }
    autopsies = [autopsies[number - 1]]
    files = [files[number - 1]]
  }
  if let path = arguments.value("--scenario") {
    try writeScenario(of: autopsies[0], to: path, terminal)
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.autopsy(autopsies)
    writer.finish()
  } else {
    let isOne = arguments.operands.count == 1
    terminal.out(
      AutopsyText(autopsies, files: isOne ? nil : files, style: terminal.style(arguments)).text)
  }
  return autopsies.contains { $0.verdict == .mismatch } ? .mismatch : .done
}

/// What others say that they killed, the first lines of it.
private func others(_ kills: [OtherKill]) -> String {
  if kills.isEmpty { return "" }
  let shown = kills.prefix(20).map { "\n  line \($0.line): \($0.killer.rawValue): \($0.text)" }
  let rest = kills.count > shown.count ? "\n  and \(kills.count - shown.count) more" : ""
  return ", but kills that are not the kernel's:" + shown.joined() + rest
}

/// Reads a log piece by piece: it may be larger than memory.
private func read(
  _ path: String, _ terminal: Terminal
) throws(ExitCode) -> (reports: [OOMReport], otherKills: [OtherKill]) {
  var reader = KernelLogReader()
  var isFirst = true
  var unpacker: String?
  do throws(InputError) {
    try InputFile.pieces(of: path) { piece in
      if isFirst { unpacker = Compression.unpacker(of: piece) }
      isFirst = false
      if unpacker == nil { reader.read(piece) }
    }
  } catch {
    terminal.error("oomsim: \(error.message)")
    throw .noInput
  }
  if let unpacker {
    let name = path == "-" ? "standard input" : path
    terminal.error("oomsim: \(name): is compressed: \(unpacker) \(path) | oomsim autopsy -")
    throw .malformed
  }
  return (reader.finish(), reader.otherKills)
}

/// How rotated logs are packed, by the bytes that they begin with.
private enum Compression {
  private static let forms: [(magic: [UInt8], unpacker: String)] = [
    ([0x1F, 0x8B], "zcat"), ([0x28, 0xB5, 0x2F, 0xFD], "zstdcat"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xzcat"), ([0x42, 0x5A, 0x68], "bzcat"),
  ]

  /// The program that unpacks what begins so; nil for plain text.
  static func unpacker(of bytes: [UInt8]) -> String? {
    forms.first { bytes.starts(with: $0.magic) }?.unpacker
  }
}

private func writeScenario(
  of autopsy: Autopsy, to path: String, _ terminal: Terminal
) throws(ExitCode) {
  guard let scenario = autopsy.scenario else {
    terminal.error("oomsim: line \(autopsy.report.line): no scenario: \(autopsy.why)")
    throw .malformed
  }
  try writeScenario(scenario, to: path, terminal)
}
