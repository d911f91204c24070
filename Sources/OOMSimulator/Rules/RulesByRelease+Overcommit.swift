extension RulesByRelease {
  /// Who gets memory promised, and what /proc shows of badness.
  static let overcommitChanges: [RuleChange] = [
    RuleChange(
      .heuristic, "2.6.11",
      "Smaller than the page cache, free swap and slab, and what is free; both less 1/32 unless CAP_SYS_ADMIN asks.",
      "security/commoncap.c", "cap_vm_enough_memory()"),
    RuleChange(
      .heuristic, "2.6.17",
      "Smaller than the page cache, free swap and slab, and what is free above the reserve; "
        + "both less 1/32 unless CAP_SYS_ADMIN asks.", "mm/mmap.c",
      "__vm_enough_memory()", commit: "6d9f7839658✓", hurts: "large requests on full machines"
    ) { $0.overcommit.heuristic = .cacheThenFreeAboveReserve },
    RuleChange(
      .heuristic, "3.1",
      "Smaller than free pages, page cache without shared memory, free swap and slab above "
        + "the reserve, less 1/32 unless CAP_SYS_ADMIN asks.", "mm/mmap.c", "__vm_enough_memory()",
      hurts: "hosts with much tmpfs or shared memory"
    ) { $0.overcommit.heuristic = .available },
    RuleChange(
      .heuristic, "3.10",
      "Smaller than free pages, page cache without shared memory, free swap and slab above "
        + "the reserve, less vm.admin_reserve_kbytes unless CAP_SYS_ADMIN asks.", "mm/mmap.c",
      "__vm_enough_memory()", hurts: "nobody: a sum below the reserve even wraps until 3.19"
    ) { $0.overcommit.heuristic = .availableLessAdminReserve },
    RuleChange(
      .heuristic, "4.18", "Other reclaimable kernel memory counts like slab.", "mm/util.c",
      "__vm_enough_memory()", hurts: "nobody", evidence: .inferred("4.16.13 and 4.18.0"),
      isSimulated: false, adds: true
    ),
    RuleChange(
      .heuristic, "5.2", "Only one request above RAM + swap is refused.", "mm/util.c",
      "__vm_enough_memory()", commit: "8c7829b04c52",
      hurts: "everybody: malloc fails less, memory ends in a kill",
      evidence: .inferred("5.0.1 and 5.2.1")
    ) { $0.overcommit.heuristic = .oneRequest },

    RuleChange(
      .strict, "2.6.11",
      "CommitLimit, its part of RAM less 1/32 unless CAP_SYS_ADMIN asks, less 1/32 of the process's own size.",
      "security/commoncap.c", "cap_vm_enough_memory()"),
    RuleChange(
      .strict, "3.10",
      "CommitLimit less vm.admin_reserve_kbytes unless CAP_SYS_ADMIN asks, and vm.user_reserve_kbytes at most of "
        + "1/32 of the process's own size.",
      "mm/mmap.c", "__vm_enough_memory()", hurts: "nobody: the limits move up"
    ) { $0.overcommit.strict = .kbytes },
    RuleChange(
      .strict, "3.14",
      "CommitLimit, by ratio or vm.overcommit_kbytes, less vm.admin_reserve_kbytes unless CAP_SYS_ADMIN asks and "
        + "vm.user_reserve_kbytes at most of 1/32 of the process's own size.", "mm/mmap.c",
      "vm_commit_limit()", hurts: "nobody"
    ) { $0.overcommit.hasKbytes = true },

    RuleChange(
      .commitTypes, "2.6.11", "An int against an unsigned long.", "security/commoncap.c",
      "cap_vm_enough_memory()"),
    RuleChange(
      .commitTypes, "2.6.13", "Signed longs.", "security/commoncap.c", "cap_vm_enough_memory()",
      commit: "2f60f8d3573✓", hurts: "nobody in particular"
    ) { $0.overcommit.comparison = .signed },
    RuleChange(
      .commitTypes, "2.6.30", "Unsigned: a limit below 0 admits everything.", "mm/mmap.c",
      "__vm_enough_memory()", hurts: "nobody: requests go through that should not"
    ) { $0.overcommit.comparison = .unsigned },
    RuleChange(
      .commitTypes, "4.0", "Signed. Stable 3.4.y, 3.18.y and 3.19.y have it, too.", "mm/mmap.c",
      "__vm_enough_memory()", commit: "5703b087dc8e", hurts: "who relied on a limit below 0",
      evidence: .inferred("3.16.0 and 4.0.5; 3.17 to 3.19.0 were not read")
    ) { $0.overcommit.comparison = .signed },

    RuleChange(
      .oomScore, "2.6.11", "The points as they are.", "fs/proc/base.c", "proc_oom_score()"),
    RuleChange(
      .oomScore, "2.6.36", "Thousandths, 0 to 1000.", "fs/proc/base.c", "proc_oom_score()",
      commit: "a63d83f427f✓", hurts: "scripts that read it"
    ) { $0.proc.oomScore = .thousandths },
    RuleChange(
      .oomScore, "3.5", "Points in thousandths of RAM + swap, in a memcg, too.", "fs/proc/base.c",
      "proc_oom_score()", commit: "a7f638f999ff", hurts: "nobody in particular"
    ) { $0.proc.oomScore = .ofTotal },
    RuleChange(
      .oomScore, "5.9", "666 for an idle process, 0 to 2000.", "fs/proc/base.c", "proc_oom_score()",
      commit: "9066e5cfb73c", hurts: "monitoring with thresholds"
    ) { $0.proc.oomScore = .centred },

    RuleChange(
      .oomAdj, "2.6.11", "The setting itself, -16 to 15; every write needs CAP_SYS_RESOURCE.",
      "fs/proc/base.c", "oom_adjust_write()"),
    RuleChange(
      .oomAdj, "2.6.12", "-17 disables; raising is free since 2.6.20.", "fs/proc/base.c",
      "oom_adjust_write()", commit: "79befd0c08c✓", hurts: "nobody"),
    RuleChange(
      .oomAdj, "2.6.36",
      "Written: sets oom_score_adj to value × 1000 / 17, 1000 for 15. Read: × 15 / 1000.",
      "fs/proc/base.c", "oom_adjust_write()", commit: "a63d83f427f✓",
      hurts: "scripts: a round trip loses"
    ) { $0.proc.oomAdj = .steps15 },
    RuleChange(
      .oomAdj, "3.8", "Read: oom_score_adj × 17 / 1000, 15 for 1000.", "fs/proc/base.c",
      "oom_adj_read()", hurts: "scripts: 999 reads as 16", evidence: .inferred("3.6.5 and 3.8.13"),
      adds: true
    ) { $0.proc.oomAdj = .steps17 },
    RuleChange(
      .oomAdj, "5.10", "Read: not above 15.", "fs/proc/base.c", "oom_adj_read()", hurts: "nobody",
      adds: true
    ) { $0.proc.oomAdj = .steps17AtMost15 },

    RuleChange(
      .oomScoreAdj, "2.6.11", "There is no such file.", "fs/proc/base.c", "tgid_base_stuff"),
    RuleChange(
      .oomScoreAdj, "2.6.36", "A write changes the process alone.", "fs/proc/base.c",
      "oom_score_adj_write()", commit: "a63d83f427f✓", hurts: "nobody in particular"),
    RuleChange(
      .oomScoreAdj, "2.6.38",
      "oom_score_adj_min remembers the lowest value that a privileged writer set.",
      "fs/proc/base.c", "oom_score_adj_write()", commit: "dabb16f6398✓", hurts: "nobody",
      isSimulated: false, adds: true),
    RuleChange(
      .oomScoreAdj, "4.8",
      "A write changes all that share the memory, but init, kernel threads, and while a vfork is pending; since 5.10 only where the kernel has marked the memory as shared by processes.",
      "fs/proc/base.c", "__set_oom_adj()", commit: "44a70adec910",
      hurts: "sharers of a process whose value is raised"
    ) { $0.proc.propagatesOOMScoreAdj = true },
  ]
}
