internal import VictimSelection

/// What a badness of one's own reads, as columns: gathered before the first selection by it, told of changed rows before each
/// later one. So a scan gathers nothing, and allocates nothing.
struct OwnColumns: Equatable, Sendable {
  private(set) var columns: BadnessColumns
  var scratch: BadnessScratch

  init(_ own: BadnessExpression) {
    columns = BadnessColumns(for: own)
    scratch = BadnessScratch(for: own)
  }

  /// With or without them, and however far they are, the same process is chosen.
  static func == (one: Self, other: Self) -> Bool { true }

  /// Brings the columns in step with the processes.
  mutating func follow(_ state: inout State) {
    if columns.count == 0 { state.tasks.beginChanges() }
    let kept = columns.kept
    for row in state.tasks.changes.rows where row < columns.count {
      for column in kept where !column.changesUntold {
        columns.set(column, of: Int(row), to: state.value(column, of: Int(row)))
      }
    }
    for column in kept where column.changesUntold {
      for row in 0..<columns.count {
        columns.set(column, of: row, to: state.value(column, of: row))
      }
    }
    for row in columns.count..<state.tasks.count {
      columns.append { state.value($0, of: row) }
    }
    state.tasks.clearChanges()
  }
}

extension BadnessColumn {
  /// Whether it changes while no row of a process does: with time, with what others charge, or with what is mapped and not
  /// touched.
  fileprivate var changesUntold: Bool {
    switch self {
    case .runTime, .cgroupCurrent, .cgroupMax, .totalVM: true
    default: false
    }
  }
}
