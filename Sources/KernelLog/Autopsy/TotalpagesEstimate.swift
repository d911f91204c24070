internal import OOMSimulator
internal import VictimSelection

/// `totalpages` of a report, which the kernel does not print: from its parts where they are there, else the
/// range in which it has to be.
///
/// Kernel: `constrained_alloc()`, mm/oom_kill.c; `mem_cgroup_get_max()`, mm/memcontrol.c.
struct TotalpagesEstimate: Equatable {
  /// One number where it is certain.
  var low: Int64 = 1
  var high: Int64 = Self.most
  var origin = Autopsy.Origin.unknown
  /// The host's swap is not in the report, and `low` takes it for what the group has in it: had there been
  /// more that was free, the group would have been swapped out instead.
  var takesSwapForUsed = false
  /// It was narrowed down by the printed score.
  var isByScore = false
  /// The machine behind it, as far as the log shows it.
  var memory: Int64?
  var swap: Int64?

  /// More than any machine has, in pages.
  static let most: Int64 = 1 << 38

  var isExact: Bool { low == high }
  /// The least that it can be; nil where nothing is known.
  var value: Int64? { origin == .unknown ? nil : low }

  init() {}

  init(of report: OOMReport, _ facts: ReportFacts) {
    let info = report.memory
    if let ram = info.ram, let reserved = info.reserved, ram > reserved, reserved >= 0 {
      memory = min(ram - reserved, Self.most)
    }
    if let total = info.totalSwap, total >= 0 { swap = min(facts.pages(total), Self.most) }
    switch facts.constraint {
    case .memcg, nil: facts.isMemcg ? ofMemcg(report, facts) : ofMachine(report)
    case .cpuset: ofNodes(report.scope.memsAllowed, report, facts)
    case .memoryPolicy: ofNodes(report.scope.nodemask, report, facts)
    case .some(.none): ofMachine(report)
    }
    if origin == .unknown {
      // No process has more than there is, but for pages that several count.
      low = max(report.table?.rows.map { $0.rss }.max() ?? 1, 1)
      high = max(Self.most, low)
    }
  }

  private mutating func ofMachine(_ report: OOMReport) {
    guard let memory else { return }
    if let swap {
      exactly(memory + swap)
    } else {
      // What processes have in swap is there.
      low = min(memory + swapEntries(report), Self.most)
      origin = .inferred
    }
  }

  private func swapEntries(_ report: OOMReport) -> Int64 {
    (report.table?.rows ?? []).reduce(0) { min($0 + max($1.swapents ?? 0, 0), Self.most) }
  }

  private mutating func exactly(_ pages: Int64) {
    low = pages
    high = pages
    origin = .log
  }

  /// All swap and what the nodes have: with holes to 5.3, which no log shows.
  private mutating func ofNodes(_ list: String?, _ report: OOMReport, _ facts: ReportFacts) {
    guard let nodes = list.flatMap({ NodeMask($0) }), let swap else { return }
    var present: Int64 = 0
    for zone in report.memory.zones where nodes.contains(zone.node) {
      guard let kilobytes = zone.present, kilobytes >= 0 else { return }
      present = min(present + facts.pages(kilobytes), Self.most)
    }
    if present == 0 { return }
    low = present + swap
    if facts.releases.allSatisfy({ RulesByRelease.rules(of: $0).constraint.nodePages == .present })
    {
      exactly(low)
    } else {
      high = min(low * 2, Self.most)
      origin = .inferred
    }
  }

  /// The group's limit and the swap that it can have: the swap of the host is not in such a report since 3.9.
  private mutating func ofMemcg(_ report: OOMReport, _ facts: ReportFacts) {
    guard let limit = report.limits.memory?.limit else { return }
    let pages = facts.pages(limit)
    func total(swap: Int64) -> Int64 {
      max(
        memCgroupGetMax(
          max: pages, swapMax: facts.swapMax ?? Cgroup.unlimited, totalSwap: swap, swappiness: 60,
          pageSize: facts.pageSize, rule: facts.rules.constraint.memcgTotalpages), 1)
    }
    if let swap {
      low = total(swap: 0)
      high = total(swap: swap)
      // Only swappiness 0 leaves out swap that is there.
      if low == high { exactly(low) } else { exactly(high) }
      return
    }
    // Swap that the group is in is there.
    low = total(swap: facts.swapUsage)
    high = min(total(swap: Self.most), Self.most)
    takesSwapForUsed = low < high
    if low >= high { exactly(low) } else { origin = .inferred }
  }
}

extension ReportFacts {
  /// Swap that the group may have beside its limit, nil for no limit.
  var swapMax: Int64? {
    if let swap = report.limits.swap { return swap.limit.map { pages($0) } }
    guard let memory = report.limits.memory?.limit, let both = report.limits.memorySwap?.limit
    else { return nil }
    return pages(max(both - memory, 0))
  }

  /// Swap that the group had, in pages: what was charged to it, or what one of its processes has in swap, some of
  /// which may have been charged to another group.
  var swapUsage: Int64 {
    let most = report.table?.rows.map { $0.swapents ?? 0 }.max() ?? 0
    return max(chargedSwap, min(most, TaskTable.most))
  }

  private var chargedSwap: Int64 {
    if let swap = report.limits.swap { return pages(swap.usage) }
    guard let memory = report.limits.memory, let both = report.limits.memorySwap else { return 0 }
    return pages(max(both.usage - memory.usage, 0))
  }

  /// Whether the limits are files of version 1.
  var isVersionOne: Bool {
    if report.limits.swap != nil { return false }
    if let release = releases.last, release.upstream < "4.5" { return true }
    return report.limits.memorySwap?.limit != nil
      || report.limits.memorySwap.map {
        _ in releases.allSatisfy { $0.upstream >= "5.3" }
      } ?? false
  }

  /// Narrows `totalpages` down to what gives the printed score, and finds out whether uid 0 is root.
  mutating func fitScore() {
    guard printsPoints, let score = report.chosen?.score, let index = chosenRow,
      let row = report.table?.rows[index], row.oomScoreAdj != nil, rules.badness.rule != nil
    else { return }
    func printed(_ totalpages: Int64, isAdmin: Bool) -> Int128 {
      printedScore(of: row, totalpages: totalpages, isAdmin: isAdmin) ?? 0
    }
    /// The least total by which no more than a score is printed.
    func least(isAdmin: Bool, at score: Int128) -> Int64 {
      var (low, high) = (totalpages.low, totalpages.high)
      while low < high {
        let middle = low + (high - low) / 2
        if printed(middle, isAdmin: isAdmin) <= score { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let isRoot = row.uid == 0 && rules.badness.rootBonus != .none
    if !isTableComplete {
      // What the table leaves out only adds points, so that the total is at least this.
      if totalpages.isExact || score <= 0 { return }
      totalpages.low = least(isAdmin: isRoot, at: Int128(score))
      totalpages.isByScore = true
      if totalpages.origin == .unknown { totalpages.origin = .inferred }
      return
    }
    if totalpages.isExact {
      if isRoot, printed(totalpages.low, isAdmin: true) != Int128(score),
        printed(totalpages.low, isAdmin: false) == Int128(score)
      {
        rootHasNoBonus = true
      }
      return
    }
    /// Both ends of the totals that give the score, which falls as they grow.
    func fitting(isAdmin: Bool) -> (low: Int64, high: Int64)? {
      let from = least(isAdmin: isAdmin, at: Int128(score))
      let behind = least(isAdmin: isAdmin, at: Int128(score) - 1)
      guard printed(from, isAdmin: isAdmin) == Int128(score), from <= behind else { return nil }
      let isLast = printed(behind, isAdmin: isAdmin) == Int128(score)
      return (from, isLast ? behind : max(behind - 1, from))
    }
    var fit = fitting(isAdmin: isRoot)
    if fit == nil, isRoot {
      fit = fitting(isAdmin: false)
      rootHasNoBonus = fit != nil
    }
    guard let fit else { return }
    totalpages.takesSwapForUsed = false
    totalpages.isByScore = true
    (totalpages.low, totalpages.high) = fit
    if totalpages.origin == .unknown { totalpages.origin = .inferred }
  }

  /// What the kill line shows as the score of a row, to 5.0; nil where the rules or the table have no such number.
  ///
  /// - Parameter isAdmin: whether it has `CAP_SYS_ADMIN`; nil for what is taken of its uid.
  func printedScore(
    of row: TaskTable.Row, totalpages: Int64, isAdmin: Bool? = nil
  ) -> Int128? {
    guard let adj = row.oomScoreAdj else { return nil }
    return printedScore(
      pages: counted(row, rules), adj: adj, isAdmin: isAdmin ?? (row.uid == 0 && !rootHasNoBonus),
      totalpages: totalpages, rules: rules)
  }

  func printedScore(
    pages: Int64, adj: Int64, isAdmin: Bool, totalpages: Int64, rules: Rules
  ) -> Int128? {
    guard let badness = rules.badness.rule else { return nil }
    let rule = SelectionRule(badness: badness, word: word)
    let bonus = rules.badness.rootBonus
    let points = rule.points(
      pages: bonus.pages(pages, isAdmin: isAdmin, word: word),
      weight: bonus.weight(Int16(truncatingIfNeeded: adj), isAdmin: isAdmin),
      totalpages: totalpages)
    if case .perMille = badness { return Int128(points) }
    return Int128(points) * 1000 / Int128(max(totalpages, 1))
  }

  /// What the release counts of a row, in pages.
  func counted(_ row: TaskTable.Row, _ rules: Rules) -> Int64 {
    // Releases print just the levels that they count.
    let tables =
      row.pgtablesBytes.map { pageSize.pages(Bytes($0)) }
      ?? (row.nrPTEs ?? 0) + (row.nrPMDs ?? 0) + (row.nrPUDs ?? 0)
    return row.rss + (row.swapents ?? 0) + (rules.badness.pageTables == .none ? 0 : tables)
  }
}
