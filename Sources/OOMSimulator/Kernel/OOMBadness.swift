internal import VictimSelection

extension BadnessArithmetic {
  /// The bounds that points are held between, where a sum is at one of them.
  func bounds(of sum: Int128) -> Term? {
    switch rules.badness.rule {
    case .perMille where sum == 1 || sum == 1000:
      Term(operation: .limitedTo, name: "1 to 1000", value: 0)
    case .atLeastOne where sum == 1: Term(operation: .limitedTo, name: "1 and more", value: 0)
    case .perMille, .atLeastOne, .signed, nil: nil
    }
  }
}

extension RulesByRelease {
  /// The arithmetic of points.
  @_optimize(none)
  static var badness: [RuleChange] {
    [
      RuleChange(
        .badness, "2.6.11",
        """
        Address space in pages, divided by roots of CPU time and run time, doubled for a nice \
        above 0, quartered for superusers and again for raw I/O, shifted by oom_adj; unsigned \
        words that wrap.
        """,
        "mm/oom_kill.c", "badness()"),
      RuleChange(
        .badness, "2.6.36",
        """
        rss and swap in thousandths of totalpages plus oom_score_adj, between 1 and 1000; CPU \
        time, run time, nice and children no longer count.
        """,
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "whoever uses much now, however old, busy or privileged; address space alone is safe"
      ) { $0.badness.rule = .perMille(.unsignedWord) },
      RuleChange(
        .badness, "2.6.39",
        """
        rss, swap and page tables in thousandths of totalpages plus oom_score_adj, in an int: \
        from 2 147 484 pages (8.19 GiB) on the product overflows and the score is 1.
        """,
        "mm/oom_kill.c", "oom_badness()",
        hurts: "everybody beside a process of more than 8.19 GiB: the largest dies last"
      ) { $0.badness.rule = .perMille(.int) },
      RuleChange(
        .badness, "3.2",
        """
        rss, swap and page tables in thousandths of totalpages plus oom_score_adj, 1 to 1000, in \
        a long.
        """,
        "mm/oom_kill.c", "oom_badness()",
        hurts: "processes above 8.19 GiB: they count again"
      ) { $0.badness.rule = .perMille(.long) },
      RuleChange(
        .badness, "3.5",
        """
        Points are pages: rss, swap and page tables plus oom_score_adj × (totalpages / 1000), at \
        least 1.
        """,
        "mm/oom_kill.c", "oom_badness()",
        hurts:
          """
          the largest of those equal in thousandths; in a memcg under 4 MiB oom_score_adj \
          weighs nothing
          """
      ) { $0.badness.rule = .atLeastOne },
      RuleChange(
        .badness, "5.9",
        """
        Points are pages: rss, swap and page tables plus oom_score_adj × (totalpages / 1000), \
        signed, without a floor; LONG_MIN marks what is no candidate.
        """,
        "mm/oom_kill.c", "oom_badness()", commit: "9066e5cfb73c",
        hurts:
          "the largest of the strongly protected: those with negative points are no longer equal"
      ) { $0.badness.rule = .signed },
    ]
  }
}
