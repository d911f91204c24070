/// What the walk over the candidates found: mm/oom_kill.c, select_bad_process(), all releases.
enum ReferenceSelection: Equatable {
  case chosen(index: Int, points: Int128)
  /// An earlier victim was met.
  case aborted
  case nothing
}

/// The walk: mm/oom_kill.c, select_bad_process(), all releases; mm/memcontrol.c,
/// mem_cgroup_out_of_memory() in 3.6-4.8.
func referenceSelection(_ world: ReferenceWorld, totalpages: UInt64) -> ReferenceSelection {
  if !world.since(2, 6, 19) { return referenceFirstSelection(world) }
  if !world.since(2, 6, 36) { return referenceLegacySelection(world) }
  return referenceModernSelection(world, totalpages: totalpages)
}

/// The walk: mm/oom_kill.c, select_bad_process(), 2.6.11-2.6.18. Kernel threads take part.
private func referenceFirstSelection(_ world: ReferenceWorld) -> ReferenceSelection {
  var chosen: Int?
  var most: UInt64 = 0
  for (index, process) in world.processes.enumerated() {
    if process.pid <= 1 { continue }
    if world.since(2, 6, 12) && process.oomAdj == -17 { continue }
    if process.isDying { return .aborted }
    let points = referenceLegacyBadness(world, index)
    if process.isSwapoff { return .chosen(index: index, points: Int128(points)) }
    if chosen == nil || points > most {
      chosen = index
      most = points
    }
  }
  guard let chosen else { return .nothing }
  return .chosen(index: chosen, points: Int128(most))
}

/// The walk: mm/oom_kill.c, select_bad_process(), 2.6.19-2.6.35.
private func referenceLegacySelection(_ world: ReferenceWorld) -> ReferenceSelection {
  var chosen: Int?
  var most: UInt64 = 0
  for (index, process) in world.processes.enumerated() {
    if process.isKernelThread { continue }
    if process.pid == 1 { continue }
    if let domain = world.domain, !world.isGroup(process.group, inside: domain) { continue }
    if process.isDying { return .aborted }
    if process.oomAdj == -17 { continue }
    let points = referenceLegacyBadness(world, index)
    if chosen == nil || points > most {
      chosen = index
      most = points
    }
  }
  guard let chosen else { return .nothing }
  return .chosen(index: chosen, points: Int128(most))
}

/// The walk: mm/oom_kill.c, select_bad_process() with oom_scan_process_thread() in 3.6-4.8 and
/// oom_evaluate_task() since 4.9; mm/memcontrol.c, mem_cgroup_out_of_memory(), 3.6-4.8; since
/// 2.6.36.
private func referenceModernSelection(
  _ world: ReferenceWorld, totalpages: UInt64
) -> ReferenceSelection {
  let lastWins = referenceLastWins(world)
  var chosen: Int?
  var most: Int128 = 0
  for index in referenceWalk(world) {
    let process = world.processes[index]
    if process.pid == 1 || process.isKernelThread { continue }
    if process.isDying { return .aborted }

    if world.since(3, 8) && process.isSwapoff {
      chosen = index
      most = referenceInfinitePoints(world)
      continue
    }
    guard
      var points = referenceModernBadness(
        world, index, totalpages: totalpages, domain: world.domain)
    else { continue }
    if world.since(3, 5) && !world.since(4, 9) {
      points = Int128(UInt32(truncatingIfNeeded: points))
    }
    if !world.since(5, 9) && points == 0 { continue }
    if chosen == nil || points > most || (points == most && lastWins) {
      chosen = index
      most = points
    }
  }
  guard let chosen else { return .nothing }
  return .chosen(index: chosen, points: most)
}

/// Whether the later of two equals is taken: mm/oom_kill.c, select_bad_process() without its test
/// for a leader in 4.7-4.8, oom_evaluate_task() without its own since 5.3.
private func referenceLastWins(_ world: ReferenceWorld) -> Bool {
  if world.since(5, 3) { return true }
  return world.domain == nil && world.since(4, 7) && !world.since(4, 9)
}

/// The points that stand for a swapoff: mm/oom_kill.c, select_bad_process() since 3.8,
/// oom_evaluate_task() since 4.9: ULONG_MAX, and LONG_MAX since 5.9.
private func referenceInfinitePoints(_ world: ReferenceWorld) -> Int128 {
  if world.since(5, 9) {
    return world.wordBits == 32 ? Int128(Int32.max) : Int128(Int64.max)
  }
  return world.wordBits == 32 ? Int128(UInt32.max) : Int128(UInt64.max)
}

/// The processes in the order of the walk: the task list, filtered by membership up to 3.5; since
/// 3.6 mm/memcontrol.c, mem_cgroup_out_of_memory(), since 4.9 mem_cgroup_scan_tasks(). Since
/// 2.6.36.
private func referenceWalk(_ world: ReferenceWorld) -> [Int] {
  guard let domain = world.domain else { return Array(world.processes.indices) }
  if !world.since(3, 6) {
    return world.processes.indices.filter {
      world.isGroup(world.processes[$0].group, inside: domain)
    }
  }
  return referenceMembers(world, of: domain)
}

/// The processes of a subtree, group by group: mm/memcontrol.c, mem_cgroup_iter() and
/// kernel/cgroup.c, cgroup_iter_next(), later css_task_iter_next(); since 3.6. Up to 4.3 a new
/// process is put before the others of its group.
func referenceMembers(_ world: ReferenceWorld, of top: Int) -> [Int] {
  var members: [Int] = []
  for group in referenceSubtree(world, of: top) {
    let own = world.processes.indices.filter { world.processes[$0].group == group }
    if world.since(4, 4) {
      members += own
    } else {
      members += own.reversed()
    }
  }
  return members
}

/// The groups of a subtree: mm/memcontrol.c, mem_cgroup_iter(): by number in 3.6-3.9 with
/// css_get_next(), parents before children since 3.10 with css_next_descendant_pre().
private func referenceSubtree(_ world: ReferenceWorld, of top: Int) -> [Int] {
  if !world.since(3, 10) {
    return world.groups.indices.filter { world.isGroup($0, inside: top) }
  }
  var order = [top]
  for child in world.groups.indices where world.groups[child].parent == top {
    order += referenceSubtree(world, of: child)
  }
  return order
}
