extension State {
  /// Writes `oom_score_adj`; since 4.8 the write goes to all processes that share the address space.
  ///
  /// Before 2.6.36 there is no such file: the value that reading `oom_adj` would show is written there.
  ///
  /// Kernel: `__set_oom_adj()`, fs/proc/base.c, since 4.8, commit 44a70adec910; not to the global init and
  /// not to kernel threads, and not while a vfork is pending on either side.
  mutating func setOOMScoreAdj(_ row: Int, _ adj: Int16) {
    tasks.setOOMAdj(row, nil)
    let isPending = tasks.flags[row].contains(.inVfork)
    for user in tasks.usersOfMM(row) where user == row || (!isPending && receivesWrites(user)) {
      tasks.setOOMScoreAdj(user, adj)
    }
  }

  private func receivesWrites(_ user: Int) -> Bool {
    rules.proc.propagatesOOMScoreAdj && tasks.pids[user] != 1 && !tasks.isKernelThread(user)
      && !tasks.flags[user].contains(.inVfork)
  }

  /// Writes `oom_adj`; since 2.6.36 that sets `oom_score_adj`.
  mutating func setOOMAdj(_ row: Int, _ adj: Int16) {
    setOOMScoreAdj(row, oomScoreAdj(writing: adj))
    tasks.setOOMAdj(row, adj)
  }
}

extension RulesByRelease {
  /// Which processes a write to `/proc/PID/oom_score_adj` reaches.
  @_optimize(none)
  static var oomScoreAdj: [RuleChange] {
    [
      RuleChange(
        .oomScoreAdj, "2.6.11", "There is no such file.", "fs/proc/base.c", "tgid_base_stuff"),
      RuleChange(
        .oomScoreAdj, "2.6.36", "A write changes the process alone.", "fs/proc/base.c",
        "oom_score_adj_write()", commit: "a63d83f427f", hurts: "nobody in particular",
        follows: .badness),
      RuleChange(
        .oomScoreAdj, "2.6.38",
        "oom_score_adj_min remembers the lowest value that a privileged writer set.",
        "fs/proc/base.c", "oom_score_adj_write()", commit: "dabb16f6398", hurts: "nobody",
        isSimulated: false, adds: true),
      RuleChange(
        .oomScoreAdj, "4.8",
        """
        A write changes all that share the memory, but init, kernel threads, and while a vfork \
        is pending; since 5.10 only where the kernel has marked the memory as shared by \
        processes.
        """,
        "fs/proc/base.c", "__set_oom_adj()", commit: "44a70adec910",
        hurts: "sharers of a process whose value is raised"
      ) { $0.proc.propagatesOOMScoreAdj = true },
    ]
  }
}
