// The selection loop. Two columns are all that it reads, one row a process, in the order in which
// the kernel visits them:
//
//      row │ pages (Int64)                     │ oomScoreAdj (Int16)
//     ─────┼───────────────────────────────────┼──────────────────────────────────────
//        0 │ rss + swap entries + page tables  │ -999 … 1000, or
//        1 │ …                                 │ ≤ -1000: no candidate (neverChosen marks
//        … │                                   │ init, kernel threads and the dead)
//
// The caller keeps `pages` up to date as memory moves, so nothing is gathered before a selection.
// Measured against columns that are summed here (rss, swap and tables apart) two columns are a third
// faster; records with names in them are twice as slow.

/// The value in the `oomScoreAdj` column of a row that is no candidate whatever its setting.
public let neverChosen = Int16.min

/// Chooses among all rows, the last of equals.
///
/// - Parameters:
///   - pages: rss + swap entries + page tables of each process, in pages.
///   - oomScoreAdj: `oom_score_adj` of each process; -1000 and less is no candidate.
///   - totalpages: what `oom_score_adj` is scaled with; 0 or more.
/// - Returns: the row with the most points, or nil when no row is a candidate.
/// - Complexity: O(*n*), no allocation, no locks.
///
/// Kernel: `select_bad_process()`, mm/oom_kill.c, 5.9 and later.
#if !DEBUG
  @_noAllocation  // Proved over whole-module builds only: the badness lives in another file.
#endif
public func selectBadProcess(
  pages: Span<Int64>, oomScoreAdj: Span<Int16>, totalpages: Int64
) -> Victim? {
  // Both counts in locals: the precondition's closure must not capture a span.
  let count = pages.count
  let adjCount = oomScoreAdj.count
  precondition(adjCount == count, "the columns differ in length")
  let badness = SignedBadness(totalpages: totalpages)
  var row = -1
  var chosenPoints = Int64.min
  var i = 0
  while i < count {
    let adj = oomScoreAdj[i]
    if adj > -1000 {
      let points = badness.points(pages: pages[i], oomScoreAdj: adj)
      // oom_evaluate_task() passes a task over when points < chosen_points: equals replace.
      if points >= chosenPoints {
        row = i
        chosenPoints = points
      }
    }
    i &+= 1
  }
  return row < 0 ? nil : Victim(row: row, points: chosenPoints)
}

/// Chooses among the listed rows, going on from what earlier lists gave: the walk through a memcg's
/// descendants, one list of member rows for each group.
///
/// - Complexity: O(*m*) for *m* listed rows, no allocation, no locks.
///
/// Kernel: `mem_cgroup_scan_tasks()`, mm/memcontrol.c, with `oom_evaluate_task()`, mm/oom_kill.c.
#if !DEBUG
  @_noAllocation
#endif
public func selectBadProcess(
  among rows: Span<Int32>, pages: Span<Int64>, oomScoreAdj: Span<Int16>, totalpages: Int64,
  after chosen: Victim?
) -> Victim? {
  let badness = SignedBadness(totalpages: totalpages)
  var row = -1
  var chosenPoints = Int64.min
  if let chosen {
    row = chosen.row
    chosenPoints = chosen.points
  }
  var i = 0
  let count = rows.count
  while i < count {
    let candidate = Int(rows[i])
    let adj = oomScoreAdj[candidate]
    if adj > -1000 {
      let points = badness.points(pages: pages[candidate], oomScoreAdj: adj)
      if points >= chosenPoints {
        row = candidate
        chosenPoints = points
      }
    }
    i &+= 1
  }
  return row < 0 ? nil : Victim(row: row, points: chosenPoints)
}
