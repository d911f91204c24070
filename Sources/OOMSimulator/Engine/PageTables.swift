// The page tables of a process whose size is not given. Modelled: calibrated against processes of real
// kernels (6.1 and 6.12 on x86-64), where they are within one or two pages of 9 + one for each 512
// touched pages for memory that is touched in one piece; sparse use needs more.

/// Tables of a process that has touched nothing yet: its program, its stack and the upper levels.
let pageTablesOfAnEmptyProcess: Int64 = 9

/// The upper levels of the tables of a process that does not give them: two PUD pages for the low and the
/// high end of its address space, three PMD pages for its program, its mappings and its stack.
let upperTablesOfAProcess = PageTableLevels(pmd: 3, pud: 2)

/// Pages that one last-level table maps: 512 of 4 KiB, entries of 8 bytes. Kernel: `PTRS_PER_PTE`.
func pagesPerPageTable(pageSize: Int64) -> Int64 { pageSize / 8 }

/// Last-level tables for a number of touched pages.
func lastLevelTables(touched: Int64, pagesPerTable: Int64) -> Int64 {
  (touched + pagesPerTable - 1) / pagesPerTable
}

/// How many more pages can be touched when `room` has to hold them and their tables.
///
/// - Returns: the largest `n` of at most `wanted` with `n + tables(touched + n) - tables(touched) ≤ room`.
func touchable(
  _ wanted: Int64, touched: Int64, room: Int64, pagesPerTable: Int64
) -> Int64 {
  func cost(_ pages: Int64) -> Int64 {
    pages + lastLevelTables(touched: touched + pages, pagesPerTable: pagesPerTable)
      - lastLevelTables(touched: touched, pagesPerTable: pagesPerTable)
  }
  if cost(wanted) <= room { return wanted }
  // One table costs at most one page in 512, so the answer is this close to the room.
  var low = max(room - room / pagesPerTable - 2, 0)
  var high = min(room, wanted)
  while low < high {
    let middle = low + (high - low + 1) / 2
    if cost(middle) <= room { low = middle } else { high = middle - 1 }
  }
  return max(low, 0)
}
