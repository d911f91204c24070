// Counters that each CPU keeps a part of: a reader that does not sum them is off by what the CPUs hold back.

/// Pages that a CPU holds back of an rss counter: 6.2 to 6.19, whose OOM killer reads without summing.
///
/// Kernel: `percpu_counter_batch`, lib/percpu_counter.c; commit f1a7941243c1.
package func rssBatch(cpus: Int64) -> Int64 { max(32, 2 * cpus) }

/// Pages that a CPU holds back of `Committed_AS`, since 3.11.
///
/// - Parameters:
///   - isStrict: `vm.overcommit_memory` is 2.
///   - dependsOnMode: since 5.9 the batch is larger in the other modes.
///
/// Kernel: `mm_compute_batch()`, mm/mm_init.c.
package func committedBatch(
  totalram: Int64, cpus: Int64, isStrict: Bool, dependsOnMode: Bool
) -> Int64 {
  let share = totalram / max(cpus, 1) / (dependsOnMode && !isStrict ? 4 : 256)
  return max(rssBatch(cpus: cpus), min(share, Int64(Int32.max)))
}

/// How far such a counter can be off at most, in pages.
package func percpuError(cpus: Int64, batch: Int64) -> Int64 { cpus * (batch - 1) }
