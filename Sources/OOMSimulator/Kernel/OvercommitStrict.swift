extension OvercommitRule {
  /// What mode 2 keeps back.
  package enum StrictReserve: Equatable, Sendable {
    /// 1/32 for root and 1/32 of the process's own size: to 3.9.
    case thirtySecond
    /// `vm.admin_reserve_kbytes` and `vm.user_reserve_kbytes`: since 3.10.
    case kbytes
  }
}

extension OvercommitState {
  /// What mode 2 holds the sum of what is committed against: `CommitLimit` less the reserves.
  var strictLimit: Int64 {
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
}

extension RulesByRelease {
  /// What mode 2 of overcommit keeps back.
  @_optimize(none)
  static var strict: [RuleChange] {
    [
      RuleChange(
        .strict, "2.6.11",
        """
        CommitLimit, its part of RAM less 1/32 unless CAP_SYS_ADMIN asks, less 1/32 of the \
        process's own size.
        """,
        "security/commoncap.c", "cap_vm_enough_memory()"),
      RuleChange(
        .strict, "3.10",
        """
        CommitLimit less vm.admin_reserve_kbytes unless CAP_SYS_ADMIN asks, and \
        vm.user_reserve_kbytes at most of 1/32 of the process's own size.
        """,
        "mm/mmap.c", "__vm_enough_memory()", hurts: "nobody: the limits move up"
      ) { $0.overcommit.strict = .kbytes },
      RuleChange(
        .strict, "3.14",
        """
        CommitLimit, by ratio or vm.overcommit_kbytes, less vm.admin_reserve_kbytes unless \
        CAP_SYS_ADMIN asks and vm.user_reserve_kbytes at most of 1/32 of the process's own size.
        """, "mm/mmap.c",
        "vm_commit_limit()", hurts: "nobody"
      ) { $0.overcommit.hasKbytes = true },
    ]
  }
}
