extension RulesByRelease {
  /// What a vfork child is that still uses its parent's memory.
  @_optimize(none)
  static var vforkChildren: [RuleChange] {
    [
      RuleChange(
        .vforkChildren, "2.6.11", "A vfork child is judged like any process.", "mm/oom_kill.c",
        "badness()"),
      RuleChange(
        .vforkChildren, "4.8", "A vfork child that still uses its parent's memory is no candidate.",
        "mm/oom_kill.c", "oom_badness()", commit: "b18dc5f291c0",
        hurts: "the parents of vfork children"
      ) { $0.badness.sparesVforkChildren = true },
    ]
  }
}
