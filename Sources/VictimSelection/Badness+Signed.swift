/// Badness since Linux 5.9: signed, without a floor.
///
/// `points = pages + oom_score_adj × (totalpages / 1000)`. The division truncates first, so below
/// 1000 pages (a memcg under 4 MiB) an `oom_score_adj` other than -1000 weighs nothing.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c; signed since 5.9, commit 9066e5cfb73c.
struct SignedBadness: Badness {
  var isOrdered: Bool { true }
  let pagesPerAdj: Int64

  init(totalpages: Int64) {
    pagesPerAdj = totalpages / 1000
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    pages &+ Int64(weight) &* pagesPerAdj
  }
}

/// The same where `long` has 32 bits: every step wraps. A sum that is just `LONG_MIN` marks no candidate,
/// and is `Int64.min` here.
struct SignedBadness32: Badness {
  var isOrdered: Bool { false }
  let pagesPerAdj: Int32

  init(totalpages: Int64) {
    pagesPerAdj = Int32(bitPattern: UInt32(truncatingIfNeeded: totalpages) / 1000)
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    let points = wrapped(pages: pages, weight: weight)
    return points == .min ? .min : Int64(points)
  }

  @inline(__always)
  func wrapped(pages: Int64, weight: Int16) -> Int32 {
    Int32(truncatingIfNeeded: pages) &+ Int32(weight) &* pagesPerAdj
  }
}
