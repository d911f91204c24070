/// How a release words what it logs about an OOM, and which tasks it lists.
///
/// Nothing else in the project knows at which release a form begins: what writes logs goes by this table alone.
package struct LogForms: Equatable, Sendable {
  /// The first line. Kernel: `dump_header()`, before 2.6.24 `out_of_memory()`, mm/oom_kill.c.
  package enum Header: Equatable, Sendable {
    case mask, maskAndOrder, oomkilladj, oomAdj, oomAdjAndScoreAdj, scoreAdj, flags, nodemask
    /// Without a policy, the nodes of the cpuset.
    case allowedNodes
    /// The list of nodes is printed with a comma and a blank of its own.
    case nodemaskAndBlank
  }

  /// The task table. Kernel: `dump_tasks()` and `dump_task()`, mm/oom_kill.c.
  package enum Table: Equatable, Sendable {
    case none, oomAdj, oomAdjAndScoreAdj, ptes, ptesAndPMDs, bytes, wideBytes, kindsOfRSS
  }

  /// The lines of a kill. Kernel: `oom_kill_process()` and `__oom_kill_process()`, mm/oom_kill.c.
  package enum KillLines: Equatable, Sendable {
    case full, andChildren, orChild, orChildWithVSZ, sacrifice, sacrificeWithShmem, oneLine
    case oneLineWithUID
    /// Enterprise Linux 6: the user stands behind the pid.
    case uidBehindPid
  }

  /// What the items of a memory cgroup look like. Kernel: mm/memcontrol.c.
  package enum MemcgStats: Equatable, Sendable {
    case none
    /// One line for each group below the limit, in kB.
    case lines
    /// The lines of `memory.stat`, in bytes.
    case file
  }

  /// The mask of an allocation. Kernel: include/linux/gfp.h, whose bits moved.
  package struct Mask: Equatable, Sendable {
    package var bits: String
    package var names: String
  }

  package var header = Header.mask
  package var table = Table.none
  /// What `vm.oom_dump_tasks` is by default.
  package var dumpsTasks = false
  /// The table leaves the global init and tasks of other nodes out.
  package var filtersUnkillable = false
  /// The table of a memcg has its tasks in the order of the selection, not in that of all tasks.
  package var dumpsAsVisited = false
  /// `NAME cpuset=/ mems_allowed=0`.
  package var hasCpusetLine = false
  /// `Task in A killed as a result of limit of B`.
  package var namesLimit = false
  /// `memory: usage …`.
  package var hasMemcgUsage = false
  /// `Memory limit reached of cgroup …` where nobody is chosen.
  package var namesLimitWithoutVictim = false
  /// An OOM of a memcg prints the machine's memory, too.
  package var showsMachineInMemcg = false
  /// Version 2 has its own line for swap, and `memory+swap` is of version 1 alone.
  package var hasSwapLine = false
  /// What a limit that was never set prints as, in kB; nil for the largest counter of pages.
  package var unlimited: UInt64? = 9_007_199_254_740_991
  package var memcgStats = MemcgStats.none
  /// Items of `memory.stat` that came later.
  package var statHasPageTables = false
  package var statHasKernel = false
  /// `shmem` in the lines of the groups, and of swap.
  package var statLineHasShmem = false
  /// `unevictable` and `shmem` in the summary.
  package var memInfoHasShmem = false
  package var hasPagecacheTotal = false
  package var hasPagesReserved = false
  /// `HighMem/MovableOnly` instead of `HighMem`.
  package var hasMovableOnly = false
  package var zoneHasManaged = false
  /// Free pages are the last line of the summary instead of the second.
  package var memInfoEndsInFree = false
  /// A line counts the reports that were too many.
  package var countsSuppressed = false
  package var hasSummary = false
  package var kill = KillLines.full
  package var namesSharers = false
  package var hasOOMGroup = false
  package var hasReaper = false
  /// Time that the reaper leaves a victim to end by itself.
  package var reaperDelay: Microseconds = 0
  /// SysRq f is `order=-1`.
  package var marksSysrq = false
  /// What panics are worded like.
  package var panicsAsNow = false
  /// A panic is preceded by a report.
  package var reportsPanics = false
  package var deadlocked = false
  package var anonymous = Mask(bits: "80d2", names: "")
  package var kernel = Mask(bits: "d0", names: "")

  package init(of release: KernelRelease) {
    for change in Self.changes where change.since <= release.upstream { change.apply(&self) }
    switch release.enterpriseLinux {
    case 6:
      // All 18 logs of 2.6.32-642 print these.
      (header, table, kill) = (.oomAdjAndScoreAdj, .oomAdjAndScoreAdj, .uidBehindPid)
      (dumpsTasks, filtersUnkillable) = (true, true)
      (panicsAsNow, reportsPanics, namesSharers) = (true, true, true)
    case 7:
      // 25 logs of 3.10.0-514; from 3.10.0-957 on the user stands behind the name.
      kill = .sacrificeWithShmem
    case 8:
      // Logs of 4.18.0-240 and -553: the header of 5.0 with the kill line of 5.4, its unit included.
      (header, table, kill) = (.flags, .wideBytes, .oneLineWithUID)
      (hasCpusetLine, namesLimit, hasSummary, deadlocked) = (false, false, true, true)
      hasOOMGroup = true
    default: break
    }
  }
}

extension LogForms {
  private struct Change: Sendable {
    var since: KernelRelease
    var apply: @Sendable (inout LogForms) -> Void

    /// - Parameter source: the kernel function that prints it, for readers of the table.
    init(
      _ since: KernelRelease, _ source: StaticString,
      _ apply: @escaping @Sendable (inout LogForms) -> Void
    ) {
      self.since = since
      self.apply = apply
    }
  }

  /// What changed and where, oldest first. Releases are those whose sources have the form first, of those that
  /// were looked at; the bits of masks from 5.17 on depend on the configuration, x86-64 is meant.
  private static let changes: [Change] = [
    Change("2.6.13", "mm/oom_kill.c out_of_memory()") { $0.header = .maskAndOrder },
    Change("2.6.15", "include/linux/gfp.h __GFP_HARDWALL") { $0.anonymous.bits = "280d2" },
    Change("2.6.16", "mm/oom_kill.c oom_kill_process()") { $0.kill = .andChildren },
    Change("2.6.19", "mm/oom_kill.c out_of_memory()") { $0.header = .oomkilladj },
    Change("2.6.20", "mm/oom_kill.c oom_kill_process()") { $0.kill = .orChild },
    Change("2.6.23", "include/linux/gfp.h __GFP_MOVABLE") { $0.anonymous.bits = "1280d2" },
    Change("2.6.25", "mm/oom_kill.c dump_tasks(), only if vm.oom_dump_tasks is set") {
      $0.table = .oomAdj
      $0.hasPagecacheTotal = true
      $0.hasPagesReserved = true
      $0.showsMachineInMemcg = true
    },
    Change("2.6.29", "kernel/cpuset.c cpuset_print_task_mems_allowed()") {
      $0.hasCpusetLine = true
    },
    Change("2.6.30", "mm/memcontrol.c mem_cgroup_print_oom_info()") {
      $0.namesLimit = true
      $0.hasMemcgUsage = true
    },
    Change("2.6.31", "include/linux/gfp.h __GFP_MOVABLE") { $0.anonymous.bits = "280da" },
    Change("2.6.32", "mm/oom_kill.c dump_header(), mm/page_alloc.c show_free_areas()") {
      $0.header = .oomAdj
      $0.memInfoHasShmem = true
    },
    Change("2.6.33", "mm/oom_kill.c __oom_kill_task()") { $0.kill = .orChildWithVSZ },
    Change("2.6.34", "mm/oom_kill.c out_of_memory(); inferred") { $0.reportsPanics = true },
    Change("2.6.36", "mm/oom_kill.c dump_header(), dump_tasks(), oom_kill_process()") {
      $0.header = .oomAdjAndScoreAdj
      $0.table = .oomAdjAndScoreAdj
      $0.dumpsTasks = true
      $0.filtersUnkillable = true
      $0.kill = .sacrifice
      $0.panicsAsNow = true
    },
    Change("2.6.37", "mm/oom_kill.c oom_kill_task()") { $0.namesSharers = true },
    Change("3.4", "lib/ratelimit.c ___ratelimit(), by oom_kill_process()") {
      $0.countsSuppressed = true
    },
    Change("3.6", "mm/oom_kill.c dump_tasks()") { $0.table = .ptes },
    Change("3.8", "mm/oom_kill.c dump_header(), mm/page_alloc.c show_free_areas()") {
      $0.header = .scoreAdj
      $0.zoneHasManaged = true
    },
    Change("3.9", "mm/oom_kill.c dump_header(), mm/memcontrol.c mem_cgroup_print_oom_info()") {
      $0.showsMachineInMemcg = false
      $0.memcgStats = .lines
    },
    Change("3.13", "lib/show_mem.c show_mem(), include/linux/res_counter.h RES_COUNTER_MAX") {
      $0.hasMovableOnly = true
      $0.unlimited = 18_014_398_509_481_983
    },
    Change("3.19", "include/linux/page_counter.h PAGE_COUNTER_MAX") { $0.unlimited = nil },
    Change("4.0", "mm/oom_kill.c dump_tasks(), mm/memcontrol.c mem_cgroup_print_oom_info()") {
      $0.table = .ptesAndPMDs
      $0.namesLimitWithoutVictim = true
    },
    Change("4.1", "mm/page_alloc.c show_free_areas()") { $0.memInfoEndsInFree = true },
    Change("4.3", "mm/oom_kill.c is_sysrq_oom()") { $0.marksSysrq = true },
    Change("4.4", "include/linux/gfp.h, mm/oom_kill.c oom_kill_process()") {
      $0.anonymous.bits = "24280ca"
      $0.kernel.bits = "24000c0"
      $0.namesSharers = false
    },
    Change("4.5", "mm/oom_kill.c oom_kill_process()") { $0.kill = .sacrificeWithShmem },
    Change("4.6", "mm/oom_kill.c dump_header(), __oom_reap_task()") {
      $0.header = .flags
      $0.anonymous.names = "GFP_HIGHUSER_MOVABLE|__GFP_ZERO"
      $0.kernel.names = "GFP_KERNEL"
      $0.hasReaper = true
    },
    Change("4.9", "mm/oom_kill.c dump_header()") { $0.header = .allowedNodes },
    Change("4.10", "include/linux/gfp.h ___GFP_DIRECT_RECLAIM") {
      $0.anonymous.bits = "14280ca"
      $0.kernel.bits = "14000c0"
    },
    Change("4.11", "mm/oom_kill.c dump_header()") { $0.header = .nodemaskAndBlank },
    Change("4.13", "mm/memcontrol.c memcg1_stat_names") { $0.statLineHasShmem = true },
    Change("4.15", "mm/oom_kill.c dump_header(), dump_tasks()") {
      $0.header = .nodemask
      $0.table = .bytes
    },
    Change("4.17", "include/linux/gfp.h") {
      $0.anonymous.bits = "6280ca"
      $0.kernel.bits = "6000c0"
    },
    Change("4.19", "mm/oom_kill.c dump_tasks(), out_of_memory(), oom_kill_process()") {
      $0.table = .wideBytes
      $0.deadlocked = true
      $0.hasOOMGroup = true
    },
    Change("5.0", "mm/oom_kill.c dump_header(), dump_oom_summary()") {
      $0.header = .flags
      $0.hasCpusetLine = false
      $0.namesLimit = false
      $0.namesLimitWithoutVictim = false
      $0.hasSummary = true
    },
    Change("5.1", "mm/oom_kill.c __oom_kill_process()") { $0.kill = .oneLine },
    Change("5.2", "include/linux/gfp.h") {
      $0.anonymous.bits = "100dca"
      $0.kernel.bits = "cc0"
    },
    Change("5.3", "mm/memcontrol.c mem_cgroup_print_oom_meminfo(), mm/oom_kill.c dump_tasks()") {
      $0.memcgStats = .file
      $0.hasSwapLine = true
      $0.dumpsAsVisited = true
    },
    Change("5.4", "mm/oom_kill.c __oom_kill_process()") { $0.kill = .oneLineWithUID },
    Change("5.11", "mm/memcontrol.c memory_stats[]; release from memory") {
      $0.statHasPageTables = true
    },
    Change("5.14", "include/linux/gfp.h __GFP_SKIP_KASAN_POISON") { $0.anonymous.bits = "1100dca" },
    Change(
      "5.18", "mm/memcontrol.c memory_stats[], mm/oom_kill.c OOM_REAPER_DELAY; release from memory"
    ) {
      $0.statHasKernel = true
      $0.reaperDelay = .seconds(2)
      $0.anonymous = Mask(bits: "140dca", names: "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO")
    },
    Change("6.8", "mm/oom_kill.c dump_task()") { $0.table = .kindsOfRSS },
  ]
}

extension RulesByRelease {
  /// What the kernel logs of a kill.
  @_optimize(none)
  static var log: [RuleChange] {
    [
      RuleChange(
        .log, "2.6.11", "One line for each kill.", "mm/oom_kill.c", "__oom_kill_task()",
        isSimulated: false
      ),
      RuleChange(
        .log, "4.5", "The kill line adds shmem-rss.", "mm/oom_kill.c", "oom_kill_process()",
        commit: "eca56ff906bd", hurts: "parsers of logs", isSimulated: false,
        adds: true
      ),
      RuleChange(
        .log, "5.0", "The line oom-kill: names constraint, groups and victim.", "mm/oom_kill.c",
        "dump_oom_summary()", commit: "ef8444ea01d7", hurts: "parsers of logs",
        isSimulated: false,
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
}
