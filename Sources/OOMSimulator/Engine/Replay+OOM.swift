// What becomes of a replay when somebody is killed or ends.

extension Replay {
  mutating func outOfMemory(
    domain: Int?, invoker: Int?, nodes: NodeMask? = nil, group: Int = MemcgTree.root,
    trigger: OOMTrigger = .allocation
  ) -> OOMResult {
    let isRecorded = recorder != nil && recordBeforeKill()
    let result = world.outOfMemory(
      domain: domain, invoker: invoker, nodes: nodes, group: group,
      isSysrq: trigger == .sysrq,
      recordingCandidates: recordsCandidates && kills.count < mostCandidateLists)
    switch result {
    case .killed(var kill):
      kill.scene?.trigger = trigger
      kills.append(kill)
      if kills.count >= mostKills { isAbandoned = true }
      let dead = Set(kill.rows)
      for growth in growths.all where growth.row.map(dead.contains) ?? false {
        endGrowth(growth.order)
      }
      isReviewDue = true
      if world.machine.exitDelay > 0 {
        exits.append((now + world.machine.exitDelay, kill.rows))
      } else {
        somethingFreed = true
        died(kill.rows, isFailure: true)
      }
      if isRecorded { recordEnd() }
      show()
    case .panicked(var panic):
      panic.scene?.trigger = trigger
      self.panic = panic
    case .noVictim, .waiting, .disabled:
      break
    }
    return result
  }

  mutating func finishExits() {
    if let first = exits.first, first.at <= now {
      catchUp()
      isReviewDue = true
    }
    while let first = exits.first, first.at <= now {
      _ = world.end(first.rows, as: .killed)
      exits.removeFirst()
      died(first.rows, isFailure: true)
      somethingFreed = true
      show()
    }
    if overMax.isEmpty { return }
    catchUp()
    for group in overMax.sorted() where panic == nil {
      overMax.remove(group)
      enforceMax(of: group)
    }
  }

  /// Ends a process that was not killed.
  ///
  /// - Parameter isFailure: it ends because it did not get its memory.
  mutating func exit(_ row: Int, isFailure: Bool) {
    _ = world.end([row], as: .exited)
    died([row], isFailure: isFailure)
    for order in growths.orders(of: world.tasks.owner(row)) where growths[order]?.row == row {
      endGrowth(order)
    }
    somethingFreed = true
  }
}
