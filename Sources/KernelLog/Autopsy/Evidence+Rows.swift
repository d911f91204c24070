internal import OOMFormats
internal import OOMSimulator

// The rows of the table against one another, and against what the machine or the group has.

extension Evidence {
  mutating func checkRows(_ facts: ReportFacts, isFirst: Bool) {
    guard let table = facts.report.table, !table.isHeaderMissing else { return }
    for row in table.rows {
      guard let problem = Self.contradiction(in: row, facts) else { continue }
      let sentence = "\(row.pid) (\(row.name)): \(problem)"
      contradict(sentence)
      hasDamage(sentence)
      break
    }
    var seen: [Int64: TaskTable.Row] = [:]
    for row in table.rows {
      if let other = seen[row.pid], (other.rss, other.totalVM) != (row.rss, row.totalVM) {
        let sentence =
          "\(row.pid) stands in the table twice, with \(other.rss) and \(row.rss) pages"
        contradict(sentence)
        hasDamage(sentence)
        break
      }
      seen[row.pid] = row
    }
    let isWhole = facts.report.unreadableRows == 0 && !table.isShortened && facts.chosenRow != nil
    if isWhole, isFirst, facts.report.suppressed == 0, let missing = Self.missing(table, facts) {
      contradict(missing)
      lacksRows(missing)
    }
  }

  /// What of a row cannot be, by its own numbers or by those of the machine. Kernel: `dump_task()`, mm/oom_kill.c.
  private static func contradiction(in row: TaskTable.Row, _ facts: ReportFacts) -> String? {
    func size(_ pages: Int64) -> String {
      SizeFormat.binary(pages: max(pages, 0), pageSize: facts.pageSize)
    }
    if let anon = row.rssAnon, let file = row.rssFile, let shmem = row.rssShmem {
      let sum = anon + file + shmem
      if differ(sum, row.rss) {
        return "its row has rss \(row.rss), and rss_anon, rss_file and rss_shmem are \(sum)"
      }
    }
    if let ram = facts.report.memory.ram, row.rss > ram + 1024 {
      return "its row has \(size(row.rss)) resident, the machine \(size(ram))"
    }
    return nil
  }

  /// Rows that were left out, as by grep: what the kernel counts as anonymous memory is nowhere in the table.
  ///
  /// Each mapped page is in a process that `dump_tasks()` lists; shared memory and what is in the swap cache is on the
  /// anonymous lists and need not be mapped, so it is left out of the sum.
  private static func missing(_ table: TaskTable, _ facts: ReportFacts) -> String? {
    let report = facts.report
    // A thread has a name of its own, so where there are more rows its process may be any of them.
    if !facts.isMemcg, facts.constraint == Constraint.none, table.rows.count == 1,
      let invoker = report.invoker, invoker.pid != 1, !facts.hasRow(invoker)
    {
      return "\(invoker.name) asked and is not in the table: rows are missing"
    }
    let listed = table.rows.reduce(Int64(0)) { min($0 + max($1.rss, 0), TaskTable.most) }
    let counted: Int64
    let domain: String
    if facts.isMemcg {
      // Somebody who shortens the file may have written the rest, too.
      guard report.use.stat.count >= 5, let anon = report.use.stat["anon"] else { return nil }
      counted = anon / facts.pageSize.rawValue
      domain = "the group"
    } else {
      guard facts.constraint == Constraint.none,
        let active = report.use.pages["active_anon"],
        let inactive = report.use.pages["inactive_anon"], let shmem = report.use.pages["shmem"]
      else { return nil }
      counted = active + inactive - shmem
      domain = "the machine"
    }
    guard counted > listed + listed / 3 + 1024 else { return nil }
    let size = { (pages: Int64) in
      SizeFormat.binary(pages: max(pages, 0), pageSize: facts.pageSize)
    }
    return
      "\(domain) has \(size(counted)) of anonymous memory, the rows of the table have \(size(listed)): "
      + "rows are missing"
  }

  /// `memory.stat` counts no more of a group than its usage. Kernel: `memory_stat_format()`, mm/memcontrol.c.
  mutating func checkStat(_ facts: ReportFacts) {
    let stat = facts.report.use.stat
    guard let usage = facts.report.limits.memory?.usage, let anon = stat["anon"] else { return }
    let (sum, used) = (anon / 1024 + (stat["file"] ?? 0) / 1024, usage.rawValue)
    guard sum > used + used / 8 + 4096 else { return }
    contradict(
      "memory.stat has \(SizeFormat.binary(Kibibytes(sum))) of anonymous memory and files, the group uses "
        + "\(SizeFormat.binary(usage))")
  }
}
