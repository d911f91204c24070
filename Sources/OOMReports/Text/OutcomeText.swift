internal import OOMFormats
internal import OOMSimulator

/// What a run comes to, in a line for each event.
struct OutcomeText {
  let style: Style
  let width: Int
  /// Kills after these are counted.
  var mostKills = 6

  /// What a run came to, a line for each event.
  func lines(of run: Run) -> [String] {
    var lines: [String] = []
    for kill in run.kills.prefix(mostKills) {
      // What goes on in the next line stands a little further in.
      let text = wrapped(self.kill(kill, run), width: max(width - 6, 30))
      lines += text.enumerated().map { ($0.offset == 0 ? "    " : "      ") + $0.element }
    }
    if run.kills.count > mostKills {
      let rest = run.kills.count - mostKills
      lines.append("    … and \(rest) more kill\(rest == 1 ? "" : "s")")
    }
    for refusal in run.refused.prefix(6) {
      let name = refusal.process?.name ?? "a tmpfs write"
      lines.append(
        "    \(refusal.error): \(plain(name)) at \(SizeFormat.time(refusal.at)), "
          + SizeFormat.binary(pages: refusal.pages, pageSize: run.pageSize))
    }
    if run.refused.count > 6 { lines.append("    … and \(run.refused.count - 6) more refused") }
    for stuck in run.stuck.prefix(6) {
      lines.append("    stuck: \(plain(stuck.process?.name ?? "a tmpfs write")): \(stuck.whyText)")
    }
    if let panic = run.panic {
      lines.append("    kernel panic: \(panic.text) at \(SizeFormat.time(panic.at))")
    }
    if let loop = run.loop { lines += loop.lines(style).map { "    " + $0 } }
    if lines.isEmpty {
      let isWhole = run.outcome != .cutOff
      lines.append("    nobody was killed" + (isWhole ? "" : " as far as it was followed"))
    }
    let blast = BlastRadius(of: run)
    if blast.kills > 0 {
      lines.append("    " + style.dim("in all: \(blast.text(pageSize: run.pageSize))"))
    }
    for warning in run.warnings.prefix(4) {
      lines += wrapped("warning: \(plain(warning.text))", width: max(width - 4, 30)).map {
        "    " + style.dim($0)
      }
    }
    return lines
  }

  private func kill(_ kill: Kill, _ run: Run) -> String {
    let dead = kill.dyingFirst
    var text = style.red(plain(dead.name)) + " (\(dead.pid))"
    if dead != kill.victim.identity { text += ", child of \(plain(kill.victim.name))" }
    text += " at \(SizeFormat.time(kill.at))"
    if let cgroup = kill.decision?.cgroup { text += " in \(plain(cgroup))" }
    text += ": "
    if let ground = kill.ground {
      text += "by \(kill.by), \(ground.text)"
      let others = kill.killed.count - 1
      return others > 0 ? text + "; died too: \(others) more" : text
    }
    if dead != kill.victim.identity { text += "\(plain(kill.victim.name)) had " }
    text += "\(SizeFormat.grouped(kill.victim.points)) points"
    if let runnerUp = kill.decision?.runnerUp {
      text += ", \(plain(runnerUp.name)) \(SizeFormat.grouped(runnerUp.points))"
    }
    let others = kill.killed.dropFirst()
    if !others.isEmpty {
      let names = others.prefix(4).map { plain($0.process.name) }.joined(separator: ", ")
      text += "; died too: \(names)" + (others.count > 4 ? " and \(others.count - 4) more" : "")
    }
    return text
  }
}
