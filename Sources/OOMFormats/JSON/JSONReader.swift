/// Text that is no JSON, and where.
package struct JSONError: Error, Equatable {
  /// Byte offset.
  var offset: Int
  var message: String
}

/// A strict pull reader of RFC 8259 JSON: the caller asks for what it expects, nothing is built in between.
///
/// Stricter than most: nothing after the value, no duplicate of a key in an object that is read by
/// `ObjectKeys`, valid UTF-8 without lone surrogates, at most `maxDepth` levels. A byte order mark at the
/// start is passed over. Foundation's reader gives no positions, accepts duplicate keys and trailing
/// commas, and takes ten times as long.
package struct JSONReader {
  /// Levels of arrays and objects in each other.
  static let maxDepth = 512

  package enum Kind: String {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case bool = "true or false"
    case null = "null"
  }

  /// A string as it stands in the text: the bytes between its quotes.
  package struct Token {
    package var start: Int
    package var end: Int
    var hasEscapes: Bool
  }

  package let bytes: [UInt8]
  private(set) var offset = 0
  private var depth = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  // MARK: Structure

  /// What the next value is; consumes white space only.
  package mutating func peek() throws(JSONError) -> Kind {
    skipSpace()
    guard offset < bytes.count else { throw error("the text ends where a value is expected") }
    switch bytes[offset] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw error("expected a value, found \(described(offset))")
    }
  }

  package mutating func beginObject() throws(JSONError) {
    try enter()
  }

  /// The next key of an object, nil at its end. `isFirst` says that none has been read yet.
  package mutating func nextKey(isFirst: Bool) throws(JSONError) -> Token? {
    skipSpace()
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "}") {
      offset += 1
      depth -= 1
      return nil
    }
    if !isFirst {
      try expect(UInt8(ascii: ","), or: "'}'")
      skipSpace()
    }
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "}") {
        throw error("a comma before '}'")
      }
      throw error("expected a key in quotes, found \(described(offset))")
    }
    let key = try readString()
    skipSpace()
    try expect(UInt8(ascii: ":"), or: nil)
    return key
  }

  package mutating func beginArray() throws(JSONError) {
    try enter()
  }

  /// Whether an array goes on with another element.
  package mutating func nextElement(isFirst: Bool) throws(JSONError) -> Bool {
    skipSpace()
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
      offset += 1
      depth -= 1
      return false
    }
    if !isFirst {
      try expect(UInt8(ascii: ","), or: "']'")
      skipSpace()
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
        throw error("a comma before ']'")
      }
    }
    return true
  }

  /// Makes sure that nothing follows.
  mutating func finish() throws(JSONError) {
    skipSpace()
    if offset < bytes.count { throw error("text after the end: \(described(offset))") }
  }

  /// Reads one value of any kind and forgets it.
  package mutating func skipValue() throws(JSONError) {
    // The kinds of the open levels, innermost last: no recursion, however deep the text.
    var isObject: [Bool] = []
    repeat {
      if let inObject = isObject.last {
        let goesOn: Bool
        if inObject {
          goesOn = try nextKey(isFirst: justOpened) != nil
        } else {
          goesOn = try nextElement(isFirst: justOpened)
        }
        justOpened = false
        if !goesOn {
          isObject.removeLast()
          continue
        }
      }
      switch try peek() {
      case .object, .array:
        isObject.append(bytes[offset] == UInt8(ascii: "{"))
        try enter()
        justOpened = true
      case .string: _ = try readString()
      case .number: _ = try readNumber()
      case .bool: _ = try readBool()
      case .null: try readLiteral("null")
      }
    } while !isObject.isEmpty
  }

  private var justOpened = false

  // MARK: Values

  package mutating func readString() throws(JSONError) -> Token {
    offset += 1
    let start = offset
    var hasEscapes = false
    offset = Self.endOfPlainText(bytes.span, from: start)
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return Token(start: start, end: offset - 1, hasEscapes: hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try skipEscape()
      } else if byte < 0x20 {
        throw error("a control character in a string: write it as \\u00\(hex(byte))")
      } else if byte < 0x80 {
        offset += 1
      } else {
        try skipUTF8()
      }
    }
    offset = start - 1
    throw error("a string without an end")
  }

  /// Where ASCII without escapes ends; most strings are nothing else.
  private static func endOfPlainText(_ text: Span<UInt8>, from start: Int) -> Int {
    var at = start
    while at < text.count {
      let byte = text[at]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 {
        break
      }
      at &+= 1
    }
    return at
  }

  /// Reads a number; whether it is a whole one is seen by its bytes.
  package mutating func readNumber() throws(JSONError) -> Range<Int> {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let first = offset
    guard skipDigits() else { throw error("expected a digit, found \(described(offset))") }
    if bytes[first] == UInt8(ascii: "0"), offset - first > 1 {
      offset = first
      throw error("a number with a leading zero")
    }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      guard skipDigits() else {
        throw error("expected a digit after the point, found \(described(offset))")
      }
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count,
        bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-")
      {
        offset += 1
      }
      guard skipDigits() else {
        throw error("expected a digit in the exponent, found \(described(offset))")
      }
    }
    return start..<offset
  }

  mutating func readBool() throws(JSONError) -> Bool {
    let isTrue = bytes[offset] == UInt8(ascii: "t")
    try readLiteral(isTrue ? "true" : "false")
    return isTrue
  }

  package func text(_ token: Token) -> String {
    if !token.hasEscapes {
      return String(decoding: bytes[token.start..<token.end], as: UTF8.self)
    }
    return unescaped(token)
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Parts

  mutating func advance(_ count: Int) { offset += count }

  /// Goes back to a value that was passed over.
  mutating func rewind(to offset: Int) { self.offset = offset }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > Self.maxDepth { throw error("nested deeper than \(Self.maxDepth) levels") }
    offset += 1
  }

  mutating func skipSpace() {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte > 0x20 || (byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) { return }
      offset += 1
    }
  }

  private mutating func expect(_ byte: UInt8, or other: String?) throws(JSONError) {
    guard offset < bytes.count, bytes[offset] == byte else {
      let wanted = "'\(Character(Unicode.Scalar(byte)))'" + (other.map { " or \($0)" } ?? "")
      throw error("expected \(wanted), found \(described(offset))")
    }
    offset += 1
  }

  private mutating func readLiteral(_ literal: StaticString) throws(JSONError) {
    let start = offset
    for byte in literal.description.utf8 {
      guard offset < bytes.count, bytes[offset] == byte else {
        offset = start
        throw error("expected a value, found \(described(offset))")
      }
      offset += 1
    }
  }

  private mutating func skipDigits() -> Bool {
    let start = offset
    while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    return offset > start
  }

  func error(_ message: String) -> JSONError { JSONError(offset: offset, message: message) }

  /// What stands at an offset, in words.
  func described(_ offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the text" }
    let byte = bytes[offset]
    if byte < 0x20 || byte == 0x7F { return "the control character 0x\(hex(byte))" }
    if byte < 0x80 { return "'\(Character(Unicode.Scalar(byte)))'" }
    return "the byte 0x\(hex(byte))"
  }

  private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
  }
}
