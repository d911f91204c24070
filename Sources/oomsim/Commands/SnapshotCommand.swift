import Glibc
import OOMFormats
import OOMSimulator

let snapshotCommand = CommandSpec(
  name: "snapshot",
  overview: "Write this host as a scenario.",
  operands: "", operandHelp: "", minOperands: 0, maxOperands: 0,
  options: [
    .root,
    OptionSpec(name: "-o", value: "FILE", help: "Write to a file instead of standard output."),
  ],
  example: "oomsim snapshot -o host.json && oomsim score host.json",
  run: snapshot)

extension OptionSpec {
  static let root = OptionSpec(
    name: "--root", value: "DIR",
    help: "Read DIR/proc, DIR/sys/fs/cgroup and so on instead of those of this host.")
}

@Sendable private func snapshot(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let snapshot = try readHost(arguments.value("--root"), terminal, isQuiet: false)
  if let path = arguments.value("-o"), path != "-" {
    try writeScenario(snapshot.scenario, to: path, terminal)
  } else {
    var writer = JSONWriter { terminal.out($0) }
    writer.scenario(snapshot.scenario)
    writer.finish()
  }
  let check = HostScoreCheck(snapshot)
  terminal.error("oom_score: \(check.equal) of \(check.compared) equal")
  for difference in check.differences.prefix(5) {
    terminal.error(
      "  \(difference.process.pid) (\(difference.process.name)): computed \(difference.computed), "
        + "shown \(difference.shown)")
  }
  if check.differences.count > 5 { terminal.error("  and \(check.differences.count - 5) more") }
  return .done
}

/// Reads a host as a scenario; what could not be read goes to standard error.
///
/// - Parameters:
///   - root: the directory that stands for `/`; nil is this host.
///   - isQuiet: says only what makes the scenario another one.
func readHost(
  _ root: String?, _ terminal: Terminal, isQuiet: Bool
) throws(ExitCode) -> HostSnapshot {
  let path = root ?? "/"
  guard let directory = HostDirectory(path) else {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() }
    terminal.error("oomsim: \(path): \(reason ?? "cannot be read")")
    throw .noInput
  }
  guard let reading = HostReading(directory, isLive: root == nil) else {
    terminal.error("oomsim: \(path): no directory 'proc' that can be listed")
    throw .noInput
  }
  let snapshot = HostSnapshot(of: reading.host)
  if isQuiet { return snapshot }
  for complaint in reading.complaints { terminal.error("oomsim: \(complaint)") }
  if snapshot.ended > 0 {
    terminal.error("oomsim: left out: \(counted(snapshot.ended, "zombie", "zombies"))")
  }
  if snapshot.excess > 0 {
    terminal.error(
      "oomsim: the processes show \(snapshot.excess) pages more than are in use: what they share "
        + "after a fork counts in each")
  }
  return snapshot
}

func writeScenario(
  _ scenario: Scenario, to path: String, _ terminal: Terminal
) throws(ExitCode) {
  var writer = JSONWriter()
  writer.scenario(scenario)
  writer.finish()
  try OutputFile.write(writer.bytes, to: path, terminal)
}
