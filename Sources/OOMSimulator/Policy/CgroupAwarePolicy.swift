/// Who decides whom an OOM kills.
public enum Policy: String, CaseIterable, Sendable {
  /// The rules of a kernel release.
  case kernel
  /// The group that uses most, then the process in it with the most points. No kernel does this: it was
  /// discussed for years as the "cgroup-aware OOM killer" and never merged.
  case cgroupAware = "cgroup-aware"
}

extension World {
  /// The choice of the policy that decides.
  func select(
    in domain: Int?, totalpages: Int64, excluding excluded: [Int] = [],
    ignoringVictims: Bool = false
  ) -> Selection {
    // The question who is next comes after a kill: the dead of now are excluded.
    let ignores = ignoringVictims || !excluded.isEmpty
    return switch policy {
    case .kernel:
      selectBadProcess(
        in: domain, totalpages: totalpages, excluding: excluded, ignoringVictims: ignores)
    case .cgroupAware:
      selectByGroup(
        in: domain, totalpages: totalpages, excluding: excluded, ignoringVictims: ignores)
    }
  }

  /// Among the groups of the domain that hold a candidate, the one to which most memory and swap is charged
  /// itself, descendants not counted; of equal groups the first. In it the process that the release's rules
  /// would take in a memcg OOM of that group alone. Processes of the root group are a group of their own.
  private func selectByGroup(
    in domain: Int?, totalpages: Int64, excluding excluded: [Int], ignoringVictims: Bool
  ) -> Selection {
    if !ignoringVictims, meetsDyingVictim(in: domain) { return .aborted }
    var largest: Int?
    var most: Int64 = -1
    for group in groups.descendants(of: domain ?? MemcgTree.root) {
      let hasCandidate = groups.members[group].contains {
        tasks.isAlive(Int($0)) && tasks.ineligibility(Int($0)) == nil
          && !excluded.contains(Int($0))
      }
      let use = footprint(of: group)
      if hasCandidate, use > most { (largest, most) = (group, use) }
    }
    guard let largest else { return .nobody }
    let outside = rowsVisited(domain: domain).filter { Int(tasks.groups[$0]) != largest }
    return selectBadProcess(
      in: domain, totalpages: totalpages, excluding: outside + excluded,
      ignoringVictims: true)
  }

  /// What a group's processes use: of the root group, which has no counter, their sum.
  private func footprint(of group: Int) -> Int64 {
    let account = ledger.accounts[group]
    if group != MemcgTree.root { return account.own - account.cache + account.ownSwap }
    return account.anon + account.locked + account.shmem + account.file + account.pageTables
      + account.swappedAnon + account.swappedShmem
  }
}
