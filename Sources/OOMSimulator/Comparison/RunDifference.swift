/// What two runs come to differently: who dies, how much with them, when, who is refused, and the rest.
public struct RunDifference: Equatable, Sendable {
  /// What of a run is compared, in the order in which it is told.
  public enum Aspect: String, CaseIterable, Sendable {
    /// The process that dies first in each kill.
    case victims
    /// How many kills and deaths there are, and how much comes back.
    case blastRadius = "blast_radius"
    /// When the first kill is.
    case firstKill = "first_kill"
    /// The processes that overcommit refuses memory, and how much.
    case refused
    /// Whose growth can never go on.
    case stuck
    /// Whether, why and when the kernel panics.
    case panic
    /// What repeats itself without end.
    case loop
    /// When the run ends.
    case end
  }

  @Indirect package private(set) var before: Run
  @Indirect package private(set) var after: Run
  /// What differs; empty where nothing does.
  public let aspects: [Aspect]

  /// What `after` comes to differently than `before`.
  ///
  /// - Complexity: O(kills).
  public init(from before: Run, to after: Run) {
    self.before = before
    self.after = after
    aspects = Aspect.allCases.filter { Self.differ(before, after, in: $0) }
  }

  private static func differ(_ before: Run, _ after: Run, in aspect: Aspect) -> Bool {
    switch aspect {
    case .victims: return before.kills.map { $0.dyingFirst } != after.kills.map { $0.dyingFirst }
    case .blastRadius:
      let (a, b) = (BlastRadius(of: before), BlastRadius(of: after))
      return (a.kills, a.deaths, a.freedPages) != (b.kills, b.deaths, b.freedPages)
    case .firstKill: return before.kills.first?.at != after.kills.first?.at
    case .refused:
      return before.refused.map { $0.process } != after.refused.map { $0.process }
        || before.refused.map { $0.pages } != after.refused.map { $0.pages }
    case .stuck: return before.stuck != after.stuck
    case .panic: return before.panic?.why != after.panic?.why || before.panic?.at != after.panic?.at
    case .loop: return before.loop != after.loop
    case .end: return before.end != after.end
    }
  }
}

/// Two scenarios, each by its own kernel: what they have and what they come to differently.
package struct ScenarioComparison: Equatable, Sendable {
  @Indirect package private(set) var before: Scenario
  @Indirect package private(set) var after: Scenario
  package let settings: [ScenarioDifference]
  @Indirect package private(set) var runs: RunDifference
  /// What the first scenario does under the kernel of the second, where these are two.
  @Indirect package private(set) var kernels: Comparison?

  package init(of before: Scenario, _ after: Scenario, policy: Policy = .kernel) {
    self.before = before
    self.after = after
    settings = ScenarioDifference.all(from: before, to: after)
    func run(_ scenario: Scenario) -> Run {
      var simulator = Simulator(for: scenario)
      simulator.policy = policy
      return simulator.run(valid: scenario)
    }
    runs = RunDifference(from: run(before), to: run(after))
    let (first, second) = (before.kernel ?? .standard, after.kernel ?? .standard)
    kernels = first == second ? nil : Comparison(of: before, kernels: [first, second])
  }
}
