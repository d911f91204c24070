import OOMFormats
internal import OOMReports
import OOMSimulator

let compareCommand = CommandSpec(
  name: "compare",
  overview: "Compare a scenario under several kernels or killers, two scenarios, or two rules.",
  operands: "FILE…",
  operandHelp:
    "A scenario to run under several kernels, or two to compare, each by its own; with --badness any number of scenarios, logs and directories; - is standard input.",
  options: [
    OptionSpec(
      name: "--kernels", value: "A,B,…",
      help:
        "Releases such as 4.19,5.10,6.12; all (default) tries every one and finds the boundaries."),
    OptionSpec(
      name: "--killers", value: "A,B,…",
      help:
        "Programs that kill beside the kernel: none, earlyoom, systemd-oomd, oomd, talos, kubelet, several at once joined by +. What "
        + "the scenario says of one holds, else its defaults."),
    OptionSpec(
      name: "--badness", value: "EXPR", isRepeatable: true,
      help:
        "Compare points of one's own with the release's, or two of them with each other, over all that is given: in how many cases another process dies, and what that costs."
    ),
    .policy, .json, .set, .color,
  ],
  example: "oomsim compare Scenarios/old/tie-5-3.json --kernels all",
  run: compare)

@Sendable private func compare(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--badness") { return try compareBadness(arguments, terminal) }
  if arguments.operands.count > 2 {
    throw UsageError("two scenarios are compared, or one; any number with --badness.")
  }
  if let list = arguments.value("--killers") {
    return try compareKillers(list, arguments, terminal)
  }
  if arguments.operands.count == 2 { return try compareFiles(arguments, terminal) }
  let list = arguments.value("--kernels") ?? "all"
  var kernels: [KernelRelease] = []
  if list != "all" {
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      kernels.append(try release(String(part)))
    }
    for (index, kernel) in kernels.enumerated() where kernels[..<index].contains(kernel) {
      throw UsageError("--kernels: \(kernel) stands there twice.")
    }
    if kernels.count < 2 {
      throw UsageError("--kernels takes two releases or more, or all.")
    }
  }
  let settings = try arguments.settings()
  let jobs = try arguments.jobs()
  let inParallel: Replays = { scenario, count, replay in
    parallelMap(count, jobs: jobs, local: scenario.copyForThread) { replay($0, $1) }
  }
  let policy = arguments.policy
  let scenario = try readScenario(arguments.operands[0], settings, terminal)
  let comparison =
    list == "all"
    ? Comparison(ofAllKernels: scenario, replays: inParallel)
    : Comparison(of: scenario, kernels: kernels, replays: inParallel)
  var policyRun: Run?
  if policy != .kernel {
    var simulator = Simulator(kernel: kernels.last ?? scenario.kernel ?? .standard)
    simulator.policy = policy
    policyRun = simulator.run(valid: scenario)
  }
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.comparison(comparison, policy: policyRun)
    writer.finish()
  } else {
    terminal.out(
      ComparisonText(
        comparison, policy: policyRun, style: terminal.style(arguments), width: terminal.width
      ).text)
  }
  return .done
}

/// One scenario with several killers.
private func compareKillers(
  _ list: String, _ arguments: Arguments, _ terminal: Terminal
) throws -> ExitCode {
  if arguments.operands.count == 2 || arguments.has("--kernels") {
    throw UsageError("--killers is for one FILE, by the kernel that it names.")
  }
  var choices: [[UserspaceKiller.Kind]] = []
  for part in list.split(separator: ",", omittingEmptySubsequences: false) {
    let choice = part == "none" ? [] : try part.split(separator: "+").map(killerKind)
    if choice.isEmpty, part != "none" { throw UsageError("--killers: a name is empty.") }
    if choices.contains(choice) { throw UsageError("--killers: \(part) stands there twice.") }
    choices.append(choice)
  }
  let scenario = try readScenario(arguments.operands[0], try arguments.settings(), terminal)
  var simulator = Simulator(for: scenario)
  simulator.policy = arguments.policy
  let comparison = KillerComparison(of: scenario, choices: choices, simulator: simulator)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.comparison(comparison)
    writer.finish()
  } else {
    terminal.out(
      KillerComparisonText(
        comparison, style: terminal.style(arguments), width: terminal.width
      ).text)
  }
  return .done
}

private func killerKind(_ name: Substring) throws -> UserspaceKiller.Kind {
  if let kind = UserspaceKiller.Kind(rawValue: String(name)) { return kind }
  if let reason = UserspaceKiller.notModelled[String(name)] {
    throw UsageError("--killers: '\(name)' is \(reason).")
  }
  let known = ["none"] + UserspaceKiller.Kind.allCases.map { $0.rawValue }
  let near = nearestWord(to: String(name), among: known).map { "; did you mean '\($0)'?" } ?? "."
  throw UsageError(
    "--killers: '\(name)' is none of \(known.joined(separator: ", "))\(near)")
}

/// Two scenarios beside each other.
private func compareFiles(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--kernels") {
    throw UsageError("--kernels is for one FILE: two are compared each by its own kernel.")
  }
  let names = (before: arguments.operands[0], after: arguments.operands[1])
  if names.before == "-", names.after == "-" {
    throw UsageError("standard input is one scenario only.")
  }
  let settings = try arguments.settings()
  let comparison = ScenarioComparison(
    of: try readScenario(names.before, settings, terminal),
    try readScenario(names.after, settings, terminal), policy: arguments.policy)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.comparison(comparison, names: names)
    writer.finish()
  } else {
    terminal.out(
      ScenarioComparisonText(
        comparison, names: names, style: terminal.style(arguments), width: terminal.width
      ).text)
  }
  return .done
}
