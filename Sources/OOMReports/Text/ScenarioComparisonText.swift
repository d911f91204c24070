package import OOMFormats
package import OOMSimulator

/// Two scenarios for people: what each does, which settings differ, what that changes, and what of it is the
/// kernel's doing.
package struct ScenarioComparisonText {
  let comparison: ScenarioComparison
  let names: (before: String, after: String)
  let style: Style
  let width: Int

  /// - Parameter names: what the scenarios are called on the command line.
  package init(
    _ comparison: ScenarioComparison, names: (before: String, after: String), style: Style,
    width: Int
  ) {
    self.comparison = comparison
    self.names = names
    self.style = style
    self.width = width
  }

  package var text: String {
    let outcome = OutcomeText(style: style, width: width)
    var lines: [String] = []
    for (name, run) in [
      (names.before, comparison.runs.before), (names.after, comparison.runs.after),
    ] {
      lines.append(
        style.bold(plain(name))
          + style.dim("   " + kernelText(run.kernel, ruleSet: run.ruleSet)))
      lines += outcome.lines(of: run) + [""]
    }
    lines += settings + [""]
    let differences = comparison.runs.lines(width: width)
    lines += differences.isEmpty ? ["both do the same"] : ["what differs"] + differences
    lines += kernels
    return lines.joined(separator: "\n") + "\n"
  }

  private var settings: [String] {
    let all = comparison.settings
    if all.isEmpty { return ["no setting differs"] }
    let rows = ScenarioDifference.rows(
      all, pageSizes: (comparison.before.machine.pageSize, comparison.after.machine.pageSize),
      sides: ("in the first", "in the second"))
    let shown = rows.prefix(20)
    let columns = min(shown.map { $0.path.count }.max() ?? 0, 48)
    var lines = ["settings that differ"]
    for row in shown {
      let gap = String(repeating: " ", count: max(columns - row.path.count, 0) + 2)
      lines.append("    \(row.path)\(gap)\(row.text)")
    }
    if rows.count > shown.count { lines.append("    and \(rows.count - shown.count) more") }
    return lines
  }

  private var kernels: [String] {
    guard let kernels = comparison.kernels, let difference = kernels.differences.first else {
      return []
    }
    let (from, to) = (plain(difference.from.text), plain(difference.to.text))
    if difference.isSame {
      return ["", "the kernel makes none of it: \(plain(names.before)) does the same under \(to)"]
    }
    let rules = RulesText(style: style, width: width)
    var lines = ["", "what the kernel makes of \(plain(names.before)), \(from) to \(to)"]
    lines += RunDifference(from: kernels.sides[0].run, to: kernels.sides[1].run).lines(width: width)
    for cause in difference.causes { lines += rules.change(cause).map { "  " + $0 } }
    return lines
  }
}

extension ScenarioDifference {
  /// Each setting with what it is on both sides.
  static func rows(
    _ all: [ScenarioDifference], pageSizes: (before: Bytes, after: Bytes),
    sides: (before: String, after: String)
  ) -> [(path: String, text: String)] {
    var rows: [(path: String, text: String)] = []
    var rest = all[...]
    while let setting = rest.first {
      // Many events that only one has are one row.
      let alike = rest.prefix {
        $0.isWholeEvent && setting.isWholeEvent && $0.isNew == setting.isNew
      }
      if alike.count > 2, let last = alike.last {
        rows.append(
          (
            "\(setting.path) to \(last.path)",
            "\(alike.count) only \(setting.isNew ? sides.after : sides.before)"
          ))
        rest = rest.dropFirst(alike.count)
        continue
      }
      let before = setting.before.text(pageSize: pageSizes.before)
      rows.append(
        (plain(setting.path), "\(before) → \(setting.after.text(pageSize: pageSizes.after))"))
      rest = rest.dropFirst()
    }
    return rows
  }

  /// An event that one of the two lacks.
  fileprivate var isWholeEvent: Bool {
    path.hasPrefix("events.") && (before == .absent || after == .absent)
      && !path.dropFirst("events.".count).contains(".")
  }

  fileprivate var isNew: Bool { before == .absent }
}

extension JSONWriter {
  /// `oomsim.compare/1` of two scenarios. Sizes are pages, times microseconds.
  package mutating func comparison(
    _ comparison: ScenarioComparison, names: (before: String, after: String)
  ) {
    object { writer in
      writer.field("schema", "oomsim.compare/1")
      writer.key("sides")
      writer.array {
        for (name, run) in [
          (names.before, comparison.runs.before), (names.after, comparison.runs.after),
        ] {
          $0.object { writer in
            writer.field("file", name)
            writer.blastRadius(of: run)
            writer.key("result")
            writer.result(run)
          }
        }
      }
      writer.key("settings")
      writer.array {
        for setting in comparison.settings {
          $0.object(inline: true) {
            $0.field("path", setting.path)
            $0.key("before")
            $0.value(setting.before)
            $0.key("after")
            $0.value(setting.after)
          }
        }
      }
      writer.field("same", comparison.runs.aspects.isEmpty)
      writer.changes(comparison.runs)
      writer.key("kernels")
      if let kernels = comparison.kernels { writer.differences(of: kernels) } else { writer.null() }
    }
  }
}
