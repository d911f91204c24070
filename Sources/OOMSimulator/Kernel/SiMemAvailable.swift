/// What a machine taken as one zone has to lend without swapping, in pages.
struct MemoryInfo: Equatable, Sendable {
  /// File: `MemTotal`.
  var total: Int64
  /// File: `MemAvailable`; before 3.14, which has no such line, what programs reckon instead: `MemFree + Cached + Buffers -
  /// Shmem`.
  var available: Int64
  /// File: `AnonPages`.
  var anon: Int64
  /// File: `SwapTotal`.
  var swapTotal: Int64
  /// File: `SwapFree`.
  var swapFree: Int64
}

/// What can be lent: free pages above the reserve, and of file pages and reclaimable slab all but half, or the low
/// watermark where that is less.
///
/// - Parameters:
///   - reserve: what is never lent: the high watermark of a machine taken as one zone. Kernel: `totalreserve_pages`.
///   - low: Kernel: `WMARK_LOW`, of all zones together.
/// - Returns: pages, 0 or more.
///
/// Kernel: `si_mem_available()`, mm/page_alloc.c, since 4.6; mm/show_mem.c since 6.6; `meminfo_proc_show()`,
/// fs/proc/meminfo.c, since 3.14.
func siMemAvailable(
  free: Int64, reserve: Int64, file: Int64, slabReclaimable: Int64, low: Int64
) -> Int64 {
  max(
    free - reserve + file - min(file / 2, low) + slabReclaimable - min(slabReclaimable / 2, low), 0)
}

extension State {
  /// What /proc/meminfo says.
  var memoryInfo: MemoryInfo {
    var (file, slab, anon) = (Int64(0), Int64(0), Int64(0))
    for account in ledger.accounts {
      file += account.pages.cache + account.pages.file
      slab += account.pages.slabReclaimable
      anon += account.pages.anon + account.pages.locked + account.pages.lazyFree
    }
    ledger.effort.add(ledger.accounts.count)
    let marks = lowAndHighWatermark(
      min: minWatermark, managed: machine.memory, step: rules.watermarks.step)
    let available =
      rules.proc.hasMemAvailable
      ? siMemAvailable(
        free: free, reserve: marks.high, file: file, slabReclaimable: slab, low: marks.low)
      : free + file
    return MemoryInfo(
      total: machine.memory, available: available, anon: anon, swapTotal: machine.swap,
      swapFree: max(machine.swap - ledger.accounts[MemcgTree.root].swapUsage, 0))
  }
}

extension RulesByRelease {
  /// Whether /proc/meminfo has `MemAvailable`, by which killers of user space go.
  @_optimize(none)
  static var memAvailable: [RuleChange] {
    [
      RuleChange(
        .memAvailable, "2.6.11", "What can be lent is reckoned from MemFree, Cached and Buffers.",
        "fs/proc/meminfo.c", "meminfo_proc_show()"),
      RuleChange(
        .memAvailable, "3.14", "/proc/meminfo has MemAvailable.", "fs/proc/meminfo.c",
        "meminfo_proc_show()", hurts: "earlyoom, which reckons with MemFree and Cached before that"
      ) { $0.proc.hasMemAvailable = true },
    ]
  }
}
