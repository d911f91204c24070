// A process that touches pages again that it has had: they become the youngest, and those in swap are read back.

extension State {
  /// Touches the oldest pages of one kind that a process has, as many as are due. Those of them that are in swap are
  /// read back, after the others: what makes room for them is what was touched longest ago by then. Each is charged to
  /// the group that had it.
  ///
  /// Modelled: a page in swap is older than any in memory, and of the latter those in the process's own group come
  /// first.
  ///
  /// Kernel: `do_swap_page()`, mm/memory.c, and `shmem_swapin_folio()`, mm/shmem.c.
  ///
  /// - Returns: the pages that were touched, and the limit that stopped it.
  mutating func retouch(
    _ due: Int64, _ kind: PageKind, of growth: Growth
  ) -> (taken: Int64, limit: ChargeLimit?) {
    guard let owner = growth.owner, let swapped = kind.inSwap else { return (due, nil) }
    settleHoldings(of: owner)
    let holders = holders(of: owner, kind)
    var left = min(due, holders.reduce(0) { $0 + $1.held.pages[swapped] })
    let resident = holders.reduce(0) { $0 + $1.held.pages[kind] }
    if kind == .anon {
      // What was freed lazily and is written to again is an allocation as before.
      let lazy = heldInOwnGroup(owner).pages.lazyFree
      changeLazily(-min(max(due - left - resident, 0), lazy), owner: owner)
    }
    makeYoung(due - left, kind, of: holders)
    let ignoresHigh = charge(1, kind, of: growth).ignoresHigh
    for holder in holders where left > 0 {
      let wanted = min(left, holder.held.pages[swapped])
      if wanted == 0 { continue }
      let (fits, limit) = ledger.tryReadBack(
        wanted, kind, to: holder.group, ignoresHigh: ignoresHigh)
      if fits > 0 {
        ledger.readBack(fits, kind, to: holder.group, ignoresHigh: ignoresHigh)
        returnToMemory(fits, kind, of: holder)
        left -= fits
      }
      if limit != nil { return (due - left, limit) }
    }
    return (due, nil)
  }

  /// What the next page that a process touches again needs: room in its group where it is in swap, else nothing.
  func chargeOfRetouch(_ due: Int64, _ kind: PageKind, owner: Int) -> (pages: Int64, group: Int) {
    guard let swapped = kind.inSwap,
      let holder = holders(of: owner, kind).first(where: { $0.held.pages[swapped] > 0 })
    else { return (0, Int(tasks.groups[owner])) }
    return (min(due, holder.held.pages[swapped]), holder.group)
  }

  /// All that a process has touched and can touch again, in memory or in swap.
  mutating func touchable(of row: Int) -> Pages {
    let owner = tasks.owner(row)
    settleHoldings(of: owner)
    let pages = tasks.mms[owner].pages
    var all = Pages(
      anon: pages.anon + pages.lazyFree + pages.swappedAnon,
      shmem: pages.shmem + pages.swappedShmem)
    if let number = shared.number(.shmem, of: owner) {
      all.shmem = shared.list[number].mapped[owner] ?? 0
    }
    return all
  }

  private mutating func makeYoung(_ pages: Int64, _ kind: PageKind, of holders: [Holder]) {
    if !hasAges { return }
    var left = pages
    for holder in holders where left > 0 {
      let resident = holder.held.pages[kind]
      let part = min(left, resident)
      if part == 0 { continue }
      left -= part
      var ages = holder.held.ages
      ages.renew(part, kind, of: resident, at: now, number: growthsBegun)
      changeAges(of: holder) { $0 = ages }
    }
  }
}

extension Ages {
  /// Makes the oldest pages of a kind the youngest.
  ///
  /// - Parameter all: as many as there are, with those of which nothing is said.
  mutating func renew(
    _ pages: Int64, _ kind: PageKind, of all: Int64, at now: Microseconds, number: Int
  ) {
    let left = pages - min(pages, max(all - self.pages(kind), 0))
    if left > 0 {
      var oldest = oldest(left, of: parts.filter { $0.kind == kind })[...]
      take(parts.map { $0.kind == kind ? oldest.removeFirst() : 0 })
    }
    touch(
      kind, Line(start: now, duration: .zero, whole: pages, number: number), from: 0, to: pages)
  }
}

extension Ledger {
  /// How many pages of a group can be read back from swap, and the limit that stops the next one. As long as one page
  /// fits, each leaves room in swap for what makes room for the next.
  fileprivate func tryReadBack(
    _ pages: Int64, _ kind: PageKind, to group: Int, ignoresHigh: Bool
  ) -> (fits: Int64, limit: ChargeLimit?) {
    if let limit = tryCharge(1, to: group, ignoresHigh: ignoresHigh).limit { return (0, limit) }
    func after(_ pages: Int64) -> Ledger? {
      var copy = self
      return copy.readBack(pages, kind, to: group, ignoresHigh: ignoresHigh) ? copy : nil
    }
    if after(pages) != nil { return (pages, nil) }
    let fits = max(most(pages) { after($0) != nil }, 1)
    let limit = after(fits)?.tryCharge(1, to: group, ignoresHigh: ignoresHigh).limit
    return (fits, limit ?? ChargeLimit(group: MemcgTree.root, kind: .max))
  }

  /// - Returns: whether every group is below its limit.
  @discardableResult
  fileprivate mutating func readBack(
    _ pages: Int64, _ kind: PageKind, to group: Int, ignoresHigh: Bool
  ) -> Bool {
    guard let swapped = kind.inSwap else { return true }
    return charge(pages, to: group, ignoresHigh: ignoresHigh) {
      $0[swapped] -= pages
      $0[kind] += pages
    }
  }
}
