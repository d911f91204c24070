internal import OOMSimulator

extension SweepTable {
  /// One line a cell below a line of names.
  package var csv: String {
    let paths = ([rows.path] + (columns.map { [$0.path] } ?? [])).map(csvName)
    var text = csvLine(
      paths + [
        "first", "pid", "at_us", "kills", "refused", "first_refused", "first_refused_us", "stuck",
        "outcome", "panic_us", "end_us", "digest",
      ] + (goal == nil ? [] : ["holds"]))
    for cell in cells {
      let run = cell.run
      var values = [csvValue(cell.row)]
      if let column = cell.column { values.append(csvValue(column)) }
      values += [csvName(run.first?.name ?? ""), number(run.first.map { Int64($0.pid) })]
      values += [number(run.firstAt), String(run.kills), String(run.refused)]
      values += [
        csvName(run.firstRefused?.name ?? ""), number(run.firstRefusedAt), String(run.stuck),
      ]
      values += [run.outcome.rawValue, number(run.panicAt), number(run.end), hexText(run.digest)]
      if let isWanted = cell.isWanted { values.append(String(isWanted)) }
      text += csvLine(values)
    }
    return text
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
