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

/// Whether a request for address space is admitted.
///
/// Mode 1 says yes. Mode 0 refuses only one request above RAM + swap. Mode 2 admits while what is
/// committed, the request included, stays below `CommitLimit` less the reserves: 1/32 of the
/// process's own size for everybody, and the admin reserve for all but administrators. The limit
/// itself is never reached.
///
/// Kernel: `__vm_enough_memory()`, mm/util.c; mode 0 since 5.2, commit 8c7829b04c52; signed since
/// 4.0, commit 5703b087dc8e. The per-CPU batch of the counter is not modelled: the sum is exact.
public func vmEnoughMemory(pages: Int64, _ state: OvercommitState) -> Bool {
  switch state.mode {
  case .always: true
  case .heuristic: pages <= state.allowed
  case .never: state.committed + pages < state.allowed
  }
}

extension OvercommitState {
  /// What a request is held against: in mode 0 RAM + swap, which one request may not exceed, in mode 2
  /// `CommitLimit` less the reserves, which the sum may not reach; in mode 1 nothing.
  public var allowed: Int64 {
    switch mode {
    case .always: return .max
    case .heuristic: return limit.totalram + limit.totalSwap
    case .never:
      var allowed = vmCommitLimit(limit)
      if !isAdmin { allowed -= adminReserve }
      if let totalVM { allowed -= min(totalVM / 32, userReserve) }
      return allowed
    }
  }
}
