internal import VictimSelection

/// What a running swapoff does to the choice. The process brings the OOM on itself.
package enum SwapoffRule: Equatable, Sendable {
  /// Returned as soon as the scan meets it: 2.6.11 to 2.6.18.
  case returnedAtOnce
  /// All points there are, `ULONG_MAX`: 2.6.19 to 2.6.35. Kernel: `PF_SWAPOFF`, `PF_OOM_ORIGIN`.
  case maximum
  /// 1000 points, the most there are: 2.6.36 to 2.6.39.
  case thousandPoints
  /// swapoff writes 1000 into its own `oom_score_adj`: 3.0 to 3.7.
  case ownAdj
  /// Taken whatever its points are, the last of several, even at -1000: since 3.8. Kernel:
  /// `oom_task_origin()`.
  case origin
}

extension State {
  /// The last process in swapoff of those that a scan visits.
  ///
  /// Kernel: `oom_task_origin()`; `OOM_SCAN_SELECT` since 3.8.
  func lastOrigin(_ oc: OOMControl) -> Int? {
    let origins = tasks.swapoffRows
    if origins.isEmpty { return nil }
    func isTaken(_ row: Int) -> Bool {
      origins.contains(row) && !oc.excluded.contains(row) && !oc.foreign.contains(row)
        && tasks.ineligibility(row) == nil
    }
    if oc.memcg != nil { return rowsVisited(domain: oc.memcg).last(where: isTaken) }
    // The task list is in the order of the rows.
    let last = (0..<tasks.count).last { tasks.hasNotExited($0) && isTaken($0) }
    ledger.effort.add(4 * (tasks.count - (last ?? 0)))
    return last
  }
}

extension Tasks {
  /// `oom_score_adj` as the badness of the release reads it.
  func effectiveAdj(_ row: Int) -> Int16 {
    rules.selection.swapoff == .ownAdj && flags[row].contains(.swapoff) ? 1000 : oomScoreAdj[row]
  }
}

extension Rules {
  /// Whether a process in swapoff is taken before all others, whatever its points are.
  package var takesSwapoffFirst: Bool { !badness.isLegacy && selection.swapoff == .origin }
}

extension BadnessArithmetic {
  /// `oom_score_adj` of a process as the badness of the release reads it.
  package func effectiveAdj(of candidate: Candidate) -> Int16 {
    rules.selection.swapoff == .ownAdj && candidate.isSwapoff ? 1000 : candidate.oomScoreAdj
  }

  /// What a process has for running swapoff, where its memory does not count; nil where it does.
  func swapoffTerm(of candidate: Candidate) -> Term? {
    guard candidate.isSwapoff, rules.selection.swapoff == .thousandPoints else { return nil }
    return Term(operation: .fixed, name: "1000, because it runs swapoff", value: 1000)
  }

  /// The same before 2.6.36.
  func swapoffTerm(of task: LegacyTask) -> Term? {
    guard task.isSwapoff, rules.badness.legacy.swapoffIsMaximum else { return nil }
    return Term(operation: .fixed, name: "ULONG_MAX, because it runs swapoff", value: 0)
  }
}

extension RulesByRelease {
  /// What a running swapoff does to the choice.
  @_optimize(none)
  static var swapoff: [RuleChange] {
    [
      RuleChange(
        .swapoff, "2.6.11", "A process in swapoff is chosen as soon as the scan meets it.",
        "mm/oom_kill.c", "select_bad_process()"),
      RuleChange(
        .swapoff, "2.6.19", "A process in swapoff has all points there are.",
        "mm/oom_kill.c", "badness()", hurts: "the process in swapoff, wherever it stands"
      ) {
        $0.selection.swapoff = .maximum
        $0.badness.legacy.swapoffIsMaximum = true
      },
      RuleChange(
        .swapoff, "2.6.36", "A process in swapoff has 1000 points, and may tie.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "earlier processes with 1000 points"
      ) { $0.selection.swapoff = .thousandPoints },
      RuleChange(
        .swapoff, "3.0", "swapoff sets its own oom_score_adj to 1000 while it runs.",
        "mm/oom_kill.c", "test_set_oom_score_adj()", hurts: "nobody in particular"
      ) { $0.selection.swapoff = .ownAdj },
      RuleChange(
        .swapoff, "3.8",
        "A process in swapoff is chosen whatever its points are, the last of several.",
        "mm/oom_kill.c", "oom_scan_process_thread()", hurts: "swapoff, even at -1000",
        evidence: .inferred("3.6.5 and 3.8.13")
      ) { $0.selection.swapoff = .origin },
    ]
  }
}
