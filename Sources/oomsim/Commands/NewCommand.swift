import OOMFormats
import OOMSimulator

let newCommand = CommandSpec(
  name: "new", overview: "Print a scenario to start your own from.",
  operands: StartingPoint.allCases.map(\.rawValue).joined(separator: "|"),
  operandHelp: StartingPoint.allCases.map { "\($0.rawValue): \($0.summary)" }
    .joined(separator: "; ") + ".",
  maxOperands: 1,
  options: [
    OptionSpec(name: "-o", value: "FILE", help: "Write to a file instead of standard output.")
  ],
  example: "oomsim new container -o mine.json && oomsim run mine.json", run: new)

@Sendable private func new(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let name = arguments.operands[0]
  guard let point = StartingPoint(rawValue: name) else {
    let names = StartingPoint.allCases.map(\.rawValue)
    let near = nearestWord(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    throw UsageError(
      "there are scenarios of a machine, a container, a pod and a unit, not of '\(name)'.\(near)")
  }
  try OutputFile.write(Array(point.text.utf8), to: arguments.value("-o") ?? "-", terminal)
  return .done
}
