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
        "mm/memcontrol.c", "memcg_kmem_enabled()", evidence: .memory),
      RuleChange(
        .memcgKernel, "4.5",
        "The group of the process that asks is charged for kernel memory, on both versions.",
        "mm/memcontrol.c", "memcg_online_kmem()", commit: "b313aeee2509",
        hurts: "groups with many files, sockets or threads", evidence: .memory
      ) { $0.memcg.chargesKernel = true },
      RuleChange(
        .memcgKernel, "6.7",
        "Version 2 mounted with memory_hugetlb_accounting charges groups for huge pages, too.",
        "mm/memcontrol.c", "mem_cgroup_hugetlb_try_charge()", commit: "8cba9576df60",
        hurts: "groups that use huge pages", evidence: .memory, adds: true
      ) { $0.memcg.chargesHugetlb = true },
    ]
  }
}
