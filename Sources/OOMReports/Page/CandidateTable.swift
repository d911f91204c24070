internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Those that a kill could choose from, most points first, with the sum of each as a bar and in words.
struct CandidateTable {
  let victim: ProcessIdentity
  let decision: Kill.Decision
  let number: Int
  let candidates: [Candidate]
  let pageSize: Bytes
  /// At most so many rows.
  let most: Int
  /// Whether no process has anonymous memory together with another one.
  let isPrivate: Bool
  /// Rows that are not folded.
  private static let open = 8

  var html: String {
    let eligible = ranked
    if eligible.isEmpty { return "" }
    let shown = self.shown(eligible)
    let parts = shown.map { PointsBar.parts(of: $0.candidate, decision.arithmetic) }
    let bar = PointsBar(over: parts.compactMap { $0 })
    let hasBars = parts.contains { $0 != nil }
    var text = "<h4>Who could be chosen</h4>"
    text += "<p class=\"soft\">\(caption(eligible.count))</p>"
    if hasBars { text += legend(shown.map { $0.candidate }) }
    let rows = shown.enumerated().map { index, entry in
      row(entry, hasBars ? parts[index].map(bar.svg) ?? "" : nil)
    }
    text += table("By points", "Candidates of kill \(number)", rows.prefix(Self.open), hasBars)
    if rows.count > Self.open {
      text += "<details><summary>\(rows.count - Self.open) rows more</summary>"
      text += table(
        "By points, continued", "More candidates of kill \(number)", rows.dropFirst(Self.open),
        hasBars)
      text += "</details>"
    }
    let rest = eligible.count - shown.reduce(0) { $0 + 1 + $1.alike }
    if rest > 0 {
      text +=
        "<p class=\"soft\">\(SizeFormat.grouped(rest)) more that could be chosen are not listed: they had no more "
        + "points than the last one here.</p>"
    }
    let others = candidates.count - eligible.count
    if others > 0 {
      text +=
        "<p class=\"soft\">\(SizeFormat.grouped(others)) could not be chosen; the steps below say why.</p>"
    }
    return text + "\n"
  }

  private func table(
    _ caption: String, _ label: String, _ rows: ArraySlice<String>, _ hasBars: Bool
  ) -> String {
    var text =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label)\"><table class=\"sums\">"
    text += "<caption>\(caption)</caption><thead><tr>"
    text += "<th scope=\"col\" class=\"n\">place</th><th scope=\"col\" class=\"name\">process</th>"
    text += "<th scope=\"col\" class=\"n\">points</th>"
    text += "<th scope=\"col\" class=\"n\">\(setting)</th>"
    text += "<th scope=\"col\" class=\"n\">oom_<wbr>score</th>"
    if hasBars { text += "<th scope=\"col\" class=\"w\">terms</th>" }
    text += "<th scope=\"col\" class=\"w\">sum</th></tr></thead><tbody>"
    return text + rows.joined() + "</tbody></table></div>"
  }

  private var isLegacy: Bool { decision.arithmetic.unit == .none }
  private var setting: String { isLegacy ? "oom_<wbr>adj" : "oom_<wbr>score_<wbr>adj" }

  /// By points; of equals the one that the kernel prefers comes first.
  private var ranked: [Entry] {
    let eligible = candidates.enumerated().filter { $0.element.ineligible == nil }
    let sorted = eligible.sorted {
      if $0.element.points != $1.element.points { return $0.element.points > $1.element.points }
      return decision.equalsReplace ? $0.offset > $1.offset : $0.offset < $1.offset
    }
    return sorted.enumerated().map { Entry(place: $0.offset + 1, candidate: $0.element.element) }
  }

  private struct Entry {
    var place: Int
    var candidate: Candidate
    /// How many that follow have the same sum and a name that differs in a number only.
    var alike = 0
  }

  /// The victim stands for itself.
  private func summed(_ eligible: [Entry]) -> [Entry] {
    var rows: [Entry] = []
    for entry in eligible {
      if let last = rows.last, last.candidate.identity != victim,
        entry.candidate.identity != victim, isAlike(last.candidate, entry.candidate)
      {
        rows[rows.count - 1].alike += 1
      } else {
        rows.append(entry)
      }
    }
    return rows
  }

  private func isAlike(_ a: Candidate, _ b: Candidate) -> Bool {
    a.points == b.points && a.oomScoreAdj == b.oomScoreAdj && a.legacy == b.legacy
      && decision.arithmetic.terms(of: a) == decision.arithmetic.terms(of: b)
      && Timeline.ProcessLine.nameOfEquals(a.name) == Timeline.ProcessLine.nameOfEquals(b.name)
  }

  private func size(_ pages: Int64) -> String {
    pages < 0
      ? "-" + SizeFormat.binary(pages: -max(pages, -Int64.max), pageSize: pageSize)
      : SizeFormat.binary(pages: pages, pageSize: pageSize)
  }

  /// The first ones, and the victim wherever it stands.
  private func shown(_ eligible: [Entry]) -> [Entry] {
    var shown = Array(summed(eligible).prefix(most))
    if !shown.contains(where: { $0.candidate.identity == victim }),
      let candidate = eligible.first(where: { $0.candidate.identity == victim })
    {
      shown.append(candidate)
    }
    return shown
  }

  private func caption(_ count: Int) -> String {
    let unit =
      switch decision.arithmetic.unit {
      case .pages:
        "points are pages, one of oom_score_adj is \(SizeFormat.grouped(decision.arithmetic.pointsPerAdj))"
      case .thousandths: "points are thousandths of totalpages"
      case .none: "points have no unit in this release"
      case .own: "points are what \(decision.arithmetic.ownBadness ?? "") comes to"
      }
    let processes = count == 1 ? "1 process" : "\(SizeFormat.grouped(count)) processes"
    let total = SizeFormat.grouped(decision.totalpages)
    return PageNames.numbers("\(processes); \(unit); totalpages \(total).")
  }

  /// Equal processes: how many, and how much memory they have together.
  private func equals(_ entry: Entry) -> String {
    let candidate = entry.candidate
    let name = Timeline.ProcessLine.nameOfEquals(candidate.name)
    let count = Int64(entry.alike + 1)
    var text = "<bdi>\(OOMReports.html(name))</bdi> × \(SizeFormat.grouped(count))"
    // What several have mapped is there once.
    let own = (candidate.anon &+ candidate.swap).multipliedReportingOverflow(by: count)
    if candidate.file == 0, candidate.shmem == 0, isPrivate, !own.overflow {
      text += "<br><span class=\"soft\">together \(size(own.partialValue))</span>"
    }
    return text
  }

  private func row(
    _ entry: Entry, _ bar: String?
  ) -> String {
    let candidate = entry.candidate
    let isVictim = candidate.identity == victim
    let sum = Term.text(
      decision.arithmetic.terms(of: candidate), number: { SizeFormat.grouped($0) })
    let adj = isLegacy ? candidate.legacy?.oomAdj ?? 0 : candidate.oomScoreAdj
    var text = isVictim ? "<tr class=\"victim\">" : "<tr>"
    text += "<td class=\"n\">\(entry.place)</td><th scope=\"row\" class=\"name\">"
    text += entry.alike > 0 ? equals(entry) : PageNames.name(candidate.identity)
    text += isVictim ? ": chosen</th>" : "</th>"
    text += "<td class=\"n\">\(SizeFormat.grouped(candidate.points))"
    // Points of this release are pages, which people know as MiB.
    if decision.arithmetic.unit == .pages {
      text += "<br><span class=\"soft\">\(size(Int64(clamping: candidate.points)))</span>"
    }
    text += "</td>"
    text += "<td class=\"n\">\(adj)</td><td class=\"n\">\(candidate.oomScore)</td>"
    if let bar { text += "<td class=\"w\">\(bar)</td>" }
    return text + "<td class=\"sum w\">\(PageNames.numbers(sum))</td></tr>"
  }

  private func legend(_ shown: [Candidate]) -> String {
    let entries: [(String, String, Bool)] = [
      ("t1", "anon", shown.contains { $0.anon > 0 }),
      ("t2", "file", shown.contains { $0.file > 0 }),
      ("t3", "shmem", shown.contains { $0.shmem > 0 }),
      ("t4", "swap", shown.contains { $0.swap > 0 }),
      ("t5", "page tables", shown.contains { $0.countedTables > 0 }),
      (
        "t6", "oom_score_adj, below: to the left it takes away",
        shown.contains { $0.oomScoreAdj != 0 }
      ),
    ]
    var text = "<ul class=\"legend\">"
    for (style, says, isThere) in entries where isThere {
      text +=
        "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><rect class=\"\(style)\" width=\"26\" height=\"10\"/>"
        + "</svg>\(says)</li>"
    }
    return text
      + "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"tick\" d=\"M13 0V10\"/></svg>points</li></ul>"
  }
}
