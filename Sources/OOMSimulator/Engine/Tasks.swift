internal import VictimSelection

/// The processes of a run as columns, one row a process, in the order in which the kernel's task list
/// has them: creation order. Rows stay when their process dies.
///
/// Memory belongs to an address space. Where processes share one, its sizes are in the row of the first,
/// `owner`, and `pages` is the same in all of them. Only the verbs below change columns, and each brings all that is
/// derived from what it changes in step.
struct Tasks: Equatable, Sendable {
  enum Life: UInt8, Sendable {
    case running
    /// Killed, its memory not back yet. Kernel: `MMF_OOM_SKIP` is not set.
    case dying
    case killed
    case exited
  }

  let rules: Rules
  let word: WordBits
  /// What one page table maps, in pages.
  let pagesPerTable: Int64
  /// Whether the one CPU of the machine holds back a part of the counters.
  let holdsBack: Bool

  private(set) var names: [String] = []
  private(set) var pids: [Int32] = []
  private(set) var uids: [UInt32] = []
  private(set) var groups: [Int32] = []
  private(set) var oomScoreAdj: [Int16] = []
  private(set) var flags: [ProcessTable.Flags] = []
  private(set) var states: [Life] = []
  /// Empty while no row has a parent.
  private(set) var ppids: [Int32] = []
  private(set) var mms: [MM] = []
  /// Empty unless the one CPU of the machine holds something back.
  private(set) var heldBack: [HeldBack] = []
  private(set) var mappings = SparseColumn(nothing: Mappings())
  @Indirect private(set) var rare = RareColumns()
  /// Row that has the sizes, for the rows that share an address space.
  private(set) var owners: [Int: Int] = [:]

  // Derived from the above.

  /// All rows of a shared address space, by the row that has the sizes.
  private(set) var sharers: [Int: [Int]] = [:]
  /// What selection reads: rss, swap and page tables, as the release counts them.
  private(set) var pages: [Int64] = []
  /// What selection reads: `oomScoreAdj`, as the release counts it, or `neverChosen`.
  private(set) var candidateWeight: [Int16] = []
  /// For the index of a selection.
  private(set) var changes = ChangedRows()
  /// The children of each process that has any, oldest first, by its pid; kept where the rules look at them.
  private(set) var children: [Int32: [Int]] = [:]
  /// Rows that are dying, and running ones in swapoff.
  private(set) var dyingRows: Set<Int> = []
  private(set) var swapoffRows: Set<Int> = []
  /// What all address spaces add to `Committed_AS`.
  private(set) var committedAS: Int64 = 0

  /// No processes.
  init(rules: Rules, machine: Machine, pagesPerTable: Int64) {
    self.rules = rules
    self.word = machine.wordBits
    self.pagesPerTable = pagesPerTable
    holdsBack = rules.counters == .heldBackByCPUs && machine.cpus == 1
  }

  init(_ start: StartColumns, rules: Rules, machine: Machine, pagesPerTable: Int64) {
    self.init(rules: rules, machine: machine, pagesPerTable: pagesPerTable)
    names = start.names
    pids = start.pids
    uids = start.uids
    groups = start.groups
    oomScoreAdj = start.oomScoreAdj
    flags = start.flags
    states = start.states
    ppids = start.ppids
    mms = start.mms
    if holdsBack { heldBack = mms.map { HeldBack(atStart: $0) } }
    mappings = start.mappings
    // Set through the wrapped value here, the box of before would never be freed.
    _rare = Indirect(wrappedValue: start.rare)
    owners = start.owners
    for (row, owner) in owners.sorted(by: { $0.key < $1.key }) {
      sharers[owner, default: [owner]].append(row)
    }
    for row in 0..<count {
      if states[row] == .dying { dyingRows.insert(row) }
      if isInSwapoff(row) { swapoffRows.insert(row) }
      if rules.looksAtChildren, !ppids.isEmpty { addChild(row) }
      committedAS += committed(row)
    }
    pages.reserveCapacity(count)
    for row in 0..<count { pages.append(countedPages(row, of: sum(owner(row)))) }
    candidateWeight = Array(repeating: neverChosen, count: count)
    for row in 0..<count where !rules.badness.exemptsWholeMM || sharers[owner(row)] == nil {
      refreshCandidate(row)
    }
    // Those that share memory once for all of them.
    if rules.badness.exemptsWholeMM { for owner in sharers.keys { refreshCandidates(with: owner) } }
  }

  var count: Int { pids.count }

  // MARK: Keeping in step

  /// Changes the pages of an address space, and all that is derived from them.
  ///
  /// - Parameter together: the counters change at once, not page by page.
  private mutating func change(
    _ owner: Int, together: Bool = false, _ body: (inout MM) -> Void
  ) {
    committedAS -= mms[owner].anonAndSwap
    if holdsBack {
      let before = mms[owner]
      body(&mms[owner])
      heldBack[owner].count(from: before, to: mms[owner], together: together)
    } else {
      body(&mms[owner])
    }
    committedAS += mms[owner].anonAndSwap
    let sum = sum(owner)
    if owners.isEmpty {
      pages[owner] = countedPages(owner, of: sum)
      changes.note(owner)
      return
    }
    for user in usersOfMM(owner) {
      pages[user] = countedPages(user, of: sum)
      changes.note(user)
    }
  }

  /// Changes what an address space has mapped, and what is committed for it.
  private mutating func changeMappings(_ owner: Int, _ body: (inout Mappings) -> Void) {
    committedAS -= mappings[owner].commitBeside
    mappings.change(owner, body)
    committedAS += mappings[owner].commitBeside
  }

  private mutating func refreshCandidate(_ row: Int) {
    changes.note(row)
    candidateWeight[row] = countedWeight(row)
  }

  /// As `refreshCandidate`, of all that share the memory where one decides for the others.
  private mutating func refreshCandidates(with row: Int) {
    guard rules.badness.exemptsWholeMM, !sharers.isEmpty else { return refreshCandidate(row) }
    let users = usersOfMM(row)
    let isExempt = users.contains(where: isDisabledSharer)
    for user in users {
      let isCandidate = !isExempt && states[user] == .running && ownIneligibility(user) == nil
      changes.note(user)
      candidateWeight[user] = isCandidate ? weight(user) : neverChosen
    }
  }

  private mutating func addChild(_ row: Int) {
    if ppids[row] != 0 { children[ppids[row], default: []].append(row) }
  }

  // MARK: Processes

  /// Adds a process with nothing in it yet.
  ///
  /// - Returns: its row.
  mutating func append(
    _ process: Scenario.Process, name: String, pid: Int32, group: Int, at now: Microseconds
  ) -> Int {
    let row = count
    names.append(name)
    pids.append(pid)
    uids.append(process.uid)
    groups.append(Int32(group))
    oomScoreAdj.append(process.oomScoreAdj)
    flags.append(ProcessTable.flags(of: process))
    states.append(.running)
    if process.ppid != 0, ppids.isEmpty { ppids = Array(repeating: 0, count: row) }
    if process.ppid != 0 || !ppids.isEmpty { ppids.append(process.ppid) }
    mms.append(MM())
    if holdsBack { heldBack.append(HeldBack()) }
    rare.add(process, row: row, at: now)
    pages.append(0)
    candidateWeight.append(neverChosen)
    if process.isSwapoff { swapoffRows.insert(row) }
    refreshCandidate(row)
    if !ppids.isEmpty, rules.looksAtChildren { addChild(row) }
    return row
  }

  /// Makes a row without memory use the address space of another one. Kernel: `CLONE_VM`.
  mutating func join(_ row: Int, to other: Int) {
    let owner = owner(other)
    owners[row] = owner
    sharers[owner, default: [owner]].append(row)
    change(owner) { _ in }
    refreshCandidates(with: owner)
  }

  /// Gives a new process the sizes that it states beyond what it is going to touch.
  ///
  /// - Parameter touched: what it is going to touch, in pages.
  mutating func give(_ row: Int, totalVM: Int64?, pageTables: Int64?, touching touched: Int64) {
    let tables =
      lastLevelTables(touched: touched, pagesPerTable: pagesPerTable) + pageTablesOfAnEmptyProcess
    changeMappings(row) {
      if let totalVM { $0.extraVM = totalVM - touched }
      if let pageTables { $0.extraTables = pageTables - tables }
    }
  }

  /// Kernel: `mem_cgroup_attach()`, mm/memcontrol.c.
  mutating func move(_ row: Int, to group: Int) {
    groups[row] = Int32(group)
    changes.note(row)
  }

  /// Kernel: `do_exit()`, kernel/exit.c, or `mark_oom_victim()`, mm/oom_kill.c.
  mutating func end(_ rows: [Int], as state: Life) {
    for row in rows {
      states[row] = state
      if state == .dying { dyingRows.insert(row) } else { dyingRows.remove(row) }
      swapoffRows.remove(row)
      // It touches nothing any more.
      if !rare.hot.isEmpty { rare.hot[row] = nil }
      refreshCandidate(row)
    }
    // A process that is gone exempts nobody any more.
    if rules.badness.exemptsWholeMM { for row in rows { refreshCandidates(with: row) } }
  }

  // MARK: Settings

  mutating func setOOMScoreAdj(_ row: Int, _ adj: Int16) {
    oomScoreAdj[row] = adj
    refreshCandidates(with: row)
  }

  /// Keeps what was written to `oom_adj`; nil where only `oom_score_adj` says something.
  mutating func setOOMAdj(_ row: Int, _ adj: Int16?) {
    if adj == nil, rare.legacy[row] == nil { return }
    rare.legacy[row, default: Scenario.Process.LegacyInputs()].oomAdj = adj
    refreshCandidate(row)
  }

  /// Changes all but the two files above.
  mutating func apply(_ change: Event.ProcessChange, to row: Int) {
    if let isInVfork = change.isInVfork { setFlag(.inVfork, row, isInVfork) }
    if let isSwapoff = change.isSwapoff { setSwapoff(row, isSwapoff) }
    rare.apply(change, to: row)
    if let uid = change.uid { uids[row] = uid }
    if let capabilities = change.capabilities { flags[row].capabilities = capabilities }
    if let onENOMEM = change.onENOMEM { setFlag(.exitsOnENOMEM, row, onENOMEM == .exit) }
    self.change(owner(row)) { _ in }
    refreshCandidate(row)
  }

  mutating func setSwapoff(_ row: Int, _ isOn: Bool) {
    setFlag(.swapoff, row, isOn)
    if isOn { swapoffRows.insert(row) } else { swapoffRows.remove(row) }
    change(owner(row)) { _ in }
    refreshCandidates(with: row)
  }

  private mutating func setFlag(_ flag: ProcessTable.Flags, _ row: Int, _ isOn: Bool) {
    if isOn { flags[row].insert(flag) } else { flags[row].remove(flag) }
  }

  // MARK: Memory

  /// Kernel: `do_mmap()`, mm/mmap.c.
  mutating func map(_ pages: Int64, _ kind: Event.MappingKind, of owner: Int) {
    changeMappings(owner) { $0.map(pages, kind) }
  }

  /// Gives mapped and untouched address space back; no more than there is. Kernel: `do_munmap()`, mm/mmap.c.
  mutating func unmap(_ pages: Int64, _ kind: Event.MappingKind, of owner: Int) {
    changeMappings(owner) { $0.unmap(pages, kind) }
  }

  /// Keeps mapped memory for a growth that is going to touch it.
  mutating func claim(anon: Int64, shmem: Int64, of owner: Int) {
    changeMappings(owner) {
      $0.claimed += anon
      $0.claimedShared += shmem
    }
  }

  /// Touches pages of one kind that were claimed.
  ///
  /// - Parameters:
  ///   - counted: how far the counter goes up: 0 where a segment or a file shows its pages.
  ///   - tables: the page tables that this takes.
  mutating func touch(
    _ pages: Int64, _ kind: PageKind, of owner: Int, counted: Int64, tables: Int64
  ) {
    if kind != .file { changeMappings(owner) { $0.touch(pages, kind, counted: counted) } }
    change(owner) { $0.touch(pages, kind, counted: counted, tables: tables) }
  }

  /// Takes pages away that are given back, and what was committed for them.
  ///
  /// - Parameter touched: how many pages are touched no more, those of a segment or a file among them.
  mutating func giveBack(_ held: Held, touched: Int64, of owner: Int) {
    let all = mms[owner].anonAndSwap
    changeMappings(owner) { $0.giveBack(held.pages, of: all) }
    change(owner) {
      $0.touched -= touched
      $0.remove(held.pages)
    }
    if !held.nodes.isEmpty { changeNodes(of: owner) { $0 -= held.nodes } }
  }

  /// Follows what reclaim, swap or a copy did to the pages of an address space. Kernel: `add_mm_counter()`.
  mutating func addMMCounters(_ pages: Pages, of owner: Int) {
    change(owner) { $0.add(pages) }
  }

  /// Counts as many pages of a segment or a file as its users are shown.
  mutating func show(_ pages: Int64, of kind: SharedObject.Kind, in owner: Int) {
    change(owner) { $0.show(pages, of: kind) }
  }

  /// - Parameter none: what a process has whose nodes nobody has counted yet.
  mutating func changeNodes(
    of owner: Int, none: NodeShares = NodeShares(), _ body: (inout NodeShares) -> Void
  ) {
    body(&rare.nodes[owner, default: none])
  }

  mutating func changeAges(of owner: Int, _ body: (inout Ages) -> Void) {
    body(&rare.ages[owner, default: Ages()])
    if rare.ages[owner]?.isEmpty == true { rare.ages[owner] = nil }
  }

  /// Fills the row of a child with what a fork copies. Kernel: `dup_mmap()`, kernel/fork.c.
  mutating func fork(_ owner: Int, to child: Int, tables: Int64) {
    let parent = mms[owner]
    let copied = mappings[owner].copiedByFork
    let untouchedVM = totalVM(owner) - parent.anonAndSwap - copied.untouchedVM
    changeMappings(child) {
      $0 = copied
      $0.extraVM = untouchedVM
      $0.map(parent.lazyFree, .private)
    }
    change(child, together: true) { $0 = parent.copiedByFork(tables: tables) }
    if let nodes = rare.nodes[owner] {
      rare.nodes[child] = nodes.part(parent.pages.copiedByFork)
    }
  }

  /// Takes all memory away. Kernel: `exit_mmap()`, mm/mmap.c.
  mutating func exitMM(_ owner: Int) {
    if !rare.upperTables.isEmpty { rare.upperTables[owner] = nil }
    if !rare.nodes.isEmpty { rare.nodes[owner] = nil }
    if !rare.ages.isEmpty { rare.ages[owner] = nil }
    changeMappings(owner) { $0 = Mappings() }
    change(owner) { $0 = MM() }
  }

  /// Some rows, numbered anew; what is derived from them is left out, but for the points.
  func kept(_ numbers: RowNumbers, pids: [Int32], ppids: [Int32], rare: RareColumns) -> Tasks {
    // A column that is forgotten here keeps its dead rows, so that no loop is found where there is none.
    var tasks = self
    (tasks.sharers, tasks.children, tasks.changes) = ([:], [:], ChangedRows())
    (tasks.dyingRows, tasks.swapoffRows, tasks.committedAS) = ([], [], 0)
    tasks.names = numbers.kept(names)
    tasks.pids = pids
    tasks.uids = numbers.kept(uids)
    tasks.groups = numbers.kept(groups)
    tasks.oomScoreAdj = numbers.kept(oomScoreAdj)
    tasks.flags = numbers.kept(flags)
    tasks.states = numbers.kept(states)
    tasks.ppids = ppids
    tasks.mms = numbers.kept(mms)
    if holdsBack { tasks.heldBack = numbers.kept(heldBack) }
    tasks.mappings = numbers.kept(mappings, nothing: Mappings())
    tasks.rare = rare
    tasks.owners = numbers.kept(owners).mapValues { numbers[$0] }
    tasks.pages = numbers.kept(pages)
    tasks.candidateWeight = numbers.kept(candidateWeight)
    return tasks
  }

  // MARK: For the index of a selection

  /// From now on rows whose pages, weight or group change are noted.
  mutating func beginChanges() { changes.begin(rows: count) }

  /// All that has changed was told.
  mutating func clearChanges() { changes.clear() }
}

extension Rules {
  /// Whether anything depends on which process is whose child.
  var looksAtChildren: Bool { badness.isLegacy || kill.child != .none }
}
