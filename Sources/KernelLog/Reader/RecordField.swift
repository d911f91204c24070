/// A field that has a line of its own.
struct RecordField {
  /// As `RecordKeys` compares it; empty for a value of a list.
  var key: String
  /// What a key with dots says that it stands in.
  var parent = ""
  /// Nil where only the key is in the line, and its value is made of the lines that follow.
  var value: [UInt8]?

  /// `"MESSAGE" : "text",` or one of a list, `"text",`
  init?(json text: ArraySlice<UInt8>) {
    var end = text.endIndex
    let first = QuotedText.value(text, from: text.startIndex, end: &end)
    guard end < text.endIndex else { return nil }
    var rest = text[(end + 1)...].trimmed
    if rest.first != UInt8(ascii: ":") {
      guard Self.isEnd(rest) else { return nil }
      (key, value) = ("", first)
      return
    }
    rest = rest.dropFirst().trimmed
    (key, parent) = RecordKeys.parts(first[...], in: "")
    switch rest.first {
    case nil: value = nil
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard rest.count == 1 else { return nil }
    case UInt8(ascii: "\""):
      var end = rest.endIndex
      value = QuotedText.value(rest, from: rest.startIndex, end: &end)
      guard end < rest.endIndex, Self.isEnd(rest[(end + 1)...].trimmed) else { return nil }
    default:
      // No message is a number.
      guard Self.isWord(rest) else { return nil }
      (key, value) = ("", [])
    }
  }

  /// `MESSAGE=text`
  init?(export text: ArraySlice<UInt8>) {
    guard let equals = text.prefix(64).firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex,
      text[..<equals].allSatisfy({
        0x41...0x5A ~= $0 || $0 == UInt8(ascii: "_") || decimal($0) != nil
      })
    else { return nil }
    key = RecordKeys.plain(text[..<equals])
    value = Array(text[(equals + 1)...])
  }

  /// `message: 'text'`
  ///
  /// - Parameter isKnown: that such lines are fields is known; else only those of a message or a host are.
  init?(yaml text: ArraySlice<UInt8>, isKnown: Bool) {
    var text = text
    if text.begins(with: "- ") { text = text.dropFirst(2).trimmed }
    guard let colon = text.prefix(64).firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
      colon + 1 == text.endIndex || text[colon + 1] == 0x20,
      text[..<colon].allSatisfy({
        LineCharacters.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }), KernelText.strength(text) == nil
    else { return nil }
    (key, parent) = RecordKeys.parts(text[..<colon], in: "")
    let rest = text[(colon + 1)...].trimmed
    if !isKnown {
      let isHost = RecordKeys.hostRank(key) != nil && !rest.contains(0x20)
      guard !rest.isEmpty, isHost || RecordKeys.messageRank(key) != nil else { return nil }
    }
    if rest.isEmpty { return }
    value = Self.scalar(rest)
  }

  /// A value of YAML: in quotation marks of either kind, or as it is.
  private static func scalar(_ text: ArraySlice<UInt8>) -> [UInt8] {
    if text.first == UInt8(ascii: "\"") { return QuotedText.value(text, from: text.startIndex) }
    guard text.first == UInt8(ascii: "'") else { return Array(text) }
    var value: [UInt8] = []
    var index = text.startIndex + 1
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "'") {
        guard index + 1 < text.endIndex, text[index + 1] == UInt8(ascii: "'") else { break }
        index += 1
      }
      value.append(text[index])
      index += 1
    }
    return value
  }

  private static func isEnd(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
        || byte == 0x20
    }
  }

  /// A number, `true`, `false` or `null`.
  private static func isWord(_ text: ArraySlice<UInt8>) -> Bool {
    text.count < 40
      && text.allSatisfy { byte in
        LineCharacters.isWord(byte)
          || [0x20, 0x2B, 0x2C, 0x2D, 0x2E, UInt8(ascii: "}"), UInt8(ascii: "]")].contains(byte)
      }
  }
}
