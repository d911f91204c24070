// The selection loop. Two columns are all that it reads, one row a process, in the order in which
// the kernel visits them:
//
//      row │ pages (Int64)                     │ weight (Int16)
//     ─────┼───────────────────────────────────┼──────────────────────────────────────
//        0 │ rss + swap entries + page tables, │ oom_score_adj, as the release counts it, or
//        1 │ as the release counts them        │ neverChosen: no candidate (-1000, init, kernel
//        … │                                   │ threads, the dead)
//
// The caller keeps both up to date as memory moves, so nothing is gathered before a selection. Measured
// against columns that are summed here (rss, swap and tables apart) two columns are a third faster; records
// with names in them are twice as slow.

/// The value in the `weight` column of a row that is no candidate.
public let neverChosen = Int16.min

/// Chooses among all rows.
///
/// - Parameters:
///   - pages: what the release counts of each process, in pages, below 2^52.
///   - weight: its `oom_score_adj`, or `neverChosen`.
///   - totalpages: what `oom_score_adj` is scaled with; 0 or more.
///   - rule: the badness of the release and what it does with equals.
/// - Returns: the row with the most points, or nil when no row is a candidate.
/// - Complexity: O(*n*), no allocation, no locks.
///
/// Kernel: `select_bad_process()`, mm/oom_kill.c, 2.6.36 and later.
#if !DEBUG
  @_noAllocation  // Proved over whole-module builds only: the badness lives in other files.
#endif
public func selectBadProcess(
  pages: Span<Int64>, weight: Span<Int16>, totalpages: Int64, rule: SelectionRule
) -> Victim? {
  // Both counts in locals: the precondition's closure must not capture a span.
  let count = pages.count
  let weightCount = weight.count
  precondition(weightCount == count, "the columns differ in length")
  switch (rule.badness, rule.word) {
  case (.signed, .bits64):
    return scan(SignedBadness(totalpages: totalpages), pages, weight, rule)
  case (.signed, .bits32):
    return scan(SignedBadness32(totalpages: totalpages), pages, weight, rule)
  case (.atLeastOne, .bits64):
    return scan(AtLeastOneBadness(totalpages: totalpages), pages, weight, rule)
  case (.atLeastOne, .bits32):
    return scan(AtLeastOneBadness32(totalpages: totalpages), pages, weight, rule)
  case (.perMille(let product), let word):
    let badness = PerMilleBadness(totalpages: totalpages, product: product, word: word)
    return scan(badness, pages, weight, rule)
  }
}

/// Chooses among the listed rows, going on from what earlier lists gave: the walk through a memcg's
/// descendants, one list of member rows for each group.
///
/// - Parameter chosen: what earlier lists gave, with the points that this function gave it.
/// - Complexity: O(*m*) for *m* listed rows, no allocation, no locks.
///
/// Kernel: `mem_cgroup_scan_tasks()`, mm/memcontrol.c, with `oom_evaluate_task()`, mm/oom_kill.c; before
/// 4.9 `mem_cgroup_out_of_memory()` with a walk of its own.
#if !DEBUG
  @_noAllocation
#endif
public func selectBadProcess(
  among rows: Span<Int32>, pages: Span<Int64>, weight: Span<Int16>, totalpages: Int64,
  rule: SelectionRule, after chosen: Victim?
) -> Victim? {
  switch (rule.badness, rule.word) {
  case (.signed, .bits64):
    return scan(SignedBadness(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.signed, .bits32):
    return scan(SignedBadness32(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.atLeastOne, .bits64):
    return scan(AtLeastOneBadness(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.atLeastOne, .bits32):
    return scan(AtLeastOneBadness32(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.perMille(let product), let word):
    let badness = PerMilleBadness(totalpages: totalpages, product: product, word: word)
    return scan(badness, rows, pages, weight, rule, chosen)
  }
}

@inline(__always)
private func scan(
  _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>, _ rule: SelectionRule
) -> Victim? {
  var best = Best(rule, after: nil)
  var row = 0
  let count = pages.count
  while row < count {
    let adj = weight[row]
    if adj != neverChosen {
      best.offer(badness.points(pages: pages[row], weight: adj), row: row)
    }
    row &+= 1
  }
  return best.victim
}

@inline(__always)
private func scan(
  _ badness: some Badness, _ rows: Span<Int32>, _ pages: Span<Int64>, _ weight: Span<Int16>,
  _ rule: SelectionRule, _ chosen: Victim?
) -> Victim? {
  var best = Best(rule, after: chosen)
  var index = 0
  let count = rows.count
  while index < count {
    let row = Int(rows[index])
    let adj = weight[row]
    if adj != neverChosen {
      best.offer(badness.points(pages: pages[row], weight: adj), row: row)
    }
    index &+= 1
  }
  return best.victim
}

/// The choice so far. Kernel: `oc->chosen` and `oc->chosen_points`.
private struct Best {
  private var row = -1
  private var points = Int64.min
  /// 0 where equals replace the choice, 1 where a process has to have more.
  private let more: Int64
  private let mask: Int64

  @inline(__always)
  init(_ rule: SelectionRule, after chosen: Victim?) {
    more = rule.equalsReplace ? 0 : 1
    mask = rule.holdsPointsIn32Bits ? 0xffff_ffff : -1
    if let chosen {
      row = chosen.row
      points = chosen.points
    } else if mask != -1 {
      // A scan in unsigned ints passes over 0 points, which only wrapping can give.
      points = rule.equalsReplace ? 1 : 0
    } else if rule.equalsReplace {
      // Int64.min, LONG_MIN of the kernel, is passed over.
      points = .min + 1
    }
  }

  @inline(__always)
  mutating func offer(_ full: Int64, row candidate: Int) {
    let held = full & mask
    // No overflow: points of a candidate are far above the lowest number.
    if held >= points &+ more {
      row = candidate
      points = held
    }
  }

  @inline(__always)
  var victim: Victim? { row < 0 ? nil : Victim(row: row, points: points) }
}
