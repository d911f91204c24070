/// What `oom_score_adj` is scaled with in an OOM inside a memcg.
///
/// Kernel: `mem_cgroup_get_limit()`, `mem_cgroup_get_max()` since 4.18, mm/memcontrol.c.
public enum MemcgTotalpages: Equatable, Sendable {
  /// The swap is added in pages where bytes are meant, so that it hardly counts: 2.6.36 and 2.6.37.
  case swapAsBytes
  /// The limit and all swap, not above the limit of both: 2.6.38 to 3.6, commit f3e8eb70b18.
  case limitAndSwap
  /// The same; swappiness 0 leaves swap out: 3.7 to 5.9, commit 9a5a8f19b43. `memory.swap.max` counts
  /// since 4.5, as the limit of both did before.
  case limitAndSwapUnlessUnswappable
  /// `memory.max` and the swap that the group can have: since 5.10.
  case maxAndSwapMax
}

/// `totalpages` of an OOM inside a memcg: its limit and the swap that it can have.
///
/// Limits of ancestors and the size of the machine do not count. Without a limit the kernel's
/// "unlimited" is the limit.
///
/// - Parameters:
///   - max: the limit in pages, `Cgroup.unlimited` when not set.
///   - swapMax: swap that the group can have beside it, in pages.
///   - swappiness: `vm.swappiness`, or the group's own on version 1.
public func memCgroupGetMax(
  max: Int64, swapMax: Int64, totalSwap: Int64, swappiness: Int64, pageSize: Int64 = 4096,
  rule: MemcgTotalpages = .maxAndSwapMax
) -> Int64 {
  let top = pageCounterMax(pageSize: pageSize)
  let limit = Swift.min(max, top)
  // memory.memsw.limit_in_bytes of version 1: memory and swap together.
  let (sum, overflow) = limit.addingReportingOverflow(swapMax)
  let memsw = overflow ? top : Swift.min(sum, top)
  switch rule {
  case .swapAsBytes:
    // In bytes; what does not fit 63 bits is unlimited, and so is its limit of both.
    if limit == top { return memsw }
    return Swift.min(limit + totalSwap / pageSize, memsw)
  case .limitAndSwap:
    return Swift.min(limit + totalSwap, memsw)
  case .limitAndSwapUnlessUnswappable:
    return swappiness == 0 ? limit : Swift.min(limit + Swift.min(swapMax, totalSwap), memsw)
  case .maxAndSwapMax:
    return swappiness == 0 ? limit : limit + Swift.min(swapMax, totalSwap)
  }
}

/// Kernel: `PAGE_COUNTER_MAX`, include/linux/page_counter.h.
func pageCounterMax(pageSize: Int64) -> Int64 { Int64.max / pageSize }
