extension OomdTick {
  /// One of the groups exists; negated, none does.
  ///
  /// Source: `Exists::run()`, src/oomd/plugins/Exists.cpp.
  func exists(_ step: OomdEngine.Step, isNegated: Bool) -> Verdict {
    groups(of: step).isEmpty == isNegated ? .proceed : .stop
  }

  /// A group has no more than so many groups below it that are removed and not gone: here none has any.
  ///
  /// Source: `NrDyingDescendants::run()`, src/oomd/plugins/NrDyingDescendants.cpp.
  func nrDyingDescendants(_ step: OomdEngine.Step, isAtMost: Bool) -> Verdict {
    isAtMost && !groups(of: step).isEmpty ? .proceed : .stop
  }
}
