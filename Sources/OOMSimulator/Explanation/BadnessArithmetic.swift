package import VictimSelection

/// How a release turns what it reads of a process into points.
package struct BadnessArithmetic: Equatable, Sendable {
  package let rules: Rules
  package let word: WordBits
  /// What `oom_score_adj` is scaled with.
  package let totalpages: Int64

  init(rules: Rules, word: WordBits, totalpages: Int64) {
    self.rules = rules
    self.word = word
    self.totalpages = totalpages
  }

  /// The unit of points.
  package enum Unit: Sendable {
    case pages
    case thousandths
    /// What `badness()` made of address space and time before 2.6.36.
    case none
    /// Whatever the scenario's own badness comes to.
    case own
  }

  package var unit: Unit {
    if rules.badness.own != nil { return .own }
    return switch rules.badness.rule {
    case nil: .none
    case .perMille: .thousandths
    case .atLeastOne, .signed: .pages
    }
  }

  /// What one step of `oom_score_adj` is worth in points; 0 in the rules before 2.6.36, where `oom_adj` shifts, and for a
  /// badness of one's own.
  package var pointsPerAdj: Int64 {
    switch unit {
    case .pages: totalpages / 1000
    case .thousandths: 1
    case .none, .own: 0
    }
  }

  /// Points of a process with another `oom_score_adj` (before 2.6.36: `oom_adj`).
  func points(of candidate: Candidate, adj: Int16) -> Int128 {
    if let own = rules.badness.own {
      return own.candidatePoints { value($0, of: candidate, adj: adj) } ?? .min
    }
    guard let badness = rules.badness.rule else {
      var task = candidate.legacy ?? LegacyTask()
      task.oomAdj = adj
      return Int128(rules.badness.legacy.points(task, word: word))
    }
    let rule = SelectionRule(badness: badness, word: word)
    return Int128(
      rule.points(
        pages: rules.badness.rootBonus.pages(
          candidate.pages, isAdmin: candidate.isAdmin, word: word),
        weight: rules.badness.rootBonus.weight(adj, isAdmin: candidate.isAdmin),
        totalpages: totalpages))
  }
}
