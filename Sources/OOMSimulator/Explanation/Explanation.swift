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
    pointsPerAdj = kill.arithmetic.pointsPerAdj
    margin = kill.runnerUp.map { kill.victim.points - $0.points }
    let isLegacy = kill.arithmetic.unit == .none
    let spared: Int16? =
      if kill.chosen == .points, let runnerUp = kill.runnerUp {
        BreakEven(arithmetic: kill.arithmetic)
          .sparedAt(kill.victim, under: runnerUp.points, otherWinsTie: kill.runnerUpWinsTies)
      } else {
        nil
      }
    sparedAtAdj = isLegacy ? nil : spared
    sparedAtOOMAdj = isLegacy ? spared : nil
  }

  /// The lowest `oom_score_adj` above its own at which the runner-up would have been chosen instead; nil when
  /// no value up to 1000 would do, or where it is not points that decide.
  package var runnerUpChosenAtAdj: Int16? {
    guard kill.chosen == .points, kill.arithmetic.unit != .none, let runnerUp = kill.runnerUp,
      runnerUp.ineligible == nil
    else { return nil }
    return BreakEven(arithmetic: kill.arithmetic)
      .chosenAt(runnerUp, over: kill.victim.points, winsTie: kill.runnerUpWinsTies)
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
