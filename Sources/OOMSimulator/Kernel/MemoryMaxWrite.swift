extension RulesByRelease {
  /// What a limit that is written below the usage does.
  @_optimize(none)
  static var memcgLimit: [RuleChange] {
    [
      RuleChange(
        .memcgLimit, "2.6.25",
        "A limit written below the usage reclaims; what is left is EBUSY, no kill.",
        "mm/memcontrol.c", "mem_cgroup_resize_limit()"),
      RuleChange(
        .memcgLimit, "4.5",
        "memory.max written below the usage reclaims and then kills until it fits.",
        "mm/memcontrol.c", "memory_max_write()", hurts: "members of a group that is shrunk",
        adds: true, follows: .memcg
      ) { $0.memcg.support = .versionTwo },
    ]
  }
}
