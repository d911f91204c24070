extension Oomd {
  /// An amount of memory as oomd reads it: per cent of a whole, or bytes.
  enum Size: Equatable, Sendable {
    case percent(Int64)
    case bytes(Int64)

    /// A bare number is MiB; with units, of which there may be several, it is `1.5M 32K 512`.
    ///
    /// - Returns: nil for what oomd does not take either, or what 63 bits do not hold.
    ///
    /// Source: `parseSizeOrPercent()` and `parseSize()`, src/oomd/util/Util.cpp.
    init?(_ text: String) {
      if text.hasSuffix("%") {
        guard let number = LeadingNumber(text.dropLast()), (0...100).contains(number.value) else {
          return nil
        }
        self = .percent(number.value)
        return
      }
      if let number = LeadingNumber(text), number.rest.isEmpty {
        let (bytes, overflow) = number.value.multipliedReportingOverflow(by: 1 << 20)
        if overflow { return nil }
        self = .bytes(bytes)
        return
      }
      guard let bytes = Self.sum(of: text) else { return nil }
      self = .bytes(bytes)
    }

    /// The bytes of a whole.
    func bytes(of total: Int64) -> Int64 {
      switch self {
      case .bytes(let bytes): bytes
      case .percent(let percent): Int64(clamping: Int128(total) * Int128(percent) / 100)
      }
    }

    private static func sum(of text: String) -> Int64? {
      var bytes = text.utf8.filter { !" \t\n\r".utf8.contains($0) }
      var isNegative = false
      if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        isNegative = sign == UInt8(ascii: "-")
        bytes.removeFirst()
      }
      var sum: Int128 = 0
      var number: [UInt8] = []
      for byte in bytes {
        if let shift = shift(of: byte) {
          guard let part = part(number, shift) else { return nil }
          sum += part
          number = []
        } else {
          number.append(byte)
        }
      }
      if !number.isEmpty {
        guard let part = part(number, 0) else { return nil }
        sum += part
      }
      guard !bytes.isEmpty, sum <= Int128(Int64.max) else { return nil }
      return isNegative ? -Int64(sum) : Int64(sum)
    }

    /// The power of two of a unit.
    private static func shift(of byte: UInt8) -> Int? {
      switch byte | 0x20 {
      case UInt8(ascii: "k"): 10
      case UInt8(ascii: "m"): 20
      case UInt8(ascii: "g"): 30
      case UInt8(ascii: "t"): 40
      default: nil
      }
    }

    /// Whole bytes of a decimal number of some unit.
    private static func part(_ number: [UInt8], _ shift: Int) -> Int128? {
      let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard !number.isEmpty, parts.count <= 2, parts[0].count <= 15,
        parts.count == 1 || parts[1].count <= 15, number.contains(where: { $0.isDigit }),
        parts.allSatisfy({ $0.allSatisfy { $0.isDigit } })
      else { return nil }
      var (value, scale): (Int128, Int128) = (0, 1)
      for byte in parts[0] { value = value * 10 + Int128(byte - UInt8(ascii: "0")) }
      if parts.count == 2 {
        for byte in parts[1] {
          value = value * 10 + Int128(byte - UInt8(ascii: "0"))
          scale *= 10
        }
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: 1 << Int128(shift))
      return overflow || product / scale > Int128(Int64.max) ? nil : product / scale
    }
  }

  /// The whole number that a text begins with, as `std::stoi` reads one, and what comes after it.
  struct LeadingNumber {
    let value: Int64
    let rest: Substring

    /// - Returns: nil where none is there, or where 63 bits do not hold it.
    init?(_ text: some StringProtocol) {
      var rest = Substring(text).drop { " \t\n\r\u{0B}\u{0C}".contains($0) }
      let isNegative = rest.first == "-"
      if isNegative || rest.first == "+" { rest = rest.dropFirst() }
      let digits = rest.prefix { $0.utf8.allSatisfy { $0.isDigit } }
      guard !digits.isEmpty, let number = Int64(digits) else { return nil }
      value = isNegative ? -number : number
      self.rest = rest.dropFirst(digits.count)
    }
  }
}
