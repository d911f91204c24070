internal import VictimSelection

/// What a selection came to.
enum Selection {
  case victim(Int)
  /// A victim of an earlier OOM is on its way out.
  case aborted
  case nobody
}

/// The order in which the processes of a memory cgroup are visited.
///
/// Kernel: mm/oom_kill.c and mm/memcontrol.c.
public enum MemcgWalk: Equatable, Sendable {
  /// The list of all tasks, those of other groups passed over: 2.6.25 to 3.5.
  case taskList
  /// Groups by their number of creation, in each the newest process first: 3.6 to 3.9.
  case groupsByID
  /// Groups parents first, in each the newest process first; a process that was moved in comes first, too:
  /// 3.10 to 3.14.
  case newestFirst
  /// The same, but who was moved in comes last: 3.15 to 4.3.
  case newestFirstMovedLast
  /// Groups parents first, in each the processes as they joined: since 4.4.
  case joiningOrder
}

extension World {
  /// The process that a release takes.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c.
  mutating func selectBadProcess(_ oc: OOMControl) -> Selection {
    if rules.badness.isLegacy { return selectByLegacyBadness(oc) }
    if !oc.ignoresVictims, meetsDyingVictim(oc) { return .aborted }
    if rules.takesSwapoffFirst, let origin = lastOrigin(oc) { return .victim(origin) }
    let chosen = indexed(oc) ?? scanColumns(oc)
    return chosen.map { .victim($0.row) } ?? .nobody
  }

  /// What an index of the processes says, nil where there is none for this OOM.
  private mutating func indexed(_ oc: OOMControl) -> Victim?? {
    // Few rows are put out of the way faster than all are scanned.
    if !oc.foreign.isEmpty || oc.excluded.count > 64 { return nil }
    let domain = oc.memcg.map(groups.descendants)
    if domain != nil {
      // A walk that does not keep the groups of a domain together has no range for it.
      let isByGroups = ![.taskList, .groupsByID].contains(rules.selection.memcgWalk)
      if !isByGroups || !tasks.threadGroups.isEmpty { return nil }
    }
    let walk = domain == nil ? nil : rules.selection.memcgWalk
    guard selectionIndex.prepare(&tasks, groups, memcgWalk: walk) else {
      let rows = domain.map { $0.reduce(0) { $0 + groups.members[$1].count } }
      selectionIndex.countScan(of: rows ?? tasks.count, inMemcg: domain != nil)
      return nil
    }
    selectionIndex.follow(&tasks)
    return selectionIndex.select(
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
    guard rules.selection.memcgWalk == .joiningOrder, tasks.threadGroups.isEmpty else {
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

  /// The last process in swapoff of those that a scan visits.
  ///
  /// Kernel: `oom_task_origin()`; `OOM_SCAN_SELECT` since 3.8.
  private func lastOrigin(_ oc: OOMControl) -> Int? {
    if tasks.swapoffRows.isEmpty { return nil }
    return rowsVisited(domain: oc.memcg).last {
      tasks.swapoffRows.contains($0) && !oc.excluded.contains($0) && !oc.foreign.contains($0)
        && tasks.ineligibility($0) == nil
    }
  }

  /// How this release selects in a domain.
  func selectionRule(in domain: Int?) -> SelectionRule {
    SelectionRule(
      badness: rules.badness.rule ?? .signed,
      equalsReplace: rules.equalsReplace(in: domain == nil ? .none : .memcg),
      holdsPointsIn32Bits: rules.selection.holdsPointsIn32Bits, word: machine.wordBits)
  }

  /// The processes of a domain that are there, in the order in which the kernel visits them.
  func rowsVisited(domain: Int?) -> [Int] {
    func isThere(_ row: Int) -> Bool { tasks.hasNotExited(row) }
    guard let domain else { return (0..<tasks.count).filter(isThere) }
    func members(_ group: Int) -> [Int] {
      (groups.members[group].map(Int.init) + threadsVisited(in: group)).filter(isThere)
    }
    switch rules.selection.memcgWalk {
    case .taskList:
      return (0..<tasks.count).filter {
        isThere($0) && groups.contains(Int(tasks.groups[$0]), in: domain)
      }
    case .groupsByID:
      return groups.descendants(of: domain).sorted { groups.creation[$0] < groups.creation[$1] }
        .flatMap { members($0).reversed() }
    case .newestFirst, .newestFirstMovedLast:
      return groups.descendants(of: domain).flatMap { members($0).reversed() }
    case .joiningOrder:
      return groups.descendants(of: domain).flatMap(members)
    }
  }

  /// Processes of other groups that have a thread in this one. Before 5.3 a thread is judged in its own
  /// group, since then only where its leader is.
  ///
  /// Kernel: `mem_cgroup_scan_tasks()`, mm/memcontrol.c, `CSS_TASK_ITER_PROCS` since 5.3, commit
  /// f168a9a54ec3.
  private func threadsVisited(in group: Int) -> [Int] {
    guard rules.selection.visitsThreads else { return [] }
    return tasks.threadGroups.filter { $0.value.contains(Int32(group)) }.map { $0.key }.sorted()
  }

  /// Whether the kernel visits one process after another, so that of equals it would be the other's choice.
  func isVisited(_ row: Int, after other: Int, domain: Int?) -> Bool {
    if domain == nil { return row > other }
    if rules.selection.memcgWalk == .joiningOrder, tasks.threadGroups.isEmpty {
      let (group, otherGroup) = (tasks.groups[row], tasks.groups[other])
      if group != otherGroup { return group > otherGroup }
      return groups.members[Int(group)].first { $0 == row || $0 == other } == Int32(other)
    }
    for visited in rowsVisited(domain: domain) {
      if visited == row { return false }
      if visited == other { return true }
    }
    return false
  }
}
