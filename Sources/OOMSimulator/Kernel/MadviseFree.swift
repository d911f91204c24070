/// What `madvise(MADV_FREE)` does with the private memory of a process.
package enum MadviseFree: Equatable, Sendable {
  /// EINVAL: to 4.4.
  case unknown
  /// Reclaim may discard it, as long as any swap is free; without, it is gone at once, as with `MADV_DONTNEED`.
  case lazyWithSwap
  /// Reclaim may discard it, before anything that would have to go to swap.
  case lazy
}

extension State {
  /// Gives private memory back whose address space stays mapped, and committed as before: what is in memory first.
  ///
  /// Memory that is freed lazily counts as before until reclaim discards it, together with clean cache. What of it is in
  /// swap is gone at once.
  ///
  /// Modelled: of memory that a fork shares, or that is charged to a group that the process has left, nothing is freed
  /// lazily, and on a machine with several memory nodes all is gone at once.
  ///
  /// Kernel: `madvise_free_pte_range()` and `madvise_dontneed_single_vma()`, mm/madvise.c.
  ///
  /// - Parameters:
  ///   - pages: how much at most, nil for all.
  ///   - isLazy: `MADV_FREE`, not `MADV_DONTNEED`.
  /// - Returns: whether the release knows the advice.
  mutating func madvise(_ pages: Int64?, lazily isLazy: Bool, row: Int) -> Bool {
    let owner = tasks.owner(row)
    settleHoldings(of: owner)
    guard isLazy else {
      dontNeed(pages ?? .max, owner: owner)
      return true
    }
    let rule = rules.madviseFree
    if rule == .unknown { return false }
    if ledger.nodes != nil || (rule == .lazyWithSwap && ledger.swapRoom(MemcgTree.root) == 0) {
      dontNeed(pages ?? .max, owner: owner)
      return true
    }
    let own = heldInOwnGroup(owner).pages
    let lazily = min(pages ?? .max, own.anon)
    changeLazily(lazily, owner: owner)
    dontNeed(min((pages ?? .max) - lazily, own.swappedAnon), owner: owner)
    return true
  }

  private mutating func dontNeed(_ pages: Int64, owner: Int) {
    if pages == 0 { return }
    let before = tasks.mappings[owner].noReserveTouched
    let given = giveBack(pages, .anon, row: owner)
    tasks.remap(given, of: owner, noReserveTouched: before)
  }

  /// Lets reclaim discard private memory of a process in its own group, or no longer where the number is negative.
  mutating func changeLazily(_ pages: Int64, owner: Int) {
    if pages == 0 { return }
    ledger.change(Int(tasks.groups[owner])) {
      $0.anon -= pages
      $0.lazyFree += pages
    }
    tasks.addMMCounters(Pages(anon: -pages, lazyFree: pages), of: owner)
    // What is freed lazily has no age any more.
    if tasks.rare.ages[owner] != nil {
      let ages = heldInOwnGroup(owner).ages
      tasks.changeAges(of: owner) { $0 = ages }
    }
  }
}

extension Tasks {
  /// Maps again what of private memory is not there any more, committed as it was.
  ///
  /// - Parameter noReserveTouched: what was touched without a reserve while it was there.
  mutating func remap(_ pages: Int64, of owner: Int, noReserveTouched: Int64) {
    let unreserved = noReserveTouched - mappings[owner].noReserveTouched
    map(pages - unreserved, .private, of: owner)
    map(unreserved, .noReserve, of: owner)
  }

  /// Takes pages away that reclaim discarded.
  mutating func discard(_ pages: Int64, of owner: Int) {
    let before = mappings[owner].noReserveTouched
    giveBack(Held(pages: Pages(lazyFree: pages)), touched: pages, of: owner)
    remap(pages, of: owner, noReserveTouched: before)
  }
}

extension RulesByRelease {
  /// What `MADV_FREE` does.
  @_optimize(none)
  static var madviseFree: [RuleChange] {
    [
      RuleChange(
        .madviseFree, "2.6.11",
        "There is no MADV_FREE: EINVAL. Allocators use MADV_DONTNEED, which gives memory back at once.",
        "mm/madvise.c", "madvise_behavior_valid()"),
      RuleChange(
        .madviseFree, "4.5",
        """
        Memory freed with MADV_FREE stays, and in rss, until reclaim discards it without writing it to swap; where no \
        swap is free it goes at once.
        """,
        "mm/madvise.c", "madvise_free_single_vma()", commit: "854e9ed09ded",
        hurts: "processes that free so: their rss looks larger than what they need",
        evidence: .inferred("a tree before and the commit, whose release madvise(2) names")
      ) { $0.madviseFree = .lazyWithSwap },
      RuleChange(
        .madviseFree, "4.12",
        "It stays so without swap, too, and is reclaimed with the clean cache.",
        "mm/madvise.c", "madvise_vma()", commit: "93e06c7a6453",
        hurts: "processes that free so on machines without swap",
        evidence: .inferred("the commits before and after, whose release madvise(2) names")
      ) { $0.madviseFree = .lazy },
    ]
  }
}
