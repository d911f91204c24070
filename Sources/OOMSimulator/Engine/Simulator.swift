/// Replays scenarios by the rules of one kernel release.
///
/// Pure: the same scenario gives the same run, on every machine and in every build.
public struct Simulator: Sendable {
  /// The release as given.
  public let kernel: String
  public let rules: RuleSet
  /// Whether every kill lists everybody in its domain.
  public var recordsCandidates = false

  /// - Parameters:
  ///   - kernel: a release such as `6.12` or `6.12.117+deb12`; nil is `KernelRelease.standard`.
  /// - Returns: nil when the text is no release, or one that is older than all known rules.
  public init?(kernel: String? = nil) {
    let text = kernel ?? KernelRelease.standard.description
    guard let release = KernelRelease(text), let rules = RuleSet.of(release) else { return nil }
    self.kernel = text
    self.rules = rules
  }

  /// Replays a scenario to its end.
  ///
  /// - Complexity: grows with events and kills, not with time or memory; a kill looks at every process
  ///   of its domain.
  public func run(_ scenario: Scenario) -> Run {
    var replay = Replay(scenario, recordsCandidates: recordsCandidates)
    replay.run()
    return result(of: replay, scenario)
  }

  /// The badness of every process at an instant.
  ///
  /// - Parameter time: microseconds; everything that happens at that instant has happened. Nil is the
  ///   state at the start, before any event.
  public func score(_ scenario: Scenario, at time: Int64? = nil) -> ScoreTable {
    var replay = Replay(scenario, recordsCandidates: false)
    if let time { replay.run(until: time) }
    replay.world.settle()
    let world = replay.world
    return ScoreTable(
      scenario: scenario.name, kernel: kernel, totalpages: world.totalpages,
      pageSize: scenario.machine.pageSize,
      processes: world.candidates(domain: nil, totalpages: world.totalpages))
  }

  func result(of replay: Replay, _ scenario: Scenario) -> Run {
    var world = replay.world
    world.settle()
    var run = Run(
      scenario: scenario.name, title: scenario.title, kernel: kernel, ruleSet: rules.key,
      outcome: replay.panic == nil ? .completed : .panic, end: replay.now,
      pageSize: scenario.machine.pageSize, totalpages: world.totalpages, kills: replay.kills,
      refused: replay.refused, stuck: replay.stuck, panic: replay.panic,
      warnings: world.warnings, digest: 0, tasks: world.tasks)
    run.digest = digest(of: run)
    return run
  }
}

/// The badness of every living process in iteration order.
public struct ScoreTable: Equatable, Sendable {
  public var scenario: String
  public var kernel: String
  /// The machine's: memory + swap.
  public var totalpages: Int64
  public var pageSize: Int64
  public var processes: [Candidate]
}
