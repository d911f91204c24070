internal import OOMFormats
internal import OOMSimulator

/// What would have happened with other settings: replays done when the page was made.
struct AlternativesSection {
  let alternatives: [Alternatives]
  let pageSize: Bytes

  var html: String {
    if alternatives.isEmpty { return "" }
    var text = "<section aria-labelledby=\"else\"><h2 id=\"else\">What if</h2>"
    text += "<p class=\"soft\">The whole run again with one setting changed.</p>"
    for alternative in alternatives { text += table(alternative) }
    return text + "</section>\n"
  }

  private func table(_ alternative: Alternatives) -> String {
    let name = self.name(alternative.setting)
    let now = value(alternative.now, alternative.setting)
    var text = "<details class=\"brief\"><summary>\(name): \(now) now"
    if let answer = nearestWithoutKill(alternative) {
      text += "; with \(value(answer.value, alternative.setting)) nobody is killed"
    }
    text += "</summary><table><caption>\(name)</caption><thead><tr>"
    text +=
      "<th scope=\"col\" class=\"n\">value</th><th scope=\"col\">what happens</th></tr></thead><tbody>"
    for answer in alternative.answers {
      let isNow = answer.value == alternative.now
      text += "<tr\(isNow ? " class=\"victim\"" : "")><th scope=\"row\" class=\"n\">"
      text += value(answer.value, alternative.setting) + (isNow ? ", as it is" : "")
      text += "</th><td>\(RunOutcome(run: answer.run).html)</td></tr>"
    }
    return text + "</tbody></table></details>"
  }

  private func nearestWithoutKill(_ alternative: Alternatives) -> Alternatives.Answer? {
    func isQuiet(_ run: Run) -> Bool {
      run.kills.isEmpty && run.panic == nil && run.stuck.isEmpty && run.refused.isEmpty
    }
    if alternative.answers.contains(where: { $0.value == alternative.now && isQuiet($0.run) }) {
      return nil
    }
    return alternative.answers.first { $0.value > alternative.now && isQuiet($0.run) }
  }

  private func name(_ setting: Alternatives.Setting) -> String {
    switch setting {
    case .memory: "Memory of the machine"
    case .swap: "Swap"
    case .limit(let cgroup): "Limit of <bdi>\(OOMReports.html(cgroup))</bdi>"
    case .oomScoreAdj(let process): "oom_score_adj of \(PageNames.name(process))"
    }
  }

  private func value(_ value: Int64, _ setting: Alternatives.Setting) -> String {
    if case .oomScoreAdj = setting { return "\(value)" }
    return value == Cgroup.unlimited
      ? "no limit" : SizeFormat.binary(pages: value, pageSize: pageSize)
  }
}
