extension State {
  /// Decides an OOM: panic, the allocating task, or the process with the most points. Nothing changes yet.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  mutating func outOfMemory(_ oc: OOMControl, by policy: Policy = .kernel) -> Decision {
    if let domain = oc.memcg, groups.settings[domain].oomKillDisable == true { return .disabled }
    settle(domain: oc.memcg ?? MemcgTree.root)
    let isSysrq = oc.trigger == .sysrq
    let neverPanics = isSysrq && rules.outOfMemory.sysrq == .neverPanics
    if !neverPanics, rules.outOfMemory.panicOnOOM.panics(vm.panicOnOOM, oc.constraint) {
      return .panic(.panicOnOOM)
    }
    if let invoker = oc.invoker, rules.constraint.nodes.killsCurrent(oc.constraint) {
      return kill(invoker, .constrained, oc, policy)
    }
    if let invoker = allocatingTask(oc) {
      let decision = kill(invoker, .allocatingTask, oc, policy)
      // The global init is refused without a word, and that counts as a kill.
      guard case .noVictim = decision, rules.outOfMemory.allocatingTask != .orNobody,
        tasks.pids[invoker] != 1
      else { return decision }
    }
    var scan = oc
    scan.ignoresVictims = isSysrq && rules.outOfMemory.sysrq != .likeAny
    switch select(scan, by: policy) {
    case .victim(let row): return kill(row, whyChosen(row, policy), oc, policy)
    case .aborted: return .waiting
    case .nobody:
      if oc.memcg == nil, !neverPanics { return .panic(.deadlocked) }
      guard oc.memcg != nil, rules.memcg.withoutVictim == .killsCurrent, let invoker = oc.invoker
      else { return .noVictim }
      return kill(invoker, .onlyInvoker, oc, policy)
    }
  }

  /// The processes that a kill takes with it; none, where a release before 2.6.36 cannot kill its choice and would choose it for
  /// ever.
  private mutating func kill(
    _ victim: Int, _ why: Kill.Chosen, _ oc: OOMControl, _ policy: Policy
  ) -> Decision {
    guard let dead = oomKillProcess(victim: victim, oc) else { return .noVictim }
    if dead.isEmpty { return .waiting }
    let runnerUp = runnerUp(to: victim, oc, policy)
    return .kill(
      Choice(
        victim: victim, dead: dead,
        selection: Choice.Selected(oc: oc, why: why, runnerUp: runnerUp)))
  }

  /// The process that selection would take without the victim and the processes that use its memory.
  private mutating func runnerUp(to victim: Int, _ oc: OOMControl, _ policy: Policy) -> Int? {
    var next = oc
    next.excluded = Set(tasks.usersOfMM(victim))
    next.ignoresVictims = true
    guard case .victim(let row) = select(next, by: policy) else { return nil }
    return row
  }

  private func whyChosen(_ row: Int, _ policy: Policy) -> Kill.Chosen {
    if policy == .cgroupAware { return .policy }
    return rules.takesSwapoffFirst && tasks.swapoffRows.contains(row) ? .swapoff : .points
  }
}
