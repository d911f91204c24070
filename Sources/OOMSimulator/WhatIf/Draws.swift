/// A stream of random numbers for one parameter. Any of its numbers can be asked for without those before it, so
/// which thread asks, and when, changes nothing.
///
/// The stream is SplitMix64 of G. L. Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number generators,
/// OOPSLA 2014, begun at a hash of the seed and the parameter's name.
package struct Draws: Equatable, Sendable {
  private let start: UInt64

  package init(seed: UInt64, name: String) {
    var digest = Digest()
    digest.add(seed)
    digest.add(name)
    start = Self.mixed(digest.value)
  }

  /// A whole number between two, each as likely as any other to within 2⁻⁶⁴ times how many there are.
  ///
  /// - Precondition: the range has less than 2⁶³ numbers.
  package func number(_ index: Int, in range: ClosedRange<Int64>) -> Int64 {
    let bits = Self.mixed(start &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15)
    let width = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int64(bits.multipliedFullWidth(by: width).high)
  }

  private static func mixed(_ number: UInt64) -> UInt64 {
    var bits = number
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
