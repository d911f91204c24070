package import KernelLog
internal import OOMFormats
internal import OOMSimulator

/// What was found of every report, for people: the verdict, the limit, the sum of the victim's points, and
/// what would have changed the choice.
package struct AutopsyText {
  let autopsies: [Autopsy]
  let style: Style
  /// Put before the line of each report where there is more than one log.
  let files: [String]?
  /// Kills by other programs that the logs have.
  let otherKills: [OtherKill]

  package init(
    _ autopsies: [Autopsy], otherKills: [OtherKill] = [], files: [String]? = nil, style: Style
  ) {
    self.autopsies = autopsies
    self.otherKills = otherKills
    self.files = files
    self.style = style
  }

  package var text: String {
    var lines: [String] = []
    for (index, autopsy) in autopsies.enumerated() {
      if index > 0 { lines.append("") }
      let file = files.map { plain($0[index]) + ":" } ?? ""
      lines += OneAutopsyText(autopsy, place: "\(file)\(autopsy.report.line)", style: style).lines
    }
    if !otherKills.isEmpty {
      lines += lines.isEmpty ? [] : [""]
      lines.append("killed by others than the kernel, or said to be")
      for kill in otherKills.prefix(20) {
        lines.append("    line \(kill.line): \(kill.killer.rawValue): \(plain(kill.text))")
      }
      if otherKills.count > 20 { lines.append("    and \(otherKills.count - 20) more") }
    }
    return (lines + ["", Self.summary(of: autopsies)]).joined(separator: "\n") + "\n"
  }

  /// How many reports there are of each verdict.
  static func summary(of autopsies: [Autopsy]) -> String {
    let counts = [Autopsy.Verdict.match, .mismatch, .undetermined].compactMap { verdict in
      let count = autopsies.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return "\(autopsies.count) report\(autopsies.count == 1 ? "" : "s")"
      + (counts.isEmpty ? "" : ": " + counts.joined(separator: ", "))
  }
}

private struct OneAutopsyText {
  let autopsy: Autopsy
  let place: String
  let style: Style

  init(_ autopsy: Autopsy, place: String, style: Style) {
    self.autopsy = autopsy
    self.place = place
    self.style = style
  }

  var report: OOMReport { autopsy.report }

  var lines: [String] {
    var lines = [
      "line \(place)  " + style.red(headline),
      "    " + style.dim(release),
    ]
    lines += field("verdict", verdict)
    lines += field("limit", plain(autopsy.limitText))
    if let invoker = report.invoker { lines += field("asked by", asked(invoker)) }
    lines += field("totalpages", autopsy.totalpagesText)
    if let kill = autopsy.kill { lines += prediction(kill) }
    if let own = autopsy.own { lines += field("by yours", Self.text(of: own, autopsy)) }
    let all = Remedy.all(of: autopsy)
    let remedies = all.map { plain($0.text) }
    if !remedies.isEmpty {
      lines += field(
        "helped by",
        remedies.joined(separator: all[0].isWithOthers ? ", and " : ", or ")
          + ", for this request alone: what more was to come is not in the log")
    }
    lines += freed
    if let memory = MemoryBreakdown(autopsy) { lines += table(of: memory) }
    for contradiction in autopsy.evidence.contradicts {
      lines += field("but", plain(contradiction))
    }
    for unknown in autopsy.unknowns { lines += field("not in it", unknown) }
    for note in autopsy.notes { lines += field("note", plain(note)) }
    return lines
  }

  private var headline: String {
    let reason = report.scope.isMemcg ? "Memory cgroup out of memory" : "Out of memory"
    guard let chosen = report.chosen else {
      return "\(reason): \(report.ending?.rawValue ?? "the log does not say who was killed")"
    }
    guard let killed = report.kills.first, killed.pid != chosen.pid else {
      return "\(reason): killed process \(chosen.pid) (\(plain(chosen.name)))"
    }
    return "\(reason): killed process \(killed.pid) (\(plain(killed.name))), for "
      + "\(chosen.pid) (\(plain(chosen.name)))"
  }

  private static func text(of own: OwnChoice, _ autopsy: Autopsy) -> String {
    if own.hasNoValue { return "\(plain(own.badness)) has no value for a candidate" }
    guard let victim = own.victim else { return "\(plain(own.badness)) takes nobody" }
    let same =
      switch autopsy.ownIsAnother {
      case true?: ", another process"
      case false?: ", the same process"
      case nil: ""
      }
    return
      "\(victim.pid) (\(plain(victim.name))), \(SizeFormat.grouped(victim.points)) points\(same)"
  }

  private var release: String {
    let origin = autopsy.isKernelStated ? "as logged" : "by its forms"
    return "Linux \(plain(autopsy.kernel)), \(origin); badness as since \(autopsy.ruleSet)"
  }

  private var verdict: String {
    let why = plain(autopsy.why)
    switch autopsy.verdict {
    case .match: return style.green("match") + ": \(why)"
    case .mismatch: return style.red("mismatch") + ": \(why)"
    case .undetermined: return style.bold("undetermined") + ": \(why)"
    }
  }

  private func asked(_ invoker: OOMReport.Invoker) -> String {
    let name = plain(invoker.name)
    var text = invoker.pid.map { "\($0) (\(name))" } ?? name
    if let order = report.request.order, order > 0 { text += ", 2^\(order) pages" }
    if !report.request.gfpFlags.isEmpty { text += ", \(plain(report.request.gfpFlags))" }
    if let activity = report.activity { text += ", for \(activity.words)" }
    return text
  }

  private func prediction(_ kill: Kill) -> [String] {
    let ends = AutopsyEnds(autopsy, kill)
    let explanation = Explanation(of: kill)
    var lines = field(
      "chosen",
      "\(kill.victim.pid) (\(plain(kill.victim.name)))"
        + (autopsy.verdict == .match ? "" : ", by the rules"))
    lines += field("points", points(kill, ends, explanation))
    guard let decision = kill.decision, let runnerUp = decision.runnerUp else {
      return lines + field("runner-up", "none: nobody else could be killed")
    }
    let name = plain(runnerUp.name)
    var text = "\(runnerUp.pid) (\(name))"
    if let points = ends.text({ $0.decision?.runnerUp?.points }, { SizeFormat.grouped($0) }) {
      text += ", \(points) points"
    }
    lines += field("runner-up", text + distance(ends, decision))
    if let adj = ends.text({ Explanation(of: $0).sparedAtAdj }, { "\($0)" }) {
      lines += field(
        "spared at",
        "oom_score_adj \(adj) or less (it had \(kill.victim.oomScoreAdj)); then \(name) is chosen")
    }
    if let adj = ends.text({ Explanation(of: $0).runnerUpChosenAtAdj }, { "\($0)" }) {
      lines += field(
        "\(name.prefix(8)) at",
        "oom_score_adj \(adj) or more (it had \(runnerUp.oomScoreAdj)) is chosen instead")
    }
    return lines
  }

  private func points(_ kill: Kill, _ ends: AutopsyEnds, _ explanation: Explanation) -> String {
    if let points = ends.same({ $0.victim.points }) {
      return "\(SizeFormat.grouped(points)) = "
        + Term.text(explanation.terms, number: { SizeFormat.grouped($0) })
    }
    if let points = autopsy.points {
      return "\(SizeFormat.grouped(points)) thousandths of totalpages, as logged"
    }
    return ends.text({ $0.victim.points }, { SizeFormat.grouped($0) })
      ?? "they depend on totalpages, which is not in the report"
  }

  /// By how much the runner-up lost; nothing where that depends on what is open.
  private func distance(_ ends: AutopsyEnds, _ decision: Kill.Decision) -> String {
    guard let margin = ends.same({ Explanation(of: $0).margin }) else {
      guard
        let margins = ends.text(
          { Explanation(of: $0).margin }, { SizeFormat.grouped($0) })
      else { return "" }
      return ": lost by \(margins)"
    }
    if margin == 0 {
      return ": equal, the victim comes \(decision.equalsReplace ? "later" : "earlier")"
    }
    return margin > 0
      ? ": lost by \(difference(margin, decision))"
      : ": \(difference(-margin, decision)) ahead, but not what decides"
  }

  private func difference(_ points: Int128, _ decision: Kill.Decision) -> String {
    if decision.arithmetic.unit != .pages { return "\(SizeFormat.grouped(points)) points" }
    return style.amount(pages: Int64(clamping: points), pageSize: autopsy.pageSize)
  }

  /// What the victim had, and what came after the decision.
  private var freed: [String] {
    var lines: [String] = []
    if let kill = report.kills.first, let resident = kill.resident {
      var text = "\(kill.pid) (\(plain(kill.name))) had \(kilobytes(resident))"
      if let anon = kill.anon { text += ", \(kilobytes(anon)) of it anon" }
      lines += field("freed", text)
    }
    let after = AfterDecision.all(of: report)
    for one in after.prefix(8) {
      let name = one.name.flatMap { name in one.pid.map { "\($0) (\(plain(name))) " } } ?? ""
      lines += field("then", name + plain(one.text))
    }
    if after.count > 8 { lines += field("then", "\(after.count - 8) more lines like these") }
    return lines
  }

  /// Where the memory was, a line for each part.
  private func table(of memory: MemoryBreakdown) -> [String] {
    let total = kilobytes(memory.total)
    var lines = field(
      "memory", memory.isOfGroup ? "\(total) used by the group" : "\(total) in the machine")
    let parts = memory.rows
    let width = parts.map { kilobytes($0.size).count }.max() ?? 0
    for (size, name) in parts {
      let text = kilobytes(size)
      lines += field("", String(repeating: " ", count: width - text.count) + text + "  " + name)
    }
    if memory.excess > 0 {
      lines += field("", "together \(kilobytes(memory.excess)) more than \(memory.owner) has")
    }
    return lines
  }

  private func kilobytes(_ size: Kibibytes) -> String {
    SizeFormat.binary(size)
  }

  private func field(_ name: String, _ value: String) -> [String] {
    ["    \(name)\(String(repeating: " ", count: max(11 - name.count, 1)))\(value)"]
  }
}
