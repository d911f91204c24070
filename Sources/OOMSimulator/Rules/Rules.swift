public import VictimSelection

/// What a release does: one field for each rule that differs between releases, each of a type that names
/// its variants where the rule stands.
///
/// The values here are those of 2.6.11; `RulesByRelease` changes them release by release.
public struct Rules: Equatable, Sendable {
  // MARK: badness

  /// The arithmetic of points since 2.6.36; nil while `legacy` decides.
  public var badness: BadnessRule?
  public var legacy = LegacyBadness()
  public var pageTables = PageTablesCounted.none
  public var rootBonus = RootBonus.none
  /// -1000 of one process exempts all that use its memory: 2.6.37 to 3.1.
  public var exemptsWholeMM = false
  /// Since 4.8.
  public var sparesVforkChildren = false

  // MARK: Selection

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

  // MARK: oom_kill_process()

  public var child = ChildRule.oldest
  public var childHasToBeInMemcg = false
  public var oomKillTask = OOMKillTask.anybody
  public var sharers = SharerRule.notInit
  public var oomGroup = OOMGroupRule.none

  // MARK: out_of_memory()

  public var panicOnOOM = PanicRule.never
  public var allocatingTask = AllocatingTaskRule.none
  public var sysrq = SysrqRule.likeAny
  public var nodes = NodeRule.ignored
  public var nodePages = NodePages.spanned
  /// An OOM of a memcg passes over processes of other nodes: to 5.2.
  public var filtersMemcgByCpuset = true

  // MARK: Memory cgroups

  public var memcg = MemcgSupport.none
  /// Version 1 has no groups whose charges do not count in their parents: since 5.11.
  public var isAlwaysHierarchical = false
  public var memcgTotalpages = MemcgTotalpages.swapAsBytes
  public var memcgWithoutVictim = MemcgWithoutVictim.killsCurrent
  /// A charge that a system call makes fails instead of killing: 3.12 to 4.18.
  public var killsOnFaultsOnly = false
  public var protection = ProtectionRule.none

  // MARK: Overcommit, /proc, watermarks

  public var overcommit = OvercommitRule(
    heuristic: .cacheThenFree, strict: .thirtySecond, comparison: .intWithUnsigned)
  /// `vm.overcommit_kbytes`: since 3.14.
  public var hasOvercommitKbytes = false
  public var oomScoreFile = OOMScoreFile.points
  /// How /proc/PID/oom_adj shows `oom_score_adj`; nil before 2.6.36, when it was the setting itself.
  public var oomAdjFile: OOMAdjFile?
  /// A write to `oom_score_adj` goes to all that share the memory: since 4.8.
  public var propagatesOOMScoreAdj = false
  /// The most that `vm.min_free_kbytes` is by default.
  public var mostMinFreeKbytes: Int64 = 65_536
  public var watermarkStep = WatermarkStep.quarterOfMin

  public init() {}
}

/// What memory cgroups a release has.
public enum MemcgSupport: Equatable, Sendable {
  /// None: to 2.6.24.
  case none
  /// Version 1: 2.6.25 to 4.4.
  case versionOne
  /// Version 2, too: since 4.5.
  case versionTwo
}
