package import OOMFormats
internal import OOMSimulator

/// How often each process dies first, for people.
package struct JitterText {
  let table: JitterTable
  let style: Style
  /// More rows than this are summed up.
  static let mostRows = 20

  package init(_ table: JitterTable, style: Style) {
    self.table = table
    self.style = style
  }

  package var text: String {
    let title = table.title.isEmpty ? table.scenario : table.title
    var lines = [
      sweepHeading(
        title, kernel: table.kernel, ruleSet: table.ruleSet, policy: table.policy, style), "",
    ]
    lines += table.jitters.map { "\(plain($0.path))  \(plain($0.value)) ±\($0.percent)" }
    lines.append(
      "\(table.runs) run\(table.runs == 1 ? "" : "s"), seed \(table.seed); shares with their 95 % interval (Wilson)"
    )
    lines.append("")
    let rows = self.rows.lines
    lines += [style.bold(rows[0])] + rows.dropFirst()
    if table.rows.count > Self.mostRows {
      let others = table.rows.dropFirst(Self.mostRows)
      lines.append("and \(others.count) others in \(others.reduce(0) { $0 + $1.count }) runs")
    }
    lines += besides
    lines += ["", style.dim("digest of all runs \(hexText(table.digest))")]
    return lines.joined(separator: "\n") + "\n"
  }

  private var rows: TextTable {
    var text = TextTable([.left, .right, .right, .right, .right, .right, .right])
    text.add(["dies first", "runs", "share", "95 % interval", "earliest", "median", "latest"])
    for row in table.rows.prefix(Self.mostRows) {
      let proportion = Proportion(count: row.count, of: table.runs)
      text.add(
        [
          row.name.map(plain) ?? "nobody", String(row.count), percent(proportion.share) + " %",
          interval(proportion),
        ]
          + [row.times.first, row.median, row.times.last].map {
            $0.map(SizeFormat.shortTime) ?? ""
          })
    }
    return text
  }

  private var besides: [String] {
    [
      ("a request got ENOMEM", table.refused), ("growth is stuck", table.stuck),
      ("panic", table.panics), ("restart loop", table.loops),
      ("cut off, so that later deaths are not known,", table.cutOff),
    ].filter { $0.1 > 0 }.map { what, count in
      let proportion = Proportion(count: count, of: table.runs)
      return "\(what) in \(count): \(percent(proportion.share)) %, \(interval(proportion))"
    }
  }

  private func interval(_ proportion: Proportion) -> String {
    "\(percent(proportion.interval.lowerBound)) to \(percent(proportion.interval.upperBound)) %"
  }

  /// Hundredths of a percent with two places.
  private func percent(_ hundredths: Int) -> String {
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
