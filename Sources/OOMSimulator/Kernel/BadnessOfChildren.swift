internal import VictimSelection

extension RulesByRelease {
  /// What children add to the points of their parent.
  @_optimize(none)
  static var children: [RuleChange] {
    [
      RuleChange(
        .children, "2.6.11",
        "Each child with an address space of its own adds all of it to its parent.",
        "mm/oom_kill.c", "badness()"),
      RuleChange(
        .children, "2.6.16", "Each child adds half of its address space and a page.",
        "mm/oom_kill.c", "badness()", commit: "9827b781f20",
        hurts: "others than the parents of many children"
      ) { $0.badness.legacy.halvesChildren = true },
      RuleChange(
        .children, "2.6.36", "Children add nothing to their parent.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "large processes without children: parents are safer", follows: .badness),
    ]
  }
}
