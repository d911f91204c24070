import OOMFormats
internal import OOMReports
import OOMSimulator

let sweepCommand = CommandSpec(
  name: "sweep",
  overview: "Replay a scenario with other values; who dies first, when, and where that changes.",
  operands: "FILE", operandHelp: "A scenario; - is standard input.", maxOperands: 1,
  options: [
    OptionSpec(
      name: "--vary", value: "PATH=VALUES", isRepeatable: true,
      help:
        "A value that --set reaches, or kernel, and what it takes: 8G..32G/1G (both ends are tried), 1..16, a list such as 0,512M,2G, or kernel=4.14..6.12 for every release between two that changes a rule. At most two."
    ),
    OptionSpec(
      name: "--find", value: "GOAL",
      help:
        "Find where along the range no-kills, survives=NAME or first=NAME begins and ends to hold. A range of sizes or durations without a step is searched down to a page or a microsecond."
    ),
    OptionSpec(
      name: "--jitter", value: "PATH=±P%", isRepeatable: true,
      help:
        "Draw a size, duration or number evenly from around what the scenario says, anew in each run; +-20% is ±20%. processes=±20% is the anonymous memory of all processes, growth and all."
    ),
    OptionSpec(name: "--runs", value: "N", help: "How many runs with --jitter (default 1000)."),
    OptionSpec(
      name: "--seed", value: "S", help: "Where the draws of --jitter begin (default 1)."),
    OptionSpec(name: "--csv", help: "Print comma-separated values instead of text."),
    .jobs, .json, .kernel, .badness, .policy, .set, .color,
  ],
  example:
    "oomsim sweep Scenarios/global/memory-leak-vps.json --vary machine.swap=0..2G/512M",
  run: sweep)

extension OptionSpec {
  static let jobs = OptionSpec(
    name: "--jobs", value: "N",
    help: "Threads to use (default: one a processor). The output is the same for any number.")
}

@Sendable private func sweep(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  try checkCombination(arguments)
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let jobs = try arguments.jobs()
  let runs = try arguments.number("--runs", in: 1...JitterRuns.mostRuns) ?? 1000
  let seed = try arguments.number("--seed", in: 0...UInt64.max) ?? 1
  let (scenario, text) = try readScenarioText(arguments.operands[0], settings, terminal)
  let progress = Progress(terminal)
  if arguments.has("--jitter") {
    let plan = try planned { () throws(QuantityError) in
      var jitters: [Jitter] = []
      for option in arguments.all("--jitter") {
        jitters.append(try Jitter(option, of: scenario, text: text, settings: settings))
      }
      return try JitterRuns(
        of: scenario, kernel: kernel, policy: arguments.policy, jitters, runs: runs, seed: seed
      )
    }
    let table = try finished(progress, terminal) { () throws(ScenarioError) in
      try plan.run(jobs: jobs) { progress.report($0, of: $1) }
    }
    print(table, arguments, terminal)
  } else {
    let plan = try planned { () throws(QuantityError) in
      try sweep(of: scenario, kernel, arguments)
    }
    arguments.noteDecimals(in: ["--vary"], terminal)
    for setting in arguments.all("--vary").compactMap({ ScenarioSetting($0) }) {
      noteUnusedGroup(setting.path, in: scenario, terminal)
    }
    let table = try finished(progress, terminal) { () throws(ScenarioError) in
      try plan.run(jobs: jobs) { progress.report($0, of: $1) }
    }
    let standing =
      table.findings.isEmpty ? nil : ScenarioText(bytes: text)?.value(at: table.rows.path)
    print(table, standing: standing, arguments, terminal)
  }
  return .done
}

private func sweep(
  of scenario: Scenario, _ kernel: KernelRelease?, _ arguments: Arguments
) throws(QuantityError) -> Sweep {
  var variations: [Variation] = []
  for option in arguments.all("--vary") {
    variations.append(try Variation(option, pageSize: scenario.machine.pageSize))
  }
  var goal: SweepGoal?
  if let text = arguments.value("--find") {
    goal = try SweepGoal(text, in: scenario, varying: variations.map(\.path))
  }
  return try Sweep(
    of: scenario, kernel: kernel, policy: arguments.policy, varying: variations, goal: goal)
}

/// Makes what the command line asks for.
private func planned<Plan>(
  _ make: () throws(QuantityError) -> Plan
) throws(UsageError) -> Plan {
  do throws(QuantityError) {
    return try make()
  } catch {
    throw UsageError(error.message)
  }
}

/// Looks for options that do not go together.
private func checkCombination(_ arguments: Arguments) throws(UsageError) {
  let isJitter = arguments.has("--jitter")
  let varied = arguments.all("--vary").compactMap { ScenarioSetting($0) }
  let set = arguments.all("--set").compactMap { ScenarioSetting($0) }
  var problem: String?
  if isJitter, arguments.has("--vary") || arguments.has("--find") {
    problem = "--jitter draws values, --vary and --find go through them: take one or the other."
  } else if !isJitter, arguments.all("--vary").isEmpty {
    problem = "Missing option '--vary <PATH=VALUES>' or '--jitter <PATH=±P%>'."
  } else if arguments.all("--vary").count > 2 {
    problem = "--vary stands here \(arguments.all("--vary").count) times: at most two parameters."
  } else if let both = set.first(where: { varied.contains(where: $0.isOfSamePath(as:)) }) {
    problem = "--vary and --set both give \(both.path)."
  } else if !isJitter, let name = ["--runs", "--seed"].first(where: arguments.has) {
    problem = "\(name) goes with --jitter."
  } else if arguments.has("--csv"), arguments.has("--json") {
    problem = "--csv and --json do not go together."
  }
  if let problem { throw UsageError(problem) }
}

/// Takes the progress away, whether there is a result or not.
private func finished<Table>(
  _ progress: Progress, _ terminal: Terminal, _ body: () throws(ScenarioError) -> Table
) throws(ExitCode) -> Table {
  defer { progress.finish() }
  do throws(ScenarioError) {
    return try body()
  } catch {
    progress.finish()
    terminal.error(error.description)
    throw .usage
  }
}

private func print(
  _ table: SweepTable, standing: String?, _ arguments: Arguments, _ terminal: Terminal
) {
  if arguments.has("--csv") {
    terminal.out(table.csv)
  } else if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.sweep(table)
    writer.finish()
  } else {
    terminal.out(
      SweepText(
        table, standing: standing, style: terminal.style(arguments), width: terminal.width
      ).text)
  }
}

private func print(_ table: JitterTable, _ arguments: Arguments, _ terminal: Terminal) {
  if arguments.has("--csv") {
    terminal.out(table.csv)
  } else if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.jitter(table)
    writer.finish()
  } else {
    terminal.out(JitterText(table, style: terminal.style(arguments)).text)
  }
}
