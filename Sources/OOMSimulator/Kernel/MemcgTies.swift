extension RulesByRelease {
  /// Which of equals an OOM of a memory cgroup takes.
  @_optimize(none)
  static var memcgTies: [RuleChange] {
    [
      RuleChange(
        .memcgTies, "2.6.25", "The first visited of equals.", "mm/oom_kill.c",
        "select_bad_process()"),
      RuleChange(
        .memcgTies, "5.3", "The last visited of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
        hurts: "the newest of equals"
      ) { $0.selection.memcgEqualsReplace = true },
    ]
  }
}
