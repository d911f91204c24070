extension OomdTick {
  /// Those of which most was scanned since the last tick; those of which nothing was are left out.
  ///
  /// Source: `rankForKilling()`, src/oomd/plugins/KillPgScan-inl.h.
  func rankByPgScan(_ groups: [Int]) -> [Candidate] {
    groups.compactMap { group in
      let rate = scannedBefore[group].map { state.pgscan(group) - $0 } ?? 0
      if rate <= 0 { return nil }
      var candidate = Candidate(group: group, size: rate)
      candidate.figure = ("pgscan since the last tick", .pages(rate))
      return candidate
    }
  }

  /// Takes down what has been scanned of the groups that may come to be ranked.
  ///
  /// - Returns: whether that was done at the last tick, too; if not, the plugin waits for the next one.
  ///
  /// Source: `KillPgScan::run()`.
  mutating func takeSample(_ kill: Oomd.Kill, _ step: OomdEngine.Step) -> Bool {
    for group in reach(of: kill, groups(of: step)) { memory.scanned[group] = state.pgscan(group) }
    memory.plugins[step.number].hasSample = true
    return hadSample(step)
  }
}
