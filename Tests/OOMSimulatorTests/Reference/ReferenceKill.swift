/// What happens in this world: mm/oom_kill.c, out_of_memory(), and for a domain
/// mem_cgroup_out_of_memory(), later in mm/memcontrol.c; all releases.
func referenceOutcome(_ world: ReferenceWorld) -> ReferenceOutcome {
  if referencePanics(world) { return .panicked }
  let totalpages = world.since(2, 6, 36) ? referenceTotalpages(world) : 0

  if world.killAllocatingTask && world.domain == nil && world.since(2, 6, 24) {
    if let outcome = referenceAllocatingKill(world, totalpages) { return outcome }
  }
  switch referenceSelection(world, totalpages: totalpages) {
  case .aborted:
    return .aborted
  case .nothing:
    if world.domain == nil { return .panicked }
    guard let invoker = world.invoker, !world.since(2, 6, 35) else { return .nobody }
    return referenceKill(world, invoker, points: 0, totalpages) ?? .nobody
  case .chosen(let index, let points):
    // One that cannot be killed would be selected again, and again.
    return referenceKill(world, index, points: points, totalpages) ?? .nobody
  }
}

/// Whether panic_on_oom stops the machine: mm/oom_kill.c, out_of_memory() since 2.6.18,
/// mem_cgroup_out_of_memory() since 2.6.34, check_panic_on_oom() since 2.6.36.
private func referencePanics(_ world: ReferenceWorld) -> Bool {
  if world.domain != nil { return world.since(2, 6, 34) && world.panicOnOOM == 2 }
  return world.since(2, 6, 18) && world.panicOnOOM != 0
}

/// oom_kill_allocating_task: mm/oom_kill.c, out_of_memory(), since 2.6.24. Nil: selection goes on.
private func referenceAllocatingKill(
  _ world: ReferenceWorld, _ totalpages: UInt64
) -> ReferenceOutcome? {
  guard let invoker = world.invoker else { return world.since(2, 6, 30) ? nil : .nobody }
  let process = world.processes[invoker]

  if !world.since(2, 6, 36) {
    let points = Int128(referenceLegacyBadness(world, invoker))
    let outcome = referenceKill(world, invoker, points: points, totalpages)
    return outcome ?? (world.since(2, 6, 30) ? nil : .nobody)
  }
  if process.pid == 1 || process.isKernelThread { return nil }
  let testsAdj = !world.since(3, 2) || world.since(3, 6)
  if testsAdj && referenceIsDisabled(world, invoker) { return nil }
  let points = referenceModernBadness(world, invoker, totalpages: totalpages, domain: nil)
  return referenceKill(world, invoker, points: points ?? 0, totalpages)
}

/// Kills for a chosen process: mm/oom_kill.c, oom_kill_process(), all releases. Nil: nobody could
/// be killed.
private func referenceKill(
  _ world: ReferenceWorld, _ chosen: Int, points: Int128, _ totalpages: UInt64
) -> ReferenceOutcome? {
  var kill = ReferenceKill(world: world)
  if world.since(2, 6, 36) {
    kill.modern(chosen, totalpages)
  } else if !kill.legacy(chosen) {
    return nil
  }
  if kill.dead.isEmpty && world.processes[chosen].pid == 1 && !kill.foundChild { return .nobody }
  return .killed(victim: chosen, points: points, dead: kill.dead)
}

/// The signals of one kill: mm/oom_kill.c, oom_kill_process() and below, all releases.
private struct ReferenceKill {
  let world: ReferenceWorld
  var dead: [ReferenceDeath] = []
  /// A child was taken, which may have been dying already.
  var foundChild = false

  init(world: ReferenceWorld) { self.world = world }

  /// Sends SIGKILL: kernel/signal.c, force_sig() and do_send_sig_info(), all releases. The first
  /// reason stands, and a dying process is not counted again.
  mutating func signal(_ index: Int, _ because: ReferenceBecause) {
    if world.processes[index].isDying { return }
    if dead.contains(where: { $0.index == index }) { return }
    dead.append(ReferenceDeath(index: index, because: because))
  }

  /// The oldest child that can be killed, else the chosen one: mm/oom_kill.c, oom_kill_process(),
  /// 2.6.11-2.6.35.
  mutating func legacy(_ chosen: Int) -> Bool {
    for child in world.children(of: chosen) {
      if world.shareMM(child, chosen) { continue }
      if world.since(2, 6, 33), let domain = world.domain,
        !world.isGroup(world.processes[child].group, inside: domain)
      {
        continue
      }
      if legacyTask(child, .child) {
        foundChild = true
        return true
      }
    }
    return legacyTask(chosen, .victim)
  }

  /// Kills one process and those that use its mm: mm/oom_kill.c, oom_kill_task(), 2.6.11-2.6.35.
  mutating func legacyTask(_ index: Int, _ because: ReferenceBecause) -> Bool {
    let process = world.processes[index]
    if process.isKernelThread { return false }
    if world.since(2, 6, 20) {
      if process.oomAdj == -17 { return false }
      if world.since(2, 6, 21) && !world.since(2, 6, 32) {
        for (other, sharer) in world.processes.enumerated()
        where world.shareMM(index, other) && sharer.oomAdj == -17 {
          return false
        }
      }
    }

    // __oom_kill_task() refuses init, and the caller does not hear of it.
    if process.pid != 1 { signal(index, because) }
    if world.since(2, 6, 32) || (world.since(2, 6, 20) && !world.since(2, 6, 21)) { return true }
    for other in world.processes.indices where other != index && world.shareMM(index, other) {
      // Since 2.6.21 the signal goes past __oom_kill_task() and its test.
      if world.processes[other].pid == 1 && !world.since(2, 6, 20) { continue }
      signal(other, .sharedMM)
    }
    return true
  }

  /// A child or the chosen one, then its group: mm/oom_kill.c, oom_kill_process(), since 2.6.36.
  mutating func modern(_ chosen: Int, _ totalpages: UInt64) {
    var victim = chosen
    if !world.since(5, 1), let child = worstChild(of: chosen, totalpages) {
      victim = child
      foundChild = true
    }
    modernTask(victim, victim == chosen ? .victim : .child)
    if world.since(4, 19), let group = oomGroup(of: victim) {
      sweep(group)
    }
  }

  /// The child to sacrifice: mm/oom_kill.c, oom_kill_process(), 2.6.36-5.0. Its points are held in
  /// an unsigned int.
  func worstChild(of chosen: Int, _ totalpages: UInt64) -> Int? {
    var worst: Int?
    var most: UInt32 = 0
    for child in world.children(of: chosen) {
      if world.since(2, 6, 39) && world.shareMM(child, chosen) { continue }
      let badness = referenceModernBadness(
        world, child, totalpages: totalpages, domain: world.domain)
      let points = UInt32(truncatingIfNeeded: badness ?? 0)
      if points > most {
        worst = child
        most = points
      }
    }
    return worst
  }

  /// Kills one process and those that use its mm: mm/oom_kill.c, oom_kill_task() up to 3.4,
  /// oom_kill_process() up to 4.18, __oom_kill_process() later; since 2.6.36.
  mutating func modernTask(_ index: Int, _ because: ReferenceBecause) {
    signal(index, because)
    if !world.since(2, 6, 37) { return }
    for other in world.processes.indices where other != index && world.shareMM(index, other) {
      if world.since(4, 4) && world.processes[other].pid == 1 { continue }
      if world.since(3, 2) && !world.since(4, 8) && world.scoreAdj(other) == -1000 { continue }
      signal(other, .sharedMM)
    }
  }

  /// The highest group that dies as a whole, from the victim's up to the domain: mm/memcontrol.c,
  /// mem_cgroup_get_oom_group(), since 4.19.
  func oomGroup(of victim: Int) -> Int? {
    let top = world.domain ?? 0
    var group = world.processes[victim].group
    if !world.isGroup(group, inside: top) { return nil }
    var highest: Int?
    while group > 0 {
      if world.groups[group].oomGroup { highest = group }
      if group == top { break }
      group = world.groups[group].parent
    }
    return highest
  }

  /// Kills all of a group: mm/oom_kill.c, oom_kill_memcg_member(), since 4.19.
  mutating func sweep(_ group: Int) {
    for member in referenceMembers(world, of: group) {
      let process = world.processes[member]
      if process.isKernelThread || process.oomScoreAdj == -1000 { continue }
      if world.since(5, 2) && process.pid == 1 { continue }
      modernTask(member, .oomGroup)
    }
  }
}
