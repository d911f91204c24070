extension RulesByRelease {
  /// What `memory.high` does.
  @_optimize(none)
  static var high: [RuleChange] {
    [
      RuleChange(.high, "2.6.11", "There is no such file.", "mm/memcontrol.c", "memory_files"),
      RuleChange(
        .high, "4.5", "memory.high reclaims and slows, it never kills.", "mm/memcontrol.c",
        "mem_cgroup_handle_over_high()", hurts: "groups above it: they are slow", follows: .memcg),
      RuleChange(
        .high, "5.4", "The sleep grows with the square of the overage, up to 2 s.",
        "mm/memcontrol.c", "calculate_high_delay()",
        hurts: "groups above memory.high: they stand still", isSimulated: false, adds: true),
    ]
  }
}
