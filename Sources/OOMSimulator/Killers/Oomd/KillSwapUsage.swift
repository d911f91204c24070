extension OomdTick {
  /// Those with most in swap; biased, with most of it beyond what their protection would have there.
  ///
  /// `SwapTotal` and `MemTotal` are taken as an `int`, of which oomd keeps the lowest 32 bits: of 4 GiB nothing.
  ///
  /// Source: `rankForKilling()` and `getSwapExcess()`, src/oomd/plugins/KillSwapUsage-inl.h.
  func rankBySwapUsage(
    _ groups: [Int], _ threshold: Oomd.Size, isBiased: Bool
  ) -> [Candidate] {
    let least = threshold.bytes(of: Int64(Int32(truncatingIfNeeded: bytes(state.machine.swap))))
    return groups.filter { swapUsage($0) >= least }.map { group in
      let swap = swapUsage(group)
      var candidate = Candidate(group: group, size: isBiased ? swapExcess(group) : swap)
      if isBiased {
        candidate.figure = ("swap beyond protection", .size(Bytes(candidate.size)))
      } else {
        candidate.figure = ("memory.swap.current", .size(Bytes(swap)))
      }
      return candidate
    }
  }

  private func swapExcess(_ group: Int) -> Int64 {
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
