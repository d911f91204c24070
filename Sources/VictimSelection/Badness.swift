/// The badness of one release, over the two columns that a selection reads.
///
/// Both columns hold what the release counts: `pages` is rss, swap entries and the page tables that
/// count, less a root bonus of the process's own use; `weight` is `oom_score_adj`, less a root bonus
/// that is a fixed number of steps. See `RootBonus`.
protocol Badness {
  /// Whether of two processes of one weight the one with more pages never has fewer points: false where sums wrap.
  var isOrdered: Bool { get }

  /// Points of one process, as the kernel's function returns them.
  func points(pages: Int64, weight: Int16) -> Int64
}

/// Which arithmetic turns pages and `oom_score_adj` into points.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c, since 2.6.36. What came before is `LegacyBadness`.
public enum BadnessRule: Equatable, Sendable {
  /// Thousandths of totalpages, 1 to 1000: 2.6.36 to 3.4.
  case perMille(PerMilleProduct)
  /// Pages, at least 1: 3.5 to 5.8.
  case atLeastOne
  /// Pages, signed, without a floor: since 5.9.
  case signed
}

/// The type in which rss × 1000 is held while thousandths are worked out.
public enum PerMilleProduct: Equatable, Sendable {
  /// `unsigned long`: 2.6.36 to 2.6.38.
  case unsignedWord
  /// `int`: 2.6.39 to 3.1. Above 8.19 GiB it overflows, and the largest process scores 1.
  case int
  /// `long`: 3.2 to 3.4.
  case long
}

/// The width of `long` on the kernel that decides.
public enum WordBits: Int, Sendable {
  /// A kernel built for 32 bits: sums and products of old rules wrap at 2^31 or 2^32.
  case bits32 = 32
  /// A kernel built for 64 bits.
  case bits64 = 64
}

/// How a release selects: its badness, and what it does with equal points.
public struct SelectionRule: Equatable, Sendable {
  package var badness: BadnessRule
  /// Equal points replace the choice: the last of equals is taken instead of the first.
  package var equalsReplace: Bool
  /// The scan holds points in an `unsigned int`, so that they wrap at 16 TiB of 4 KiB pages: 3.5 to 4.8.
  package var holdsPointsIn32Bits: Bool
  package var word: WordBits

  /// A rule; by default that of 5.9 and later: signed pages, the last of equals, 64 bits.
  ///
  /// - Parameters: as the properties of the same names.
  public init(
    badness: BadnessRule = .signed, equalsReplace: Bool = true, holdsPointsIn32Bits: Bool = false,
    word: WordBits = .bits64
  ) {
    self.badness = badness
    self.equalsReplace = equalsReplace
    self.holdsPointsIn32Bits = holdsPointsIn32Bits
    self.word = word
  }

  /// Points of one process.
  ///
  /// - Parameters:
  ///   - pages: what the release counts of it, in pages, below 2^52.
  ///   - weight: `oom_score_adj` with the bonus of the release taken off.
  ///   - totalpages: 0 or more.
  public func points(pages: Int64, weight: Int16, totalpages: Int64) -> Int64 {
    switch (badness, word) {
    case (.signed, .bits64):
      SignedBadness(totalpages: totalpages).points(pages: pages, weight: weight)
    case (.signed, .bits32):
      SignedBadness32(totalpages: totalpages).points(pages: pages, weight: weight)
    case (.atLeastOne, .bits64):
      AtLeastOneBadness(totalpages: totalpages).points(pages: pages, weight: weight)
    case (.atLeastOne, .bits32):
      AtLeastOneBadness32(totalpages: totalpages).points(pages: pages, weight: weight)
    case (.perMille(let product), _):
      PerMilleBadness(totalpages: totalpages, product: product, word: word)
        .points(pages: pages, weight: weight)
    }
  }
}
