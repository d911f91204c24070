extension Replay {
  /// Takes swap away: what is in it comes back to memory, and where that does not fit, somebody dies; the process
  /// that does it first.
  ///
  /// Overcommit is asked for the pages first. If they cannot all come back, because the process was killed or nobody
  /// is left, all swap stays.
  ///
  /// Kernel: `sys_swapoff()`, mm/swapfile.c.
  mutating func swapoff(_ size: Int64?, row: Int?) {
    let pages = min(size ?? .max, state.machine.swap)
    if !vmEnoughMemory(pages: pages, state.overcommitState(row: row)) {
      refuse(pages, row: row)
      return
    }
    if let row { state.tasks.setSwapoff(row, true) }
    state.beginSwapoff(pages)
    while !record.hasPanicked, state.swapBeyondLimit > 0 {
      if let row, !state.tasks.isAlive(row) { break }
      if !readBack(row) { break }
    }
    if !state.endSwapoff() { warn(.swapStays) }
    if let row, state.tasks.isAlive(row) { state.tasks.setSwapoff(row, false) }
    state.somethingFreed = true
  }

  /// Reads as much back as fits, group by group.
  ///
  /// - Returns: whether anything has changed: pages came back or somebody died.
  private mutating func readBack(_ row: Int?) -> Bool {
    for group in 0..<state.groups.count {
      let wanted = min(state.ledger.accounts[group].ownSwap, state.swapBeyondLimit)
      if wanted == 0 { continue }
      // A limit that slows a process down does not keep swapoff from a page.
      let (fits, limit) = state.ledger.tryCharge(wanted, to: group, ignoresHigh: true)
      if fits > 0 {
        state.swapIn(fits, group: group)
        return true
      }
      guard let limit else { continue }
      let domain = limit.group == MemcgTree.root ? nil : limit.group
      if case .kill = outOfMemory(
        state.oomControl(domain: domain, invoker: row, nodes: nil, trigger: .swapoff))
      {
        return true
      }
      if record.hasPanicked { return false }
    }
    return false
  }
}
