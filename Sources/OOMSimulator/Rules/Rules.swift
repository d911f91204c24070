package import VictimSelection

/// What a release does: one field for each rule that differs between releases, each of a type that names
/// its variants where the rule stands, in groups by the kernel function that goes by them.
///
/// The values here are those of 2.6.11; `RulesByRelease` changes them release by release.
package struct Rules: Equatable, Sendable {
  package var badness = Badness()
  package var counters = MMCounterRule.exact
  package var selection = Selection()
  package var kill = Kill()
  package var outOfMemory = OutOfMemory()
  package var constraint = ConstrainedAlloc()
  package var memcg = Memcg()
  package var overcommit = OvercommitRule(
    heuristic: .cacheThenFree, strict: .thirtySecond, comparison: .intWithUnsigned,
    hasKbytes: false)
  package var proc = Proc()
  package var watermarks = Watermarks()
  package var pagesets = PagesetRule.sixBatches
  /// A panic for want of a victim says "System is deadlocked on memory": since 4.19.
  package var saysDeadlocked = false

  package init() {}

  /// `oom_badness()`, to 2.6.35 `badness()`, mm/oom_kill.c.
  package struct Badness: Equatable, Sendable {
    /// The arithmetic of points since 2.6.36; nil while `legacy` decides.
    package var rule: BadnessRule?
    package var legacy = LegacyBadness()
    /// A badness of one's own in the place of both; nil where the release's decides.
    package var own: BadnessExpression?
    package var pageTables = PageTablesCounted.none
    package var rootBonus = RootBonus.none
    /// -1000 of one process exempts all that use its memory: 2.6.37 to 3.1.
    package var exemptsWholeMM = false
    /// A vfork child that still uses its parent's memory is no candidate: since 4.8.
    package var sparesVforkChildren = false

    /// Whether points are those of `badness()`, to 2.6.35.
    package var isLegacy: Bool { rule == nil }
  }

  /// `select_bad_process()`, mm/oom_kill.c, with `oom_evaluate_task()` since 4.9.
  package struct Selection: Equatable, Sendable {
    /// Kernel threads are candidates with 0 points: to 2.6.18.
    package var kernelThreadsTakePart = true
    /// `oom_adj` -17 takes a process out of the choice: since 2.6.12.
    package var hasOOMDisable = false
    /// -17 is tested before a dying process ends the scan: to 2.6.18.
    package var testsDisabledFirst = true
    package var swapoff = SwapoffRule.returnedAtOnce
    /// The scan holds points in an `unsigned int`: 3.5 to 4.8.
    package var holdsPointsIn32Bits = false
    package var globalEqualsReplace = false
    package var memcgEqualsReplace = false
    package var memcgWalk = MemcgWalk.taskList
    /// A thread is judged in its own group: 3.6 to 5.2.
    package var visitsThreads = false
  }

  /// `oom_kill_process()`, mm/oom_kill.c.
  package struct Kill: Equatable, Sendable {
    package var child = ChildRule.oldest
    /// In an OOM of a memcg a child dies only if it is inside: since 2.6.33.
    package var childHasToBeInMemcg = false
    package var oomKillTask = OOMKillTask.anybody
    package var sharers = SharerRule.notInit
    package var oomGroup = OOMGroupRule.none
  }

  /// `out_of_memory()`, mm/oom_kill.c.
  package struct OutOfMemory: Equatable, Sendable {
    package var panicOnOOM = PanicRule.never
    package var allocatingTask = AllocatingTaskRule.none
    package var sysrq = SysrqRule.likeAny
  }

  /// `constrained_alloc()`, mm/oom_kill.c: what an OOM is about, and `totalpages`.
  package struct ConstrainedAlloc: Equatable, Sendable {
    package var nodes = NodeRule.ignored
    package var nodePages = NodePages.spanned
    /// An OOM of a memcg passes over processes of other nodes: to 5.2.
    package var filtersMemcgByCpuset = true
    package var memcgTotalpages = MemcgTotalpages.swapAsBytes
  }

  /// `mem_cgroup_out_of_memory()` and what leads to it, mm/memcontrol.c.
  package struct Memcg: Equatable, Sendable {
    package var support = MemcgSupport.none
    /// Version 1 counts memory and swap together, memory.memsw.*: since 2.6.29.
    package var countsMemsw = false
    /// Version 1 has no groups whose charges do not count in their parents: since 5.11.
    package var isAlwaysHierarchical = false
    /// Groups are charged for page tables: since 4.8.
    package var chargesPageTables = false
    /// Groups are charged for what the kernel allocates for them: of version 2 since 4.5, of version 1 since 4.6.
    var kernelCharged = KernelCharged.nobodys
    /// Mounted so, version 2 charges groups for huge pages: since 6.7.
    package var chargesHugetlb = false
    /// Version 2 has memory.reclaim: since 5.19.
    package var hasReclaimFile = false
    package var withoutVictim = MemcgWithoutVictim.killsCurrent
    /// A charge that a system call makes fails instead of killing: 3.12 to 4.18.
    package var killsOnFaultsOnly = false
    package var protection = ProtectionRule.none
    package var highDelay = HighDelay.none
    /// Version 2 has memory.swap.high: since 5.8.
    package var hasSwapHigh = false
    /// Whether groups are charged for what zswap keeps of theirs, and can limit it: since 5.19.
    package var zswap = ZswapRule.none
    /// `memory.events` of a group has those of the groups below it: since 5.2.
    package var countsEventsBelow = false
  }

  /// What `madvise(MADV_FREE)` does.
  package var madviseFree = MadviseFree.unknown

  /// What /proc shows of badness and takes for it, fs/proc/base.c.
  package struct Proc: Equatable, Sendable {
    package var oomScore = OOMScoreFile.points
    /// How /proc/PID/oom_adj shows `oom_score_adj`; nil before 2.6.36, when it was the setting itself.
    package var oomAdj: OOMAdjFile?
    /// /proc/meminfo has `MemAvailable`: since 3.14.
    package var hasMemAvailable = false
    /// A write to `oom_score_adj` goes to all that share the memory: since 4.8.
    package var propagatesOOMScoreAdj = false
  }

  /// `__setup_per_zone_wmarks()`, mm/page_alloc.c.
  package struct Watermarks: Equatable, Sendable {
    /// The most that `vm.min_free_kbytes` is by default.
    package var mostMinFreeKbytes: Kibibytes = 65_536
    package var step = WatermarkStep.quarterOfMin
  }
}

extension Rules {
  /// Whether an OOM takes the same process and those that die with it.
  package func choose(as other: Rules) -> Bool {
    badness == other.badness && selection == other.selection && kill == other.kill
      && constraint == other.constraint && outOfMemory == other.outOfMemory
  }
}
