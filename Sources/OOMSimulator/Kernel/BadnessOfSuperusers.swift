internal import VictimSelection

extension RulesByRelease {
  /// What superusers have less.
  @_optimize(none)
  static var superuser: [RuleChange] {
    [
      RuleChange(
        .superuser, "2.6.11", "CAP_SYS_ADMIN, uid 0 or euid 0 quarter the points.",
        "mm/oom_kill.c", "badness()"),
      RuleChange(
        .superuser, "2.6.25",
        "CAP_SYS_ADMIN or CAP_SYS_RESOURCE quarter the points, whatever the uid is.",
        "mm/oom_kill.c", "badness()", commit: "97829955ad2",
        hurts: "root daemons that dropped their capabilities"
      ) { $0.badness.legacy.asksCapabilities = true },
      RuleChange(
        .superuser, "2.6.36", "Superusers are not divided; see root bonus.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "root daemons: a sixteenth became 30 thousandths", follows: .badness),
    ]
  }
}
