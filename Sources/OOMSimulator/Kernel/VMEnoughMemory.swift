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

  /// Mode 0.
  public enum Heuristic: Equatable, Sendable {
    /// What is cached and in swap, then what is free: 2.6.11 to 2.6.16.
    case cacheThenFree
    /// The same; free pages count above the reserve only: 2.6.17 to 3.0, commit 6d9f7839658.
    case cacheThenFreeAboveReserve
    /// One sum, without shared memory: 3.1 to 3.9.
    case available
    /// The same, less the admin reserve: 3.10 to 5.1.
    case availableLessAdminReserve
    /// One request may not exceed RAM and swap: since 5.2, commit 8c7829b04c52.
    case oneRequest
  }

  /// What mode 2 keeps back.
  public enum StrictReserve: Equatable, Sendable {
    /// 1/32 for root and 1/32 of the process's own size: to 3.9.
    case thirtySecond
    /// `vm.admin_reserve_kbytes` and `vm.user_reserve_kbytes`: since 3.10.
    case kbytes
  }

  /// The types in which mode 2 compares.
  public enum Comparison: Equatable, Sendable {
    /// An `int` against an `unsigned long`: 2.6.11 and 2.6.12.
    case intWithUnsigned
    /// 2.6.13 to 2.6.29, commit 2f60f8d3573, and since 4.0, commit 5703b087dc8e.
    case signed
    /// A limit under 0 wraps and admits everything: 2.6.30 to 3.19.
    case unsigned
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

  fileprivate func isBelowLimit(_ sum: Int64) -> Bool {
    switch (rule.comparison, rule.word) {
    case (.signed, _): sum < strictLimit
    case (.unsigned, .bits64): UInt64(bitPattern: sum) < UInt64(bitPattern: strictLimit)
    case (.unsigned, .bits32):
      UInt32(truncatingIfNeeded: sum) < UInt32(truncatingIfNeeded: strictLimit)
    case (.intWithUnsigned, .bits64):
      UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: sum))) < UInt64(bitPattern: strictLimit)
    case (.intWithUnsigned, .bits32):
      UInt32(truncatingIfNeeded: sum) < UInt32(truncatingIfNeeded: strictLimit)
    }
  }

  private var strictLimit: Int64 {
    switch rule.strict {
    case .kbytes:
      var allowed = vmCommitLimit(limit)
      if !isAdmin { allowed -= adminReserve }
      if let totalVM { allowed -= min(totalVM / 32, userReserve) }
      return allowed
    case .thirtySecond:
      var allowed = vmCommitLimit(limit) - limit.totalSwap
      if !isAdmin { allowed -= allowed / 32 }
      allowed += limit.totalSwap
      if let totalVM { allowed -= totalVM / 32 }
      return allowed
    }
  }

  /// The largest request that mode 0 admits; below 0 when it admits none.
  private var largestRequest: Int64 {
    switch rule.heuristic {
    case .oneRequest:
      return limit.totalram + limit.totalSwap
    case .cacheThenFree:
      return cacheThenFree(memory.free)
    case .cacheThenFreeAboveReserve:
      let isAboveReserve = memory.free > memory.totalReserve
      return cacheThenFree(isAboveReserve ? memory.free - memory.totalReserve : 0)
    case .available:
      let sum = availableAboveReserve
      return sum <= 0 ? -1 : sum - (isAdmin ? 0 : sum / 32) - 1
    case .availableLessAdminReserve:
      let sum = availableAboveReserve
      if sum <= 0 { return -1 }
      let left = sum - (isAdmin ? 0 : adminReserve)
      // Unsigned, less than the reserve wraps, and every request is admitted: 3.10 to 3.19.
      return left < 0 && rule.comparison == .unsigned ? .max : left - 1
    }
  }

  private func cacheThenFree(_ free: Int64) -> Int64 {
    var sum = memory.file + memory.freeSwap + memory.slabReclaimable
    if !isAdmin { sum -= sum / 32 }
    return sum + free - (isAdmin ? 0 : free / 32) - 1
  }

  private var availableAboveReserve: Int64 {
    memory.free + memory.file - memory.shmem + memory.freeSwap + memory.slabReclaimable
      - memory.totalReserve
  }
}
