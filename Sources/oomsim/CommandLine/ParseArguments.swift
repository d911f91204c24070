import OOMSimulator

/// What is wrong with a command line, in a sentence. The program says it, the usage of the command and where its help
/// is, and ends with 64.
struct UsageError: Error {
  var message: String

  init(_ message: String) {
    self.message = message
  }
}

/// Reads the arguments of one command: `--name value`, `--name=value`, flags, operands in between; `--` ends
/// the options and `-` is an operand.
///
/// Written here because the project takes no packages: a table of options is all that it needs.
func parse(_ arguments: [String], for command: CommandSpec) throws(UsageError) -> Arguments {
  let options = command.options + [.help]
  var parsed = Arguments()
  var rest = arguments[...]
  var optionsEnded = false
  while let argument = rest.popFirst() {
    if optionsEnded || argument == "-" || !argument.hasPrefix("-") {
      parsed.operands.append(argument)
      continue
    }
    if argument == "--" {
      optionsEnded = true
      continue
    }
    let equals = argument.firstIndex(of: "=")
    var name = String(argument[..<(equals ?? argument.endIndex)])
    if name == "-h" { name = "--help" }
    guard let option = options.first(where: { $0.name == name }) else {
      let near = nearestWord(to: name, among: options.map(\.name))
      throw UsageError(
        "Unknown option '\(name)'." + (near.map { " Did you mean '\($0)'?" } ?? ""))
    }
    if parsed.has(name), !option.isRepeatable {
      throw UsageError("The option '\(name)' stands here twice.")
    }
    guard let placeholder = option.value else {
      if equals != nil { throw UsageError("The option '\(name)' takes no value.") }
      parsed.values[name] = []
      continue
    }
    let value: String
    if let equals {
      value = String(argument[argument.index(after: equals)...])
    } else if let next = rest.popFirst() {
      value = next
    } else {
      throw UsageError("Missing value for '\(name) <\(placeholder)>'.")
    }
    if !option.words.isEmpty, !option.words.contains(value) {
      let words = option.words.map { "'\($0)'" }
      throw UsageError(
        "The value '\(value)' is invalid for '\(name) <\(placeholder)>'. Please provide one of "
          + words.dropLast().joined(separator: ", ") + " or \(words.last ?? "").")
    }
    parsed.values[name, default: []].append(value)
  }
  if parsed.has("--help") { return parsed }
  if parsed.operands.count < command.minOperands {
    throw UsageError("Missing operand '\(command.operands)'.")
  }
  if parsed.operands.count > command.maxOperands {
    throw UsageError("Unexpected argument '\(parsed.operands[command.maxOperands])'.")
  }
  return parsed
}
