internal import VictimSelection

extension RulesByRelease {
  /// `badness()` and `oom_badness()`, and who has any.
  static let badnessChanges: [RuleChange] = [
    RuleChange(
      .badness, "2.6.11",
      "Address space in pages, divided by roots of CPU time and run time, doubled for a "
        + "nice above 0, "
        + "quartered for superusers and again for raw I/O, shifted by oom_adj; unsigned words "
        + "that wrap.",
      "mm/oom_kill.c", "badness()"),
    RuleChange(
      .badness, "2.6.36",
      "rss and swap in thousandths of totalpages plus oom_score_adj, between 1 and 1000; "
        + "CPU time, run "
        + "time, nice and children no longer count.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
      hurts: "whoever uses much now, however old, busy or privileged; address space alone is safe"
    ) { $0.badness.rule = .perMille(.unsignedWord) },
    RuleChange(
      .badness, "2.6.39",
      "rss, swap and page tables in thousandths of totalpages plus oom_score_adj, in an "
        + "int: from 2 147 484 "
        + "pages (8.19 GiB) on the product overflows and the score is 1.",
      "mm/oom_kill.c", "oom_badness()", commit: "f755a042d82b",
      hurts: "everybody beside a process of more than 8.19 GiB: the largest dies last"
    ) { $0.badness.rule = .perMille(.int) },
    RuleChange(
      .badness, "3.2",
      "rss, swap and page tables in thousandths of totalpages plus oom_score_adj, 1 to "
        + "1000, in a long.",
      "mm/oom_kill.c", "oom_badness()", commit: "ff05b6f7ae76",
      hurts: "processes above 8.19 GiB: they count again"
    ) { $0.badness.rule = .perMille(.long) },
    RuleChange(
      .badness, "3.5",
      "Points are pages: rss, swap and page tables plus oom_score_adj × (totalpages / "
        + "1000), at least 1.",
      "mm/oom_kill.c", "oom_badness()", commit: "a7f638f999ff",
      hurts:
        "the largest of those who were equal in thousandths; in a memcg under 4 MiB oom_score_adj "
        + "weighs nothing"
    ) { $0.badness.rule = .atLeastOne },
    RuleChange(
      .badness, "5.9",
      "Points are pages: rss, swap and page tables plus oom_score_adj × (totalpages / "
        + "1000), signed, without a "
        + "floor; LONG_MIN marks who is no candidate.",
      "mm/oom_kill.c", "oom_badness()", commit: "9066e5cfb73c",
      hurts: "the largest of the strongly protected: those with negative points are no longer equal"
    ) { $0.badness.rule = .signed },

    RuleChange(
      .children, "2.6.11",
      "Each child with an address space of its own adds all of it to its parent.",
      "mm/oom_kill.c", "badness()"),
    RuleChange(
      .children, "2.6.16", "Each child adds half of its address space and a page.",
      "mm/oom_kill.c", "badness()", commit: "9827b781f20✓",
      hurts: "others than the parents of many children"
    ) { $0.badness.legacy.halvesChildren = true },
    RuleChange(
      .children, "2.6.36", "Children add nothing to their parent.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
      hurts: "large processes without children: parents are safer"
    ) { _ in },

    RuleChange(
      .superuser, "2.6.11", "CAP_SYS_ADMIN, uid 0 or euid 0 quarter the points.",
      "mm/oom_kill.c", "badness()"),
    RuleChange(
      .superuser, "2.6.25",
      "CAP_SYS_ADMIN or CAP_SYS_RESOURCE quarter the points, whatever the uid is.",
      "mm/oom_kill.c", "badness()", commit: "97829955ad2✓",
      hurts: "root daemons that dropped their capabilities"
    ) { $0.badness.legacy.asksCapabilities = true },
    RuleChange(
      .superuser, "2.6.36", "Superusers are not divided; see root bonus.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
      hurts: "root daemons: a sixteenth became 30 thousandths"
    ) { _ in },

    RuleChange(
      .zeroPoints, "2.6.11", "A positive oom_adj shifts 0 points to 0.", "mm/oom_kill.c",
      "badness()"),
    RuleChange(
      .zeroPoints, "2.6.22", "0 points become 1 before a positive oom_adj shifts them.",
      "mm/oom_kill.c", "badness()", commit: "9a82782f8f5✓",
      hurts: "small root daemons with a positive oom_adj"
    ) { $0.badness.legacy.liftsZero = true },
    RuleChange(
      .zeroPoints, "2.6.36", "Every candidate has at least 1 point.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
      hurts: "nobody in particular"
    ) { _ in },
    RuleChange(
      .zeroPoints, "5.9", "0 and negative points are points like any other.",
      "mm/oom_kill.c", "oom_badness()", commit: "9066e5cfb73c",
      hurts: "the largest of the strongly protected"
    ) { _ in },

    RuleChange(
      .pageTables, "2.6.11", "Page tables do not count.", "mm/oom_kill.c", "badness()"),
    RuleChange(
      .pageTables, "2.6.39", "The last level of page tables counts (nr_ptes).",
      "mm/oom_kill.c", "oom_badness()", commit: "f755a042d82b",
      hurts: "processes with large or sparse mappings"
    ) { $0.badness.pageTables = .pte },
    RuleChange(
      .pageTables, "4.0", "PMD tables count, too.",
      "mm/oom_kill.c", "oom_badness()", commit: "dc6c9a35b66b",
      hurts: "processes with sparse mappings"
    ) { $0.badness.pageTables = .pteAndPMD },
    RuleChange(
      .pageTables, "4.15", "All levels count, by bytes (mm_pgtables_bytes()).",
      "mm/oom_kill.c", "oom_badness()", commit: "af5b0f6a09e4",
      hurts: "every process by its PUD pages", evidence: .inferred("4.14.177 and 4.16.13")
    ) { $0.badness.pageTables = .all },

    RuleChange(
      .rootBonus, "2.6.11", "No bonus; superusers are divided instead.", "mm/oom_kill.c",
      "badness()"),
    RuleChange(
      .rootBonus, "2.6.36", "CAP_SYS_ADMIN has 30 thousandths of totalpages less.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
      hurts: "others than root"
    ) { $0.badness.rootBonus = .ofTotal },
    RuleChange(
      .rootBonus, "3.5", "CAP_SYS_ADMIN has 30 steps of oom_score_adj less: 3 % of totalpages.",
      "mm/oom_kill.c", "oom_badness()", commit: "a7f638f999ff",
      hurts: "nobody in particular: the same share in another unit"
    ) { $0.badness.rootBonus = .ofTotal },
    RuleChange(
      .rootBonus, "3.14", "CAP_SYS_ADMIN has 3 % of its own use less, nothing below 34 pages.",
      "mm/oom_kill.c", "oom_badness()", commit: "778c14affaf9",
      hurts: "small root daemons: 3 % of the machine became 3 % of themselves",
      evidence: .inferred("3.13.10, a stable update that has it already, and 3.14.1")
    ) { $0.badness.rootBonus = .ofOwnUse },
    RuleChange(
      .rootBonus, "4.17", "Root has no bonus.",
      "mm/oom_kill.c", "oom_badness()", commit: "d46078b28889",
      hurts: "root processes, by 3 %",
      evidence: .inferred("4.16.13 and 4.18.0; held for certain")
    ) { $0.badness.rootBonus = .none },

    RuleChange(
      .rss, "2.6.11", "rss does not count.", "mm/oom_kill.c", "badness()"),
    RuleChange(
      .rss, "2.6.36", "rss and swap entries; each thread may be off by about 64 page faults.",
      "include/linux/mm.h", "get_mm_rss()", hurts: "whoever is resident"),
    RuleChange(
      .rss, "6.2",
      "The killer reads per-CPU counters without summing them: off by up to CPUs × (batch - "
        + "1) pages a "
        + "counter, 32 MiB on 64 CPUs. Not simulated: the exact sums decide.",
      "include/linux/mm.h", "get_mm_counter()", commit: "f1a7941243c1",
      hurts: "near-ties: either may be chosen", isSimulated: false),
    RuleChange(
      .rss, "7.0", "The killer sums the counters exactly.",
      "mm/oom_kill.c", "oom_badness()", hurts: "nobody: the error of 6.2 is gone",
      isSimulated: false),

    RuleChange(
      .disabled, "2.6.11", "No value of oom_adj takes a process out of the choice.",
      "mm/oom_kill.c", "select_bad_process()"),
    RuleChange(
      .disabled, "2.6.12", "oom_adj -17 is never chosen; tested first.",
      "mm/oom_kill.c", "select_bad_process()", commit: "79befd0c08c✓",
      hurts: "those beside a protected process"
    ) { $0.selection.hasOOMDisable = true },
    RuleChange(
      .disabled, "2.6.19", "oom_adj -17 is tested after a dying process has ended the scan.",
      "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular"
    ) { $0.selection.testsDisabledFirst = false },
    RuleChange(
      .disabled, "2.6.32", "oom_adj belongs to the process; -17 is 0 points.",
      "mm/oom_kill.c", "badness()", commit: "28b83c5193e✓",
      hurts: "processes of which only some threads were at -17"
    ) { $0.badness.legacy.disabledIsZero = true },
    RuleChange(
      .disabled, "2.6.36", "oom_score_adj -1000 takes a process out of the choice.",
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓", hurts: "nobody in particular"
    ) { _ in },
    RuleChange(
      .disabled, "2.6.37", "-1000 of one process exempts all that use its memory.",
      "mm/oom_kill.c", "oom_badness()", commit: "e18641e19a9✓",
      hurts: "those beside a process whose memory a protected one shares"
    ) { $0.badness.exemptsWholeMM = true },
    RuleChange(
      .disabled, "3.2", "-1000 exempts the process itself.",
      "mm/oom_kill.c", "oom_badness()", hurts: "processes that share memory with a protected one"
    ) { $0.badness.exemptsWholeMM = false },

    RuleChange(
      .vforkChildren, "2.6.11", "A vfork child is judged like any process.", "mm/oom_kill.c",
      "badness()"),
    RuleChange(
      .vforkChildren, "4.8", "A vfork child that still uses its parent's memory is no candidate.",
      "mm/oom_kill.c", "oom_badness()", commit: "b18dc5f291c0",
      hurts: "the parents of vfork children"
    ) { $0.badness.sparesVforkChildren = true },
  ]
}
