// The second half of OomdReference.swift: rankForKilling of four kill plugins (KillMemoryGrowth,
// KillSwapUsage, KillPressure, KillPgScan -inl.h, OomdContext.h sortDescWithKillPrefs), what
// CgroupContext.cpp (04760122) computes of a group, and the walk over the tree.

extension ReferenceOomd {
  /// rankForKilling: best first; preference, then the plugin's key. Equals: hash order and an
  /// unstable sort there, by path here.
  mutating func rank(_ plugin: Plugin, _ candidates: [Int]) -> [Int] {
    var keys: [Int: (Double, Double, Double)] = [:]
    switch plugin {
    case .killByMemorySizeOrGrowth(_, let size, let percentile, let minGrowth):
      keys = growthKeys(candidates, size, percentile, minGrowth)
    case .killBySwapUsage(_, let threshold, let biased):
      for index in candidates where groups[index].swapCurrent >= threshold {
        let key = biased ? swapExcess(index) : groups[index].swapCurrent
        keys[index] = (Double(key), 0, 0)
      }
    case .killByPressure:
      for index in candidates {
        let full = groups[index].full
        // int average = sec_10 / 2 + sec_60 / 2, floats cut to an int.
        keys[index] = (
          Double(Int(Self.float(full.avg10) / 2 + Self.float(full.avg60) / 2)),
          0, 0
        )
      }
    case .killByPgScan:
      for index in candidates {
        // No value from the tick before (new group): no rate, 0, left out.
        guard let before = previousPgscan[groups[index].path] else { continue }
        let rate = groups[index].pgscan - before
        if rate > 0 { keys[index] = (Double(rate), 0, 0) }
      }
    default: break
    }
    // Keys are int64 there; below 2^53 a Double holds them exactly.
    var order = candidates.filter { keys[$0] != nil }
    order.sort { a, b in
      let (left, right) = (groups[a].preference.rawValue, groups[b].preference.rawValue)
      if left != right { return left > right }
      let (one, two) = (keys[a]!, keys[b]!)
      if one.0 != two.0 { return one.0 > two.0 }
      if one.1 != two.1 { return one.1 > two.1 }
      if one.2 != two.2 { return one.2 > two.2 }
      return groups[a].path.utf8.lexicographicallyPrecedes(groups[b].path.utf8)
    }
    return order
  }

  /// KillMemoryGrowth::get_ranking_fn: (effective usage if big, growth if it grows, effective
  /// usage). The double and float steps are those of the source.
  mutating func growthKeys(
    _ candidates: [Int], _ sizeThreshold: Int, _ percentile: Int,
    _ minGrowth: Float
  ) -> [Int: (Double, Double, Double)] {
    var sum = 0
    for index in candidates { sum += groups[index].current }
    let sizeBytes = Int(Double(sum) * (Double(sizeThreshold) / 100))
    var least = 0
    let n = candidates.count
    if n > 0 && percentile > 0 {
      // ceil(n * (100 - percentile) / 100) - 1: the quotient of small integers, rounded
      // correctly, has the same ceiling as the exact one.
      let nth = (n * (100 - percentile) + 99) / 100 - 1
      let sorted = candidates.map { groups[$0].current - protection($0) }.sorted(by: >)
      least = sorted[nth]
    }
    var keys: [Int: (Double, Double, Double)] = [:]
    for index in candidates {
      let current = groups[index].current
      let effective = current - protection(index)
      let average = averageUsage(index)
      // memory_growth is a double, then a float.
      let growth: Float = average == 0 ? 0 : Float(Double(current) / Double(average))
      let big = current >= sizeBytes
      let grows = growth >= minGrowth && effective >= least
      keys[index] = (
        big ? Double(effective) : 0, grows ? Double(growth) : 0,
        Double(effective)
      )
    }
    return keys
  }

  /// KillSwapUsage::getSwapExcess. Totals are kept in a C int there: above 2 GiB they wrap.
  /// float swapRatio_ stays 0 when the wrapped MemTotal is not above 0.
  func swapExcess(_ index: Int) -> Int {
    let swapTotal = Int32(truncatingIfNeeded: system.swapTotal)
    let memTotal = Int32(truncatingIfNeeded: system.memTotal)
    let ratio: Float = memTotal > 0 ? Float(swapTotal) / Float(memTotal) : 0
    let swapLow = Int(ratio * Float(protection(index)))
    return Swift.max(groups[index].swapCurrent - swapLow, 0)
  }

  /// A "N%" threshold of kill_by_swap_usage, with the same C int.
  static func swapThreshold(percent: Int, swapTotal: Int) -> Int {
    Int(Int32(truncatingIfNeeded: swapTotal)) * percent / 100
  }

  // MARK: CgroupContext

  /// getAverageUsage: 3/4 of the old (0 if not asked for in the last tick) and 1/4 of now,
  /// doubles cut to an integer; quarters of integers are exact below 2^51. Once per tick.
  mutating func averageUsage(_ index: Int) -> Int {
    let path = groups[index].path
    if let known = tickAverages[path] { return known }
    let average = ((averages[path] ?? 0) * 3 + groups[index].current) / 4
    tickAverages[path] = average
    return average
  }

  /// min(current, max(min, low)).
  func rawProtection(_ index: Int) -> Int {
    let group = groups[index]
    return Swift.min(group.current, Swift.max(group.min, group.low))
  }

  /// getMemoryProtection, normalizedProtection. The doubles are those of the source.
  func protection(_ index: Int) -> Int {
    if groups[index].path.isEmpty { return groups[index].current }
    guard let parent = groups[index].parent, !groups[parent].path.isEmpty else {
      return rawProtection(index)
    }
    var sum = 0
    for sibling in children(parent) { sum += rawProtection(sibling) }
    if sum == 0 { return 0 }
    let share = Swift.min(1.0, 1.0 * Double(protection(parent)) / Double(sum))
    return Int(Double(rawProtection(index)) * share)
  }

  // MARK: the tree

  func children(_ index: Int) -> [Int] {
    let isRoot = groups[index].path.isEmpty
    return inPathOrder(
      groups.indices.filter {
        $0 != index && (groups[$0].parent == index || (isRoot && groups[$0].parent == nil))
      })
  }

  func inPathOrder(_ list: [Int]) -> [Int] {
    list.sorted { groups[$0].path.utf8.lexicographicallyPrecedes(groups[$1].path.utf8) }
  }

  func processesBelow(_ index: Int) -> Int {
    var sum = live[index]
    for child in children(index) { sum += processesBelow(child) }
    return sum
  }

  mutating func empty(_ index: Int) {
    live[index] = 0
    for child in children(index) { empty(child) }
  }

  /// prerunOnCgroups: the groups named and, if recursive, all below them that are not below a
  /// memory.oom.group.
  func prerunGroups(_ kill: Kill) -> [Int] {
    var unvisited = resolve(kill.cgroups)
    var result: [Int] = []
    while let index = unvisited.popLast() {
      if kill.recursive && !groups[index].oomGroup { unvisited += children(index) }
      result.append(index)
    }
    return result
  }

  /// parseCgroup and resolveWildcard: the union of what the patterns match, each once.
  func resolve(_ patterns: [String]) -> [Int] {
    inPathOrder(
      groups.indices.filter { index in
        patterns.contains { OomdGlob.matches($0, groups[index].path) }
      })
  }
}
