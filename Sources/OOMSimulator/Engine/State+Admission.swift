extension State {
  /// What the admission of a request by `row` depends on; no row is a request of nobody.
  func overcommitState(row: Int?) -> OvercommitState {
    var state = OvercommitState(
      mode: vm.overcommitMemory,
      limit: CommitLimitInputs(
        totalram: machine.memory, hugetlb: machine.hugetlb, totalSwap: machine.swap,
        overcommitRatio: vm.overcommitRatio, overcommitKbytes: vm.overcommitKbytes,
        pageSize: machine.pageSize),
      committed: committed,
      isAdmin: row.map { tasks.capabilities($0).contains(.sysAdmin) } ?? true,
      adminReserve: machine.pages(vm.adminReserveKbytes),
      userReserve: machine.pages(vm.userReserveKbytes),
      totalVM: row.map { tasks.totalVM($0) })
    state.rule = rules.overcommit
    state.rule.word = machine.wordBits
    if admissionLooksAtMemory {
      state.memory = memoryState
    }
    return state
  }

  /// Whether what is free decides about a request.
  var admissionLooksAtMemory: Bool {
    rules.overcommit.heuristic != .oneRequest && vm.overcommitMemory == .heuristic
  }

  /// What mode 0 counts before 5.2. The reserve is the high watermark of a machine taken as one zone.
  private var memoryState: MemoryState {
    var state = MemoryState()
    for account in ledger.accounts {
      state.file +=
        account.pages.cache + account.pages.file + account.pages.shmem + account.pages.tmpfs
      state.shmem += account.pages.shmem + account.pages.tmpfs
      state.slabReclaimable += account.pages.slabReclaimable
    }
    state.free = free
    state.freeSwap = max(machine.swap - ledger.accounts[MemcgTree.root].swapUsage, 0)
    state.totalReserve =
      lowAndHighWatermark(min: minWatermark, managed: machine.memory, step: rules.watermarks.step)
      .high
    return state
  }

  /// Whether overcommit admits a request.
  ///
  /// - Parameter isGradual: it comes page by page. Mode 0 looks at each request by itself before 5.2, so that
  ///   nothing but the want of a single page stops it.
  private func isAdmitted(_ pages: Int64, row: Int, isGradual: Bool) -> Bool {
    let state = overcommitState(row: row)
    let asksPageByPage =
      isGradual && state.mode == .heuristic && state.rule.heuristic != .oneRequest
    return pages == 0 || vmEnoughMemory(pages: asksPageByPage ? 1 : pages, state)
  }

  /// Commits private memory that a process maps.
  ///
  /// - Returns: whether overcommit admits it.
  mutating func commit(_ pages: Int64, row: Int, isGradual: Bool = false) -> Bool {
    guard isAdmitted(pages, row: row, isGradual: isGradual) else { return false }
    let owner = tasks.owner(row)
    committed += pages
    tasks.untouched[owner] += pages
    tasks.commitBeside[owner] += pages
    return true
  }

  /// Commits shared memory that a process maps: the whole object at once.
  mutating func commitShared(_ pages: Int64, row: Int, isGradual: Bool = false) -> Bool {
    guard isAdmitted(pages, row: row, isGradual: isGradual) else { return false }
    let owner = tasks.owner(row)
    committed += pages
    tasks.untouchedShared[owner] += pages
    tasks.commitBeside[owner] += pages
    tasks.committedShmem[owner] += pages
    return true
  }

  /// Maps address space without touching it.
  ///
  /// Private writable memory is charged in full, shared memory by its object, what cannot be written
  /// not at all; `MAP_NORESERVE` counts only where mode 2 ignores it.
  ///
  /// Kernel: `accountable_mapping()`, mm/mmap.c, and `shmem_acct_size()`, mm/shmem.c.
  mutating func map(_ pages: Int64, _ kind: Event.MappingKind, row: Int) -> Bool {
    let owner = tasks.owner(row)
    switch kind {
    case .private:
      return commit(pages, row: row)
    case .shared:
      return commitShared(pages, row: row)
    case .readOnly:
      tasks.uncommitted[owner] += pages
      return true
    case .noReserve:
      if vm.overcommitMemory == .never { return commit(pages, row: row) }
      tasks.noReserve[owner] += pages
      return true
    }
  }

  /// Gives mapped and untouched address space back; no more than there is.
  mutating func unmap(_ pages: Int64, _ kind: Event.MappingKind, row: Int) {
    let owner = tasks.owner(row)
    switch kind {
    case .private, .noReserve:
      let mapped = tasks.untouched[owner] + tasks.noReserve[owner]
      var pages = min(pages, max(mapped - tasks.claimed[owner], 0))
      if kind == .noReserve {
        // What was mapped in mode 2 was committed all the same.
        let unreserved = min(pages, tasks.noReserve[owner])
        tasks.noReserve[owner] -= unreserved
        pages -= unreserved
      }
      pages = min(pages, tasks.untouched[owner])
      tasks.untouched[owner] -= pages
      tasks.commitBeside[owner] -= pages
      committed -= pages
    case .shared:
      let free =
        tasks.untouchedShared[owner] - tasks.claimedShared[owner]
      let pages = min(pages, max(free, 0))
      tasks.untouchedShared[owner] -= pages
      tasks.commitBeside[owner] -= pages
      tasks.committedShmem[owner] -= pages
      committed -= pages
    case .readOnly:
      let pages = min(pages, tasks.uncommitted[owner])
      tasks.uncommitted[owner] -= pages
    }
  }

  /// Admits what a growth is going to touch beyond what its process has mapped already.
  ///
  /// - Parameter isGradual: it is asked for over a time, not at once.
  /// - Returns: the request that was refused, in pages, or nil.
  mutating func admit(_ sizes: Event.Sizes, row: Int, isGradual: Bool = false) -> Int64? {
    let owner = tasks.owner(row)
    let anon = sizes.anon + sizes.locked
    let mapped =
      tasks.untouched[owner] + tasks.noReserve[owner]
      - tasks.claimed[owner]
    let request = max(anon - mapped, 0)
    if !commit(request, row: row, isGradual: isGradual) { return request }
    if let number = self.shared.number(.shmem, of: owner) {
      if let refused = admit(sizes.shmem, object: number, row: row, isGradual: isGradual) {
        unmap(request, .private, row: row)
        return refused
      }
      tasks.claimed[owner] += anon
      return nil
    }
    let mappedShared =
      tasks.untouchedShared[owner] - tasks.claimedShared[owner]
    let shared = max(sizes.shmem - mappedShared, 0)
    if !commitShared(shared, row: row, isGradual: isGradual) {
      unmap(request, .private, row: row)
      return shared
    }
    tasks.claimed[owner] += anon
    tasks.claimedShared[owner] += sizes.shmem
    return nil
  }

  /// Admits what a process is going to touch of a segment: its pages are committed once, whoever maps them.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  private mutating func admit(
    _ pages: Int64, object number: Int, row: Int, isGradual: Bool
  ) -> Int64? {
    let owner = tasks.owner(row)
    let object = shared.list[number]
    let wanted = (object.mapped[owner] ?? 0) + tasks.claimedShared[owner] + pages
    let request = max(wanted - object.admitted, 0)
    guard isAdmitted(request, row: row, isGradual: isGradual) else { return request }
    committed += request
    shared.list[number].committed += request
    shared.list[number].admitted += request
    tasks.claimedShared[owner] += pages
    return nil
  }

  /// Admits the private memory that a fork commits once more, taken as one mapping.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  ///
  /// Kernel: `dup_mmap()`, kernel/fork.c, asks `security_vm_enough_memory_mm()` for each mapping by itself.
  func refusedFork(of row: Int) -> Int64? {
    let owner = tasks.owner(row)
    let pages = max(tasks.committed(owner) - tasks.committedShmem[owner], 0)
    return isAdmitted(pages, row: row, isGradual: false) ? nil : pages
  }
}
