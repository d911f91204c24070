/// Whether a text is a log at all, where no report is found in it.
package enum LogForm {
  /// Lines that are looked at: a log shows its form in the first of them.
  private static let mostLines = 100

  /// Whether the beginning of a text is that of a log. A text of nothing is one: nothing was logged.
  package static func isLog(_ beginning: [UInt8]) -> Bool {
    var isEmpty = true
    for line in beginning.split(separator: 0x0A).prefix(mostLines) {
      let text = line.trimmed
      if text.isEmpty || text.elementsEqual([0x0D]) { continue }
      isEmpty = false
      if isRemark(text) || LinePrefix.strip(line).hadPrefix { return true }
      if let records = LogRecords(line), !records.messages.isEmpty { return true }
    }
    return isEmpty
  }

  /// What journalctl says of the journal itself: `-- No entries --`, `-- Boot 0123… --`, `-- Logs begin at …`.
  private static func isRemark(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.begins(with: "-- ") else { return false }
    return text.suffix(3).elementsEqual(" --".utf8) || text.begins(with: "-- Logs begin ")
      || text.begins(with: "-- Journal begins ")
  }
}
