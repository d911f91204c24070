/// How many of a number of runs did something, and what that says of the share of all that could be drawn.
package struct Proportion: Equatable, Sendable {
  package var count: Int
  /// Runs; at least 1.
  package var of: Int

  package init(count: Int, of: Int) {
    precondition(of >= 1 && (0...of).contains(count), "some of all runs")
    self.count = count
    self.of = of
  }

  /// Hundredths of a percent, rounded down.
  package var share: Int { count * 10_000 / of }

  /// The interval that holds the true share with 95 % confidence, in hundredths of a percent: its lower end rounded
  /// down, its upper end rounded up.
  ///
  /// E. B. Wilson, Probable inference, the law of succession, and statistical inference, J. Am. Stat. Assoc. 22, 1927:
  /// (k + z²/2 ± z √(k (n - k) / n + z²/4)) / (n + z²), for z = 1.96. Here in integers, all of it times 10⁴.
  package var interval: ClosedRange<Int> {
    let (k, n) = (Int128(count), Int128(of))
    let z2: Int128 = 38_416
    let middle = k * 10_000 + z2 / 2
    let whole = n * 10_000 + z2
    // The root is rounded up, so that the interval is never too small.
    let radicand = (z2 * 10_000 * k * (n - k) + n - 1) / n + z2 * z2 / 4
    var root = Int128(isqrt(radicand))
    if root * root < radicand { root += 1 }
    let low = max(middle - root, 0) * 10_000 / whole
    let high = min((middle + root) * 10_000 + whole - 1, 10_000 * whole) / whole
    return Int(low)...Int(high)
  }
}

/// Floor of the square root of a number that is not negative.
private func isqrt(_ number: Int128) -> Int128 {
  guard number > 1 else { return number }
  var root = Int128(1) << ((128 - number.leadingZeroBitCount + 1) / 2)
  while true {
    let next = (root + number / root) / 2
    if next >= root { return root }
    root = next
  }
}
