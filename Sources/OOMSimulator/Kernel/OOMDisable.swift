internal import VictimSelection

extension Tasks {
  func isDisabledSharer(_ row: Int) -> Bool {
    effectiveAdj(row) == -1000 && hasNotExited(row)
  }

  /// `oom_adj` of a process; where the scenario gives `oom_score_adj` alone, what reading the old file
  /// would have shown.
  func oomAdj(_ row: Int) -> Int16 {
    if !rare.legacy.isEmpty, let own = rare.legacy[row]?.oomAdj { return own }
    let read = readOOMAdj(oomScoreAdj[row], .steps15)
    return rules.selection.hasOOMDisable ? read : max(read, -16)
  }
}

extension BadnessArithmetic {
  /// What a process at -17 has where its points are asked: since 2.6.32.
  func disabledTerm(of task: LegacyTask) -> Term? {
    guard rules.badness.legacy.disabledIsZero, task.oomAdj == -17 else { return nil }
    return Term(operation: .fixed, name: "0, because oom_adj is -17", value: 0)
  }
}

extension RulesByRelease {
  /// Which setting takes a process out of the choice.
  @_optimize(none)
  static var disabled: [RuleChange] {
    [
      RuleChange(
        .disabled, "2.6.11", "No value of oom_adj takes a process out of the choice.",
        "mm/oom_kill.c", "select_bad_process()"),
      RuleChange(
        .disabled, "2.6.12", "oom_adj -17 is never chosen; tested first.",
        "mm/oom_kill.c", "select_bad_process()", commit: "79befd0c08c",
        hurts: "those beside a protected process"
      ) { $0.selection.hasOOMDisable = true },
      RuleChange(
        .disabled, "2.6.19", "oom_adj -17 is tested after a dying process has ended the scan.",
        "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular"
      ) { $0.selection.testsDisabledFirst = false },
      RuleChange(
        .disabled, "2.6.32", "oom_adj belongs to the process; -17 is 0 points.",
        "mm/oom_kill.c", "badness()", commit: "28b83c5193e",
        hurts: "processes of which only some threads were at -17"
      ) { $0.badness.legacy.disabledIsZero = true },
      RuleChange(
        .disabled, "2.6.36", "oom_score_adj -1000 takes a process out of the choice.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "nobody in particular", follows: .badness),
      RuleChange(
        .disabled, "2.6.37", "-1000 of one process exempts all that use its memory.",
        "mm/oom_kill.c", "oom_badness()", commit: "e18641e19a9",
        hurts: "those beside a process whose memory a protected one shares"
      ) { $0.badness.exemptsWholeMM = true },
      RuleChange(
        .disabled, "3.2", "-1000 exempts the process itself.",
        "mm/oom_kill.c", "oom_badness()", hurts: "processes that share memory with a protected one"
      ) { $0.badness.exemptsWholeMM = false },
    ]
  }
}
