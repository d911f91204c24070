/// The kernel's text in a line, and what stood before it.
struct LineText {
  var text: ArraySlice<UInt8>
  /// What others have put before it.
  var head: ArraySlice<UInt8>
  /// Something stood before it, so that a line without it continues another.
  var hadPrefix: Bool
  /// The text was found by its words, behind something that no form of a prefix explains.
  private(set) var isSearched = false

  /// - Parameter knows: whether a line of the report had the same before it: then words that a sentence may have are
  ///   the kernel's, too.
  init(_ line: ArraySlice<UInt8>, knows: (ArraySlice<UInt8>) -> Bool = { _ in false }) {
    let stripped = LinePrefix.strip(line)
    text = stripped.text
    hadPrefix = stripped.hadPrefix
    head = line[..<text.startIndex]
    if KernelText.strength(text) != nil {
      if let quote = Self.openQuote(head) { text = Self.unquoted(line, from: quote, to: text) }
      return
    }
    var at: Int
    if let invoked = text.firstIndex(of: " invoked oom-killer") {
      at = KernelText.nameStart(text, before: invoked)
      if let quote = Self.openQuote(text[..<invoked]) { at = max(at, quote + 1) }
    } else if let found = KernelText.start(in: text) {
      at = found.at
      if found.strength == .weak, !Self.endsPrefix(text[..<at]), !knows(line[..<at]) { return }
    } else if let mark = Self.mark(in: line),
      knows(line[..<mark]) || LogTime.isTimeAndFew(line[..<mark])
    {
      text = line[mark...]
      head = line[..<mark]
      hadPrefix = true
      return
    } else {
      return
    }
    if at == text.startIndex { return }
    isSearched = true
    if let quote = Self.openQuote(text[..<at]) {
      head = line[..<at]
      hadPrefix = true
      let value = Self.unquoted(text, from: quote)
      let inner = LineText(value[...])
      text = inner.text
      return
    }
    // Blanks alone are what a wrapped line may begin with, too.
    hadPrefix = hadPrefix || text[..<at].contains { $0 != 0x20 }
    head = line[..<at]
    text = text[at...]
  }

  /// Where dots or dashes begin that are the last word of a line.
  private static func mark(in line: ArraySlice<UInt8>) -> Int? {
    let blank = line.lastIndex { $0 == 0x20 }
    let bracket = line.lastIndex { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ":") }
    for start in [blank, bracket] {
      guard let start, start + 1 < line.endIndex else { continue }
      if CutMarker.isDots(line[(start + 1)...]) { return start + 1 }
    }
    return nil
  }

  /// Whether words may begin behind this: it does not end in a word of a sentence.
  private static func endsPrefix(_ head: ArraySlice<UInt8>) -> Bool {
    guard let last = head.trimmed.last else { return true }
    return !(0x61...0x7A ~= last | 0x20)
  }

  /// The quotation mark that is open at the end of a text.
  private static func openQuote(_ text: ArraySlice<UInt8>) -> Int? {
    var open: Int?
    var isEscaped = false
    for index in text.indices {
      if isEscaped {
        isEscaped = false
      } else if text[index] == UInt8(ascii: "\\") {
        isEscaped = true
      } else if text[index] == UInt8(ascii: "\"") {
        open = open == nil ? index : nil
      }
    }
    return open
  }

  /// The part of a quoted value from a text on that lies in it.
  private static func unquoted(
    _ line: ArraySlice<UInt8>, from quote: Int, to text: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8> {
    let value = unquoted(line, from: quote)
    // Nothing is escaped before the kernel's text: times and names of hosts.
    return value.dropFirst(text.startIndex - quote - 1)
  }

  /// The value that a quotation mark begins: JSON escapes with a backslash, CSV doubles the mark.
  private static func unquoted(_ text: ArraySlice<UInt8>, from quote: Int) -> [UInt8] {
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
