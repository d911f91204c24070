/// What `oom_score_adj` is scaled with in an OOM inside a memcg.
///
/// Kernel: `mem_cgroup_get_limit()`, `mem_cgroup_get_max()` since 4.18, mm/memcontrol.c.
package enum MemcgTotalpages: Equatable, Sendable {
  /// The swap is added in pages where bytes are meant, so that it hardly counts: 2.6.36 and 2.6.37.
  case swapAsBytes
  /// The limit and all swap, not above the limit of both: 2.6.38 to 3.6, commit f3e8eb70b18.
  case limitAndSwap
  /// The same; swappiness 0 leaves swap out: 3.7 to 5.9. `memory.swap.max` counts
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
package func memCgroupGetMax(
  max: Int64, swapMax: Int64, totalSwap: Int64, swappiness: Int64, pageSize: Bytes = 4096,
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
    return Swift.min(limit + pageSize.pages(Bytes(totalSwap)), memsw)
  case .limitAndSwap:
    return Swift.min(limit + totalSwap, memsw)
  case .limitAndSwapUnlessUnswappable:
    return swappiness == 0 ? limit : Swift.min(limit + Swift.min(swapMax, totalSwap), memsw)
  case .maxAndSwapMax:
    return swappiness == 0 ? limit : limit + Swift.min(swapMax, totalSwap)
  }
}

/// Kernel: `PAGE_COUNTER_MAX`, include/linux/page_counter.h.
func pageCounterMax(pageSize: Bytes) -> Int64 { pageSize.pages(Bytes(.max)) }

extension State {
  /// Kernel: `oc->totalpages = mem_cgroup_get_max(oc->memcg) ?: 1`.
  func memcgTotalpages(_ domain: Int) -> Int64 {
    let limits = ledger.limits[domain]
    return max(
      memCgroupGetMax(
        max: limits.max, swapMax: swapMax(of: limits), totalSwap: machine.swap,
        swappiness: limits.swappiness ?? vm.swappiness, pageSize: machine.pageSize,
        rule: rules.constraint.memcgTotalpages), 1)
  }

  /// Swap that a group can have beside its limit; on version 1 what its limit of both leaves.
  private func swapMax(of limits: Ledger.Limits) -> Int64 {
    if limits.memsw == Cgroup.unlimited || limits.max == Cgroup.unlimited { return limits.swapMax }
    return limits.memsw - limits.max
  }
}

extension RulesByRelease {
  /// What `oom_score_adj` is scaled with in an OOM of a memory cgroup.
  @_optimize(none)
  static var memcgTotalpages: [RuleChange] {
    [
      RuleChange(
        .memcgTotalpages, "2.6.25", "Points are not scaled with it.", "mm/oom_kill.c", "badness()"),
      RuleChange(
        .memcgTotalpages, "2.6.36", "The limit; swap is added in pages where bytes are meant.",
        "mm/memcontrol.c", "mem_cgroup_get_limit()", hurts: "nobody in particular",
        follows: .badness),
      RuleChange(
        .memcgTotalpages, "2.6.38", "The limit and all swap, not above the limit of both.",
        "mm/memcontrol.c", "mem_cgroup_get_limit()", commit: "f3e8eb70b18",
        hurts: "members with a higher oom_score_adj: it weighs more with swap"
      ) { $0.constraint.memcgTotalpages = .limitAndSwap },
      RuleChange(
        .memcgTotalpages, "3.7",
        "The limit and all swap, not above the limit of both; swappiness 0 leaves swap out.",
        "mm/memcontrol.c", "mem_cgroup_get_limit()",
        hurts: "larger members: oom_score_adj weighs less",
        evidence: .inferred("3.6.5 and 3.8.13")
      ) { $0.constraint.memcgTotalpages = .limitAndSwapUnlessUnswappable },
      RuleChange(
        .memcgTotalpages, "4.5",
        "The limit and its swap, memory.swap.max at most on version 2; swappiness 0 leaves swap out.",
        "mm/memcontrol.c", "mem_cgroup_get_limit()",
        hurts: "nobody in particular", follows: .memcg),
      RuleChange(
        .memcgTotalpages, "5.10", "memory.max and the smaller of memory.swap.max and all swap.",
        "mm/memcontrol.c", "mem_cgroup_get_max()", hurts: "nobody in particular"
      ) { $0.constraint.memcgTotalpages = .maxAndSwapMax },
    ]
  }
}
