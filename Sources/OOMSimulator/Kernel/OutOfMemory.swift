extension State {
  typealias Select = (inout State, OOMControl) -> Selection

  /// Decides an OOM: panic, the allocating task, or the process with the most points. Nothing changes yet.
  ///
  /// Kernel: `out_of_memory()`, mm/oom_kill.c, in this order: `check_panic_on_oom()`,
  /// `oom_kill_allocating_task`, `select_bad_process()`, `oom_kill_process()`.
  ///
  /// - Parameters:
  ///   - chosen: why a process that `select` takes is the victim; nil for the kernel's own reasons.
  ///   - select: a choice that is no kernel's, in the place of `select_bad_process()`.
  mutating func outOfMemory(
    _ oc: OOMControl, as chosen: Kill.Chosen? = nil,
    select: Select = { $0.selectBadProcess($1) }
  ) -> Decision {
    if let domain = oc.memcg, groups.settings[domain].oomKillDisable == true { return .disabled }
    settle(domain: oc.memcg ?? MemcgTree.root)
    let isSysrq = oc.trigger == .sysrq
    let neverPanics = isSysrq && rules.outOfMemory.sysrq == .neverPanics
    if !neverPanics, rules.outOfMemory.panicOnOOM.panics(vm.panicOnOOM, oc.constraint) {
      return .panic(.panicOnOOM)
    }
    if let invoker = oc.invoker, rules.constraint.nodes.killsCurrent(oc.constraint) {
      return kill(invoker, .constrained, oc, select)
    }
    if let invoker = allocatingTask(oc) {
      let decision = kill(invoker, .allocatingTask, oc, select)
      // The global init is refused without a word, and that counts as a kill.
      guard case .noVictim = decision, rules.outOfMemory.allocatingTask != .orNobody,
        tasks.pids[invoker] != 1
      else { return decision }
    }
    var scan = oc
    scan.ignoresVictims = isSysrq && rules.outOfMemory.sysrq != .likeAny
    switch select(&self, scan) {
    case .victim(let row): return kill(row, chosen ?? whyChosen(row), oc, select)
    case .aborted: return .waiting
    case .fault(let fault): return .fault(fault)
    case .nobody:
      if oc.memcg == nil, !neverPanics { return .panic(.deadlocked) }
      guard oc.memcg != nil, rules.memcg.withoutVictim == .killsCurrent, let invoker = oc.invoker
      else { return .noVictim }
      return kill(invoker, .onlyInvoker, oc, select)
    }
  }

  /// The processes that a kill takes with it; none, where a release before 2.6.36 cannot kill its choice and would choose it for
  /// ever.
  private mutating func kill(
    _ victim: Int, _ why: Kill.Chosen, _ oc: OOMControl, _ select: Select
  ) -> Decision {
    guard let dead = oomKillProcess(victim: victim, oc) else { return .noVictim }
    if dead.isEmpty { return .waiting }
    let runnerUp = runnerUp(to: victim, oc, select)
    return .kill(
      Choice(
        victim: victim, dead: dead,
        selection: Choice.Selected(oc: oc, why: why, runnerUp: runnerUp)))
  }

  /// The process that selection would take without the victim and the processes that use its memory.
  private mutating func runnerUp(to victim: Int, _ oc: OOMControl, _ select: Select) -> Int? {
    var next = oc
    next.excluded = Set(tasks.usersOfMM(victim))
    next.ignoresVictims = true
    guard case .victim(let row) = select(&self, next) else { return nil }
    return row
  }

  private func whyChosen(_ row: Int) -> Kill.Chosen {
    rules.takesSwapoffFirst && tasks.swapoffRows.contains(row) ? .swapoff : .points
  }
}
