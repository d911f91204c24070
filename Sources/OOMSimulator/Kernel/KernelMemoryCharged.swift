/// Whose groups are charged for what the kernel allocates for them.
enum KernelCharged: Sendable {
  case nobodys
  case versionTwo
  case both

  func isCharged(onVersion version: Int) -> Bool {
    switch self {
    case .nobodys: false
    case .versionTwo: version == 2
    case .both: true
    }
  }
}

extension RulesByRelease {
  /// Whether groups are charged for kernel memory.
  @_optimize(none)
  static var memcgKernel: [RuleChange] {
    [
      RuleChange(
        .memcgKernel, "2.6.25",
        """
        Kernel memory is charged to no group; since 3.8 to one of version 1 that has a \
        memory.kmem.limit_in_bytes, which no scenario has.
        """,
        "mm/memcontrol.c", "memcg_propagate_kmem()",
        evidence: .inferred("4.4.302; 3.8 by the date of the commit, 510fc4e11b77")),
      RuleChange(
        .memcgKernel, "4.5",
        "The group of the process that asks is charged for kernel memory, on version 2.",
        "mm/memcontrol.c", "memcg_propagate_kmem()",
        hurts: "groups with many files, sockets or threads",
        evidence: .inferred("4.4.302 and the merges for 4.5 of 20 January 2016")
      ) { $0.memcg.kernelCharged = .versionTwo },
      RuleChange(
        .memcgKernel, "4.6", "On version 1, too.",
        "mm/memcontrol.c", "memcg_online_kmem()", commit: "b313aeee2509",
        hurts: "groups of version 1 with many files, sockets or threads",
        evidence: .inferred("4.4.302 and what the author of the commit says of it"), adds: true
      ) { $0.memcg.kernelCharged = .both },
      RuleChange(
        .memcgKernel, "6.7",
        "Version 2 mounted with memory_hugetlb_accounting charges groups for huge pages, too.",
        "mm/memcontrol.c", "mem_cgroup_hugetlb_try_charge()", commit: "8cba9576df60",
        hurts: "groups that use huge pages",
        evidence: .inferred("6.6.139 and the commit, with the merges for 6.7"), adds: true
      ) { $0.memcg.chargesHugetlb = true },
    ]
  }
}
