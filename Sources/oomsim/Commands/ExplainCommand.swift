import Glibc
import OOMFormats
internal import OOMReports
import OOMSimulator

let explainCommand = CommandSpec(
  name: "explain",
  overview: "Go through one kill step by step, as the kernel did.",
  operands: "FILE", operandHelp: "A scenario; - is standard input.", maxOperands: 1,
  options: [
    OptionSpec(
      name: "--kill", value: "N",
      help: "Which kill, from 1 (default); a panic is one more than the last."),
    OptionSpec(
      name: "--why", value: "NAME|PID",
      help: "Say besides why it was not this process, and what would have made it the victim."),
    stepOption, .json, .kernel, .badness, .set, .maxKills, .maxRestarts, .maxWork, .color,
  ],
  example: "oomsim explain Scenarios/protection/agent-minus-500.json --why agent",
  run: explain)

@Sendable private func explain(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let isStepwise = try arguments.isStepwise(terminal)
  let number = try arguments.number("--kill", in: 1...Int.max)
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let scenario = try readScenario(arguments.operands[0], settings, terminal)
  var simulator = simulator(scenario, kernel: kernel)
  simulator.recordsCandidates = true
  let kill = (number ?? 1) - 1
  simulator.listedKills = kill..<kill + 1
  try Bounds(arguments).apply(to: &simulator)
  let run = simulator.run(valid: scenario)
  let last = run.kills.count + (run.panic == nil ? 0 : 1)
  if let number, number > max(last, 1) {
    throw UsageError(
      "--kill \(number): there \(run.kills.count == 1 ? "is 1 kill" : "are \(run.kills.count) kills")"
        + (run.panic == nil ? "." : " and a panic."))
  }
  let why = arguments.value("--why")
  let lesson = Lesson(
    of: run, number: number ?? 1, in: scenario, simulator: simulator, why: why)
  if let why, lesson.victim == nil {
    throw UsageError("--why \(why): nobody was killed.")
  }
  try checkName(why, in: run)
  if let why, run.kills.indices.contains(kill), run.kills[kill].ground != nil {
    throw UsageError(
      "--why \(why): kill \(kill + 1) is by \(run.kills[kill].by), not by the kernel's points. What would have spared a process: "
        + "oomsim protect --process.")
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.lesson(lesson)
    writer.finish()
    return .done
  }
  let text = LessonText(lesson, style: terminal.style(arguments), width: terminal.width)
  if isStepwise {
    Walk(run: run, scenario: scenario, lesson: lesson, text: text, terminal: terminal)
      .go(asksEnd: number == nil)
  } else {
    terminal.out(text.text)
  }
  return .done
}

let stepOption = OptionSpec(
  name: "--step",
  help:
    "One step at a time; what comes of it and who dies is guessed before it is told. Needs a terminal."
)

extension Arguments {
  /// Whether `--step` is given; it is refused where nobody could answer.
  func isStepwise(_ terminal: Terminal) throws(UsageError) -> Bool {
    if !has("--step") { return false }
    if has("--json") || operands.first == "-" {
      throw UsageError(
        "--step asks at the terminal: no --json, and no scenario from standard input.")
    }
    if !terminal.isTerminal || isatty(STDIN_FILENO) != 1 {
      throw UsageError("--step asks at a terminal, and there is none.")
    }
    return true
  }
}

/// A name that nobody has is a mistake, not a process that was not there.
private func checkName(_ name: String?, in run: Run) throws(UsageError) {
  guard let name else { return }
  let all = (0..<run.processCount).map(run.process)
  if all.contains(where: { $0.name == name || "\($0.pid)" == name }) { return }
  let near = nearestWord(to: name, among: all.map(\.name)).map { "; did you mean '\($0)'?" } ?? "."
  throw UsageError("--why: no process is called '\(name)'\(near)")
}
