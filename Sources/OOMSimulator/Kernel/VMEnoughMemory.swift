package import VictimSelection

/// Everything that the admission of address space depends on, in pages.
package struct OvercommitState: Equatable, Sendable {
  package var mode: Sysctl.OvercommitMemory
  package var limit: CommitLimitInputs
  /// What is committed already, without the request. File: `Committed_AS` in /proc/meminfo.
  package var committed: Int64
  /// Effective `CAP_SYS_ADMIN`.
  package var isAdmin: Bool
  package var adminReserve: Int64
  package var userReserve: Int64
  /// Address space of the process before the request; nil when there is no process.
  package var totalVM: Int64?
  /// What the machine has; mode 0 asks for it before 5.2.
  package var memory = MemoryState()
  package var rule = OvercommitRule()

  package init(
    mode: Sysctl.OvercommitMemory, limit: CommitLimitInputs, committed: Int64, isAdmin: Bool,
    adminReserve: Int64, userReserve: Int64, totalVM: Int64?
  ) {
    self.mode = mode
    self.limit = limit
    self.committed = committed
    self.isAdmin = isAdmin
    self.adminReserve = adminReserve
    self.userReserve = userReserve
    self.totalVM = totalVM
  }
}

/// What is free and what could be, in pages.
package struct MemoryState: Equatable, Sendable {
  /// Kernel: `NR_FREE_PAGES`.
  package var free: Int64 = 0
  /// The page cache, shared memory and tmpfs with it. Kernel: `NR_FILE_PAGES`.
  package var file: Int64 = 0
  /// Kernel: `NR_SHMEM`.
  package var shmem: Int64 = 0
  package var freeSwap: Int64 = 0
  package var slabReclaimable: Int64 = 0
  /// Kernel: `totalreserve_pages`: the high watermark and what lower zones keep.
  package var totalReserve: Int64 = 0

  package init() {}
}

/// The rules of one release for the admission of address space.
package struct OvercommitRule: Equatable, Sendable {
  package var heuristic: Heuristic
  package var strict: StrictReserve
  package var comparison: Comparison
  /// `vm.overcommit_kbytes` exists: since 3.14.
  package var hasKbytes: Bool
  package var word = WordBits.bits64

  package init(
    heuristic: Heuristic = .oneRequest, strict: StrictReserve = .kbytes,
    comparison: Comparison = .signed, hasKbytes: Bool = true
  ) {
    self.hasKbytes = hasKbytes
    self.heuristic = heuristic
    self.strict = strict
    self.comparison = comparison
  }

}

/// Whether a request for address space is admitted.
///
/// Mode 1 says yes. Mode 0 is a guess that differs by release. Mode 2 admits while what is
/// committed, the request included, stays below `CommitLimit` less the reserves: the limit itself is never
/// reached.
///
/// Kernel: `__vm_enough_memory()`, mm/util.c (security/commoncap.c and mm/mmap.c before 4.x). The
/// per-CPU batch of the counter is not modelled: the sum is exact.
package func vmEnoughMemory(pages: Int64, _ state: OvercommitState) -> Bool {
  switch state.mode {
  case .always: true
  case .heuristic: pages <= state.allowed
  case .never: state.isBelowLimit(state.committed + pages)
  }
}

extension OvercommitState {
  /// What a request is held against: in mode 0 the largest request that is admitted, in mode 2
  /// `CommitLimit` less the reserves, which the sum may not reach; in mode 1 nothing.
  package var allowed: Int64 {
    switch mode {
    case .always: .max
    case .heuristic: largestRequest
    case .never: strictLimit
    }
  }
}
