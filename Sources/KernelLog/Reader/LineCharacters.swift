// Characters that other programs have put into a line or in the place of the kernel's own: the kernel prints
// ASCII, with one blank for another.

enum LineCharacters {
  /// A line in the kernel's characters: every kind of blank is a blank, colours and marks without width are gone.
  ///
  /// A dash between two letters or digits is a hyphen, as in `oom-kill`; one before a number may be a minus or a
  /// dash, and is left for the row to be refused.
  static func plain(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = line.firstIndex(where: isSuspect) else { return line }
    var result = Array(line[..<first])
    result.reserveCapacity(line.count)
    var index = first
    while index < line.endIndex {
      let byte = line[index]
      guard isSuspect(byte) else {
        result.append(byte)
        index += 1
        continue
      }
      let rest = line[index...]
      if let length = escape(rest) {
        index = endOfColour(line, index + length)
      } else if let (text, length) = replacement(rest, after: result.last) {
        result += text
        index += length
      } else {
        result.append(byte)
        index += 1
      }
    }
    return result[...]
  }

  private static func isSuspect(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte < 0x20 || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "^")
      || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<")
  }

  /// How long the escape character before a `[` is, as it is or as programs write it out.
  private static func escape(_ text: ArraySlice<UInt8>) -> Int? {
    for form in ["\u{1B}", "^[", "#033", "\\x1b", "\\x1B", "\\033", "\\u001b", "\\u001B", "\\e"]
    where text.begins(with: form) && text.dropFirst(form.utf8.count).first == UInt8(ascii: "[") {
      return form.utf8.count
    }
    return nil
  }

  /// Behind `[1;32m` and its like.
  private static func endOfColour(_ line: ArraySlice<UInt8>, _ start: Int) -> Int {
    var index = start + 1
    while index < line.endIndex, 0x20...0x3F ~= line[index] { index += 1 }
    return min(index + 1, line.endIndex)
  }

  /// What a character, a control or an entity stands for, and how many bytes it has.
  private static func replacement(
    _ text: ArraySlice<UInt8>, after previous: UInt8?
  ) -> (text: [UInt8], length: Int)? {
    guard let byte = text.first else { return nil }
    switch byte {
    case 0x09, 0x0B, 0x0C: return ([0x20], 1)
    case UInt8(ascii: "#"): return text.begins(with: "#011") ? ([0x20], 4) : nil
    case UInt8(ascii: "&"): return entity(text)
    case UInt8(ascii: "<"): return tag(text)
    case UInt8(ascii: "\\"):
      // Markdown and wikis keep marks so that mean something to them.
      guard let mark = text.dropFirst().first, escapable.contains(mark) else { return nil }
      return ([mark], 2)
    case 0x80...: return character(text, after: previous)
    default: return nil
    }
  }

  private static let escapable = Array("[]_*#<>`{}()-+.!|~=".utf8)

  private static let entities: [(String, UInt8)] = [
    ("&nbsp;", 0x20), ("&lt;", 0x3C), ("&gt;", 0x3E), ("&quot;", 0x22), ("&apos;", 0x27),
    ("&amp;", 0x26),
  ]

  /// A character that HTML writes by its name or its number.
  private static func entity(_ text: ArraySlice<UInt8>) -> (text: [UInt8], length: Int)? {
    for (entity, character) in entities where text.begins(with: entity) {
      return ([character], entity.utf8.count)
    }
    var scanner = LogScanner(text.prefix(10))
    guard scanner.take("&#") else { return nil }
    var value: UInt32?
    if scanner.take("x") || scanner.take("X") {
      while let byte = scanner.next, let digit = Character(UnicodeScalar(byte)).hexDigitValue {
        value = (value ?? 0) << 4 | UInt32(digit)
        scanner.skip(1)
      }
    } else {
      value = scanner.number().flatMap { UInt32(exactly: $0) }
    }
    guard let value, scanner.take(";"), let scalar = UnicodeScalar(value) else { return nil }
    let length = scanner.at - text.startIndex
    return (value == 0xA0 ? [0x20] : Array(String(Character(scalar)).utf8), length)
  }

  /// Tags of HTML that end a line, and others; what the kernel prints in such brackets is neither.
  private static let lineTags = ["br", "p", "div", "li", "tr", "pre"]
  private static let tags = [
    "span", "td", "th", "code", "b", "i", "em", "strong", "font", "samp", "tt", "ul", "ol", "table",
    "tbody", "thead", "html", "body", "a",
  ]

  /// A tag: the end of a line where it is one, a blank behind a cell, else nothing.
  private static func tag(_ text: ArraySlice<UInt8>) -> (text: [UInt8], length: Int)? {
    let head = text.prefix(200)
    guard let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    var inside = head[(text.startIndex + 1)..<end]
    let isClosing = inside.first == UInt8(ascii: "/")
    if isClosing { inside = inside.dropFirst() }
    let name = inside.prefix { isWord($0) }
    let rest = inside.dropFirst(name.count)
    guard !name.isEmpty, rest.isEmpty || rest.first == 0x20 || rest.elementsEqual("/".utf8) else {
      return nil
    }
    func isOne(_ words: [String]) -> Bool {
      words.contains { word in
        word.utf8.count == name.count
          && zip(word.utf8, name).allSatisfy { $0 == ($1 < 0x61 ? $1 | 0x20 : $1) }
      }
    }
    let length = end + 1 - text.startIndex
    if isOne(lineTags) {
      let isEnd =
        isClosing
        || name.count == 2 && name.last.map { $0 | 0x20 } == UInt8(ascii: "r")
          && name.first.map { $0 | 0x20 } == UInt8(ascii: "b")
      return (isEnd ? [0x0A] : [], length)
    }
    return isOne(tags) ? (isClosing && name.count == 2 ? [0x20] : [], length) : nil
  }

  private static func character(
    _ text: ArraySlice<UInt8>, after previous: UInt8?
  ) -> (text: [UInt8], length: Int)? {
    // That of Latin-1, which is no UTF-8.
    if text.first == 0xA0 { return ([0x20], 1) }
    let length = (text.first ?? 0) >= 0xE0 ? 3 : 2
    guard text.count >= length else { return nil }
    var value: UInt32 = UInt32(text[text.startIndex]) & (length == 3 ? 0x0F : 0x1F)
    for byte in text.dropFirst().prefix(length - 1) {
      guard 0x80...0xBF ~= byte else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    switch value {
    case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return ([0x20], length)
    case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060, 0xFEFF: return ([], length)
    case 0x2010, 0x2011: return ([0x2D], length)
    case 0x2012...0x2015, 0x2212:
      let next = text.dropFirst(length).first
      guard let previous, let next, isWord(previous), isWord(next) else { return nil }
      return ([0x2D], length)
    default: return nil
    }
  }

  /// A letter, a digit or an underscore.
  static func isWord(_ byte: UInt8) -> Bool {
    decimal(byte) != nil || 0x61...0x7A ~= byte | 0x20 || byte == UInt8(ascii: "_")
  }
}
