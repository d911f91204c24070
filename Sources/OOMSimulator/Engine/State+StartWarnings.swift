// What there is to say of a scenario before anything happens.

extension State {
  /// What there is to say of a state that a scenario begins with.
  var startWarnings: [Warning] { excess + missingFiles }

  private var excess: [Warning] {
    var warnings: [Warning] = []
    if startExceedsMemory {
      warnings.append(Warning(.startExceedsMemory(needed: used, memory: machine.memory)))
    }
    if startExceedsSwap {
      let swap = ledger.accounts[MemcgTree.root].swapUsage
      warnings.append(Warning(.startExceedsSwap(used: swap, swap: machine.swap)))
    }
    for group in 1..<max(groups.count, 1) where group < groups.count {
      let usage = ledger.accounts[group].usage
      if usage > ledger.limits[group].max {
        warnings.append(
          Warning(
            .startExceedsLimit(
              cgroup: groups.paths[group], usage: usage, file: limitFile,
              limit: ledger.limits[group].max)))
      }
    }
    return warnings
  }

  /// Which limits of the scenario a release does not know, or knows by another name.
  private var missingFiles: [Warning] {
    let settings = groups.settings
    func has<Value>(_ file: (Cgroup) -> Value?) -> Bool {
      settings.contains { file($0) != nil }
    }
    if rules.memcg.support == .none, settings.contains(where: { $0.hasLimits }) {
      return [Warning(.limitsBeforeMemcg)]
    }
    var warnings: [Warning] = []
    if rules.memcg.support == .versionOne, cgroupVersion == 2,
      has({ $0.max }) || has({ $0.swapMax })
    {
      warnings.append(Warning(.readAsVersionOne))
    }
    let missing: [(isGiven: Bool, isKnown: Bool, file: String, since: String)] = [
      (
        has({ $0.memswLimit ?? $0.swapMax }), rules.memcg.countsMemsw,
        "memory.memsw.limit_in_bytes", "2.6.29"
      ),
      (has({ $0.high }), rules.memcg.support == .versionTwo, "memory.high", "4.5"),
      (has({ $0.swapHigh }), rules.memcg.hasSwapHigh, "memory.swap.high", "5.8"),
      (
        has({ $0.zswapMax }), ![.none, .ofTheMachine].contains(rules.memcg.zswap),
        "memory.zswap.max", "5.19"
      ),
      (
        has({ $0.zswapWriteback }), rules.memcg.zswap == .ofGroupsWithWriteback,
        "memory.zswap.writeback", "6.8"
      ),
      (machine.zswap, rules.memcg.zswap != .none, "zswap", "3.11"),
      (has({ $0.low }), rules.memcg.protection != .none, "memory.low", "4.0"),
      (
        has({ $0.min }), ![.none, .whileBelowLow].contains(rules.memcg.protection), "memory.min",
        "4.18"
      ),
      (has({ $0.oomGroup }), rules.kill.oomGroup != .none, "memory.oom.group", "4.19"),
      (
        ledger.isRecursivelyProtected,
        rules.memcg.protection == .proportional && cgroupVersion == 2,
        "memory_recursiveprot on version 2",
        "5.7"
      ),
      (
        chargesHugetlb, rules.memcg.chargesHugetlb && cgroupVersion == 2,
        "memory_hugetlb_accounting on version 2", "6.7"
      ),
    ]
    for file in missing where file.isGiven && !file.isKnown {
      warnings.append(Warning(.unknownFile(file.file, since: file.since)))
    }
    return warnings
  }
}
