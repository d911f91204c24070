internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// The badness table for people, most points first; processes that are no candidates come last, with the reason.
package enum ScoreText {
  package static func text(_ table: ScoreTable, style: Style) -> String {
    var lines = [
      style.bold(plain(table.scenario.isEmpty ? "scenario" : table.scenario))
        + style.dim(
          "   Linux \(plain(table.kernel)), totalpages \(SizeFormat.grouped(table.totalpages)), one "
            + unit(table.arithmetic)), "",
    ]
    lines += Self.table(table.ranking.map { table.processes[$0] })
    if !table.warnings.isEmpty { lines.append("") }
    for warning in table.warnings { lines.append("warning: \(plain(warning.text))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What points are made of in the release.
  private static func unit(_ arithmetic: BadnessArithmetic) -> String {
    switch arithmetic.unit {
    case .pages: "oom_score_adj is \(SizeFormat.grouped(arithmetic.pointsPerAdj)) pages"
    case .thousandths: "oom_score_adj is one point, a thousandth of them"
    case .none: "oom_adj doubles or halves points"
    case .own: "point is what \(plain(arithmetic.ownBadness ?? "")) comes to"
    }
  }

  static func table(_ candidates: [Candidate]) -> [String] {
    let isLegacy = candidates.contains { $0.legacy != nil }
    let head =
      isLegacy
      ? ["points", "total_vm", "children", "cpu_s", "run_s", "nice", "oom_adj"]
      : ["points", "rss", "swap", "pgtables", "oom_score_adj"]
    var rows = [head + ["oom_score", "pid", "name"]]
    for candidate in candidates {
      var name = plain(candidate.name)
      if let reason = candidate.ineligible { name += "   (\(reason.rawValue))" }
      let points = candidate.ineligible == nil ? SizeFormat.grouped(candidate.points) : "-"
      rows.append(
        [points] + (candidate.legacy.map(legacyCells) ?? cells(candidate))
          + ["\(candidate.oomScore)", "\(candidate.pid)", name])
    }
    return TextTable.lines(ofNumbers: rows)
  }

  private static func cells(_ candidate: Candidate) -> [String] {
    [
      SizeFormat.grouped(candidate.anon + candidate.file + candidate.shmem),
      SizeFormat.grouped(candidate.swap), SizeFormat.grouped(candidate.countedTables),
      "\(candidate.oomScoreAdj)",
    ]
  }

  /// What counted before 2.6.36.
  private static func legacyCells(_ task: LegacyTask) -> [String] {
    [
      SizeFormat.grouped(task.totalVM), SizeFormat.grouped(Int128(task.childrenVM)),
      SizeFormat.grouped(Int64(task.cpuJiffies) / task.hz), SizeFormat.grouped(task.runSeconds),
      "\(task.nice)", "\(task.oomAdj)",
    ]
  }
}
