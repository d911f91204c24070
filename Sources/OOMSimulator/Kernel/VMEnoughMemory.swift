public import VictimSelection

/// Everything that the admission of address space depends on, in pages.
public struct OvercommitState: Equatable, Sendable {
  public var mode: Sysctl.OvercommitMemory
  public var limit: CommitLimitInputs
  /// What is committed already, without the request. File: `Committed_AS` in /proc/meminfo.
  public var committed: Int64
  /// Effective `CAP_SYS_ADMIN`.
  public var isAdmin: Bool
  public var adminReserve: Int64
  public var userReserve: Int64
  /// Address space of the process before the request; nil when there is no process.
  public var totalVM: Int64?
  /// What the machine has; mode 0 asks for it before 5.2.
  public var memory = MemoryState()
  public var rule = OvercommitRule()

  public init(
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
public struct MemoryState: Equatable, Sendable {
  /// Kernel: `NR_FREE_PAGES`.
  public var free: Int64 = 0
  /// The page cache, shared memory and tmpfs with it. Kernel: `NR_FILE_PAGES`.
  public var file: Int64 = 0
  /// Kernel: `NR_SHMEM`.
  public var shmem: Int64 = 0
  public var freeSwap: Int64 = 0
  public var slabReclaimable: Int64 = 0
  /// Kernel: `totalreserve_pages`: the high watermark and what lower zones keep.
  public var totalReserve: Int64 = 0

  public init() {}
}

/// The rules of one release for the admission of address space.
public struct OvercommitRule: Equatable, Sendable {
  public var heuristic: Heuristic
  public var strict: StrictReserve
  public var comparison: Comparison
  /// `vm.overcommit_kbytes` exists: since 3.14.
  public var hasKbytes: Bool
  public var word = WordBits.bits64

  public init(
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
public func vmEnoughMemory(pages: Int64, _ state: OvercommitState) -> Bool {
  switch state.mode {
  case .always: true
  case .heuristic: pages <= state.allowed
  case .never: state.isBelowLimit(state.committed + pages)
  }
}

extension OvercommitState {
  /// What a request is held against: in mode 0 the largest request that is admitted, in mode 2
  /// `CommitLimit` less the reserves, which the sum may not reach; in mode 1 nothing.
  public var allowed: Int64 {
    switch mode {
    case .always: .max
    case .heuristic: largestRequest
    case .never: strictLimit
    }
  }
}
