internal import VictimSelection

/// The processes of a run as columns, one row a process, in the order in which the kernel's task list
/// has them: creation order. Rows stay when their process dies.
///
/// Memory belongs to an address space. Where processes share one, its sizes are in the row of the first,
/// `owner`, and `pages` is the same in all of them.
struct Tasks: Equatable, Sendable {
  enum Life: UInt8, Sendable {
    case running
    /// Killed, its memory not back yet. Kernel: `MMF_OOM_SKIP` is not set.
    case dying
    case killed
    case exited
  }

  var names: [String] = []
  var pids: [Int32] = []
  var uids: [UInt32] = []
  var groups: [Int32] = []
  var oomScoreAdj: [Int16] = []
  var flags: [ProcessTable.Flags] = []
  var states: [Life] = []

  var anon: [Int64] = []
  var file: [Int64] = []
  var shmem: [Int64] = []
  var swap: [Int64] = []
  var locked: [Int64] = []
  var pageTables: [Int64] = []
  /// Pages that have ever been touched and not given back: what page tables are for.
  var touched: [Int64] = []

  /// What selection reads: rss, swap and page tables, as the release counts them.
  var pages: [Int64] = []
  /// What selection reads: `oomScoreAdj`, as the release counts it, or `neverChosen`.
  var candidateWeight: [Int16] = []
  /// For the index of a selection.
  var changes = ChangedRows()

  let rules: Rules
  let word: WordBits

  /// Empty while no row has a parent.
  var ppids: [Int32] = []
  /// What the rules before 2.6.36 read besides, of the rows that give it.
  var legacy: [Int: Scenario.Process.LegacyInputs] = [:]
  /// When a process began that did not exist at the start.
  var startedAt: [Int: Microseconds] = [:]
  /// The upper levels of page tables that were given by level.
  var upperTables: [Int: PageTableLevels] = [:]
  /// Groups of threads that live elsewhere than their process.
  var threadGroups: [Int: [Int32]] = [:]
  /// Memory nodes of the rows that give them.
  var memsAllowed: [Int: NodeMask] = [:]
  var mempolicy: [Int: NodeMask] = [:]
  /// What the rows map that give it: the name of a segment, and of a file.
  var segments: [Int: String] = [:]
  var mappedFiles: [Int: String] = [:]
  /// Where the resident pages of an address space lie, on a machine with several memory nodes.
  var nodes: [Int: NodeShares] = [:]
  /// The children of each process that has any, oldest first, by its pid; kept where the rules look at them.
  var children: [Int32: [Int]] = [:]
  /// Rows that are dying, and rows that run swapoff.
  var dyingRows: Set<Int> = []
  var swapoffRows: Set<Int> = []

  /// Address space beyond what is touched or mapped, where `total_vm` was given.
  var extraVM = SparseColumn()
  /// What one page table maps, in pages.
  var pagesPerTable: Int64 = 512
  /// First page tables beyond those of an empty process, where `page_tables` was given at the start.
  var extraTables = SparseColumn()
  /// Private memory that is mapped, committed and untouched.
  var untouched = SparseColumn()
  /// Private memory that is mapped without being committed, untouched and touched. Kernel: a mapping
  /// without `VM_ACCOUNT`.
  var noReserve = SparseColumn()
  var noReserveTouched = SparseColumn()
  /// The part of `untouched` and `noReserve` that growth in progress is going to touch.
  var claimed = SparseColumn()
  /// Shared memory that is mapped, committed and untouched.
  var untouchedShared = SparseColumn()
  /// The part of `untouchedShared` that growth in progress is going to touch.
  var claimedShared = SparseColumn()
  /// Address space that nothing is committed for and that is not touched.
  var uncommitted = SparseColumn()
  /// What a process has committed besides its `anon + swap`: what it mapped and did not touch, and shared
  /// memory; negative where it touched memory that was mapped without a reserve.
  var commitBeside = SparseColumn()
  /// The part of `commitBeside` that is shared memory.
  var committedShmem = SparseColumn()
  /// Shared memory in swap: in no counter of the process. Kernel: shmem has no `MM_SWAPENTS`.
  var swappedShmem = SparseColumn()
  /// Row that has the sizes, for the rows that share an address space.
  var owners: [Int: Int] = [:]
  /// All rows of a shared address space, by the row that has the sizes.
  var sharers: [Int: [Int]] = [:]

  init(rules: Rules, word: WordBits, pagesPerTable: Int64) {
    self.rules = rules
    self.word = word
    self.pagesPerTable = pagesPerTable
  }

  var count: Int { pids.count }

  func owner(_ row: Int) -> Int { owners.isEmpty ? row : owners[row] ?? row }

  /// The rows that use the same address space, in task order.
  func usersOfMM(_ row: Int) -> [Int] {
    let owner = owner(row)
    return sharers[owner] ?? [owner]
  }

  func isAlive(_ row: Int) -> Bool { states[row] == .running }

  /// Whether it is still in the kernel's list: running, or dying with its memory not back.
  func hasNotExited(_ row: Int) -> Bool { states[row] == .running || states[row] == .dying }

  func isKernelThread(_ row: Int) -> Bool { flags[row].contains(.kernelThread) }

  func capabilities(_ row: Int) -> Capabilities {
    if flags[row].contains(.statesCapabilities) {
      return Capabilities(
        rawValue: UInt8(
          truncatingIfNeeded: flags[row].rawValue >> ProcessTable.Flags.capabilitiesShift) & 7)
    }
    return uids[row] == 0 ? .all : []
  }

  /// Address space in pages. Kernel: `mm->total_vm`.
  func totalVM(_ row: Int) -> Int64 {
    let owner = owner(row)
    var pages = touched[owner]
    // Most processes have nothing in these tables, and most scenarios none at all.
    if !untouched.isEmpty { pages += untouched[owner] }
    if !noReserve.isEmpty { pages += noReserve[owner] }
    if !untouchedShared.isEmpty { pages += untouchedShared[owner] }
    if !uncommitted.isEmpty { pages += uncommitted[owner] }
    if !extraVM.isEmpty { pages += extraVM[owner] }
    return pages
  }

  /// What an address space adds to `Committed_AS`.
  func committed(_ owner: Int) -> Int64 {
    anon[owner] + swap[owner] + commitBeside[owner]
  }

  /// Whether the memory of a row's address space is still there.
  func hasMemory(_ owner: Int) -> Bool {
    // A kernel thread that borrows an address space does not keep it: its users are gone, it is reaped.
    usersOfMM(owner).contains {
      (states[$0] == .running || states[$0] == .dying) && (!isKernelThread($0) || owner == $0)
    }
  }

  /// Brings the selection columns in step with a row's sizes and settings.
  mutating func refresh(_ row: Int) {
    let owner = owner(row)
    let sum =
      anon[owner] + file[owner] + shmem[owner] + swap[owner] + countedTables(owner: owner)
    if rules.badness.rootBonus != .ofOwnUse, swapoffRows.isEmpty {
      if owners.isEmpty {
        pages[row] = sum
        changes.note(row)
        return
      }
      for user in usersOfMM(row) {
        pages[user] = sum
        changes.note(user)
      }
      return
    }
    for user in usersOfMM(row) {
      changes.note(user)
      pages[user] =
        hasThousandPoints(user)
        ? 0
        : rules.badness.rootBonus.pages(
          sum, isAdmin: capabilities(user).contains(.sysAdmin), word: word)
    }
  }

  mutating func refreshCandidate(_ row: Int) {
    let isCandidate = states[row] == .running && ineligibility(row) == nil
    changes.note(row)
    candidateWeight[row] = isCandidate ? weight(row) : neverChosen
  }

  /// As `refreshCandidate`, of all that share the memory where one decides for the others.
  mutating func refreshCandidates(with row: Int) {
    guard rules.badness.exemptsWholeMM, !sharers.isEmpty else { return refreshCandidate(row) }
    let users = usersOfMM(row)
    let isExempt = users.contains(where: isDisabledSharer)
    for user in users {
      let isCandidate = !isExempt && states[user] == .running && ownIneligibility(user) == nil
      changes.note(user)
      candidateWeight[user] = isCandidate ? weight(user) : neverChosen
    }
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
    switch rules.badness.pageTables {
    case .all: return pageTables[owner]
    case .none: return 0
    case .pte, .pteAndPMD:
      let isDerived = flags[owner].contains(.derivedTables) && pageTables[owner] > 0
      guard let upper = isDerived ? upperTablesOfAProcess : upperTables[owner] else {
        return pageTables[owner]
      }
      let levels = PageTableLevels(
        pte: max(pageTables[owner] - upper.total, 0), pmd: upper.pmd, pud: upper.pud)
      return rules.badness.pageTables.pages(levels)
    }
  }
}

extension Tasks {
  mutating func setFlags(
    _ row: Int, capabilities: Capabilities?, onENOMEM: Scenario.Process.OnENOMEM?
  ) {
    var process = Scenario.Process()
    process.isKernelThread = isKernelThread(row)
    process.capabilities =
      capabilities ?? (flags[row].contains(.statesCapabilities) ? self.capabilities(row) : nil)
    process.onENOMEM =
      onENOMEM ?? (flags[row].contains(.exitsOnENOMEM) ? .exit : .continue)
    process.isInVfork = flags[row].contains(.inVfork)
    process.isDying = flags[row].contains(.dying)
    process.isSwapoff = flags[row].contains(.swapoff)
    process.pageTables = flags[row].contains(.derivedTables) ? nil : 0
    flags[row] = ProcessTable.flags(of: process)
    refresh(row)
    refreshCandidate(row)
  }

  mutating func setFlag(_ flag: ProcessTable.Flags, _ row: Int, _ isOn: Bool) {
    if isOn { flags[row].insert(flag) } else { flags[row].remove(flag) }
    if flag == .swapoff {
      if isOn { swapoffRows.insert(row) } else { swapoffRows.remove(row) }
    }
    refresh(row)
    refreshCandidates(with: row)
  }

  /// Makes a row without memory use the address space of another one.
  mutating func join(_ row: Int, to other: Int) {
    let owner = owner(other)
    owners[row] = owner
    sharers[owner, default: [owner]].append(row)
    refresh(owner)
  }
}
