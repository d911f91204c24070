/// Replays scenarios by the rules of one kernel release.
///
/// Pure: the same scenario gives the same run, on every machine and in every build.
public struct Simulator: Sendable {
  public let kernel: KernelRelease
  public let rules: RuleSet
  /// Whether every kill lists everybody in its domain.
  public var recordsCandidates = false

  /// - Parameter kernel: the release to decide by. One that is older than all known rules gets the
  ///   oldest of them, and every run says so in its warnings.
  public init(kernel: KernelRelease = .standard) {
    self.kernel = kernel
    rules = RuleSet.of(kernel) ?? RuleSet.byRelease[0]
  }

  /// A simulator of the release that a scenario names.
  public init(for scenario: Scenario) {
    self.init(kernel: scenario.kernel ?? .standard)
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
      scenario: scenario.name, kernel: kernel.text, totalpages: world.totalpages,
      pageSize: scenario.machine.pageSize,
      processes: world.candidates(domain: nil, totalpages: world.totalpages))
  }

  func result(of replay: Replay, _ scenario: Scenario) -> Run {
    var world = replay.world
    world.settle()
    var run = Run(
      scenario: scenario.name, title: scenario.title, kernel: kernel.text, ruleSet: rules.key,
      outcome: replay.panic == nil ? .completed : .panic, end: replay.now,
      pageSize: scenario.machine.pageSize, totalpages: world.totalpages, kills: replay.kills,
      refused: replay.refused, stuck: replay.stuck, panic: replay.panic,
      warnings: world.warnings, digest: 0, tasks: world.tasks)
    if kernel > .newestKnown {
      run.warnings.append(
        "\(kernel) is newer than \(KernelRelease.newestKnown), the newest release that the rules were "
          + "compared with")
    }
    if kernel < rules.since {
      run.warnings.append("no rules for \(kernel): decided by those of \(rules.key)")
    }
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
