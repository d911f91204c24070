import Glibc
import OOMFormats
import OOMSimulator

let snapshotCommand = CommandSpec(
  name: "snapshot",
  overview: "Write this host as a scenario.",
  operands: "", operandHelp: "", minOperands: 0, maxOperands: 0,
  options: [
    .root,
    OptionSpec(
      name: "--script",
      help:
        "Print a shell script that collects on a host without oomsim what --root then takes: ssh HOST sh < collect.sh > host.tar."
    ),
    OptionSpec(name: "-o", value: "FILE", help: "Write to a file instead of standard output."),
  ],
  example: "oomsim snapshot -o host.json && oomsim score host.json",
  run: snapshot)

extension OptionSpec {
  static let root = OptionSpec(
    name: "--root", value: "DIR",
    help:
      "Read DIR/proc, DIR/sys/fs/cgroup and so on instead of those of this host; also a tar archive, as that of 'snapshot --script', - on standard input."
  )
}

@Sendable private func snapshot(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--script") {
    if arguments.has("--root") {
      throw UsageError("--script prints what is to be run on the host: no --root with it.")
    }
    try OutputFile.write(Array(CollectScript.text.utf8), to: arguments.value("-o") ?? "-", terminal)
    return .done
  }
  let snapshot = try readHost(
    arguments.value("--root"), terminal, isQuiet: false, asksSystemd: true)
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
///   - root: the directory or archive that stands for `/`; nil is this host.
///   - isQuiet: says only what makes the scenario another one.
///   - asksSystemd: also runs systemctl on this host.
func readHost(
  _ root: String?, _ terminal: Terminal, isQuiet: Bool, asksSystemd: Bool = false
) throws(ExitCode) -> HostSnapshot {
  let path = root ?? "/"
  let directory = try hostDirectory(path, terminal)
  guard let reading = HostReading(directory, isLive: root == nil, asksSystemd: asksSystemd) else {
    terminal.error("oomsim: \(path): no directory 'proc' that can be listed")
    throw .noInput
  }
  if root != nil, reading.isEmptyCopy {
    terminal.error(
      "oomsim: \(path): the files of proc are empty: /proc shows a size of 0, which tar and cp go by. Collect with "
        + "'oomsim snapshot --script > collect.sh' and 'sh collect.sh host.tar', then give --root host.tar."
    )
    throw .malformed
  }
  if let fault = reading.fault {
    terminal.error(fault.description)
    throw .malformed
  }
  if root != nil, reading.isNoCopy {
    terminal.error(
      "oomsim: \(path): neither /proc/meminfo nor a process in it: expected a copy of /proc and /sys/fs/cgroup, which 'oomsim snapshot --script' prints how to make."
    )
    throw .malformed
  }
  let (snapshot, doubt) = believedSnapshot(of: reading.host)
  if isQuiet { return snapshot }
  if let doubt { terminal.error("oomsim: \(doubt)") }
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

/// The host as the oom_score that it shows bears out, where a container's own /proc/meminfo is not the kernel's.
private func believedSnapshot(of host: Host) -> (HostSnapshot, doubt: String?) {
  let snapshot = HostSnapshot(of: host)
  guard let machine = host.machine.byOwnCounters else { return (snapshot, nil) }
  let difference = host.machine.differenceToOwnCounters
  var other = host
  other.machine = machine
  let otherSnapshot = HostSnapshot(of: other)
  let (check, otherCheck) = (HostScoreCheck(snapshot), HostScoreCheck(otherSnapshot))
  if otherCheck.equal > check.equal {
    return (
      otherSnapshot,
      "\(difference): the latter is taken, as \(otherCheck.equal) of \(otherCheck.compared) oom_score are equal by it and "
        + "\(check.equal) by the former, a container's own (lxcfs)"
    )
  }
  return (
    snapshot,
    "\(difference): the former is taken; one of the two is no view of the whole kernel's (lxcfs, a balloon)"
  )
}

private func hostDirectory(_ path: String, _ terminal: Terminal) throws(ExitCode) -> HostDirectory {
  if path != "-" {
    if let directory = HostDirectory(path) { return directory }
    if errno != ENOTDIR {
      terminal.error("oomsim: \(path): \(InputFile.reason(errno))")
      throw .noInput
    }
  }
  let bytes = try readBytes(path, terminal)
  do throws(ArchiveError) {
    return HostDirectory(path, archive: try TarArchive(bytes))
  } catch {
    let name = path == "-" ? "standard input" : path
    terminal.error("oomsim: \(name): \(error.message)")
    throw .malformed
  }
}

func writeScenario(
  _ scenario: Scenario, to path: String, _ terminal: Terminal
) throws(ExitCode) {
  var writer = JSONWriter()
  writer.scenario(scenario)
  writer.finish()
  try OutputFile.write(writer.bytes, to: path, terminal)
}
