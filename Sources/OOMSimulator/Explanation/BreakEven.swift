internal import VictimSelection

/// At which value of its setting a process would be chosen before another one, or spared for it.
///
/// The setting is `oom_score_adj`, -999 to 1000, and before 2.6.36 `oom_adj`, -16 to 15: values that take nobody out of
/// the choice. All of them are tried, one by one: points need not rise with the setting where words wrap.
struct BreakEven {
  let arithmetic: BadnessArithmetic

  private var isLegacy: Bool { arithmetic.unit == .none }

  private func setting(of candidate: Candidate) -> Int16 {
    isLegacy ? candidate.legacy?.oomAdj ?? 0 : candidate.oomScoreAdj
  }

  /// In a memcg under 4 MiB a step of `oom_score_adj` is worth no page; a badness of one's own need not read it.
  private var weighsNothing: Bool {
    if let own = arithmetic.rules.badness.own { return !own.reads(.oomScoreAdj) }
    return !isLegacy && arithmetic.pointsPerAdj == 0
  }

  /// The lowest value above its own at which a process would be chosen before one with `other` points.
  ///
  /// - Parameter winsTie: with as many points it would be, too.
  func chosenAt(_ candidate: Candidate, over other: Int128, winsTie: Bool) -> Int16? {
    let own = setting(of: candidate)
    let most: Int16 = isLegacy ? 15 : 1000
    if own >= most || (weighsNothing && candidate.ineligible == nil) { return nil }
    return (own + 1...most).first {
      beats(arithmetic.points(of: candidate, adj: $0), other, winsTie: winsTie)
    }
  }

  /// The highest value below its own at which a process with `other` points would be chosen instead.
  ///
  /// - Parameter otherWinsTie: with as many points that one would be, too.
  func sparedAt(_ candidate: Candidate, under other: Int128, otherWinsTie: Bool) -> Int16? {
    let own = setting(of: candidate)
    let least: Int16 = isLegacy ? -16 : -999
    if own <= least || weighsNothing { return nil }
    return stride(from: own - 1, through: least, by: -1).first {
      beats(other, arithmetic.points(of: candidate, adj: $0), winsTie: otherWinsTie)
    }
  }

  /// Whether the points of one process are enough against those of another.
  func beats(_ points: Int128, _ other: Int128, winsTie: Bool) -> Bool {
    let (points, other) = (arithmetic.rules.held(points), arithmetic.rules.held(other))
    return points > other || (points == other && winsTie)
  }
}
