import Glibc
import OOMFormats
internal import OOMReports
import OOMSimulator

let nextCommand = CommandSpec(
  name: "next",
  overview: "Say who dies next at each limit of this host or of a scenario.",
  operands: "[FILE]", operandHelp: "A scenario; - is standard input. Without one: this host.",
  minOperands: 0, maxOperands: 1,
  options: [
    .json, .root,
    OptionSpec(
      name: "--top", value: "N", help: "How many candidates of each limit; 5 when absent."),
    OptionSpec(
      name: "--near", value: "PERCENT",
      help:
        "Limits with at most this much left; 25 when absent, 100 is all. The nearest is always shown."
    ),
    OptionSpec(
      name: "--watch", value: "SECONDS",
      help: "Print again every so many seconds, until interrupted."),
    OptionSpec(
      name: "--prometheus",
      help:
        "Print metrics of the limits and their candidates, in the text format that Prometheus scrapes, for an alert before the kill."
    ),
    .kernel, .badness, .set, .pages, .color,
  ],
  example: "oomsim next --root Tests/Data/hosts/web --near 50",
  run: next)

/// What the options ask for.
private struct Question {
  var top = 5
  var nearPerMille: Int64 = 250
  /// Seconds; nil for once.
  var interval: UInt32?
}

@Sendable private func next(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let question = try question(arguments)
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let file = arguments.operands.first
  if file != nil, arguments.has("--root") {
    throw UsageError("--root is for a host: no FILE beside it.")
  }
  if file == nil, !settings.isEmpty {
    throw UsageError("--set is for a scenario: write one with 'oomsim snapshot'.")
  }
  if arguments.has("--prometheus"), arguments.has("--json") || question.interval != nil {
    throw UsageError("--prometheus is printed once, and alone: no --json and no --watch with it.")
  }
  if file == "-" || arguments.value("--root") == "-", question.interval != nil {
    throw UsageError("--watch cannot read standard input again.")
  }
  var isFirst = true
  while true {
    let scenario: Scenario
    if let file {
      scenario = try readScenario(file, settings, terminal)
    } else {
      scenario = try readHost(arguments.value("--root"), terminal, isQuiet: !isFirst).scenario
    }
    let forecast = simulator(scenario, kernel: kernel).forecast(scenario, top: question.top)
    if arguments.has("--prometheus") {
      terminal.out(forecast.exposition(nearPerMille: question.nearPerMille))
      return .done
    }
    let isOpen = print(
      forecast, question, isJSON: arguments.has("--json"), style: terminal.style(arguments),
      isFirst: isFirst, terminal)
    guard let interval = question.interval, isOpen else { return .done }
    isFirst = false
    if !wait(interval) { return .done }
  }
}

private func question(_ arguments: Arguments) throws(UsageError) -> Question {
  var question = Question()
  if let top = try arguments.number("--top", in: 1...1_000_000) { question.top = top }
  if let near = try arguments.number("--near", in: 0...100) {
    question.nearPerMille = Int64(near) * 10
  }
  question.interval = try arguments.number("--watch", in: 1...86_400)
  return question
}

/// - Returns: false when nobody reads any more.
private func print(
  _ forecast: Forecast, _ question: Question, isJSON: Bool, style: Style, isFirst: Bool,
  _ terminal: Terminal
) -> Bool {
  if isJSON {
    var writer = JSONWriter()
    writer.forecast(forecast, nearPerMille: question.nearPerMille)
    writer.finish()
    return terminal.isOpen(after: writer.bytes)
  }
  var text = ForecastText(forecast, style: style).text(nearPerMille: question.nearPerMille)
  if question.interval != nil, terminal.isTerminal {
    // Home, then clear what is below: the old text does not flicker.
    text = "\u{1B}[H\u{1B}[J" + text
  } else if !isFirst {
    text = "\n" + text
  }
  return terminal.isOpen(after: Array(text.utf8))
}

/// Waits for the next turn, or for a reader to go away.
///
/// - Returns: false when there is nobody to print for.
private func wait(_ seconds: UInt32) -> Bool {
  var output = [pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)]
  let count = unsafe poll(&output, 1, Int32(clamping: Int64(seconds) * 1000))
  return count <= 0 || output[0].revents & Int16(POLLERR | POLLHUP | POLLNVAL) == 0
}
