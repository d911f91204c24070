/// One process as the kernel's loop sees it.
struct ReferenceTask: Equatable {
  var rss: Int64
  var swapents: Int64
  var pgtables: Int64
  var oomScoreAdj: Int16
  var isUnkillable: Bool
}

/// Selection as the rule book describes it, line by line and without any thought of speed: badness is
/// worked out from its terms, one task after the other, and compared as `oom_evaluate_task()` does.
///
/// Kernel: mm/oom_kill.c, 5.9 and later: `oom_badness()`, `oom_evaluate_task()`, `select_bad_process()`.
func referenceSelection(_ tasks: [ReferenceTask], totalpages: Int64) -> (row: Int, points: Int64)? {
  var chosen: Int?
  var chosenPoints = Int64.min
  for (row, task) in tasks.enumerated() {
    var points = Int64.min
    if !task.isUnkillable {
      if task.oomScoreAdj != -1000 {
        points = task.rss
        points += task.swapents
        points += task.pgtables
        let unit = totalpages / 1000
        let adj = Int64(task.oomScoreAdj) * unit
        points += adj
      }
    }
    if points == Int64.min { continue }
    if points < chosenPoints { continue }
    chosen = row
    chosenPoints = points
  }
  return chosen.map { ($0, chosenPoints) }
}
