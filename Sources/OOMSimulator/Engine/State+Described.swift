internal import VictimSelection

// What a record says of a decision: taken down from the state that it was made in, before it is carried out.

extension State {
  /// - Parameter listsCandidates: whether everybody in the domain is listed.
  mutating func describe(_ choice: Choice, _ oc: OOMControl, listsCandidates: Bool) -> Kill {
    var kill = Kill(
      at: now, constraint: oc.constraint,
      arithmetic: BadnessArithmetic(
        rules: rules, word: machine.wordBits, totalpages: oc.totalpages))
    kill.chosen = choice.why
    kill.cgroup = oc.memcg.map { groups.paths[$0] }
    kill.nodes = oc.constraint == .cpuset ? oc.mems : oc.nodemask
    kill.invoker = oc.invoker.map { identity($0) }
    kill.victim = candidate(choice.victim, oc)
    if kill.victim.ineligible != nil {
      // Taken without its points: what its badness is, 0 where there is none.
      kill.victim.points =
        rules.badness.isLegacy || tasks.hasBadness(choice.victim)
        ? badness(choice.victim, totalpages: oc.totalpages) : 0
    }
    kill.limit = limitState(domain: oc.memcg, nodes: kill.nodes)
    if listsCandidates {
      let all = candidates(oc)
      kill.candidates = all
      kill.scene = scene(oc, all)
    }
    kill.log = loggedState(oc)
    if var state = kill.log {
      log(choice.dead, chosen: choice.victim, oc, in: &state)
      kill.log = state
    }
    if let next = runnerUp(to: choice.victim, oc) {
      kill.runnerUp = candidate(next, oc)
      kill.runnerUpWinsTies =
        isVisited(next, after: choice.victim, domain: oc.memcg) == kill.equalsReplace
    }
    kill.killed = choice.dead.map {
      Kill.Casualty(process: identity($0.row), because: $0.because)
    }
    return kill
  }

  func describe(_ why: Panic.Why, _ oc: OOMControl, listsCandidates: Bool) -> Panic {
    Panic(
      at: now, why: why, constraint: oc.constraint, cgroup: oc.memcg.map { groups.paths[$0] },
      nodes: oc.constraint == .cpuset ? oc.mems : oc.nodemask,
      scene: listsCandidates ? scene(oc, candidates(oc)) : nil, log: loggedState(oc))
  }

  /// The process that selection would take without the victim and the processes that use its memory.
  private mutating func runnerUp(to victim: Int, _ oc: OOMControl) -> Int? {
    var next = oc
    next.excluded = Set(tasks.usersOfMM(victim))
    next.ignoresVictims = true
    guard case .victim(let row) = select(next) else { return nil }
    return row
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
