/// Which processes `oom_kill_task()` refuses to kill before 2.6.36.
package enum OOMKillTask: Equatable, Sendable {
  /// Nobody: 2.6.11 to 2.6.19; since 2.6.36 it is not asked.
  case anybody
  /// Whoever shares memory with a process at -17: 2.6.21 to 2.6.31, commit 35ae834fa02.
  case unlessSharerDisabled
  /// Whoever is at -17 itself: 2.6.20, whose test looks at the wrong task, and 2.6.32 to 2.6.35.
  case unlessDisabled
}

extension State {
  /// Whether a release before 2.6.36 can kill a process.
  ///
  /// Kernel: `oom_kill_task()`, mm/oom_kill.c.
  func canBeKilled(_ row: Int) -> Bool {
    guard tasks.hasNotExited(row), tasks.pids[row] != 1, !tasks.isKernelThread(row) else {
      return false
    }
    switch rules.kill.oomKillTask {
    case .anybody: return true
    case .unlessSharerDisabled:
      return !tasks.usersOfMM(row).contains { tasks.hasNotExited($0) && tasks.oomAdj($0) == -17 }
    case .unlessDisabled: return tasks.oomAdj(row) != -17
    }
  }
}

extension RulesByRelease {
  /// Which processes a kill refuses.
  @_optimize(none)
  static var unkillable: [RuleChange] {
    [
      RuleChange(
        .unkillable, "2.6.11", "Whoever is chosen can be killed.", "mm/oom_kill.c",
        "oom_kill_task()"),
      RuleChange(
        .unkillable, "2.6.20",
        """
        A task that is at -17 itself cannot be killed; sharers were meant, but the test looks at the \
        wrong task.
        """,
        "mm/oom_kill.c", "oom_kill_task()", commit: "c33e0fca350",
        hurts: "the parents of children at -17"
      ) { $0.kill.oomKillTask = .unlessDisabled },
      RuleChange(
        .unkillable, "2.6.21", "A task that shares memory with one at -17 cannot be killed.",
        "mm/oom_kill.c", "oom_kill_task()", commit: "35ae834fa02",
        hurts: "the machine: such a process is chosen again and again"
      ) { $0.kill.oomKillTask = .unlessSharerDisabled },
      RuleChange(
        .unkillable, "2.6.32", "A task that is at -17 itself cannot be killed.",
        "mm/oom_kill.c", "oom_kill_task()", hurts: "processes that share memory with one at -17"
      ) { $0.kill.oomKillTask = .unlessDisabled },
      RuleChange(
        .unkillable, "2.6.36", "Whoever is chosen can be killed.", "mm/oom_kill.c",
        "oom_kill_process()", commit: "a63d83f427f", hurts: "nobody in particular",
        follows: .badness
      ) { $0.kill.oomKillTask = .anybody },
    ]
  }
}
