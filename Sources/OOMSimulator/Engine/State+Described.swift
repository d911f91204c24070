internal import VictimSelection

// What a record says of a decision: taken down from the state that it was made in, before it is carried out.

extension State {
  /// A decision to kill.
  ///
  /// - Parameters:
  ///   - listsCandidates: whether everybody in the domain is listed.
  ///   - report: whether its log has a report; nil unless the run is to be logged.
  func describe(
    _ choice: Choice, by killer: String, listsCandidates: Bool, report: LoggedState.Report?
  ) -> Kill {
    let oc = choice.selection?.oc ?? oomControl(domain: nil, invoker: nil, nodes: nil)
    var victim = candidate(choice.victim, oc)
    if victim.ineligible != nil {
      // Taken without its points: what its badness is, 0 where there is none.
      victim.points =
        rules.badness.isLegacy || tasks.hasBadness(choice.victim)
        ? badness(choice.victim, totalpages: oc.totalpages) ?? 0 : 0
    }
    var kill = Kill(at: now, by: killer, victim: victim)
    kill.decision = choice.selection.map {
      describe(
        $0, choice, victim: victim, listsCandidates: listsCandidates, report: report)
    }
    kill.killed = choice.dead.map {
      Kill.Casualty(process: identity($0.row), because: $0.because)
    }
    return kill
  }

  /// What the kernel's killer went by.
  private func describe(
    _ selection: Choice.Selected, _ choice: Choice, victim: Candidate, listsCandidates: Bool,
    report: LoggedState.Report?
  ) -> Kill.Decision {
    let oc = selection.oc
    let nodes = oc.constraint == .cpuset ? oc.mems : oc.nodemask
    var decision = Kill.Decision(
      constraint: oc.constraint,
      arithmetic: BadnessArithmetic(
        rules: rules, word: machine.wordBits, totalpages: oc.totalpages),
      chosen: selection.why, limit: limitState(domain: oc.memcg, nodes: nodes))
    decision.cgroup = oc.memcg.map { groups.paths[$0] }
    decision.nodes = nodes
    decision.invoker = oc.invoker.map { identity($0) }
    ledger.effort.uncounted {
      if listsCandidates {
        let all = candidates(oc)
        decision.candidates = all
        decision.scene = scene(oc, all)
      }
      if let report, var state = loggedState(oc, report) {
        log(choice.dead, chosen: choice.victim, oc, in: &state)
        decision.log = state
      }
    }
    if let next = selection.runnerUp {
      decision.runnerUp = candidate(next, oc)
      decision.runnerUpWinsTies =
        isVisited(next, after: choice.victim, domain: oc.memcg) == decision.equalsReplace
    }
    decision.counterError = rules.counters.pagesBehind(
      mapped: victim.file + victim.shmem, threads: tasks.threads(of: choice.victim),
      cpus: machine.cpusOrOne)
    decision.reckonsCPU = tasks.holdsBack
    if oc.memcg == nil, nodes == nil { decision.earliest = earliestOOM() }
    return decision
  }

  func describe(_ why: Panic.Why, _ oc: OOMControl, listsCandidates: Bool) -> Panic {
    var panic = Panic(
      at: now, why: why, saysDeadlocked: rules.saysDeadlocked, constraint: oc.constraint,
      cgroup: oc.memcg.map { groups.paths[$0] },
      nodes: oc.constraint == .cpuset ? oc.mems : oc.nodemask,
      scene: nil, log: nil)
    ledger.effort.uncounted {
      if listsCandidates { panic.scene = scene(oc, candidates(oc)) }
      panic.log = loggedState(oc, .printed(suppressed: 0))
    }
    return panic
  }

  /// Kills processes.
  ///
  /// - Returns: the pages that are free again, at once or when the processes have exited.
  mutating func kill(_ rows: [Int]) -> Int64 {
    if machine.exitDelay == 0 { return end(rows, as: .killed) }
    let freed = freedByExit(of: rows.map { tasks.owner($0) }.uniqued())
    _ = end(rows, as: .dying)
    return freed
  }
}
