internal import OOMFormats
package import OOMSimulator

/// Memory over time for a terminal: the domain of the first kill, below it a line for each process.
package struct MemoryChart {
  private static let height = 8

  let run: Run
  let timeline: Timeline
  let style: Style
  let width: Int
  let glyphs: ChartGlyphs

  /// - Parameters:
  ///   - width: columns of the window; no line is longer, down to 24.
  ///   - isUnicode: whether the terminal shows more than ASCII.
  package init(_ run: Run, _ timeline: Timeline, style: Style, width: Int, isUnicode: Bool) {
    self.run = run
    self.timeline = timeline
    self.style = style
    self.width = max(width, 24)
    glyphs = ChartGlyphs(isUnicode: isUnicode)
  }

  package var text: String {
    if timeline.times.isEmpty { return "" }
    let domain = self.domain
    var lines = [style.bold(glyphs.text(domain.title, columns: width))]
    lines += area(domain)
    lines.append(axis)
    if let marks { lines.append(marks) }
    lines.append(clock)
    lines += timeline.processes.map(line)
    if timeline.otherProcesses > 0 {
      lines.append(
        style.dim(
          glyphs.text(
            "\(SizeFormat.grouped(timeline.otherProcesses)) more processes", columns: width)))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Layout

  private var labelWidth: Int {
    let longest = timeline.processes.map { glyphs.columns(plain($0.name)) }.max() ?? 0
    return min(max(longest, 8), max(width / 4, 8))
  }

  /// Room for a peak at the end of a process's line.
  private var peakWidth: Int { width >= 48 ? 10 : 0 }

  private var columns: ChartColumns {
    ChartColumns(
      times: timeline.times, end: timeline.end,
      count: max(width - labelWidth - 2 - peakWidth, 8))
  }

  // MARK: The domain

  private struct Domain {
    var title: String
    /// All, and all but clean page cache.
    var values: [Int64]
    var held: [Int64]
    var top: Int64
  }

  /// The group whose limit is hit first, or the machine.
  private var domain: Domain {
    let path =
      run.kills.first.map { $0.decision?.cgroup } ?? run.stuck.first?.cgroup
    if let path, let group = timeline.groups.first(where: { $0.path == path }) {
      let limit = group.limits.filter { $0 != Cgroup.unlimited }.max()
      let says = limit.map { "limit \(size($0))" } ?? "no limit"
      return Domain(
        title: "\(path): \(says)", values: group.pages, held: group.pages,
        top: max(limit ?? 0, group.peak))
    }
    let used = timeline.fills.map { $0.used }
    return Domain(
      title: "the machine: \(size(timeline.memory)); \(glyphs.cache) is page cache", values: used,
      held: timeline.fills.map { $0.used - $0.cache }, top: max(timeline.memory, used.max() ?? 0))
  }

  private func area(_ domain: Domain) -> [String] {
    let values = columns.largest(domain.values)
    let top = max(domain.top, 1)
    let height = Int64(Self.height)
    func eighths(_ pages: Int64) -> Int64 {
      Int64(Int128(max(pages, 0)) * Int128(height * 8) / Int128(top))
    }
    let filled = values.map(eighths)
    let held = columns.largest(domain.held).map(eighths)
    return (0..<Self.height).map { row in
      let below = (height - 1 - Int64(row)) * 8
      let cells = filled.indices.map { column in
        held[column] > below
          ? glyphs.cell(held[column] - below)
          : filled[column] - below >= 4 ? glyphs.cache : " "
      }.joined()
      let label = row == 0 ? size(top) : row == Self.height / 2 ? size(top / 2) : ""
      return trimmed(
        glyphs.padded(left: glyphs.text(label, columns: labelWidth), to: labelWidth) + glyphs.side
          + " " + cells)
    }
  }

  private var axis: String {
    glyphs.padded(left: "0", to: labelWidth) + glyphs.corner
      + String(repeating: glyphs.floor, count: columns.count + 1)
  }

  // MARK: Kills and time

  /// A mark for each kill, with its number where there is room for it, and one for each refusal.
  private var marks: String? {
    if run.kills.isEmpty, run.refused.isEmpty { return nil }
    let columns = self.columns
    var cells = Array(repeating: " ", count: columns.count)
    for refusal in run.refused { cells[columns.column(of: refusal.at)] = glyphs.refusal }
    for kill in run.kills { cells[columns.column(of: kill.at)] = glyphs.kill }
    for (index, kill) in run.kills.enumerated() {
      let digits = "\(index + 1)".map(String.init)
      let column = columns.column(of: kill.at)
      // The number stands behind its mark, or at the edge before it.
      let after = column + 1
      let start = after + digits.count <= columns.count ? after : column - digits.count
      let place = start..<start + digits.count
      guard start >= 0, place.allSatisfy({ cells[$0] == " " }) else { continue }
      if start > 0, start != after, cells[start - 1] != " " { continue }
      for (offset, digit) in digits.enumerated() { cells[start + offset] = digit }
    }
    let label = run.kills.isEmpty ? "ENOMEM" : "kills"
    return trimmed(
      glyphs.padded(left: label, to: labelWidth) + "  " + style.red(trimmed(cells.joined())))
  }

  private var clock: String {
    let end = SizeFormat.time(timeline.end)
    let count = columns.count
    let middle = SizeFormat.time(timeline.end / 2)
    var text = String(repeating: " ", count: labelWidth + 2) + "0s"
    let room = count - 2 - end.count
    if timeline.end > 0, room > middle.count + 4 {
      let before = max(count / 2 - 2, 1)
      text += String(repeating: " ", count: before) + middle
      text += String(repeating: " ", count: max(room - before - middle.count, 1)) + end
    } else if timeline.end > 0, room > 0 {
      text += String(repeating: " ", count: room) + end
    }
    return text
  }

  private func line(_ process: Timeline.ProcessLine) -> String {
    let values = columns.largest(process.pages)
    let top = timeline.processes.map { $0.peak }.max() ?? 1
    let cells = values.map { glyphs.spark($0, of: top) }.joined()
    let name = glyphs.padded(
      left: glyphs.text(process.name, columns: labelWidth), to: labelWidth)
    let peak = peakWidth > 0 ? glyphs.padded(left: size(process.peak), to: peakWidth) : ""
    return trimmed(name + glyphs.side + " " + cells + style.dim(peak))
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: timeline.pageSize)
  }

  private func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}
