extension OomdTick {
  /// Pages of the groups have been scanned of late.
  ///
  /// Source: `MemoryReclaim::run()`, src/oomd/plugins/MemoryReclaim.cpp.
  mutating func memoryReclaim(_ step: OomdEngine.Step, _ duration: Int64) -> Verdict {
    let groups = groups(of: step)
    let scanned = state.pgscan(of: groups)
    state.ledger.effort.add(groups.reduce(0) { $0 + state.groups.descendants(of: $1).count })
    if scanned > memory.plugins[step.number].scanned || stall(groups) {
      memory.plugins[step.number].lastReclaim = now
    }
    memory.plugins[step.number].scanned = scanned
    guard let last = memory.plugins[step.number].lastReclaim else { return .stop }
    // Whole seconds that are no more than the duration.
    guard now - last < .seconds(duration + 1) else {
      memory.plugins[step.number].lastReclaim = nil
      return .stop
    }
    return Verdict(
      isContinue: true,
      checks: [
        Ground.Check(
          what: "time since reclaim", value: .time(now - last), limit: .time(.seconds(duration)),
          relation: "<=")
      ])
  }

  /// Whether one of some groups stalls now, or one above or below it: where somebody waits for memory, pages are
  /// scanned.
  private func stall(_ groups: [Int]) -> Bool {
    for (stalling, pressure) in state.pressures.groups
    where pressure.stall(at: state.now) != Pressures.Stall() {
      for group in groups
      where state.groups.contains(group, in: stalling) || state.groups.contains(stalling, in: group)
      {
        return true
      }
    }
    return false
  }
}
