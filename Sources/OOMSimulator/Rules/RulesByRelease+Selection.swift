internal import VictimSelection

extension RulesByRelease {
  /// The walk over tasks, ties, and who dies with the victim.
  static let selectionChanges: [RuleChange] = [
    RuleChange(
      .candidates, "2.6.11",
      "Every thread of every process, kernel threads with 0 points, but not pid 1.",
      "mm/oom_kill.c", "select_bad_process()"),
    RuleChange(
      .candidates, "2.6.19", "Tasks without an address space are passed over.",
      "mm/oom_kill.c", "select_bad_process()",
      hurts: "user processes, where a kernel thread would have been chosen in vain"
    ) { $0.selection.kernelThreadsTakePart = false },
    RuleChange(
      .candidates, "2.6.32",
      "Processes, by their leaders; one whose main thread has exited is not seen.",
      "mm/oom_kill.c", "select_bad_process()", commit: "495789a51a9✓",
      hurts: "processes as a whole: CPU time of all threads counts", isSimulated: false),
    RuleChange(
      .candidates, "2.6.36", "A process whose main thread has exited is seen by any other thread.",
      "mm/oom_kill.c", "find_lock_task_mm()", commit: "dd8e8f405ca✓",
      hurts: "processes without a main thread", isSimulated: false),
    RuleChange(
      .candidates, "2.6.39", "Every thread, again; all threads of a process have the same points.",
      "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular", isSimulated: false),
    RuleChange(
      .candidates, "4.7", "Processes, by their leaders.",
      "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular"),

    RuleChange(
      .dying, "2.6.11",
      "A killed task that is still there ends the scan, and so does one that exits by itself, which is not simulated.",
      "mm/oom_kill.c", "select_bad_process()"),
    RuleChange(
      .dying, "2.6.19",
      "A killed task ends the scan; one that exits by itself ends it, too, or is chosen if it "
        + "asks, which is not simulated.",
      "mm/oom_kill.c", "select_bad_process()",
      hurts:
        "the exiting task itself", isSimulated: false),
    RuleChange(
      .dying, "3.8",
      "A killed task ends the scan; one that exits by itself, too: it gets the reserves when it asks. Exits are not simulated.",
      "mm/oom_kill.c", "oom_scan_process_thread()",
      hurts: "the exiting task: it is no longer chosen", evidence: .inferred("3.6.5 and 3.8.13"),
      isSimulated: false
    ),
    RuleChange(
      .dying, "3.19", "Who dumps core does not end it.", "mm/oom_kill.c",
      "oom_scan_process_thread()", hurts: "the next victim", isSimulated: false, adds: true
    ),
    RuleChange(
      .dying, "4.6", "Only a killed task ends the scan, an exiting one does not.",
      "mm/oom_kill.c", "oom_scan_process_thread()", commit: "aac453635549",
      hurts: "the next victim: it does not wait for exits any more"),
    RuleChange(
      .dying, "4.9",
      "A victim whose memory is not back ends the scan; one that is reaped or given up is "
        + "passed over.",
      "mm/oom_kill.c", "oom_evaluate_task()", commit: "7c5f64f84483",
      hurts: "the next victim"),

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
      "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f✓",
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

    RuleChange(
      .scanWidth, "2.6.11", "Points are held in an unsigned long.", "mm/oom_kill.c",
      "select_bad_process()"),
    RuleChange(
      .scanWidth, "3.5", "Points are held in an unsigned int: 16 TiB and more wrap.",
      "mm/oom_kill.c", "select_bad_process()",
      hurts: "smaller processes beside one of 16 TiB"
    ) { $0.selection.holdsPointsIn32Bits = true },
    RuleChange(
      .scanWidth, "4.9", "Points are held in an unsigned long, signed since 5.9.",
      "mm/oom_kill.c", "oom_evaluate_task()", hurts: "processes of 16 TiB and more"
    ) { $0.selection.holdsPointsIn32Bits = false },

    RuleChange(
      .ties, "2.6.11", "The first of equals, in the order of creation.", "mm/oom_kill.c",
      "select_bad_process()"),
    RuleChange(
      .ties, "3.14", "The first of equals; an equal leader replaces a thread that is none.",
      "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular"
    ),
    RuleChange(
      .ties, "4.7", "The last of equals: the test for a leader was dropped.", "mm/oom_kill.c",
      "select_bad_process()", hurts: "the newest of equals"
    ) { $0.selection.globalEqualsReplace = true },
    RuleChange(
      .ties, "4.9", "The first of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
      commit: "7c5f64f84483", hurts: "the oldest of equals"
    ) { $0.selection.globalEqualsReplace = false },
    RuleChange(
      .ties, "5.3", "The last of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
      commit: "f168a9a54ec3", hurts: "the newest of equals"
    ) { $0.selection.globalEqualsReplace = true },

    RuleChange(
      .memcgWalk, "2.6.25", "The list of all tasks; those of other groups are passed over.",
      "mm/oom_kill.c", "select_bad_process()"),
    RuleChange(
      .memcgWalk, "3.6",
      "The groups of the domain by number of creation, in each the newest first.",
      "mm/memcontrol.c", "mem_cgroup_out_of_memory()", hurts: "the newest of equals"
    ) {
      $0.selection.memcgWalk = .groupsByID
      $0.selection.visitsThreads = true
    },
    RuleChange(
      .memcgWalk, "3.10",
      "Groups parents first, in each the newest first; who was moved in comes first.",
      "mm/memcontrol.c", "mem_cgroup_iter()", hurts: "equals in groups that come earlier"
    ) { $0.selection.memcgWalk = .newestFirst },
    RuleChange(
      .memcgWalk, "3.15",
      "Groups parents first, in each the newest first; who was moved in comes last.",
      "kernel/cgroup.c", "cgroup_task_migrate()", hurts: "the newest born of equals"
    ) { $0.selection.memcgWalk = .newestFirstMovedLast },
    RuleChange(
      .memcgWalk, "4.4", "Groups parents first, in each the tasks as they joined.",
      "kernel/cgroup.c", "css_task_iter_advance()", hurts: "the oldest of equals"
    ) { $0.selection.memcgWalk = .joiningOrder },
    RuleChange(
      .memcgWalk, "5.3",
      "Groups parents first, in each the processes as they joined; a thread is judged where "
        + "its leader is.",
      "mm/memcontrol.c", "mem_cgroup_scan_tasks()", commit: "f168a9a54ec3",
      hurts: "nobody through a thread of theirs in another group"
    ) { $0.selection.visitsThreads = false },

    RuleChange(
      .memcgTies, "2.6.25", "The first visited of equals.", "mm/oom_kill.c",
      "select_bad_process()"),
    RuleChange(
      .memcgTies, "5.3", "The last visited of equals.", "mm/oom_kill.c", "oom_evaluate_task()",
      commit: "f168a9a54ec3", hurts: "the newest of equals"
    ) { $0.selection.memcgEqualsReplace = true },

    RuleChange(
      .child, "2.6.11",
      "The oldest child with its own address space that can be killed dies instead, however small.",
      "mm/oom_kill.c", "oom_kill_process()"),
    RuleChange(
      .child, "2.6.33",
      "The oldest child with its own address space that can be killed dies instead; in a "
        + "memcg OOM one inside.",
      "mm/oom_kill.c", "oom_kill_process()", commit: "5a2d41961dd✓",
      hurts: "parents inside whose children live outside"
    ) { $0.kill.childHasToBeInMemcg = true },
    RuleChange(
      .child, "2.6.36",
      "The child with the most points dies instead, compared with the other children only.",
      "mm/oom_kill.c", "oom_kill_process()", commit: "a63d83f427f✓", hurts: "the largest child"
    ) { $0.kill.child = .worst },
    RuleChange(
      .child, "2.6.39",
      "The child with the most points and memory of its own dies instead, compared with the "
        + "other children only.",
      "mm/oom_kill.c", "oom_kill_process()", hurts: "parents whose children share their memory"
    ) { $0.kill.child = .worstWithOwnMM },
    RuleChange(
      .child, "5.1", "No child is sacrificed: the chosen process dies.",
      "mm/oom_kill.c", "oom_kill_process()", commit: "bbbe48029720",
      hurts: "large parents of small children",
      evidence: .inferred("5.0.1 and 5.2.1; held for certain")
    ) { $0.kill.child = .none },

    RuleChange(
      .unkillable, "2.6.11", "Whoever is chosen can be killed.", "mm/oom_kill.c",
      "oom_kill_task()"),
    RuleChange(
      .unkillable, "2.6.20",
      "Who is at -17 itself cannot be killed; sharers were meant, but the test looks at the "
        + "wrong task.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "c33e0fca350✓",
      hurts: "the parents of children at -17"
    ) { $0.kill.oomKillTask = .unlessDisabled },
    RuleChange(
      .unkillable, "2.6.21", "Who shares memory with a task at -17 cannot be killed.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "35ae834fa02✓",
      hurts: "the machine: such a process is chosen again and again"
    ) { $0.kill.oomKillTask = .unlessSharerDisabled },
    RuleChange(
      .unkillable, "2.6.32", "Who is at -17 itself cannot be killed.",
      "mm/oom_kill.c", "oom_kill_task()", hurts: "processes that share memory with one at -17"
    ) { $0.kill.oomKillTask = .unlessDisabled },

    RuleChange(
      .unkillable, "2.6.36", "Whoever is chosen can be killed.", "mm/oom_kill.c",
      "oom_kill_process()", commit: "a63d83f427f✓", hurts: "nobody in particular"
    ) { $0.kill.oomKillTask = .anybody },

    RuleChange(
      .sharers, "2.6.11", "Who uses the victim's memory dies, too, but for init.", "mm/oom_kill.c",
      "oom_kill_task()"),
    RuleChange(
      .sharers, "2.6.20", "The wrong task is signalled: who uses the victim's memory survives.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "c33e0fca350✓",
      hurts: "everybody: the memory does not come back"
    ) { $0.kill.sharers = .none },
    RuleChange(
      .sharers, "2.6.21", "Who uses the victim's memory dies, too, even init.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "650a7c974f1✓", hurts: "sharers"
    ) { $0.kill.sharers = .all },
    RuleChange(
      .sharers, "2.6.32", "Who uses the victim's memory is spared.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "8c5cd6f3a17✓",
      hurts: "everybody: the memory does not come back"
    ) { $0.kill.sharers = .none },
    RuleChange(
      .sharers, "2.6.37", "Who uses the victim's memory dies, too, even init.",
      "mm/oom_kill.c", "oom_kill_task()", commit: "1e99bad0d9c✓", hurts: "sharers"
    ) { $0.kill.sharers = .all },
    RuleChange(
      .sharers, "3.2",
      "Who uses the victim's memory dies, too, but for those at -1000 and kernel threads.",
      "mm/oom_kill.c", "oom_kill_process()",
      hurts: "everybody, where a protected sharer keeps the memory"
    ) { $0.kill.sharers = .notDisabled },
    RuleChange(
      .sharers, "4.4",
      "Who uses the victim's memory dies, too, but for those at -1000, init and kernel "
        + "threads.",
      "mm/oom_kill.c", "oom_kill_process()", hurts: "nobody in particular"
    ) { $0.kill.sharers = .notDisabledNorInit },
    RuleChange(
      .sharers, "4.8",
      "Who uses the victim's memory dies, even at -1000; init and kernel threads do not.",
      "mm/oom_kill.c", "oom_kill_process()",
      hurts: "sharers at -1000"
    ) { $0.kill.sharers = .notInit },

    RuleChange(
      .oomGroup, "2.6.11", "There is no such file.", "mm/oom_kill.c", "oom_kill_process()"),
    RuleChange(
      .oomGroup, "4.19",
      "The highest group with memory.oom.group between victim and domain dies as a whole, "
        + "but for -1000.",
      "mm/memcontrol.c", "mem_cgroup_get_oom_group()", commit: "3d8b38eb81ca",
      hurts: "the rest of the group"
    ) { $0.kill.oomGroup = .sparingDisabled },
    RuleChange(
      .oomGroup, "5.2",
      "The highest group with memory.oom.group between victim and domain dies as a whole, "
        + "but for -1000 and init.",
      "mm/oom_kill.c", "oom_kill_memcg_member()", hurts: "nobody",
      evidence: .inferred("5.0.1 and 5.2.1")
    ) { $0.kill.oomGroup = .sparingInit },

    RuleChange(
      .reaper, "2.6.11", "The victim's memory comes back when it exits.", "kernel/exit.c",
      "exit_mm()"),
    RuleChange(
      .reaper, "4.6", "A kernel thread takes the victim's private memory back at once.",
      "mm/oom_kill.c", "oom_reap_task()", commit: "aac453635549",
      hurts: "the next victim: it is found sooner", isSimulated: false),
    RuleChange(
      .reaper, "5.18",
      "A kernel thread takes the victim's private memory back two seconds after the kill.",
      "mm/oom_kill.c", "queue_oom_reaper()", commit: "e4a38402c36e",
      hurts: "nobody in particular",
      evidence: .inferred("5.17-rc5 and 5.19; held for certain"), isSimulated: false),
  ]
}
