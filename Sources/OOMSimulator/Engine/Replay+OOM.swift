// What becomes of a replay when somebody is killed or ends.

extension Replay {
  /// What becomes of an OOM: decided, taken down, carried out.
  mutating func outOfMemory(_ oc: OOMControl) -> Decision {
    let isRecorded = recorder != nil && recordBeforeKill()
    let decision = world.outOfMemory(oc)
    switch decision {
    case .kill(let choice):
      carryOut(choice, oc, by: "kernel")
      if isRecorded { recordEnd() }
    case .panic(let why):
      panic = world.describe(why, oc, listsCandidates: recordsCandidates && listsMoreCandidates)
    case .noVictim, .waiting, .disabled:
      break
    }
    return decision
  }

  /// The OOM of a growth that does not fit: its policy, or else its cpuset, may have limited it to some nodes.
  mutating func outOfMemory(domain: Int?, for growth: Growth) -> Decision {
    outOfMemory(
      world.oomControl(
        domain: domain, invoker: growth.row, nodes: world.policy(of: growth),
        group: growth.tmpfsGroup))
  }

  private var listsMoreCandidates: Bool { kills.count < mostCandidateLists }

  /// Takes a decision to kill down, and carries it out.
  mutating func carryOut(_ choice: Choice, _ oc: OOMControl, by killer: String) {
    var kill = world.describe(
      choice, oc, listsCandidates: recordsCandidates && listsMoreCandidates)
    kill.by = killer
    let rows = choice.dead.map { $0.row }
    kill.freedPages = world.kill(rows)
    kills.append(kill)
    if kills.count >= mostKills { isAbandoned = true }
    let dead = Set(rows)
    for growth in growths.all where growth.row.map(dead.contains) ?? false {
      endGrowth(growth.order)
    }
    isReviewDue = true
    if world.machine.exitDelay > 0 {
      exits.append((now + world.machine.exitDelay, rows))
    } else {
      somethingFreed = true
      died(rows, isFailure: true)
    }
    show()
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
