internal import OOMFormats

/// Reads lines that are JSON, as journals, containers and log services keep them: one record, or a list of them.
///
/// The message is the string that has words of the kernel; where none has, that of the usual name.
struct LogRecords {
  struct Message {
    var text: [UInt8]
    /// The host that wrote it, if the record says so.
    var host: [UInt8] = []
  }

  private(set) var messages: [Message] = []
  private var host: [UInt8] = []

  private static let usual = ["message", "msg", "log", "text", "textpayload", "line"]
  private static let hosts = ["hostname", "host", "node", "nodename", "computer", "instance"]

  /// Nil where a line is no JSON.
  init?(_ line: ArraySlice<UInt8>) {
    let text = line.trimmed
    guard text.first == UInt8(ascii: "{") || Self.isList(text) else { return nil }
    var json = JSONReader(Array(text))
    do throws(JSONError) {
      try readValue(&json)
    } catch {
      return nil
    }
    for index in messages.indices where messages[index].host.isEmpty { messages[index].host = host }
  }

  private static func isList(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: "[") && text.dropFirst().trimmed.first == UInt8(ascii: "{")
  }

  private mutating func readValue(_ json: inout JSONReader) throws(JSONError) {
    switch try json.peek() {
    case .object: try readRecord(&json)
    case .array:
      try json.beginArray()
      var isFirst = true
      while try json.nextElement(isFirst: isFirst) {
        isFirst = false
        try readValue(&json)
      }
    default: try json.skipValue()
    }
  }

  private mutating func readRecord(_ json: inout JSONReader) throws(JSONError) {
    try json.beginObject()
    var isFirst = true
    var message: (text: [UInt8], rank: Int)?
    while let token = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let key = String(decoding: json.bytes[token.start..<token.end], as: UTF8.self)
        .lowercased().drop { $0 == "_" || $0 == "@" }
      let name = Self.usual.firstIndex { $0 == key }
      guard let text = try Self.text(&json, mayBeBytes: key == "message") else {
        try readValue(&json)
        continue
      }
      if Self.hosts.contains(where: { $0 == key }) { host = text }
      // Dots are what somebody has put for lines, whatever their key is called.
      let rank =
        Self.isKernels(text[...])
        ? -1 : name ?? (CutMarker.isDots(text[...]) ? Self.usual.count : nil)
      if let rank, rank < message?.rank ?? Int.max { message = (text, rank) }
    }
    if let message { messages.append(Message(text: message.text)) }
  }

  private static func isKernels(_ text: ArraySlice<UInt8>) -> Bool {
    text.contains(" invoked oom-killer") || KernelText.start(in: text) != nil
  }

  /// A string; a journal has what is no UTF-8 as its bytes. Nil for another value, which is not read.
  private static func text(
    _ json: inout JSONReader, mayBeBytes: Bool
  ) throws(JSONError) -> [UInt8]? {
    switch try json.peek() {
    case .string: return Array(json.text(try json.readString()).utf8)
    case .array where mayBeBytes:
      var bytes: [UInt8] = []
      try json.beginArray()
      while try json.nextElement(isFirst: bytes.isEmpty) {
        guard try json.peek() == .number else {
          try json.skipValue()
          bytes.append(0x3F)
          continue
        }
        let digits = try json.readNumber()
        let value = LogScanner.number(after: "", in: json.bytes[digits])
        bytes.append(UInt8(truncatingIfNeeded: value ?? 0x3F))
      }
      return bytes
    default: return nil
    }
  }
}
