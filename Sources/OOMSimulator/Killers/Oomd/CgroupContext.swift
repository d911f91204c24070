// What oomd reads of a group, and what it makes of that, in bytes.
//
// Source: src/oomd/CgroupContext.cpp, and src/oomd/util/Fs.cpp for the root, which has no such files.

extension OomdTick {
  func bytes(_ pages: Int64) -> Int64 { pages * state.machine.pageSize.rawValue }

  /// File: `memory.current`; of the root `MemTotal` less `MemFree`.
  func currentUsage(_ group: Int) -> Int64 {
    group == MemcgTree.root
      ? bytes(state.machine.memory - state.free) : bytes(state.ledger.accounts[group].usage)
  }

  /// File: `memory.swap.current`, which the root has not.
  func swapUsage(_ group: Int) -> Int64 {
    group == MemcgTree.root ? 0 : bytes(state.ledger.accounts[group].swapUsage)
  }

  /// File: `anon` in memory.stat.
  func anonUsage(_ group: Int) -> Int64 {
    var pages: Int64 = 0
    for one in state.groups.descendants(of: group) {
      let own = state.ledger.accounts[one].pages
      pages += own.anon + own.locked + own.lazyFree
    }
    return bytes(pages)
  }

  /// What is in use beyond what is protected.
  mutating func effectiveUsage(_ group: Int) -> Int64 {
    currentUsage(group) - memoryProtection(group)
  }

  /// What of a group oomd takes to be protected: its own share of what the group above it has. It is not the kernel's
  /// reckoning.
  ///
  /// Source: `getMemoryProtection()` and `normalizedProtection()`.
  mutating func memoryProtection(_ group: Int) -> Int64 {
    if group == MemcgTree.root { return currentUsage(group) }
    if !state.ledger.protects { return 0 }
    let path = state.groups.path(from: group).reversed().dropFirst()
    var protection: Int64 = 0
    for (level, one) in path.enumerated() {
      let raw = rawProtection(one)
      if level == 0 {
        protection = raw
        continue
      }
      let sum = protectionSum(below: state.groups.parents[one])
      if sum == 0 {
        protection = 0
      } else if protection >= sum {
        protection = raw
      } else {
        protection =
          BinaryReal(raw, as: .double).times(
            BinaryReal(protection, over: sum, as: .double), as: .double
          ).whole
      }
    }
    return protection
  }

  private mutating func protectionSum(below parent: Int) -> Int64 {
    if let sum = protectionSums[parent] { return sum }
    var sum: Int64 = 0
    for child in state.groups.children(of: parent) { sum += rawProtection(child) }
    protectionSums[parent] = sum
    return sum
  }

  private func rawProtection(_ group: Int) -> Int64 {
    let limits = state.ledger.limits[group]
    return bytes(min(state.ledger.accounts[group].usage, max(limits.min, limits.low)))
  }

  /// How much more than on average a group uses now, as a `float`.
  ///
  /// Source: `memory_growth()`, and `get_ranking_fn()` of src/oomd/plugins/KillMemoryGrowth-inl.h.
  func memoryGrowth(_ group: Int) -> BinaryReal {
    guard let mean = memory.averages[group]?.mean, mean > 0 else { return .zero }
    return BinaryReal(currentUsage(group), over: mean, as: .double).rounded(to: .float)
  }

  /// Takes the averages of those groups on that are ranked by growth; the others have none.
  ///
  /// Source: `prerunOnCgroups()` and `getAverageUsage()`.
  mutating func followAverages() {
    var averages: [Int: OomdMemory.Average] = [:]
    // Ticks that were left out because nothing changed.
    let missed = (now - memory.nextTick) / engine.interval
    for step in engine.steps {
      guard case .kill(let kill) = step.rule, case .memorySizeOrGrowth = kill.way else { continue }
      for group in reach(of: kill, groups(of: step)) where averages[group] == nil {
        let usage = currentUsage(group)
        var mean: Int64 = 0
        if let before = memory.averages[group] {
          mean = before.mean
          for _ in 0..<max(missed, 0) {
            let next = Self.decayed(mean, before.usage)
            if next == mean { break }
            mean = next
          }
        }
        averages[group] = OomdMemory.Average(usage: usage, mean: Self.decayed(mean, usage))
      }
    }
    memory.averages = averages
  }

  /// Three quarters of the old average and one of what is in use, in a `double`, whose fraction is cut off.
  private static func decayed(_ mean: Int64, _ usage: Int64) -> Int64 { (3 * mean + usage) / 4 }

  /// The groups that a plugin may come to rank: those that it names, and where it is recursive those below them.
  func reach(of kill: Oomd.Kill, _ groups: [Int]) -> [Int] {
    if !kill.isRecursive { return groups }
    var reach: [Int] = []
    var open = groups
    while let group = open.popLast() {
      reach.append(group)
      if !isWhole(group) { open += state.groups.children(of: group) }
    }
    state.ledger.effort.add(reach.count)
    return reach
  }

  /// File: `memory.oom.group`.
  func isWhole(_ group: Int) -> Bool {
    group != MemcgTree.root && state.groups.settings[group].diesAsAWhole
  }

  /// Attributes: `trusted.oomd_prefer`, `trusted.oomd_avoid`, and the same of `user`. 1 comes first.
  func killPreference(_ group: Int) -> Int {
    let settings = state.groups.settings[group]
    if settings.oomdPrefer == true { return 1 }
    return settings.oomdAvoid == true || settings.managedOOMPreference == .avoid ? -1 : 0
  }
}
