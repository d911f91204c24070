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
  case (.atLeastOne, .bits64) where rule.holdsPointsIn32Bits:
    return scan(AtLeastOneBadnessHeldIn32Bits(totalpages: totalpages), pages, weight, rule)
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
package func selectBadProcess(
  among rows: Span<Int32>, pages: Span<Int64>, weight: Span<Int16>, totalpages: Int64,
  rule: SelectionRule, after chosen: Victim?
) -> Victim? {
  switch (rule.badness, rule.word) {
  case (.signed, .bits64):
    return scan(SignedBadness(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.signed, .bits32):
    return scan(SignedBadness32(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.atLeastOne, .bits64) where rule.holdsPointsIn32Bits:
    let badness = AtLeastOneBadnessHeldIn32Bits(totalpages: totalpages)
    return scan(badness, rows, pages, weight, rule, chosen)
  case (.atLeastOne, .bits64):
    return scan(AtLeastOneBadness(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.atLeastOne, .bits32):
    return scan(AtLeastOneBadness32(totalpages: totalpages), rows, pages, weight, rule, chosen)
  case (.perMille(let product), let word):
    let badness = PerMilleBadness(totalpages: totalpages, product: product, word: word)
    return scan(badness, rows, pages, weight, rule, chosen)
  }
}

/// Rows that are looked at together: first only for their maximum, which hardly ever beats the choice.
private let blockLength = 256

@inline(__always)
private func scan(
  _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>, _ rule: SelectionRule
) -> Victim? {
  var best = Best(rule, after: nil)
  let count = pages.count
  // The last block whose most equals the choice: looked into at the end, when a later one or more points cannot
  // make that superfluous.
  var tied = -1
  var begin = 0
  while begin < count {
    let end = min(begin &+ blockLength, count)
    // Of a few thousand rows a processor remembers which are candidates; of more each wrong guess costs more
    // than all the arithmetic.
    if count <= 8192, isMostlyNeverChosen(weight, begin, end) {
      if best.search(badness, pages, weight, begin, end) { tied = -1 }
      begin = end
      continue
    }
    let most = mostPoints(badness, pages, weight, begin, end)
    if best.isBeaten(by: most) {
      if best.isEqual(to: most) {
        tied = begin
      } else if best.take(most, badness, pages, weight, begin, end) {
        tied = -1
      } else if best.search(badness, pages, weight, begin, end) {
        // The most was that of a row that is no candidate.
        tied = -1
      }
    }
    begin = end
  }
  if tied >= 0 { best.settle(badness, pages, weight, tied, min(tied &+ blockLength, count)) }
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

// Both columns are as long as the rows that these four are asked for: `selectBadProcess` has tested it.

/// Whether hardly any row is a candidate, as a sample tells: then each is asked before anything is worked out.
@inline(__always)
private func isMostlyNeverChosen(_ weight: Span<Int16>, _ begin: Int, _ end: Int) -> Bool {
  let quarter = (end &- begin) / 4
  var count = 0
  for part in 0..<4 where unsafe weight[unchecked: begin &+ part &* quarter] == neverChosen {
    count &+= 1
  }
  return count >= 3
}

/// Whether none of four rows is a candidate.
@inline(__always)
private func isNobody(_ weight: Span<Int16>, _ row: Int) -> Bool {
  let (a, b) = unsafe (weight[unchecked: row], weight[unchecked: row &+ 1])
  let (c, d) = unsafe (weight[unchecked: row &+ 2], weight[unchecked: row &+ 3])
  return (a ^ neverChosen) | (b ^ neverChosen) | (c ^ neverChosen) | (d ^ neverChosen) == 0
}

/// The most points of some rows, those that are no candidates counted by their weight of -32768: never less than
/// the most of the candidates.
@inline(__always)
private func mostPoints(
  _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>, _ begin: Int, _ end: Int
) -> Int64 {
  let first = unsafe weight[unchecked: begin]
  // Most processes have the weight of their neighbours; then nothing has to be multiplied.
  if badness.isOrdered, unsafe first == weight[unchecked: end &- 1],
    unsafe first == weight[unchecked: (begin &+ end) / 2], areEqual(weight, begin, end)
  {
    return badness.points(pages: mostPages(pages, begin, end), weight: first)
  }
  // Four at a time, so that no maximum waits for the last one.
  var (a, b, c, d) = (Int64.min, Int64.min, Int64.min, Int64.min)
  var row = begin
  while row &+ 4 <= end {
    unsafe a = max(a, badness.points(pages: pages[unchecked: row], weight: weight[unchecked: row]))
    unsafe b = max(
      b, badness.points(pages: pages[unchecked: row &+ 1], weight: weight[unchecked: row &+ 1]))
    unsafe c = max(
      c, badness.points(pages: pages[unchecked: row &+ 2], weight: weight[unchecked: row &+ 2]))
    unsafe d = max(
      d, badness.points(pages: pages[unchecked: row &+ 3], weight: weight[unchecked: row &+ 3]))
    row &+= 4
  }
  while row < end {
    unsafe a = max(a, badness.points(pages: pages[unchecked: row], weight: weight[unchecked: row]))
    row &+= 1
  }
  return max(max(a, b), max(c, d))
}

@inline(__always)
private func areEqual(_ weight: Span<Int16>, _ begin: Int, _ end: Int) -> Bool {
  let first = unsafe weight[unchecked: begin]
  var difference: Int16 = 0
  var row = begin
  while row < end {
    unsafe difference |= weight[unchecked: row] ^ first
    row &+= 1
  }
  return difference == 0
}

@inline(__always)
private func mostPages(_ pages: Span<Int64>, _ begin: Int, _ end: Int) -> Int64 {
  var (a, b, c, d) = (Int64.min, Int64.min, Int64.min, Int64.min)
  var row = begin
  while row &+ 4 <= end {
    unsafe a = max(a, pages[unchecked: row])
    unsafe b = max(b, pages[unchecked: row &+ 1])
    unsafe c = max(c, pages[unchecked: row &+ 2])
    unsafe d = max(d, pages[unchecked: row &+ 3])
    row &+= 4
  }
  while row < end {
    unsafe a = max(a, pages[unchecked: row])
    row &+= 1
  }
  return max(max(a, b), max(c, d))
}

/// The choice so far. Kernel: `oc->chosen` and `oc->chosen_points`.
struct Best {
  private var row = -1
  private var points = Int64.min
  /// 0 where equals replace the choice, 1 where a process has to have more.
  private let more: Int64

  @inline(__always)
  init(_ rule: SelectionRule, after chosen: Victim?) {
    more = rule.equalsReplace ? 0 : 1
    if let chosen {
      row = chosen.row
      points = chosen.points
    } else if rule.holdsPointsIn32Bits {
      // A scan in unsigned ints passes over 0 points, which only wrapping can give.
      points = rule.equalsReplace ? 1 : 0
    } else if rule.equalsReplace {
      // Int64.min, LONG_MIN of the kernel, is passed over.
      points = .min + 1
    }
  }

  @inline(__always)
  func isBeaten(by held: Int64) -> Bool {
    // No overflow: points of a candidate are far above the lowest number.
    held >= points &+ more
  }

  @inline(__always)
  func isEqual(to held: Int64) -> Bool { held == points }

  @inline(__always)
  mutating func offer(_ held: Int64, row candidate: Int) {
    if isBeaten(by: held) {
      row = candidate
      points = held
    }
  }

  /// Takes the candidate that the scan would end with of some rows of which the most points are known.
  ///
  /// - Returns: false when no candidate has as many.
  @inline(__always)
  mutating func take(
    _ most: Int64, _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>,
    _ begin: Int, _ end: Int
  ) -> Bool {
    var at = more == 0 ? end &- 1 : begin
    let step = more == 0 ? -1 : 1
    while at >= begin, at < end {
      if weight[at] != neverChosen, badness.points(pages: pages[at], weight: weight[at]) == most {
        row = at
        points = most
        return true
      }
      at &+= step
    }
    return false
  }

  /// Takes the last candidate of a block with as many points as the choice, where equals replace it.
  @inline(__always)
  mutating func settle(
    _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>, _ begin: Int, _ end: Int
  ) {
    if take(points, badness, pages, weight, begin, end) { return }
    // Only a row that is no candidate has as many: one of an earlier block may be a candidate.
    _ = search(badness, pages, weight, row &+ 1, begin)
  }

  /// Looks at rows one by one.
  ///
  /// - Returns: whether one of them is the choice now.
  @inline(__always)
  mutating func search(
    _ badness: some Badness, _ pages: Span<Int64>, _ weight: Span<Int16>, _ begin: Int, _ end: Int
  ) -> Bool {
    let before = self.row
    var row = begin
    while row < end {
      if row &+ 4 <= end, isNobody(weight, row) {
        row &+= 4
        continue
      }
      // The caller's rows are those of both columns.
      let adj = unsafe weight[unchecked: row]
      if adj != neverChosen {
        unsafe offer(badness.points(pages: pages[unchecked: row], weight: adj), row: row)
      }
      row &+= 1
    }
    return self.row != before
  }

  @inline(__always)
  var victim: Victim? { row < 0 ? nil : Victim(row: row, points: points) }
}
