public import VictimSelection

/// What a release does: one field for each rule that differs between releases, each of a type that names
/// its variants where the rule stands, in groups by the kernel function that goes by them.
///
/// The values here are those of 2.6.11; `RulesByRelease` changes them release by release.
public struct Rules: Equatable, Sendable {
  public var badness = Badness()
  public var selection = Selection()
  public var kill = Kill()
  public var outOfMemory = OutOfMemory()
  public var constraint = ConstrainedAlloc()
  public var memcg = Memcg()
  public var overcommit = OvercommitRule(
    heuristic: .cacheThenFree, strict: .thirtySecond, comparison: .intWithUnsigned,
    hasKbytes: false)
  public var proc = Proc()
  public var watermarks = Watermarks()

  public init() {}

  /// `oom_badness()`, to 2.6.35 `badness()`, mm/oom_kill.c.
  public struct Badness: Equatable, Sendable {
    /// The arithmetic of points since 2.6.36; nil while `legacy` decides.
    public var rule: BadnessRule?
    public var legacy = LegacyBadness()
    public var pageTables = PageTablesCounted.none
    public var rootBonus = RootBonus.none
    /// -1000 of one process exempts all that use its memory: 2.6.37 to 3.1.
    public var exemptsWholeMM = false
    /// A vfork child that still uses its parent's memory is no candidate: since 4.8.
    public var sparesVforkChildren = false

    /// Whether points are those of `badness()`, to 2.6.35.
    public var isLegacy: Bool { rule == nil }
  }

  /// `select_bad_process()`, mm/oom_kill.c, with `oom_evaluate_task()` since 4.9.
  public struct Selection: Equatable, Sendable {
    /// Kernel threads are candidates with 0 points: to 2.6.18.
    public var kernelThreadsTakePart = true
    /// `oom_adj` -17 takes a process out of the choice: since 2.6.12.
    public var hasOOMDisable = false
    /// -17 is tested before a dying process ends the scan: to 2.6.18.
    public var testsDisabledFirst = true
    public var swapoff = SwapoffRule.returnedAtOnce
    /// The scan holds points in an `unsigned int`: 3.5 to 4.8.
    public var holdsPointsIn32Bits = false
    public var globalEqualsReplace = false
    public var memcgEqualsReplace = false
    public var memcgWalk = MemcgWalk.taskList
    /// A thread is judged in its own group: 3.6 to 5.2.
    public var visitsThreads = false
  }

  /// `oom_kill_process()`, mm/oom_kill.c.
  public struct Kill: Equatable, Sendable {
    public var child = ChildRule.oldest
    /// In an OOM of a memcg a child dies only if it is inside: since 2.6.33.
    public var childHasToBeInMemcg = false
    public var oomKillTask = OOMKillTask.anybody
    public var sharers = SharerRule.notInit
    public var oomGroup = OOMGroupRule.none
  }

  /// `out_of_memory()`, mm/oom_kill.c.
  public struct OutOfMemory: Equatable, Sendable {
    public var panicOnOOM = PanicRule.never
    public var allocatingTask = AllocatingTaskRule.none
    public var sysrq = SysrqRule.likeAny
  }

  /// `constrained_alloc()`, mm/oom_kill.c: what an OOM is about, and `totalpages`.
  public struct ConstrainedAlloc: Equatable, Sendable {
    public var nodes = NodeRule.ignored
    public var nodePages = NodePages.spanned
    /// An OOM of a memcg passes over processes of other nodes: to 5.2.
    public var filtersMemcgByCpuset = true
    public var memcgTotalpages = MemcgTotalpages.swapAsBytes
  }

  /// `mem_cgroup_out_of_memory()` and what leads to it, mm/memcontrol.c.
  public struct Memcg: Equatable, Sendable {
    public var support = MemcgSupport.none
    /// Version 1 has no groups whose charges do not count in their parents: since 5.11.
    public var isAlwaysHierarchical = false
    public var withoutVictim = MemcgWithoutVictim.killsCurrent
    /// A charge that a system call makes fails instead of killing: 3.12 to 4.18.
    public var killsOnFaultsOnly = false
    public var protection = ProtectionRule.none
  }

  /// What /proc shows of badness and takes for it, fs/proc/base.c.
  public struct Proc: Equatable, Sendable {
    public var oomScore = OOMScoreFile.points
    /// How /proc/PID/oom_adj shows `oom_score_adj`; nil before 2.6.36, when it was the setting itself.
    public var oomAdj: OOMAdjFile?
    /// A write to `oom_score_adj` goes to all that share the memory: since 4.8.
    public var propagatesOOMScoreAdj = false
  }

  /// `__setup_per_zone_wmarks()`, mm/page_alloc.c.
  public struct Watermarks: Equatable, Sendable {
    /// The most that `vm.min_free_kbytes` is by default.
    public var mostMinFreeKbytes: Int64 = 65_536
    public var step = WatermarkStep.quarterOfMin
  }
}

extension Rules {
  /// Whether an OOM takes the same process and those that die with it.
  public func choose(as other: Rules) -> Bool {
    badness == other.badness && selection == other.selection && kill == other.kill
      && constraint == other.constraint && outOfMemory == other.outOfMemory
  }
}
