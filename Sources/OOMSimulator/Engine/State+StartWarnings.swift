// What there is to say of a scenario before anything happens.

extension State {
  /// What there is to say of a state that a scenario begins with.
  var startWarnings: [Warning] {
    excess + (missingFiles(of: groups.settings) + missingOfMachine).map { Warning($0) }
  }

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

  /// Which of these files of groups the release does not know, or knows by another name.
  func missingFiles(of settings: [Cgroup]) -> [Warning.Fact] {
    func has<Value>(_ file: (Cgroup) -> Value?) -> Bool {
      settings.contains { file($0) != nil }
    }
    if rules.memcg.support == .none, settings.contains(where: { $0.hasLimits }) {
      return [.limitsBeforeMemcg]
    }
    let isReadAsVersionOne =
      rules.memcg.support == .versionOne && cgroupVersion == 2
      && (has { $0.max } || has { $0.swapMax })
    let files: [File] = [
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
        has({ $0.zswapWriteback }), rules.memcg.zswap.hasWritebackFile,
        "memory.zswap.writeback", "6.8"
      ),
      (has({ $0.low }), rules.memcg.protection != .none, "memory.low", "4.0"),
      (
        has({ $0.min }), ![.none, .whileBelowLow].contains(rules.memcg.protection), "memory.min",
        "4.18"
      ),
      (has({ $0.oomGroup }), rules.kill.oomGroup != .none, "memory.oom.group", "4.19"),
    ]
    return (isReadAsVersionOne ? [.readAsVersionOne] : []) + Self.unknown(files)
  }

  /// The same of what is given for the whole machine, and zswap that has nothing to take.
  private var missingOfMachine: [Warning.Fact] {
    let hasZswap = rules.memcg.zswap != .none
    let files: [File] = [
      (machine.zswap, hasZswap, "zswap", "3.11"),
      (
        ledger.isRecursivelyProtected,
        rules.memcg.protection == .proportional && cgroupVersion == 2,
        "memory_recursiveprot on version 2", "5.7"
      ),
      (
        chargesHugetlb,
        rules.memcg.chargesHugetlb && cgroupVersion == 2, "memory_hugetlb_accounting on version 2",
        "6.7"
      ),
    ]
    let hasNothingToTake = machine.zswap && hasZswap && machine.swap == 0
    return Self.unknown(files) + (hasNothingToTake ? [.zswapWithoutSwap] : [])
  }

  private typealias File = (isGiven: Bool, isKnown: Bool, name: String, since: String)

  private static func unknown(_ files: [File]) -> [Warning.Fact] {
    files.filter { $0.isGiven && !$0.isKnown }.map { .unknownFile($0.name, since: $0.since) }
  }
}
