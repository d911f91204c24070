/// The processes that would die next at each limit, were it reached now. Sizes are in pages.
package struct Forecast: Equatable, Sendable {
  package var scenario: String
  package var kernel: String
  /// Key of the rules that decide.
  package var ruleSet: String
  package var pageSize: Bytes
  /// The machine and every group with a limit, nearest to its limit first.
  package var domains: [Domain]
  /// What has to be said of the rules and of the state.
  package var warnings: [Warning]

  /// One limit, and the processes that would die when it is reached.
  package struct Domain: Equatable, Sendable {
    /// Path of the group; nil for the machine.
    package var cgroup: String?
    package var limit: Kill.LimitState
    /// What can be charged until nothing can be reclaimed any more: free pages under the limit, cache, and
    /// what still fits in swap.
    package var left: Int64
    package var arithmetic: BadnessArithmetic
    package var outcome: Outcome
    /// Those that can be chosen, in the order in which they would be.
    package var candidates: [Next]
    /// How many can be chosen.
    package var candidateCount: Int
    /// How many cannot.
    package var ineligibleCount: Int

    /// What `oom_score_adj` is scaled with. Kernel: `oc->totalpages`.
    package var totalpages: Int64 { arithmetic.totalpages }

    /// What is left in thousandths of the limit, at most 1000.
    package var leftPerMille: Int64 {
      if limit.limit <= 0 { return 0 }
      return left >= limit.limit ? 1000 : proportion(of: 1000, left, limit.limit)
    }
  }

  /// What an OOM would come to.
  package enum Outcome: String, Sendable {
    case kill
    /// `vm.panic_on_oom`.
    case panicOnOOM = "panic_on_oom"
    /// Nobody can be killed, and the machine cannot go on.
    case panicDeadlocked = "panic_no_killable_process"
    /// Nobody in the group can be killed: the invoker waits, or gets ENOMEM.
    case waits
    /// The same, and the charge goes over the limit: 4.19 to 5.15.
    case forced
    /// The same, and the invoker is killed: 2.6.25 to 2.6.34.
    case killsInvoker = "kills_asker"
    /// `oom_kill_disable` of the group: the invoker waits.
    case disabled = "oom_kill_disable"
    /// A victim of an earlier OOM is still on its way out.
    case victimDying = "victim_dying"
  }

  /// One of those that would die.
  package struct Next: Equatable, Sendable {
    package var candidate: Candidate
    /// Memory and swap that its death, and that of all that die with it, would give back.
    package var freedPages: Int64
    /// The processes that die with it, or for it.
    package var also: [Kill.Casualty]
    /// For the first the highest `oom_score_adj` below its own at which the second would be chosen, for all others
    /// the lowest above their own at which they would; nil where no value does. Before 2.6.36 it is `oom_adj`.
    package var breakEvenAdj: Int16?
  }
}

extension Simulator {
  /// The processes that would die next at each limit in the state that a scenario begins with.
  ///
  /// - Parameters:
  ///   - top: how many candidates each domain lists at most.
  ///   - time: everything that happens at that instant has happened. Nil is the start.
  ///
  /// - Complexity: O(processes × log processes) for the machine and the same for each group's own.
  package func forecast(
    _ scenario: Scenario, top: Int = 5, at time: Microseconds? = nil
  ) -> Forecast {
    var replay = Replay(scenario, rules: rules, policy: policy, recordsCandidates: false)
    replay.stopsAtLoop = false
    if let time { replay.run(until: time) }
    replay.state.settle()
    let state = replay.state
    var domains = [state.forecast(nil, top: top)]
    for group in 0..<state.groups.count where group != MemcgTree.root {
      let limits = state.ledger.limits[group]
      if min(limits.max, limits.memsw) == Cgroup.unlimited { continue }
      domains.append(state.forecast(group, top: top))
    }
    domains.sort { first, second in
      let (a, b) = (first.leftPerMille, second.leftPerMille)
      if a != b { return a < b }
      return (first.cgroup ?? "") < (second.cgroup ?? "")
    }
    return Forecast(
      scenario: scenario.name, kernel: kernel.text, ruleSet: ruleSet.key,
      pageSize: scenario.machine.pageSize, domains: domains,
      warnings: kernel.warnings + replay.record.warnings)
  }
}
