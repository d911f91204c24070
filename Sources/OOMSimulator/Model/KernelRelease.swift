/// A Linux release such as 6.12, as far as the rules depend on it.
///
/// Kernel: the first numbers of `uname -r`.
public struct KernelRelease: Comparable, Hashable, Sendable {
  package var version: Int
  package var patchlevel: Int
  /// The third number of the 2.6 series; 0 from 3.0 on.
  package var sublevel: Int
  /// The number of the stable update: 117 in 6.12.117, 63 in 2.6.32.63; 0 for the release itself.
  package var stable = 0
  /// The number of the Enterprise Linux that built it, as in `3.10.0-1160.el7.x86_64`; nil for others.
  package var enterpriseLinux: Int?
  /// A part of the text that names another builder, such as `el7uek`.
  var vendor: String?
  /// The release as it was given: `6.12.117+deb12`. Releases are compared by their numbers and builders.
  package var text: String

  /// The release with these numbers: `KernelRelease(6, 12)`, `KernelRelease(2, 6, 32)`.
  ///
  /// - Parameter sublevel: the third number of the 2.6 series; 0 from 3.0 on.
  package init(_ version: Int, _ patchlevel: Int, _ sublevel: Int = 0) {
    self.version = version
    self.patchlevel = patchlevel
    self.sublevel = sublevel
    text = version == 2 ? "\(version).\(patchlevel).\(sublevel)" : "\(version).\(patchlevel)"
  }

  /// Reads what people paste: `6.12`, `v6.12-rc3`, `6.12.117+deb12-cloud-amd64`.
  ///
  /// - Returns: nil when the text does not begin with a release number.
  public init?(_ text: String) {
    var digits = Substring(text)
    if digits.first == "v" { digits = digits.dropFirst() }
    var numbers: [Int] = []
    while true {
      let run = digits.prefix { $0.isASCII && $0.isNumber }
      guard !run.isEmpty, run.count <= 3, let number = Int(run) else { return nil }
      numbers.append(number)
      digits = digits.dropFirst(run.count)
      let isMore = digits.first == "." && digits.dropFirst().first?.isNumber == true
      if !isMore || numbers.count == 4 { break }
      digits = digits.dropFirst()
    }
    guard numbers.count >= 2, numbers[0] >= 2 else { return nil }
    // A release number ends at the end, or where a distribution's suffix begins.
    if let next = digits.first, !["-", "+", "_", "~"].contains(next) {
      guard next == ".", digits.dropFirst().first?.isLetter == true else { return nil }
    }
    let isTwoSix = numbers[0] == 2
    self.init(numbers[0], numbers[1], isTwoSix && numbers.count > 2 ? numbers[2] : 0)
    let update = isTwoSix ? 3 : 2
    stable = numbers.count > update ? numbers[update] : 0
    self.text = text
    (enterpriseLinux, vendor) = Self.vendor(in: digits)
  }

  /// The number in a part `el7` or `el8_4` of a suffix; another part that begins so, such as `el7uek`, is
  /// another vendor's.
  private static func vendor(in suffix: Substring) -> (enterpriseLinux: Int?, other: String?) {
    for part in suffix.split(whereSeparator: { [".", "-", "_", "+"].contains($0) }) {
      let word = part.lowercased()
      guard word.hasPrefix("el"), word.dropFirst(2).first?.isNumber == true else { continue }
      if word.count <= 4, let number = Int(word.dropFirst(2)) { return (number, nil) }
      return (nil, String(word.prefix(20)))
    }
    return (nil, nil)
  }

  /// Whether two releases have the same numbers and the same builder; the rest of their text does not count.
  public static func == (left: Self, right: Self) -> Bool {
    (left.version, left.patchlevel, left.sublevel, left.enterpriseLinux ?? 0, left.stable)
      == (right.version, right.patchlevel, right.sublevel, right.enterpriseLinux ?? 0, right.stable)
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(version)
    hasher.combine(patchlevel)
    hasher.combine(sublevel)
    hasher.combine(enterpriseLinux)
    hasher.combine(stable)
  }

  /// By number, the stable update last.
  public static func < (left: Self, right: Self) -> Bool {
    (left.version, left.patchlevel, left.sublevel, left.enterpriseLinux ?? 0, left.stable)
      < (right.version, right.patchlevel, right.sublevel, right.enterpriseLinux ?? 0, right.stable)
  }
}

extension KernelRelease: CustomStringConvertible {
  /// The release as it was given.
  public var description: String { text }
}

extension KernelRelease: ExpressibleByStringLiteral {
  /// A release that stands in the source: what is none is a mistake of the programmer. Text from outside
  /// goes through `init(_:)`.
  public init(stringLiteral text: String) {
    guard let release = KernelRelease(text) else {
      preconditionFailure("'\(text)' is no kernel release")
    }
    self = release
  }
}
