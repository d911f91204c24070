package import VictimSelection

/// Many scenarios, each decided by two badnesses: in how many another process dies, and what that costs.
package struct BadnessComparison: Sendable {
  /// What one badness comes to in one scenario.
  package struct Side: Equatable, Sendable {
    package var outcome: Expectation.Outcome
    /// The process that dies first; nil where nobody does.
    package var first: ProcessIdentity?
    package var kills: Int
    /// All that die, by kills and with them.
    package var died: [ProcessIdentity]
    /// What all kills bring back. As large as 128 bits: a run may kill what comes back again and again.
    package var freedBytes: Int128
    /// The badness had no value for a candidate.
    package var hasNoValue = false

    init(_ run: Run) {
      outcome = run.outcome
      first = run.kills.first?.dyingFirst
      kills = run.kills.count
      died = run.kills.flatMap { kill in kill.killed.map { $0.process } }
      freedBytes =
        Int128(run.pageSize.rawValue) * run.kills.reduce(0) { $0 + Int128($1.freedPages) }
      hasNoValue = run.isWithoutBadness
    }
  }

  /// How far two badnesses differ in a scenario, the most first.
  package enum Kind: Int, Comparable, Sendable {
    /// Another process dies first, or somebody instead of nobody.
    case anotherFirst
    /// The first one is the same, a later one is not.
    case anotherLater
    case same

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  package struct Case: Sendable {
    /// The file, and which report of it.
    package var name: String
    package var kernel: String
    package var before: Side
    package var after: Side

    package var kind: Kind {
      if before.first != after.first || (before.outcome == .panic) != (after.outcome == .panic) {
        return .anotherFirst
      }
      return before.died == after.died ? .same : .anotherLater
    }

    /// How much more memory the second badness frees.
    package var moreFreedBytes: Int128 { after.freedBytes - before.freedBytes }
    /// How many more processes die by it.
    package var moreDied: Int { after.died.count - before.died.count }
  }

  /// Nil is the badness of each scenario's release.
  package let before: BadnessExpression?
  package let after: BadnessExpression?
  /// Those that differ most first: by `Kind`, then by the memory that is freed.
  package private(set) var cases: [Case] = []

  package init(before: BadnessExpression?, after: BadnessExpression?) {
    self.before = before
    self.after = after
  }

  /// Replays one more scenario by both.
  package mutating func add(_ scenario: Scenario, named name: String, kernel: KernelRelease?) {
    let simulator = kernel.map { Simulator(kernel: $0) } ?? Simulator(for: scenario)
    func side(_ badness: BadnessExpression?) -> Side {
      var copy = scenario
      copy.badness = badness
      return Side(simulator.run(valid: copy))
    }
    cases.append(
      Case(name: name, kernel: simulator.kernel.text, before: side(before), after: side(after)))
  }

  /// Brings the cases into order.
  package mutating func sort() {
    let order = cases.indices.sorted {
      let (one, other) = (cases[$0], cases[$1])
      if one.kind != other.kind { return one.kind < other.kind }
      let (most, least) = (one.moreFreedBytes.magnitude, other.moreFreedBytes.magnitude)
      return most != least ? most > least : $0 < $1
    }
    cases = order.map { cases[$0] }
  }

  package func count(_ kind: Kind) -> Int { cases.count { $0.kind == kind } }
}

extension Run {
  /// Whether it was cut off because the scenario's own badness had no value for a candidate.
  package var isWithoutBadness: Bool {
    warnings.contains {
      if case .stopped(after: .badness) = $0.fact { return true }
      return false
    }
  }
}
