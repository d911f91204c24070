/// Values in quotation marks, as JSON and CSV have them.
enum QuotedText {
  /// The part of a quoted value from a text on that lies in it.
  static func value(
    _ line: ArraySlice<UInt8>, from quote: Int, to text: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8> {
    // Nothing is escaped before the kernel's text: times and names of hosts.
    value(line, from: quote).dropFirst(text.startIndex - quote - 1)
  }

  /// The value that a quotation mark begins: JSON escapes with a backslash, CSV doubles the mark.
  static func value(_ text: ArraySlice<UInt8>, from quote: Int) -> [UInt8] {
    var end = text.endIndex
    return value(text, from: quote, end: &end)
  }

  /// The same, and where the value ends: at its mark, or at the end of the text.
  static func value(
    _ text: ArraySlice<UInt8>, from quote: Int, end: inout Int
  ) -> [UInt8] {
    var value: [UInt8] = []
    var index = quote + 1
    while index < text.endIndex {
      let byte = text[index]
      let next = index + 1 < text.endIndex ? text[index + 1] : 0
      if byte == UInt8(ascii: "\"") {
        if next != UInt8(ascii: "\"") { break }
        index += 1
        value.append(byte)
      } else if byte == UInt8(ascii: "\\"), let (bytes, length) = escape(text[(index + 1)...]) {
        value += bytes
        index += length
      } else {
        value.append(byte)
      }
      index += 1
    }
    end = min(index, text.endIndex)
    return value
  }

  /// What stands behind a backslash, and how long it is.
  private static func escape(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
    switch text.first {
    case UInt8(ascii: "n"): return ([0x0A], 1)
    case UInt8(ascii: "r"): return ([0x0D], 1)
    case UInt8(ascii: "t"): return ([0x20], 1)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return (Array(text.prefix(1)), 1)
    case UInt8(ascii: "u"):
      var value: UInt32 = 0
      let digits = text.dropFirst().prefix(4)
      for byte in digits {
        guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
        value = value << 4 | UInt32(digit)
      }
      guard digits.count == 4, let scalar = UnicodeScalar(value) else { return nil }
      return (Array(String(Character(scalar)).utf8), 5)
    default: return nil
    }
  }
}
