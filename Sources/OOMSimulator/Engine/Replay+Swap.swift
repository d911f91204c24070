extension Replay {
  /// Takes swap away: what is in it comes back to memory, and where that does not fit, somebody dies; the process
  /// that does it first.
  ///
  /// Overcommit is asked for the pages first. If they cannot all come back, because the process was killed or nobody
  /// is left, all swap stays.
  ///
  /// Kernel: `sys_swapoff()`, mm/swapfile.c.
  mutating func swapoff(_ size: Int64?, row: Int?) {
    let before = world.machine.swap
    let pages = min(size ?? before, before)
    if !vmEnoughMemory(pages: pages, world.overcommitState(row: row)) {
      refuse(pages, row: row)
      return
    }
    if let row { world.tasks.setFlag(.swapoff, row, true) }
    world.setSwap(before - pages)
    world.leavingSwap = pages
    while panic == nil, world.swapBeyondLimit > 0 {
      if let row, !world.tasks.isAlive(row) { break }
      if !readBack(row) { break }
    }
    world.leavingSwap = 0
    if world.swapBeyondLimit > 0 {
      world.setSwap(before)
      warn(.swapStays)
    }
    if let row, world.tasks.isAlive(row) { world.tasks.setFlag(.swapoff, row, false) }
    somethingFreed = true
  }

  /// Reads as much back as fits, group by group.
  ///
  /// - Returns: whether anything has changed: pages came back or somebody died.
  private mutating func readBack(_ row: Int?) -> Bool {
    for group in 0..<world.groups.count {
      let wanted = min(world.ledger.accounts[group].ownSwap, world.swapBeyondLimit)
      if wanted == 0 { continue }
      let (fits, limit) = world.ledger.tryCharge(wanted, to: group)
      if fits > 0 {
        world.swapIn(fits, group: group)
        return true
      }
      // memory.high slows a process down, which swapoff is not.
      guard let limit, limit.kind == .max else { continue }
      let domain = limit.group == MemcgTree.root ? nil : limit.group
      if case .kill = outOfMemory(
        world.oomControl(domain: domain, invoker: row, nodes: nil, trigger: .swapoff))
      {
        return true
      }
      if panic != nil { return false }
    }
    return false
  }
}
