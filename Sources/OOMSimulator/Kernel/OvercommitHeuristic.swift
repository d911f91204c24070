extension OvercommitRule {
  /// Mode 0.
  package enum Heuristic: Equatable, Sendable {
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
}

extension OvercommitState {
  /// The largest request that mode 0 admits; below 0 when it admits none.
  var largestRequest: Int64 {
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

extension RulesByRelease {
  /// What mode 0 of overcommit admits.
  @_optimize(none)
  static var heuristic: [RuleChange] {
    [
      RuleChange(
        .heuristic, "2.6.11",
        """
        Smaller than the page cache, free swap and slab, and what is free; both less 1/32 unless \
        CAP_SYS_ADMIN asks.
        """,
        "security/commoncap.c", "cap_vm_enough_memory()"),
      RuleChange(
        .heuristic, "2.6.17",
        """
        Smaller than the page cache, free swap and slab, and what is free above the reserve; \
        both less 1/32 unless CAP_SYS_ADMIN asks.
        """, "mm/mmap.c",
        "__vm_enough_memory()", commit: "6d9f7839658",
        hurts: "large requests on full machines"
      ) { $0.overcommit.heuristic = .cacheThenFreeAboveReserve },
      RuleChange(
        .heuristic, "3.1",
        """
        Smaller than free pages, page cache without shared memory, free swap and slab above the \
        reserve, less 1/32 unless CAP_SYS_ADMIN asks.
        """, "mm/mmap.c", "__vm_enough_memory()",
        hurts: "hosts with much tmpfs or shared memory"
      ) { $0.overcommit.heuristic = .available },
      RuleChange(
        .heuristic, "3.10",
        """
        Smaller than free pages, page cache without shared memory, free swap and slab above the \
        reserve, less vm.admin_reserve_kbytes unless CAP_SYS_ADMIN asks.
        """, "mm/mmap.c",
        "__vm_enough_memory()", hurts: "nobody: a sum below the reserve even wraps until 3.19"
      ) { $0.overcommit.heuristic = .availableLessAdminReserve },
      RuleChange(
        .heuristic, "4.18", "Other reclaimable kernel memory counts like slab.", "mm/util.c",
        "__vm_enough_memory()", hurts: "nobody", evidence: .inferred("4.16.13 and 4.18.0"),
        isSimulated: false, adds: true
      ),
      RuleChange(
        .heuristic, "5.2", "Only one request above RAM + swap is refused.", "mm/util.c",
        "__vm_enough_memory()", commit: "8c7829b04c52",
        hurts: "everybody: malloc fails less, memory ends in a kill",
        evidence: .inferred("5.0.1 and 5.2.1")
      ) { $0.overcommit.heuristic = .oneRequest },
    ]
  }
}
