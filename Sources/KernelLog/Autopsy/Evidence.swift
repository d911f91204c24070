internal import OOMFormats
internal import OOMSimulator

/// What a log says twice, held against itself: the printed score against the points, the kill line against its row, the
/// usage against the limit.
package struct Evidence: Equatable, Sendable {
  /// One thing that the log states, and what it was held against.
  package struct Check: Equatable, Sendable {
    package enum What: String, Sendable {
      case score
      case killLine = "kill line"
      case usage, table, swap, release, order
      case pageSize = "page size"
    }

    package var what: What
    /// What the log has.
    package var found: String
    /// What it was held against.
    package var against: String
    package var agrees: Bool
  }

  package private(set) var checks: [Check] = []
  /// Each contradiction, in a sentence.
  package private(set) var contradicts: [String] = []
  /// Why the row of the one that died cannot be the one that was printed; nil where it can.
  private(set) var damagedRow: String?
  /// Why rows of the table have to be missing; nil where nothing says so.
  private(set) var missingRows: String?
  /// Why the printed score is not the one that the row gives; nil where it is.
  private(set) var scoreReason: String?

  init() {}

  /// - Parameter isFirst: no process died in an earlier report of the log, whose memory might not be back yet.
  init(_ facts: ReportFacts, isFirst: Bool) {
    checkTable(facts)
    checkRows(facts, isFirst: isFirst)
    checkScore(facts)
    for kill in facts.report.kills.prefix(1) { check(kill, facts) }
    checkUsage(facts)
    checkSwap(facts)
    checkRelease(facts)
    checkOrder(facts.report)
    checkPageSize(facts)
  }

  mutating func add(
    _ what: Check.What, _ found: String, against: String, contradiction: String?
  ) {
    checks.append(
      Check(what: what, found: found, against: against, agrees: contradiction == nil))
    if let contradiction { contradicts.append(contradiction) }
  }

  mutating func contradict(_ sentence: String) { contradicts.append(sentence) }

  mutating func scoreDiffers(_ why: String) { scoreReason = why }

  mutating func lacksRows(_ why: String) { missingRows = missingRows ?? why }

  mutating func hasDamage(_ why: String) { damagedRow = damagedRow ?? why }

  // MARK: The table

  private mutating func checkTable(_ facts: ReportFacts) {
    guard let table = facts.report.table, let chosen = facts.report.chosen else { return }
    let rows = table.rows.count == 1 ? "1 row" : "\(table.rows.count) rows"
    var problem: String?
    if facts.report.unreadableRows > 0 {
      problem = "\(facts.report.unreadableRows) of the table's rows cannot be read"
    } else if table.isShortened {
      problem = "the table was shortened"
    } else if facts.chosenRow == nil {
      problem = "\(chosen.pid) (\(chosen.name)) is not in the table"
    }
    add(.table, rows, against: "\(chosen.pid) (\(chosen.name))", contradiction: problem)
  }

  // MARK: The kill line

  private mutating func check(_ kill: KillLine, _ facts: ReportFacts) {
    guard
      let row = facts.report.table?.rows.first(where: { $0.pid == kill.pid || $0.tgid == kill.pid })
    else { return }
    let kilobytes = facts.pageSize.rawValue / 1024
    let name = "\(kill.pid) (\(kill.name))"
    var problems: [String] = []
    var isDamaged = false
    func size(_ pages: Int64) -> String {
      SizeFormat.binary(pages: max(pages, 0), pageSize: facts.pageSize)
    }
    // Each kind has a column since 6.8.
    for (what, killed, rowed) in [
      ("resident", kill.resident, row.rss), ("anonymous memory", kill.anon, row.rssAnon),
      ("file memory", kill.file, row.rssFile), ("shared memory", kill.shmem, row.rssShmem),
    ] {
      guard let pages = killed.map({ $0.rawValue / kilobytes }), let rowed else { continue }
      if Self.differ(pages, rowed) {
        isDamaged = true
        problems.append("its row has \(size(rowed)) \(what), its kill line \(size(pages))")
      }
    }
    if let total = kill.totalVM, total.rawValue / kilobytes != row.totalVM {
      let pages = total.rawValue / kilobytes
      if Self.differ(pages, row.totalVM) {
        isDamaged = true
        problems.append(
          "total_vm is \(size(row.totalVM)) in its row, \(size(pages)) in its kill line")
      }
    }
    // The first kernels that print it print bytes and call them kB, as a log of 5.4.0-rc4 shows. Kernel:
    // `__oom_kill_process()`, mm/oom_kill.c.
    if let tables = kill.pageTables?.rawValue, let bytes = row.pgtablesBytes, tables != bytes,
      (tables &- bytes / 1024).magnitude > 256 + (bytes / 1024).magnitude / 8
    {
      problems.append("its row has \(bytes / 1024) kB of page tables, its kill line \(tables) kB")
    }
    if let uid = kill.uid, uid != row.uid {
      problems.append("its row has uid \(row.uid), its kill line \(uid)")
    }
    if kill.pid == row.pid, kill.name != row.name {
      problems.append("its row has the name \(row.name)")
    }
    if let uid = facts.report.chosen?.uid, facts.report.chosen?.pid == row.pid, uid != row.uid {
      problems.append("its row has uid \(row.uid), the oom-kill line \(uid)")
    }
    if let adj = kill.oomScoreAdj, let rowAdj = row.oomScoreAdj, adj != rowAdj {
      isDamaged = true
      problems.append("its row has oom_score_adj \(rowAdj), its kill line \(adj)")
    }
    let problem = problems.isEmpty ? nil : "\(name): " + problems.joined(separator: "; ")
    add(.killLine, name, against: "its row", contradiction: problem)
    if isDamaged { damagedRow = problem.map { $0 + ": one of them is damaged" } }
  }

  /// More than what a process takes between two lines, and what its counters lag behind.
  static func differ(_ pages: Int64, _ others: Int64) -> Bool {
    (pages &- others).magnitude > 1024 + others.magnitude / 8
  }

  // MARK: The group

  private mutating func checkUsage(_ facts: ReportFacts) {
    let limits = facts.report.limits
    let counters = [
      ("memory", limits.memory), ("memory+swap", limits.memorySwap), ("kmem", limits.kmem),
    ]
    guard limits.memory != nil else { return }
    let limited = counters.compactMap { name, counter in
      counter.flatMap { one in one.limit.map { (name, one.usage, $0) } }
    }
    if limited.isEmpty, facts.constraint == .memcg, limits.swap != nil {
      add(
        .usage, "memory \(SizeFormat.binary(limits.memory?.usage ?? 0))", against: "no limit",
        contradiction: "the group has no limit: it is not what ran out")
    }
    guard !limited.isEmpty else { return }
    checkStat(facts)
    let full = limited.first { _, usage, limit in
      // What a request of the largest usual order lacks, and what the lists of CPUs keep.
      usage &+ 4096 >= limit &- Kibibytes(limit.rawValue / 64)
    }
    let (name, usage, limit) = full ?? limited[0]
    add(
      .usage, "\(name) \(SizeFormat.binary(usage))", against: "limit \(SizeFormat.binary(limit))",
      contradiction: full != nil
        ? nil
        : "the group uses \(SizeFormat.binary(usage)) of its limit of \(SizeFormat.binary(limit)): that is not what ran out"
    )
  }

  // MARK: Swap

  private mutating func checkSwap(_ facts: ReportFacts) {
    guard let rows = facts.report.table?.rows, let total = facts.report.memory.totalSwap,
      let most = rows.max(by: { ($0.swapents ?? 0) < ($1.swapents ?? 0) }),
      let entries = most.swapents, entries > 0,
      // What swapoff has to read back is not counted in the total any more. Kernel: `swapoff()`, mm/swapfile.c.
      !rows.contains(where: { $0.name == "swapoff" })
    else { return }
    let pages = facts.pages(max(total, 0))
    let free = facts.report.memory.freeSwap.map { facts.pages(max($0, 0)) }
    if let free, free > pages {
      contradict(
        "\(SizeFormat.grouped(free)) pages of swap are free, the host has \(SizeFormat.grouped(pages))"
      )
    } else if let free, entries <= pages, entries > pages - free + 1024 + entries / 8 {
      contradict(
        "\(most.pid) (\(most.name)) has \(SizeFormat.grouped(entries)) pages in swap, in use are "
          + "\(SizeFormat.grouped(pages - free))")
    }
    add(
      .swap, "\(SizeFormat.grouped(entries)) swap entries of \(most.pid) (\(most.name))",
      against: "\(SizeFormat.grouped(pages)) pages of swap",
      contradiction: entries <= pages
        ? nil
        : "\(most.pid) (\(most.name)) has \(SizeFormat.grouped(entries)) pages in swap, the host has "
          + "\(SizeFormat.grouped(pages))")
  }
}
