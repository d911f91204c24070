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
  private func isAdmitted(_ pages: Int64, row: Int) -> Bool {
    pages == 0 || vmEnoughMemory(pages: pages, overcommitState(row: row))
  }

  /// Maps address space without touching it.
  ///
  /// Private writable memory is charged in full, shared memory by its object, what cannot be written
  /// not at all; `MAP_NORESERVE` counts only where mode 2 ignores it.
  ///
  /// - Returns: whether overcommit admits it.
  ///
  /// Kernel: `accountable_mapping()`, mm/mmap.c, and `shmem_acct_size()`, mm/shmem.c.
  mutating func map(
    _ pages: Int64, _ kind: Event.MappingKind, row: Int
  ) -> Bool {
    let isReserved = kind == .noReserve && vm.overcommitMemory == .never
    let kind = isReserved ? .private : kind
    if kind == .private || kind == .shared {
      guard isAdmitted(pages, row: row) else { return false }
    }
    tasks.map(pages, kind, of: tasks.owner(row))
    return true
  }

  /// Admits what a growth at once is going to touch beyond what its process has mapped already.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  mutating func admit(_ sizes: Event.Sizes, row: Int) -> Int64? {
    let owner = tasks.owner(row)
    settleLazily(owner)
    let anon = sizes.anon + sizes.locked
    let request = max(anon - tasks.mappings[owner].unclaimed, 0)
    if !map(request, .private, row: row) { return request }
    if let refused = admitShared(sizes.shmem, row: row) {
      tasks.unmap(request, .private, of: owner)
      return refused
    }
    tasks.claim(anon: anon, shmem: sizes.shmem, of: owner)
    return nil
  }

  /// Tells a process what reclaim discarded of its memory, since that is mapped and untouched again.
  private mutating func settleLazily(_ owner: Int) {
    if tasks.mms[owner].lazyFree > 0 { settleHoldings(of: owner) }
  }

  /// Admits what a process is going to touch of shared memory.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  private mutating func admitShared(_ pages: Int64, row: Int) -> Int64? {
    let owner = tasks.owner(row)
    if let number = shared.number(.shmem, of: owner) {
      return admit(pages, object: number, row: row)
    }
    let request = max(pages - tasks.mappings[owner].unclaimedShared, 0)
    return map(request, .shared, row: row) ? nil : request
  }

  /// Admits what a process is going to touch of a segment: its pages are committed once, whoever maps them.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  private mutating func admit(
    _ pages: Int64, object number: Int, row: Int
  ) -> Int64? {
    let owner = tasks.owner(row)
    let object = shared.list[number]
    let wanted = (object.mapped[owner] ?? 0) + tasks.mappings[owner].claimedShared + pages
    let request = max(wanted - object.admitted, 0)
    guard isAdmitted(request, row: row) else { return request }
    shared.change(number) { $0.admit(request) }
    return nil
  }

  // MARK: Growth over time

  /// Lets a growth over time begin with what its process has mapped already and no other growth is going to touch. For
  /// the rest it asks page by page.
  mutating func claimMapped(for growth: inout Growth, row: Int) {
    let owner = tasks.owner(row)
    settleLazily(owner)
    let mappings = tasks.mappings[owner]
    growth.admittedPrivate = min(
      growth.total.anon + growth.total.locked, max(mappings.unclaimed, 0))
    growth.admittedShared = min(growth.total.shmem, max(mappings.unclaimedShared, 0))
    tasks.claim(anon: growth.admittedPrivate, shmem: growth.admittedShared, of: owner)
  }

  /// What a growth asks overcommit for as it touches its next pages. A page of a segment is committed once, whichever
  /// process touches it first.
  private func request(_ pages: Int64, _ kind: PageKind, of growth: Growth) -> Int64 {
    let pages = growth.unadmitted(pages, kind)
    guard pages > 0, kind == .shmem, let owner = growth.owner,
      let number = shared.number(.shmem, of: owner)
    else { return pages }
    let object = shared.list[number]
    return max((object.mapped[owner] ?? 0) + pages - object.admitted, 0)
  }

  /// How many of the next pages of a growth overcommit admits, which is asked for each page by itself.
  ///
  /// Only the sum of mode 2 can be too much: mode 0 looks at each request by itself, and one of a single page fits. A
  /// process asks for address space before it touches a page, so a release that looks at what is free has said yes by
  /// then.
  ///
  /// Kernel: `__vm_enough_memory()`, mm/util.c, called by `mmap()`, `brk()` and `mremap()`.
  ///
  /// - Parameter planned: what others are going to ask for first.
  @inline(__always)
  func admitted(
    _ pages: Int64, _ kind: PageKind, of growth: Growth, after planned: Int64 = 0
  ) -> Int64 {
    growth.tmpfsSize == nil && vm.overcommitMemory != .never
      ? pages : admittedStrictly(pages, kind, of: growth, after: planned)
  }

  private func admittedStrictly(
    _ pages: Int64, _ kind: PageKind, of growth: Growth, after planned: Int64
  ) -> Int64 {
    var pages = pages
    if let size = growth.tmpfsSize {
      pages = min(pages, tmpfsRoom(size, group: growth.unownedGroup))
    }
    guard vm.overcommitMemory == .never, growth.unadmitted(pages, kind) > 0 else { return pages }
    let overcommit = overcommitState(row: growth.row)
    return most(pages) {
      let request = request($0, kind, of: growth)
      if request == 0 { return true }
      var last = overcommit
      last.committed += planned + request - 1
      last.totalVM = last.totalVM.map { $0 + request - 1 }
      return vmEnoughMemory(pages: 1, last)
    }
  }

  /// Whether mode 2 admits what all of some growths are going to touch, whatever the others do.
  @inline(__always)
  func admitsAll(_ requests: Int64) -> Bool {
    requests == 0 || vm.overcommitMemory != .never || admitsAllStrictly(requests)
  }

  private func admitsAllStrictly(_ requests: Int64) -> Bool {
    // To 3.9 a process's own size has no bound above which it keeps no more back.
    if rules.overcommit.strict == .thirtySecond { return false }
    var overcommit = overcommitState(row: nil)
    overcommit.committed += requests
    overcommit.isAdmin = false
    overcommit.totalVM = .max
    return vmEnoughMemory(pages: 1, overcommit)
  }

  /// Gives back what a growth that ends early was going to touch of what its process had mapped.
  mutating func releaseClaim(of growth: Growth) {
    guard let owner = growth.owner else { return }
    func left(_ admitted: Int64, _ done: Int64) -> Int64 {
      admitted == .max ? 0 : max(admitted - done, 0)
    }
    tasks.claim(
      anon: -left(growth.admittedPrivate, growth.done.anon + growth.done.locked),
      shmem: -left(growth.admittedShared, growth.done.shmem), of: owner)
  }

  /// Commits what a growth over time is about to touch.
  mutating func commitTouched(_ pages: Int64, _ kind: PageKind, of growth: Growth) {
    let new = growth.unadmitted(pages, kind)
    guard new > 0, let owner = growth.owner else { return }
    if kind != .shmem {
      tasks.map(new, .private, of: owner)
      tasks.claim(anon: new, shmem: 0, of: owner)
      return
    }
    if let number = shared.number(.shmem, of: owner) {
      let request = request(pages, kind, of: growth)
      shared.change(number) { $0.admit(request) }
    } else {
      tasks.map(new, .shared, of: owner)
    }
    tasks.claim(anon: 0, shmem: new, of: owner)
  }

  /// Admits the private memory that a fork commits once more, taken as one mapping.
  ///
  /// - Returns: the request that was refused, in pages, or nil.
  ///
  /// Kernel: `dup_mmap()`, kernel/fork.c, asks `security_vm_enough_memory_mm()` for each mapping by itself.
  func refusedFork(of row: Int) -> Int64? {
    let owner = tasks.owner(row)
    let pages = max(tasks.committed(owner) - tasks.mappings[owner].committedShmem, 0)
    return isAdmitted(pages, row: row) ? nil : pages
  }
}
