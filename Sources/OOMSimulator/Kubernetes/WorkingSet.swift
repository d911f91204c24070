// What the kubelet takes for memory in use.
//
// Modelled: clean file pages that nobody maps are those of the inactive list, and those that processes map of the active
// one, which counts as used.
//
// Source: `setMemoryStats()`, container/libcontainer/handler.go of cadvisor.

extension State {
  /// The working set of the node, in pages: what is in use, less inactive file pages.
  ///
  /// The root group has no memory.current: on version 1, and since 1.29 on version 2, anonymous and file pages are added
  /// up, and what the kernel itself has is in neither. Before that it was MemTotal less MemFree.
  ///
  /// - Parameter addsUp: the release of the kubelet adds up on version 2, too.
  ///
  /// Source: `rootStatsFromMeminfo()`, libcontainer/cgroups/fs2/memory.go of runc, since 1.1.9 (pull request 3933);
  /// `mem_cgroup_usage()`, mm/memcontrol.c.
  func workingSetOfNode(addsUp: Bool) -> Int64 {
    var pages = Pages()
    for account in ledger.accounts { pages += account.pages }
    ledger.effort.add(ledger.accounts.count)
    let active = pages.anon + pages.locked + pages.shmem + pages.tmpfs + pages.file
    if addsUp || cgroupVersion == 1 { return active }
    return max(machine.memory - free - pages.inactiveFile, 0)
  }

  /// The working set of a group and those below it, in pages.
  func workingSet(of group: Int) -> Int64 {
    var inactive: Int64 = 0
    for one in groups.descendants(of: group) { inactive += ledger.accounts[one].pages.inactiveFile }
    return max(ledger.accounts[group].usage - inactive, 0)
  }
}

extension Pages {
  /// Since 4.12 pages that reclaim may discard are on that list, too. Kernel: `lru_lazyfree_fn()`, mm/swap.c.
  fileprivate var inactiveFile: Int64 { cache + lazyFree }
}
