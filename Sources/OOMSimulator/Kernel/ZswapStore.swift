// Pages on their way to swap are compressed into a pool in memory first, where zswap is on. They have their place in swap all
// the same, so that neither points nor memory.swap.current know of it.
//
// Modelled: every page shrinks alike; a full pool lets pages through to the disk, where a kernel writes old ones out in their
// place; of pages that come back from swap, or end there, as many lay in the pool as of those that stay.

/// What a release does with pages that go to swap while zswap is on.
package enum ZswapRule: Sendable {
  /// Up to 3.10.
  case none
  /// A pool that no group is charged for.
  case ofTheMachine
  /// Groups are charged for what they have in the pool, and can limit it: `memory.zswap.max`.
  case ofGroups
  /// And can keep in memory what does not go there: `memory.zswap.writeback`, of which a new group copies its parent's.
  case ofGroupsWithOwnWriteback
  /// A group asks those above it, too.
  case ofGroupsWithWriteback

  /// Groups have `memory.zswap.writeback`.
  var hasWritebackFile: Bool { self == .ofGroupsWithOwnWriteback || self == .ofGroupsWithWriteback }
}

/// The pool and what lies in it.
struct ZswapPool: Equatable, Sendable {
  let rule: ZswapRule
  /// How much smaller pages become, in thousandths.
  let ratio: Int64
  let percent: Int64
  /// Pages that the pool may take. Kernel: `zswap_max_pages()`, mm/zswap.c.
  private(set) var most: Int64 = 0
  /// Pages that each group itself has in it, as they were before.
  private var stored: [Int64]
  /// What it takes of memory for a group and those below it. File: `memory.zswap.current`.
  fileprivate(set) var usage: [Int64]
  /// File: `memory.zswap.max`.
  private var limits: [Int64]
  /// Whether what does not go into the pool may go to the disk. File: `memory.zswap.writeback`.
  private var writesBack: [Bool]
  private(set) var storedInAll: Int64 = 0

  /// - Parameter cgroupVersion: groups of version 1 are not charged for the pool, and have no files for it. Kernel:
  ///   `obj_cgroup_charge_zswap()`, mm/memcontrol.c.
  /// - Returns: nil for a machine without zswap, or for a release that has none.
  init?(_ machine: Machine, rule: ZswapRule, cgroupVersion: Int, groups: Int) {
    guard machine.zswap, rule != .none else { return nil }
    self.rule = cgroupVersion == 1 ? .ofTheMachine : rule
    ratio = machine.zswapRatio
    percent = machine.zswapMaxPoolPercent
    stored = Array(repeating: 0, count: groups)
    usage = stored
    limits = Array(repeating: Cgroup.unlimited, count: groups)
    writesBack = Array(repeating: true, count: groups)
  }

  var isChargedToGroups: Bool { rule != .ofTheMachine }

  /// File: `memory.zswap.current`; nil where groups are not charged for it.
  func chargedUsage(_ group: Int) -> Int64? { isChargedToGroups ? usage[group] : nil }

  /// What a group itself has in the pool, as it was before. File: `zswapped` in memory.stat.
  func stored(_ group: Int) -> Int64 { stored[group] }

  mutating func setMemory(_ pages: Int64) { most = proportion(of: pages, percent, 100) }

  /// - Parameter parent: of a new group; nil for one that has files already, and for the root.
  mutating func setLimits(of group: Int, _ settings: Cgroup, parent: Int? = nil) {
    if isChargedToGroups { limits[group] = settings.zswapMax ?? Cgroup.unlimited }
    if !rule.hasWritebackFile { return }
    if let value = settings.zswapWriteback {
      writesBack[group] = value
    } else if let parent, rule == .ofGroupsWithOwnWriteback {
      writesBack[group] = writesBack[parent]
    }
  }

  /// Pages that a group can still bring into the pool; none that do not become smaller.
  ///
  /// Kernel: `obj_cgroup_may_zswap()`, mm/memcontrol.c, and `zswap_store()`, mm/zswap.c.
  fileprivate func room(_ group: Int, _ parents: [Int]) -> Int64 {
    if ratio <= 1000 { return 0 }
    var room = most - usage[MemcgTree.root]
    var at = group
    while at >= 0 {
      if limits[at] != Cgroup.unlimited { room = min(room, limits[at] - usage[at]) }
      at = parents[at]
    }
    return room <= 0 ? 0 : proportion(of: room, ratio, 1000)
  }

  /// Whether pages of a group may go to the disk at once.
  ///
  /// Kernel: `mem_cgroup_zswap_writeback_enabled()`, mm/memcontrol.c.
  fileprivate func writesBack(_ group: Int, _ parents: [Int]) -> Bool {
    if rule == .ofGroupsWithOwnWriteback { return writesBack[group] }
    var at = group
    while at >= 0 {
      if !writesBack[at] { return false }
      at = parents[at]
    }
    return true
  }

  /// Brings what a group has in the pool in step with what it has in swap.
  ///
  /// - Returns: what the pool takes for it now.
  fileprivate mutating func follow(
    _ group: Int, from before: Int64, to after: Int64, _ parents: [Int]
  ) -> Int64 {
    let old = stored[group]
    if after > before {
      stored[group] += min(after - before, room(group, parents))
    } else {
      stored[group] = proportion(of: old, after, before)
    }
    storedInAll += stored[group] - old
    return compressedPages(stored[group], ratio: ratio)
  }
}

extension Ledger {
  /// Brings the pool of zswap in step with what a group itself has in swap.
  mutating func followZswap(_ group: Int, from before: Int64, to after: Int64) {
    guard var pool = zswap else { return }
    zswap = nil
    let pages = pool.follow(group, from: before, to: after, parents)
    let more = pages - accounts[group].pages.zswap
    accounts[group].pages.zswap = pages
    var at = group
    while at >= 0, more != 0 {
      pool.usage[at] += more
      if at == MemcgTree.root || pool.isChargedToGroups {
        closePeak(at, changingBy: more)
        accounts[at].usage += more
      }
      at = parents[at]
    }
    zswap = pool
    if more == 0 { return }
    promises.doubtAll()
    nodes?.setPool(pages, .zswap, group)
  }

  /// What is in swap at the start went there in the order of the groups.
  mutating func fillZswap() {
    if zswap == nil { return }
    for group in accounts.indices {
      followZswap(group, from: 0, to: accounts[group].pages.swapped)
    }
    for group in accounts.indices { accounts[group].peak = accounts[group].usage }
  }

  /// Pages that a group may bring to swap beyond the pool; unlimited where the disk takes what the pool does not.
  func zswapRoom(_ group: Int) -> Int64 {
    guard let zswap, !zswap.writesBack(group, parents) else { return Cgroup.unlimited }
    return zswap.room(group, parents)
  }
}

extension RulesByRelease {
  /// Swap that is compressed in memory.
  @_optimize(none)
  static var zswap: [RuleChange] {
    [
      RuleChange(.zswap, "2.6.11", "There is no zswap.", "mm/page_io.c", "swap_writepage()"),
      RuleChange(
        .zswap, "3.11",
        "With zswap on, pages that go to swap are compressed into a pool in memory first, which no group is charged for.",
        "mm/zswap.c", "zswap_frontswap_store()", commit: "2b2811178e85",
        hurts: "machines with zswap on: memory and swap end earlier",
        evidence: .inferred("the tree before the commit, and what its help says of the release"),
        adds: true
      ) { $0.memcg.zswap = .ofTheMachine },
      RuleChange(
        .zswap, "5.19",
        """
        A group is charged for what it has in the pool of zswap, and memory.zswap.max limits that: what does not go there \
        goes to the disk.
        """,
        "mm/zswap.c", "obj_cgroup_charge_zswap()", commit: "f4840ccfca25",
        hurts: "groups at memory.max: swapping frees less for them",
        evidence: .inferred("the trees before and after the commit, in the merges for 5.19")
      ) { $0.memcg.zswap = .ofGroups },
      RuleChange(
        .zswap, "6.8",
        "With memory.zswap.writeback 0 what does not go into the pool of zswap stays in memory.",
        "mm/memcontrol.c", "mem_cgroup_zswap_writeback_enabled()", commit: "501a06fe8e4c",
        hurts: "groups that set it: they are full earlier",
        evidence: .inferred("the trees before and after the commit, in the merges for 6.8"),
        adds: true
      ) { $0.memcg.zswap = .ofGroupsWithOwnWriteback },
      RuleChange(
        .zswap, "6.11",
        "Its 0 holds for the groups below, too, whatever theirs says; before, a group copies it when it is made.",
        "mm/memcontrol.c", "mem_cgroup_zswap_writeback_enabled()", commit: "e39925734909",
        hurts: "groups with 1 below one with 0: they are full earlier",
        evidence: .inferred(
          "6.8, and a later patch that tells of it; stable 6.10 may have it, too"), adds: true
      ) { $0.memcg.zswap = .ofGroupsWithWriteback },
    ]
  }
}
