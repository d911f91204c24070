internal import VictimSelection

/// Replays scenarios by the rules of one kernel release.
///
/// Pure: the same scenario gives the same run, on every machine and in every build.
public struct Simulator: Sendable {
  /// The release whose rules decide.
  public let kernel: KernelRelease
  /// What decides, and the key that names its badness.
  package let rules: Rules
  package let ruleSet: RuleSet
  /// Which process an OOM kills: the kernel's choice, or that of a policy that no kernel has.
  public var policy = Policy.kernel
  /// How many restarts a run follows without a proof of a loop; nil is the usual bound.
  package var mostRestarts: Int?
  /// The run ends with this many kills; nil follows all.
  package var mostKills: Int?
  /// How much is done before the run is cut off, in looks at groups, processes and growths; nil is what a scenario of
  /// its size may take.
  package var mostEffort: Int64?
  /// Whether every kill lists everybody in its domain.
  public var recordsCandidates = false
  /// Which kills do, from 0; others have no scene either. A panic is one more kill.
  package var listedKills = 0..<Int.max
  /// Whether every kill and every panic has what the kernel would have logged of it.
  package var recordsLog = false

  /// - Parameter kernel: the release to decide by. One that is not known gets the rules of the nearest,
  ///   and every run says so in its warnings.
  public init(kernel: KernelRelease = .standard) {
    self.init(kernel: kernel, rules: RulesByRelease.rules(of: kernel))
  }

  /// A simulator whose rules are those of no release: for the question which rule makes a difference.
  init(kernel: KernelRelease, rules: Rules) {
    self.kernel = kernel
    self.rules = rules
    ruleSet = RuleSet.of(kernel)
  }

  /// A simulator of the release that a scenario names.
  public init(for scenario: Scenario) {
    self.init(kernel: scenario.kernel ?? .standard)
  }

  /// Replays a scenario to its end, if it is valid.
  ///
  /// - Returns: what happened. Of a scenario that has `Scenario.problems()` nothing is replayed: the run has the
  ///   outcome `invalid` and lists them.
  /// - Complexity: grows with events and kills, not with time or memory; a kill looks at every process
  ///   of its domain. Before that the check of the scenario, O(processes + events).
  public func run(_ scenario: Scenario) -> Run {
    let problems = scenario.problemsOfReplay()
    return problems.isEmpty ? run(valid: scenario) : refusal(of: scenario, problems)
  }

  /// Replays a scenario that is known to be valid, because it was read or made by this package.
  package func run(valid scenario: Scenario) -> Run {
    var replay = Replay(
      scenario, rules: rules, policy: policy, recordsCandidates: recordsCandidates)
    if let mostRestarts { replay.mostRestarts = mostRestarts }
    replay.listedKills = listedKills
    if let mostKills { replay.mostKills = mostKills }
    if let mostEffort { replay.mostEffort = mostEffort }
    if recordsLog { replay.state.logForms = LogForms(of: kernel) }
    replay.run()
    return result(of: replay, scenario)
  }

  /// The badness of every process at an instant.
  ///
  /// - Parameters:
  ///   - scenario: the machine and its processes.
  ///   - time: everything that happens at that instant has happened. Nil is the state at the
  ///     start, before any event.
  /// - Returns: the table; of a scenario that has `Scenario.problems()` an empty one that lists them.
  /// - Complexity: O(processes), besides the events up to `time`.
  public func score(_ scenario: Scenario, at time: Microseconds? = nil) -> ScoreTable {
    let problems = scenario.problemsOfReplay()
    if problems.isEmpty { return score(valid: scenario, at: time) }
    return ScoreTable(
      scenario: scenario.name, kernel: kernel.text, ruleSet: ruleSet.key, totalpages: 0,
      pageSize: scenario.machine.pageSize,
      arithmetic: BadnessArithmetic(rules: rules, word: scenario.machine.wordBits, totalpages: 0),
      equalsReplace: rules.equalsReplace(in: .none), warnings: kernel.warnings,
      problems: problems, processes: [])
  }

  /// The same of a scenario that is known to be valid, because it was read or made by this package.
  package func score(valid scenario: Scenario, at time: Microseconds? = nil) -> ScoreTable {
    var replay = Replay(scenario, rules: rules, policy: policy, recordsCandidates: false)
    replay.stopsAtLoop = false
    if let time { replay.run(until: time) }
    replay.state.settle()
    let state = replay.state
    return ScoreTable(
      scenario: scenario.name, kernel: kernel.text, ruleSet: ruleSet.key,
      totalpages: state.totalpages,
      pageSize: scenario.machine.pageSize,
      arithmetic: BadnessArithmetic(
        rules: state.rules, word: scenario.machine.wordBits, totalpages: state.totalpages),
      equalsReplace: rules.equalsReplace(in: .none),
      warnings: kernel.warnings + replay.record.warnings,
      processes: state.candidates(
        state.oomControl(domain: nil, invoker: nil, nodes: nil)))
  }

  /// The run of a scenario that is not replayed.
  private func refusal(of scenario: Scenario, _ problems: [ScenarioProblem]) -> Run {
    Run(
      scenario: scenario.name, title: scenario.title, kernel: kernel.text, ruleSet: ruleSet.key,
      policy: policy, outcome: .invalid, end: 0, pageSize: scenario.machine.pageSize, totalpages: 0,
      kills: [], refused: [], stuck: [], panic: nil, loop: nil, warnings: kernel.warnings,
      problems: problems,
      tasks: Tasks(rules: rules, machine: scenario.machine, pagesPerTable: 1), replaced: [])
  }

  func result(of replay: Replay, _ scenario: Scenario) -> Run {
    var state = replay.state
    state.settle()
    var run = Run(
      scenario: scenario.name, title: scenario.title, kernel: kernel.text, ruleSet: ruleSet.key,
      policy: policy,
      outcome: replay.record.hasPanicked
        ? .panic
        : replay.record.loop != nil
          ? .loop
          : replay.isAbandoned ? .cutOff : .completed,
      end: replay.now,
      pageSize: scenario.machine.pageSize, totalpages: state.totalpages, kills: replay.record.kills,
      refused: replay.record.refused, stuck: replay.stuck, panic: replay.record.panic,
      loop: replay.record.loop, warnings: kernel.warnings + replay.record.warnings,
      stalls: replay.stalls, groups: replay.finalGroups, tasks: state.tasks,
      replaced: replay.state.restarts.replaced)
    run.badness = scenario.badness?.text
    run.callsKiller = replay.record.callsKiller
    run.spent.looks = replay.state.ledger.effort.looks
    return run
  }
}

/// The badness of every living process in iteration order.
public struct ScoreTable: Equatable, Sendable {
  package var scenario: String
  package var kernel: String
  /// Key of the rules that decide.
  package var ruleSet: String
  /// The machine's: memory + swap.
  package var totalpages: Int64
  package var pageSize: Bytes
  /// How points came about.
  package var arithmetic: BadnessArithmetic
  /// Of equals the kernel takes the last in the order of the list, else the first.
  package var equalsReplace: Bool
  /// What has to be said of the rules and of the start state.
  public var warnings: [Warning]
  /// Why there is no process in it; empty where the scenario is valid.
  public package(set) var problems: [ScenarioProblem] = []
  /// In iteration order, which is that of creation.
  public var processes: [Candidate]
}
