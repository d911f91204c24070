internal import VictimSelection

/// What came of an OOM.
enum OOMResult {
  case killed(Kill)
  /// Nobody can be killed. In a memcg the allocation fails or waits; in the machine this is a panic.
  case noVictim
  case panicked(Panic)
  /// A victim is still on its way out: nobody else is killed until its memory is back.
  case waiting
}

extension World {
  /// Decides an OOM: panic, the allocating task, or the process with the most points.
  ///
  /// - Parameters:
  ///   - domain: the group at its limit, nil for the machine.
  ///   - invoker: the process whose allocation failed, nil when it is none of the scenario's.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  mutating func outOfMemory(
    domain: Int?, invoker: Int?, at now: Int64, recordingCandidates: Bool
  ) -> OOMResult {
    settle(domain: domain ?? MemcgTree.root)
    let constraint: Constraint = domain == nil ? .none : .memcg
    if vm.panicOnOOM == .always || (vm.panicOnOOM == .unconstrained && constraint == .none) {
      return .panicked(Panic(at: now, why: .panicOnOOM, constraint: constraint))
    }
    let totalpages = totalpages(domain: domain)
    var victim: Victim?
    var isAllocatingTask = false
    if domain == nil, vm.oomKillAllocatingTask, let invoker, tasks.isAlive(invoker),
      tasks.eligibility(invoker) == nil
    {
      victim = Victim(row: invoker, points: oomBadness(invoker, totalpages: totalpages))
      isAllocatingTask = true
    } else {
      if hasDyingVictim(in: domain) { return .waiting }
      victim = selectBadProcess(in: domain, totalpages: totalpages)
    }
    guard let victim else {
      return domain == nil
        ? .panicked(Panic(at: now, why: .deadlocked, constraint: constraint)) : .noVictim
    }
    var kill = Kill(at: now, constraint: constraint, totalpages: totalpages)
    kill.isAllocatingTask = isAllocatingTask
    kill.cgroup = domain.map { groups.paths[$0] }
    kill.invoker = invoker.map(identity)
    kill.victim = candidate(victim.row, points: victim.points)
    kill.limit = limitState(domain: domain)
    if recordingCandidates { kill.candidates = candidates(domain: domain, totalpages: totalpages) }
    setRunnerUp(of: &kill, victim: victim.row, domain: domain)
    let dead = oomKillProcess(victim: victim.row, domain: domain)
    kill.killed = dead.map { Kill.Casualty(process: identity($0.row), because: $0.because) }
    let rows = dead.map(\.row)
    kill.rows = rows
    if machine.exitDelay == 0 {
      kill.freedPages = end(rows, as: .killed)
    } else {
      kill.freedPages = rows.map(tasks.owner).uniqued().reduce(0) {
        $0 + tasks.pages[$1] - tasks.file[$1] + tasks.swappedShmem[$1, default: 0]
      }
      _ = end(rows, as: .dying)
    }
    return .killed(kill)
  }

  /// What `oom_score_adj` is scaled with.
  ///
  /// Kernel: `constrained_alloc()`, mm/oom_kill.c.
  func totalpages(domain: Int?) -> Int64 {
    guard let domain else { return totalpages }
    let limits = ledger.limits[domain]
    return max(
      memCgroupGetMax(
        max: limits.max, swapMax: limits.swapMax, totalSwap: machine.swap,
        swappiness: vm.swappiness, pageSize: machine.pageSize), 1)
  }

  /// The process with the most points, the last of equals.
  ///
  /// A global OOM visits all processes in task order, a memcg OOM the groups of the domain, parents first,
  /// and in each its members in the order in which they joined.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c; equals since 5.3, commit ac311a14c682.
  func selectBadProcess(in domain: Int?, totalpages: Int64) -> Victim? {
    guard let domain else {
      return VictimSelection.selectBadProcess(
        pages: tasks.pages.span, oomScoreAdj: tasks.candidateAdj.span, totalpages: totalpages)
    }
    var chosen: Victim?
    for group in groups.descendants(of: domain) {
      let members = groups.members[group]
      chosen = VictimSelection.selectBadProcess(
        among: members.span, pages: tasks.pages.span,
        oomScoreAdj: tasks.candidateAdj.span, totalpages: totalpages, after: chosen)
    }
    return chosen
  }

  /// Whether the scan would meet a victim whose memory is not back yet, which ends it.
  ///
  /// Kernel: `oom_evaluate_task()`: `tsk_is_oom_victim()` without `MMF_OOM_SKIP`.
  private func hasDyingVictim(in domain: Int?) -> Bool {
    if machine.exitDelay == 0 { return false }
    let top = domain ?? MemcgTree.root
    return tasks.states.indices.contains {
      tasks.states[$0] == .dying && groups.contains(Int(tasks.groups[$0]), in: top)
    }
  }

  /// Selects once more without the victim and the processes that use its memory.
  private mutating func setRunnerUp(of kill: inout Kill, victim: Int, domain: Int?) {
    let users = tasks.usersOfMM(victim)
    let saved = users.map { tasks.candidateAdj[$0] }
    for user in users { tasks.candidateAdj[user] = neverChosen }
    if let next = selectBadProcess(in: domain, totalpages: kill.totalpages) {
      kill.runnerUp = candidate(next.row, points: next.points)
      kill.runnerUpWinsTies = isVisited(next.row, after: victim, domain: domain)
    }
    for (user, adj) in zip(users, saved) { tasks.candidateAdj[user] = adj }
  }

  private func isVisited(_ row: Int, after other: Int, domain: Int?) -> Bool {
    if domain == nil { return row > other }
    let (mine, its) = (Int(tasks.groups[row]), Int(tasks.groups[other]))
    if mine != its { return mine > its }
    for member in groups.members[mine] {
      if Int(member) == row { return false }
      if Int(member) == other { return true }
    }
    return false
  }
}
