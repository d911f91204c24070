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

  /// Maps address space without touching it.
  ///
  /// Private writable memory is charged in full, shared memory by its object, what cannot be written
  /// not at all; `MAP_NORESERVE` counts only where mode 2 ignores it.
  ///
  /// - Parameter isGradual: it is asked for page by page.
  /// - Returns: whether overcommit admits it.
  ///
  /// Kernel: `accountable_mapping()`, mm/mmap.c, and `shmem_acct_size()`, mm/shmem.c.
  mutating func map(
    _ pages: Int64, _ kind: Event.MappingKind, row: Int, isGradual: Bool = false
  ) -> Bool {
    let isReserved = kind == .noReserve && vm.overcommitMemory == .never
    let kind = isReserved ? .private : kind
    if kind == .private || kind == .shared {
      guard isAdmitted(pages, row: row, isGradual: isGradual) else { return false }
    }
    tasks.map(pages, kind, of: tasks.owner(row))
    return true
  }

  /// Admits what a growth is going to touch beyond what its process has mapped already.
  ///
  /// - Parameter isGradual: it is asked for over a time, not at once.
  /// - Returns: the request that was refused, in pages, or nil.
  mutating func admit(_ sizes: Event.Sizes, row: Int, isGradual: Bool = false) -> Int64? {
    let owner = tasks.owner(row)
    let anon = sizes.anon + sizes.locked
    let request = max(anon - tasks.mappings[owner].unclaimed, 0)
    if !map(request, .private, row: row, isGradual: isGradual) { return request }
    if let refused = admitShared(sizes.shmem, row: row, isGradual: isGradual) {
      tasks.unmap(request, .private, of: owner)
      return refused
    }
    tasks.claim(anon: anon, shmem: sizes.shmem, of: owner)
    return nil
  }

  /// Admits what a process is going to touch of shared memory.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  private mutating func admitShared(_ pages: Int64, row: Int, isGradual: Bool) -> Int64? {
    let owner = tasks.owner(row)
    if let number = shared.number(.shmem, of: owner) {
      return admit(pages, object: number, row: row, isGradual: isGradual)
    }
    let request = max(pages - tasks.mappings[owner].unclaimedShared, 0)
    return map(request, .shared, row: row, isGradual: isGradual) ? nil : request
  }

  /// Admits what a process is going to touch of a segment: its pages are committed once, whoever maps them.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  private mutating func admit(
    _ pages: Int64, object number: Int, row: Int, isGradual: Bool
  ) -> Int64? {
    let owner = tasks.owner(row)
    let object = shared.list[number]
    let wanted = (object.mapped[owner] ?? 0) + tasks.mappings[owner].claimedShared + pages
    let request = max(wanted - object.admitted, 0)
    guard isAdmitted(request, row: row, isGradual: isGradual) else { return request }
    shared.change(number) { $0.admit(request) }
    return nil
  }

  /// Admits the private memory that a fork commits once more, taken as one mapping.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  ///
  /// Kernel: `dup_mmap()`, kernel/fork.c, asks `security_vm_enough_memory_mm()` for each mapping by itself.
  func refusedFork(of row: Int) -> Int64? {
    let owner = tasks.owner(row)
    let pages = max(tasks.committed(owner) - tasks.mappings[owner].committedShmem, 0)
    return isAdmitted(pages, row: row, isGradual: false) ? nil : pages
  }
}
