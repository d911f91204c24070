import OOMSimulator

let completionCommand = CommandSpec(
  name: "completion", overview: "Print the completions of this program for a shell.",
  operands: "bash|zsh|fish", operandHelp: "The shell.", maxOperands: 1, options: [],
  example: "oomsim completion bash > oomsim.bash", run: completion)

@Sendable private func completion(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let name = arguments.operands[0]
  guard let shell = Completion(rawValue: name) else {
    let names = Completion.allCases.map(\.rawValue)
    let near = nearestWord(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    throw UsageError("there are completions for bash, zsh and fish, not for '\(name)'.\(near)")
  }
  terminal.out(shell.script(for: OOMSim.commands))
  return .done
}
