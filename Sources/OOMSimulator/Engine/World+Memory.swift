internal import VictimSelection

// How memory comes to a process and leaves it. Whoever takes memory has made sure that it fits.

extension World {
  /// Kinds of memory that a process touches, in the order in which growth takes them.
  enum Kind: CaseIterable, Sendable {
    case anon
    case locked
    case shmem
    case file
    /// A write to pages shared by copy-on-write: it takes new ones, and the counters stay.
    case cow
  }

  /// Touches memory of one kind that the ledger has room for, with the page tables that it takes.
  ///
  /// - Parameter nodes: the memory nodes that it may lie on, nil for any.
  mutating func touch(_ pages: Int64, _ kind: Kind, row: Int, on nodes: NodeMask? = nil) {
    let owner = tasks.owner(row)
    let group = Int(tasks.groups[owner])
    let new = newPages(of: pages, kind, owner: owner)
    let tables = kind == .cow ? 0 : tablesFor(pages, owner: owner)
    if kind == .cow { settleHoldings(of: owner) }
    var mapped = pages
    if kind == .file {
      ledger.charge(tables, to: group, on: nodes) { $0.pageTables += tables }
      if tables > 0 { hold(owner) }
      let file = ledger.chargeFile(new, to: group, on: nodes) { $0.file += $1 }.pages
      mapped -= new - file
      if file > 0, shared.number(kind, of: owner) == nil { hold(owner) }
    } else {
      ledger.charge(new + tables, to: group, on: nodes) { account in
        account.add(new, kind)
        account.pageTables += tables
      }
      if new + tables > 0 { hold(owner, but: shared.number(kind, of: owner) == nil ? nil : kind) }
    }
    if kind == .cow {
      copyOnWrite(new, owner: owner)
      return
    }
    if let object = shared.number(kind, of: owner) {
      let nodes = ledger.nodes?.placed.only(kind)
      change(object: object, by: owner) {
        $0.touch(
          mapped, new: mapped - (pages - new), by: owner, group: group,
          nodes)
      }
    }
    tasks.touched[owner] += pages
    tasks.pageTables[owner] += tables
    let isObject = shared.number(kind, of: owner) != nil
    switch kind {
    case .anon, .locked:
      tasks.anon[owner] += pages
      if kind == .locked { tasks.locked[owner] += pages }
      let reserved = min(pages, tasks.untouched[owner])
      tasks.untouched[owner] -= reserved
      if pages > reserved {
        tasks.noReserve[owner] -= pages - reserved
        tasks.noReserveTouched[owner] += pages - reserved
      }
      tasks.claimed[owner] -= pages
      tasks.commitBeside[owner] -= pages
    case .shmem:
      tasks.claimedShared[owner] -= pages
      if isObject { break }
      tasks.shmem[owner] += pages
      tasks.untouchedShared[owner] -= pages
    case .file:
      if !isObject { tasks.file[owner] += mapped }
    case .cow:
      break
    }
    tasks.refresh(owner)
  }

  /// The page tables that touching more memory takes; a process that has none yet gets its first ones, too.
  ///
  /// - Parameter plan: what the process has touched and its tables, where it is not yet in its columns.
  func tablesFor(
    _ pages: Int64, owner: Int, plan: (touched: Int64, tables: Int64)? = nil
  ) -> Int64 {
    let touched = plan?.touched ?? tasks.touched[owner]
    let tables = plan?.tables ?? tasks.pageTables[owner]
    let more =
      lastLevelTables(touched: touched + pages, pagesPerTable: tasks.pagesPerTable)
      - lastLevelTables(touched: touched, pagesPerTable: tasks.pagesPerTable)
    if tables != 0 { return more }
    return more + max(pageTablesOfAnEmptyProcess + tasks.extraTables[owner], 1)
  }

  /// Gives memory of one kind back, resident pages first; no more than the process has.
  ///
  /// - Returns: the pages given back.
  mutating func giveBack(_ wanted: Int64, _ kind: Kind, row: Int) -> Int64 {
    let owner = tasks.owner(row)
    let group = Int(tasks.groups[owner])
    settle(group: group)
    if let object = shared.number(kind, of: owner) {
      return giveBack(wanted, object: object, owner: owner)
    }
    var given = giveBack(wanted, kind, owner: owner, of: sizesInOwnGroup(owner), from: group)
      .pages
    settleHoldings(of: owner)
    for number in holdings.numbers(of: owner) where given < wanted {
      given += giveBack(wanted - given, kind, owner: owner, holding: number)
    }
    return given
  }

  /// Gives pages of a holding back; those that others map, too, stay with them.
  private mutating func giveBack(
    _ wanted: Int64, _ kind: Kind, owner: Int, holding number: Int
  ) -> Int64 {
    let holding = holdings[number]
    let others = holding.mappers.subtracting([owner])
    let (pages, sizes) = giveBack(
      wanted, kind, owner: owner, of: holding.sizes, from: others.isEmpty ? holding.group : nil)
    holdings.change(number) { $0 -= sizes }
    addHolding(sizes, others, holding.group)
    return pages
  }

  /// - Parameter group: what is charged for the pages, nil where they stay in memory.
  private mutating func giveBack(
    _ wanted: Int64, _ kind: Kind, owner: Int, of here: Sizes, from group: Int?
  ) -> (pages: Int64, sizes: Sizes) {
    var sizes = Sizes()
    switch kind {
    case .anon:
      sizes.anon = min(wanted, here.anon - here.locked)
      sizes.swap = min(wanted - sizes.anon, here.swap)
    case .locked:
      sizes.locked = min(wanted, here.locked)
      sizes.anon = sizes.locked
    case .shmem:
      sizes.shmem = min(wanted, here.shmem)
      sizes.swappedShmem = min(wanted - sizes.shmem, here.swappedShmem)
    case .file:
      sizes.file = min(wanted, here.file)
    case .cow:
      break
    }
    let pages = sizes.anon + sizes.swap + sizes.shmem + sizes.swappedShmem + sizes.file
    let before = lastLevelTables(touched: tasks.touched[owner], pagesPerTable: tasks.pagesPerTable)
    tasks.touched[owner] -= pages
    let tables =
      before - lastLevelTables(touched: tasks.touched[owner], pagesPerTable: tasks.pagesPerTable)
    sizes.pageTables = min(tables, here.pageTables)
    sizes.nodes = here.nodes.part(sizes)
    let anon = sizes.anon + sizes.swap
    // Committed memory goes first; what was mapped without a reserve has nothing to give back.
    let beyond = tasks.anon[owner] + tasks.swap[owner] - tasks.noReserveTouched[owner]
    let uncommitted = max(anon - beyond, 0)
    if uncommitted > 0 {
      tasks.noReserveTouched[owner] -= uncommitted
      tasks.commitBeside[owner] += uncommitted
    }
    committed -= anon - uncommitted
    if kind == .shmem {
      let uncommit = min(pages, tasks.committedShmem[owner])
      tasks.committedShmem[owner] -= uncommit
      tasks.commitBeside[owner] -= uncommit
      committed -= uncommit
    }
    if let group { uncharge(sizes, from: group) }
    tasks.remove(sizes, from: owner)
    tasks.refresh(owner)
    return (pages, sizes)
  }

  /// Takes sizes off a group's account. File pages stay there as clean cache.
  mutating func uncharge(_ sizes: Sizes, from group: Int) {
    ledger.change(group, .of(sizes.nodes)) { account in
      account.anon -= sizes.anon - sizes.locked
      account.locked -= sizes.locked
      account.shmem -= sizes.shmem
      account.file -= sizes.file
      account.cache += sizes.file
      account.pageTables -= sizes.pageTables
      account.swappedAnon -= sizes.swap
      account.swappedShmem -= sizes.swappedShmem
    }
  }

  /// Ends processes and frees the address spaces that nobody uses any more.
  ///
  /// - Returns: the pages that are free again.
  mutating func end(_ rows: [Int], as state: Tasks.State) -> Int64 {
    let owners = rows.map(tasks.owner).uniqued()
    // What reclaim took from the dying has to be told to them while they still count as holders.
    for owner in owners { settleHoldings(of: owner) }
    for row in rows {
      tasks.states[row] = state
      if state == .dying { tasks.dyingRows.insert(row) } else { tasks.dyingRows.remove(row) }
      tasks.swapoffRows.remove(row)
      tasks.candidateWeight[row] = neverChosen
      tasks.changes.note(row)
    }
    // Who is gone exempts nobody any more.
    if rules.badness.exemptsWholeMM { for owner in owners { tasks.refreshCandidates(with: owner) } }
    for owner in owners { handOver(owner) }
    if state == .dying { return 0 }
    var freed: Int64 = 0
    for owner in owners where !tasks.hasMemory(owner) {
      freed += exitMM(owner)
    }
    return freed
  }

  /// What a dead process leaves to those that share its address space is charged to the group of the next
  /// of them from now on.
  ///
  /// Kernel: `mm_update_next_owner()`, kernel/exit.c.
  private mutating func handOver(_ owner: Int) {
    guard tasks.states[owner] != .running,
      let next = tasks.sharers[owner]?.first(where: tasks.isAlive)
    else { return }
    move(owner, to: Int(tasks.groups[next]))
  }

  /// Changes the group of a process; its pages stay charged where they are.
  ///
  /// Kernel: `mem_cgroup_attach()`, mm/memcontrol.c: version 2 does not move charges.
  mutating func move(_ row: Int, to group: Int) {
    let old = Int(tasks.groups[row])
    if old == group { return }
    if tasks.owner(row) == row {
      settle(group: old)
      holdings.add(sizesInOwnGroup(row), [row], old)
    }
    groups.members[old].removeAll { Int($0) == row }
    tasks.groups[row] = Int32(group)
    join(row, group, isMove: true)
    let owner = tasks.owner(row)
    if owner != row { handOver(owner) }
  }
}

extension World {
  /// Makes a process a member of a group, in the place in which it is visited.
  mutating func join(_ row: Int, _ group: Int, isMove: Bool = false) {
    // Where they are visited backwards, who was moved in comes last.
    let isFirst = isMove && rules.selection.memcgWalk == .newestFirstMovedLast
    groups.members[group].insert(Int32(row), at: isFirst ? 0 : groups.members[group].endIndex)
    selectionIndex.joined(
      row, isVisitedFirst: rules.selection.memcgWalk != .joiningOrder && !isFirst)
    tasks.changes.note(row)
  }
}

extension Ledger.Account {
  mutating func add(_ pages: Int64, _ kind: World.Kind) {
    switch kind {
    case .anon, .cow: anon += pages
    case .locked: locked += pages
    case .shmem: shmem += pages
    case .file: file += pages
    }
  }
}

extension Tasks {
  mutating func remove(_ sizes: World.Sizes, from owner: Int) {
    anon[owner] -= sizes.anon
    locked[owner] -= sizes.locked
    file[owner] -= sizes.file
    shmem[owner] -= sizes.shmem
    swap[owner] -= sizes.swap
    pageTables[owner] -= sizes.pageTables
    if sizes.swappedShmem != 0 { swappedShmem[owner] -= sizes.swappedShmem }
    if !sizes.nodes.isEmpty { nodes[owner, default: NodeShares()] -= sizes.nodes }
  }

  /// Takes all memory away from a row.
  mutating func clear(_ owner: Int) {
    anon[owner] = 0
    file[owner] = 0
    shmem[owner] = 0
    swap[owner] = 0
    if locked[owner] != 0 { locked[owner] = 0 }
    pageTables[owner] = 0
    touched[owner] = 0
    upperTables[owner] = nil
    nodes[owner] = nil
    untouched[owner] = 0
    noReserve[owner] = 0
    noReserveTouched[owner] = 0
    claimed[owner] = 0
    untouchedShared[owner] = 0
    claimedShared[owner] = 0
    uncommitted[owner] = 0
    commitBeside[owner] = 0
    committedShmem[owner] = 0
    extraVM[owner] = 0
    extraTables[owner] = 0
    swappedShmem[owner] = 0
    refresh(owner)
  }
}

extension Array where Element: Hashable {
  /// The elements in their order, each once.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
