/// What memory cgroups a release has.
package enum MemcgSupport: Equatable, Sendable {
  /// None: to 2.6.24.
  case none
  /// Version 1: 2.6.25 to 4.4.
  case versionOne
  /// Version 2, too: since 4.5.
  case versionTwo
}

extension RulesByRelease {
  /// What memory cgroups there are.
  @_optimize(none)
  static var memcg: [RuleChange] {
    [
      RuleChange(.memcg, "2.6.11", "There are none.", "mm/memory.c", "handle_mm_fault()"),
      RuleChange(
        .memcg, "2.6.25",
        """
        Version 1 exists. Here memory.max is read as memory.limit_in_bytes.
        """,
        "mm/memcontrol.c", "mem_cgroup_charge_common()", commit: "c7ba5c9e817",
        hurts: "members of a group at its limit"
      ) { $0.memcg.support = .versionOne },
      RuleChange(
        .memcg, "2.6.29",
        """
        memory.memsw.limit_in_bytes limits memory and swap together. Here memory.swap.max is read as what \
        it leaves beside memory.limit_in_bytes.
        """,
        "mm/memcontrol.c", "mem_cgroup_charge_common()", commit: "8c7c6e34a125",
        hurts: "members of a group at its limit of memory and swap",
        evidence: .inferred("2.6.29 and the tree before the commit"), adds: true
      ) { $0.memcg.countsMemsw = true },
      RuleChange(
        .memcg, "4.5", "Version 2 is official: memory.max, memory.high, memory.swap.max.",
        "mm/memcontrol.c", "memory_files", hurts: "groups above memory.high, which did not exist",
        adds: true
      ) { $0.memcg.support = .versionTwo },
      RuleChange(
        .memcg, "5.11", "Version 1 is always hierarchical.", "mm/memcontrol.c",
        "mem_cgroup_hierarchy_write()", commit: "bef8620cd8e0",
        hurts: "children that had limits of their own only",
        evidence: .inferred("5.10.264 and the commit, whose release LTP names"), adds: true
      ) { $0.memcg.isAlwaysHierarchical = true },
      RuleChange(
        .memcg, "6.11", "Version 1 is optional (CONFIG_MEMCG_V1).", "mm/memcontrol-v1.c",
        "memcg1_init()", hurts: "hosts that still mount it", evidence: .inferred("6.9 and 6.11.11"),
        isSimulated: false, adds: true
      ),
    ]
  }
}
