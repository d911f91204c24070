internal import OOMSimulator

extension SweepTable {
  /// One line a cell below a line of names. Sizes stand as they were given and, further on, in bytes.
  package var csv: String {
    let bytes = bytesOfValues
    let paths = ([rows.path] + (columns.map { [$0.path] } ?? [])).map(csvName)
    var text = csvLine(
      paths + [
        "first", "pid", "at_us", "kills", "refused", "first_refused", "first_refused_us", "stuck",
        "outcome", "panic_us", "end_us",
      ] + bytes.map { csvName($0.path + "_bytes") } + ["digest"] + (goal == nil ? [] : ["holds"]))
    for cell in cells {
      let run = cell.run
      var values = [csvValue(cell.row)]
      if let column = cell.column { values.append(csvValue(column)) }
      values += [csvName(run.first?.name ?? ""), number(run.first.map { Int64($0.pid) })]
      values += [number(run.firstAt), String(run.kills), String(run.refused)]
      values += [
        csvName(run.firstRefused?.name ?? ""), number(run.firstRefusedAt), String(run.stuck),
      ]
      values += [run.outcome.rawValue, number(run.panicAt), number(run.end)]
      for variation in bytes {
        let value = variation.path == rows.path ? cell.row : cell.column ?? ""
        values.append(number(variation.bytes[value]))
      }
      values.append(hexText(run.digest))
      if let isWanted = cell.isWanted { values.append(String(isWanted)) }
      text += csvLine(values)
    }
    return text
  }
}

extension SweepTable {
  /// The parameters that are sizes, and what their values are in bytes; `max` is none.
  private var bytesOfValues: [(path: String, bytes: [String: Int64])] {
    [rows, columns].compactMap { $0 }.compactMap { variation in
      let isRow = variation.path == rows.path
      var bytes: [String: Int64] = [:]
      var hasSize = false
      for value in Set(cells.compactMap({ isRow ? $0.row : $0.column })) where value != "max" {
        guard let quantity = try? Quantity(value, pageSize: pageSize),
          quantity.scale == .bytes || quantity.amount == 0
        else { return nil }
        hasSize = hasSize || quantity.scale == .bytes
        bytes[value] = quantity.amount
      }
      return hasSize ? (variation.path, bytes) : nil
    }
  }
}

extension JitterTable {
  /// One line for each process that dies first in some run, below a line of names; without a name for the runs in which
  /// none dies.
  package var csv: String {
    var text = csvLine([
      "first", "count", "runs", "share_per_10000", "low_per_10000", "high_per_10000",
      "earliest_us", "median_us", "latest_us",
    ])
    for row in rows {
      let proportion = Proportion(count: row.count, of: runs)
      text += csvLine([
        csvName(row.name ?? ""), String(row.count), String(runs), String(proportion.share),
        String(proportion.interval.lowerBound), String(proportion.interval.upperBound),
        number(row.times.first), number(row.median), number(row.times.last),
      ])
    }
    return text
  }
}

private func number(_ time: Microseconds?) -> String { number(time?.rawValue) }

private func number(_ value: Int64?) -> String { value.map(String.init) ?? "" }
