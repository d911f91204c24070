/// Lines in columns, two spaces apart.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  var alignments: [Alignment]
  var rows: [[String]] = []

  init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  /// Lines of rows that are numbers to the right, but for the last cell.
  static func lines(ofNumbers rows: [[String]]) -> [String] {
    guard let first = rows.first else { return [] }
    var table = TextTable(first.dropLast().map { _ in .right } + [.left])
    table.rows = rows
    return table.lines
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// The widths of the columns.
  var widths: [Int] {
    alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  var width: Int { widths.reduce(0, +) + 2 * max(alignments.count - 1, 0) }

  /// One line a row, without spaces at its end.
  var lines: [String] {
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
