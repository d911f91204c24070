/// What `/proc/PID/oom_score` shows: 666 for an idle process, 0 for one that is no candidate.
///
/// Always by the machine's totals, inside a memcg, too.
///
/// - Parameters:
///   - points: badness by the machine's totals in pages; `Int64.min` when the process is no candidate.
///   - totalpages: RAM + swap in pages; 0 counts as 1.
///
/// Kernel: `proc_oom_score()`, fs/proc/base.c, since 5.9, commit 9066e5cfb73c.
public func procOOMScore(points: Int64, totalpages: Int64) -> Int64 {
  if points == .min { return 0 }
  return (1000 + points * 1000 / max(totalpages, 1)) * 2 / 3
}
