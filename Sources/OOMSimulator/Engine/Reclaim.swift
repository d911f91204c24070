// Reclaim, as small as it can be and still have the kernel's order. Anonymous memory, shared memory and tmpfs go to swap
// in the proportion to file pages that vm.swappiness gives them; of file pages the clean cache goes first, with private
// memory that was freed lazily, then what is mapped, and reclaimable slab with it. Among the groups of a domain each
// goes in proportion to what a group has of it above its protection; which pages of a group go to swap is in
// `State.settle`: the oldest.
//
// Modelled, not exact: the kernel looks at how soon pages came back, and MGLRU has a balance of its own.

extension Ledger {
  private enum Stage: CaseIterable {
    case cache
    case fileAndSlab
    case swap
  }

  /// How many pages reclaim could free in a domain, all told.
  func reclaimable(in domain: Int, swaps: Bool = true, on nodes: NodeMask? = nil) -> Int64 {
    var copy = self
    effort.add(4 * accounts.count)
    return copy.reclaim(Int64.max, in: domain, swaps: swaps, on: nodes)
  }

  /// Frees up to `wanted` pages charged to a group and its descendants.
  ///
  /// - Parameters:
  ///   - swaps: whether pages may go to swap.
  ///   - nodes: the memory nodes to take them from, nil for all.
  /// - Returns: the pages freed.
  ///
  /// Kernel: `try_to_free_mem_cgroup_pages()` and `shrink_node()`, mm/vmscan.c; version 1 first
  /// `mem_cgroup_soft_limit_reclaim()`, mm/memcontrol.c.
  mutating func reclaim(
    _ wanted: Int64, in domain: Int, swaps: Bool = true, on nodes: NodeMask? = nil
  ) -> Int64 {
    if effort.isSpent { return 0 }
    var left = wanted
    let stages = swaps ? Stage.allCases : [.cache, .fileAndSlab]
    if domain == MemcgTree.root, hasSoftLimits {
      let floors = softFloors
      left -= take(left, in: domain, stages, floors, nodes)
    }
    guard protects else { return wanted - left + take(left, in: domain, stages, [], nodes) }
    // memory.low holds in a first round; a second one ignores it when the first does not give enough. What is protected
    // changes with the pages that are taken, so it is looked at anew after a part of them: a larger one each time that
    // nothing has changed.
    let least = max(min(left, accounts[domain].usage) / Self.protectionSteps, Self.swapClusterMax)
    for respectsLow in [true, false] {
      if !respectsLow, left > 0 { noteLow(in: domain) }
      var (step, before) = (least, [Int64]())
      while left > 0, !effort.isSpent {
        let floors = protection(in: domain, respectsLow: respectsLow)
        step = floors == before ? min(step, left) * 2 : least
        before = floors
        let taken = take(min(left, step), in: domain, stages, floors, nodes)
        if taken == 0 { break }
        left -= taken
      }
    }
    return wanted - left
  }

  /// Kernel: `SWAP_CLUSTER_MAX`, the pages that direct reclaim is after at a time.
  private static let swapClusterMax: Int64 = 32
  /// Modelled: so many parts at most, where the kernel goes on by 32 pages.
  private static let protectionSteps: Int64 = 64

  /// Takes pages of all kinds.
  private mutating func take(
    _ wanted: Int64, in domain: Int, _ stages: [Stage], _ floors: [Int64], _ nodes: NodeMask?
  ) -> Int64 {
    var left = wanted
    if stages.contains(.swap) {
      left -= gain(
        anonShare(of: wanted, in: domain, floors, nodes), in: domain, .swap, floors, nodes)
    }
    for stage in stages where left > 0 {
      left -= gain(left, in: domain, stage, floors, nodes)
    }
    return wanted - left
  }

  /// The part of what is wanted that anonymous memory gives, where there are file pages as well: as `vm.swappiness`, 0 to
  /// 200, weighs the two lists.
  ///
  /// Kernel: `get_scan_count()`, mm/vmscan.c, with no refaults.
  private func anonShare(
    of wanted: Int64, in domain: Int, _ floors: [Int64], _ nodes: NodeMask?
  ) -> Int64 {
    let swappiness = min(limits[domain].swappiness ?? self.swappiness, 200)
    if swappiness == 0 { return 0 }
    var (anon, file) = (Int64(0), Int64(0))
    for group in domain..<ends[domain] {
      anon += available(group, in: domain, .swap, floors, nodes)
      file += available(group, in: domain, .cache, floors, nodes)
      file += available(group, in: domain, .fileAndSlab, floors, nodes)
    }
    if file == 0 { return 0 }
    let weight = anon * swappiness
    return min(proportion(of: wanted, weight, weight + file * (200 - swappiness)), anon)
  }

  /// Takes pages of a stage's kinds until the domain has `wanted` fewer: what goes to a zram, or to zswap, leaves a part of
  /// itself in memory.
  private mutating func gain(
    _ wanted: Int64, in domain: Int, _ stage: Stage, _ floors: [Int64], _ nodes: NodeMask?
  ) -> Int64 {
    let isCompressed = zswap != nil || (domain == MemcgTree.root && !swapDevices.isEmpty)
    guard stage == .swap, isCompressed else {
      return reclaim(wanted, in: domain, stage, floors, nodes)
    }
    let before = accounts[domain].usage
    var (asked, gained) = (wanted, Int64(0))
    while !effort.isSpent {
      let moved = reclaim(asked, in: domain, stage, floors, nodes)
      if moved <= 0 { break }
      let gain = before - accounts[domain].usage - gained
      gained += gain
      let left = wanted - gained
      if left <= 0 { break }
      asked = gross(of: left)
      // A full pool of zswap lets pages through to the disk, which gain all of themselves.
      if zswap != nil, gain > 0 {
        asked = Int64(min(Int128(asked), Int128(left) * Int128(moved) / Int128(gain)))
      }
    }
    return gained
  }

  /// Pages to move to the worst zram, or to zswap, so that `net` of memory come free; all where it gains nothing.
  private func gross(of net: Int64) -> Int64 {
    var ratio = swapDevices.filter { $0.kind == .zram }.map { $0.ratio }.min() ?? Int64.max
    if let zswap { ratio = min(ratio, zswap.ratio) }
    if ratio == Int64.max { return net }
    if ratio <= 1000 || net > 1 << 40 { return Int64.max }
    return net * ratio / (ratio - 1000) + 1
  }

  private mutating func reclaim(
    _ wanted: Int64, in domain: Int, _ stage: Stage, _ floors: [Int64], _ nodes: NodeMask?
  ) -> Int64 {
    // swappiness 0: a memcg never swaps, the machine does when nothing else is left.
    if stage == .swap, swappiness == 0, domain != MemcgTree.root { return 0 }
    let groups = domain..<ends[domain]
    effort.add(8 + 4 * groups.count)
    var total: Int64 = 0
    for group in groups { total += available(group, in: domain, stage, floors, nodes) }
    if total == 0 { return 0 }
    var left = wanted
    var share = min(left, total)
    for group in groups where share > 0 {
      let here = min(available(group, in: domain, stage, floors, nodes), total)
      if here == 0 { continue }
      let part = proportion(of: share, here, total)
      total -= here
      share -= part
      left -= take(part, from: group, stage, nodes)
    }
    // What limits that groups have in common kept from being shared out evenly is taken where it is.
    for group in groups where left > 0 && !(stage == .cache && floors.isEmpty) {
      left -= take(
        min(left, available(group, in: domain, stage, floors, nodes)), from: group, stage, nodes)
    }
    return wanted - left
  }

  private func available(
    _ group: Int, in domain: Int, _ stage: Stage, _ floors: [Int64], _ nodes: NodeMask?
  ) -> Int64 {
    let there = there(group, nodes)
    var pages: Int64
    switch stage {
    case .cache: pages = there.cache + there.lazyFree
    case .fileAndSlab: pages = there.file + there.slabReclaimable
    case .swap:
      if limits[group].swappiness == 0 { return 0 }
      pages = there.anon + there.shmem + there.tmpfs
      if pages > 0 { pages = min(pages, swapRoom(group)) }
    }
    if !floors.isEmpty {
      pages = min(pages, max(accounts[group].usage - floors[group - domain], 0))
    }
    return pages
  }

  /// What of a group's pages lies on some nodes.
  private func there(_ group: Int, _ nodes: NodeMask?) -> Pages {
    guard let nodes, let memory = self.nodes else { return accounts[group].pages }
    var there = Pages()
    for kind in [PageKind.cache, .lazyFree, .file, .slabReclaimable, .anon, .shmem, .tmpfs] {
      there[kind] = memory.pages(kind, of: group, on: nodes)
    }
    return there
  }

  /// Takes `pages` of a stage's kinds from one group; swap limits may have tightened since they were counted.
  private mutating func take(
    _ pages: Int64, from group: Int, _ stage: Stage, _ nodes: NodeMask?
  ) -> Int64 {
    let pages = stage == .swap && pages > 0 ? min(pages, swapRoom(group)) : pages
    if pages == 0 { return 0 }
    let there = there(group, nodes)
    accounts[group].reclaimed += pages
    change(group, nodes.map { .on($0) } ?? .anywhere, isReclaim: true) { mine in
      switch stage {
      case .cache:
        let cache = proportion(of: pages, there.cache, there.cache + there.lazyFree)
        mine.cache -= cache
        mine.lazyFree -= pages - cache
      case .fileAndSlab:
        let file = proportion(of: pages, there.file, there.file + there.slabReclaimable)
        mine.file -= file
        mine.slabReclaimable -= pages - file
      case .swap:
        var rest = pages
        var kinds = there.anon + there.shmem + there.tmpfs
        let anon = proportion(of: rest, there.anon, kinds)
        rest -= anon
        kinds -= there.anon
        let shmem = proportion(of: rest, there.shmem, kinds)
        rest -= shmem
        mine.anon -= anon
        mine.swappedAnon += anon
        mine.shmem -= shmem
        mine.swappedShmem += shmem
        mine.tmpfs -= rest
        mine.swappedTmpfs += rest
      }
    }
    return pages
  }

  /// The pages that each group of a domain keeps, counted from the domain; empty when none is protected.
  ///
  /// Kernel: `mem_cgroup_calculate_protection()`, mm/memcontrol.c.
  private func protection(in domain: Int, respectsLow: Bool) -> [Int64] {
    guard protects else { return [] }
    let groups = domain..<ends[domain]
    let setting: [Int64] = groups.map { respectsLow ? limits[$0].low : 0 }
    let low = effective(setting, in: groups)
    let hard = effective(groups.map { limits[$0].min }, in: groups)
    return zip(low, hard).map(max)
  }

  /// What soft limits leave alone: everything of groups without one.
  private var softFloors: [Int64] {
    limits.map { $0.soft }
  }

  func effective(_ settings: [Int64], in groups: Range<Int>) -> [Int64] {
    let domain = groups.lowerBound
    effort.add(16 + 2 * groups.count)
    var siblingsProtected = [Int64](repeating: 0, count: groups.count)
    for group in groups.dropFirst() {
      siblingsProtected[parents[group] - domain] += protectedUsage(
        usage: accounts[group].usage, setting: settings[group - domain], rule: protectionRule)
    }
    var effective = [Int64](repeating: 0, count: groups.count)
    for group in groups.dropFirst() {
      let parent = parents[group]
      // A child of the group that reclaims has its own setting, which 4.0 to 4.17 look at as at any other.
      if parent == domain, protectionRule != .whileBelowLow {
        effective[group - domain] = settings[group - domain]
        continue
      }
      effective[group - domain] = effectiveProtection(
        usage: accounts[group].usage, setting: settings[group - domain],
        parentEffective: parent == domain ? Int64.max : effective[parent - domain],
        siblingsProtected: siblingsProtected[parent - domain],
        recursiveParentUsage: isRecursivelyProtected && parent != domain
          ? accounts[parent].usage : nil,
        rule: protectionRule)
    }
    return effective
  }
}

/// `amount × part / whole`, rounded down, without overflow; 0 when there is no whole.
///
/// Taking the parts in turn, each from what is left of the amount and the whole, gives out all of it.
func proportion(of amount: Int64, _ part: Int64, _ whole: Int64) -> Int64 {
  guard whole > 0 else { return 0 }
  if part == whole { return amount }
  return whole.dividingFullWidth(amount.multipliedFullWidth(by: part)).quotient
}
