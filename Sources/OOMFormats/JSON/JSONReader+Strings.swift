// Escapes and UTF-8: what makes a string of JSON valid, RFC 8259 sections 7 and 8.

extension JSONReader {
  mutating func skipEscape() throws(JSONError) {
    let start = offset
    guard offset + 1 < bytes.count else { throw error("a string without an end") }
    switch bytes[offset + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      advance(2)
    case UInt8(ascii: "u"):
      guard let unit = hexUnit(at: start + 2) else {
        throw error("expected four hexadecimal digits after \\u")
      }
      advance(6)
      if unit & 0xFC00 == 0xDC00 { throw lone(start) }
      if unit & 0xFC00 == 0xD800 {
        guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
          bytes[offset + 1] == UInt8(ascii: "u"), let low = hexUnit(at: offset + 2),
          low & 0xFC00 == 0xDC00
        else { throw lone(start) }
        advance(6)
      }
    default:
      throw error("unknown escape: \\ and \(described(offset + 1))")
    }
  }

  private func lone(_ offset: Int) -> JSONError {
    JSONError(offset: offset, message: "half of a surrogate pair without the other half")
  }

  private func hexUnit(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[start..<start + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// Passes over one character of more than one byte.
  mutating func skipUTF8() throws(JSONError) {
    let first = bytes[offset]
    let count: Int
    // The range of the second byte rules out overlong forms, surrogates and what is above U+10FFFF.
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: count = 2
    case 0xE0...0xEF:
      count = 3
      if first == 0xE0 { second = 0xA0...0xBF }
      if first == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      count = 4
      if first == 0xF0 { second = 0x90...0xBF }
      if first == 0xF4 { second = 0x80...0x8F }
    default: throw error("invalid UTF-8: \(described(offset))")
    }
    guard offset + count <= bytes.count, second.contains(bytes[offset + 1]),
      bytes[(offset + 1)..<(offset + count)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw error("invalid UTF-8: \(described(offset))") }
    advance(count)
  }

  /// The value of a string with escapes in it; the token has been checked.
  func unescaped(_ token: Token) -> String {
    var utf8: [UInt8] = []
    var at = token.start
    while at < token.end {
      guard bytes[at] == UInt8(ascii: "\\") else {
        utf8.append(bytes[at])
        at += 1
        continue
      }
      switch bytes[at + 1] {
      case UInt8(ascii: "b"): utf8.append(0x08)
      case UInt8(ascii: "f"): utf8.append(0x0C)
      case UInt8(ascii: "n"): utf8.append(0x0A)
      case UInt8(ascii: "r"): utf8.append(0x0D)
      case UInt8(ascii: "t"): utf8.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = UInt32(hexUnit(at: at + 2) ?? 0xFFFD)
        at += 4
        if scalar & 0xFC00 == 0xD800 {
          let low = UInt32(hexUnit(at: at + 4) ?? 0xDC00)
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
          at += 6
        }
        utf8.append(contentsOf: String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8)
      default: utf8.append(bytes[at + 1])
      }
      at += 2
    }
    return String(decoding: utf8, as: UTF8.self)
  }
}
