extension OomdTick {
  /// Less than a part of the swap is free.
  ///
  /// Source: `SwapFree::run()`, src/oomd/plugins/SwapFree.cpp.
  func swapFree(_ thresholdPct: Int64) -> Verdict {
    let info = state.memoryInfo
    let (free, total) = (bytes(info.swapFree), bytes(info.swapTotal))
    guard Int128(free) < Int128(total) * Int128(thresholdPct) / 100 else { return .stop }
    return Verdict(
      isContinue: true,
      checks: [
        Ground.Check(
          what: "SwapFree",
          value: Share(millionths: proportion(of: 1_000_000, info.swapFree, info.swapTotal)),
          limit: .percent(thresholdPct), relation: "<")
      ])
  }
}
