/// The processes of a scenario's table, each `count` written out: what the columns of a run begin with. Those that need
/// no change are shared with the table, not copied.
struct StartColumns {
  private(set) var names: [String]
  private(set) var pids: [Int32]
  private(set) var uids: [UInt32]
  private(set) var groups: [Int32]
  private(set) var oomScoreAdj: [Int16]
  private(set) var flags: [ProcessTable.Flags]
  private(set) var states: [Tasks.Life]
  private(set) var ppids: [Int32]
  private(set) var mms: [MM] = []
  private(set) var mappings = SparseColumn(nothing: Mappings())
  private(set) var rare = RareColumns()
  private(set) var owners: [Int: Int] = [:]

  /// What address spaces are said to commit, by their owners.
  private var committed: [Int: Int64] = [:]
  private let table: ProcessTable
  /// The table's row of each process; nil where they are the same.
  private let rows: [Int]?

  init(
    of table: ProcessTable, groups tree: MemcgTree, pids allocator: inout PidAllocator,
    pagesPerTable: Int64
  ) {
    let rows = table.counts.isEmpty ? nil : Self.expand(table)
    func column<Value>(_ values: [Value]) -> [Value] {
      guard let rows, !values.isEmpty else { return values }
      return rows.map { values[$0] }
    }
    self.table = table
    self.rows = rows
    names = rows == nil ? table.names : Self.expandedNames(table)
    pids = column(table.pids)
    uids = column(table.uids)
    let numbers = table.cgroupPaths.map { Int32(tree.number(of: $0) ?? MemcgTree.root) }
    groups = column(table.cgroups.map { numbers[Int($0)] })
    oomScoreAdj = column(table.oomScoreAdj)
    flags = column(table.flags)
    states = Array(repeating: .running, count: pids.count)
    ppids = column(table.ppids)
    for row in pids.indices where pids[row] == 0 { pids[row] = allocator.next() }
    takeSizes()
    takeRare(tree)
    share()
    complete(pagesPerTable: pagesPerTable)
  }

  /// The table's row of a process.
  private func source(_ row: Int) -> Int { rows?[row] ?? row }

  private mutating func takeSizes() {
    mms.reserveCapacity(pids.count)
    for row in pids.indices {
      let source = source(row)
      mms.append(
        MM(
          anon: table.anon[source], file: table.file[source], shmem: table.shmem[source],
          swap: table.swap[source], locked: table.locked[source],
          pageTables: table.pageTables[source]))
      if flags[row].contains(.dying) { states[row] = .dying }
    }
  }

  /// What few rows have.
  private mutating func takeRare(_ tree: MemcgTree) {
    if !table.legacy.isEmpty || !table.pageTableLevels.isEmpty || !table.threads.isEmpty {
      for row in pids.indices {
        let source = source(row)
        if let inputs = table.legacy[source] { rare.legacy[row] = inputs }
        if let levels = table.pageTableLevels[source] {
          rare.upperTables[row] = PageTableLevels(pmd: levels.pmd, pud: levels.pud)
        }
        rare.threads[row] = table.threads[source]?.count
        if case .inGroups(let paths)? = table.threads[source] {
          rare.threadGroups[row] = paths.map { Int32(tree.number(of: $0) ?? MemcgTree.root) }
        }
      }
    }
    if !table.hot.isEmpty { for row in pids.indices { rare.hot[row] = table.hot[source(row)] } }
    if !table.committed.isEmpty {
      for row in pids.indices { committed[row] = table.committed[source(row)] }
    }
    if !table.segments.isEmpty || !table.mappedFiles.isEmpty {
      for row in pids.indices {
        rare.segments[row] = table.segments[source(row)]
        rare.mappedFiles[row] = table.mappedFiles[source(row)]
      }
    }
    if !table.memsAllowed.isEmpty || !table.mempolicy.isEmpty {
      for row in pids.indices {
        rare.memsAllowed[row] = table.memsAllowed[source(row)]
        let mode = table.mempolicyModes[source(row)] ?? .bind
        rare.mempolicy[row] = table.mempolicy[source(row)].map { Mempolicy(nodes: $0, mode: mode) }
      }
    }
  }

  /// Takes over what an address space commits: what is given, or all of it that is not a file's or a segment's.
  ///
  /// Kernel: `shmem_acct_size()` and `shmem_acct_blocks()`, mm/shmem.c, for shared memory.
  private mutating func commit(_ row: Int) {
    let said = committed.isEmpty ? nil : committed[row]
    let shmem = mms[row].shmem > 0 && rare.segments[row] == nil ? mms[row].shmem : 0
    guard said != nil || shmem > 0 else { return }
    let anonAndSwap = mms[row].anonAndSwap
    let given = said ?? anonAndSwap + shmem
    mappings.change(row) { $0.setCommitted(given, anonAndSwap: anonAndSwap, shmem: shmem) }
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
  private mutating func share() {
    if table.sharesMMWith.isEmpty { return }
    let wanted = Set(table.sharesMMWith.values)
    var found: [ProcessReference: Int] = [:]
    for row in pids.indices {
      for key in [ProcessReference.name(names[row]), .pid(pids[row])]
      where wanted.contains(key) && found[key] == nil {
        found[key] = row
      }
    }
    var leader = Array(pids.indices)
    func root(_ row: Int) -> Int {
      var at = row
      while leader[at] != at { at = leader[at] }
      return at
    }
    for row in pids.indices {
      guard let reference = table.sharesMMWith[source(row)], let other = found[reference]
      else { continue }
      let (first, second) = (min(root(row), root(other)), max(root(row), root(other)))
      leader[second] = first
    }
    for row in pids.indices where root(row) != row {
      let first = root(row)
      owners[row] = first
      give(sizesOf: row, to: first)
    }
  }

  /// The sizes may stand with any of the sharers.
  private mutating func give(sizesOf row: Int, to owner: Int) {
    mms[owner].takeLargest(mms[row])
    mms[row] = MM()
    rare.segments[owner] = rare.segments[owner] ?? rare.segments[row]
    rare.mappedFiles[owner] = rare.mappedFiles[owner] ?? rare.mappedFiles[row]
    // What the sharer says of the address space, whose sizes are the owner's now.
    committed[owner] = committed[row] ?? committed[owner]
    committed[row] = nil
    if flags[owner].contains(.derivedTables), !flags[row].contains(.derivedTables) {
      flags[owner].remove(.derivedTables)
      rare.upperTables[owner] = rare.upperTables[row]
    }
  }

  /// Derives what the table does not give.
  private mutating func complete(pagesPerTable: Int64) {
    for row in pids.indices {
      let owner = owners[row] ?? row
      if owner == row {
        mms[row].touched = mms[row].rssAndSwap
        commit(row)
        if mms[row].pageTables == ProcessTable.derived {
          mms[row].pageTables =
            flags[row].contains(.kernelThread)
            ? 0
            : pageTablesOfAnEmptyProcess
              + lastLevelTables(touched: mms[row].touched, pagesPerTable: pagesPerTable)
        }
      }
      if table.totalVM.isEmpty { continue }
      let totalVM = table.totalVM[source(row)]
      // The owner comes first in the list, so what it touched is known.
      let mapped = mappings[owner]
      if totalVM == ProcessTable.derived || owner != row && mapped.extraVM != 0 { continue }
      let touched = mms[owner].touched
      mappings.change(owner) { $0.extraVM = totalVM - touched - mapped.untouched }
    }
  }
}
