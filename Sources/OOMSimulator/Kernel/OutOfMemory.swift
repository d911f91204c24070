internal import VictimSelection

/// What came of an OOM.
enum OOMResult {
  case killed(Kill)
  /// Nobody can be killed. In a memcg the allocation fails or waits.
  case noVictim
  case panicked(Panic)
  /// A victim is still on its way out: nobody else is killed until its memory is back.
  case waiting
  /// `oom_kill_disable` of the memcg: who asked waits, nobody is killed.
  case disabled
}

extension World {
  /// Decides an OOM: panic, the allocating task, or the process with the most points.
  ///
  /// - Parameters:
  ///   - domain: the group at its limit, nil for the machine.
  ///   - invoker: the process whose allocation failed, nil when it is none of the scenario's.
  ///   - nodes: what a memory policy limits the allocation to, nil for nothing.
  ///   - group: the group of an allocation that none of the processes made.
  ///   - isSysrq: somebody asked for it by hand.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  mutating func outOfMemory(
    domain: Int?, invoker: Int?, nodes: NodeMask? = nil, group: Int = MemcgTree.root,
    isSysrq: Bool = false, recordingCandidates: Bool
  ) -> OOMResult {
    if let domain, groups.settings[domain].oomKillDisable == true { return .disabled }
    settle(domain: domain ?? MemcgTree.root)
    var oc = oomControl(domain: domain, invoker: invoker, nodes: nodes, group: group)
    oc.ignoresVictims = isSysrq && rules.outOfMemory.sysrq != .likeAny
    let neverPanics = isSysrq && rules.outOfMemory.sysrq == .neverPanics
    if !neverPanics, rules.outOfMemory.panicOnOOM.panics(vm.panicOnOOM, oc.constraint) {
      return .panicked(panic(.panicOnOOM, oc, invoker, isSysrq, recordingCandidates))
    }
    if let invoker, rules.constraint.nodes.killsCurrent(oc.constraint) {
      return kill(invoker, oc, invoker: invoker, chosen: .constrained, isSysrq, recordingCandidates)
    }
    if domain == nil, vm.oomKillAllocatingTask, rules.outOfMemory.allocatingTask != .none,
      let invoker,
      canBeAllocatingTask(invoker, oc)
    {
      let result = kill(
        invoker, oc, invoker: invoker, chosen: .allocatingTask, isSysrq, recordingCandidates)
      // The global init is refused without a word, and that counts as a kill.
      guard case .noVictim = result, rules.outOfMemory.allocatingTask != .orNobody,
        tasks.pids[invoker] != 1
      else { return result }
    }
    switch select(oc) {
    case .victim(let row):
      return kill(row, oc, invoker: invoker, chosen: whyChosen(row), isSysrq, recordingCandidates)
    case .aborted: return .waiting
    case .nobody:
      if domain == nil, !neverPanics {
        return .panicked(panic(.deadlocked, oc, invoker, isSysrq, recordingCandidates))
      }
      guard domain != nil, rules.memcg.withoutVictim == .killsCurrent, let invoker else {
        return .noVictim
      }
      return kill(invoker, oc, invoker: invoker, chosen: .onlyAsker, isSysrq, recordingCandidates)
    }
  }

  private func panic(
    _ why: Panic.Why, _ oc: OOMControl, _ invoker: Int?, _ isSysrq: Bool, _ recordsScene: Bool
  ) -> Panic {
    Panic(
      at: now, why: why, constraint: oc.constraint, cgroup: oc.memcg.map { groups.paths[$0] },
      nodes: oc.constraint == .cpuset ? oc.mems : oc.nodemask,
      scene: recordsScene ? scene(oc, invoker: invoker, candidates(oc)) : nil,
      log: loggedState(oc, invoker: invoker, isSysrq: isSysrq))
  }

  private func whyChosen(_ row: Int) -> Kill.Chosen {
    if policy == .cgroupAware { return .policy }
    let isOrigin = rules.takesSwapoffFirst
    return isOrigin && tasks.swapoffRows.contains(row) ? .swapoff : .points
  }

  /// Carries a kill out and records it; nothing, when a release before 2.6.36 cannot kill its choice, and would
  /// choose it for ever.
  private mutating func kill(
    _ victim: Int, _ oc: OOMControl, invoker: Int?, chosen: Kill.Chosen,
    _ isSysrq: Bool, _ recordingCandidates: Bool
  ) -> OOMResult {
    guard let dead = oomKillProcess(victim: victim, oc) else { return .noVictim }
    if dead.isEmpty { return .waiting }
    var kill = Kill(
      at: now, constraint: oc.constraint,
      arithmetic: BadnessArithmetic(
        rules: rules, word: machine.wordBits, totalpages: oc.totalpages))
    kill.chosen = chosen
    kill.cgroup = oc.memcg.map { groups.paths[$0] }
    kill.nodes = oc.constraint == .cpuset ? oc.mems : oc.nodemask
    kill.invoker = invoker.map(identity)
    kill.victim = candidate(victim, oc)
    if kill.victim.ineligible != nil {
      // Taken without its points: what its badness is, 0 where there is none.
      kill.victim.points =
        rules.badness.isLegacy || tasks.hasBadness(victim)
        ? badness(victim, totalpages: oc.totalpages) : 0
    }
    kill.limit = limitState(domain: oc.memcg, nodes: kill.nodes)
    if recordingCandidates {
      let all = candidates(oc)
      kill.candidates = all
      kill.scene = scene(oc, invoker: invoker, all)
    }
    kill.log = loggedState(oc, invoker: invoker, isSysrq: isSysrq)
    if var state = kill.log {
      log(dead, chosen: victim, oc, in: &state)
      kill.log = state
    }
    setRunnerUp(of: &kill, victim: victim, oc)
    kill.killed = dead.map { Kill.Casualty(process: identity($0.row), because: $0.because) }
    let rows = dead.map { $0.row }
    kill.rows = rows
    if machine.exitDelay == 0 {
      kill.freedPages = end(rows, as: .killed)
    } else {
      kill.freedPages = freedByExit(of: rows.map(tasks.owner).uniqued())
      _ = end(rows, as: .dying)
    }
    return .killed(kill)
  }

  /// Selects once more without the victim and the processes that use its memory.
  private mutating func setRunnerUp(of kill: inout Kill, victim: Int, _ oc: OOMControl) {
    var next = oc
    next.excluded = Set(tasks.usersOfMM(victim))
    next.ignoresVictims = true
    guard case .victim(let row) = select(next) else { return }
    kill.runnerUp = candidate(row, oc)
    kill.runnerUpWinsTies =
      isVisited(row, after: victim, domain: oc.memcg) == kill.equalsReplace
  }
}
