/// Between which numbers a part of an expression is for every process, both of them included.
package struct BadnessBounds: Equatable, Sendable {
  package var least: Int64
  package var most: Int64

  package init(_ least: Int64, _ most: Int64) {
    self.least = least
    self.most = most
  }

  static let word = Self(.min, .max)

  /// Whether a 32-bit number can be each of them; the lowest one is `never`.
  var isNarrow: Bool { least > Int64(Int32.min) && most <= Int64(Int32.max) }

  /// Whether it is 0 or 1.
  var isOfBits: Bool { least >= 0 && most <= 1 }

  func contains(_ number: Int64) -> Bool { least <= number && number <= most }

  func union(_ other: Self) -> Self { Self(min(least, other.least), max(most, other.most)) }

  /// What fits into 64 bits, and whether all does.
  fileprivate static func clamped(_ least: Int128, _ most: Int128) -> (Self, Bool) {
    let low = Int64(clamping: least)
    let high = Int64(clamping: most)
    return (Self(low, high), Int128(low) != least || Int128(high) != most)
  }
}

extension BadnessExpression.Operation {
  /// Between which numbers it is of numbers in bounds, and whether it may have no value for some of them. Most sums of pages
  /// cannot overflow, and most comparisons come out the same for all processes.
  func bounds(_ a: BadnessBounds, _ b: BadnessBounds, _ c: BadnessBounds) -> (BadnessBounds, Bool) {
    let (aLeast, aMost) = (Int128(a.least), Int128(a.most))
    let (bLeast, bMost) = (Int128(b.least), Int128(b.most))
    switch self {
    case .number(let number): return (BadnessBounds(number, number), false)
    // The caller knows the columns; nothing is worked out from `never`.
    case .column, .never: return (BadnessBounds(0, 0), false)
    case .negate: return BadnessBounds.clamped(-aMost, -aLeast)
    case .add: return BadnessBounds.clamped(aLeast + bLeast, aMost + bMost)
    case .subtract: return BadnessBounds.clamped(aLeast - bMost, aMost - bLeast)
    case .multiply:
      let (p, q, r, s) = (aLeast * bLeast, aLeast * bMost, aMost * bLeast, aMost * bMost)
      return BadnessBounds.clamped(min(min(p, q), min(r, s)), max(max(p, q), max(r, s)))
    case .divide:
      if b.least > 0 {
        // A quotient grows with what is divided, and towards 0 with the divisor.
        return (
          BadnessBounds(
            min(a.least / b.least, a.least / b.most), max(a.most / b.least, a.most / b.most)), false
        )
      }
      return (magnitudes(a, b), b.contains(0) || b.contains(-1))
    case .remainder: return (magnitudes(a, b), b.contains(0) || b.contains(-1))
    case .unsignedDivide:
      if a.least >= 0, b.least > 0 {
        return (BadnessBounds(a.least / b.most, a.most / b.least), false)
      }
      return (.word, b.contains(0))
    case .minimum: return (BadnessBounds(min(a.least, b.least), min(a.most, b.most)), false)
    case .maximum: return (BadnessBounds(max(a.least, b.least), max(a.most, b.most)), false)
    case .choose: return (b.union(c), false)
    case .int:
      let word = BadnessBounds(Int64(Int32.min), Int64(Int32.max))
      return (word.union(a) == word ? a : word, false)
    case .unsignedInt:
      let word = BadnessBounds(0, Int64(UInt32.max))
      return (word.union(a) == word ? a : word, false)
    case .less: return (truth(always: a.most < b.least, never: a.least >= b.most), false)
    case .lessOrEqual: return (truth(always: a.most <= b.least, never: a.least > b.most), false)
    case .greater: return (truth(always: a.least > b.most, never: a.most <= b.least), false)
    case .greaterOrEqual: return (truth(always: a.least >= b.most, never: a.most < b.least), false)
    case .equal, .notEqual:
      let isApart = a.most < b.least || a.least > b.most
      let isOne = a.least == a.most && a == b
      return (
        self == .equal
          ? truth(always: isOne, never: isApart) : truth(always: isApart, never: isOne), false
      )
    case .not:
      return (truth(always: a == BadnessBounds(0, 0), never: !a.contains(0)), false)
    case .and:
      let isNever = a == BadnessBounds(0, 0) || b == BadnessBounds(0, 0)
      return (truth(always: !a.contains(0) && !b.contains(0), never: isNever), false)
    case .or:
      let isNever = a == BadnessBounds(0, 0) && b == BadnessBounds(0, 0)
      return (truth(always: !a.contains(0) || !b.contains(0), never: isNever), false)
    }
  }

  private func truth(always: Bool, never: Bool) -> BadnessBounds {
    BadnessBounds(always ? 1 : 0, never ? 0 : 1)
  }

  /// No quotient and no remainder is larger than what is divided.
  private func magnitudes(_ a: BadnessBounds, _ b: BadnessBounds) -> BadnessBounds {
    let most = Int64(clamping: max(a.least.magnitude, a.most.magnitude))
    return BadnessBounds(a.least < 0 || b.least < 0 ? min(a.least, -most) : 0, most)
  }
}
