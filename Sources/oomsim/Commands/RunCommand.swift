internal import KernelLog
import OOMFormats
internal import OOMReports
import OOMSimulator

let runCommand = CommandSpec(
  name: "run", overview: "Replay a scenario and print who is killed, with the arithmetic.",
  operands: "FILE…", operandHelp: "Scenarios; - is standard input.",
  options: [
    .json,
    OptionSpec(
      name: "--candidates", help: "Also list every process that each selection looked at."),
    OptionSpec(
      name: "--chart", help: "Also draw memory over time, with the kills, as wide as the window."),
    OptionSpec(
      name: "--kernel-log",
      help:
        "Print what the release would have logged of each kill and panic; what the model does not have, such as stacks and processors, is left out."
    ),
    .kernel, .badness, .policy, .set, .maxKills, .maxRestarts, .maxWork,
    OptionSpec(
      name: "-o", value: "FILE",
      help:
        "Also save the scenario, with what --set and --kernel changed; - prints it in place of the run."
    ),
  ] + TimelineFile.options + [.pages, .color],
  example: "oomsim run Scenarios/ai/api-kv-cache-overnight.json --set machine.memory=32G",
  run: run)

@Sendable private func run(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let logs = arguments.has("--kernel-log")
  if logs, arguments.has("--json") || arguments.has("--candidates") {
    throw UsageError("--kernel-log prints a log, without --json and --candidates.")
  }
  let draws = arguments.has("--chart")
  if draws, logs || arguments.has("--json") {
    throw UsageError("--chart draws for people, without --json and --kernel-log.")
  }
  let output = arguments.value("-o")
  if output != nil, arguments.operands.count > 1 {
    throw UsageError("-o saves one scenario, found \(arguments.operands.count).")
  }
  if output == "-", logs || draws || arguments.has("--json") || arguments.has("--candidates") {
    throw UsageError("-o - prints the scenario, without what prints the run.")
  }
  let timeline = try TimelineFile(arguments)
  let settings = try arguments.settings()
  let bounds = try Bounds(arguments)
  let kernel = try arguments.kernel()
  // Everything is read before anything is printed: a mistake in the last file spoils no document.
  var scenarios: [Scenario] = []
  for path in arguments.operands {
    scenarios.append(try readScenario(path, settings, terminal))
  }
  if let output {
    try save(scenarios[0], kernel: kernel, to: output, terminal)
    if output == "-" { return .done }
  }
  var runs: [Run] = []
  var timelines: [Timeline] = []
  while !scenarios.isEmpty {
    let scenario = scenarios.removeFirst()
    var simulator = simulator(scenario, kernel: kernel, policy: arguments.policy)
    simulator.recordsCandidates = arguments.has("--candidates")
    simulator.recordsLog = logs
    bounds.apply(to: &simulator)
    let run = simulator.run(valid: scenario)
    if let timeline {
      try timeline.save(run, scenario, simulator, terminal)
      if timeline.isPrinted { return .done }
    }
    if draws { timelines.append(simulator.timeline(of: run, scenario)) }
    runs.append(run)
  }
  let end = runs.contains { $0.isWithoutBadness } ? ExitCode.malformed : .done
  if logs {
    for run in runs {
      terminal.out(KernelLogText.text(of: run))
      let leftOut = run.kills.count { $0.decision?.log?.report == .leftOut }
      if leftOut > 0 {
        terminal.error(
          "oomsim: the log would be too long: \(leftOut) reports are left out, with their task "
            + "tables; the lines of all kills are there")
      }
    }
    return .done
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    if runs.count == 1 {
      writer.result(runs[0])
    } else {
      writer.array { for run in runs { $0.result(run) } }
    }
    writer.finish()
    return end
  }
  let style = terminal.style(arguments)
  for (index, run) in runs.enumerated() {
    if index > 0 { terminal.out("\n") }
    terminal.out(
      TextReport(
        run, style: style, showsCandidates: arguments.has("--candidates"),
        width: terminal.isTerminal ? terminal.width : nil
      ).text)
    if draws {
      let chart = MemoryChart(
        run, timelines[index], style: style, width: terminal.width, isUnicode: terminal.isUnicode)
      terminal.out("\n" + chart.text)
    }
  }
  return end
}

/// Saves a scenario that was changed, so that it reads as what was replayed.
private func save(
  _ scenario: Scenario, kernel: KernelRelease?, to path: String, _ terminal: Terminal
) throws(ExitCode) {
  var changed = scenario
  changed.kernel = kernel ?? scenario.kernel
  if !changed.contradictions().isEmpty {
    // Only what is expected can contradict the rest by now: everything else was refused as it was read.
    terminal.error("oomsim: left out: 'expect', which names what is not there any more")
    changed.expectation = nil
  }
  var writer = JSONWriter()
  writer.scenario(changed)
  writer.finish()
  try OutputFile.write(writer.bytes, to: path, terminal)
}
