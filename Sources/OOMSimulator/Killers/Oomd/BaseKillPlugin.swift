// How oomd finds the group that it kills, whatever it ranks them by.
//
// Source: src/oomd/plugins/BaseKillPlugin.cpp; `sortDescWithKillPrefs()`, src/oomd/OomdContext.h.

extension OomdTick {
  /// A group that may be killed, and what it is ranked by: numbers that are compared in this order, the largest first.
  struct Candidate {
    var group: Int
    var size: Int64 = 0
    var growth = BinaryReal.zero
    var last: Int64 = 0
    /// Before them, and after them for those that are equal.
    var preference = 0
    var path = ""
    /// What it is ranked by, held against its threshold; nil where it is held against the one that comes next.
    var check: Ground.Check?
    /// What it is ranked by where there is no threshold.
    var figure: (what: String, value: Ground.Figure)?
  }

  mutating func run(_ kill: Oomd.Kill, _ step: OomdEngine.Step, _ ground: Ground) -> Answer {
    if case .pgScan = kill.way, !takeSample(kill, step) { return .asyncPaused }
    var ground = ground
    ground.rule?.plugin = step.name
    let hasKilled = tryToKillSomething(kill, groups(of: step), ground)
    return hasKilled && !kill.alwaysContinues ? .stop : .proceed
  }

  /// Walks down to the best group, and on to the next best where that is empty.
  private mutating func tryToKillSomething(
    _ kill: Oomd.Kill, _ groups: [Int], _ ground: Ground
  ) -> Bool {
    // The best is on top.
    var stack = Array(ranked(kill, groups).reversed())
    while let candidate = stack.popLast() {
      let group = candidate.group
      if kill.isRecursive, !isWhole(group) {
        let children = state.groups.children(of: group)
        if !children.isEmpty {
          stack += ranked(kill, children).reversed()
          continue
        }
      }
      if group == MemcgTree.root || anonUsage(group) == 0 { continue }
      let rows = processes(of: group)
      if rows.isEmpty { continue }
      if kill.isDry { return true }
      spent.formUnion(rows)
      var ground = ground
      ground.cgroup = state.groups.paths[group]
      ground.ranked = candidate.check
      ground.preference = [1: "oomd_prefer", -1: "oomd_avoid"][candidate.preference]
      grounds.append(ground)
      if !kill.usesKernelKill { now = now + timeToKill }
      return true
    }
    return false
  }

  /// The processes of a group and below it that are there, dying ones among them.
  private func processes(of group: Int) -> [Int] {
    var rows: [Int] = []
    for one in state.groups.subtree(of: group) {
      for member in state.groups.members[one] {
        let row = Int(member)
        if state.tasks.hasNotExited(row), !spent.contains(row) { rows.append(row) }
      }
    }
    return rows
  }

  /// It sends signals again every second until all are gone, ten times at most, of which the second follows at once.
  private var timeToKill: Microseconds {
    let seconds = (state.machine.exitDelay.rawValue + 999_999) / 1_000_000
    return .seconds(min(seconds, 9))
  }

  // MARK: The order

  /// Groups in the order in which they are tried.
  private mutating func ranked(_ kill: Oomd.Kill, _ groups: [Int]) -> [Candidate] {
    state.ledger.effort.add(groups.count)
    var candidates: [Candidate] =
      switch kill.way {
      case .memorySizeOrGrowth(let size, let percentile, let ratio):
        rankByMemoryGrowth(groups, size, percentile, ratio)
      case .swapUsage(let threshold, let isBiased):
        rankBySwapUsage(groups, threshold, isBiased: isBiased)
      case .pressure: rankByPressure(groups)
      case .pgScan: rankByPgScan(groups)
      }
    for index in candidates.indices {
      candidates[index].preference = killPreference(candidates[index].group)
      candidates[index].path = state.groups.paths[candidates[index].group]
    }
    candidates.sort { one, other in
      if one.preference != other.preference { return one.preference > other.preference }
      if one.size != other.size { return one.size > other.size }
      if one.growth != other.growth { return one.growth > other.growth }
      if one.last != other.last { return one.last > other.last }
      return one.path.utf8.lexicographicallyPrecedes(other.path.utf8)
    }
    for index in candidates.indices {
      guard candidates[index].check == nil, let (what, value) = candidates[index].figure,
        index + 1 < candidates.count, let next = candidates[index + 1].figure,
        candidates[index].preference == candidates[index + 1].preference
      else { continue }
      candidates[index].check = Ground.Check(
        what: what, value: value, limit: next.value, relation: ">=")
    }
    return candidates
  }
}
