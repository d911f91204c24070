package import OOMSimulator
package import VictimSelection

/// What a badness of one's own chooses from the table of a report, in the place of the release's.
package struct OwnChoice: Equatable, Sendable {
  /// The expression as it was written.
  package var badness: String
  /// The process that it takes; nil where it takes nobody, or where nothing can be said.
  package var victim: Candidate?
  /// A candidate has no value.
  package var hasNoValue = false

  /// The columns that no report has.
  package static func missingColumns(_ badness: BadnessExpression) -> [String] {
    let missing: [BadnessColumn] = [.nice, .runTime, .cpuTime, .cgroupCurrent, .cgroupMax]
    return missing.filter { badness.reads($0) }.map { $0.rawValue }
  }
}

extension Autopsy {
  /// Chooses once more, by a badness of one's own.
  package mutating func choose(by badness: BadnessExpression) {
    guard var scenario else { return }
    scenario.badness = badness
    let run = Simulator(for: scenario).run(valid: scenario)
    own = OwnChoice(
      badness: badness.text, victim: run.kills.first?.victim, hasNoValue: run.isWithoutBadness)
  }

  /// Whether that is another process than the kernel chose; nil where the log does not say which one that is.
  package var ownIsAnother: Bool? {
    guard let own, let logged else { return nil }
    return own.victim.map { Int64($0.pid) } != logged.pid
  }
}
