internal import VictimSelection

// How memory comes to a process and leaves it. Whoever takes memory has made sure that it fits.

extension State {
  /// Touches memory of one kind that the ledger has room for, with the page tables that it takes.
  ///
  /// - Parameter nodes: the memory nodes that it may lie on, nil for any.
  mutating func touch(_ pages: Int64, _ kind: PageKind, row: Int, on nodes: NodeMask? = nil) {
    let owner = tasks.owner(row)
    let group = Int(tasks.groups[owner])
    let new = newPages(of: pages, kind, owner: owner)
    let tables = tablesFor(pages, owner: owner)
    let object = shared.number(kind, of: owner)
    var mapped = pages
    if kind == .file {
      ledger.charge(tables, tables: tables, to: group, on: nodes) { $0.pageTables += tables }
      if tables > 0 { hold(owner) }
      let file = ledger.chargeFile(new, .file, to: group, on: nodes).pages
      mapped -= new - file
      if file > 0, object == nil { hold(owner) }
    } else {
      ledger.charge(new + tables, tables: tables, to: group, on: nodes) {
        $0[kind] += new
        $0.pageTables += tables
      }
      if new + tables > 0 { hold(owner, but: object == nil ? nil : kind) }
    }
    if let object {
      let nodes = ledger.nodes?.placed.only(kind)
      change(object: object, by: owner) {
        $0.touch(
          mapped, new: mapped - (pages - new), by: owner, group: group,
          nodes)
      }
    }
    tasks.touch(
      pages, kind, of: owner, counted: object == nil ? mapped : 0, tables: tables)
  }

  /// The page tables that touching more memory takes; a process that has none yet gets its first ones, too.
  ///
  /// - Parameter plan: what the process has touched and its tables, where it is not yet in its columns.
  func tablesFor(
    _ pages: Int64, owner: Int, plan: (touched: Int64, tables: Int64)? = nil
  ) -> Int64 {
    let touched = plan?.touched ?? tasks.mms[owner].touched
    let tables = plan?.tables ?? tasks.mms[owner].pageTables
    let more =
      lastLevelTables(touched: touched + pages, pagesPerTable: tasks.pagesPerTable)
      - lastLevelTables(touched: touched, pagesPerTable: tasks.pagesPerTable)
    if tables != 0 { return more }
    return more + firstTables(of: owner)
  }

  /// The page tables that come with the first page of a process that has none yet.
  func firstTables(of owner: Int) -> Int64 {
    max(pageTablesOfAnEmptyProcess + tasks.mappings[owner].extraTables, 1)
  }

  /// Gives memory of one kind back, resident pages first; no more than the process has.
  ///
  /// - Returns: the pages given back.
  mutating func giveBack(_ wanted: Int64, _ kind: PageKind, row: Int) -> Int64 {
    let owner = tasks.owner(row)
    let group = Int(tasks.groups[owner])
    settle(group: group)
    if let object = shared.number(kind, of: owner) {
      return giveBack(wanted, object: object, owner: owner)
    }
    var here = heldInOwnGroup(owner)
    let own = giveBack(wanted, kind, owner: owner, of: here, from: group)
    if !here.ages.isEmpty {
      here -= own.given
      tasks.changeAges(of: owner) { $0 = here.ages }
    }
    var given = own.pages
    settleHoldings(of: owner)
    for number in holdings.numbers(of: owner) where given < wanted {
      given += giveBack(wanted - given, kind, owner: owner, holding: number)
    }
    return given
  }

  /// Gives pages of a holding back; those that others map, too, stay with them.
  private mutating func giveBack(
    _ wanted: Int64, _ kind: PageKind, owner: Int, holding number: Int
  ) -> Int64 {
    let holding = holdings[number]
    let others = holding.mappers.subtracting([owner])
    let (pages, given) = giveBack(
      wanted, kind, owner: owner, of: holding.held, from: others.isEmpty ? holding.group : nil)
    holdings.change(number) { $0 -= given }
    addHolding(given, others, holding.group)
    return pages
  }

  /// - Parameter group: what is charged for the pages, nil where they stay in memory.
  private mutating func giveBack(
    _ wanted: Int64, _ kind: PageKind, owner: Int, of here: Held, from group: Int?
  ) -> (pages: Int64, given: Held) {
    var given = Pages()
    given[kind] = min(wanted, here.pages[kind])
    if kind == .anon {
      given.swappedAnon = min(wanted - given.anon, here.pages.swappedAnon)
      given.lazyFree = min(wanted - given.anon - given.swappedAnon, here.pages.lazyFree)
    } else if kind == .shmem {
      given.swappedShmem = min(wanted - given.shmem, here.pages.swappedShmem)
    }
    let pages = given.resident + given.swapped
    given.pageTables = min(tasks.tablesFreed(by: pages, of: owner), here.pages.pageTables)
    let held = here.part(given)
    if let group { uncharge(held, from: group) }
    tasks.giveBack(held, touched: pages, of: owner)
    return (pages, held)
  }

  /// Takes pages off a group's account. File pages stay there as clean cache.
  mutating func uncharge(_ held: Held, from group: Int) {
    ledger.change(group, .of(held.nodes)) {
      $0 -= held.pages
      $0.cache += held.pages.file
    }
  }

  /// Ends processes and frees the address spaces that nobody uses any more.
  ///
  /// - Returns: the pages that are free again.
  mutating func end(_ rows: [Int], as state: Tasks.Life) -> Int64 {
    let owners = rows.map { tasks.owner($0) }.uniqued()
    // What reclaim took from the dying has to be told to them while they still count as holders.
    for owner in owners { settleHoldings(of: owner) }
    tasks.end(rows, as: state)
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
      let next = tasks.sharers[owner]?.first(where: { tasks.isAlive($0) })
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
      holdings.add(heldInOwnGroup(row), [row], old)
      if !tasks.rare.ages.isEmpty { tasks.changeAges(of: row) { $0 = Ages() } }
    }
    groups.members[old].removeAll { Int($0) == row }
    tasks.move(row, to: group)
    join(row, group, isMove: true)
    let owner = tasks.owner(row)
    if owner != row { handOver(owner) }
  }
}

extension State {
  /// Makes a process a member of a group, in the place in which it is visited.
  mutating func join(_ row: Int, _ group: Int, isMove: Bool = false) {
    // Where they are visited backwards, a process that was moved in comes last.
    let isFirst = isMove && rules.selection.memcgWalk == .newestFirstMovedLast
    groups.members[group].insert(Int32(row), at: isFirst ? 0 : groups.members[group].endIndex)
    selectionIndex.wrappedValue.joined(
      row, isVisitedFirst: rules.selection.memcgWalk != .joiningOrder && !isFirst)
  }
}

extension Array where Element: Hashable {
  /// The elements in their order, each once.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
