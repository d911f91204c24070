// Pages that several address spaces map: by copy-on-write after a fork, as a segment, or as a file.

extension State {
  // MARK: Copy-on-write

  /// Keeps pages as a holding, unless they are simply those of one process in its own group.
  mutating func addHolding(_ held: Held, _ mappers: Set<Int>, _ group: Int) {
    if let row = mappers.first, mappers.count == 1, Int(tasks.groups[row]) == group {
      if !held.ages.isEmpty { tasks.changeAges(of: row) { $0 += held.ages } }
      return
    }
    holdings.add(held, mappers, group)
  }

  /// Anonymous pages of an address space that others map, too, in memory or in swap.
  private func sharedAnon(_ owner: Int) -> Int64 {
    var pages: Int64 = 0
    for number in holdings.numbers(of: owner) where holdings[number].mappers.count > 1 {
      let held = holdings[number].held.pages
      pages += held.anon + held.locked + held.swappedAnon
    }
    return pages
  }

  /// What a new page has to be found for when a process touches `pages`: what others have in memory already
  /// costs nothing, and neither does a write to a page that nobody else maps.
  @inline(__always)
  func newPages(of pages: Int64, _ kind: PageKind, owner: Int) -> Int64 {
    guard let object = shared.number(kind, of: owner) else { return pages }
    return shared.list[object].untouched(pages, by: owner)
  }

  /// The same for writes to pages that are shared by copy-on-write.
  func copiedPages(of pages: Int64, owner: Int) -> Int64 { min(pages, sharedAnon(owner)) }

  /// Gives a process its own copies of up to `wanted` pages that it shares, for which the ledger has room. The old pages
  /// stay with the others, resident ones before those in swap.
  ///
  /// What the charge itself reclaims is not settled: the copies may be a part of it.
  ///
  /// Modelled: which of the pages are written to is open, so they are others than the ones that other writers
  /// of the same pages took.
  ///
  /// Kernel: `do_wp_page()` and `wp_page_copy()`, mm/memory.c.
  mutating func copyOnWrite(_ wanted: Int64, row: Int, on nodes: NodeMask?) {
    let owner = tasks.owner(row)
    var left = copiedPages(of: wanted, owner: owner)
    settleHoldings(of: owner)
    // Each is compared with the others.
    ledger.effort.add(32 * holdings.numbers(of: owner).count)
    ledger.charge(left, to: Int(tasks.groups[owner]), on: nodes) { $0.anon += left }
    if left > 0 { hold(owner) }
    for number in holdings.numbers(of: owner) where left > 0 {
      let holding = holdings[number]
      if holding.mappers.count < 2 { continue }
      ledger.effort.add(64 + 4 * holding.mappers.count)
      let there = holding.held.pages
      var copied = Pages()
      let anon = min(left, there.anon + there.locked)
      copied.locked = max(anon - there.anon, 0)
      copied.anon = anon - copied.locked
      copied.swappedAnon = min(left - anon, there.swappedAnon)
      let held = holding.held.part(copied)
      if ledger.nodes != nil { tasks.changeNodes(of: owner) { $0 -= held.nodes } }
      left -= anon + copied.swappedAnon
      // The copies are resident, and no copy is locked.
      tasks.addMMCounters(
        Pages(
          anon: copied.swappedAnon + copied.locked, locked: -copied.locked,
          swappedAnon: -copied.swappedAnon), of: owner)
      holdings.change(number) { $0 -= held }
      addHolding(held, holding.mappers.subtracting([owner]), holding.group)
    }
  }

  /// Gives a new process what a fork copies: private memory, shared by copy-on-write, and what is mapped.
  /// Mapped files and shared memory are not copied, the child finds them when it touches them.
  ///
  /// Its page tables have been admitted, and so has what it commits.
  ///
  /// Kernel: `dup_mmap()`, kernel/fork.c, and `copy_page_range()` with `vma_needs_copy()`, mm/memory.c.
  mutating func fork(_ parent: Int, to child: Int) {
    let owner = tasks.owner(parent)
    settleHoldings(of: owner)
    let group = Int(tasks.groups[owner])
    let own = heldInOwnGroup(owner).copiedByFork
    for number in holdings.numbers(of: owner) {
      let holding = holdings[number]
      let copied = holding.held.copiedByFork
      if holding.held == copied {
        holdings.join(number, child)
      } else {
        holdings.change(number) { $0 -= copied }
        holdings.add(copied, holding.mappers.union([child]), holding.group)
      }
    }
    holdings.add(own, [owner, child], group)
    if !own.ages.isEmpty { tasks.changeAges(of: owner) { $0.removeAll(.anon) } }
    shared.join(child, as: owner)
    let tables = forkTables(owner)
    tasks.fork(owner, to: child, tables: tables)
    ledger.charge(tables, tables: tables, to: Int(tasks.groups[child])) {
      $0.pageTables += tables
    }
    hold(child)
  }

  /// Page tables of a child that has the private memory of its parent.
  func forkTables(_ owner: Int) -> Int64 {
    pageTablesOfAnEmptyProcess
      + lastLevelTables(
        touched: tasks.mms[owner].anonAndSwap, pagesPerTable: tasks.pagesPerTable)
  }

  /// Whether every page is its process's own, in the group that the process is in.
  var sharesNothing: Bool { holdings.isEmpty && shared.list.isEmpty }

  /// Whether what a growth takes depends on what others map.
  func shares(_ growth: Growth) -> Bool {
    if growth.verb == .copyOnWrite || growth.verb == .retouch { return true }
    guard let row = growth.row, !shared.list.isEmpty else { return false }
    return !shared.numbers(of: tasks.owner(row)).isEmpty
  }

  // MARK: Segments and files

  /// Takes over what a process maps of a segment or a file at the start.
  ///
  /// - Returns: what its group is charged for.
  mutating func attachAtStart(_ row: Int, _ group: Int) -> (file: Int64, shmem: Int64) {
    if shared.list.isEmpty { return (tasks.mms[row].file, tasks.mms[row].shmem) }
    var new: [Int64] = []
    for (kind, pages) in [(PageKind.file, tasks.mms[row].file), (.shmem, tasks.mms[row].shmem)] {
      new.append(newPages(of: pages, kind, owner: row))
      guard let number = shared.number(kind, of: row) else { continue }
      let fresh = new[new.count - 1]
      shared.change(number) {
        $0.touch(pages, new: fresh, by: row, group: group)
        $0.admitAll()
      }
    }
    return (new[0], new[1])
  }

  /// Changes a segment or a file, and brings its users' counters in step.
  ///
  /// - Parameter user: the only one that maps more or less of it than before, nil where pages came or went.
  mutating func change(
    object number: Int, by user: Int? = nil, _ body: (inout SharedObject) -> Void
  ) {
    shared.change(number, body)
    let object = shared.list[number]
    // While all of it is in memory, what one has mapped says nothing about the others.
    if let user, object.swapped == 0 { return show(object, user) }
    object.allShown { tasks.show($1, of: object.kind, in: $0) }
  }

  private mutating func show(_ object: SharedObject, _ row: Int) {
    tasks.show(object.shown(row), of: object.kind, in: row)
  }

  /// Unmaps pages of a segment or a file, which stay in memory.
  mutating func giveBack(_ wanted: Int64, object number: Int, owner: Int) -> Int64 {
    let pages = min(wanted, shared.list[number].mapped[owner] ?? 0)
    change(object: number, by: owner) { $0.unmap(pages, by: owner) }
    let tables = tasks.tablesFreed(by: pages, of: owner)
    let own = heldInOwnGroup(owner)
    let given = Pages(pageTables: min(tables, own.pages.pageTables))
    let held = Held(pages: given, nodes: own.nodes.part(given))
    uncharge(held, from: Int(tasks.groups[owner]))
    tasks.giveBack(held, touched: pages, of: owner)
    return pages
  }

  /// Takes a user away from its segment and its file. A segment is freed with the last one, unless it is a file
  /// of a tmpfs; the pages of a file stay as clean cache.
  ///
  /// - Returns: the pages that are free again.
  private mutating func leaveObjects(_ owner: Int) -> Int64 {
    let numbers = shared.numbers(of: owner)
    shared.leave(owner)
    var freed: Int64 = 0
    for number in numbers {
      let object = shared.list[number]
      if !object.mapped.isEmpty || object.isPersistent { continue }
      for extent in object.extents {
        let held = object.held(extent)
        uncharge(held, from: extent.group)
        freed += held.pages.freed
      }
      shared.change(number) { $0.clear() }
    }
    return freed
  }

  /// Deletes pages of segments that are files of a tmpfs and that nobody maps.
  mutating func deleteSegments(_ wanted: Int64, group: Int) {
    settle(group: group)
    var left = wanted
    for number in shared.numbers(in: group) where left > 0 {
      let object = shared.list[number]
      if !object.isPersistent || !object.mapped.isEmpty { continue }
      var held = Held()
      shared.change(number) { held = $0.delete(left, from: group) }
      left -= held.pages.shmem + held.pages.swappedShmem
      uncharge(held, from: group)
    }
  }

  // MARK: Exit

  /// Settles every group in which an address space has pages.
  mutating func settleHoldings(of owner: Int) {
    settle(group: Int(tasks.groups[owner]))
    for number in holdings.numbers(of: owner) { settle(group: holdings[number].group) }
    for number in shared.numbers(of: owner) {
      for extent in shared.list[number].extents { settle(group: extent.group) }
    }
  }

  /// Frees an address space, wherever its pages are charged; its groups are settled.
  ///
  /// - Returns: the pages that are free again, swap included; file pages stay as clean cache.
  ///
  /// Kernel: `exit_mmap()`, mm/mmap.c, or `__oom_reap_task_mm()`, mm/oom_kill.c.
  mutating func exitMM(_ owner: Int) -> Int64 {
    let own = heldInOwnGroup(owner)
    uncharge(own, from: Int(tasks.groups[owner]))
    var freed = own.pages.freed
    for number in holdings.numbers(of: owner) {
      if holdings[number].mappers.count == 1 {
        let holding = holdings.remove(number)
        uncharge(holding.held, from: holding.group)
        freed += holding.held.pages.freed
      } else if holdings[number].mappers.count == 2 {
        let holding = holdings.remove(number)
        addHolding(holding.held, holding.mappers.subtracting([owner]), holding.group)
      } else {
        holdings.leave(number, owner)
      }
    }
    freed += leaveObjects(owner)
    tasks.exitMM(owner)
    return freed
  }

  /// What comes back when all of some address spaces are gone.
  func freedByExit(of owners: [Int]) -> Int64 {
    var freed: Int64 = 0
    let dying = Set(owners)
    for owner in owners { freed += heldInOwnGroup(owner).pages.freed }
    for number in Set(owners.flatMap { holdings.numbers(of: $0) })
    where holdings[number].mappers.isSubset(of: dying) {
      freed += holdings[number].held.pages.freed
    }
    for number in Set(owners.flatMap { shared.numbers(of: $0) }) {
      let object = shared.list[number]
      if object.kind == .file || object.isPersistent { continue }
      if object.mapped.keys.allSatisfy(dying.contains) { freed += object.size }
    }
    return freed
  }
}
