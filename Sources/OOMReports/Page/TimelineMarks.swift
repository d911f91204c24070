internal import OOMFormats
internal import OOMSimulator

/// Kills and refusals over a picture: a line for each, and a number where there is room for it.
struct TimelineMarks {
  let run: Run
  let frame: PlotFrame

  static let most = 100

  /// Kills first: where a refusal falls on the place of one it adds nothing.
  var lines: String {
    var text = ""
    var taken: Set<Int64> = []
    for (style, times) in [
      ("kill", run.kills.map { $0.at }),
      ("refusal", run.refused.map { $0.at } + run.stuck.map { $0.at }),
    ] {
      for time in times.prefix(Self.most) {
        let x = frame.x(at: time)
        if taken.insert(x).inserted {
          text += "<path class=\"\(style)\" d=\"M\(x) 0V300\"/>"
        }
      }
    }
    return text
  }

  /// Numbers of the kills above the picture, as links to them.
  var labels: String {
    if run.kills.isEmpty { return "" }
    var text = "<ol class=\"marks\" aria-label=\"Kills\">"
    var last: Int64 = -1000
    for (index, kill) in run.kills.enumerated() {
      let x = frame.x(at: kill.at)
      if x - last < 100 { continue }
      last = x
      let isLinked = index < ReportPage.mostKills
      let label = isLinked ? "<a href=\"#kill-\(index + 1)\">\(index + 1)</a>" : "\(index + 1)"
      text += "<li style=\"left:\(x / 10).\(x % 10)%\">\(label)</li>"
    }
    return text + "</ol>"
  }

  var legend: String {
    var text = ""
    if !run.kills.isEmpty { text += entry("kill", "a kill, with its number") }
    if !run.refused.isEmpty { text += entry("refusal", "a request refused") }
    if !run.stuck.isEmpty { text += entry("refusal", "growth that stands still") }
    return text
  }

  /// The same in words.
  var says: String {
    if run.kills.isEmpty { return "Nobody is killed." }
    let first = run.kills.prefix(3).map {
      "\(html($0.dyingFirst.name)) at \(PageNames.time($0.at))"
    }
    let rest = run.kills.count > 3 ? " and \(run.kills.count - 3) more" : ""
    return "Killed: \(first.joined(separator: ", "))\(rest)."
  }

  private func entry(_ style: String, _ text: String) -> String {
    "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"\(style)\" d=\"M13 0V10\"/></svg>\(text)</li>"
  }
}
