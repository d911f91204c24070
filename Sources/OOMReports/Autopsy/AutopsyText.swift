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

  package init(_ autopsies: [Autopsy], files: [String]? = nil, style: Style) {
    self.autopsies = autopsies
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
    return (lines + ["", summary]).joined(separator: "\n") + "\n"
  }

  private var summary: String {
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
    lines += field("limit", plain(limit))
    if let invoker = report.invoker { lines += field("asked by", asked(invoker)) }
    lines += field("totalpages", totalpages)
    if let kill = autopsy.kill { lines += prediction(kill) }
    lines += freed
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

  private var release: String {
    let origin = autopsy.isKernelStated ? "as logged" : "by its forms"
    return "Linux \(plain(autopsy.kernel)), \(origin); rules of \(autopsy.ruleSet)"
  }

  private var verdict: String {
    let why = plain(autopsy.why)
    switch autopsy.verdict {
    case .match: return style.green("match") + ": \(why)"
    case .mismatch: return style.red("mismatch") + ": \(why)"
    case .undetermined: return style.bold("undetermined") + ": \(why)"
    }
  }

  private var limit: String {
    let limit = LimitHit(autopsy)
    guard let missing = limit.missing, missing > 0 else { return limit.text }
    return limit.text + ", \(SizeFormat.binary(missing)) missing"
  }

  private func asked(_ invoker: OOMReport.Invoker) -> String {
    let name = plain(invoker.name)
    var text = invoker.pid.map { "\($0) (\(name))" } ?? name
    if let order = report.request.order, order > 0 { text += ", 2^\(order) pages" }
    if !report.request.gfpFlags.isEmpty { text += ", \(plain(report.request.gfpFlags))" }
    return text
  }

  private var totalpages: String {
    guard let totalpages = autopsy.totalpages else { return "not in the report" }
    let pages = "\(SizeFormat.grouped(totalpages)) (\(size(Int128(totalpages))))"
    return autopsy.totalpagesFrom == .inferred ? pages + ", inferred" : pages
  }

  private func prediction(_ kill: Kill) -> [String] {
    let explanation = Explanation(of: kill)
    var lines = field(
      "chosen",
      "\(kill.victim.pid) (\(plain(kill.victim.name)))"
        + (autopsy.verdict == .match ? "" : ", by the rules"))
    lines += field(
      "points",
      "\(SizeFormat.grouped(kill.victim.points)) = "
        + Term.text(explanation.terms, number: { SizeFormat.grouped($0) }))
    guard let decision = kill.decision, let runnerUp = decision.runnerUp,
      let margin = explanation.margin
    else {
      return lines + field("runner-up", "none: nobody else could be killed")
    }
    let name = plain(runnerUp.name)
    var text = "\(runnerUp.pid) (\(name)), \(SizeFormat.grouped(runnerUp.points)) points: "
    if margin == 0 {
      text += "equal, the victim comes \(decision.equalsReplace ? "later" : "earlier")"
    } else if margin > 0 {
      text += "lost by \(difference(margin, decision))"
    } else {
      text += "\(difference(-margin, decision)) ahead, but not what decides"
    }
    lines += field("runner-up", text)
    if let adj = explanation.sparedAtAdj {
      lines += field(
        "spared at",
        "oom_score_adj \(adj) or less (it had \(kill.victim.oomScoreAdj)); then \(name) is chosen")
    }
    if let adj = explanation.runnerUpChosenAtAdj {
      lines += field(
        "\(name.prefix(8)) at",
        "oom_score_adj \(adj) or more (it had \(runnerUp.oomScoreAdj)) is chosen instead")
    }
    return lines
  }

  private func difference(_ points: Int128, _ decision: Kill.Decision) -> String {
    let number = SizeFormat.grouped(points)
    return decision.arithmetic.unit == .pages
      ? "\(number) pages (\(size(points)))" : "\(number) points"
  }

  /// Which process gave back what, as the kill lines and the reaper's have it.
  private var freed: [String] {
    var lines: [String] = []
    for kill in report.kills.prefix(8) {
      guard let resident = kill.resident else { continue }
      var text = "\(kill.pid) (\(plain(kill.name))) had \(kilobytes(resident))"
      if let anon = kill.anon { text += ", \(kilobytes(anon)) of it anon" }
      if let reaped = report.reaped.first(where: { $0.pid == kill.pid }) {
        let left = reaped.anon &+ reaped.file &+ reaped.shmem
        text += "; the reaper left \(kilobytes(left))"
      }
      lines += field("freed", text)
    }
    if report.kills.count > 8 { lines += field("freed", "\(report.kills.count - 8) more kills") }
    if let group = report.oomGroup {
      lines += field("group", "\(plain(group)) died as a whole: memory.oom.group")
    }
    return lines
  }

  private func kilobytes(_ size: Kibibytes) -> String {
    SizeFormat.binary(size)
  }

  private func size(_ pages: Int128) -> String {
    SizeFormat.binary(pages: Int64(clamping: pages), pageSize: autopsy.pageSize)
  }

  private func field(_ name: String, _ value: String) -> [String] {
    ["    \(name)\(String(repeating: " ", count: max(11 - name.count, 1)))\(value)"]
  }
}
