// What becomes of a replay when somebody is killed or ends.

extension Replay {
  /// What becomes of an OOM: decided, described, applied.
  mutating func outOfMemory(_ oc: OOMControl) -> Decision {
    record.callsKiller = true
    if isExhausted() { return .waiting }
    let isRecorded = recorder != nil && recordBeforeKill()
    var killer = killer
    noteOOM(oc)
    let decision = killer.decide(oc, &state, &killer)
    switch decision {
    case .kill(let choice):
      if isRecorded { recorder?.noteKill() }
      carryOut(choice, by: killer.name)
      if isRecorded { recordEnd() }
    case .panic(let why):
      record.end(
        in: state.describe(
          why, oc, listsCandidates: recordsCandidates && listsMoreCandidates))
    case .fault(let fault):
      abandon(after: .badness(fault))
    case .noVictim, .waiting, .disabled:
      break
    }
    return decision
  }

  /// The OOM of a growth that does not fit: its policy, or else its cpuset, may have limited it to some nodes.
  mutating func outOfMemory(domain: Int?, for growth: Growth) -> Decision {
    outOfMemory(
      state.oomControl(
        domain: domain, invoker: growth.row, nodes: state.policy(of: growth),
        group: growth.isOfKernel ? MemcgTree.root : growth.unownedGroup,
        trigger: growth.isOfKernel ? .kernel : .allocation))
  }

  private var listsMoreCandidates: Bool {
    listedKills.contains(record.kills.count) && record.candidates < Self.mostCandidates
  }

  /// So many candidates are listed, and then no more: what is listed must not decide how far a run is followed.
  private static let mostCandidates = 400_000

  /// Describes a decision to kill, and applies it.
  mutating func carryOut(_ choice: Choice, by killer: String) {
    changedAt = now
    let stops = stops(after: choice)
    var dead = choice
    for stop in stops { dead.dead += stop.rows.map { ($0, .oomPolicy) } }
    let isLogged = state.logForms != nil && choice.selection != nil
    var kill = state.describe(
      dead, by: killer, listsCandidates: recordsCandidates && listsMoreCandidates,
      report: isLogged ? record.nextReport(at: now) : nil)
    record.loggedTasks += kill.decision?.log?.table?.count ?? 0
    state.ledger.effort.add(1000)
    record.candidates += kill.decision?.candidates?.count ?? 0
    if choice.ground == nil { noteKills(choice) }
    kill.ground = choice.ground
    kill.freedPages = choice.ground.map { signal(choice, $0.signal) } ?? apply(choice)
    record.kills.append(kill)
    stop(stops)
    if record.kills.count >= mostKills { abandon(after: .kills(mostKills)) }
    show()
  }

  /// Kills the processes of a decision, and ends what they did.
  ///
  /// - Returns: the pages that are free again, at once or when the processes have exited.
  private mutating func apply(_ choice: Choice) -> Int64 {
    let rows = choice.dead.map { $0.row }
    let freed = state.kill(rows)
    endGrowths(of: rows)
    isReviewDue = true
    if state.machine.exitDelay > 0 {
      state.exits.append(Exit(at: now + state.machine.exitDelay, rows: rows))
    } else {
      state.somethingFreed = true
      died(rows, isFailure: true)
    }
    return freed
  }

  /// Ends the processes that a killer of user space has sent a signal: for the kernel they are no victims of an OOM, and
  /// run until they are gone.
  ///
  /// - Returns: the pages that are free again, at once or when the processes have exited.
  private mutating func signal(_ choice: Choice, _ signal: Ground.Signal) -> Int64 {
    let rows = choice.dead.map { $0.row }
    var freed = state.freedByExit(of: rows.map { state.tasks.owner($0) }.uniqued())
    if let pod = choice.evictedPod {
      freed += state.volumePages(of: pod)
      state.restarts.giveUp(below: state.groups.paths[pod])
    }
    isReviewDue = true
    stop([
      Stop(
        rows: rows, takes: state.machine.exitDelay, life: .killed, isClean: signal == .term,
        evictedPod: choice.evictedPod)
    ])
    return freed
  }

  /// SIGKILL after SIGTERM: the victim does not end sooner here, so that only the record says so.
  mutating func noteEscalation(by killer: String) {
    let now = now
    guard let last = record.kills.lastIndex(where: { $0.by == killer }) else { return }
    record.kills[last].ground?.escalated = now
  }

  mutating func finishExits() {
    if let first = state.exits.first, first.at <= now {
      catchUp()
      isReviewDue = true
    }
    while let first = state.exits.first, first.at <= now {
      state.exits.removeFirst()
      finish(first)
    }
    if state.overMax.isEmpty { return }
    catchUp()
    for group in state.overMax.sorted() where !record.hasPanicked {
      state.overMax.remove(group)
      enforceMax(of: group)
    }
  }

  /// Ends processes whose time to exit is over.
  mutating func finish(_ exit: Exit) {
    // Of those that only got a signal some may have been killed in the meantime.
    let rows = exit.isSignal ? exit.rows.filter { state.tasks.isAlive($0) } : exit.rows
    _ = state.end(rows, as: exit.life)
    endGrowths(of: rows)
    died(rows, isFailure: true, isClean: exit.isClean)
    if let pod = exit.evictedPod { unmountVolumes(of: pod) }
    state.somethingFreed = true
    show()
  }

  /// Ends a process that was not killed.
  ///
  /// - Parameter isFailure: it ends because it did not get its memory.
  mutating func exit(_ row: Int, isFailure: Bool) {
    // What it shares goes over to others, and with that the groups that they are charged to.
    let sharesNothing = state.sharesNothing && state.tasks.sharers.isEmpty
    if sharesNothing { catchUp(row) } else { catchUp() }
    defer { if !sharesNothing { reviewGrowths() } }
    _ = state.end([row], as: .exited)
    died([row], isFailure: isFailure)
    endGrowths(of: [row])
    state.somethingFreed = true
  }

  /// Ends what the dead did, and what kernel threads did in address spaces that are gone with them.
  private mutating func endGrowths(of rows: [Int]) {
    for owner in rows.map({ state.tasks.owner($0) }).uniqued() {
      let isGone = !state.tasks.hasMemory(owner)
      for order in state.growths.orders(of: owner) {
        let isDead = state.growths[order]?.row.map { !state.tasks.isAlive($0) } ?? false
        if isGone || isDead { endGrowth(order) }
      }
    }
  }
}
