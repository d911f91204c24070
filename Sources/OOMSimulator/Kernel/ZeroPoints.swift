internal import VictimSelection

extension RulesByRelease {
  /// What 0 points are.
  @_optimize(none)
  static var zeroPoints: [RuleChange] {
    [
      RuleChange(
        .zeroPoints, "2.6.11", "A positive oom_adj shifts 0 points to 0.", "mm/oom_kill.c",
        "badness()"),
      RuleChange(
        .zeroPoints, "2.6.22", "0 points become 1 before a positive oom_adj shifts them.",
        "mm/oom_kill.c", "badness()", commit: "9a82782f8f5",
        hurts: "small root daemons with a positive oom_adj"
      ) { $0.badness.legacy.liftsZero = true },
      RuleChange(
        .zeroPoints, "2.6.36", "Every candidate has at least 1 point.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "nobody in particular", follows: .badness),
      RuleChange(
        .zeroPoints, "5.9", "0 and negative points are points like any other.",
        "mm/oom_kill.c", "oom_badness()", commit: "9066e5cfb73c",
        hurts: "the largest of the strongly protected", follows: .badness),
    ]
  }
}
