/// Badness of Linux 3.5 to 5.8: pages, and 1 for every process that `oom_score_adj` would bring lower.
///
/// The floor makes all strongly protected processes equal: which of them dies is a tie.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c; since 3.5.
struct AtLeastOneBadness: Badness {
  var isOrdered: Bool { true }
  let pagesPerAdj: Int64

  init(totalpages: Int64) {
    pagesPerAdj = totalpages / 1000
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    max(pages &+ Int64(weight) &* pagesPerAdj, 1)
  }
}

/// The same where `long` has 32 bits: every step wraps.
struct AtLeastOneBadness32: Badness {
  var isOrdered: Bool { false }
  let signed: SignedBadness32

  init(totalpages: Int64) {
    signed = SignedBadness32(totalpages: totalpages)
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    Int64(max(signed.wrapped(pages: pages, weight: weight), 1))
  }
}

/// The same, held in an `unsigned int` by the scan: 3.5 to 4.8. See `SelectionRule.holdsPointsIn32Bits`.
struct AtLeastOneBadnessHeldIn32Bits: Badness {
  var isOrdered: Bool { false }
  let full: AtLeastOneBadness

  init(totalpages: Int64) {
    full = AtLeastOneBadness(totalpages: totalpages)
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    full.points(pages: pages, weight: weight) & 0xffff_ffff
  }
}
