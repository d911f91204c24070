internal import OOMFormats
internal import OOMSimulator

/// A run in at most five lines of plain text, to be pasted into a message.
struct PasteSummary {
  let run: Run

  var html: String {
    "<details class=\"paste\"><summary>In \(lines.count) lines, to paste</summary>"
      + "<pre tabindex=\"0\">\(lines.map { OOMReports.html($0) }.joined(separator: "\n"))</pre></details>\n"
  }

  var lines: [String] {
    let title = run.title.isEmpty ? run.scenario : run.title
    var lines = ["\(title.isEmpty ? "scenario" : title) (Linux \(run.kernel))"]
    if let kill = run.kills.first { lines += first(kill) }
    lines.append(end)
    return lines
  }

  private func first(_ kill: Kill) -> [String] {
    var text = "\(name(kill.dyingFirst)) is killed at \(PageNames.time(kill.at))"
    guard let decision = kill.decision else {
      return [text + " by \(kill.by)" + (kill.ground.map { ": \($0.text)" } ?? "")]
    }
    let limit = decision.limit
    switch decision.constraint {
    case .memcg:
      text += ": \(limit.file) of \(decision.cgroup ?? "") is used up, \(size(limit.limit))"
    case .cpuset, .memoryPolicy:
      text += ": nodes \(decision.nodes?.description ?? "") are full"
    case .none: text += ": the machine is out of memory, \(size(limit.limit))"
    }
    let explanation = Explanation(of: kill)
    let sum = Term.text(explanation.terms, number: { SizeFormat.grouped($0) })
    var lines = [text, "points: \(SizeFormat.grouped(kill.victim.points)) = \(sum)"]
    if let runnerUp = decision.runnerUp {
      var next = "next: \(name(runnerUp.identity)), \(SizeFormat.grouped(runnerUp.points)) points"
      if let adj = explanation.sparedAtAdj {
        next += "; it dies instead where \(kill.victim.name) has oom_score_adj \(adj) or less"
      }
      lines.append(next)
    }
    return lines
  }

  private var end: String {
    let blast = BlastRadius(of: run)
    var parts = [blast.text(pageSize: run.pageSize)]
    if !run.refused.isEmpty { parts.append("\(run.refused.count) requests refused") }
    if !run.stuck.isEmpty { parts.append("\(run.stuck.count) stand still") }
    if run.loop != nil { parts.append("and again, for ever") }
    if let panic = run.panic { parts.append("the kernel panics at \(PageNames.time(panic.at))") }
    return "in all: " + parts.joined(separator: ", ") + "; digest \(hexText(run.digest))"
  }

  private func name(_ process: ProcessIdentity) -> String { "\(process.name) (\(process.pid))" }

  private func size(_ pages: Int64) -> String {
    pages == Cgroup.unlimited
      ? "no limit" : SizeFormat.binary(pages: pages, pageSize: run.pageSize)
  }
}
