/// Which rules decide what a scenario comes to. Two releases whose rules differ only in the others have the same kills, points
/// and warnings, and a comparison need not replay both.
///
/// A rule is left out only where the scenario has nothing of what the rule is about, or where it only says what files and
/// estimates show; `RuleReachTests` replays every release to prove it.
struct RuleReach {
  private let reached: Set<RuleName>

  init(of scenario: Scenario) {
    let content = Content(of: scenario)
    reached = Set(RuleName.allCases.filter { content.reaches($0) })
  }

  private init(_ reached: Set<RuleName>) { self.reached = reached }

  func contains(_ name: RuleName) -> Bool { reached.contains(name) }

  /// The releases at which any rule changes, those together that do the same one after the other.
  var ranges: [[KernelRelease]] {
    var ranges: [[KernelRelease]] = []
    var before: Rules?
    for release in RulesByRelease.boundaries {
      let rules = rules(of: release)
      if rules == before {
        ranges[ranges.count - 1].append(release)
      } else {
        ranges.append([release])
      }
      before = rules
    }
    return ranges
  }

  /// Without what only the killer of the kernel goes by: a run that never calls it has nothing to do with that, either.
  var withoutKiller: RuleReach {
    // Somebody else reads the points where what shows them is reached.
    let showsPoints = contains(.oomScore)
    return RuleReach(reached.filter { !$0.isOfKillerAlone && (showsPoints || !$0.isOfPoints) })
  }

  /// The rules of a release, as far as the scenario comes to them; all others are those of the oldest.
  func rules(of release: KernelRelease) -> Rules {
    RulesByRelease.rules(of: release) { contains($0) }
  }
}

extension RuleName {
  /// Whether a rule is first asked for once an OOM has called the killer of the kernel: whom it takes, and what dies with it.
  fileprivate var isOfKillerAlone: Bool {
    switch self {
    case .panicOnOOM, .allocatingTask, .sysrq, .memcgTotalpages, .dying, .scanWidth, .ties,
      .memcgWalk, .memcgTies, .child, .unkillable, .sharers, .memcgEvents, .reaper,
      .nobody, .log:
      true
    default: false
    }
  }

  /// Whether it decides about points, which /proc/PID/oom_score shows as well.
  fileprivate var isOfPoints: Bool {
    switch self {
    case .constraint, .totalpages, .candidates, .disabled, .vforkChildren, .swapoff, .badness,
      .children, .superuser, .zeroPoints, .pageTables, .rootBonus, .rss, .oomScore, .oomAdj:
      true
    default: false
    }
  }
}

extension UserspaceKiller.Kind {
  /// Whether it goes by /proc/PID/oom_score.
  var readsPoints: Bool { self == .earlyoom }
}

extension Run {
  /// What the first victim was chosen for; nil where it was not chosen for points.
  var pointsOfFirst: Int128? {
    guard let first = kills.first,
      first.ground == nil || first.by == UserspaceKiller.Kind.earlyoom.rawValue
    else { return nil }
    return first.victim.points
  }
}

/// What a scenario has that some rules are about, and nothing else is.
private struct Content {
  /// A badness of the scenario's own may read anything.
  private let hasAnything: Bool
  /// Killers of user space look at /proc/meminfo; all but earlyoom at the files of groups, too.
  private let readsFiles: Bool
  /// At /proc/PID/oom_score.
  private let readsPoints: Bool
  private var hasGroups: Bool
  private var hasMadvise = false
  private var hasSysrq = false
  private var hasSwapoff: Bool
  private var hasVfork: Bool
  private var panics: Bool
  private var killsAllocatingTask: Bool
  private var modes: Set<Sysctl.OvercommitMemory>
  private var hasFamilies: Bool
  private var sharesMM: Bool
  private var hasNodes: Bool
  /// Of any group, from the start or by an event; what a release does not have is warned of.
  private var protects = false
  private var slowsDown = false
  private var limits = false
  private var hasOOMGroup = false
  private var changesGroups = false
  private var reclaims = false
  /// Address space is asked for by more than a page at a time.
  private var hasRequests: Bool
  private var hasZswap: Bool
  private let holdsBack: Bool

  init(of scenario: Scenario) {
    hasAnything = scenario.badness != nil
    readsFiles = !scenario.killers.isEmpty
    readsPoints = scenario.killers.contains { $0.kind.readsPoints }
    hasGroups =
      !scenario.cgroups.isEmpty || scenario.processes.cgroupPaths.contains { $0 != "/" }
      || scenario.killers.contains { $0.kind != .earlyoom }
    hasRequests = !scenario.processes.restarts.isEmpty
    hasZswap = scenario.machine.zswap
    holdsBack = scenario.machine.cpus == 1
    hasNodes = !scenario.machine.nodes.isEmpty
    hasFamilies = !scenario.processes.ppids.isEmpty
    sharesMM = !scenario.processes.sharesMMWith.isEmpty
    let flags = scenario.processes.flags
    hasSwapoff = flags.contains { $0.contains(.swapoff) }
    hasVfork = flags.contains { $0.contains(.inVfork) }
    panics = scenario.sysctl.panicOnOOM ?? .never != .never
    killsAllocatingTask = scenario.sysctl.oomKillAllocatingTask ?? false
    modes = [scenario.sysctl.overcommitMemory ?? .heuristic]
    hasGroups = hasGroups || scenario.chargesHugetlb
    protects = scenario.isRecursivelyProtected
    for (_, group) in scenario.cgroups { add(group) }
    for event in scenario.events { add(event.action) }
  }

  private mutating func add(_ group: Cgroup) {
    protects = protects || group.min != nil || group.low != nil
    slowsDown = slowsDown || group.high != nil || group.swapHigh != nil
    limits = limits || group.max != nil || group.memswLimit != nil || group.swapMax != nil
    hasZswap = hasZswap || group.zswapMax != nil || group.zswapWriteback != nil
    hasOOMGroup = hasOOMGroup || group.oomGroup != nil || group.oomPolicy != nil
  }

  private mutating func add(_ action: Event.Action) {
    hasRequests = hasRequests || action.isRequest
    switch action {
    case .start(let process):
      hasGroups = hasGroups || process.cgroup != "/"
      hasSwapoff = hasSwapoff || process.isSwapoff
      hasVfork = hasVfork || process.isInVfork
      hasFamilies = hasFamilies || process.ppid != 0
      sharesMM = sharesMM || process.sharesMMWith != nil
    case .setProcess(_, let change):
      hasSwapoff = hasSwapoff || change.isSwapoff == true
      hasVfork = hasVfork || change.isInVfork == true
    case .setSysctl(let change):
      panics = panics || change.panicOnOOM ?? .never != .never
      killsAllocatingTask = killsAllocatingTask || change.oomKillAllocatingTask == true
      if let mode = change.overcommitMemory { modes.insert(mode) }
    case .fork: hasFamilies = true
    case .madvise: hasMadvise = true
    case .sysrq: hasSysrq = true
    case .swapoff: hasSwapoff = true
    case .setCgroup(_, let group):
      hasGroups = true
      changesGroups = true
      add(group)
    case .move, .pressure: hasGroups = true
    case .growUnowned(_, _, let path, _, _), .shrinkUnowned(_, _, let path, _):
      hasGroups = hasGroups || path != "/"
    case .reclaim(_, let path):
      hasGroups = hasGroups || path != nil
      reclaims = true
    case .oom(let path, _, _): hasGroups = hasGroups || path != nil
    case .grow, .shrink, .map, .unmap, .exit, .cow, .touch, .setMachine, .swapon: break
    }
  }

  func reaches(_ name: RuleName) -> Bool {
    if hasAnything { return true }
    switch name {
    case .memcg, .memcgTables, .memcgKernel, .memcgEvents, .memcgTotalpages, .memcgWalk, .memcgTies:
      return hasGroups
    case .memcgReclaim: return reclaims
    case .memcgTrigger: return hasGroups && limits
    case .memcgLimit: return changesGroups
    case .protection: return protects
    case .high: return slowsDown
    case .oomGroup: return hasOOMGroup
    case .zswap: return hasZswap
    case .madviseFree: return hasMadvise
    case .sysrq: return hasSysrq
    case .swapoff: return hasSwapoff
    case .vforkChildren: return hasVfork
    case .panicOnOOM: return panics
    case .allocatingTask: return killsAllocatingTask
    case .heuristic: return modes.contains(.heuristic) && hasRequests
    case .commitTypes: return modes.contains(.never) || hasRequests
    case .strict: return modes.contains(.never)
    case .children, .child: return hasFamilies
    case .sharers, .oomScoreAdj: return sharesMM
    case .constraint: return hasNodes || hasGroups
    case .rss: return holdsBack
    case .oomScore: return readsPoints
    case .memAvailable: return readsFiles
    case .pagesets: return false
    case .watermarks, .trigger, .totalpages, .candidates, .disabled, .dying, .badness, .superuser,
      .zeroPoints, .pageTables, .rootBonus, .scanWidth, .ties, .unkillable, .reaper, .nobody,
      .oomAdj, .log:
      return true
    }
  }
}

extension Event.Action {
  /// Whether it may ask overcommit for more than a page at once. What grows asks page by page; what ends, gives back or is set
  /// asks for nothing.
  fileprivate var isRequest: Bool {
    switch self {
    case .grow(_, _, let duration, _): duration == 0
    case .shrink, .exit, .setProcess, .pressure, .sysrq: false
    default: true
    }
  }
}
