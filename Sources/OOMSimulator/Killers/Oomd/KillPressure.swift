extension OomdTick {
  /// Those that stall most, in whole per cent of half the average over 10 s and half that over 60 s.
  ///
  /// Source: `rankForKilling()`, src/oomd/plugins/KillPressure-inl.h.
  func rankByPressure(_ groups: [Int]) -> [Candidate] {
    groups.map { group in
      let full = state.pressures.groups[group]?.full ?? PSIAverages()
      let average = BinaryReal(full.avg10, over: 200, as: .float)
        .plus(BinaryReal(full.avg60, over: 200, as: .float), as: .float).whole
      var candidate = Candidate(group: group, size: average)
      candidate.figure = (
        "memory.pressure full, avg10 and avg60", .share(.percent(average))
      )
      return candidate
    }
  }
}
