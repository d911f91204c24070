extension RulesByRelease {
  /// What `out_of_memory()` does around the choice, and memory cgroups.
  static let memoryChanges: [RuleChange] = [
    RuleChange(.memcg, "2.6.11", "There are none.", "mm/memory.c", "handle_mm_fault()"),
    RuleChange(
      .memcg, "2.6.25",
      "Version 1 exists. Here memory.max is read as memory.limit_in_bytes, memory.swap.max as what "
        + "memory.memsw.limit_in_bytes leaves beside it.",
      "mm/memcontrol.c", "mem_cgroup_charge_common()", commit: "c7ba5c9e817✓",
      hurts: "members of a group at its limit"
    ) { $0.memcg.support = .versionOne },
    RuleChange(
      .memcg, "4.5", "Version 2 is official: memory.max, memory.high, memory.swap.max.",
      "mm/memcontrol.c", "memory_files", hurts: "groups above memory.high, which did not exist",
      adds: true
    ) { $0.memcg.support = .versionTwo },
    RuleChange(
      .memcg, "5.11", "Version 1 is always hierarchical.", "mm/memcontrol.c",
      "mem_cgroup_hierarchy_write()", hurts: "children that had limits of their own only",
      evidence: .memory, adds: true
    ) { $0.memcg.isAlwaysHierarchical = true },
    RuleChange(
      .memcg, "6.11", "Version 1 is optional (CONFIG_MEMCG_V1).", "mm/memcontrol-v1.c",
      "memcg1_init()", hurts: "hosts that still mount it", evidence: .inferred("6.9 and 6.11.11"),
      isSimulated: false, adds: true
    ),

    RuleChange(
      .memcgTrigger, "2.6.25", "A charge that does not fit calls the killer, whoever makes it.",
      "mm/memcontrol.c", "mem_cgroup_charge_common()"),
    RuleChange(
      .memcgTrigger, "3.12", "Only page faults of users call it; a system call gets ENOMEM.",
      "mm/memcontrol.c", "mem_cgroup_oom_synchronize()",
      hurts: "programs that write to tmpfs: an error where a kill was",
      evidence: .inferred("3.11.0 and 3.13.10; the release from memory")
    ) { $0.memcg.killsOnFaultsOnly = true },
    RuleChange(
      .memcgTrigger, "4.19", "Every charge of order 3 or less calls it.",
      "mm/memcontrol.c", "mem_cgroup_oom()", commit: "29ef680ae7c2",
      hurts: "groups whose members got ENOMEM before"
    ) { $0.memcg.killsOnFaultsOnly = false },
    RuleChange(
      .memcgTrigger, "5.4", "Charges without __GFP_FS call it, too.", "mm/oom_kill.c",
      "out_of_memory()", commit: "f9c645621a28", hurts: "groups that file systems charge",
      isSimulated: false, adds: true
    ),
    RuleChange(
      .memcgTrigger, "5.9",
      "After 16 rounds of reclaim instead of 5, and one more look at the margin.",
      "mm/memcontrol.c",
      "try_charge()", hurts: "nobody: kills come later", isSimulated: false, adds: true),
    RuleChange(
      .memcgTrigger, "6.1", "Charges are taken 64 pages at a time instead of 32.",
      "mm/memcontrol.c", "try_charge_memcg()", hurts: "groups near their limit, by 64 pages a CPU",
      isSimulated: false, adds: true),
    RuleChange(
      .memcgTrigger, "6.7", "Huge pages can be charged, with a mount option.", "mm/hugetlb.c",
      "alloc_hugetlb_folio()", hurts: "groups with huge pages, where it is set",
      evidence: .inferred("6.6.9 and 6.8.1"), isSimulated: false, adds: true
    ),

    RuleChange(
      .memcgLimit, "2.6.25",
      "A limit written below the usage reclaims; what is left is EBUSY, no kill.",
      "mm/memcontrol.c", "mem_cgroup_resize_limit()"),
    RuleChange(
      .memcgLimit, "4.5",
      "memory.max written below the usage reclaims and then kills until it fits.",
      "mm/memcontrol.c", "memory_max_write()", hurts: "members of a group that is shrunk",
      adds: true
    ) { $0.memcg.support = .versionTwo },
    RuleChange(
      .memcgLimit, "5.2", "memory.events counts what happens below a group, too.",
      "mm/memcontrol.c", "memcg_memory_event()", hurts: "monitoring of counters",
      evidence: .inferred("5.0.1 and 5.2.1"), isSimulated: false, adds: true
    ),

    RuleChange(
      .protection, "2.6.11", "Nothing is protected from reclaim.", "mm/vmscan.c", "shrink_zone()"),
    RuleChange(
      .protection, "4.0", "memory.low holds while a group and all above it use less than theirs.",
      "mm/memcontrol.c", "mem_cgroup_low()", hurts: "unprotected siblings"
    ) { $0.memcg.protection = .whileBelowLow },
    RuleChange(
      .protection, "4.18",
      "memory.min and memory.low; children share the protection of their parent by usage.",
      "mm/memcontrol.c", "mem_cgroup_protected()",
      hurts: "children that overcommit their parent's protection",
      evidence: .inferred("4.16.13 and 4.18.0")
    ) { $0.memcg.protection = .shareOfParent },
    RuleChange(
      .protection, "5.4", "Reclaim scans a group in proportion to what is not protected.",
      "mm/vmscan.c", "get_scan_count()", commit: "9783aa9917f8",
      hurts: "groups somewhat above their protection", isSimulated: false, adds: true
    ),
    RuleChange(
      .protection, "5.7",
      "memory.min and memory.low; children share by what they ask for and use; with the mount option memory_recursiveprot what is left goes by use.",
      "mm/memcontrol.c", "effective_protection()", hurts: "children above their setting"
    ) { $0.memcg.protection = .proportional },

    RuleChange(.high, "2.6.11", "There is no such file.", "mm/memcontrol.c", "memory_files"),
    RuleChange(
      .high, "4.5", "memory.high reclaims and slows, it never kills.", "mm/memcontrol.c",
      "mem_cgroup_handle_over_high()", hurts: "groups above it: they are slow"),
    RuleChange(
      .high, "5.4", "The sleep grows with the square of the overage, up to 2 s.",
      "mm/memcontrol.c", "calculate_high_delay()",
      hurts: "groups above memory.high: they stand still", isSimulated: false, adds: true),

    RuleChange(
      .watermarks, "2.6.11",
      "vm.min_free_kbytes is at most 65536 by default; high is min and a half.",
      "mm/page_alloc.c", "__setup_per_zone_wmarks()"),
    RuleChange(
      .watermarks, "4.6",
      "Low and high are 0.1 % of the zone apart, or a quarter of min if that is more.",
      "mm/page_alloc.c", "__setup_per_zone_wmarks()",
      hurts: "who asks in mode 0 to 5.1: the high watermark is its reserve", adds: true
    ) { $0.watermarks.step = .scaled },
    RuleChange(
      .watermarks, "5.7", "vm.min_free_kbytes is at most 262144 by default.",
      "mm/page_alloc.c", "init_per_zone_wmark_min()",
      hurts: "machines above 256 GiB: memory ends earlier", adds: true
    ) { $0.watermarks.mostMinFreeKbytes = 262_144 },

    RuleChange(
      .trigger, "2.6.11", "When a round of reclaim frees nothing.", "mm/page_alloc.c",
      "__alloc_pages()"),
    RuleChange(
      .trigger, "2.6.23", "Not for requests above order 3.", "mm/page_alloc.c", "__alloc_pages()",
      commit: "a8bbf72ab9b✓", hurts: "whoever asked for large blocks: an error instead of a kill",
      isSimulated: false, adds: true),
    RuleChange(
      .trigger, "2.6.29",
      "A page fault that fails calls the killer instead of killing the faulter.",
      "mm/oom_kill.c", "pagefault_out_of_memory()", commit: "1c0fe6e3bda✓",
      hurts: "the largest instead of who asked", isSimulated: false, adds: true),
    RuleChange(
      .trigger, "4.7", "After 16 rounds without progress.", "mm/page_alloc.c",
      "should_reclaim_retry()", hurts: "nobody in particular", isSimulated: false, adds: true),
    RuleChange(
      .trigger, "4.11", "__GFP_NOFAIL alone no longer kills.", "mm/page_alloc.c",
      "__alloc_pages_may_oom()", hurts: "nobody in particular", isSimulated: false, adds: true),
    RuleChange(
      .trigger, "5.16", "The page-fault path never kills globally.", "mm/oom_kill.c",
      "pagefault_out_of_memory()", commit: "60e2793d440a", hurts: "nobody in particular",
      evidence: .inferred("5.14.2 and 5.17-rc5; held for certain"), isSimulated: false, adds: true),

    RuleChange(
      .panicOnOOM, "2.6.11", "There is no such sysctl.", "mm/oom_kill.c", "out_of_memory()"),
    RuleChange(
      .panicOnOOM, "2.6.18", "1: an OOM without a constraint is a panic.", "mm/oom_kill.c",
      "out_of_memory()", commit: "fadd8fbd153✓", hurts: "the machine, where it is set"
    ) { $0.outOfMemory.panicOnOOM = .unconstrained },
    RuleChange(
      .panicOnOOM, "2.6.22", "2: any OOM of the machine is a panic, but none of a memcg.",
      "mm/oom_kill.c", "out_of_memory()", hurts: "the machine, where it is set", adds: true
    ) { $0.outOfMemory.panicOnOOM = .always },
    RuleChange(
      .panicOnOOM, "2.6.29", "An OOM of the page-fault path is a panic for any value, to 2.6.35.",
      "mm/oom_kill.c", "pagefault_out_of_memory()", hurts: "the machine, where it is set",
      isSimulated: false, adds: true
    ),
    RuleChange(
      .panicOnOOM, "2.6.34", "2: an OOM of a memcg is a panic, too.", "mm/oom_kill.c",
      "mem_cgroup_out_of_memory()", commit: "daaf1e68874✓", hurts: "the machine, where it is set",
      adds: true
    ) { $0.outOfMemory.panicOnOOM = .alwaysInMemcgsToo },

    RuleChange(
      .allocatingTask, "2.6.11", "There is no such sysctl.", "mm/oom_kill.c", "out_of_memory()"),
    RuleChange(
      .allocatingTask, "2.6.24",
      "The process that asks, or its child; nobody if it cannot be killed.",
      "mm/oom_kill.c", "out_of_memory()", commit: "fe071d7e8aa✓", hurts: "who asks, where it is set"
    ) { $0.outOfMemory.allocatingTask = .orNobody },
    RuleChange(
      .allocatingTask, "2.6.30",
      "The process that asks, or its child; selection decides if it cannot be killed.",
      "mm/oom_kill.c", "__out_of_memory()", hurts: "the largest, where who asks is disabled"
    ) { $0.outOfMemory.allocatingTask = .orSelection },
    RuleChange(
      .allocatingTask, "3.2", "The process that asks, even at -1000, or its child.",
      "mm/oom_kill.c",
      "out_of_memory()", hurts: "protected processes that ask"
    ) { $0.outOfMemory.allocatingTask = .evenDisabled },
    RuleChange(
      .allocatingTask, "3.6",
      "The process that asks, or its child to 5.0; selection decides if it is at -1000.",
      "mm/oom_kill.c",
      "out_of_memory()", hurts: "the largest, where who asks is disabled"
    ) { $0.outOfMemory.allocatingTask = .orSelection },

    RuleChange(
      .sysrq, "2.6.11", "An OOM like any other.", "drivers/char/sysrq.c", "moom_callback()"),
    RuleChange(
      .sysrq, "3.4", "Victims that are still dying are passed over: somebody else is killed.",
      "mm/oom_kill.c", "select_bad_process()", hurts: "a second process",
      evidence: .inferred("3.2.7 and 3.4.111")
    ) { $0.outOfMemory.sysrq = .ignoresVictims },
    RuleChange(
      .sysrq, "4.3", "Nor is there a panic, whatever vm.panic_on_oom is and whoever is left.",
      "mm/oom_kill.c", "is_sysrq_oom()", hurts: "nobody in particular", adds: true
    ) { $0.outOfMemory.sysrq = .neverPanics },

    RuleChange(
      .constraint, "2.6.11", "None: memory nodes are not looked at.", "mm/oom_kill.c",
      "out_of_memory()"
    ),
    RuleChange(
      .constraint, "2.6.14", "Tasks of cpusets that share no node with who asks are passed over.",
      "mm/oom_kill.c", "select_bad_process()", commit: "a49335cceab✓",
      hurts: "tasks of the same cpuset"
    ) { $0.constraint.nodes = .skips },
    RuleChange(
      .constraint, "2.6.16",
      "An OOM limited by a mempolicy or a cpuset kills who asks; else tasks of foreign cpusets are passed over.",
      "mm/oom_kill.c", "constrained_alloc()", commit: "9b0f8b040ac✓", hurts: "who asks"
    ) { $0.constraint.nodes = .skipsAndKillsCurrent },
    RuleChange(
      .constraint, "2.6.19",
      "An OOM limited by a mempolicy or a cpuset kills who asks; else tasks of other memory nodes count an eighth.",
      "mm/oom_kill.c", "badness()", hurts: "tasks of the same nodes"
    ) { $0.constraint.nodes = .killsCurrent },
    RuleChange(
      .constraint, "2.6.24",
      "An OOM limited by a mempolicy kills who asks; one limited by a cpuset selects, and tasks of other nodes count an eighth.",
      "mm/oom_kill.c", "out_of_memory()", commit: "bbe373f2c60✓", hurts: "the largest of the cpuset"
    ) { $0.constraint.nodes = .policyKillsCurrent },
    RuleChange(
      .constraint, "2.6.33",
      "The nodes that were asked for decide what a mempolicy is: a mask that does not cover all of them.",
      "mm/oom_kill.c", "constrained_alloc()", commit: "4365a5676fa✓",
      hurts: "who asks for some nodes", adds: true
    ),
    RuleChange(
      .constraint, "2.6.36",
      "An OOM limited to some nodes, by a mempolicy or a cpuset, selects among the processes that may have memory on them; a cpuset filters an OOM of a memcg, too.",
      "mm/oom_kill.c", "oom_unkillable_task()", commit: "a63d83f427f✓",
      hurts: "the largest of the nodes"
    ) { $0.constraint.nodes = .selects },
    RuleChange(
      .constraint, "5.3",
      "An OOM limited to some nodes, by a mempolicy or a cpuset, selects among the processes that may have memory on them.",
      "mm/oom_kill.c", "oom_cpuset_eligible()", commit: "ac311a14c682",
      hurts: "members of a memcg on other nodes"
    ) { $0.constraint.filtersMemcgByCpuset = false },

    RuleChange(
      .totalpages, "2.6.11", "Points are not scaled with it.", "mm/oom_kill.c", "badness()"),
    RuleChange(
      .totalpages, "2.6.36",
      "RAM and swap; when limited to some nodes, these with their holes, and swap.",
      "mm/oom_kill.c", "constrained_alloc()", commit: "a63d83f427f✓", hurts: "nobody in particular"
    ),
    RuleChange(
      .totalpages, "5.4",
      "RAM and swap; when limited to some nodes, these without their holes, and swap.",
      "mm/oom_kill.c", "constrained_alloc()", commit: "f9c645621a28", hurts: "nobody in particular"
    ) { $0.constraint.nodePages = .present },

    RuleChange(
      .memcgTotalpages, "2.6.25", "Points are not scaled with it.", "mm/oom_kill.c", "badness()"),
    RuleChange(
      .memcgTotalpages, "2.6.36", "The limit; swap is added in pages where bytes are meant.",
      "mm/memcontrol.c", "mem_cgroup_get_limit()", hurts: "nobody in particular"
    ) { $0.constraint.memcgTotalpages = .swapAsBytes },
    RuleChange(
      .memcgTotalpages, "2.6.38", "The limit and all swap, not above the limit of both.",
      "mm/memcontrol.c", "mem_cgroup_get_limit()", commit: "f3e8eb70b18✓",
      hurts: "members with a higher oom_score_adj: it weighs more with swap"
    ) { $0.constraint.memcgTotalpages = .limitAndSwap },
    RuleChange(
      .memcgTotalpages, "3.7",
      "The limit and all swap, not above the limit of both; swappiness 0 leaves swap out.",
      "mm/memcontrol.c", "mem_cgroup_get_limit()", commit: "9a5a8f19b43",
      hurts: "larger members: oom_score_adj weighs less",
      evidence: .inferred("3.6.5 and 3.8.13")
    ) { $0.constraint.memcgTotalpages = .limitAndSwapUnlessUnswappable },
    RuleChange(
      .memcgTotalpages, "4.5",
      "The limit and its swap, memory.swap.max at most on version 2; swappiness 0 leaves "
        + "swap out.",
      "mm/memcontrol.c", "mem_cgroup_get_limit()",
      hurts: "nobody in particular"
    ) { $0.constraint.memcgTotalpages = .limitAndSwapUnlessUnswappable },
    RuleChange(
      .memcgTotalpages, "5.10", "memory.max and the smaller of memory.swap.max and all swap.",
      "mm/memcontrol.c", "mem_cgroup_get_max()", hurts: "nobody in particular"
    ) { $0.constraint.memcgTotalpages = .maxAndSwapMax },

    RuleChange(
      .nobody, "2.6.11", "A panic of the machine.", "mm/oom_kill.c", "out_of_memory()"),
    RuleChange(
      .nobody, "2.6.25", "A panic of the machine; in a memcg who asks is killed.", "mm/oom_kill.c",
      "mem_cgroup_out_of_memory()", hurts: "who asks"
    ) { $0.memcg.withoutVictim = .killsCurrent },
    RuleChange(
      .nobody, "2.6.35", "A panic of the machine; in a memcg nothing happens: who asks waits.",
      "mm/oom_kill.c",
      "mem_cgroup_out_of_memory()", hurts: "who asks: it stands still"
    ) { $0.memcg.withoutVictim = .waits },
    RuleChange(
      .nobody, "4.19",
      "A panic of the machine, \"System is deadlocked on memory\"; in a memcg the charge is forced over the limit.",
      "mm/memcontrol.c",
      "try_charge()", hurts: "the rest of the machine"
    ) { $0.memcg.withoutVictim = .forced },
    RuleChange(
      .nobody, "5.16",
      "A panic of the machine; in a memcg the charge fails, and a page fault tries again for ever.",
      "mm/memcontrol.c", "try_charge_memcg()", commit: "a4ebf1b6ca1e",
      hurts: "who asks: it stands still",
      evidence: .inferred(
        "5.14.2 and 5.17-rc5; held for certain. Stable 5.10.80 and 5.15.3 have it, too")
    ) { $0.memcg.withoutVictim = .waits },
    RuleChange(
      .nobody, "6.15", "A dying task may call the killer of its memcg.", "mm/memcontrol.c",
      "try_charge_memcg()", hurts: "a second member beside one that is exiting",
      evidence: .inferred("6.14 and 6.17; the release from memory"), isSimulated: false, adds: true),

    RuleChange(
      .log, "2.6.11", "One line for each kill.", "mm/oom_kill.c", "__oom_kill_task()",
      isSimulated: false
    ),
    RuleChange(
      .log, "4.5", "The kill line adds shmem-rss.", "mm/oom_kill.c", "oom_kill_process()",
      commit: "eca56ff906bd", hurts: "parsers of logs", isSimulated: false, adds: true
    ),
    RuleChange(
      .log, "5.0", "The line oom-kill: names constraint, groups and victim.", "mm/oom_kill.c",
      "dump_oom_summary()", commit: "ef8444ea01d7", hurts: "parsers of logs", isSimulated: false,
      adds: true
    ),
    RuleChange(
      .log, "5.4", "The kill line adds UID, pgtables and oom_score_adj.", "mm/oom_kill.c",
      "__oom_kill_process()", hurts: "parsers of logs", isSimulated: false, adds: true),
    RuleChange(
      .log, "6.8", "The table of tasks adds rss_anon, rss_file and rss_shmem.", "mm/oom_kill.c",
      "dump_task()", hurts: "parsers of logs",
      evidence: .inferred("6.6.9 and 6.8.1: it may be 6.7"), isSimulated: false, adds: true),
    RuleChange(
      .log, "7.0", "oom_score_adj is printed with its sign.", "mm/oom_kill.c", "dump_task()",
      hurts: "nobody", isSimulated: false, adds: true
    ),
  ]
}
