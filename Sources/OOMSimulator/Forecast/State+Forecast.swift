internal import VictimSelection

// What an OOM in a domain would come to now, without letting it come.

extension State {
  /// - Parameter isListed: whether a candidate is one of those to list; asked in their order until there are enough.
  func forecast(
    _ domain: Int?, top: Int, isListed: (Candidate) -> Bool = { _ in true }
  ) -> Forecast.Domain {
    let oc = oomControl(domain: domain, invoker: nil, nodes: nil, group: domain ?? MemcgTree.root)
    let arithmetic = BadnessArithmetic(
      rules: rules, word: machine.wordBits, totalpages: oc.totalpages)
    let rows = rowsVisited(domain: domain).uniqued()
    let all = rows.map { (row: $0, candidate: candidate($0, oc)) }
    let eligible = ranked(all, oc)
    var forecast = Forecast.Domain(
      cgroup: domain.map { groups.paths[$0] }, limit: limitState(domain: domain),
      left: pagesLeft(in: domain ?? MemcgTree.root), arithmetic: arithmetic,
      outcome: outcome(of: oc, hasCandidates: !eligible.isEmpty), candidates: [],
      candidateCount: eligible.count, ineligibleCount: all.count - eligible.count)
    for (place, entry) in eligible.enumerated() where forecast.candidates.count < top {
      guard isListed(entry.candidate) else { continue }
      let dead = oomKillProcess(victim: entry.row, oc) ?? []
      var next = Forecast.Next(
        candidate: entry.candidate,
        freedPages: freedByExit(of: dead.map { tasks.owner($0.row) }.uniqued()),
        also: dead.filter { $0.row != entry.row }
          .map { Kill.Casualty(process: identity($0.row), because: $0.because) })
      next.breakEvenAdj = breakEven(place, of: eligible, arithmetic, oc)
      forecast.candidates.append(next)
    }
    return forecast
  }

  private typealias Entry = (row: Int, candidate: Candidate)

  /// Those that can be chosen, best first: most points, of equals the one that a scan would end with.
  private func ranked(_ all: [Entry], _ oc: OOMControl) -> [Entry] {
    let equalsReplace = rules.equalsReplace(in: oc.constraint)
    var indices = all.indices.filter { all[$0].candidate.ineligible == nil }
    // A process in swapoff goes before all others, whatever its points are.
    let origins = rules.takesSwapoffFirst && !tasks.swapoffRows.isEmpty
    indices.sort { first, second in
      let (a, b) = (all[first].candidate, all[second].candidate)
      if origins, a.isSwapoff != b.isSwapoff { return a.isSwapoff }
      if origins, a.isSwapoff { return first > second }
      if a.points != b.points { return a.points > b.points }
      return equalsReplace ? first > second : first < second
    }
    return indices.map { all[$0] }
  }

  /// The setting at which the first would be spared for the second, or another one chosen before the first.
  private func breakEven(
    _ place: Int, of eligible: [Entry], _ arithmetic: BadnessArithmetic, _ oc: OOMControl
  ) -> Int16? {
    let first = eligible[0]
    guard !first.candidate.isSwapoff, eligible.count > 1 else { return nil }
    let other = eligible[max(place, 1)]
    let winsTie =
      isVisited(other.row, after: first.row, domain: oc.memcg)
      == rules.equalsReplace(in: oc.constraint)
    let breakEven = BreakEven(arithmetic: arithmetic)
    return place == 0
      ? breakEven.sparedAt(first.candidate, under: other.candidate.points, otherWinsTie: winsTie)
      : breakEven.chosenAt(other.candidate, over: first.candidate.points, winsTie: winsTie)
  }

  private func outcome(of oc: OOMControl, hasCandidates: Bool) -> Forecast.Outcome {
    if let domain = oc.memcg, groups.settings[domain].oomKillDisable == true { return .disabled }
    if rules.outOfMemory.panicOnOOM.panics(vm.panicOnOOM, oc.constraint) { return .panicOnOOM }
    if meetsDyingVictim(oc) { return .victimDying }
    if hasCandidates { return .kill }
    if oc.memcg == nil { return .panicDeadlocked }
    switch rules.memcg.withoutVictim {
    case .killsCurrent: return .killsInvoker
    case .waits: return .waits
    case .forced: return .forced
    }
  }

  /// What a group can still be charged with, its own limit alone counted.
  private func pagesLeft(in group: Int) -> Int64 {
    let room = max(ledger.headroom(group), 0) + ledger.reclaimable(in: group)
    if ledger.limits[group].memsw == Cgroup.unlimited { return room }
    // Swap does not help against a limit of memory and swap together.
    let both = max(ledger.memswHeadroom(group), 0) + ledger.reclaimable(in: group, swaps: false)
    return min(room, both)
  }
}
