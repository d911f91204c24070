/// A number that is not negative, as C has it in a `float` or a `double`: so many bits, rounded to the nearest, of two
/// that are equally near to the even one.
///
/// Meta's oomd and the kubelet reckon in both, and what they compare may hang on the last bit; no result here is to hang on
/// the arithmetic of the machine that it is made on.
struct BinaryReal: Equatable, Sendable {
  /// How many bits a type has.
  enum Width: Int, Sendable {
    case float = 24
    case double = 53
  }

  /// With the highest bit set, unless the number is 0.
  private let significand: UInt64
  /// The power of two that the significand is multiplied with.
  private let exponent: Int

  static let zero = BinaryReal(rounding: 0, exponent: 0, to: .double)

  /// - Parameter isMore: whether the number is a little more than `value`, by less than its last bit.
  private init(rounding value: UInt128, exponent: Int, isMore: Bool = false, to width: Width) {
    if value == 0 {
      (significand, self.exponent) = (0, 0)
      return
    }
    let bits = 128 - value.leadingZeroBitCount
    var kept = value
    var shift = 0
    if bits > width.rawValue {
      shift = bits - width.rawValue
      kept = value >> UInt128(shift)
      let rest = value - (kept << UInt128(shift))
      let half: UInt128 = 1 << UInt128(shift - 1)
      if rest > half || (rest == half && (isMore || kept & 1 == 1)) { kept += 1 }
    }
    let up = 64 - (128 - kept.leadingZeroBitCount)
    significand = UInt64(kept) << UInt64(up)
    self.exponent = exponent + shift - up
  }

  init(_ number: Int64, as width: Width) {
    self.init(rounding: UInt128(max(number, 0)), exponent: 0, to: width)
  }

  /// The quotient of two whole numbers that the type holds exactly. The divisor is above 0.
  init(_ number: Int64, over divisor: Int64, as width: Width) {
    if number <= 0 {
      self = .zero
      return
    }
    let up = UInt128(number).leadingZeroBitCount
    let (quotient, rest) = (UInt128(number) << UInt128(up))
      .quotientAndRemainder(dividingBy: UInt128(max(divisor, 1)))
    self.init(rounding: quotient, exponent: -up, isMore: rest != 0, to: width)
  }

  /// The same number in a type with fewer bits.
  func rounded(to width: Width) -> BinaryReal {
    BinaryReal(rounding: UInt128(significand), exponent: exponent, to: width)
  }

  func times(_ other: BinaryReal, as width: Width) -> BinaryReal {
    BinaryReal(
      rounding: UInt128(significand) * UInt128(other.significand),
      exponent: exponent + other.exponent, to: width)
  }

  /// Divided by a number above 0.
  func divided(by other: BinaryReal, as width: Width) -> BinaryReal {
    if significand == 0 || other.significand == 0 { return .zero }
    let (quotient, rest) = (UInt128(significand) << 63)
      .quotientAndRemainder(dividingBy: UInt128(other.significand))
    return BinaryReal(
      rounding: quotient, exponent: exponent - 63 - other.exponent, isMore: rest != 0, to: width)
  }

  func plus(_ other: BinaryReal, as width: Width) -> BinaryReal {
    if other.significand == 0 { return rounded(to: width) }
    if significand == 0 { return other.rounded(to: width) }
    let (more, less) = self < other ? (other, self) : (self, other)
    let distance = more.exponent - less.exponent
    let small = UInt128(less.significand) << 62
    let moved = distance < 128 ? small >> UInt128(distance) : 0
    let isMore = distance < 128 ? moved << UInt128(distance) != small : true
    return BinaryReal(
      rounding: (UInt128(more.significand) << 62) + moved, exponent: more.exponent - 62,
      isMore: isMore, to: width)
  }

  /// The whole part, at most what 63 bits hold.
  var whole: Int64 {
    if exponent >= 0 { return significand == 0 ? 0 : .max }
    return exponent <= -64 ? 0 : Int64(clamping: significand >> UInt64(-exponent))
  }
}

extension BinaryReal: Comparable {
  static func < (left: BinaryReal, right: BinaryReal) -> Bool {
    if left.significand == 0 || right.significand == 0 {
      return left.significand < right.significand
    }
    return left.exponent != right.exponent
      ? left.exponent < right.exponent : left.significand < right.significand
  }
}
