internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

// The printed score against what the row of the chosen process gives, to 5.0.

extension Evidence {
  mutating func checkScore(_ facts: ReportFacts) {
    guard facts.printsPoints, let score = facts.report.chosen?.score, let index = facts.chosenRow,
      let row = facts.report.table?.rows[index], facts.totalpages.origin != .unknown,
      facts.isTableComplete || !facts.missingColumns.isEmpty
    else { return }
    let total = facts.totalpages
    let ends = [total.low, total.high].compactMap { facts.printedScore(of: row, totalpages: $0) }
    guard let most = ends.max(), let least = ends.min() else { return }
    let isSame = (least...most).contains(Int128(score))
    let sum = SizeFormat.grouped(facts.counted(row, facts.rules))
    let computed = least == most ? "\(most)" : "\(least) to \(most)"
    var against = "\(computed): \(sum) pages of \(total.text)"
    if !facts.isTableComplete {
      // What the table leaves out only adds points.
      if isSame { return }
      against += ", without the \(facts.missingColumns.joined(separator: " and "))"
    }
    let reason = isSame ? nil : ScoreGap(facts, row, Int128(score)).reason
    if let reason {
      scoreDiffers("the log has score \(score), its row gives \(computed): \(reason)")
    }
    var problem: String?
    // Between the choice and the table a process may have touched a few pages more.
    let high = facts.isTableComplete ? most + 1 : Int128(Int64.max)
    if !(least - 1...high).contains(Int128(score)) {
      problem =
        "the log has score \(score) for \(row.pid) (\(row.name)), its row gives \(against)"
        + (reason.map { "; \($0)" } ?? "")
    }
    add(.score, "\(score)", against: against, contradiction: problem)
  }
}

extension TotalpagesEstimate {
  /// As a number where it is one, else as what bounds it.
  var text: String {
    if isExact { return SizeFormat.grouped(low) }
    if high >= Self.most { return "at least \(SizeFormat.grouped(low))" }
    return "\(SizeFormat.grouped(low)) to \(SizeFormat.grouped(high))"
  }
}

/// Why a log may print another score than the row gives: what gives it to the point.
struct ScoreGap {
  private let facts: ReportFacts
  private let row: TaskTable.Row
  private let score: Int128

  init(_ facts: ReportFacts, _ row: TaskTable.Row, _ score: Int128) {
    (self.facts, self.row, self.score) = (facts, row, score)
  }

  /// What a thread keeps back of each of three counters until it has made 64 faults: `TASK_RSS_EVENTS_THRESH`, mm/memory.c,
  /// 2.6.34 to 6.1.
  private static let keptBack: Int64 = 3 * 64

  /// One or two explanations, or what totalpages would have to be.
  var reason: String {
    var found: [String] = []
    if case .perMille? = facts.rules.badness.rule, score == 1000 {
      found.append("a task that was exiting already is taken at once with 1000 points")
    }
    found += [byCapability, byOOMAdj].compactMap { $0 }
    found += byMissingColumns.map { [$0] } ?? []
    found += byTotal + byRelease
    if found.isEmpty, let pages = byPages { found.append(pages) }
    if found.isEmpty { return "no reason is known: \(neededTotal)" }
    return found.prefix(2).joined(separator: "; or ")
  }

  // MARK: What was taken for given

  private var total: Int64 { facts.totalpages.low }
  private var isRoot: Bool { row.uid == 0 && !facts.rootHasNoBonus }
  private var pages: Int64 { facts.counted(row, facts.rules) }
  private var adj: Int64 { row.oomScoreAdj ?? 0 }

  private func prints(
    pages: Int64? = nil, adj: Int64? = nil, isAdmin: Bool? = nil, total: Int64? = nil,
    rules: Rules? = nil
  ) -> Int128? {
    facts.printedScore(
      pages: pages ?? self.pages, adj: adj ?? self.adj, isAdmin: isAdmin ?? isRoot,
      totalpages: total ?? self.total, rules: rules ?? facts.rules)
  }

  private var byCapability: String? {
    guard facts.rules.badness.rootBonus != .none, prints(isAdmin: !isRoot) == score else {
      return nil
    }
    return isRoot
      ? "it is what uid 0 without CAP_SYS_ADMIN has, as in a container"
      : "it is what uid \(row.uid) with CAP_SYS_ADMIN has, which has the bonus of root"
  }

  /// The older scale, which a table to 3.5 has beside it; a kernel turns one into the other. Kernel: `oom_adj_write()`.
  private var byOOMAdj: String? {
    guard let old = row.oomAdj, -17...15 ~= old else { return nil }
    let adj = old == 15 ? 1000 : old * 1000 / 17
    guard adj != self.adj, prints(adj: adj) == score else { return nil }
    return
      "it is what oom_adj \(old) of the row gives, oom_score_adj \(adj), and its row has oom_score_adj \(self.adj)"
  }

  private var byMissingColumns: String? {
    guard !facts.isTableComplete, let needed = neededPages, needed.low > pages else { return nil }
    return
      "the table lacks \(facts.missingColumns.joined(separator: " and ")), of which \(grouped(needed.low - pages)) "
      + "pages or more give it"
  }

  // MARK: Another totalpages

  private var byTotal: [String] {
    // Where the log does not tell it, it was fitted to the score already.
    guard facts.totalpages.isExact else { return [] }
    var seen: Set<Int64> = [total]
    return totals.compactMap { name, pages in
      guard pages > 0, pages < TotalpagesEstimate.most, seen.insert(pages).inserted,
        prints(total: pages) == score
      else { return nil }
      return "it is the one of \(grouped(pages)) pages, \(name)"
    }
  }

  /// Other sums of what the log shows.
  private var totals: [(name: String, pages: Int64)] {
    let report = facts.report
    let swap = facts.totalpages.swap
    let used = swap.flatMap { total in
      report.memory.freeSwap.map { max(total - facts.pages(max($0, 0)), 0) }
    }
    var totals: [(name: String, pages: Int64)] = []
    if facts.isMemcg, let limit = report.limits.memory?.limit.map({ facts.pages($0) }) {
      totals.append(("the limit of the group without swap, as with swappiness 0", limit))
      totals.append(("the limit and the swap that the group was in", limit + facts.swapUsage))
      if let both = report.limits.memorySwap?.limit {
        totals.append(("the limit of memory and swap", facts.pages(both)))
      }
      if let swap { totals.append(("the limit and all swap", limit + swap)) }
    }
    guard let memory = facts.totalpages.memory else { return totals }
    let all = memory + (swap ?? 0)
    if facts.isMemcg || facts.limitedNodes != nil { totals.append(("those of the machine", all)) }
    if swap ?? 0 > 0 {
      totals.append(
        ("the memory without swap: swap that was added or taken away meanwhile", memory))
      if let used { totals.append(("the memory and the swap that is in use", memory + used)) }
    }
    let huge = facts.pages(report.use.hugePages)
    if huge > 0 {
      totals.append(("without the pools of huge pages", all - huge))
      totals.append(("with the pools of huge pages", all + huge))
    }
    if let ram = report.memory.ram {
      totals.append(("with the memory that is reserved", ram + (swap ?? 0)))
    }
    let managed = report.memory.zones.reduce(Int64(0)) {
      min($0 + facts.pages(max($1.managed ?? 0, 0)), TotalpagesEstimate.most)
    }
    if managed > 0 { totals.append(("what the zones manage", managed + (swap ?? 0))) }
    return totals
  }

  // MARK: Another release

  /// Distributions take rules of later releases over, and leave new ones out: of the badnesses that give the score, the one
  /// that began closest to the release.
  private var byRelease: [String] {
    guard facts.totalpages.isExact, let mine = facts.releases.last?.upstream else { return [] }
    var before: KernelRelease?
    var known: Rules.Badness?
    for release in RulesByRelease.boundaries {
      let rules = RulesByRelease.rules(of: release)
      if rules.badness == known { continue }
      known = rules.badness
      guard !rules.badness.isLegacy, isAnother(rules.badness),
        prints(pages: facts.counted(row, rules), isAdmin: row.uid == 0, rules: rules) == score
      else { continue }
      if release > mine { return [taken(before ?? release)] }
      before = release
    }
    return before.map { [taken($0)] } ?? []
  }

  private func taken(_ release: KernelRelease) -> String {
    "it is the score of the badness of \(release), which a distribution may have kept or taken over"
  }

  private func isAnother(_ badness: Rules.Badness) -> Bool {
    let mine = facts.rules.badness
    return badness.rootBonus != mine.rootBonus || badness.pageTables != mine.pageTables
      || badness.rule != mine.rule
  }

  // MARK: Other pages

  /// The pages that give the score; nil where none do.
  private var neededPages: (low: Int64, high: Int64)? {
    func least(_ isEnough: (Int64) -> Bool) -> Int64 {
      var (low, high) = (Int64(0), TotalpagesEstimate.most)
      while low < high {
        let middle = low + (high - low) / 2
        if isEnough(middle) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let low = least { prints(pages: $0).map { $0 >= score } ?? false }
    guard prints(pages: low) == score else { return nil }
    return (low, least { prints(pages: $0).map { $0 > score } ?? false } - 1)
  }

  private var byPages: String? {
    guard let needed = neededPages else { return nil }
    let more = needed.low > pages ? needed.low - pages : needed.high - pages
    let amount =
      "\(grouped(Int64(more.magnitude))) pages \(more > 0 ? "more" : "less") than in its row would give it"
    if more.magnitude <= Self.keptBack.magnitude {
      return "\(amount), which is what the counters of a thread keep back"
    }
    // One point more or less.
    guard let mine = prints(), (mine - 1...mine + 1).contains(score) else { return nil }
    return "\(amount), as may change between the choice and the table"
  }

  /// What totalpages would have to be, as the score falls while it grows.
  private var neededTotal: String {
    func least(at score: Int128) -> Int64 {
      var (low, high) = (Int64(1), TotalpagesEstimate.most)
      while low < high {
        let middle = low + (high - low) / 2
        if prints(total: middle).map({ $0 <= score }) ?? true {
          high = middle
        } else {
          low = middle + 1
        }
      }
      return low
    }
    let low = least(at: score)
    guard prints(total: low) == score else {
      return "no totalpages gives the score with what its row has"
    }
    let high = least(at: score - 1)
    if high >= TotalpagesEstimate.most {
      return "the score would need a totalpages of at least \(grouped(low))"
    }
    return "the score would need a totalpages of \(grouped(low)) to \(grouped(max(high - 1, low)))"
  }

  private func grouped(_ number: Int64) -> String { SizeFormat.grouped(number) }
}
