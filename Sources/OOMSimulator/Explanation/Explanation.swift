internal import VictimSelection

/// Why this process and no other: a function of the kill, with nothing computed anew but differences.
public struct Explanation: Equatable, Sendable {
  @Indirect package private(set) var kill: Kill
  /// What one step of `oom_score_adj` is worth, in points.
  package let pointsPerAdj: Int64
  /// Points that the victim had more than the runner-up; nil without one.
  public let margin: Int128?
  /// The highest `oom_score_adj` below its own at which the runner-up would have been chosen instead; nil
  /// when no value above -1000 would do, or when there is no runner-up.
  public let sparedAtAdj: Int16?
  /// The same of `oom_adj`, for the rules before 2.6.36.
  package let sparedAtOOMAdj: Int16?

  /// The explanation of a kill, from what the kill itself holds: nothing is replayed.
  ///
  /// - Complexity: O(1).
  public init(of kill: Kill) {
    self.kill = kill
    guard let decision = kill.decision else {
      (pointsPerAdj, margin, sparedAtAdj, sparedAtOOMAdj) = (0, nil, nil, nil)
      return
    }
    pointsPerAdj = decision.arithmetic.pointsPerAdj
    // Who cannot be chosen has no points.
    let other = decision.runnerUp.flatMap { $0.ineligible == nil ? $0 : nil }
    margin = kill.victim.ineligible == nil ? other.map { kill.victim.points - $0.points } : nil
    let isLegacy = decision.arithmetic.unit == .none
    let spared: Int16? =
      if decision.chosen == .points, let runnerUp = decision.runnerUp {
        BreakEven(arithmetic: decision.arithmetic)
          .sparedAt(kill.victim, under: runnerUp.points, otherWinsTie: decision.runnerUpWinsTies)
      } else {
        nil
      }
    sparedAtAdj = isLegacy ? nil : spared
    sparedAtOOMAdj = isLegacy ? spared : nil
  }

  /// The lowest `oom_score_adj` above its own at which the runner-up would have been chosen instead; nil when
  /// no value up to 1000 would do, or where it is not points that decide.
  package var runnerUpChosenAtAdj: Int16? {
    guard let decision = kill.decision, decision.chosen == .points,
      decision.arithmetic.unit != .none, let runnerUp = decision.runnerUp,
      runnerUp.ineligible == nil
    else { return nil }
    return BreakEven(arithmetic: decision.arithmetic)
      .chosenAt(runnerUp, over: kill.victim.points, winsTie: decision.runnerUpWinsTies)
  }

  /// The terms of the victim's points, in the order of the arithmetic; none where it was not the kernel that decided.
  public var terms: [Term] { kill.decision?.arithmetic.terms(of: kill.victim) ?? [] }
}

extension Explanation: CustomStringConvertible {
  /// The terms of the victim's points, the runner-up and the margin; one line each.
  public var description: String {
    let victim = kill.victim
    guard let decision = kill.decision else {
      return "\(victim.name) (pid \(victim.pid)): taken by \(kill.by)"
    }
    var lines = [
      "\(victim.name) (pid \(victim.pid)): \(victim.points) points = "
        + Term.text(terms, number: { "\($0)" })
    ]
    if let runnerUp = decision.runnerUp, let margin {
      lines.append("runner-up \(runnerUp.name) (pid \(runnerUp.pid)): \(margin) points less")
    }
    if let sparedAtAdj { lines.append("spared at oom_score_adj \(sparedAtAdj) or less") }
    if let sparedAtOOMAdj { lines.append("spared at oom_adj \(sparedAtOOMAdj) or less") }
    return lines.joined(separator: "\n")
  }
}
