extension State {
  /// The cgroup-aware policy: among the groups of the domain that hold a candidate, the one to which most memory and swap is charged
  /// itself, descendants not counted; of equal groups the first. In it the process that the release's rules
  /// would take in a memcg OOM of that group alone. Processes of the root group are a group of their own.
  mutating func selectByGroup(_ oc: OOMControl) -> Selection {
    if !oc.ignoresVictims, meetsDyingVictim(oc) { return .aborted }
    var largest: Int?
    var most: Int64 = -1
    for group in groups.descendants(of: oc.memcg ?? MemcgTree.root) {
      let hasCandidate = groups.members[group].contains {
        let row = Int($0)
        return tasks.isAlive(row) && tasks.ineligibility(row) == nil
          && !oc.excluded.contains(row) && !oc.foreign.contains(row)
      }
      let use = footprint(of: group)
      if hasCandidate, use > most { (largest, most) = (group, use) }
    }
    guard let largest else { return .nobody }
    var inside = oc
    inside.excluded.formUnion(
      rowsVisited(domain: oc.memcg).filter { Int(tasks.groups[$0]) != largest })
    inside.ignoresVictims = true
    return selectBadProcess(inside)
  }

  /// What a group's processes use: of the root group, which has no counter, their sum.
  private func footprint(of group: Int) -> Int64 {
    let account = ledger.accounts[group]
    if group != MemcgTree.root { return account.own - account.pages.cache + account.ownSwap }
    return account.pages.anon + account.pages.locked + account.pages.lazyFree + account.pages.shmem
      + account.pages.file
      + account.pages.pageTables
      + account.pages.swappedAnon + account.pages.swappedShmem
  }
}
