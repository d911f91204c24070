internal import OOMFormats
package import OOMSimulator

/// What becomes of one scenario with other killers, below each other.
package struct KillerComparisonText {
  let comparison: KillerComparison
  let style: Style
  let width: Int

  package init(_ comparison: KillerComparison, style: Style, width: Int) {
    self.comparison = comparison
    self.style = style
    self.width = width
  }

  package var text: String {
    var lines = [style.bold(plain(comparison.scenario))]
    for entry in comparison.entries {
      lines += ["", heading(entry)]
      lines += OutcomeText(style: style, width: width).lines(of: entry.run)
    }
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading(_ entry: KillerComparison.Entry) -> String {
    let settings = entry.killers.map { killer in
      var parts = [killer.kind.rawValue]
      if let version = killer.version { parts.append(plain(version.text)) }
      if let args = killer.args { parts.append(plain(args)) }
      return parts.joined(separator: " ")
    }
    return entry.killers.isEmpty ? "none: the kernel alone" : settings.joined(separator: ", ")
  }

  private var summary: String {
    guard let first = comparison.first, let kill = first.run.kills.first else {
      return "nobody is killed, whoever watches"
    }
    let names = comparison.entries.compactMap { $0.run.kills.first?.dyingFirst.name }
    let isSame = names.count == comparison.entries.count && Set(names).count == 1
    let actor = kill.decision == nil ? plain(kill.by) : "the kernel"
    return "\(actor) acts first, at \(SizeFormat.time(kill.at))"
      + (isSame ? "; whoever it is takes \(plain(names[0])) first" : "")
  }
}
