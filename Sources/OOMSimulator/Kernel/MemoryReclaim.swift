extension RulesByRelease {
  /// What reclaims memory of a group because somebody asks for it.
  @_optimize(none)
  static var memcgReclaim: [RuleChange] {
    [
      RuleChange(
        .memcgReclaim, "2.6.25",
        """
        memory.force_empty of version 1 reclaims all that can be, here of a group with processes, too, which 3.15 and \
        earlier refuse; version 2 has nothing.
        """,
        "mm/memcontrol.c", "mem_cgroup_force_empty()"),
      RuleChange(
        .memcgReclaim, "5.19",
        "A write to memory.reclaim of version 2 reclaims so much, or gets EAGAIN.",
        "mm/memcontrol.c", "memory_reclaim()", commit: "94968384dde1",
        hurts: "the group that is written to",
        evidence: .inferred("the merges for 5.18 and those for 5.19"), adds: true
      ) { $0.memcg.hasReclaimFile = true },
    ]
  }
}
