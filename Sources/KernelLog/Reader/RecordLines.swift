/// Records whose fields have lines of their own: a journal's export and its verbose form, JSON that is indented, YAML.
///
/// A record's host may stand behind its message, so that messages wait for the end of the record.
struct RecordLines {
  struct Held {
    var text: [UInt8]
    var number: Int
    var host: [UInt8] = []
  }

  /// So many messages of one record: a list in it has them all.
  private static let most = 64

  private var host: (name: [UInt8], rank: Int)?
  /// The object that the last line has begun, such as `"host": {`.
  private var parent = ""
  private var held: [Held] = []
  /// So many of them are of records that have ended.
  private var ended = 0
  /// Keys under which the kernel's words have stood.
  private var keys: [String] = []
  /// The last line was a field, or a part of a record.
  private var isOpen = false
  private var isYAML = false
  private var mayBeYAML = false
  /// The next line is a value as a journal exports it in bytes: eight with its length, and the value.
  private var isBinary = false

  /// Messages wait for the rest of their record.
  var isHolding: Bool { !held.isEmpty }

  /// Takes a line of a record; false where it is none.
  mutating func take(_ line: ArraySlice<UInt8>, number: Int) -> Bool {
    if isBinary {
      isBinary = false
      hold(Array(line.dropFirst(8)), number: number)
      return true
    }
    let text = line.trimmed
    guard let first = text.first else {
      if isOpen { endRecord() }
      return isOpen
    }
    if mayBeYAML {
      mayBeYAML = false
      isYAML = RecordField(yaml: text, isKnown: true) != nil
      isOpen = isYAML
    }
    switch first {
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"):
      return takeMark(text)
    case UInt8(ascii: "-"):
      guard text.elementsEqual("---".utf8) else { break }
      endRecord()
      mayBeYAML = true
      return isYAML
    case UInt8(ascii: "\""):
      if let field = RecordField(json: text) { return take(field, number: number) }
    case UInt8(ascii: "_"), 0x41...0x5A:
      if text.elementsEqual("MESSAGE".utf8) {
        isBinary = true
        isOpen = true
        return true
      }
      if text.dropFirst().first.map({ !(0x61...0x7A ~= $0) }) ?? false,
        let field = RecordField(export: text)
      {
        return take(field, number: number)
      }
      if let field = RecordField(yaml: text, isKnown: isYAML) { return take(field, number: number) }
      if isVerboseHead(text) {
        endRecord()
        isOpen = true
        return true
      }
    case 0x61...0x7A:
      if let field = RecordField(yaml: text, isKnown: isYAML) { return take(field, number: number) }
    default: break
    }
    isOpen = false
    isYAML = false
    return false
  }

  /// Brackets alone: the beginning of an object that no key names is that of a record.
  private mutating func takeMark(_ text: ArraySlice<UInt8>) -> Bool {
    let isMark = text.allSatisfy { byte in
      byte == 0x20 || byte == UInt8(ascii: ",")
        || [UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]")]
          .contains(byte)
    }
    guard isMark else {
      isOpen = false
      return false
    }
    if text.last == UInt8(ascii: "{") { endRecord() }
    parent = ""
    isOpen = true
    return true
  }

  private mutating func take(_ field: RecordField, number: Int) -> Bool {
    isOpen = true
    guard let value = field.value else {
      parent = field.key
      return true
    }
    // A line of a list: its message or a time.
    guard !field.key.isEmpty else {
      if value.count > 20 || !value.allSatisfy({ decimal($0) != nil }) {
        hold(value, number: number)
      }
      return true
    }
    if let rank = RecordKeys.hostRank(field.key, in: field.parent.isEmpty ? parent : field.parent),
      rank < host?.rank ?? Int.max
    {
      host = (value, rank)
      return true
    }
    var isMessage = RecordKeys.messageRank(field.key) != nil || keys.contains(field.key)
    if !isMessage, LogRecords.isKernels(value[...]) {
      if keys.count < 8 { keys.append(field.key) }
      isMessage = true
    }
    if isMessage { hold(value, number: number) }
    return true
  }

  private mutating func hold(_ text: [UInt8], number: Int) {
    held.append(Held(text: text, number: number))
  }

  /// `Sun 2024-08-11 20:21:28.123456 UTC [s=5f;i=1;…]`
  private func isVerboseHead(_ text: ArraySlice<UInt8>) -> Bool {
    text.last == UInt8(ascii: "]") && text.prefix(60).contains(" [s=")
  }

  private mutating func endRecord() {
    let name = host?.name ?? []
    for index in ended..<held.count { held[index].host = name }
    ended = held.count
    host = nil
    parent = ""
  }

  /// The messages whose record is whole; all of them where no more of it may come.
  mutating func ready() -> [Held] {
    if !isOpen || held.count - ended >= Self.most {
      let name = host?.name ?? []
      for index in ended..<held.count { held[index].host = name }
      ended = held.count
    }
    if ended == 0 { return [] }
    let ready = Array(held[..<ended])
    held.removeFirst(ended)
    ended = 0
    return ready
  }

  mutating func finish() -> [Held] {
    endRecord()
    return ready()
  }

  /// Reads the lines before the first that may be one of a report: they may name its host.
  mutating func recall(_ lines: [[UInt8]]) {
    host = nil
    parent = ""
    (isOpen, isYAML, mayBeYAML, isBinary) = (false, false, false, false)
    for line in lines { _ = take(line[...], number: 0) }
    held = []
    ended = 0
    isBinary = false
  }

  /// Where a record may begin that has such a line in it.
  static func mayBeIn(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.trimmed
    guard let first = text.first else { return false }
    switch first {
    case UInt8(ascii: "\""): return RecordField(json: text) != nil
    case UInt8(ascii: "M"):
      return RecordField(export: text) != nil || RecordField(yaml: text, isKnown: true) != nil
    case 0x61...0x7A: return RecordField(yaml: text, isKnown: false) != nil
    default: return false
    }
  }

  /// Whether a record begins here, or behind it.
  static func isStart(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.trimmed
    if text.isEmpty || text.elementsEqual("{".utf8) || text.elementsEqual("---".utf8) {
      return true
    }
    return text.last == UInt8(ascii: "]") && text.prefix(60).contains(" [s=")
  }
}
