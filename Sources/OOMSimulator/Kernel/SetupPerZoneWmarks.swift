/// The default of `vm.min_free_kbytes`.
///
/// `isqrt(lowmem KiB × 16)`, not under 128 and not over `most`.
///
/// - Parameter most: 262144, and 65536 before 5.7.
///
/// Kernel: `calculate_min_free_kbytes()`, mm/page_alloc.c. Not modelled: khugepaged, which raises the
/// value on hosts with transparent huge pages.
func defaultMinFreeKbytes(lowmem: Kibibytes, most: Kibibytes = 262_144) -> Kibibytes {
  Kibibytes(min(max(isqrt(lowmem.rawValue * 16), 128), most.rawValue))
}

/// The number of free pages below which an ordinary allocation fails, for a machine taken as one zone.
///
/// Kernel: `__setup_per_zone_wmarks()`, mm/page_alloc.c, `WMARK_MIN`. Not modelled: the reserve that
/// lower zones keep against allocations that could use a higher one (`lowmem_reserve_ratio`).
func minWatermark(minFreeKbytes: Kibibytes, machine: Machine) -> Int64 {
  machine.pages(minFreeKbytes)
}

/// How far apart the watermarks of a zone are.
package enum WatermarkStep: Equatable, Sendable {
  /// A quarter of the min watermark to low, half to high: to 4.5.
  case quarterOfMin
  /// The larger of a quarter and 0.1 % of the zone (`vm.watermark_scale_factor` 10): since 4.6.
  case scaled
}

/// The low and the high watermark of a machine taken as one zone, in pages.
///
/// Kernel: `__setup_per_zone_wmarks()`, mm/page_alloc.c.
func lowAndHighWatermark(
  min: Int64, managed: Int64, step rule: WatermarkStep
) -> (low: Int64, high: Int64) {
  switch rule {
  case .quarterOfMin: return (min + min / 4, min + min / 2)
  case .scaled:
    let step = max(min / 4, managed / 1000)
    return (min + step, min + 2 * step)
  }
}

/// Floor of the square root of a number that is not negative.
///
/// Kernel: `int_sqrt()`, lib/math/int_sqrt.c.
func isqrt(_ number: Int64) -> Int64 {
  guard number > 1 else { return max(number, 0) }
  // Newton's steps come down to the root from any start above it.
  var root = Int64(1) << ((64 - number.leadingZeroBitCount + 1) / 2)
  while true {
    let next = (root + number / root) / 2
    if next >= root { return root }
    root = next
  }
}

extension RulesByRelease {
  /// Where the watermarks are.
  @_optimize(none)
  static var watermarks: [RuleChange] {
    [
      RuleChange(
        .watermarks, "2.6.11",
        "vm.min_free_kbytes is at most 65536 by default; high is min and a half.",
        "mm/page_alloc.c", "__setup_per_zone_wmarks()"),
      RuleChange(
        .watermarks, "4.6",
        "Low and high are 0.1 % of the zone apart, or a quarter of min if that is more.",
        "mm/page_alloc.c", "__setup_per_zone_wmarks()",
        hurts: "requests in mode 0 to 5.1: the high watermark is their reserve", adds: true
      ) { $0.watermarks.step = .scaled },
      RuleChange(
        .watermarks, "5.7", "vm.min_free_kbytes is at most 262144 by default.",
        "mm/page_alloc.c", "init_per_zone_wmark_min()",
        hurts: "machines above 256 GiB: memory ends earlier", adds: true
      ) { $0.watermarks.mostMinFreeKbytes = 262_144 },
    ]
  }
}
