// The page tables of a process whose size is not given. Modelled: calibrated against processes of real
// kernels (6.1 and 6.12 on x86-64), where they are within one or two pages of 9 + one for each 512
// touched pages for memory that is touched in one piece; sparse use needs more.

/// Tables of a process that has touched nothing yet: its program, its stack and the upper levels.
let pageTablesOfAnEmptyProcess: Int64 = 9

/// The upper levels of the tables of a process that does not give them: two PUD pages for the low and the
/// high end of its address space, three PMD pages for its program, its mappings and its stack.
let upperTablesOfAProcess = PageTableLevels(pmd: 3, pud: 2)

/// Pages that one last-level table maps: 512 of 4 KiB, entries of 8 bytes. Kernel: `PTRS_PER_PTE`.
func pagesPerPageTable(pageSize: Bytes) -> Int64 { pageSize.rawValue / 8 }

/// Last-level tables for a number of touched pages.
func lastLevelTables(touched: Int64, pagesPerTable: Int64) -> Int64 {
  (touched + pagesPerTable - 1) / pagesPerTable
}

/// The largest of 0 to `wanted` for which a condition holds that, once it fails, fails for all that is larger;
/// 0 where it does not even hold there.
func most(_ wanted: Int64, where holds: (Int64) -> Bool) -> Int64 {
  if holds(wanted) { return wanted }
  var (low, high): (Int64, Int64) = (0, wanted)
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if holds(middle) { low = middle } else { high = middle }
  }
  return low
}
