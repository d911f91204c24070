extension Kubernetes {
  /// How much memory has to be available; below it pods are evicted.
  package enum EvictionThreshold: Equatable, Sendable {
    case bytes(Bytes)
    /// Millionths of the capacity.
    case millionths(Int64)

    /// Source: `DefaultEvictionHard`, pkg/kubelet/apis/config/v1beta1/defaults_linux.go.
    package static let usual = bytes(100 << 20)

    /// Whether the kubelet has no threshold then: none is given, or 0% or 100%.
    ///
    /// Source: `parseThresholdStatement()`, pkg/kubelet/eviction/helpers.go.
    package var isOff: Bool {
      self == .bytes(0) || self == .millionths(0) || self == .millionths(1_000_000)
    }

    /// What it is of a capacity. A percentage is a binary number of 24 places for the kubelet, whose product with the
    /// capacity is rounded to 53 places and cut off: 5% of 16 GiB are 858,993,472 bytes, 13 more than a twentieth.
    ///
    /// Source: `GetThresholdQuantity()`, pkg/kubelet/eviction/api/types.go, and `parsePercentage()`,
    /// pkg/kubelet/eviction/helpers.go.
    package func bytes(of capacity: Bytes) -> Bytes {
      switch self {
      case .bytes(let bytes): return bytes
      case .millionths(let parts):
        guard parts > 0, capacity > 0 else { return 0 }
        let percent = RoundedBinary(UInt128(parts), over: 10_000, places: 24)
        let part = RoundedBinary(percent.mantissa, over: 100, places: 24)
        let product = RoundedBinary(
          UInt128(capacity.rawValue) * part.mantissa, over: 1, places: 53)
        let exponent = percent.exponent + part.exponent + product.exponent
        let whole =
          exponent < 0
          ? product.mantissa >> UInt128(-exponent) : product.mantissa << UInt128(exponent)
        return Bytes(Int64(clamping: whole))
      }
    }
  }
}

/// A binary number of so many places as a processor rounds to: to the nearest, and of two to the even one.
private struct RoundedBinary {
  var mantissa: UInt128
  var exponent: Int

  init(_ numerator: UInt128, over denominator: UInt128, places: Int) {
    // The quotient gets two or three places more than are kept.
    let shift = places + 2 + Self.places(of: denominator) - Self.places(of: numerator)
    let (quotient, rest) =
      shift < 0
      ? numerator.quotientAndRemainder(dividingBy: denominator << UInt128(-shift))
      : (numerator << UInt128(shift)).quotientAndRemainder(dividingBy: denominator)
    let more = Self.places(of: quotient) - places
    let half = UInt128(1) << UInt128(more - 1)
    let cut = quotient & (half << 1 - 1)
    mantissa = quotient >> UInt128(more)
    exponent = more - shift
    if cut > half || (cut == half && (rest != 0 || mantissa & 1 == 1)) { mantissa += 1 }
  }

  private static func places(of number: UInt128) -> Int { 128 - number.leadingZeroBitCount }
}
