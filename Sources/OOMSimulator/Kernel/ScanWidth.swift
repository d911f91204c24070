extension Rules {
  /// Whether the scan keeps points in an `unsigned int`: 3.5 to 4.8. Those of a badness of one's own are 64 bits wide.
  var holdsNarrowPoints: Bool {
    !badness.isLegacy && badness.own == nil && selection.holdsPointsIn32Bits
  }

  /// What the scan keeps of points.
  func held(_ points: Int128) -> Int128 {
    holdsNarrowPoints ? Int128(UInt32(truncatingIfNeeded: points)) : points
  }
}

extension RulesByRelease {
  /// How wide the points are that the scan keeps.
  @_optimize(none)
  static var scanWidth: [RuleChange] {
    [
      RuleChange(
        .scanWidth, "2.6.11", "Points are held in an unsigned long.", "mm/oom_kill.c",
        "select_bad_process()"),
      RuleChange(
        .scanWidth, "3.5", "Points are held in an unsigned int: 16 TiB and more wrap.",
        "mm/oom_kill.c", "select_bad_process()",
        hurts: "smaller processes beside one of 16 TiB"
      ) { $0.selection.holdsPointsIn32Bits = true },
      RuleChange(
        .scanWidth, "4.9", "Points are held in an unsigned long, signed since 5.9.",
        "mm/oom_kill.c", "oom_evaluate_task()", hurts: "processes of 16 TiB and more"
      ) { $0.selection.holdsPointsIn32Bits = false },
    ]
  }
}
