extension OomdTick {
  /// Those with most in swap; biased, with most of it beyond what their protection would have there.
  ///
  /// `SwapTotal` and `MemTotal` are taken as an `int`, of which oomd keeps the lowest 32 bits: of 4 GiB nothing.
  ///
  /// Source: `rankForKilling()` and `getSwapExcess()`, src/oomd/plugins/KillSwapUsage-inl.h.
  mutating func rankBySwapUsage(
    _ groups: [Int], _ threshold: Oomd.Size, isBiased: Bool
  ) -> [Candidate] {
    let least = threshold.bytes(of: Int64(Int32(truncatingIfNeeded: bytes(state.machine.swap))))
    var candidates: [Candidate] = []
    for group in groups {
      let swap = swapUsage(group)
      if swap < least { continue }
      var candidate = Candidate(group: group, size: isBiased ? swapExcess(group) : swap)
      candidate.figure = (
        isBiased ? "swap beyond protection" : "memory.swap.current",
        .size(Bytes(candidate.size))
      )
      candidates.append(candidate)
    }
    return candidates
  }

  private mutating func swapExcess(_ group: Int) -> Int64 {
    let swapTotal = Int64(Int32(truncatingIfNeeded: bytes(state.machine.swap)))
    let memTotal = Int64(Int32(truncatingIfNeeded: bytes(state.machine.memory)))
    if memTotal <= 0 { return swapUsage(group) }
    // A `float` each, and so is their product.
    let ratio = BinaryReal(swapTotal.magnitudeOfSigned, as: .float)
      .divided(by: BinaryReal(memTotal, as: .float), as: .float)
    let low = BinaryReal(memoryProtection(group), as: .float).times(ratio, as: .float).whole
    return max(swapUsage(group) - (swapTotal < 0 ? -low : low), 0)
  }
}

extension Int64 {
  fileprivate var magnitudeOfSigned: Int64 { self < 0 ? -self : self }
}
