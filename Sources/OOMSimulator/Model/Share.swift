/// A part of a whole, in millionths. Range: 0 to 1,000,000.
public struct Share: Hashable, Sendable {
  package var millionths: Int64

  package init(millionths: Int64) { self.millionths = millionths }

  package static func percent(_ percent: Int64) -> Share { Share(millionths: percent * 10_000) }

  /// Reads `12.5%`: at most four places.
  package init?(percent text: some StringProtocol) {
    guard text.hasSuffix("%"),
      let millionths = Self.millionths(ofPercent: text.dropLast()), millionths <= 1_000_000
    else { return nil }
    self.millionths = millionths
  }

  /// A number of per cent without its sign, in millionths; nil for what is no such number.
  package static func millionths(ofPercent text: some StringProtocol) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, !first.isEmpty, first.utf8.count <= 9,
      first.utf8.allSatisfy({ $0.isDigit }), let whole = Int64(first)
    else { return nil }
    if parts.count == 1 { return whole * 10_000 }
    let places = parts[1].utf8
    guard !places.isEmpty, places.count <= 4, places.allSatisfy({ $0.isDigit }),
      var rest = Int64(parts[1])
    else { return nil }
    for _ in places.count..<4 { rest *= 10 }
    return whole * 10_000 + rest
  }
}

extension UInt8 {
  /// Whether it is the ASCII code of a decimal digit.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Share {
  /// `12.5%`.
  package var text: String { number + "%" }

  /// `12.5`.
  package var number: String {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
    if rest == 0 { return "\(whole)" }
    var places = String(rest + 10_000).dropFirst()
    while places.last == "0" { places.removeLast() }
    return "\(whole).\(places)"
  }
}
