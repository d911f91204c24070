/// `totalpages` of an OOM inside a memcg: its limit and the swap that it can have.
///
/// Limits of ancestors and the size of the machine do not count. Without a limit the kernel's
/// "unlimited" is the limit.
///
/// - Parameters:
///   - max: `memory.max` in pages, `Cgroup.unlimited` when not set.
///   - swapMax: `memory.swap.max` in pages.
///   - swappiness: 0 leaves swap out of the sum; `vm.swappiness` on version 2.
///
/// Kernel: `mem_cgroup_get_max()`, mm/memcontrol.c, version 2 since 5.10.
public func memCgroupGetMax(
  max: Int64, swapMax: Int64, totalSwap: Int64, swappiness: Int64, pageSize: Int64 = 4096
) -> Int64 {
  let limit = Swift.min(max, pageCounterMax(pageSize: pageSize))
  guard swappiness != 0 else { return limit }
  return limit + Swift.min(swapMax, totalSwap)
}

/// Kernel: `PAGE_COUNTER_MAX`, include/linux/page_counter.h.
func pageCounterMax(pageSize: Int64) -> Int64 { Int64.max / pageSize }
