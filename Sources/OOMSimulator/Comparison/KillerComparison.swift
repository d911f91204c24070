/// One scenario with other killers of user space beside the kernel's own.
package struct KillerComparison: Sendable {
  /// One of them.
  package struct Entry: Sendable {
    /// As it was asked for: `none`, `earlyoom`, `earlyoom+systemd-oomd`.
    package var name: String
    package var killers: [UserspaceKiller]
    package var run: Run
  }

  package var scenario: String
  package var entries: [Entry]

  /// Replays a scenario once for each choice of killers. A kind that the scenario configures has its settings, another
  /// one those that the program has by default.
  ///
  /// - Parameter choices: each the kinds that run at once; none is the kernel alone.
  /// - Complexity: that of a run for each choice; all share what one run may take.
  package init(
    of scenario: Scenario, choices: [[UserspaceKiller.Kind]], simulator: Simulator
  ) {
    self.scenario = scenario.name
    var simulator = simulator
    simulator.mostEffort =
      simulator.mostEffort ?? Simulator.mostEffort(ofEach: choices.count, of: scenario)
    entries = choices.map { kinds in
      var copy = scenario
      copy.killers = kinds.map { kind in
        scenario.killers.first { $0.kind == kind } ?? UserspaceKiller(kind)
      }
      return Entry(
        name: kinds.isEmpty ? "none" : kinds.map { $0.rawValue }.joined(separator: "+"),
        killers: copy.killers, run: simulator.run(valid: copy))
    }
  }

  /// The entry in which something dies first.
  package var first: Entry? {
    var first: Entry?
    for entry in entries {
      guard let at = entry.run.kills.first?.at else { continue }
      if at < first?.run.kills.first?.at ?? Microseconds(.max) { first = entry }
    }
    return first
  }
}
