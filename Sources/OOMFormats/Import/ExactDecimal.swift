package import OOMSimulator

/// A decimal number as text has it, without rounding: `12.3`, `1.2345e+09`.
struct ExactDecimal: Equatable, Sendable {
  /// Of the digits that are written, those that 64 bits hold; what comes after 19 digits is cut off.
  var digits: UInt64 = 0
  /// The power of ten that they are multiplied with.
  var exponent = 0

  /// Nil where it is no number or negative.
  init?(_ text: Substring) {
    self.init(text.utf8.span)
  }

  init?(_ bytes: Span<UInt8>) {
    var at = 0
    if at < bytes.count, bytes[at] == UInt8(ascii: "+") { at += 1 }
    var count = 0
    var isFraction = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "."), !isFraction {
        isFraction = true
        at += 1
        continue
      }
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      if digits < UInt64.max / 10 {
        digits = digits * 10 + UInt64(digit)
        if isFraction { exponent -= 1 }
      } else if !isFraction {
        exponent += 1
      }
      count += 1
      at += 1
    }
    if count == 0 { return nil }
    if at == bytes.count { return }
    guard bytes[at] | 0x20 == UInt8(ascii: "e") else { return nil }
    at += 1
    var isNegative = false
    if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
      isNegative = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    guard at < bytes.count else { return nil }
    var power = 0
    while at < bytes.count {
      let digit = bytes[at] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      power = min(power * 10 + Int(digit), 100_000)
      at += 1
    }
    exponent += isNegative ? -power : power
  }

  /// Whether it is a whole number of halves, of eighths, of wholes.
  ///
  /// - Parameter parts: how many make a whole, at most 8.
  func isWhole(inPartsOf parts: UInt64) -> Bool {
    if exponent >= 0 || digits == 0 { return true }
    if exponent < -18 { return false }
    let divisor = (0..<(-exponent)).reduce(UInt64(1)) { product, _ in product * 10 }
    return digits % divisor * parts % divisor == 0
  }

  /// The number times a whole number, rounded up; nil above 2⁶².
  func times(_ unit: Int64) -> Int64? {
    if digits == 0 || unit == 0 { return 0 }
    var product = UInt128(digits) * UInt128(unit.magnitude)
    let most = UInt128(1) << 62
    if exponent >= 0 {
      for _ in 0..<exponent {
        if product > most { return nil }
        product *= 10
      }
    } else {
      // 2¹²⁷ has 39 digits.
      if exponent < -39 { return 1 }
      var left = -exponent
      var hasRest = false
      while left > 0 {
        let step = min(left, 18)
        var divisor: UInt128 = 1
        for _ in 0..<step { divisor *= 10 }
        let (quotient, rest) = product.quotientAndRemainder(dividingBy: divisor)
        product = quotient
        if rest != 0 { hasRest = true }
        left -= step
      }
      if hasRest { product += 1 }
    }
    return product > most ? nil : Int64(product)
  }
}

/// Sizes as programs and people write them: `12.3MiB`, `8Gi`, `512m`, `1gb`, `8GB`.
enum WrittenSize {
  /// What a B behind k, M, G or T means.
  enum Style {
    /// Nothing: `1gb` is 2³⁰. Source: `RAMInBytes()`, github.com/docker/go-units; free(1) with `-h`.
    case binary
    /// Powers of a thousand. Source: `HumanSize()`, github.com/docker/go-units.
    case decimal
    /// Powers of a thousand, but for kB, which the kernel prints for KiB.
    case people
  }

  static let allowed = "write it like 512MiB, 8Gi, 1.5G or 8GB"

  /// Bytes, rounded up; nil where it is no size or above 4 PiB.
  static func bytes(_ text: Substring, _ style: Style) -> Bytes? {
    let end = text.lastIndex { $0.isASCII && $0.isNumber || $0 == "." }
    guard let end, let number = ExactDecimal(text[...end]) else { return nil }
    let unit = text[text.index(after: end)...].drop { $0 == " " }
    guard let factor = factor(unit.lowercased(), style) else { return nil }
    guard let bytes = number.times(factor), bytes <= SizeText.maxBytes.rawValue else { return nil }
    return Bytes(bytes)
  }

  private static func factor(_ unit: String, _ style: Style) -> Int64? {
    if unit.isEmpty || unit == "b" { return 1 }
    guard let letter = unit.first, let power = "kmgtp".firstIndex(of: letter) else { return nil }
    let step = "kmgtp".distance(from: "kmgtp".startIndex, to: power) + 1
    switch unit.dropFirst() {
    case "", "i", "ib": return 1 << Int64(10 * step)
    case "b":
      if style == .binary || style == .people && step == 1 { return 1 << Int64(10 * step) }
      return (0..<step).reduce(1) { product, _ in product * 1000 }
    default: return nil
    }
  }
}

extension ImportOptions {
  /// A size as people write it, with a unit; 0 needs none.
  package static func size(_ text: String) -> Bytes? {
    if text == "0" { return 0 }
    guard text.last?.isLetter == true else { return nil }
    return WrittenSize.bytes(text[...], .people)
  }

  /// A factor such as `1.5` in thousandths; nil where it is none of 0.001 to 1000 with three places.
  package static func scale(_ text: String) -> Int64? {
    guard let factor = ExactDecimal(text[...]), factor.exponent >= -3,
      let thousandths = factor.times(1000), (1...1_000_000).contains(thousandths)
    else { return nil }
    return thousandths
  }
}
