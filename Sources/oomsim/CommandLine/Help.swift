import OOMFormats
internal import OOMReports

/// Help in the layout of Swift Argument Parser: indent 2, labels 26 wide, wrapped to the window.
struct Help {
  static let indent = 2
  static let labelWidth = 26

  var width: Int

  func program(_ commands: [CommandSpec]) -> String {
    var text = """
      OVERVIEW: Predict which process the Linux OOM killer would kill, and why.

      USAGE: oomsim <command> [OPTIONS] FILE…

      OPTIONS:

      """
    text += row("--version", "Show the version.")
    text += row("-h, --help", "Show this text.")
    text += "\nCOMMANDS:\n"
    for command in commands { text += row(command.name, command.overview) }
    text += "\nEXAMPLE:\n  oomsim run Scenarios/protection/agent-minus-500.json\n"
    text += "\n  See 'oomsim <command> --help' for detailed help.\n"
    return text
  }

  func command(_ command: CommandSpec) -> String {
    var text = "OVERVIEW: \(command.overview)\n\nUSAGE: \(command.usage)\n"
    if !command.operands.isEmpty {
      text += "\nARGUMENTS:\n" + row(command.operands, command.operandHelp)
    }
    text += "\nOPTIONS:\n"
    for option in command.options {
      text += row(option.name + (option.value.map { " <\($0)>" } ?? ""), option.help)
    }
    text += row("-h, --help", OptionSpec.help.help)
    text += "\nEXAMPLE:\n  \(command.example)\n"
    return text
  }

  private func row(_ label: String, _ help: String) -> String {
    let lines = wrapped(help, width: max(width - Self.labelWidth, 30))
    let head = String(repeating: " ", count: Self.indent) + label
    var text = head
    for (index, line) in lines.enumerated() {
      if index == 0, head.count < Self.labelWidth {
        text += String(repeating: " ", count: Self.labelWidth - head.count) + line
      } else {
        text += "\n" + String(repeating: " ", count: Self.labelWidth) + line
      }
    }
    return text + "\n"
  }
}
