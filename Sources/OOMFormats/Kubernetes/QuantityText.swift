package import OOMSimulator

extension Kubernetes.Quantity {
  static let allowed = "write it like 512Mi, 1.5Gi, 500M, 128974848, 129e6 or 250m"

  /// Reads a quantity: `512Mi`, `1.5Gi`, `129e6`, `250m`. Exact; what is less than a billionth is rounded up to one.
  ///
  /// - Throws: what is wrong: no quantity, negative, or more than 2⁶³ - 1 units.
  ///
  /// Source: `ParseQuantity()`, apimachinery/pkg/api/resource/quantity.go, which caps what is larger.
  package init(_ text: String) throws(QuantityError) {
    var digits = QuantityDigits()
    var rest = Substring(text)
    if rest.first == "+" { rest = rest.dropFirst() }
    if rest.first == "-" {
      throw QuantityError(message: "'\(plain(shortened(text)))' is negative: \(Self.allowed)")
    }
    digits.take(&rest)
    guard digits.count > 0, let scale = QuantityScale(rest) else {
      throw QuantityError(message: "'\(plain(shortened(text)))' is no quantity: \(Self.allowed)")
    }
    guard let nano = digits.nano(scale) else {
      throw QuantityError(message: "'\(plain(shortened(text)))' is more than 2^63 - 1")
    }
    if digits.isTooLong {
      throw QuantityError(message: "'\(plain(shortened(text)))' has more digits than count")
    }
    self.init(nano: nano)
  }
}

/// The digits before a suffix as a whole number and a power of ten.
private struct QuantityDigits {
  /// As many as 2⁶³ - 1 has with every billionth.
  static let mostDigits = 28

  var number: UInt128 = 0
  var exponent = 0
  /// Digits read, leading zeros included.
  var count = 0
  /// Whether there are more digits than can be held.
  var isTooLong = false

  mutating func take(_ rest: inout Substring) {
    var significant = 0
    var isFraction = false
    while let character = rest.first {
      if character == ".", !isFraction {
        isFraction = true
      } else if let digit = Self.digit(character) {
        count += 1
        if significant < Self.mostDigits {
          number = number * 10 + UInt128(digit)
          if number > 0 { significant += 1 }
          if isFraction { exponent -= 1 }
        } else {
          // Zeros at the end are no precision.
          if digit != 0 { isTooLong = true }
          if !isFraction { exponent += 1 }
        }
      } else {
        return
      }
      rest = rest.dropFirst()
    }
  }

  private static func digit(_ character: Character) -> Int? {
    guard let value = character.asciiValue, value &- UInt8(ascii: "0") < 10 else { return nil }
    return Int(value - UInt8(ascii: "0"))
  }

  /// Billionths, rounded up; nil above 2⁶³ - 1 units.
  func nano(_ scale: QuantityScale) -> Int128? {
    if number == 0 { return 0 }
    let power = exponent + scale.powerOfTen + 9
    // 28 digits and a negative power of this size leave less than a billionth.
    if power < -38 { return 1 }
    var (high, low) = number.multipliedFullWidth(by: UInt128(1) << UInt128(scale.powerOfTwo))
    if power < 0 {
      let divisor = Self.powerOfTen(-power)
      guard high < divisor else { return nil }
      let (quotient, remainder) = divisor.dividingFullWidth((high, low))
      (high, low) = (0, quotient)
      if remainder != 0 { low += 1 }
    }
    let most = UInt128(Int64.max) * UInt128(Kubernetes.Quantity.partsOfUnit)
    guard high == 0, low <= most else { return nil }
    for _ in 0..<max(power, 0) {
      low *= 10
      if low > most { return nil }
    }
    return Int128(low)
  }

  private static func powerOfTen(_ power: Int) -> UInt128 {
    (0..<power).reduce(1) { product, _ in product * 10 }
  }
}

/// The suffix of a quantity.
private struct QuantityScale {
  var powerOfTen = 0
  var powerOfTwo = 0

  private static let decimal: [String: Int] = [
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
  ]
  private static let binary: [String: Int] = [
    "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60,
  ]

  /// - Returns: nil when it is none.
  init?(_ suffix: Substring) {
    if let power = Self.decimal[String(suffix)] {
      powerOfTen = power
    } else if let power = Self.binary[String(suffix)] {
      powerOfTwo = power
    } else if let exponent = Self.exponent(suffix) {
      powerOfTen = exponent
    } else {
      return nil
    }
  }

  /// `e6`, `E+6`, `e-3`.
  private static func exponent(_ suffix: Substring) -> Int? {
    guard suffix.first == "e" || suffix.first == "E" else { return nil }
    var digits = suffix.dropFirst()
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    let number = Int(digits.drop { $0 == "0" }.prefix(4)) ?? 0
    return isNegative ? -number : number
  }
}
