/// A Linux release such as 6.12, as far as the rules depend on it.
///
/// Kernel: the first numbers of `uname -r`.
public struct KernelRelease: Comparable, Hashable, Sendable {
  public var version: Int
  public var patchlevel: Int
  /// The third number of the 2.6 series; 0 from 3.0 on, where it names stable updates.
  public var sublevel: Int

  public init(_ version: Int, _ patchlevel: Int, _ sublevel: Int = 0) {
    self.version = version
    self.patchlevel = patchlevel
    self.sublevel = sublevel
  }

  /// Reads what people paste: `6.12`, `v6.12-rc3`, `6.12.117+deb12-cloud-amd64`.
  ///
  /// - Returns: nil when the text does not begin with a release number.
  public init?(_ text: String) {
    var digits = Substring(text)
    if digits.first == "v" { digits = digits.dropFirst() }
    var numbers: [Int] = []
    while numbers.count < 3 {
      let run = digits.prefix { $0.isASCII && $0.isNumber }
      guard !run.isEmpty, run.count <= 3, let number = Int(run) else { break }
      numbers.append(number)
      digits = digits.dropFirst(run.count)
      guard digits.first == ".", numbers.count < 3 else { break }
      digits = digits.dropFirst()
    }
    guard numbers.count >= 2, numbers[0] >= 2 else { return nil }
    // A release number ends at the end, or where a distribution's suffix begins.
    if let next = digits.first, !["-", "+", "_", "~", "."].contains(next) { return nil }
    let isTwoSix = numbers[0] == 2
    self.init(numbers[0], numbers[1], isTwoSix && numbers.count > 2 ? numbers[2] : 0)
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.version, left.patchlevel, left.sublevel)
      < (right.version, right.patchlevel, right.sublevel)
  }
}

extension KernelRelease: CustomStringConvertible {
  public var description: String {
    version == 2 ? "\(version).\(patchlevel).\(sublevel)" : "\(version).\(patchlevel)"
  }
}
