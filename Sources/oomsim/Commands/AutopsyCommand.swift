internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator

let autopsyCommand = CommandSpec(
  name: "autopsy",
  overview: "Read kernel logs, predict each OOM report's victim from its own table, and compare.",
  operands: "LOG|DIR…",
  operandHelp:
    "Kernel logs as dmesg, journalctl, syslog or a mail have them, or directories of them; - is standard input.",
  options: [
    .json,
    OptionSpec(
      name: "--table",
      help: "A line a report, and what was killed again and again; always so for a directory."),
    OptionSpec(
      name: "--scenario", value: "FILE",
      help: "Also write a report as a scenario: run, compare and --set go on from there."),
    OptionSpec(
      name: "--badness", value: "EXPR",
      help:
        "Also say which process points of one's own would take, such as 'rss + swap'; 'compare --badness' counts over many logs."
    ),
    OptionSpec(
      name: "--report", value: "N", help: "Only the Nth report, from 1; the first with --scenario."),
    .pages, .color,
  ],
  example: "oomsim autopsy Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt",
  run: autopsy)

@Sendable private func autopsy(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let number = try arguments.number("--report", in: 1...Int.max)
  let isTable =
    arguments.has("--table") || arguments.operands.contains(where: InputFile.isDirectory)
  if isTable {
    for name in ["--report", "--scenario", "--badness"] where arguments.value(name) != nil {
      throw UsageError("\(name) takes a report of one log, not of a directory or a table.")
    }
    return try autopsyTable(arguments, terminal)
  }
  var autopsies: [Autopsy] = []
  var files: [String] = []
  var otherKills: [OtherKill] = []
  for path in arguments.operands {
    let log = try readLog(path, terminal)
    let found = Autopsy.of(log.reports)
    if found.isEmpty, log.otherKills.isEmpty {
      let name = path == "-" ? "standard input" : path
      if !log.isLog {
        terminal.error("oomsim: \(name): no OOM report in it, nor a line of a log")
        throw ExitCode.malformed
      }
      terminal.error("oomsim: \(name): no OOM report in it")
    }
    autopsies += found
    otherKills += log.otherKills
    files += Array(repeating: path == "-" ? "standard input" : path, count: found.count)
  }
  if let text = arguments.value("--badness") {
    let badness = try arguments.badness(text)
    let missing = OwnChoice.missingColumns(badness)
    if !missing.isEmpty {
      throw UsageError("--badness: no log says \(missing.joined(separator: ", ")) of a process.")
    }
    for index in autopsies.indices { autopsies[index].choose(by: badness) }
  }
  if let number {
    guard number <= autopsies.count else {
      throw UsageError("--report \(number): there are \(autopsies.count) reports.")
    }
    autopsies = [autopsies[number - 1]]
    files = [files[number - 1]]
  }
  if let path = arguments.value("--scenario") {
    guard let first = autopsies.first else {
      terminal.error("oomsim: no scenario: no kill in the log is the kernel's")
      throw ExitCode.malformed
    }
    try writeScenario(of: first, to: path, terminal)
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.autopsy(autopsies, otherKills: otherKills)
    writer.finish()
  } else if !autopsies.isEmpty || !otherKills.isEmpty {
    let isOne = arguments.operands.count == 1
    terminal.out(
      AutopsyText(
        autopsies, otherKills: otherKills, files: isOne ? nil : files,
        style: terminal.style(arguments)
      ).text)
  }
  return autopsies.contains { $0.verdict == .mismatch } ? .mismatch : .done
}

/// Reads a log piece by piece: it may be larger than memory.
func readLog(
  _ path: String, _ terminal: Terminal
) throws(ExitCode) -> (reports: [OOMReport], otherKills: [OtherKill], isLog: Bool) {
  var reader = KernelLogReader()
  var beginning: [UInt8] = []
  var isFirst = true
  var unpacker: String?
  do throws(InputError) {
    try InputFile.pieces(of: path) { piece in
      if isFirst {
        unpacker = Compression.unpacker(of: piece)
        beginning = Array(piece.prefix(1 << 16))
      }
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
  return (reader.finish(), reader.otherKills, LogForm.isLog(beginning))
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
