/// The columns of a table of log lines, by its first line: which of them is the message, and which the host.
struct LogColumns {
  private let separator: UInt8
  private let count: Int
  private let message: Int
  private let host: Int?

  /// Nil where a line is no header of such a table.
  init?(header line: ArraySlice<UInt8>) {
    var text = line.trimmed
    if text.begins(with: "\u{FEFF}") { text = text.dropFirst(3) }
    guard text.count < 4096, text.first != UInt8(ascii: "{"), text.first != UInt8(ascii: "["),
      KernelText.start(in: text) == nil
    else { return nil }
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
    guard
      let separator = separators.first(where: { separator in text.contains(separator) })
    else { return nil }
    let names = Self.fields(text, separator, most: 256).map {
      RecordKeys.parts(Self.name($0), in: "")
    }
    let ranks = names.map { RecordKeys.messageRank($0.key) }
    guard names.count > 1, let best = ranks.compactMap({ $0 }).min(),
      let message = ranks.firstIndex(of: best),
      // A header has names, no sentences.
      names.allSatisfy({ $0.key.utf8.count <= 40 })
    else { return nil }
    let hosts = names.map { RecordKeys.hostRank($0.key, in: $0.parent) }
    self.separator = separator
    count = names.count
    self.message = message
    host = hosts.compactMap { $0 }.min().flatMap { rank in hosts.firstIndex(of: rank) }
  }

  /// What a line of the table has as its message and its host; nil for a line of another form.
  func message(_ line: ArraySlice<UInt8>) -> LogRecords.Message? {
    // The last column may have the separator in it.
    let fields = Self.fields(line, separator, most: message == count - 1 ? count : 256)
    guard fields.count == count else { return nil }
    return LogRecords.Message(text: fields[message], host: host.map { fields[$0] } ?? [])
  }

  /// `TimeGenerated [UTC]` is named so.
  private static func name(_ field: [UInt8]) -> ArraySlice<UInt8> {
    let text = field[...].trimmed
    return text[..<(text.firstIndex(of: 0x20) ?? text.endIndex)]
  }

  private static func fields(
    _ line: ArraySlice<UInt8>, _ separator: UInt8, most: Int
  ) -> [[UInt8]] {
    var fields: [[UInt8]] = []
    var start = line.startIndex
    while true {
      if start < line.endIndex, line[start] == UInt8(ascii: "\"") {
        var end = line.endIndex
        let value = QuotedText.value(line, from: start, end: &end)
        let rest = line[min(end + 1, line.endIndex)...].drop { $0 == 0x20 || $0 == 0x0D }
        fields.append(value)
        if rest.isEmpty { return fields }
        guard rest.first == separator else { return [] }
        start = rest.startIndex + 1
      } else {
        let isLast = fields.count + 1 == most
        let next = isLast ? nil : line[start...].firstIndex(of: separator)
        guard let next else {
          fields.append(Array(line[start...]))
          return fields
        }
        fields.append(Array(line[start..<next]))
        start = next + 1
      }
      if fields.count > most { return [] }
    }
  }
}
