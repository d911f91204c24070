/// Where every page of the machine is, group by group. A value of plain numbers, so that a copy can be
/// charged to find out whether something fits.
///
/// Groups are numbered as in `MemcgTree`; number 0 is the root, whose limit is what the machine has
/// above its min watermark.
struct Ledger: Equatable, Sendable {
  /// What one group is charged for.
  struct Account: Equatable, Sendable {
    /// Charged to this group itself.
    var pages = Pages()
    /// Taken by reclaim from processes of the group and not yet told to each of them.
    var unsettled = Pages()
    /// Pages of the group and its descendants. File: `memory.current`.
    var usage: Int64 = 0
    /// Swap of the group and its descendants. File: `memory.swap.current`.
    var swapUsage: Int64 = 0
    /// The most that `usage` has been. File: `memory.peak`.
    var peak: Int64 = 0
    /// The most that `swapUsage` has been. File: `memory.swap.peak`.
    var swapPeak: Int64 = 0
    /// What happened at the limits of this group itself. File: `memory.events.local`.
    var events = MemoryEvents()
    /// Charges that failed at first at the limit of this group itself. File: `memory.failcnt`.
    var failcnt: Int64 = 0
    /// Pages that reclaim has taken of this group itself.
    var reclaimed: Int64 = 0

    /// Whether reclaim has taken pages of which nobody has been told.
    var isUnsettled: Bool {
      unsettled.anon != 0 || unsettled.shmem != 0 || unsettled.tmpfs != 0 || unsettled.file != 0
        || unsettled.lazyFree != 0
    }

    /// Pages in memory charged to this group itself.
    var own: Int64 { pages.resident }

    /// Swap charged to this group itself.
    var ownSwap: Int64 { pages.swapped }

    /// What the group went through decides nothing of what comes next.
    static func == (one: Self, other: Self) -> Bool {
      one.pages == other.pages && one.unsettled == other.unsettled && one.usage == other.usage
        && one.swapUsage == other.swapUsage
    }
  }

  /// The limits of one group, in pages; `Cgroup.unlimited` when it has none.
  struct Limits: Equatable, Sendable {
    var min: Int64 = 0
    var low: Int64 = 0
    var high = Cgroup.unlimited
    var max = Cgroup.unlimited
    var swapMax = Cgroup.unlimited
    /// What the group can have in swap before whoever is charged to it is slowed down.
    var swapHigh = Cgroup.unlimited
    /// Memory and swap together, on version 1.
    var memsw = Cgroup.unlimited
    /// What reclaim of the machine brings the group down to first, on version 1.
    var soft = Cgroup.unlimited
    /// The group's own swappiness, on version 1.
    var swappiness: Int64?
    /// Charges go over `max`, because nobody can be killed: `MemcgWithoutVictim.forced`.
    var isForced = false
  }

  let parents: [Int]
  let ends: [Int]
  var limits: [Limits]
  var accounts: [Account]
  var swappiness: Int64 = 60
  /// Where what goes to swap is compressed first; nil without zswap.
  var zswap: ZswapPool?
  /// Where what is stored takes memory; empty without zram.
  var swapDevices: [SwapDevice] = []
  /// What one page table maps, in pages.
  var pagesPerTable: Int64 = 512
  /// Mounted with `memory_recursiveprot`.
  var isRecursivelyProtected = false
  /// Whether any group has, or had, `memory.min` or `memory.low`.
  var protects = false
  /// Whether any group has `memory.soft_limit_in_bytes`.
  private(set) var hasSoftLimits = false
  let protectionRule: ProtectionRule
  private let memcg: MemcgSupport
  private let countsMemsw: Bool
  private let hasSwapHigh: Bool
  /// Whether any group has, or had, `memory.swap.high`.
  private(set) var limitsSwapHigh = false
  /// Whether page tables are charged to groups; where not, they are in the usage of the root alone.
  let chargesPageTables: Bool
  /// What each group uses of the pool of huge pages, where groups are charged for it; the machine has the pool whole.
  var hugetlb: [Int64] = []
  /// Where the pages lie, on a machine with several memory nodes.
  var nodes: NodeMemory?
  var promises: Promises
  var courses: Courses
  let effort = Effort()

  init(of groups: MemcgTree, rules: Rules) {
    protectionRule = rules.memcg.protection
    memcg = rules.memcg.support
    countsMemsw = rules.memcg.countsMemsw
    hasSwapHigh = rules.memcg.hasSwapHigh
    chargesPageTables = rules.memcg.chargesPageTables
    parents = groups.parents
    ends = groups.ends
    limits = Array(repeating: Limits(), count: groups.count)
    accounts = Array(repeating: Account(), count: groups.count)
    promises = Promises(groups: groups.count)
    courses = Courses(groups: groups.count)
    for group in 1..<Swift.max(groups.count, 1) where group < groups.count {
      setLimits(of: group, groups.settings[group])
    }
  }

  /// Takes a group's limits over, as far as the release has such files.
  mutating func setLimits(of group: Int, _ settings: Cgroup) {
    if memcg == .none { return }
    var limits = Limits()
    limits.max = settings.max ?? Cgroup.unlimited
    if countsMemsw {
      limits.swapMax = settings.swapMax ?? Cgroup.unlimited
      limits.memsw = settings.memswLimit ?? Cgroup.unlimited
    }
    limits.soft = settings.softLimit ?? Cgroup.unlimited
    limits.swappiness = settings.swappiness
    hasSoftLimits = hasSoftLimits || settings.softLimit != nil
    if memcg == .versionTwo { limits.high = settings.high ?? Cgroup.unlimited }
    if hasSwapHigh {
      limits.swapHigh = settings.swapHigh ?? Cgroup.unlimited
      limitsSwapHigh = limitsSwapHigh || settings.swapHigh != nil
    }
    switch protectionRule {
    case .none: break
    case .whileBelowLow: limits.low = settings.low ?? 0
    case .shareOfParent, .proportional:
      limits.low = settings.low ?? 0
      limits.min = settings.min ?? 0
    }
    self.limits[group] = limits
    zswap?.setLimits(of: group, settings)
    protects = protects || limits.min > 0 || limits.low > 0
  }

  /// Changes what a group itself has, and the sums above it with that.
  ///
  /// - Parameters:
  ///   - place: the nodes that it is about.
  ///   - isReclaim: what processes lose has to be told to them.
  mutating func change(
    _ group: Int, _ place: NodeMemory.Place = .anywhere, isReclaim: Bool = false,
    _ body: (inout Pages) -> Void
  ) {
    let before = accounts[group].pages
    var after = before
    body(&after)
    nodes?.follow(before, after, group: group, place, isReclaim: isReclaim)
    accounts[group].pages = after
    if isReclaim {
      accounts[group].unsettled.anon += before.anon - after.anon
      accounts[group].unsettled.shmem += before.shmem - after.shmem
      accounts[group].unsettled.tmpfs += before.tmpfs - after.tmpfs
      accounts[group].unsettled.file += before.file - after.file
      accounts[group].unsettled.lazyFree += before.lazyFree - after.lazyFree
    }
    let pages = after.resident - before.resident
    let charged = charged(after) - charged(before)
    let swap = after.swapped - before.swapped
    if pages == 0, swap == 0 { return }
    var at = group
    while at >= 0 {
      closePeak(at, changingBy: charged)
      accounts[at].usage += at == MemcgTree.root ? pages : charged
      accounts[at].swapUsage += swap
      accounts[at].swapPeak = Swift.max(accounts[at].swapPeak, accounts[at].swapUsage)
      if promises.pages[at] > 0, !keepsPromise(at) { promises.doubt(at) }
      at = parents[at]
    }
    if swap == 0 { return }
    followZswap(group, from: before.swapped, to: after.swapped)
    chargeZram()
  }

  /// Pages in memory that groups are charged for.
  private func charged(_ pages: Pages) -> Int64 { pages.resident - uncharged(pages) }

  /// Pages in memory that are in the usage of the root alone.
  private func uncharged(_ pages: Pages) -> Int64 {
    var uncharged = chargesPageTables ? 0 : pages.pageTables
    if let zswap, !zswap.isChargedToGroups { uncharged += pages.zswap }
    return uncharged
  }

  /// Sums what each group and its descendants have.
  mutating func sumUp() {
    let (usage, swap) = sums()
    for group in accounts.indices {
      accounts[group].usage = usage[group]
      accounts[group].swapUsage = swap[group]
      accounts[group].peak = usage[group]
      accounts[group].swapPeak = swap[group]
    }
  }

  private func sums() -> (usage: [Int64], swap: [Int64]) {
    var usage = accounts.map { charged($0.pages) }
    var swap = accounts.map { $0.pages.swapped }
    for (group, pages) in hugetlb.enumerated() { usage[group] += pages }
    for group in accounts.indices.reversed() where parents[group] >= 0 {
      usage[parents[group]] += usage[group]
      swap[parents[group]] += swap[group]
    }
    if !usage.isEmpty {
      usage[MemcgTree.root] += accounts.reduce(0) { $0 + uncharged($1.pages) }
    }
    if !hugetlb.isEmpty { usage[MemcgTree.root] -= hugetlb.reduce(0, +) }
    return (usage, swap)
  }

  /// Says that pages of other kinds went to swap than was thought; as many in all.
  mutating func correctSwapped(_ group: Int, by more: Pages) {
    for kind in Ages.kinds {
      guard let swapped = kind.inSwap else { continue }
      accounts[group].pages[kind] -= more[kind]
      accounts[group].pages[swapped] += more[kind]
    }
  }

  /// Brings the memory that zram devices take in step with what is stored in them.
  mutating func chargeZram() {
    if swapDevices.isEmpty, accounts[MemcgTree.root].pages.zram == 0 { return }
    // What lies in the pool of zswap has its place on the device, and nothing in it.
    let stored = accounts[MemcgTree.root].swapUsage - (zswap?.storedInAll ?? 0)
    let pages = zramPages(stored: stored, swapDevices)
    accounts[MemcgTree.root].usage += pages - accounts[MemcgTree.root].pages.zram
    accounts[MemcgTree.root].pages.zram = pages
    promises.doubtAll()
    nodes?.setPool(pages, .zram, MemcgTree.root)
  }

  /// Pages that a group can still take before one of its own limits, without reclaim.
  ///
  /// - Parameter ignoresHigh: whether `memory.high` is no limit.
  func headroom(_ group: Int, ignoresHigh: Bool = false) -> Int64 {
    let high = ignoresHigh ? Cgroup.unlimited : limits[group].high
    let limit = limits[group].isForced ? high : Swift.min(limits[group].max, high)
    return limit == Cgroup.unlimited ? Cgroup.unlimited : limit - accounts[group].usage
  }

  /// Pages that a group can still take before its limit of memory and swap together; moving pages to swap
  /// does not change it.
  func memswHeadroom(_ group: Int) -> Int64 {
    let limit = limits[group]
    if limit.memsw == Cgroup.unlimited || limit.isForced { return Cgroup.unlimited }
    return limit.memsw - accounts[group].usage - accounts[group].swapUsage
  }

  /// Swap that a page of the group could still go to, under the limits of all its ancestors.
  ///
  /// Kernel: `mem_cgroup_get_nr_swap_pages()`, mm/memcontrol.c.
  func swapRoom(_ group: Int) -> Int64 {
    var room = Cgroup.unlimited
    var at = group
    var levels = 0
    while at >= 0 {
      let limit = limits[at].swapMax
      if limit != Cgroup.unlimited {
        room = Swift.min(room, Swift.max(limit - accounts[at].swapUsage, 0))
      }
      at = parents[at]
      levels += 1
    }
    effort.add(levels)
    return zswap == nil ? room : Swift.min(room, zswapRoom(group))
  }

  /// The first group, from one up to the root, that has more in swap than its `memory.swap.high`.
  func aboveSwapHigh(_ group: Int) -> Int? {
    if !limitsSwapHigh { return nil }
    var at = group
    while at >= 0 {
      if accounts[at].swapUsage > limits[at].swapHigh { return at }
      at = parents[at]
    }
    return nil
  }

  /// The first group whose sums are not those of its parts, nil when all are: no page is lost or invented.
  func firstImbalance() -> Int? {
    let (usage, swap) = sums()
    return accounts.indices.first {
      usage[$0] != accounts[$0].usage || swap[$0] != accounts[$0].swapUsage
    }
  }
}
