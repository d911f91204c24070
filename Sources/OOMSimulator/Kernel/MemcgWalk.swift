/// The order in which the processes of a memory cgroup are visited.
///
/// Kernel: mm/oom_kill.c and mm/memcontrol.c.
package enum MemcgWalk: Equatable, Sendable {
  /// The list of all tasks, those of other groups passed over: 2.6.25 to 3.5.
  case taskList
  /// Groups by their number of creation, in each the newest process first: 3.6 to 3.9.
  case groupsByID
  /// Groups parents first, in each the newest process first; a process that was moved in comes first, too:
  /// 3.10 to 3.14.
  case newestFirst
  /// The same, but a task that was moved in comes last: 3.15 to 4.3.
  case newestFirstMovedLast
  /// Groups parents first, in each the processes as they joined: since 4.4.
  case joiningOrder
}

extension State {
  /// The processes of a domain that are there, in the order in which the kernel visits them.
  func rowsVisited(domain: Int?) -> [Int] {
    func isThere(_ row: Int) -> Bool { tasks.hasNotExited(row) }
    ledger.effort.add(2 * tasks.count)
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
      let creation = groups.creation
      return groups.descendants(of: domain).sorted { creation[$0] < creation[$1] }
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
  /// Kernel: `mem_cgroup_scan_tasks()`, mm/memcontrol.c, `CSS_TASK_ITER_PROCS` since 5.3.
  private func threadsVisited(in group: Int) -> [Int] {
    guard rules.selection.visitsThreads else { return [] }
    return tasks.rare.threadGroups.filter { $0.value.contains(Int32(group)) }.map { $0.key }
      .sorted()
  }

  /// Whether the kernel visits one process after another, so that of equals it would be the other's choice.
  func isVisited(_ row: Int, after other: Int, domain: Int?) -> Bool {
    if domain == nil { return row > other }
    if rules.selection.memcgWalk == .joiningOrder, tasks.rare.threadGroups.isEmpty {
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

extension RulesByRelease {
  /// The order in which the processes of a memory cgroup are visited.
  @_optimize(none)
  static var memcgWalk: [RuleChange] {
    [
      RuleChange(
        .memcgWalk, "2.6.25", "The list of all tasks; those of other groups are passed over.",
        "mm/oom_kill.c", "select_bad_process()"),
      RuleChange(
        .memcgWalk, "3.6",
        "The groups of the domain by number of creation, in each the newest first.",
        "mm/memcontrol.c", "mem_cgroup_out_of_memory()", hurts: "the newest of equals"
      ) {
        $0.selection.memcgWalk = .groupsByID
        $0.selection.visitsThreads = true
      },
      RuleChange(
        .memcgWalk, "3.10",
        "Groups parents first, in each the newest first; a task that was moved in comes first.",
        "mm/memcontrol.c", "mem_cgroup_iter()", hurts: "equals in groups that come earlier"
      ) { $0.selection.memcgWalk = .newestFirst },
      RuleChange(
        .memcgWalk, "3.15",
        "Groups parents first, in each the newest first; a task that was moved in comes last.",
        "kernel/cgroup.c", "cgroup_task_migrate()", hurts: "the newest born of equals"
      ) { $0.selection.memcgWalk = .newestFirstMovedLast },
      RuleChange(
        .memcgWalk, "4.4", "Groups parents first, in each the tasks as they joined.",
        "kernel/cgroup.c", "css_task_iter_advance()", hurts: "the oldest of equals"
      ) { $0.selection.memcgWalk = .joiningOrder },
      RuleChange(
        .memcgWalk, "5.3",
        """
        Groups parents first, in each the processes as they joined; a thread is judged where its \
        leader is.
        """,
        "mm/memcontrol.c", "mem_cgroup_scan_tasks()",
        hurts: "nobody through a thread of theirs in another group"
      ) { $0.selection.visitsThreads = false },
    ]
  }
}
