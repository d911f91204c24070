package import OOMSimulator

/// Where along a parameter an outcome holds.
package struct Finding: Equatable, Sendable {
  /// Neighbouring values with the same answer.
  package struct Interval: Equatable, Sendable {
    package var from: String
    package var to: String
    package var holds: Bool
  }

  /// The value of the other parameter; nil when there is none.
  package var column: String?
  package var intervals: [Interval] = []
  /// How many values were tried.
  package var tried: Int
  /// Every value of the range was tried; else values spread evenly, and those that close in on each change.
  package var isExhaustive: Bool
  /// Not every change was closed in on: between the two values of a change there are others.
  package var isCutOff = false
  /// What happens at the last value before each change and at the first after it, by their values.
  package var neighbours: [String: RunSummary] = [:]

  /// The answer changes at most once.
  package var isMonotonic: Bool { intervals.count <= 2 }

  /// - Parameter cells: in the order of their values, with an answer each.
  init(along cells: [SweepTable.Cell], column: String?, isExhaustive: Bool) {
    self.column = column
    self.isExhaustive = isExhaustive
    tried = cells.count
    for (index, cell) in cells.enumerated() {
      let holds = cell.isWanted ?? false
      if let last = intervals.last, last.holds == holds {
        intervals[intervals.count - 1].to = cell.row
        continue
      }
      intervals.append(Interval(from: cell.row, to: cell.row, holds: holds))
      neighbours[cell.row] = cell.run
      if index > 0 { neighbours[cells[index - 1].row] = cells[index - 1].run }
    }
  }
}

extension Sweep {
  /// How many values a search looks at in a range without steps, about: those that are spread evenly, and what a few
  /// changes take.
  static let usualTries = 256

  /// How many parts of a range without steps are looked at before the changes are closed in on.
  package static let parts: Int64 = 64

  /// Goes through a range without steps: values spread evenly, then between two neighbours that differ the halves, down
  /// to a page, a microsecond or 1.
  func search(
    _ runner: WhatIfRunner, into table: inout SweepTable, jobs: Int,
    progress: (@Sendable (Int, Int) -> Void)?
  ) throws(ScenarioError) {
    guard let range = rows.range else { return }
    let unit = range.scale == .bytes ? scenario.machine.pageSize.rawValue : 1
    let spread = range.spread(unit: unit)
    let columnValues: [String?] = columns.map { $0.values.map { Optional($0) } } ?? [nil]
    // Where the values that are spread evenly take long, and there are many changes, some are not closed in on.
    var left = Simulator.mostEffort(ofEach: 1, of: scenario)
    let count = spread.count * columnValues.count
    let cells = try parallelMap(
      count, jobs: jobs, progress: progress, local: runner.copyForThread
    ) { (runner, index) throws(ScenarioError) in
      try runner.cell(
        range.scale.text(spread[index % spread.count]), columnValues[index / spread.count])
    }
    for (number, column) in columnValues.enumerated() {
      let line = Array(cells[(number * spread.count)..<((number + 1) * spread.count)])
      var closer = Array(zip(spread, line))
      var isCutOff = false
      for index in line.indices.dropLast() where line[index].isWanted != line[index + 1].isWanted {
        var (low, high) = (spread[index], spread[index + 1])
        while high - low > unit {
          if left <= 0 {
            isCutOff = true
            break
          }
          let middle = low + max((high - low) / unit / 2, 1) * unit
          let cell = try runner.cell(range.scale.text(middle), column)
          left -= cell.run.effort
          closer.append((middle, cell))
          if cell.isWanted == line[index].isWanted { low = middle } else { high = middle }
        }
      }
      closer.sort { $0.0 < $1.0 }
      table.cells += closer.map { $0.1 }
      var finding = Finding(along: closer.map { $0.1 }, column: column, isExhaustive: false)
      finding.isCutOff = isCutOff
      table.findings.append(finding)
    }
  }
}

extension Variation.Span {
  /// The ends and values between them, evenly and in whole units.
  fileprivate func spread(unit: Int64) -> [Int64] {
    let width = UInt64(bitPattern: to &- from) / UInt64(unit)
    let parts = min(width, UInt64(Sweep.parts))
    var values: [Int64] = [from]
    if parts > 1 {
      for part in 1..<parts {
        let units = UInt64(Int128(width) * Int128(part) / Int128(parts))
        values.append(from &+ Int64(bitPattern: units &* UInt64(unit)))
      }
    }
    if to != from { values.append(to) }
    return values
  }
}
