extension Replay {
  /// Starts a child that shares its parent's private memory by copy-on-write. It costs page tables at once, and
  /// pages as either of the two writes.
  ///
  /// Kernel: `dup_mm()`, kernel/fork.c.
  mutating func fork(_ parent: Int, _ child: Event.Child) {
    if let pages = world.refusedFork(of: parent) {
      refuse(pages, row: parent)
      return
    }
    guard makeRoomForTables(of: parent) else { return }
    var process = Scenario.Process()
    process.name = child.name
    // A parent that comes back forks again, and a pid stands for one process.
    let isFree = child.pid != 0 && !world.tasks.pids.contains(child.pid)
    process.pid = isFree ? child.pid : world.pids.next()
    process.ppid = world.tasks.pids[parent]
    process.uid = world.tasks.uids[parent]
    process.oomScoreAdj = child.oomScoreAdj ?? world.tasks.oomScoreAdj[parent]
    process.legacy = world.tasks.legacy[parent] ?? process.legacy
    if child.oomScoreAdj != nil { process.legacy.oomAdj = nil }
    process.legacy.runTime = 0
    process.memsAllowed = world.tasks.memsAllowed[parent]
    process.mempolicy = world.tasks.mempolicy[parent]
    let group = Int(world.tasks.groups[parent])
    let row = world.tasks.append(
      process, name: process.name, pid: process.pid, group: group, at: now)
    world.tasks.setFlags(
      row,
      capabilities: world.tasks.flags[parent].contains(.statesCapabilities)
        ? world.tasks.capabilities(parent) : nil,
      onENOMEM: world.tasks.flags[parent].contains(.exitsOnENOMEM) ? .exit : .continue)
    world.join(row, group)
    addReferences(row)
    world.fork(parent, to: row)
  }

  /// Makes room for a child's page tables, which are copied before the child runs; somebody dies where they do
  /// not fit.
  ///
  /// - Returns: whether there is room, and a parent that goes on.
  private mutating func makeRoomForTables(of parent: Int) -> Bool {
    while panic == nil {
      let group = Int(world.tasks.groups[parent])
      let tables = world.forkTables(world.tasks.owner(parent))
      guard let limit = world.ledger.tryCharge(tables, to: group).limit, limit.kind == .max else {
        return true
      }
      let domain = limit.group == MemcgTree.root ? nil : limit.group
      if case .kill = outOfMemory(
        world.oomControl(domain: domain, invoker: parent, nodes: nil, trigger: .fork)),
        world.machine.exitDelay == 0
      {
        if world.tasks.isAlive(parent) { continue }
        return false
      }
      if panic == nil {
        warn(.noRoomForChild(of: world.tasks.names[parent]))
      }
      return false
    }
    return false
  }
}
