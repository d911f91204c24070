internal import VictimSelection

extension Explanation {
  /// The lowest `oom_score_adj` above its own at which the runner-up would have been chosen instead; nil when
  /// no value up to 1000 would do, or where it is not points that decide.
  public var runnerUpChosenAtAdj: Int16? {
    guard kill.chosen == .points, kill.arithmetic.unit != .none, let runnerUp = kill.runnerUp,
      runnerUp.ineligible == nil, runnerUp.oomScoreAdj < 1000, pointsPerAdj > 0
    else { return nil }
    // Tried one by one: points need not rise with it where words wrap.
    for adj in (runnerUp.oomScoreAdj + 1)...1000 {
      let points = kill.arithmetic.points(of: runnerUp, adj: adj)
      if points > kill.victim.points || (points == kill.victim.points && kill.runnerUpWinsTies) {
        return adj
      }
    }
    return nil
  }
}
