/// Badness of Linux 2.6.36 to 3.4: thousandths of totalpages, kept between 1 and 1000.
///
/// Everybody at 1000 is equal, and so is everybody at 1.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c; 2.6.36, commit a63d83f427f; page tables and an `int` since
/// 2.6.39; `long` since 3.2.
struct PerMilleBadness: Badness {
  var isOrdered: Bool { product == .long && word == .bits64 }
  let totalpages: UInt64
  let product: PerMilleProduct
  let word: WordBits

  init(totalpages: Int64, product: PerMilleProduct, word: WordBits) {
    let width =
      word == .bits32 ? UInt64(UInt32(truncatingIfNeeded: totalpages)) : UInt64(totalpages)
    self.totalpages = max(width, 1)
    self.product = product
    self.word = word
  }

  @inline(__always)
  func points(pages: Int64, weight: Int16) -> Int64 {
    let sum = thousandths(pages) &+ Int64(weight)
    // An int until 3.1, a long since: what does not fit wraps before it is limited.
    let held = product == .long && word == .bits64 ? sum : Int64(Int32(truncatingIfNeeded: sum))
    return min(max(held, 1), 1000)
  }

  /// `pages × 1000 / totalpages` in the kernel's types; the division is unsigned in all of them.
  @inline(__always)
  private func thousandths(_ pages: Int64) -> Int64 {
    switch (product, word) {
    case (.unsignedWord, .bits64):
      Int64(Int32(truncatingIfNeeded: UInt64(bitPattern: pages &* 1000) / totalpages))
    case (.unsignedWord, .bits32):
      Int64(
        Int32(truncatingIfNeeded: UInt64(UInt32(truncatingIfNeeded: pages) &* 1000) / totalpages))
    case (.int, .bits64):
      // A negative product becomes a huge unsigned word before it is divided; the quotient is cut to int.
      Int64(Int32(truncatingIfNeeded: UInt64(bitPattern: Int64(intProduct(pages))) / totalpages))
    case (.int, .bits32), (.long, .bits32):
      Int64(Int32(truncatingIfNeeded: UInt64(UInt32(bitPattern: intProduct(pages))) / totalpages))
    case (.long, .bits64):
      Int64(bitPattern: UInt64(bitPattern: pages &* 1000) / totalpages)
    }
  }

  @inline(__always)
  private func intProduct(_ pages: Int64) -> Int32 { Int32(truncatingIfNeeded: pages) &* 1000 }
}
