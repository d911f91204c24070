extension State {
  /// Whether the scan of a domain meets a victim whose memory is not back yet, which ends it: nobody else
  /// is killed until then.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c: `TIF_MEMDIE`; since 4.9 `oom_evaluate_task()`:
  /// `tsk_is_oom_victim()` without `MMF_OOM_SKIP`.
  func meetsDyingVictim(_ oc: OOMControl) -> Bool {
    tasks.dyingRows.contains {
      tasks.pids[$0] != 1 && !oc.foreign.contains($0)
        && groups.contains(Int(tasks.groups[$0]), in: oc.memcg ?? MemcgTree.root)
    }
  }
}

extension RulesByRelease {
  /// What ends the scan.
  @_optimize(none)
  static var dying: [RuleChange] {
    [
      RuleChange(
        .dying, "2.6.11",
        """
        A killed task that is still there ends the scan, and so does one that exits by itself, \
        which is not simulated.
        """,
        "mm/oom_kill.c", "select_bad_process()"),
      RuleChange(
        .dying, "2.6.19",
        """
        A killed task ends the scan; one that exits by itself ends it, too, or is chosen if it \
        asks, which is not simulated.
        """,
        "mm/oom_kill.c", "select_bad_process()",
        hurts:
          "the exiting task itself", isSimulated: false),
      RuleChange(
        .dying, "3.8",
        """
        A killed task ends the scan; one that exits by itself, too: it gets the reserves when it \
        asks. Exits are not simulated.
        """,
        "mm/oom_kill.c", "oom_scan_process_thread()",
        hurts: "the exiting task: it is no longer chosen", evidence: .inferred("3.6.5 and 3.8.13"),
        isSimulated: false
      ),
      RuleChange(
        .dying, "3.19", "A task that dumps core does not end it.", "mm/oom_kill.c",
        "oom_scan_process_thread()", hurts: "the next victim", isSimulated: false, adds: true
      ),
      RuleChange(
        .dying, "4.6", "Only a killed task ends the scan, an exiting one does not.",
        "mm/oom_kill.c", "oom_scan_process_thread()", commit: "aac453635549",
        hurts: "the next victim: it does not wait for exits any more", asBefore: true),
      RuleChange(
        .dying, "4.9",
        """
        A victim whose memory is not back ends the scan; one that is reaped or given up is \
        passed over.
        """,
        "mm/oom_kill.c", "oom_evaluate_task()", commit: "7c5f64f84483",
        hurts: "the next victim", asBefore: true),
    ]
  }
}
