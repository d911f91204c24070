internal import OOMFormats

/// Reads lines that are JSON, as journals, containers and log services keep them: one record, or a list of them.
///
/// The message is the string that has words of the kernel; where none has, that of the usual name. Strings in a list
/// are messages, too: a service's answer has a time and a line, a program's output a line each.
struct LogRecords {
  struct Message {
    var text: [UInt8]
    /// The host that wrote it, if the record says so.
    var host: [UInt8] = []
  }

  private(set) var messages: [Message] = []
  private var host: (name: [UInt8], rank: Int)?

  /// A record may stand behind a time and a tag.
  private static let mostBefore = 300

  /// Nil where a line is no JSON.
  init?(_ line: ArraySlice<UInt8>) {
    var text = line.trimmed
    // A sequence of texts, RFC 7464.
    if text.first == 0x1E { text = text.dropFirst() }
    guard let first = text.first else { return nil }
    let isWhole = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") && Self.isList(text)
    if !isWhole {
      guard text.last == UInt8(ascii: "}"), text.count > 20,
        let start = text.prefix(Self.mostBefore).firstIndex(of: "{\"")
      else { return nil }
      text = text[start...]
    }
    var json = JSONReader(Array(text))
    do throws(JSONError) {
      try readElement(&json)
    } catch {
      return nil
    }
    // Fields behind a program's own words are no record of a log.
    if !isWhole, messages.isEmpty { return nil }
  }

  private static func isList(_ text: ArraySlice<UInt8>) -> Bool {
    switch text.dropFirst().trimmed.first {
    case UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "["): true
    default: false
    }
  }

  /// A value that has a host of its own: one of a list, or the whole.
  private mutating func readElement(_ json: inout JSONReader) throws(JSONError) {
    let outer = host
    let start = messages.count
    host = nil
    switch try json.peek() {
    case .object: try readRecord(&json, key: "")
    case .array: addMessages(try readList(&json))
    default: try json.skipValue()
    }
    if let host {
      for index in start..<messages.count where messages[index].host.isEmpty {
        messages[index].host = host.name
      }
    }
    host = outer
  }

  /// Reads a list.
  ///
  /// - Returns: its strings.
  private mutating func readList(_ json: inout JSONReader) throws(JSONError) -> [[UInt8]] {
    var strings: [[UInt8]] = []
    try json.beginArray()
    var isFirst = true
    while try json.nextElement(isFirst: isFirst) {
      isFirst = false
      if try json.peek() == .string {
        strings.append(Array(json.text(try json.readString()).utf8))
      } else {
        try readElement(&json)
      }
    }
    return strings
  }

  /// A time and a line, or lines.
  private mutating func addMessages(_ strings: [[UInt8]]) {
    let isStamped =
      strings.count == 2 && !strings[0].isEmpty && strings[0].allSatisfy { decimal($0) != nil }
    for text in strings.dropFirst(isStamped ? 1 : 0) { messages.append(Message(text: text)) }
  }

  private mutating func readRecord(
    _ json: inout JSONReader, key parent: String
  ) throws(JSONError) {
    try json.beginObject()
    var isFirst = true
    var message: (text: [UInt8], rank: Int)?
    var strings: [[UInt8]] = []
    // What a list of fields and values calls the value that follows.
    var fieldRank: Int?
    while let token = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let (key, parent) = RecordKeys.parts(json.bytes[token.start..<token.end], in: parent)
      let hostRank = RecordKeys.hostRank(key, in: parent)
      let messageRank = RecordKeys.messageRank(key)
      let isNamed = hostRank != nil || messageRank != nil
      guard let text = try Self.text(&json, mayBeList: isNamed) else {
        switch try json.peek() {
        case .object: try readRecord(&json, key: key)
        case .array: strings += try readList(&json)
        default: try json.skipValue()
        }
        continue
      }
      if key == "field" { fieldRank = RecordKeys.messageRank(RecordKeys.plain(text[...])) }
      if let rank = hostRank, rank < host?.rank ?? Int.max { host = (text, rank) }
      let name = messageRank ?? (key == "value" ? fieldRank : nil)
      // Dots are what somebody has put for lines, whatever their key is called.
      let rank =
        Self.isKernels(text[...]) ? -1 : name ?? (CutMarker.isDots(text[...]) ? 1000 : nil)
      if let rank, rank < message?.rank ?? Int.max { message = (text, rank) }
    }
    if let message {
      messages.append(Message(text: message.text))
    } else {
      addMessages(strings)
    }
  }

  static func isKernels(_ text: ArraySlice<UInt8>) -> Bool {
    text.contains(" invoked oom-killer") || KernelText.start(in: text) != nil
  }

  /// A string; a journal has what is no UTF-8 as its bytes, an index has every value as a list. Nil for another value,
  /// which is not read.
  private static func text(
    _ json: inout JSONReader, mayBeList: Bool
  ) throws(JSONError) -> [UInt8]? {
    switch try json.peek() {
    case .string: return Array(json.text(try json.readString()).utf8)
    case .array where mayBeList:
      var bytes: [UInt8] = []
      try json.beginArray()
      var isFirst = true
      while try json.nextElement(isFirst: isFirst) {
        switch try json.peek() {
        case .number:
          let digits = try json.readNumber()
          let value = LogScanner.number(after: "", in: json.bytes[digits])
          bytes.append(UInt8(truncatingIfNeeded: value ?? 0x3F))
        case .string:
          let text = json.text(try json.readString())
          if isFirst { bytes = Array(text.utf8) }
        default: try json.skipValue()
        }
        isFirst = false
      }
      return bytes
    default: return nil
    }
  }
}
