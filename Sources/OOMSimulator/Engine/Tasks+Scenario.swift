internal import VictimSelection

extension Tasks {
  /// The rows of a scenario's table, each `count` written out. Columns that need no change are shared
  /// with the table, not copied.
  init(
    of table: ProcessTable, groups tree: MemcgTree, pids allocator: inout PidAllocator,
    machine: Machine, rules: Rules
  ) {
    self.init(
      rules: rules, word: machine.wordBits,
      pagesPerTable: pagesPerPageTable(pageSize: machine.pageSize))
    let isPlain = table.counts.isEmpty
    let rows = isPlain ? nil : Self.expand(table)
    func column<Value>(_ values: [Value]) -> [Value] {
      guard let rows else { return values }
      return rows.map { values[$0] }
    }
    names = isPlain ? table.names : Self.expandedNames(table)
    pids = column(table.pids)
    uids = column(table.uids)
    let numbers = table.cgroupPaths.map { Int32(tree.number(of: $0) ?? MemcgTree.root) }
    groups = table.cgroups.map { numbers[Int($0)] }
    groups = column(groups)
    oomScoreAdj = column(table.oomScoreAdj)
    flags = column(table.flags)
    anon = column(table.anon)
    file = column(table.file)
    shmem = column(table.shmem)
    swap = column(table.swap)
    locked = column(table.locked)
    pageTables = column(table.pageTables)
    states = Array(repeating: .running, count: count)
    touched = Array(repeating: 0, count: count)
    pages = Array(repeating: 0, count: count)
    candidateWeight = Array(repeating: neverChosen, count: count)
    ppids = table.ppids.isEmpty ? [] : column(table.ppids)
    takeRare(of: table, rows: rows, tree)

    for row in 0..<count where pids[row] == 0 { pids[row] = allocator.next() }
    share(table, rows: rows)
    let totalVM = table.totalVM.isEmpty ? [] : column(table.totalVM)
    for row in 0..<count {
      let sum = anon[row] + file[row] + shmem[row] + swap[row]
      touched[row] = sum
      if owner(row) != row {
        // The owner comes first in the list, so what it touched is known.
        if !totalVM.isEmpty, totalVM[row] != ProcessTable.derived, extraVM[owner(row)] == 0 {
          extraVM[owner(row)] =
            totalVM[row] - touched[owner(row)] - untouched[owner(row)]
        }
        pageTables[row] = 0
        continue
      }
      if pageTables[row] == ProcessTable.derived {
        pageTables[row] =
          isKernelThread(row)
          ? 0
          : pageTablesOfAnEmptyProcess + lastLevelTables(touched: sum, pagesPerTable: pagesPerTable)
      }
      if !totalVM.isEmpty, totalVM[row] != ProcessTable.derived {
        extraVM[row] = totalVM[row] - sum - untouched[row]
      }
    }
    for row in 0..<count {
      if sharers.isEmpty, rules.countsAllPlainly, swapoffRows.isEmpty {
        pages[row] = touched[row] + pageTables[row]
      } else {
        if owner(row) == row { refresh(row) }
      }
      // Those that share memory come below, once for all of them.
      if rules.badness.exemptsWholeMM, !sharers.isEmpty, sharers[owner(row)] != nil { continue }
      refreshCandidate(row)
    }
    if rules.badness.exemptsWholeMM { for owner in sharers.keys { refreshCandidates(with: owner) } }
    if rules.looksAtChildren { for row in ppids.indices { addChild(row) } }
  }

  private mutating func addChild(_ row: Int) {
    if ppids[row] != 0 { children[ppids[row], default: []].append(row) }
  }

  /// What few rows have.
  private mutating func takeRare(of table: ProcessTable, rows: [Int]?, _ tree: MemcgTree) {
    if !table.legacy.isEmpty || !table.pageTableLevels.isEmpty || !table.threadCgroups.isEmpty {
      for row in 0..<count {
        let source = rows?[row] ?? row
        if let inputs = table.legacy[source] { legacy[row] = inputs }
        if let levels = table.pageTableLevels[source] {
          upperTables[row] = PageTableLevels(pmd: levels.pmd, pud: levels.pud)
        }
        if let paths = table.threadCgroups[source] {
          threadGroups[row] = paths.map { Int32(tree.number(of: $0) ?? MemcgTree.root) }
        }
      }
    }
    if !table.committed.isEmpty {
      for row in 0..<count {
        if let given = table.committed[rows?[row] ?? row] {
          setCommitted(given, row, anon: anon[row] + swap[row])
        }
      }
    }
    if !table.segments.isEmpty || !table.mappedFiles.isEmpty {
      for row in 0..<count {
        segments[row] = table.segments[rows?[row] ?? row]
        mappedFiles[row] = table.mappedFiles[rows?[row] ?? row]
      }
    }
    if !table.memsAllowed.isEmpty || !table.mempolicy.isEmpty {
      for row in 0..<count {
        memsAllowed[row] = table.memsAllowed[rows?[row] ?? row]
        mempolicy[row] = table.mempolicy[rows?[row] ?? row]
      }
    }
    for row in 0..<count where flags[row].rawValue >= ProcessTable.Flags.dying.rawValue {
      if flags[row].contains(.swapoff) { swapoffRows.insert(row) }
      if flags[row].contains(.dying) {
        states[row] = .dying
        dyingRows.insert(row)
      }
    }
  }

  /// What is committed beyond the pages that a process has is mapped and untouched; what it has beyond that was
  /// mapped without a reserve.
  private mutating func setCommitted(_ given: Int64, _ row: Int, anon: Int64) {
    let beside = given - anon
    commitBeside[row] = beside
    if beside > 0 { untouched[row] = beside }
    if beside < 0 { noReserveTouched[row] = -beside }
  }

  /// The table row of each process.
  private static func expand(_ table: ProcessTable) -> [Int] {
    var rows: [Int] = []
    rows.reserveCapacity(table.expandedCount)
    for row in 0..<table.count {
      for _ in 0..<(table.counts[row] ?? 1) { rows.append(row) }
    }
    return rows
  }

  private static func expandedNames(_ table: ProcessTable) -> [String] {
    var names: [String] = []
    names.reserveCapacity(table.expandedCount)
    for row in 0..<table.count {
      guard let copies = table.counts[row] else {
        names.append(table.names[row])
        continue
      }
      for copy in 0..<copies { names.append("\(table.names[row])-\(copy + 1)") }
    }
    return names
  }

  /// Joins the rows that name another one into address spaces; the first row of each has the sizes.
  private mutating func share(_ table: ProcessTable, rows: [Int]?) {
    if table.sharesMMWith.isEmpty { return }
    let wanted = Set(table.sharesMMWith.values)
    var found: [ProcessReference: Int] = [:]
    for row in 0..<count {
      for key in [ProcessReference.name(names[row]), .pid(pids[row])]
      where wanted.contains(key) && found[key] == nil {
        found[key] = row
      }
    }
    var leader = Array(0..<count)
    func root(_ row: Int) -> Int {
      var at = row
      while leader[at] != at { at = leader[at] }
      return at
    }
    for row in 0..<count {
      guard let reference = table.sharesMMWith[rows?[row] ?? row], let other = found[reference]
      else { continue }
      let (first, second) = (min(root(row), root(other)), max(root(row), root(other)))
      leader[second] = first
    }
    for row in 0..<count where root(row) != row {
      let first = root(row)
      owners[row] = first
      sharers[first, default: [first]].append(row)
      takeSizes(of: row, into: first, committed: table.committed[rows?[row] ?? row])
    }
  }

  /// The sizes may stand with any of the sharers.
  private mutating func takeSizes(of row: Int, into owner: Int, committed: Int64?) {
    anon[owner] = max(anon[owner], anon[row])
    file[owner] = max(file[owner], file[row])
    shmem[owner] = max(shmem[owner], shmem[row])
    swap[owner] = max(swap[owner], swap[row])
    locked[owner] = max(locked[owner], locked[row])
    segments[owner] = segments[owner] ?? segments[row]
    mappedFiles[owner] = mappedFiles[owner] ?? mappedFiles[row]
    if let committed {
      // What the sharer says of the address space, whose sizes are the owner's now.
      (commitBeside[row], untouched[row], noReserveTouched[row]) = (0, 0, 0)
      setCommitted(committed, owner, anon: anon[owner] + swap[owner])
    }
    if flags[owner].contains(.derivedTables), !flags[row].contains(.derivedTables) {
      flags[owner].remove(.derivedTables)
      upperTables[owner] = upperTables[row]
    }
    pageTables[owner] = max(pageTables[owner], pageTables[row])
    (anon[row], file[row], shmem[row], swap[row], locked[row]) = (0, 0, 0, 0, 0)
  }

  /// Adds a process with nothing in it yet.
  ///
  /// - Returns: its row.
  mutating func append(
    _ process: Scenario.Process, name: String, pid: Int32, group: Int, at now: Microseconds
  ) -> Int {
    let row = count
    if process.ppid != 0 || !ppids.isEmpty {
      if ppids.isEmpty { ppids = Array(repeating: 0, count: row) }
      ppids.append(process.ppid)
    }
    if process.legacy != Scenario.Process.LegacyInputs() { legacy[row] = process.legacy }
    startedAt[row] = now
    if let levels = process.pageTableLevels {
      upperTables[row] = PageTableLevels(pmd: levels.pmd, pud: levels.pud)
    }
    if process.isSwapoff { swapoffRows.insert(row) }
    memsAllowed[row] = process.memsAllowed
    mempolicy[row] = process.mempolicy
    names.append(name)
    pids.append(pid)
    uids.append(process.uid)
    groups.append(Int32(group))
    oomScoreAdj.append(process.oomScoreAdj)
    flags.append(ProcessTable.flags(of: process))
    states.append(.running)
    anon.append(0)
    file.append(0)
    shmem.append(0)
    swap.append(0)
    locked.append(0)
    pageTables.append(0)
    touched.append(0)
    pages.append(0)
    candidateWeight.append(neverChosen)
    refreshCandidate(row)
    if !ppids.isEmpty, rules.looksAtChildren { addChild(row) }
    return row
  }
}

extension Rules {
  /// Whether anything depends on which process is whose child.
  fileprivate var looksAtChildren: Bool { badness.isLegacy || kill.child != .none }

  /// Whether the sum of all sizes is what counts.
  fileprivate var countsAllPlainly: Bool {
    badness.pageTables == .all && badness.rootBonus != .ofOwnUse
  }
}

/// Gives out pids from 1000 up, passing over those that the scenario names.
struct PidAllocator: Equatable, Sendable {
  private var taken: Set<Int32> = []
  private(set) var upcoming: Int32 = 1000

  init(of scenario: Scenario) {
    // Only a scenario that leaves pids open needs to know which are taken.
    let starts = scenario.events.compactMap { $0.action.startedPid }
    let isOpen =
      scenario.processes.pids.contains(0) || !starts.isEmpty || !scenario.processes.restarts.isEmpty
    if isOpen {
      taken = Set(scenario.processes.pids)
      taken.formUnion(starts)
    }
  }

  mutating func next() -> Int32 {
    while taken.contains(upcoming) { upcoming += 1 }
    defer { upcoming += 1 }
    return upcoming
  }
}
