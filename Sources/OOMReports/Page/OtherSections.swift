internal import OOMFormats
internal import OOMSimulator

/// The kills that are not told in full.
struct KillList {
  let run: Run

  private static let most = 200

  var html: String {
    let rest = run.kills.enumerated().dropFirst(ReportPage.mostKills)
    if rest.isEmpty { return "" }
    var text = "<h3 id=\"more\">The other kills</h3>"
    text += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"more\"><table>"
    text +=
      "<caption>\(rest.count) kills, in short</caption><thead><tr><th scope=\"col\" class=\"n\">kill</th>"
    text += "<th scope=\"col\" class=\"n\">at</th><th scope=\"col\" class=\"name\">killed</th>"
    text += "<th scope=\"col\" class=\"n\">points</th><th scope=\"col\" class=\"name\">domain</th>"
    text += "<th scope=\"col\" class=\"n\">freed</th></tr></thead><tbody>"
    for (index, kill) in rest.prefix(Self.most) {
      text +=
        "<tr><td class=\"n\">\(index + 1)</td><td class=\"n\">\(PageNames.time(kill.at))</td>"
      text += "<th scope=\"row\" class=\"name\">\(PageNames.name(kill.dyingFirst))</th>"
      text += "<td class=\"n\">\(SizeFormat.grouped(kill.victim.points))</td>"
      let domain = kill.decision.map { $0.cgroup ?? "the machine" } ?? kill.by
      text += "<td class=\"name\">\(OOMReports.html(domain))</td>"
      text +=
        "<td class=\"n\">\(SizeFormat.binary(pages: kill.freedPages, pageSize: run.pageSize))</td></tr>"
    }
    text += "</tbody></table></div>"
    if rest.count > Self.most {
      text += "<p class=\"soft\">\(rest.count - Self.most) more kills are not listed.</p>"
    }
    return text
  }
}

/// What is neither memory nor a kill: refusals, panics, warnings.
struct OtherSections {
  let run: Run
  let scenario: Scenario
  let simulator: Simulator

  var html: String { lesson + refusals + warnings }

  /// The panic, or why nobody was killed.
  private var lesson: String {
    if run.panic == nil, !run.kills.isEmpty { return "" }
    if run.panic != nil, run.kills.count >= ReportPage.mostKills { return "" }
    let lesson = Lesson(
      of: run, number: run.kills.count + 1, in: scenario, simulator: simulator)
    let title = run.panic != nil ? "The panic" : "What happens instead of a kill"
    return "<section aria-labelledby=\"other\"><h2 id=\"other\">\(title)</h2>"
      + LessonSection(lesson: lesson, level: 3).html + "</section>\n"
  }

  private var refusals: String {
    if run.refused.isEmpty { return "" }
    var text = "<section aria-labelledby=\"refused\"><h2 id=\"refused\">Refused requests</h2>"
    text +=
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of the refused requests\"><table>"
    let isFull = run.refused.contains { $0.error == "ENOSPC" }
    text += "<caption>ENOMEM by overcommit\(isFull ? ", ENOSPC of a full tmpfs" : ""): "
    text += "nobody dies of it</caption><thead><tr>"
    text += "<th scope=\"col\" class=\"n\">at</th><th scope=\"col\" class=\"name\">process</th>"
    for name in ["wanted", "CommitLimit", "Committed_AS"] {
      text += "<th scope=\"col\" class=\"n\">\(name)</th>"
    }
    text += "</tr></thead><tbody>"
    for refusal in run.refused.prefix(50) {
      text +=
        "<tr><td class=\"n\">\(PageNames.time(refusal.at))</td><th scope=\"row\" class=\"name\">"
      text += (refusal.process.map(PageNames.name) ?? "a tmpfs write") + "</th>"
      for pages in [refusal.pages, refusal.commitLimit, refusal.committedAS] {
        text +=
          "<td class=\"n\">\(SizeFormat.binary(pages: pages, pageSize: run.pageSize))</td>"
      }
      text += "</tr>"
    }
    text += "</tbody></table></div>"
    if run.refused.count > 50 {
      text += "<p class=\"soft\">\(run.refused.count - 50) more are not listed.</p>"
    }
    return text + "</section>\n"
  }

  private var warnings: String {
    if run.warnings.isEmpty { return "" }
    let rows = run.warnings.prefix(50).map { "<li>\(OOMReports.html($0.text))</li>" }
    let rest = run.warnings.count - rows.count
    return
      "<section aria-labelledby=\"warnings\"><h2 id=\"warnings\">Warnings</h2><ul>\(rows.joined())</ul>"
      + (rest > 0 ? "<p class=\"soft\">\(rest) more.</p>" : "") + "</section>\n"
  }
}

/// The scenario as it was written.
struct SourceSection {
  let source: [UInt8]
  let overrides: [String]

  var html: String {
    var text = "<section class=\"source\" aria-labelledby=\"source\">"
    text += "<h2 id=\"source\">The scenario</h2>"
    if !overrides.isEmpty {
      let options = overrides.map { "<code>\(OOMReports.html($0))</code>" }
      text +=
        "<p>Replayed with \(options.joined(separator: " ")), which the text below does not have.</p>"
    }
    let shown = self.shown
    let label = "tabindex=\"0\" role=\"region\" aria-label=\"Text of the scenario\""
    let lines = source.count { $0 == UInt8(ascii: "\n") }
    text += "<details><summary>Its text, \(SizeFormat.grouped(max(lines, 1))) lines</summary>"
    text +=
      "<pre class=\"source\" \(label)>\(htmlLines(String(decoding: shown, as: UTF8.self)))</pre>"
    if shown.count < source.count {
      text +=
        "<p class=\"soft\">The first \(SizeFormat.grouped(shown.count)) of \(SizeFormat.grouped(source.count)) bytes.</p>"
    }
    return text + "</details></section>\n"
  }

  /// As many whole lines as there is room for; a line that is too long is cut.
  private var shown: ArraySlice<UInt8> {
    if source.count <= ReportPage.mostSource { return source[...] }
    let head = source.prefix(ReportPage.mostSource)
    if let end = head.lastIndex(of: UInt8(ascii: "\n")) { return head[..<end] }
    // Not in the middle of a character.
    return head[..<(head.lastIndex { $0 & 0xC0 != 0x80 } ?? head.endIndex)]
  }
}
