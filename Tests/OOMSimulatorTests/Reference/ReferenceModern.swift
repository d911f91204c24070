/// How many pages the candidates may use, by which points are scaled: mm/oom_kill.c,
/// constrained_alloc(), and mm/memcontrol.c, mem_cgroup_get_limit(), since 4.19
/// mem_cgroup_get_max(); since 2.6.36.
func referenceTotalpages(_ world: ReferenceWorld) -> UInt64 {
  guard let domain = world.domain else { return referenceMachinePages(world) }
  let group = world.groups[domain]
  let unlimited = Int64.max / 4096
  let max = min(group.max, unlimited)
  let swapMax = min(group.swapMax, unlimited)
  // Both are at most 2^51 - 1, so nothing here can overflow.
  let memsw = min(max + swapMax, unlimited)

  var pages: Int64
  if !world.since(2, 6, 38) {
    // Pages of swap are added to bytes of memory.
    let bytes = min(UInt64(max) * 4096 + UInt64(world.totalSwap), UInt64(memsw) * 4096)
    pages = Int64(bytes >> 12)
  } else if !world.since(3, 7) {
    pages = min(max + world.totalSwap, memsw)
  } else if world.swappiness == 0 {
    pages = max
  } else if !world.since(4, 5) {
    pages = min(max + world.totalSwap, memsw)
  } else if !world.since(5, 10) {
    pages = min(max + min(swapMax, world.totalSwap), memsw)
  } else {
    pages = max + min(swapMax, world.totalSwap)
  }
  if world.since(3, 5) && pages == 0 { pages = 1 }
  return world.unsignedLong(pages)
}

/// Memory and swap of the whole machine: mm/oom_kill.c, constrained_alloc(), CONSTRAINT_NONE, and
/// fs/proc/base.c, proc_oom_score(); since 2.6.36.
func referenceMachinePages(_ world: ReferenceWorld) -> UInt64 {
  world.unsignedLong(world.totalram &+ world.totalSwap)
}

/// The points of a process, or nil if it is never a candidate: mm/oom_kill.c, oom_badness(),
/// since 2.6.36. With a domain, only its members are candidates.
func referenceModernBadness(
  _ world: ReferenceWorld, _ index: Int, totalpages: UInt64, domain: Int?
) -> Int128? {
  let process = world.processes[index]
  if process.pid == 1 || process.isKernelThread { return nil }
  if let domain, !world.isGroup(process.group, inside: domain) { return nil }
  if referenceIsDisabled(world, index) { return nil }
  if world.since(4, 8) && process.inVfork { return nil }

  if !world.since(3, 0) && process.isSwapoff { return 1000 }
  if world.since(3, 5) {
    return referencePagePoints(world, index, totalpages)
  }
  return referencePermillePoints(world, index, totalpages == 0 ? 1 : totalpages)
}

/// Whether oom_score_adj exempts a process: mm/oom_kill.c, oom_badness(), since 2.6.36; in
/// 2.6.37-3.1 the whole mm by mm_struct.oom_disable_count.
func referenceIsDisabled(_ world: ReferenceWorld, _ index: Int) -> Bool {
  if world.scoreAdj(index) == -1000 { return true }
  if world.since(2, 6, 37) && !world.since(3, 2) {
    return world.processes.indices.contains { other in
      world.shareMM(index, other) && world.scoreAdj(other) == -1000
    }
  }
  return false
}

/// The pages of page tables that count: mm/oom_kill.c, oom_badness(), since 2.6.36.
private func referenceTables(_ world: ReferenceWorld, _ process: ReferenceProcess) -> Int64 {
  if !world.since(2, 6, 39) { return 0 }
  if !world.since(4, 0) { return process.pte }
  if !world.since(4, 15) { return process.pte &+ process.pmd }
  return process.pte &+ process.pmd &+ process.pud
}

/// Points from 1 to 1000: mm/oom_kill.c, oom_badness(), 2.6.36-3.4.
private func referencePermillePoints(
  _ world: ReferenceWorld, _ index: Int, _ totalpages: UInt64
) -> Int128 {
  let process = world.processes[index]
  let resident = process.anon &+ process.file &+ process.shmem
  let tables = referenceTables(world, process)

  var points: Int64
  if !world.since(2, 6, 39) {
    // An unsigned long all along, cut to an int at last.
    let product = world.unsignedLong((resident &+ process.swap) &* 1000)
    points = Int64(Int32(truncatingIfNeeded: product / totalpages))
  } else if !world.since(3, 2) {
    // An int, which becomes an unsigned long for the division only.
    var small = Int32(truncatingIfNeeded: resident &+ tables)
    small = small &+ Int32(truncatingIfNeeded: process.swap)
    small = small &* 1000
    small = Int32(truncatingIfNeeded: world.unsignedLong(Int64(small)) / totalpages)
    points = Int64(small)
  } else {
    // A long, which becomes an unsigned long for the division.
    let product = world.long((resident &+ tables &+ process.swap) &* 1000)
    points = world.long(Int64(bitPattern: world.unsignedLong(product) / totalpages))
  }

  if process.capSysAdmin { points = referenceNarrow(world, points &- 30) }
  points = referenceNarrow(world, points &+ world.scoreAdj(index))
  if points <= 0 { return 1 }
  return points < 1000 ? Int128(points) : 1000
}

/// What the variable for the points holds: mm/oom_kill.c, oom_badness(), an int in 2.6.36-3.1, a
/// long in 3.2-3.4.
private func referenceNarrow(_ world: ReferenceWorld, _ value: Int64) -> Int64 {
  world.since(3, 2) ? world.long(value) : Int64(Int32(truncatingIfNeeded: value))
}

/// Points in pages: mm/oom_kill.c, oom_badness(), since 3.5; nil is LONG_MIN, since 5.9.
private func referencePagePoints(
  _ world: ReferenceWorld, _ index: Int, _ totalpages: UInt64
) -> Int128? {
  let process = world.processes[index]
  let resident = process.anon &+ process.file &+ process.shmem
  var points = world.long(resident &+ process.swap &+ referenceTables(world, process))
  var adj = world.scoreAdj(index)

  if process.capSysAdmin {
    if !world.since(3, 14) {
      adj -= 30
    } else if !world.since(4, 17) {
      points = world.long(points &- world.long(points &* 3) / 100)
    }
  }
  adj = world.long(adj &* Int64(bitPattern: totalpages / 1000))
  points = world.long(points &+ adj)

  if world.since(5, 9) {
    let lowest = world.wordBits == 32 ? Int64(Int32.min) : Int64.min
    return points == lowest ? nil : Int128(points)
  }
  return points > 0 ? Int128(points) : 1
}

/// What /proc/PID/oom_score prints: fs/proc/base.c, proc_oom_score(), all releases. It goes by the
/// machine's totals, whatever the memory cgroup.
func referenceOOMScore(_ world: ReferenceWorld, _ index: Int) -> Int128 {
  if !world.since(2, 6, 36) { return Int128(referenceLegacyBadness(world, index)) }

  let totalpages = referenceMachinePages(world)
  guard
    let points = referenceModernBadness(world, index, totalpages: totalpages, domain: nil)
  else { return 0 }
  if !world.since(3, 5) { return points }

  let scaled = world.unsignedLong(Int64(truncatingIfNeeded: points) &* 1000)
  if !world.since(5, 9) { return Int128(scaled / totalpages) }

  let quotient =
    world.long(Int64(bitPattern: scaled)) / world.long(Int64(bitPattern: totalpages))
  let doubled = world.long((1000 &+ quotient) &* 2)
  return Int128(world.unsignedLong(doubled / 3))
}
