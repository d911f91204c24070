internal import VictimSelection

/// Why this process and no other: a function of the kill, with nothing computed anew but differences.
public struct Explanation: Equatable, Sendable {
  public let kill: Kill
  /// What one step of `oom_score_adj` is worth, in pages.
  public let pagesPerAdj: Int64
  /// Points that the victim had more than the runner-up; nil without one.
  public let margin: Int64?
  /// The highest `oom_score_adj` at which the runner-up would have been chosen instead; nil when no
  /// value above -1000 would do, or when there is no runner-up.
  public let sparedAtAdj: Int16?

  public init(of kill: Kill) {
    self.kill = kill
    pagesPerAdj = SignedBadness(totalpages: kill.totalpages).pagesPerAdj
    margin = kill.runnerUp.map { kill.victim.points - $0.points }
    sparedAtAdj = Self.sparedAt(kill, pagesPerAdj)
  }

  private static func sparedAt(_ kill: Kill, _ pagesPerAdj: Int64) -> Int16? {
    guard !kill.isAllocatingTask, pagesPerAdj > 0, let runnerUp = kill.runnerUp?.points else {
      return nil
    }
    // Largest adj with pages + adj × unit below the runner-up, or equal where equals fall to it.
    let room = runnerUp - kill.victim.pages - (kill.runnerUpWinsTies ? 0 : 1)
    let adj = room >= 0 ? room / pagesPerAdj : -((-room + pagesPerAdj - 1) / pagesPerAdj)
    return adj > -1000 ? Int16(min(adj, 1000)) : nil
  }
}

extension Explanation: CustomStringConvertible {
  /// The terms of the victim's points, the runner-up and the margin, in pages; one line each.
  public var description: String {
    let victim = kill.victim
    var lines = [
      "\(victim.name) (pid \(victim.pid)): \(victim.points) points = anon \(victim.anon) + file "
        + "\(victim.file) + shmem \(victim.shmem) + swap \(victim.swap) + page tables "
        + "\(victim.pageTables) + oom_score_adj \(victim.oomScoreAdj) × \(pagesPerAdj)"
    ]
    if let runnerUp = kill.runnerUp, let margin {
      lines.append("runner-up \(runnerUp.name) (pid \(runnerUp.pid)): \(margin) points less")
    }
    if let sparedAtAdj { lines.append("spared at oom_score_adj \(sparedAtAdj) or less") }
    return lines.joined(separator: "\n")
  }
}
