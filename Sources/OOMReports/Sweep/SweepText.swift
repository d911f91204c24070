package import OOMFormats
internal import OOMSimulator

/// A table of what-ifs for people.
package struct SweepText {
  let table: SweepTable
  let style: Style
  /// Columns of the window.
  let width: Int

  /// What the scenario has at the varied path; nil where it has nothing there.
  let standing: String?

  package init(_ table: SweepTable, standing: String? = nil, style: Style, width: Int) {
    self.table = table
    self.standing = standing
    self.style = style
    self.width = width
  }

  package var text: String {
    var lines = [heading, ""]
    if table.goal != nil {
      lines += table.findings.flatMap(finding)
    } else if table.columns == nil {
      lines += list
    } else {
      let matrix = self.matrix
      let path = table.columns.map { plain($0.path) } ?? ""
      let space = String(repeating: " ", count: matrix.widths[0] + 2)
      lines += matrix.width <= width ? [style.bold(space + path)] + headed(matrix) : list
    }
    if table.goal == nil { lines += ["", summary] }
    lines += warnings
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    let title = table.title.isEmpty ? table.scenario : table.title
    return sweepHeading(
      title, kernel: table.kernel, ruleSet: table.ruleSet, policy: table.policy, style)
  }

  // MARK: One line a cell

  private var list: [String] {
    let hasRefused = table.cells.contains { $0.run.refused > 0 }
    let hasOutcome = table.cells.contains { !$0.run.ending.isEmpty }
    let paths = [table.rows.path] + (table.columns.map { [$0.path] } ?? [])
    var text = TextTable(
      paths.map { _ in .left } + [.left, .right, .right] + (hasRefused ? [.right] : [])
        + (hasOutcome ? [.left] : []))
    text.add(
      paths.map(plain) + ["dies first", "at", "kills"] + (hasRefused ? ["refused"] : [])
        + (hasOutcome ? ["outcome"] : []))
    for cell in table.cells {
      text.add(
        [plain(cell.row)] + (cell.column.map { [plain($0)] } ?? []) + [
          cell.run.first.map { plain($0.name) } ?? "nobody",
          cell.run.firstAt.map(SizeFormat.shortTime) ?? "", String(cell.run.kills),
        ] + (hasRefused ? [String(cell.run.refused)] : [])
          + (hasOutcome ? [cell.run.ending] : []))
    }
    return withChart(text)
  }

  /// Adds a bar to each line: how long it takes until somebody dies.
  private func withChart(_ text: TextTable) -> [String] {
    let room = width - text.width - 2
    let longest = table.cells.map { $0.run.end }.max() ?? 0
    let lines = text.lines
    guard table.columns == nil, room >= 10, longest > 0 else { return headed(text) }
    let length = min(room, 32)
    var charted = [style.bold(padded(lines[0], text.width) + "  time until then")]
    for (cell, line) in zip(table.cells, lines.dropFirst()) {
      let time = cell.run.firstAt ?? cell.run.panicAt ?? cell.run.end
      let share = Int(time.part(of: longest, in: Int64(length)))
      let isKill = cell.run.firstAt != nil || cell.run.panicAt != nil
      let bar = String(repeating: isKill ? "#" : ".", count: max(share, time > 0 ? 1 : 0))
      charted.append(bar.isEmpty ? line : padded(line, text.width) + "  " + bar)
    }
    return charted
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private func headed(_ table: TextTable) -> [String] {
    let lines = table.lines
    return [style.bold(lines[0])] + lines.dropFirst()
  }

  // MARK: Rows and columns

  private var matrix: TextTable {
    let columns = table.columns?.values ?? []
    var text = TextTable([TextTable.Alignment](repeating: .left, count: columns.count + 1))
    text.add([plain(table.rows.path)] + columns.map(plain))
    for (row, value) in table.rows.values.enumerated() {
      let cells = table.cells[(row * columns.count)..<((row + 1) * columns.count)]
      text.add([plain(value)] + cells.map { $0.run.text })
    }
    return text
  }

  // MARK: What was found

  private func finding(_ finding: Finding) -> [String] {
    let headline =
      finding.column.flatMap { column in
        table.columns.map { "\(plain($0.path)) \(plain(column)): " }
      } ?? ""
    var lines = [headline + style.bold(answer(finding))]
    let isShort = finding.intervals.count <= 2 && table.rows.isRange
    lines += isShort ? neighbours(finding) : intervals(finding)
    if let margin = table.margin(of: finding, standing: standing) { lines.append("    " + margin) }
    lines.append(style.dim("    " + checked(finding)))
    return lines
  }

  private func answer(_ finding: Finding) -> String {
    let goal = plain(table.goal?.text ?? "")
    let rows = plain(table.rows.path)
    let intervals = finding.intervals
    if intervals.count == 1 {
      let range = Self.range(intervals[0])
      return "\(goal) at \(intervals[0].holds ? "every" : "no") \(rows) of \(range)"
    }
    if finding.isMonotonic, table.rows.isRange {
      return intervals[0].holds
        ? "\(goal) up to \(rows) \(table.shown(intervals[0].to))"
        : "\(goal) from \(rows) \(table.shown(intervals[1].from)) up"
    }
    return table.rows.isRange ? "\(goal) by \(rows) is not monotonic" : "\(goal) by \(rows)"
  }

  private static func range(_ interval: Finding.Interval) -> String {
    interval.from == interval.to
      ? plain(interval.from) : "\(plain(interval.from)) to \(plain(interval.to))"
  }

  /// What happens on both sides of the one change, or at the first value.
  private func neighbours(_ finding: Finding) -> [String] {
    let values =
      finding.intervals.count == 2
      ? [finding.intervals[0].to, finding.intervals[1].from] : [finding.intervals[0].from]
    var text = TextTable([.right, .left])
    for value in values {
      if let run = finding.neighbours[value] { text.add(["    " + plain(value), run.text]) }
    }
    return text.lines
  }

  /// Each interval with what happens at its first value.
  private func intervals(_ finding: Finding) -> [String] {
    var text = TextTable([.left, .left, .left])
    for interval in finding.intervals {
      text.add([
        "    " + Self.range(interval), interval.holds ? "holds" : "does not",
        finding.neighbours[interval.from]?.text ?? "",
      ])
    }
    return text.lines
  }

  private func checked(_ finding: Finding) -> String {
    if finding.isExhaustive {
      return finding.tried == 1
        ? "its one value was tried" : "all \(finding.tried) values were tried"
    }
    if finding.isCutOff {
      return
        "cut off: \(finding.tried) values were tried; replays take long here, so not every change was "
        + "closed in on"
    }
    let spread = min(finding.tried, Int(Sweep.parts) + 1)
    return
      "\(finding.tried) values were tried, \(spread) of them spread evenly: a change and back between two "
      + "neighbours of these is not seen"
  }

  // MARK: Below the table

  private var summary: String {
    var counts: [(text: String, count: Int)] = []
    var numbers: [String: Int] = [:]
    for cell in table.cells {
      let text = cell.run.first.map { "\(plain($0.name)) dies first" } ?? "nobody dies"
      if let number = numbers[text] {
        counts[number].count += 1
      } else {
        numbers[text] = counts.count
        counts.append((text, 1))
      }
    }
    let shown = counts.prefix(8).map { "\($0.text) in \($0.count)" }
    let rest = counts.count > 8 ? ["\(counts.count - 8) others in the rest"] : []
    return "\(table.cells.count) replay\(table.cells.count == 1 ? "" : "s"): "
      + (shown + rest).joined(separator: ", ")
  }

  /// Warnings that differ in their numbers only are one kind, which counts once in a replay.
  private var warnings: [String] {
    var kinds: [(text: String, count: Int)] = []
    var numbers: [String: Int] = [:]
    for cell in table.cells {
      var seen: Set<String> = []
      for warning in cell.run.warnings {
        let kind = warning.fact.text.filter { !$0.isNumber }
        guard seen.insert(kind).inserted else { continue }
        if let number = numbers[kind] {
          kinds[number].count += 1
        } else {
          numbers[kind] = kinds.count
          kinds.append((warning.text, 1))
        }
      }
    }
    if kinds.isEmpty { return [] }
    let shown = kinds.prefix(4).map {
      style.dim("warning in \($0.count) of \(table.cells.count), at first: \(plain($0.text))")
    }
    let rest = kinds.count > 4 ? [style.dim("and \(kinds.count - 4) more kinds of warnings")] : []
    return [""] + shown + rest
  }
}

/// The first line of a sweep's texts.
func sweepHeading(
  _ title: String, kernel: String?, ruleSet: String?, policy: Policy, _ style: Style
) -> String {
  var rest = ""
  if let kernel, let ruleSet { rest = "   " + kernelText(kernel, ruleSet: ruleSet) }
  if policy != .kernel { rest += ", policy \(policy.rawValue): no kernel does this" }
  return style.bold(plain(title.isEmpty ? "scenario" : title)) + style.dim(rest)
}

extension RunSummary {
  /// What is odd about the end, in a word.
  var ending: String {
    switch outcome {
    case .panic: "panic"
    case .loop: "loop"
    case .completed: stuck > 0 ? "stuck" : ""
    case .cutOff: "cut off"
    case .invalid: "invalid"
    }
  }

  /// A cell of a table: the process that dies first, when, and what else there is.
  var text: String {
    var text = "nobody"
    if let first, let firstAt {
      text = "\(plain(first.name)) \(SizeFormat.shortTime(firstAt))"
      if kills > 1 { text += " ×\(kills)" }
    }
    if let panicAt {
      text = (first == nil ? "" : text + ", ") + "panic \(SizeFormat.shortTime(panicAt))"
    }
    if refused > 0 { text += ", \(refused) refused" }
    if outcome == .loop { text += ", loop" }
    if outcome == .cutOff { text += ", cut off" }
    if stuck > 0 { text += ", stuck" }
    return text
  }
}
