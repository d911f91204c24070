/// What a release takes off the points of a process with `CAP_SYS_ADMIN`.
///
/// The bonus goes into the columns that a selection reads, so that the loop need not ask which processes are root.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c, `has_capability_noaudit(p, CAP_SYS_ADMIN)`.
public enum RootBonus: Equatable, Sendable {
  /// Since 4.17, commit d46078b28889; and in the rules before 2.6.36, which divide instead.
  case none
  /// 30 thousandths of totalpages: 2.6.36 to 3.4 as points, 3.5 to 3.13 as steps of `oom_score_adj`.
  case ofTotal
  /// 3 % of what the process itself uses, rounded down: 3.14 to 4.16, commit 778c14affaf9.
  case ofOwnUse

  /// What a selection counts of a process.
  ///
  /// - Parameter pages: rss + swap + page tables, in pages.
  public func pages(_ pages: Int64, isAdmin: Bool, word: WordBits = .bits64) -> Int64 {
    guard self == .ofOwnUse, isAdmin else { return pages }
    return pages - bonus(of: pages, word)
  }

  /// The weight that a selection reads.
  public func weight(_ oomScoreAdj: Int16, isAdmin: Bool) -> Int16 {
    self == .ofTotal && isAdmin ? oomScoreAdj - 30 : oomScoreAdj
  }

  private func bonus(of pages: Int64, _ word: WordBits) -> Int64 {
    switch word {
    case .bits64: pages &* 3 / 100
    case .bits32: Int64((Int32(truncatingIfNeeded: pages) &* 3) / 100)
    }
  }
}
