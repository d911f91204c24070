extension RulesByRelease {
  /// How the memory of a victim comes back.
  @_optimize(none)
  static var reaper: [RuleChange] {
    [
      RuleChange(
        .reaper, "2.6.11", "The victim's memory comes back when it exits.", "kernel/exit.c",
        "exit_mm()"),
      RuleChange(
        .reaper, "4.6", "A kernel thread takes the victim's private memory back at once.",
        "mm/oom_kill.c", "oom_reap_task()", commit: "aac453635549",
        hurts: "the next victim: it is found sooner", isSimulated: false),
      RuleChange(
        .reaper, "5.18",
        """
        A victim has two seconds to exit by itself; of what it has then, a kernel thread takes the \
        private memory.
        """,
        "mm/oom_kill.c", "queue_oom_reaper()", commit: "e4a38402c36e",
        hurts: "nobody in particular",
        evidence: .inferred("5.17-rc5 and 5.19; held for certain"), isSimulated: false),
    ]
  }
}
