/// The default of `vm.min_free_kbytes`.
///
/// `isqrt(lowmem KiB × 16)`, not under 128 and not over 262144 (65536 before 5.7).
///
/// Kernel: `calculate_min_free_kbytes()`, mm/page_alloc.c. Not modelled: khugepaged, which raises the
/// value on hosts with transparent huge pages.
func defaultMinFreeKbytes(lowmemKiB: Int64) -> Int64 {
  min(max(isqrt(lowmemKiB * 16), 128), 262_144)
}

/// The number of free pages below which an ordinary allocation fails, for a machine taken as one zone.
///
/// Kernel: `__setup_per_zone_wmarks()`, mm/page_alloc.c, `WMARK_MIN`. Not modelled: the reserve that
/// lower zones keep against allocations that could use a higher one (`lowmem_reserve_ratio`).
func minWatermark(minFreeKbytes: Int64, machine: Machine) -> Int64 {
  machine.pages(kiB: minFreeKbytes)
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
