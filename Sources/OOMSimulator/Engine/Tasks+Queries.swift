internal import VictimSelection

// What is read of the columns, and what selection's columns are derived from.

extension Tasks {
  func owner(_ row: Int) -> Int { owners.isEmpty ? row : owners[row] ?? row }

  /// The rows that use the same address space, in task order.
  func usersOfMM(_ row: Int) -> [Int] {
    let owner = owner(row)
    return sharers[owner] ?? [owner]
  }

  func threads(of row: Int) -> Int64 { rare.threads[row] ?? 1 }

  func isAlive(_ row: Int) -> Bool { states[row] == .running }

  /// Whether it is still in the kernel's list: running, or dying with its memory not back.
  func hasNotExited(_ row: Int) -> Bool { states[row] == .running || states[row] == .dying }

  func isKernelThread(_ row: Int) -> Bool { flags[row].contains(.kernelThread) }

  func isInSwapoff(_ row: Int) -> Bool { flags[row].contains(.swapoff) && isAlive(row) }

  func capabilities(_ row: Int) -> Capabilities {
    flags[row].capabilities ?? (uids[row] == 0 ? .all : [])
  }

  /// Whether the memory of a row's address space is still there.
  func hasMemory(_ owner: Int) -> Bool {
    // A kernel thread that borrows an address space does not keep it: its users are gone, it is reaped.
    usersOfMM(owner).contains { hasNotExited($0) && (!isKernelThread($0) || owner == $0) }
  }

  /// Address space in pages; where `total_vm` was given as less than what is touched, down to 0. Kernel: `mm->total_vm`.
  func totalVM(_ row: Int) -> Int64 {
    let owner = owner(row)
    // Most scenarios map nothing that is not touched.
    return mappings.isEmpty
      ? mms[owner].touched : max(mms[owner].touched + mappings[owner].untouchedVM, 0)
  }

  /// What an address space adds to `Committed_AS`.
  func committed(_ owner: Int) -> Int64 { mms[owner].anonAndSwap + mappings[owner].commitBeside }

  /// Page tables that are not needed any more when touched pages are given back.
  func tablesFreed(by pages: Int64, of owner: Int) -> Int64 {
    let touched = mms[owner].touched
    return lastLevelTables(touched: touched, pagesPerTable: pagesPerTable)
      - lastLevelTables(touched: touched - pages, pagesPerTable: pagesPerTable)
  }

  // MARK: What selection reads

  /// The counters of an address space as the killer reads them. Kernel: `get_mm_counter()`, include/linux/mm.h.
  func counters(_ owner: Int) -> MM {
    holdsBack ? heldBack[owner].read(mms[owner]) : mms[owner]
  }

  /// What an address space counts for, in pages.
  func sum(_ owner: Int) -> Int64 { counters(owner).rssAndSwap + countedTables(owner: owner) }

  /// The pages of a row as a selection counts them.
  func countedPages(_ row: Int, of sum: Int64) -> Int64 {
    if hasThousandPoints(row) { return 0 }
    if rules.badness.rootBonus != .ofOwnUse { return sum }
    return rules.badness.rootBonus.pages(
      sum, isAdmin: capabilities(row).contains(.sysAdmin), word: word)
  }

  /// `oom_score_adj` as a selection counts it, of a process that is a candidate; of others `neverChosen`.
  func countedWeight(_ row: Int) -> Int16 {
    isAlive(row) && ineligibility(row) == nil ? weight(row) : neverChosen
  }

  /// `oom_score_adj` as a selection counts it.
  func weight(_ row: Int) -> Int16 {
    if hasThousandPoints(row) { return 1000 }
    let adj = effectiveAdj(row)
    if rules.badness.rootBonus != .ofTotal { return adj }
    return rules.badness.rootBonus.weight(adj, isAdmin: capabilities(row).contains(.sysAdmin))
  }

  /// A process in swapoff of 2.6.36 to 2.6.39: 1000 points, whatever it uses.
  private func hasThousandPoints(_ row: Int) -> Bool {
    rules.selection.swapoff == .thousandPoints && flags[row].contains(.swapoff)
  }

  /// Page tables that the release counts as points.
  func countedTables(owner: Int) -> Int64 {
    let rule = rules.badness.pageTables
    return rule == .all ? mms[owner].pageTables : rule.pages(tableLevels(owner: owner))
  }

  /// Page tables by level, as far as they are known: all of a size that was given is of the last level.
  func tableLevels(owner: Int) -> PageTableLevels {
    let tables = mms[owner].pageTables
    let isDerived = flags[owner].contains(.derivedTables) && tables > 0
    guard let upper = isDerived ? upperTablesOfAProcess : rare.upperTables[owner] else {
      return PageTableLevels(pte: tables)
    }
    return PageTableLevels(pte: max(tables - upper.total, 0), pmd: upper.pmd, pud: upper.pud)
  }
}
