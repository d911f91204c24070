/// What an OOM comes to.
enum Decision {
  case kill(Choice)
  /// Nobody can be killed. In a memcg the allocation fails or waits.
  case noVictim
  case panic(Panic.Why)
  /// A victim is still on its way out: nobody else is killed until its memory is back.
  case waiting
  /// `oom_kill_disable` of the memcg: the process that asked waits, nobody is killed.
  case disabled
}

/// Which processes are to die, and why.
struct Choice {
  /// The row that was chosen; a child may die for it.
  var victim: Int
  var why: Kill.Chosen
  /// The processes that die, in order.
  var dead: [(row: Int, because: Because)]
}

extension State {
  /// Decides an OOM: panic, the allocating task, or the process with the most points. Nothing changes yet.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  mutating func outOfMemory(_ oc: OOMControl) -> Decision {
    if let domain = oc.memcg, groups.settings[domain].oomKillDisable == true { return .disabled }
    settle(domain: oc.memcg ?? MemcgTree.root)
    let isSysrq = oc.trigger == .sysrq
    let neverPanics = isSysrq && rules.outOfMemory.sysrq == .neverPanics
    if !neverPanics, rules.outOfMemory.panicOnOOM.panics(vm.panicOnOOM, oc.constraint) {
      return .panic(.panicOnOOM)
    }
    if let invoker = oc.invoker, rules.constraint.nodes.killsCurrent(oc.constraint) {
      return kill(invoker, .constrained, oc)
    }
    if let invoker = allocatingTask(oc) {
      let decision = kill(invoker, .allocatingTask, oc)
      // The global init is refused without a word, and that counts as a kill.
      guard case .noVictim = decision, rules.outOfMemory.allocatingTask != .orNobody,
        tasks.pids[invoker] != 1
      else { return decision }
    }
    var scan = oc
    scan.ignoresVictims = isSysrq && rules.outOfMemory.sysrq != .likeAny
    switch select(scan) {
    case .victim(let row): return kill(row, whyChosen(row), oc)
    case .aborted: return .waiting
    case .nobody:
      if oc.memcg == nil, !neverPanics { return .panic(.deadlocked) }
      guard oc.memcg != nil, rules.memcg.withoutVictim == .killsCurrent, let invoker = oc.invoker
      else { return .noVictim }
      return kill(invoker, .onlyInvoker, oc)
    }
  }

  /// The processes that a kill takes with it; none, where a release before 2.6.36 cannot kill its choice and would choose it for
  /// ever.
  private func kill(_ victim: Int, _ why: Kill.Chosen, _ oc: OOMControl) -> Decision {
    guard let dead = oomKillProcess(victim: victim, oc) else { return .noVictim }
    return dead.isEmpty ? .waiting : .kill(Choice(victim: victim, why: why, dead: dead))
  }

  private func whyChosen(_ row: Int) -> Kill.Chosen {
    if policy == .cgroupAware { return .policy }
    return rules.takesSwapoffFirst && tasks.swapoffRows.contains(row) ? .swapoff : .points
  }
}
