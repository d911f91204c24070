/// What a comparison keeps of a replay.
package struct Glimpse: Sendable {
  let outcome: ComparedOutcome
  /// Of the first victim.
  let points: Int128?
  let warnings: [Warning]
  let effort: Int64
  /// An OOM has called the killer of the kernel.
  let callsKiller: Bool
  /// Nil where nobody shows it.
  let run: Run?

  init(_ run: Run, keepsRun: Bool) {
    outcome = ComparedOutcome(run)
    points = run.pointsOfFirst
    warnings = run.warnings
    effort = run.effort
    callsKiller = run.callsKiller
    self.run = keepsRun ? run : nil
  }
}

/// Replays a scenario so many times, each by itself, on one thread or on several; the results are in order.
package typealias Replays =
  @Sendable (
    _ scenario: Scenario, _ count: Int, _ replay: @Sendable (Scenario, Int) -> Glimpse
  ) -> [Glimpse]

/// The runs of a comparison, and what they may take.
struct ComparedRuns {
  private let scenario: Scenario
  private let replays: Replays
  /// What all runs may still take; nil where each has a part of its own.
  private var left: Int64?
  private let part: Int64

  /// One for each release at which a rule changes, and as many to find out which rule does it.
  private static let usualCount: Int64 = 128
  /// Runs between two looks at what is left, which does not depend on the number of threads.
  private static let atOnce = 4

  /// Whole runs, as long as all together do not take more than `most`.
  init(_ scenario: Scenario, most: Int64, _ replays: @escaping Replays) {
    self.scenario = scenario
    self.replays = replays
    left = most
    part = most
  }

  /// Runs that are followed for an equal part of `most` each.
  init(_ scenario: Scenario, partsOf most: Int64, _ replays: @escaping Replays) {
    self.scenario = scenario
    self.replays = replays
    part = most / Self.usualCount
  }

  /// Replays the scenario by the rules that are listed.
  ///
  /// - Returns: in their order; nil when all runs together take more than they may, or one of those that run at once more than
  ///   its part of it.
  mutating func replay(
    _ list: [(kernel: KernelRelease, rules: Rules)], keepsRuns: Bool = false
  ) -> [Glimpse]? {
    var glimpses: [Glimpse] = []
    glimpses.reserveCapacity(list.count)
    while glimpses.count < list.count {
      let from = glimpses.count
      let count = min(list.count - from, left == nil ? list.count : Self.atOnce)
      // Those that run at once take no more than what is left together.
      let most = left.map { $0 / Int64(count) } ?? part
      glimpses += replays(scenario, count) { scenario, index in
        let (kernel, rules) = list[from + index]
        var simulator = Simulator(kernel: kernel, rules: rules)
        simulator.mostEffort = most
        return Glimpse(simulator.run(valid: scenario), keepsRun: keepsRuns)
      }
      guard let before = left else { continue }
      if glimpses[from...].contains(where: { $0.effort > most }) { return nil }
      left = glimpses[from...].reduce(before) { $0 - $1.effort }
    }
    return glimpses
  }
}
