package import OOMSimulator

// Sizes and durations as text: exact, or an error that says why.

/// What is wrong with a size or a duration.
package struct QuantityError: Error, Equatable {
  package var message: String
}

package enum SizeText {
  /// 4 PiB, what x86-64 can address: 2^40 pages of 4096 bytes.
  package static let maxBytes = Scenario.mostBytes

  static let allowed = "write it like \"512MiB\", \"4G\", \"1000kB\" or \"37 pages\""

  /// Pages of a size such as `512MiB`, `1.5G`, `1000kB`, `37 pages`, rounded up.
  static func pages(_ bytes: Span<UInt8>, pageSize: Bytes) throws(QuantityError) -> Int64 {
    try pages(bytes: try self.bytes(bytes, pageSize: pageSize), pageSize: pageSize)
  }

  /// The bytes of such a size, however many.
  static func bytes(_ bytes: Span<UInt8>, pageSize: Bytes) throws(QuantityError) -> Bytes {
    var at = 0
    if bytes.count > 0, bytes[0] == UInt8(ascii: "-") {
      throw QuantityError(message: "a size cannot be negative")
    }
    var digits: Int64 = 0
    var decimals: Int64 = 1
    var isFraction = false
    var count = 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "."), !isFraction, count > 0 {
        isFraction = true
        at += 1
        continue
      }
      guard byte &- UInt8(ascii: "0") < 10 else { break }
      let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = product.addingReportingOverflow(Int64(byte &- UInt8(ascii: "0")))
      if overflow || overflows {
        throw QuantityError(message: isFraction ? tooManyDigits : tooLarge)
      }
      digits = sum
      if isFraction {
        let (next, overflow) = decimals.multipliedReportingOverflow(by: 10)
        if overflow { throw QuantityError(message: tooManyDigits) }
        decimals = next
      }
      count += 1
      at += 1
    }
    let endsInPoint = at > 0 && bytes[at - 1] == UInt8(ascii: ".")
    if count == 0 || endsInPoint { throw QuantityError(message: "no size: \(allowed)") }
    if at < bytes.count, bytes[at] == UInt8(ascii: " ") { at += 1 }
    guard let unit = unit(bytes, from: at, pageSize: pageSize) else {
      if at == bytes.count, digits == 0 { return 0 }
      throw QuantityError(
        message: at == bytes.count ? "a size needs a unit: \(allowed)" : unknownUnit(bytes, at))
    }
    let (whole, overflow) = digits.multipliedReportingOverflow(by: unit)
    if overflow {
      let isTooLarge = digits / decimals > maxBytes.rawValue / unit
      throw QuantityError(message: isTooLarge ? tooLarge : tooManyDigits)
    }
    if whole % decimals != 0 {
      throw QuantityError(message: "not a whole number of bytes: use a smaller unit")
    }
    return Bytes(whole / decimals)
  }

  static func pages(bytes: Bytes, pageSize: Bytes) throws(QuantityError) -> Int64 {
    if bytes < 0 { throw QuantityError(message: "a size cannot be negative") }
    if bytes > maxBytes { throw QuantityError(message: tooLarge) }
    return pageSize.pages(toHold: bytes)
  }

  private static let tooManyDigits = "too many digits after the point"
  private static let tooLarge = "larger than 4 PiB, the most that x86-64 can address"

  private static let allowedUnits =
    "k, M, G and T, with i or iB behind them; kB; MB, GB and TB, which are powers of 1000; or pages"

  private static func unknownUnit(_ bytes: Span<UInt8>, _ at: Int) -> String {
    let unit = text(bytes, from: at)
    let advice = unit == "KB" ? ": write kB or KiB for 1024 bytes" : ": \(allowedUnits)"
    return "unknown unit '\(unit)'\(advice)"
  }

  private static func unit(_ bytes: Span<UInt8>, from at: Int, pageSize: Bytes) -> Int64? {
    let count = bytes.count - at
    guard count > 0 else { return nil }
    let factor: Int64
    switch bytes[at] {
    case UInt8(ascii: "k"), UInt8(ascii: "K"): factor = 1 << 10
    case UInt8(ascii: "M"): factor = 1 << 20
    case UInt8(ascii: "G"): factor = 1 << 30
    case UInt8(ascii: "T"): factor = 1 << 40
    case UInt8(ascii: "p"):
      return isWord("pages", bytes, at) || isWord("page", bytes, at) ? pageSize.rawValue : nil
    default: return nil
    }
    if count == 1 { return factor }
    if bytes[at + 1] == UInt8(ascii: "i") {
      return count == 2 || count == 3 && bytes[at + 2] == UInt8(ascii: "B") ? factor : nil
    }
    guard count == 2, bytes[at + 1] == UInt8(ascii: "B") else { return nil }
    switch bytes[at] {
    // The kernel prints kB and means KiB. A KB could be either.
    case UInt8(ascii: "k"): return factor
    case UInt8(ascii: "M"): return 1_000_000
    case UInt8(ascii: "G"): return 1_000_000_000
    case UInt8(ascii: "T"): return 1_000_000_000_000
    default: return nil
    }
  }

  /// Whether a size counts in powers of 1000, where the same letter alone means powers of 1024.
  static func isDecimal(_ bytes: Span<UInt8>) -> Bool {
    let count = bytes.count
    guard count > 2, bytes[count - 1] == UInt8(ascii: "B") else { return false }
    return bytes[count - 2] == UInt8(ascii: "M") || bytes[count - 2] == UInt8(ascii: "G")
      || bytes[count - 2] == UInt8(ascii: "T")
  }

  /// The sizes in powers of 1000 that an option holds, as `machine.memory=8GB..16GB/1GB` does.
  package static func decimals(inOption text: String) -> [String] {
    let words = text.split { "=,/[]\"".contains($0) }.flatMap { Self.ends(of: $0) }
    return words.filter { word in
      isDecimal(Array(word.utf8).span) && word.first.map { $0.isASCII && $0.isNumber } == true
    }
  }

  /// `8GB` and `16GB` of `8GB..16GB`.
  private static func ends(of range: Substring) -> [String] {
    guard let dots = range.indices.first(where: { range[$0...].hasPrefix("..") }) else {
      return [String(range)]
    }
    return [String(range[..<dots]), String(range[dots...].dropFirst(2))]
  }

  /// What became of a size of an option that counts in powers of 1000.
  ///
  /// - Parameter binary: what stands behind a letter for powers of 1024, where the letter alone does not say it.
  package static func note(ofDecimal text: String, binary: String = "") -> String? {
    do throws(QuantityError) {
      let pages = try pages(Array(text.utf8).span, pageSize: 4096)
      return note(ofDecimal: text, pages: pages, pageSize: 4096, binary: binary)
    } catch {
      return nil
    }
  }

  /// What became of a size that counts in powers of 1000.
  static func note(
    ofDecimal text: String, pages: Int64, pageSize: Bytes, binary: String = ""
  ) -> String {
    let size = SizeFormat.binary(pages: pages, pageSize: pageSize)
    return
      "\(text) counts in powers of 1000 and became \(size); write \(text.dropLast())\(binary) for powers of 1024"
  }

  private static func isWord(_ word: StaticString, _ bytes: Span<UInt8>, _ at: Int) -> Bool {
    guard bytes.count - at == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { letters in
      for index in 0..<letters.count where unsafe letters[index] != bytes[at + index] {
        return false
      }
      return true
    }
  }

  static func text(_ bytes: Span<UInt8>, from at: Int) -> String {
    var copy: [UInt8] = []
    for index in at..<max(bytes.count, at) { copy.append(bytes[index]) }
    return String(decoding: copy, as: UTF8.self)
  }
}

/// Durations such as `250ms`, `10s`, `1m30s`, `1.5m`, `2h`.
package enum DurationText {
  /// About 31 years.
  private static let most = Scenario.mostMicroseconds.rawValue

  static let allowed = "write it like \"250ms\", \"10s\", \"1m30s\" or \"2h\""

  private static let units: [(name: String, microseconds: Int64)] = [
    ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
    ("ms", 1000), ("us", 1),
  ]

  /// The time of a duration such as `1m30s` or `1.5m`: whole microseconds, larger units first.
  package static func microseconds(_ text: String) throws(QuantityError) -> Microseconds {
    let bytes = text.utf8.span
    var at = 0
    var total: Int64 = 0
    var smallest = Int64.max
    if bytes.isEmpty { throw QuantityError(message: "no duration: \(allowed)") }
    if bytes[0] == UInt8(ascii: "-") {
      throw QuantityError(message: "a duration cannot be negative")
    }
    while at < bytes.count {
      let number = try number(bytes, &at)
      let fraction = try fraction(bytes, &at)
      let start = at
      while at < bytes.count, isLetter(bytes[at]) { at += 1 }
      if number == 0, start == bytes.count, smallest == .max { return 0 }
      guard let unit = unit(bytes, start..<at) else {
        throw QuantityError(
          message: start == bytes.count
            ? "a duration needs a unit: \(allowed)"
            : "unknown unit '\(unknown(text, start..<at))': \(allowed)")
      }
      if unit >= smallest {
        throw QuantityError(message: "larger units come first, each once: \(allowed)")
      }
      smallest = unit
      guard let number, number <= most / unit else {
        throw QuantityError(message: "longer than 31 years")
      }
      let (part, rest) = (fraction.digits * unit).quotientAndRemainder(dividingBy: fraction.scale)
      if rest != 0 { throw QuantityError(message: "finer than a microsecond: \(allowed)") }
      total += number * unit + part
    }
    if total > most { throw QuantityError(message: "longer than 31 years") }
    return Microseconds(total)
  }

  /// Takes digits off a text; nil when they are more than a number holds.
  private static func number(
    _ bytes: Span<UInt8>, _ at: inout Int
  ) throws(QuantityError) -> Int64? {
    let start = at
    var number: Int64? = 0
    while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 {
      let digit = Int64(bytes[at] &- UInt8(ascii: "0"))
      number = number.flatMap { $0 > (Int64.max - digit) / 10 ? nil : $0 * 10 + digit }
      at += 1
    }
    if at == start { throw QuantityError(message: "no duration: \(allowed)") }
    return number
  }

  /// Takes a point and the digits behind it off a text, those that are 0 at its end left out.
  ///
  /// Eight of them are the most with which a day is whole microseconds.
  private static func fraction(
    _ bytes: Span<UInt8>, _ at: inout Int
  ) throws(QuantityError) -> (digits: Int64, scale: Int64) {
    guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return (0, 1) }
    at += 1
    let start = at
    while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
    if at == start { throw QuantityError(message: "no digit after the point: \(allowed)") }
    var end = at
    while end > start, bytes[end - 1] == UInt8(ascii: "0") { end -= 1 }
    if end - start > 8 { throw QuantityError(message: "finer than a microsecond: \(allowed)") }
    var (digits, scale): (Int64, Int64) = (0, 1)
    for place in start..<end {
      digits = digits * 10 + Int64(bytes[place] &- UInt8(ascii: "0"))
      scale *= 10
    }
    return (digits, scale)
  }

  /// Letters of other alphabets are several bytes, all of them above ASCII.
  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte >= 0x80
  }

  private static func unit(_ bytes: Span<UInt8>, _ place: Range<Int>) -> Int64? {
    // No look at `units`: thousands of events have a time each.
    if place.count == 2 {
      guard bytes[place.lowerBound + 1] == UInt8(ascii: "s") else { return nil }
      switch bytes[place.lowerBound] {
      case UInt8(ascii: "m"): return 1000
      case UInt8(ascii: "u"): return 1
      default: return nil
      }
    }
    guard place.count == 1 else { return nil }
    switch bytes[place.lowerBound] {
    case UInt8(ascii: "d"): return 86_400_000_000
    case UInt8(ascii: "h"): return 3_600_000_000
    case UInt8(ascii: "m"): return 60_000_000
    case UInt8(ascii: "s"): return 1_000_000
    default: return nil
    }
  }

  private static func unknown(_ text: String, _ place: Range<Int>) -> String {
    let start = text.utf8.index(text.startIndex, offsetBy: place.lowerBound)
    let end = text.utf8.index(text.startIndex, offsetBy: place.upperBound)
    return place.isEmpty ? String(text[start...].prefix(1)) : String(text[start..<end])
  }

  /// The shortest text of a duration, as the reader takes it.
  package static func text(_ time: Microseconds) -> String {
    if time == 0 { return "0s" }
    var rest = time.rawValue
    var text = ""
    for unit in units.dropFirst() where rest >= unit.microseconds {
      text += "\(rest / unit.microseconds)\(unit.name)"
      rest %= unit.microseconds
    }
    return text
  }
}
