/// Lines in columns, two spaces apart.
package struct TextTable {
  package enum Alignment {
    case left
    case right
  }

  package var alignments: [Alignment]
  package var rows: [[String]] = []

  package init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  /// Lines of rows that are numbers to the right, but for the last cell.
  package static func lines(ofNumbers rows: [[String]]) -> [String] {
    guard let first = rows.first else { return [] }
    var table = TextTable(first.dropLast().map { _ in .right } + [.left])
    table.rows = rows
    return table.lines
  }

  package mutating func add(_ row: [String]) { rows.append(row) }

  /// The widths of the columns.
  package var widths: [Int] {
    alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  package var width: Int { widths.reduce(0, +) + 2 * max(alignments.count - 1, 0) }

  /// One line a row, without spaces at its end.
  package var lines: [String] {
    let widths = widths
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        if column > 0 { line += "  " }
        let space = String(repeating: " ", count: widths[column] - text.count)
        line += alignments[column] == .left ? text + space : space + text
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
