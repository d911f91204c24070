import OOMFormats
import OOMSimulator

let importCommand = CommandSpec(
  name: "import",
  overview:
    "Make a scenario of what Docker, Kubernetes, Prometheus, systemd, ps, sar or atop print.",
  operands: "FILE…",
  operandHelp:
    "What they print, of one kind, which is guessed from the content and said; - is standard input.",
  options: [
    OptionSpec(
      name: "--from", value: "KIND", words: ImportKind.allCases.map(\.rawValue),
      help: "What FILE is: \(ImportKind.allCases.map(\.rawValue).joined(separator: ", "))."),
    OptionSpec(
      name: "-o", value: "FILE", help: "Write to a file instead of standard output."),
    OptionSpec(
      name: "--memory", value: "SIZE",
      help:
        "Memory of the machine, such as 16Gi; else what the input says, else 16 GiB or as much as is used and a quarter more."
    ),
    OptionSpec(
      name: "--swap", value: "SIZE",
      help: "Swap of the machine; else what the input says, else none."),
    OptionSpec(
      name: "--free", value: "FILE",
      help: "With ps: what 'free' prints, or /proc/meminfo: the memory of the machine."),
    OptionSpec(
      name: "--node", value: "FILE",
      help: "With kubernetes: what 'kubectl get node NAME -o json' prints, to put the pods on."),
    OptionSpec(
      name: "--instance", value: "NAME",
      help: "With prometheus: the machine to take, where there are series of several."),
    OptionSpec(
      name: "--scale", value: "FACTOR", help: "Multiply all that is used, such as 1.5; limits stay."
    ),
    OptionSpec(
      name: "--tolerance", value: "SIZE",
      help:
        "With prometheus, sar and atop: how far a straight line may be off a sample, such as 1M; when absent all are met, as far as that takes no more than 500,000 lines."
    ),
    OptionSpec(
      name: "--cgroup-version", value: "VERSION", words: ["1", "2"],
      help: "Version of cgroups to write limits for: 1 or 2 (default)."),
    OptionSpec(
      name: "--kernel", value: "RELEASE", help: "The release that the scenario names, such as 6.12."
    ),
  ],
  example:
    "oomsim import Tests/Data/import/ps/valid-1.txt --free Tests/Data/import/free.txt -o s.json",
  run: importFiles)

@Sendable private func importFiles(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode
{
  var options = try arguments.importOptions()
  let paths = arguments.operands
  let others = ["--free", "--node"].compactMap { arguments.value($0) }
  if (paths + others).count(where: { $0 == "-" }) > 1 {
    throw UsageError("only one file can be standard input.")
  }
  if let path = arguments.value("--free") { options.free = try importFile(path, terminal) }
  if let path = arguments.value("--node") { options.node = try importFile(path, terminal) }
  var files: [ImportFile] = []
  for path in paths { files.append(try importFile(path, terminal)) }
  let imported: Imported
  do throws(ScenarioError) {
    imported = try Imported(files, options)
  } catch {
    terminal.error(error.description)
    throw ExitCode.malformed
  }
  if let path = arguments.value("-o"), path != "-" {
    try writeScenario(imported.scenario, to: path, terminal)
  } else {
    var writer = JSONWriter { terminal.out($0) }
    writer.scenario(imported.scenario)
    writer.finish()
  }
  if imported.isGuessed { terminal.error("oomsim: read as \(imported.kind.rawValue)") }
  arguments.noteDecimals(in: ["--memory", "--swap", "--tolerance"], terminal)
  for note in imported.notes { terminal.error("oomsim: \(note)") }
  return .done
}

private func importFile(_ path: String, _ terminal: Terminal) throws(ExitCode) -> ImportFile {
  ImportFile(
    name: path == "-" ? "standard input" : path, bytes: try readBytes(path, terminal))
}

extension Arguments {
  fileprivate func importOptions() throws(UsageError) -> ImportOptions {
    var options = ImportOptions()
    options.kind = value("--from").flatMap { ImportKind(rawValue: $0) }
    options.memory = try importSize("--memory")
    if let memory = options.memory, memory < 4096 {
      throw UsageError("--memory: a machine has more memory than that.")
    }
    options.swap = try importSize("--swap")
    options.kernel = try kernel()
    options.cgroupVersion = value("--cgroup-version") == "1" ? 1 : 2
    options.instance = value("--instance")
    options.tolerance = try importSize("--tolerance").map { Bytes(4096).pages($0) }
    if let text = value("--scale") {
      guard let scale = ImportOptions.scale(text) else {
        throw UsageError(
          "--scale takes a factor from 0.001 to 1000 with three places, found '\(text)'.")
      }
      options.scale = scale
    }
    return options
  }

  private func importSize(_ option: String) throws(UsageError) -> Bytes? {
    guard let text = value(option) else { return nil }
    if let size = ImportOptions.size(text) { return size }
    throw UsageError(
      "\(option): '\(text)' is no size up to 4 PiB: write it like 512MiB, 8Gi, 1.5G or 8GB.")
  }
}
