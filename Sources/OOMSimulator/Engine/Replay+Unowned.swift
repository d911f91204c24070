// What happens to memory that belongs to no process.

extension Replay {
  /// Growth of memory of no process, or what goes of it. A tmpfs asks overcommit page by page.
  ///
  /// Kernel: `shmem_inode_acct_blocks()`, mm/shmem.c.
  func unownedGrowth(
    _ what: Event.Unowned, _ pages: Int64, _ path: String, _ over: Microseconds
  ) -> Growth {
    var growth = Growth(row: nil, total: Pages(), start: now, duration: over)
    growth.unownedGroup = group(path)
    switch what {
    case .pageCache: growth.total.cache = pages
    case .tmpfs:
      growth.total.tmpfs = pages
      growth.admittedShared = 0
    case .kernel:
      growth.total.kernel = pages
      if !state.rules.memcg.kernelCharged.isCharged(onVersion: state.cgroupVersion) {
        growth.unownedGroup = MemcgTree.root
      }
    }
    return growth
  }

  /// Reclaims because somebody asks for it; nobody is killed.
  ///
  /// Kernel: `memory_reclaim()` and, on version 1, `mem_cgroup_force_empty()`, mm/memcontrol.c; of the machine
  /// `drop_caches_sysctl_handler()`, fs/drop_caches.c.
  mutating func reclaim(_ pages: Int64, _ path: String?) {
    state.somethingFreed = true
    guard let path else { return state.ledger.dropCaches(pages) }
    let group = group(path)
    let memcg = state.rules.memcg
    let isVersionOne = state.cgroupVersion == 1 || memcg.support == .versionOne
    guard isVersionOne ? memcg.support != .none && group != MemcgTree.root : memcg.hasReclaimFile
    else { return warn(.noReclaimFile(cgroup: path)) }
    let freed = state.ledger.reclaim(isVersionOne ? Int64.max : pages, in: group)
    if freed < pages { warn(.reclaimedLess(cgroup: path, pages: pages - freed)) }
  }
}

extension Ledger {
  /// Drops clean cache, then reclaimable slab, of all groups in proportion.
  fileprivate mutating func dropCaches(_ wanted: Int64) {
    var left = wanted
    for kind in [PageKind.cache, .slabReclaimable] {
      var whole = accounts.reduce(0) { $0 + $1.pages[kind] }
      var share = min(left, whole)
      left -= share
      for group in accounts.indices where share > 0 {
        let here = accounts[group].pages[kind]
        let part = proportion(of: share, here, whole)
        whole -= here
        share -= part
        change(group) { $0[kind] -= part }
      }
    }
  }
}
