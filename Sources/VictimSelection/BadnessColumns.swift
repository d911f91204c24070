/// What a badness of one's own reads of the processes: a column each, one row a process. Who owns it keeps it up to date as
/// memory moves, so that a scan gathers nothing.
///
/// A column has as few bits a row as its numbers need, since what a scan takes is mostly what memory takes to bring them. It
/// knows between which numbers they are: from that a scan finds what cannot overflow, what is the same for all processes, and
/// whether it can work in 32 bits.
package struct BadnessColumns: Sendable {
  /// How many processes there are.
  package private(set) var count = 0
  private var columns: [Column]

  /// The numbers of one column, in the array of its width; of one that is not read, none.
  struct Column: Sendable {
    enum Width: Sendable {
      case bits8, bits16, bits32, bits64
    }

    let isRead: Bool
    fileprivate(set) var width = Width.bits8
    fileprivate(set) var numbers8: [Int8] = []
    fileprivate(set) var numbers16: [Int16] = []
    fileprivate(set) var numbers32: [Int32] = []
    fileprivate(set) var numbers64: [Int64] = []
    /// Of all numbers that were ever there.
    fileprivate(set) var bounds = BadnessBounds(0, 0)
  }

  /// Of no processes.
  ///
  /// - Parameter expression: what reads the columns.
  package init(for expression: BadnessExpression) {
    columns = BadnessColumn.allCases.map {
      Column(isRead: $0 != .totalpages && expression.reads($0))
    }
  }

  /// The columns that are kept. `totalpages` is none of them: it is the same for all processes of a scan.
  package var kept: [BadnessColumn] {
    BadnessColumn.allCases.filter { columns[$0.index].isRead }
  }

  /// Adds a process.
  ///
  /// - Parameter value: what it has in a column.
  package mutating func append(_ value: (BadnessColumn) -> Int64) {
    for column in BadnessColumn.allCases where columns[column.index].isRead {
      columns[column.index].append(value(column), row: count)
    }
    count += 1
  }

  /// Changes what a process has in a column that is kept.
  package mutating func set(_ column: BadnessColumn, of row: Int, to value: Int64) {
    columns[column.index].set(row, value)
  }

  /// What a process has in a column that is kept.
  package func value(_ column: BadnessColumn, of row: Int) -> Int64 {
    columns[column.index].number(of: row)
  }

  subscript(column: BadnessColumn) -> Column { columns[column.index] }
}

extension BadnessColumns.Column {
  fileprivate func number(of row: Int) -> Int64 {
    switch width {
    case .bits8: Int64(numbers8[row])
    case .bits16: Int64(numbers16[row])
    case .bits32: Int64(numbers32[row])
    case .bits64: numbers64[row]
    }
  }

  fileprivate mutating func append(_ value: Int64, row: Int) {
    switch width {
    case .bits8: numbers8.append(0)
    case .bits16: numbers16.append(0)
    case .bits32: numbers32.append(0)
    case .bits64: numbers64.append(0)
    }
    if row == 0 { bounds = BadnessBounds(value, value) }
    set(row, value)
  }

  fileprivate mutating func set(_ row: Int, _ value: Int64) {
    if !bounds.contains(value) { bounds = bounds.union(BadnessBounds(value, value)) }
    while true {
      switch width {
      case .bits8:
        if let value = Int8(exactly: value) {
          numbers8[row] = value
          return
        }
      case .bits16:
        if let value = Int16(exactly: value) {
          numbers16[row] = value
          return
        }
      case .bits32:
        if let value = Int32(exactly: value) {
          numbers32[row] = value
          return
        }
      case .bits64:
        numbers64[row] = value
        return
      }
      widen()
    }
  }

  private mutating func widen() {
    switch width {
    case .bits8:
      numbers16 = numbers8.map { Int16($0) }
      (width, numbers8) = (.bits16, [])
    case .bits16:
      numbers32 = numbers16.map { Int32($0) }
      (width, numbers16) = (.bits32, [])
    case .bits32:
      numbers64 = numbers32.map { Int64($0) }
      (width, numbers32) = (.bits64, [])
    case .bits64: break
    }
  }
}

extension BadnessColumn {
  /// Its place among all columns.
  var index: Int {
    switch self {
    case .anon: 0
    case .file: 1
    case .shmem: 2
    case .swap: 3
    case .pageTables: 4
    case .rss: 5
    case .totalVM: 6
    case .oomScoreAdj: 7
    case .totalpages: 8
    case .uid: 9
    case .nice: 10
    case .runTime: 11
    case .cpuTime: 12
    case .cgroupCurrent: 13
    case .cgroupMax: 14
    case .capSysAdmin: 15
    }
  }
}
