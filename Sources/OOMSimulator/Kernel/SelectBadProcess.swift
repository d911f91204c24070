internal import VictimSelection

/// What a selection came to.
enum Selection {
  case victim(Int)
  /// A victim of an earlier OOM is on its way out.
  case aborted
  case nobody
  /// The scenario's own badness has no value for a candidate.
  case fault(OwnBadnessFault)
}

extension State {
  /// The process that a release takes.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c.
  mutating func selectBadProcess(_ oc: OOMControl) -> Selection {
    if rules.badness.isLegacy { return selectByLegacyBadness(oc) }
    if !oc.ignoresVictims, meetsDyingVictim(oc) { return .aborted }
    if rules.takesSwapoffFirst, let origin = lastOrigin(oc) { return .victim(origin) }
    if let own = rules.badness.own { return selectByOwnBadness(own, oc) }
    let chosen = indexed(oc) ?? scanColumns(oc)
    return chosen.map { .victim($0.row) } ?? .nobody
  }

  /// What an index of the processes says, nil where there is none for this OOM.
  private mutating func indexed(_ oc: OOMControl) -> Victim?? {
    // Few rows are put out of the way faster than all are scanned.
    if !oc.foreign.isEmpty || oc.excluded.count > 64 { return nil }
    let domain = oc.memcg.map { groups.descendants(of: $0) }
    if domain != nil {
      // A walk that does not keep the groups of a domain together has no range for it.
      let isByGroups = ![.taskList, .groupsByID].contains(rules.selection.memcgWalk)
      if !isByGroups || !tasks.rare.threadGroups.isEmpty { return nil }
    }
    let walk = domain == nil ? nil : rules.selection.memcgWalk
    guard selectionIndex.wrappedValue.prepare(&tasks, groups, memcgWalk: walk) else {
      let rows = domain.map { $0.reduce(0) { $0 + groups.members[$1].count } }
      selectionIndex.wrappedValue.countScan(of: rows ?? tasks.count, inMemcg: domain != nil)
      return nil
    }
    selectionIndex.wrappedValue.follow(&tasks)
    return selectionIndex.wrappedValue.select(
      domain, excluded: oc.excluded, tasks, totalpages: oc.totalpages,
      selectionRule(in: oc.memcg))
  }

  /// The scan over columns. A global OOM visits all processes in task order, a memcg OOM those of the
  /// domain as `rowsVisited` has them.
  private func scanColumns(_ oc: OOMControl) -> Victim? {
    var weight = tasks.candidateWeight
    for row in oc.excluded { weight[row] = neverChosen }
    for row in oc.foreign { weight[row] = neverChosen }
    let rule = selectionRule(in: oc.memcg)
    guard let domain = oc.memcg else {
      return VictimSelection.selectBadProcess(
        pages: tasks.pages.span, weight: weight.span, totalpages: oc.totalpages, rule: rule)
    }
    guard rules.selection.memcgWalk == .joiningOrder, tasks.rare.threadGroups.isEmpty else {
      let rows = rowsVisited(domain: domain).map { Int32($0) }
      return VictimSelection.selectBadProcess(
        among: rows.span, pages: tasks.pages.span, weight: weight.span,
        totalpages: oc.totalpages, rule: rule, after: nil)
    }
    var chosen: Victim?
    for group in groups.descendants(of: domain) {
      let members = groups.members[group]
      chosen = VictimSelection.selectBadProcess(
        among: members.span, pages: tasks.pages.span, weight: weight.span,
        totalpages: oc.totalpages, rule: rule, after: chosen)
    }
    return chosen
  }

  /// How this release selects in a domain.
  func selectionRule(in domain: Int?) -> SelectionRule {
    SelectionRule(
      badness: rules.badness.rule ?? .signed,
      equalsReplace: rules.equalsReplace(in: domain == nil ? .none : .memcg),
      holdsPointsIn32Bits: rules.selection.holdsPointsIn32Bits, word: machine.wordBits)
  }
}
