extension Rules {
  /// Whether of processes with equal points the one that is visited later is chosen.
  package func equalsReplace(in constraint: Constraint) -> Bool {
    if badness.isLegacy { return false }
    return constraint == .memcg ? selection.memcgEqualsReplace : selection.globalEqualsReplace
  }
}

extension RulesByRelease {
  /// Which of equals an OOM of the machine takes.
  @_optimize(none)
  static var ties: [RuleChange] {
    [
      RuleChange(
        .ties, "2.6.11", "The first of equals, in the order of creation.", "mm/oom_kill.c",
        "select_bad_process()"),
      RuleChange(
        .ties, "3.14", "The first of equals; an equal leader replaces a thread that is none.",
        "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular", asBefore: true),
      RuleChange(
        .ties, "4.7", "The last of equals: the test for a leader was dropped.", "mm/oom_kill.c",
        "select_bad_process()", hurts: "the newest of equals"
      ) { $0.selection.globalEqualsReplace = true },
      RuleChange(
        .ties, "4.9", "The first of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
        commit: "7c5f64f84483", hurts: "the oldest of equals"
      ) { $0.selection.globalEqualsReplace = false },
      RuleChange(
        .ties, "5.3", "The last of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
        hurts: "the newest of equals"
      ) { $0.selection.globalEqualsReplace = true },
    ]
  }
}
