extension OomdTick {
  /// First those that use a large part of what all use together, by what they use beyond their protection; then of those
  /// that use most the ones that grow, by how fast; then the others, by what they use beyond their protection.
  ///
  /// Source: `get_ranking_fn()`, src/oomd/plugins/KillMemoryGrowth-inl.h.
  mutating func rankByMemoryGrowth(
    _ groups: [Int], _ sizeThreshold: Int64, _ growingSizePercentile: Int64,
    _ minGrowthRatio: BinaryReal
  ) -> [Candidate] {
    if groups.isEmpty { return [] }
    var sum: Int64 = 0
    for group in groups { sum += currentUsage(group) }
    let threshold = BinaryReal(sum, as: .double).times(
      BinaryReal(sizeThreshold, over: 100, as: .double), as: .double
    ).whole
    var effective: [Int64] = []
    for group in groups { effective.append(effectiveUsage(group)) }
    // Of so many the least is the limit of those that growth is asked of.
    let most = (groups.count * Int(100 - growingSizePercentile) + 99) / 100
    let least = effective.sorted(by: >)[most - 1]
    return zip(groups, effective).map { group, beyond in
      let usage = currentUsage(group)
      let growth = memoryGrowth(group)
      let isLarge = usage >= threshold
      let isGrowing = growth >= minGrowthRatio && beyond >= least
      var candidate = Candidate(group: group, last: beyond)
      if isLarge { candidate.size = beyond }
      if isGrowing { candidate.growth = growth }
      if isLarge {
        candidate.check = Ground.Check(
          what: "memory.current", value: .size(Bytes(usage)), limit: .size(Bytes(threshold)),
          relation: ">=")
      } else if isGrowing {
        candidate.check = Ground.Check(
          what: "memory.current by its average", value: .ratio(hundredths: growth.hundredths),
          limit: .ratio(hundredths: minGrowthRatio.hundredths), relation: ">=")
      }
      candidate.figure = ("memory.current beyond protection", .size(Bytes(beyond)))
      return candidate
    }
  }
}

extension BinaryReal {
  /// Whole hundredths.
  fileprivate var hundredths: Int64 { times(BinaryReal(100, as: .double), as: .double).whole }
}
