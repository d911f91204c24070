/// Finds rows of a task table that stand before the first words by which a report is found.
enum LostRows {
  /// So many other lines may stand between them and the words.
  private static let patience = 8

  /// The lines from the first row on; none where no row stands there.
  static func lines(_ before: LinesBefore) -> [[UInt8]] {
    var before = before
    var lines: [[UInt8]] = []
    var rows = 0
    while lines.count - rows < patience, let line = before.next() {
      lines.append(line)
      if isRow(line) { rows = lines.count }
    }
    return lines.prefix(rows).reversed()
  }

  /// Whether the line that a table ends before is one of a kill: others stand behind no rows.
  static func mayFollow(_ line: ArraySlice<UInt8>) -> Bool {
    line.contains("oom-kill:") || line.contains("process ") || line.contains("killable")
      || line.contains("invoked oom-killer")
  }

  private static func isRow(_ line: [UInt8]) -> Bool {
    guard line.count < 400 else { return false }
    let text = LineCharacters.plain(line[...])
    return text.indices.contains {
      text[$0] == UInt8(ascii: "[") && TaskTable.isRow(text[$0...], numbers: 3)
    }
  }
}
