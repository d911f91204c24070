internal import OOMSimulator

/// The whole table of rules as Markdown, for the documentation.
package enum RulesMarkdown {
  package static var text: String {
    var lines = [
      "# The rules, release by release",
      "",
      "Made by `oomsim rules --markdown` from `RulesByRelease`; a test compares the two. Commits were found in a "
        + "git history, or in public text that names their subjects. *Not simulated* is what no scenario can show.",
      "",
      "## Rule sets",
      "",
      "| rule set | badness |",
      "|---|---|",
    ]
    lines += RuleSet.all.map { "| \($0.key) | \($0.summary) |" }
    lines += ["", "## Kernels of distributions", ""]
    lines += EnterpriseKernel.all.map { "- \($0.note)." }
    for rule in RuleName.allCases {
      let changes = RulesByRelease.changes.filter { $0.rule == rule }
      if changes.isEmpty { continue }
      lines += [
        "", "## \(rule.rawValue)", "", "| since | behaviour | hurts | source |",
        "|---|---|---|---|",
      ]
      lines += changes.map(row)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ change: RuleChange) -> String {
    var source = "`\(change.file)` `\(change.function)`"
    if let commit = change.commit { source += ", \(commit)" }
    switch change.evidence {
    case .read, .logs: break
    case .inferred(let neighbours): source += "; release inferred from \(neighbours)"
    }
    if !change.isSimulated { source += "; *not simulated*" }
    return "| \(change.since) | \(change.says) | \(change.hurts) | \(source) |"
  }
}
