extension OomdTick {
  /// A group has more in swap than a part of its `memory.max`.
  ///
  /// Source: `SwapAboveMemoryMax::run()`, src/oomd/plugins/SwapAboveMemoryMax.cpp.
  func swapAboveMemoryMax(_ step: OomdEngine.Step, _ thresholdPct: Int64) -> Verdict {
    for group in groups(of: step) where group != MemcgTree.root {
      let (swap, limit) = (swapUsage(group), state.ledger.limits[group].max)
      if limit == Cgroup.unlimited || limit == 0 { continue }
      let threshold = Int128(bytes(limit)) * Int128(thresholdPct)
      guard Int128(swap) * 100 > threshold else { continue }
      return Verdict(
        isContinue: true,
        checks: [
          Ground.Check(
            what: "memory.swap.current", value: .size(Bytes(swap)),
            limit: .size(Bytes(Int64(clamping: threshold / 100))), relation: ">")
        ], watched: group)
    }
    return .stop
  }
}
