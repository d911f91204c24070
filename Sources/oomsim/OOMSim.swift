import Glibc
import OOMSimulator

/// Finds the command, parses its options, runs it and ends with its code.
@main
struct OOMSim {
  static let version = "0.1.0"

  static let commands: [CommandSpec] = [
    runCommand, checkCommand, scoreCommand, explainCommand, learnCommand, mythsCommand,
    reportCommand,
    playgroundCommand,
    protectCommand, compareCommand, sweepCommand, batchCommand, k8sCommand, importCommand,
    newCommand,
    autopsyCommand, snapshotCommand, nextCommand, rulesCommand, schemaCommand, completionCommand,
  ]

  static func main() {
    // A pipe that is closed early is no reason to die: writing to it fails instead.
    _ = signal(SIGPIPE, SIG_IGN)
    // So is a limit of the size of files, `ulimit -f`.
    _ = signal(SIGXFSZ, SIG_IGN)
    let terminal = Terminal()
    if CommandLine.arguments.isEmpty {
      terminal.error("oomsim: /proc is not mounted here, and the arguments are read from there")
      exit(ExitCode.noInput.rawValue)
    }
    exit(run(Array(CommandLine.arguments.dropFirst()), terminal).rawValue)
  }

  static func run(_ arguments: [String], _ terminal: Terminal) -> ExitCode {
    let help = Help(width: terminal.width)
    guard let first = arguments.first else {
      terminal.error(help.program(commands))
      return .usage
    }
    switch first {
    case "--help", "-h": return print(help.program(commands), terminal)
    case "--version": return print("oomsim \(version)\n", terminal)
    case "help":
      guard let name = arguments.dropFirst().first else {
        return print(help.program(commands), terminal)
      }
      guard let command = commands.first(where: { $0.name == name }) else {
        return unknown(name, terminal)
      }
      return print(help.command(command), terminal)
    default: break
    }
    var rest = Array(arguments.dropFirst())
    var command = commands.first { $0.name == first }
    // `oomsim FILE` is `oomsim run FILE`: no command has a dot or a slash in its name.
    if command == nil, first == "-" || first.contains(".") || first.contains("/") {
      command = runCommand
      rest = arguments
    }
    guard let command else { return unknown(first, terminal) }
    do {
      let parsed = try parse(rest, for: command)
      if parsed.has("--help") { return print(help.command(command), terminal) }
      return try command.run(parsed, terminal)
    } catch let code as ExitCode {
      return code
    } catch let error as UsageError {
      terminal.error(
        "Error: \(error.message)\nUsage: \(command.usage)\n"
          + "  See 'oomsim \(command.name) --help' for more information.")
      return .usage
    } catch {
      terminal.error("oomsim: \(error)")
      return .software
    }
  }

  private static func unknown(_ word: String, _ terminal: Terminal) -> ExitCode {
    let near = nearestWord(to: word, among: commands.map(\.name))
    let kind = word.hasPrefix("-") ? "option" : "command"
    terminal.error(
      "Error: Unknown \(kind) '\(word)'." + (near.map { " Did you mean '\($0)'?" } ?? "")
        + "\nUsage: oomsim <command> [OPTIONS] FILE…\n  See 'oomsim --help' for more information.")
    return .usage
  }

  private static func print(_ text: String, _ terminal: Terminal) -> ExitCode {
    terminal.out(text)
    return .done
  }
}
