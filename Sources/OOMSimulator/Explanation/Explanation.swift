internal import VictimSelection

/// Why this process and no other: a function of the kill, with nothing computed anew but differences.
public struct Explanation: Equatable, Sendable {
  @Indirect public private(set) var kill: Kill
  /// What one step of `oom_score_adj` is worth, in points.
  public let pointsPerAdj: Int64
  /// Points that the victim had more than the runner-up; nil without one.
  public let margin: Int128?
  /// The highest `oom_score_adj` below its own at which the runner-up would have been chosen instead; nil
  /// when no value above -1000 would do, or when there is no runner-up.
  public let sparedAtAdj: Int16?
  /// The same of `oom_adj`, for the rules before 2.6.36.
  public let sparedAtOOMAdj: Int16?

  public init(of kill: Kill) {
    self.kill = kill
    pointsPerAdj = kill.arithmetic.pointsPerAdj
    margin = kill.runnerUp.map { kill.victim.points - $0.points }
    let isLegacy = kill.arithmetic.unit == .none
    sparedAtAdj = isLegacy ? nil : Self.sparedAt(kill, from: kill.victim.oomScoreAdj, to: -999)
    sparedAtOOMAdj =
      isLegacy ? Self.sparedAt(kill, from: kill.victim.legacy?.oomAdj ?? 0, to: -16) : nil
  }

  /// Tries every value: points need not fall with it where words wrap.
  private static func sparedAt(_ kill: Kill, from own: Int16, to lowest: Int16) -> Int16? {
    guard kill.chosen == .points, let runnerUp = kill.runnerUp?.points, own > lowest else {
      return nil
    }
    // With pages as points and no weight in oom_score_adj no value can do.
    if kill.arithmetic.unit != .none, kill.arithmetic.pointsPerAdj == 0 { return nil }
    for adj in stride(from: own - 1, through: lowest, by: -1) {
      let points = kill.arithmetic.points(of: kill.victim, adj: adj)
      if points < runnerUp || (points == runnerUp && kill.runnerUpWinsTies) { return adj }
    }
    return nil
  }

  /// The terms of the victim's points, in the order of the arithmetic.
  public var terms: [Term] { kill.arithmetic.terms(of: kill.victim) }
}

extension Explanation: CustomStringConvertible {
  /// The terms of the victim's points, the runner-up and the margin; one line each.
  public var description: String {
    let victim = kill.victim
    var lines = [
      "\(victim.name) (pid \(victim.pid)): \(victim.points) points = "
        + Term.text(terms, number: { "\($0)" })
    ]
    if let runnerUp = kill.runnerUp, let margin {
      lines.append("runner-up \(runnerUp.name) (pid \(runnerUp.pid)): \(margin) points less")
    }
    if let sparedAtAdj { lines.append("spared at oom_score_adj \(sparedAtAdj) or less") }
    if let sparedAtOOMAdj { lines.append("spared at oom_adj \(sparedAtOOMAdj) or less") }
    return lines.joined(separator: "\n")
  }
}
