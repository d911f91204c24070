/// Which scenarios of the recordings are worth keeping in a repository.
public enum Selection: Sendable {
  case curated
  case all

  public func includes(_ scenario: RecordedScenario) -> Bool {
    self == .all || Self.names.contains(scenario.name)
  }

  /// Scenarios of the list that the recordings did not have, sorted.
  public func missing(from names: Set<String>) -> [String] {
    self == .all ? [] : Self.names.subtracting(names).sorted()
  }

  /// The fixed list: at least one kernel per rule, both where the releases print other tables.
  static let names = Set(decisions + replays + requests)

  static let decisions = [
    // Global selection: size, adj, its unit, page tables, kinds of memory.
    "g01-largest-rss-qemu-6.1-1", "g01-largest-rss-qemu-6.12-1", "g04-adj-minus-qemu-6.12-1",
    "g05-adj-max-tiny-qemu-6.12-1", "g08a-adj-exact-win-qemu-6.1-1",
    "g08a-adj-exact-win-qemu-6.12-1", "g08b-adj-exact-lose-qemu-6.12-1",
    "g11-pgtables-dominate-qemu-6.12-1", "g11-pgtables-dominate-uml-6.1-1",
    "g13-file-ramfs-qemu-6.12-1", "g14-shmem-qemu-6.12-1", "g16-zero-page-qemu-6.12-1",
    "g50-adj-inherit-qemu-6.12-1",
    "g52-negative-points-qemu-6.1-1", "g52-negative-points-qemu-6.12-1", "g55-stopped-qemu-6.12-1",
    "rp03-pressure-qemu-6.12-1", "r03-sysrq-qemu-6.12-1", "r05-sysrq-qemu-6.12-6",
    // Ties.
    "g09a-tie-abc-qemu-6.12-1", "g09c-tie-bca-uml-6.1-1", "g48-stale-order-qemu-6.1-1",
    "m21a-tie-qemu-6.12-1", "m21b-tie-qemu-6.12-1", "m21b-tie-uml-6.1-1",
    // Swap.
    "g10-swap-counts-qemu-6.12-1", "g39-swap-fullsize-adj-qemu-6.12-1", "rs03-swap-qemu-6.12-1",
    "rs04-swap-qemu-6.1-3", "m08-swapmax0-qemu-6.12-1", "m09-swapmax-limited-qemu-6.12-1",
    "m10-swapmax-max-qemu-6.12-1", "m10b-swappiness0-qemu-6.12-1", "m34-swapmax-hit-qemu-6.12-1",
    // One address space, several processes.
    "g19-shared-mm-qemu-6.1-1", "g19-shared-mm-qemu-6.12-1", "m24-shared-mm-outside-qemu-6.12-1",
    "g21-vfork-qemu-6.12-1", "g21b-vfork-child-adj-qemu-6.12-1",
    // Threads.
    "g22-threads-qemu-6.12-1", "g22b-leader-gone-qemu-6.12-1",
    // Forks and shared memory.
    "g17-fork-cow-qemu-6.12-1", "g30-init-unkillable-qemu-6.1-1",
    "g14b-shmem-two-mappers-qemu-6.12-1",
    // Settings that come before the selection.
    "g07-none-killable-qemu-6.12-1", "g23-kill-allocating-qemu-6.12-1",
    "g23b-kill-allocating-min-qemu-6.12-1", "g23c-kill-allocating-negative-qemu-6.12-1",
    "g24-panic1-qemu-6.12-1", "g26-panic1-none-killable-qemu-6.12-1", "m27-panic2-qemu-6.12-1",
    "m29-kill-allocating-qemu-6.12-1",
    // By hand, with nobody to kill.
    "g42-sysrq-none-qemu-6.12-1",
    // Groups: the domain, nesting, units, protection, order.
    "m01-leaf-limit-qemu-6.12-1", "m02-parent-limit-qemu-6.12-1",
    "m03-leaf-before-parent-qemu-6.12-1", "m11-low-sibling-qemu-6.12-1",
    "m12-min-sibling-qemu-6.12-1", "m14a-adj-memcg-units-qemu-6.12-1",
    "m14b-adj-tiny-memcg-qemu-6.12-1", "m14c-adj-unit-truncates-qemu-6.12-1",
    "m14d-adj-tiny-min-qemu-6.12-1", "m14e-adj-memcg-units-lose-qemu-6.12-1",
    "m17-max-lowered-qemu-6.12-1", "m17c-max-lowered-zero-qemu-6.12-3",
    "m23-migrated-qemu-6.12-1", "m30-three-levels-qemu-6.12-1", "m33-frozen-qemu-6.12-1",
    // Group kills.
    "m04-group-leaf-qemu-6.1-1", "m04-group-leaf-qemu-6.12-1",
    "m05a-group-parent-leaf-oom-qemu-6.12-1", "m05b-group-parent-qemu-6.12-1",
    "m05c-group-middle-qemu-6.12-1", "m05d-group-global-qemu-6.12-1",
    "m05e-group-nested-flags-qemu-6.12-1", "m05f-group-leaf-only-qemu-6.12-1",
    "m06-group-member-min-qemu-6.12-1", "rm02-memcg-qemu-6.12-1", "rm06-memcg-qemu-6.12-1",
    // Memory nodes: policies, their units, cpusets, and no panic for them.
    "n01-bind-default-eligible-qemu-6.1-1", "n02-bind-disjoint-qemu-6.12-1",
    "n03-bind-adj-units-qemu-6.12-1", "n07-cpuset-disjoint-qemu-6.12-1",
    "n08-cpuset-panic1-qemu-6.12-1",
    // Groups of version 1.
    "v1-04-nested-host-6.18-1", "v1-05-leaf-first-host-6.18-1",
  ]

  static let replays: [String] = [
    "g01-largest-rss-qemu-6.1-replay", "g01-largest-rss-qemu-6.12-replay",
    "g01-largest-rss-uml-6.1-replay", "g04-adj-minus-qemu-6.1-replay",
    "g05-adj-max-tiny-qemu-6.12-replay", "g07-none-killable-qemu-6.12-replay",
    "g09a-tie-abc-uml-6.1-replay", "g14-shmem-qemu-6.1-replay",
    "g19-shared-mm-qemu-6.12-replay", "g23-kill-allocating-uml-6.1-replay",
    "g28-successive-qemu-6.12-replay", "g28-successive-uml-6.1-replay",
    "g38-min-free-qemu-6.1-replay", "g39-swap-fullsize-adj-qemu-6.12-replay",
    "g54-rate-limit-qemu-6.1-replay", "m01-leaf-limit-qemu-6.12-replay",
    "m02-parent-limit-uml-6.1-replay", "m03-leaf-before-parent-qemu-6.12-replay",
    "m04-group-leaf-qemu-6.12-replay", "m05c-group-middle-qemu-6.12-replay",
    "m08-swapmax0-qemu-6.12-replay", "m17-max-lowered-qemu-6.1-replay",
    "m21b-tie-qemu-6.12-replay", "m34-swapmax-hit-qemu-6.12-replay",
    "m35-event-counts-uml-6.1-replay", "o24-mode0-kills-qemu-6.12-replay",
    "n01-bind-default-eligible-qemu-6.1-replay", "n02-bind-disjoint-qemu-6.12-replay",
    "n06-cpuset-qemu-6.12-replay", "n10-memcg-numa-qemu-6.1-replay",
    "g21-vfork-qemu-6.12-replay", "g42-sysrq-none-qemu-6.12-replay",
    "g17-fork-cow-qemu-6.1-replay", "g17-fork-cow-qemu-6.12-replay",
    "g14b-shmem-two-mappers-qemu-6.1-replay", "g30-init-unkillable-uml-6.1-replay",
    "g50-adj-inherit-qemu-6.12-replay",
    "v1-06-oom-disable-host-6.18-replay", "v1-07-oom-disable-enable-host-6.18-replay",
    "v1-12-limit-below-usage-host-6.18-replay", "v1-13-successive-host-6.18-replay",
  ]

  static let requests = [
    "o01-mode0-qemu-6.12", "o02-mode0-swap-qemu-6.12", "o03-mode1-qemu-6.12",
    "o04-mode2-ratio50-qemu-6.1", "o04-mode2-ratio50-qemu-6.12", "o09-mode2-kbytes-qemu-6.12",
    "o13-mode2-user0-qemu-6.12", "o14-mode2-both0-uml-6.1", "o17-mode2-hugetlb-qemu-6.12",
    "o20-mode2-fork-qemu-6.12",
    "o20-mode2-fork-uml-6.1", "o23-mode2-drift-uml-6.1", "o25-mode2-drip-uml-6.1",
  ]
}

/// Everything that a recording can say: its decisions, its replay, its overcommit requests.
public func scenarios(of recording: Recording) -> [Converted] {
  var all = decisions(of: recording)
  if !recording.touchesBetweenRequests { all.append(replay(of: recording)) }
  if let requests = overcommit(of: recording) { all.append(requests) }
  return all
}
