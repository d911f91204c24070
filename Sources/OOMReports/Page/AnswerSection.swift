internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Which processes died, when and why, in a few sentences.
struct AnswerSection {
  let run: Run

  var html: String {
    let isQuiet = run.kills.isEmpty && run.panic == nil
    var text = "<div class=\"answer\(isQuiet ? " calm" : "")\">"
    for line in lines { text += "<p>\(line)</p>" }
    return text + "</div>\n" + PasteSummary(run: run).html
  }

  private var lines: [String] {
    var lines: [String] = []
    if let kill = run.kills.first { lines.append(first(kill)) }
    if run.kills.count > 1 {
      let blast = BlastRadius(of: run)
      let others = run.kills.dropFirst().prefix(5).map {
        "\(PageNames.name($0.dyingFirst)) at \(PageNames.time($0.at))"
      }
      let rest = run.kills.count > 6 ? " and \(run.kills.count - 6) more kills" : ""
      lines.append(
        "Then: \(others.joined(separator: ", "))\(rest). In all \(blast.deaths) processes die.")
    }
    for refusal in run.refused.prefix(3) {
      let name = refusal.process.map(PageNames.name) ?? "A tmpfs write"
      lines.append(
        "\(name) is refused \(size(refusal.pages)) at \(PageNames.time(refusal.at)): \(refusal.cause), no kill."
      )
    }
    if run.refused.count > 3 { lines.append("\(run.refused.count - 3) more requests are refused.") }
    for stuck in run.stuck.prefix(3) {
      let name = stuck.process.map(PageNames.name) ?? "A tmpfs write"
      lines.append(
        "\(name) stands still from \(PageNames.time(stuck.at)) on: \(OOMReports.html(stuck.whyText))."
      )
    }
    if run.stuck.count > 3 { lines.append("\(run.stuck.count - 3) more stand still.") }
    if let panic = run.panic {
      lines.append("The kernel panics at \(PageNames.time(panic.at)): \(panic.text).")
    }
    if let loop = run.loop {
      lines += loop.lines(Style(isColored: false), time: PageNames.time).map(OOMReports.html)
    }
    if lines.isEmpty {
      lines.append("Nobody is killed; the run ends at \(PageNames.time(run.end)).")
    }
    return lines
  }

  private func first(_ kill: Kill) -> String {
    let dead = kill.dyingFirst
    var text = "<strong>\(PageNames.name(dead))</strong> is killed at "
    text += "<strong>\(PageNames.time(kill.at))</strong>, \(cause(kill)). "
    if dead != kill.victim.identity {
      text += "It dies for \(PageNames.name(kill.victim.identity)), which was chosen. "
    }
    if let decision = kill.decision {
      let subject = dead == kill.victim.identity ? "It" : PageNames.name(kill.victim.identity)
      text += reason(kill.victim, decision, subject)
    }
    let others = kill.killed.count - 1
    if others > 0 { text += " \(others) more \(others == 1 ? "dies" : "die") with it." }
    return text
  }

  private func cause(_ kill: Kill) -> String {
    guard let decision = kill.decision else {
      return OOMReports.html("by \(kill.by)" + (kill.ground.map { ": \($0.text)" } ?? ""))
    }
    if decision.scene?.trigger == .declared {
      return "in an OOM that the scenario declares"
    }
    if let cgroup = decision.cgroup {
      return "when the memory cgroup <bdi>\(OOMReports.html(cgroup))</bdi> is at its limit"
    }
    return decision.nodes != nil
      ? "when its memory nodes are full" : "when the machine is out of memory"
  }

  private func reason(
    _ victim: Candidate, _ decision: Kill.Decision, _ subject: String
  ) -> String {
    let points = SizeFormat.grouped(victim.points)
    if let reason = decision.chosen.reason, decision.chosen != .points {
      return "\(subject) was taken \(OOMReports.html(reason)), with \(points) points."
    }
    guard let runnerUp = decision.runnerUp else {
      return "Nobody else could be killed."
    }
    let other = PageNames.name(runnerUp.identity)
    if runnerUp.points == victim.points {
      return
        "\(subject) had \(points) points, as many as \(other), and their order decided."
    }
    return
      "\(subject) had the most points, \(points); \(other) had \(SizeFormat.grouped(runnerUp.points))."
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: run.pageSize)
  }
}

extension Refusal {
  /// The error and what gives it.
  fileprivate var cause: String {
    tmpfsSize == nil ? "ENOMEM by overcommit" : "ENOSPC, the tmpfs is full"
  }
}
