/// Finds rows of a task table that stand before the first words by which a report is found.
enum LostRows {
  /// So far back they are looked for.
  static let most = 1 << 16
  /// So many other lines may stand between them and the words.
  private static let patience = 8

  /// The lines from the first row to `end`, which is where a line begins; none where no row stands there.
  ///
  /// - Parameter earlier: what was read before `bytes`.
  static func lines(
    in bytes: ArraySlice<UInt8>, before end: Int, behind earlier: [UInt8]
  ) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rows = 0
    var end = end
    var isEarlier = false
    var used = 0
    while used < most, lines.count - rows < patience {
      if !isEarlier, end == bytes.startIndex {
        isEarlier = true
        end = earlier.count
      }
      if isEarlier, end == 0 { break }
      let text = isEarlier ? earlier[...] : bytes
      let start = text[..<(end - 1)].lastIndex(of: 0x0A).map { $0 + 1 } ?? text.startIndex
      var line = Array(text[start..<(end - 1)])
      end = start
      if start == bytes.startIndex, !isEarlier, let last = earlier.last, last != 0x0A {
        // The pieces have cut it.
        isEarlier = true
        end = earlier.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        line = earlier[end...] + line
      }
      lines.append(line)
      used += line.count + 1
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
