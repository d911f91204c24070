/// Badness since Linux 5.9: signed, without a floor.
///
/// `points = pages + oom_score_adj × (totalpages / 1000)`. The division truncates first, so below
/// 1000 pages (a memcg under 4 MiB) an `oom_score_adj` other than -1000 weighs nothing.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c; signed since 5.9, commit 9066e5cfb73c.
public struct SignedBadness: Sendable {
  /// What one step of `oom_score_adj` is worth, in pages.
  public let pagesPerAdj: Int64

  public init(totalpages: Int64) {
    pagesPerAdj = totalpages / 1000
  }

  /// Badness in pages.
  ///
  /// - Parameters:
  ///   - pages: rss + swap entries + page tables, below 2^52.
  ///   - oomScoreAdj: -1000 to 1000.
  public func points(pages: Int64, oomScoreAdj: Int16) -> Int64 {
    pages + Int64(oomScoreAdj) * pagesPerAdj
  }
}
