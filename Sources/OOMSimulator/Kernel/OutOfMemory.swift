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

/// When `vm.panic_on_oom` makes an OOM a panic.
///
/// Kernel: `check_panic_on_oom()`, mm/oom_kill.c; before 2.6.36 `out_of_memory()`.
public enum PanicRule: Equatable, Sendable {
  /// There is no such sysctl: to 2.6.17.
  case never
  /// Any value but 0: an OOM without a constraint: 2.6.18 to 2.6.21.
  case unconstrained
  /// 2: any OOM of the machine: 2.6.22 to 2.6.33.
  case always
  /// 2: an OOM of a memcg, too: since 2.6.34, commit daaf1e68874.
  case alwaysInMemcgsToo

  func panics(_ setting: Sysctl.PanicOnOOM, _ constraint: Constraint) -> Bool {
    switch (self, setting) {
    case (.never, _), (_, .never): false
    case (.unconstrained, _), (_, .unconstrained): constraint == .none
    case (.always, .always): constraint != .memcg
    case (.alwaysInMemcgsToo, .always): true
    }
  }
}

/// What `vm.oom_kill_allocating_task` does in an OOM of the machine.
///
/// Kernel: `out_of_memory()`, mm/oom_kill.c.
public enum AllocatingTaskRule: Equatable, Sendable {
  /// There is no such sysctl: to 2.6.23.
  case none
  /// Who asks, or nobody if it cannot be killed: 2.6.24 to 2.6.29, commit fe071d7e8aa.
  case orNobody
  /// Who asks; selection decides if it cannot be killed: 2.6.30 to 3.1 and since 3.6.
  case orSelection
  /// Who asks, even at -1000: 3.2 to 3.5.
  case evenDisabled
}

/// What SysRq f, the manual OOM kill, does otherwise than an OOM.
///
/// Kernel: `moom_callback()`, drivers/tty/sysrq.c, with `out_of_memory()`, mm/oom_kill.c.
public enum SysrqRule: Equatable, Sendable {
  /// Nothing: to 3.3.
  case likeAny
  /// It passes victims over that are still dying: 3.4 to 4.2. Kernel: `force_kill`.
  case ignoresVictims
  /// Nor does it panic, whatever is set and whoever is left: since 4.3. Kernel: `is_sysrq_oom()`.
  case neverPanics
}

/// What comes of an OOM of a memcg in which nobody can be chosen.
public enum MemcgWithoutVictim: Equatable, Sendable {
  /// Who asks is killed: 2.6.25 to 2.6.34.
  case killsCurrent
  /// Nothing: who asks waits or tries again: 2.6.35 to 4.18 and since 5.16, commit a4ebf1b6ca1e.
  case waits
  /// The charge is forced over the limit: 4.19 to 5.15.
  case forced
}

extension World {
  /// Decides an OOM: panic, the allocating task, or the process with the most points.
  ///
  /// - Parameters:
  ///   - domain: the group at its limit, nil for the machine.
  ///   - invoker: the process whose allocation failed, nil when it is none of the scenario's.
  ///   - isSysrq: somebody asked for it by hand.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  mutating func outOfMemory(
    domain: Int?, invoker: Int?, isSysrq: Bool = false, recordingCandidates: Bool
  ) -> OOMResult {
    if let domain, groups.settings[domain].oomKillDisable == true { return .disabled }
    settle(domain: domain ?? MemcgTree.root)
    let constraint: Constraint = domain == nil ? .none : .memcg
    let isManual = isSysrq && rules.sysrq == .neverPanics
    if !isManual, rules.panicOnOOM.panics(vm.panicOnOOM, constraint) {
      return .panicked(Panic(at: now, why: .panicOnOOM, constraint: constraint))
    }
    let totalpages = totalpages(domain: domain)
    if domain == nil, vm.oomKillAllocatingTask, rules.allocatingTask != .none, let invoker,
      canBeAllocatingTask(invoker)
    {
      if let dead = oomKillProcess(victim: invoker, domain: nil, totalpages: totalpages) {
        if dead.isEmpty { return .waiting }
        return .killed(
          kill(
            invoker, dead, domain: nil, invoker: invoker, totalpages: totalpages,
            chosen: .allocatingTask, recordingCandidates))
      }
      // The global init is refused without a word, and that counts as a kill.
      if rules.allocatingTask == .orNobody || tasks.pids[invoker] == 1 { return .noVictim }
    }
    let victim: Int
    var chosen = Kill.Chosen.points
    let ignoresVictims = isSysrq && rules.sysrq != .likeAny
    switch select(in: domain, totalpages: totalpages, ignoringVictims: ignoresVictims) {
    case .victim(let row):
      victim = row
      if policy == .cgroupAware {
        chosen = .policy
      } else if rules.badness != nil, rules.swapoff == .origin, tasks.swapoffRows.contains(row) {
        chosen = .swapoff
      }
    case .aborted: return .waiting
    case .nobody:
      if domain == nil, !isManual {
        return .panicked(Panic(at: now, why: .deadlocked, constraint: constraint))
      }
      guard domain != nil, rules.memcgWithoutVictim == .killsCurrent, let invoker else {
        return .noVictim
      }
      victim = invoker
      chosen = .onlyAsker
    }
    // A release before 2.6.36 that cannot kill its choice would choose it for ever.
    guard let dead = oomKillProcess(victim: victim, domain: domain, totalpages: totalpages) else {
      return .noVictim
    }
    if dead.isEmpty { return .waiting }
    return .killed(
      kill(
        victim, dead, domain: domain, invoker: invoker, totalpages: totalpages, chosen: chosen,
        recordingCandidates))
  }

  private func canBeAllocatingTask(_ invoker: Int) -> Bool {
    guard tasks.isAlive(invoker) else { return false }
    // Before 2.6.36 the kill itself finds out who cannot be killed.
    if rules.badness == nil { return true }
    if tasks.pids[invoker] == 1 || tasks.isKernelThread(invoker) { return false }
    if rules.allocatingTask == .evenDisabled { return true }
    if tasks.effectiveAdj(invoker) == -1000 { return false }
    return tasks.exemption(invoker) != .sharerDisabled
  }

  /// Carries a kill out and records it.
  private mutating func kill(
    _ victim: Int, _ dead: [(row: Int, because: Because)], domain: Int?, invoker: Int?,
    totalpages: Int64, chosen: Kill.Chosen, _ recordingCandidates: Bool
  ) -> Kill {
    var kill = Kill(
      at: now, constraint: domain == nil ? .none : .memcg,
      arithmetic: BadnessArithmetic(
        rules: rules, word: machine.wordBits, totalpages: totalpages))
    kill.chosen = chosen
    kill.cgroup = domain.map { groups.paths[$0] }
    kill.invoker = invoker.map(identity)
    kill.victim = candidate(victim, totalpages: totalpages)
    kill.limit = limitState(domain: domain)
    if recordingCandidates { kill.candidates = candidates(domain: domain, totalpages: totalpages) }
    setRunnerUp(of: &kill, victim: victim, domain: domain)
    kill.killed = dead.map { Kill.Casualty(process: identity($0.row), because: $0.because) }
    let rows = dead.map(\.row)
    kill.rows = rows
    if machine.exitDelay == 0 {
      kill.freedPages = end(rows, as: .killed)
    } else {
      kill.freedPages = rows.map(tasks.owner).uniqued().reduce(0) {
        $0 + tasks.freedByExit(of: $1)
      }
      _ = end(rows, as: .dying)
    }
    return kill
  }

  /// What `oom_score_adj` is scaled with.
  ///
  /// Kernel: `constrained_alloc()`, mm/oom_kill.c.
  func totalpages(domain: Int?) -> Int64 {
    guard let domain else { return totalpages }
    let limits = ledger.limits[domain]
    return max(
      memCgroupGetMax(
        max: limits.max, swapMax: swapMax(of: limits), totalSwap: machine.swap,
        swappiness: limits.swappiness ?? vm.swappiness, pageSize: machine.pageSize,
        rule: rules.memcgTotalpages), 1)
  }

  /// Swap that a group can have beside its limit; on version 1 what its limit of both leaves.
  private func swapMax(of limits: Ledger.Limits) -> Int64 {
    if limits.memsw == Cgroup.unlimited || limits.max == Cgroup.unlimited { return limits.swapMax }
    return limits.memsw - limits.max
  }

  /// Selects once more without the victim and the processes that use its memory.
  private mutating func setRunnerUp(of kill: inout Kill, victim: Int, domain: Int?) {
    let users = tasks.usersOfMM(victim)
    guard
      case .victim(let next) = select(in: domain, totalpages: kill.totalpages, excluding: users)
    else { return }
    kill.runnerUp = candidate(next, totalpages: kill.totalpages)
    kill.runnerUpWinsTies =
      isVisited(next, after: victim, domain: domain) == kill.equalsReplace
  }
}
