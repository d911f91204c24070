extension Replay {
  /// Starts a child that shares its parent's private memory by copy-on-write. It costs page tables at once, and
  /// pages as either of the two writes.
  ///
  /// Kernel: `dup_mm()`, kernel/fork.c.
  mutating func fork(_ parent: Int, _ child: Event.Child) {
    if let pages = state.refusedFork(of: parent) {
      refuse(pages, row: parent)
      return
    }
    guard makeRoomForTables(of: parent) else { return }
    var process = Scenario.Process()
    process.name = child.name
    // A parent that comes back forks again, and a pid stands for one process.
    let isFree = child.pid != 0 && !state.tasks.pids.contains(child.pid)
    process.pid = isFree ? child.pid : state.pids.next()
    process.ppid = state.tasks.pids[parent]
    process.uid = state.tasks.uids[parent]
    process.oomScoreAdj = child.oomScoreAdj ?? state.tasks.oomScoreAdj[parent]
    process.legacy = state.tasks.rare.legacy[parent] ?? process.legacy
    if child.oomScoreAdj != nil { process.legacy.oomAdj = nil }
    process.legacy.runTime = 0
    process.capabilities = state.tasks.flags[parent].capabilities
    process.onENOMEM =
      state.tasks.flags[parent].contains(.exitsOnENOMEM) ? .exit : .continue
    process.memsAllowed = state.tasks.rare.memsAllowed[parent]
    process.mempolicy = state.tasks.rare.mempolicy[parent]?.nodes
    process.mempolicyMode = state.tasks.rare.mempolicy[parent]?.mode ?? .bind
    let group = Int(state.tasks.groups[parent])
    let row = state.tasks.append(
      process, name: process.name, pid: process.pid, group: group, at: now)
    state.join(row, group)
    addReferences(row)
    state.fork(parent, to: row)
  }

  /// Makes room for a child's page tables, which are copied before the child runs; somebody dies where they do
  /// not fit.
  ///
  /// - Returns: whether there is room, and a parent that goes on.
  private mutating func makeRoomForTables(of parent: Int) -> Bool {
    while !record.hasPanicked {
      let group = Int(state.tasks.groups[parent])
      let tables = state.forkTables(state.tasks.owner(parent))
      guard
        let limit = state.ledger.tryCharge(
          tables, tables: tables, to: group, ignoresHigh: true
        ).limit
      else { return true }
      let domain = limit.group == MemcgTree.root ? nil : limit.group
      if case .kill = outOfMemory(
        state.oomControl(domain: domain, invoker: parent, nodes: nil, trigger: .fork)),
        state.machine.exitDelay == 0
      {
        if state.tasks.isAlive(parent) { continue }
        return false
      }
      if !record.hasPanicked {
        warn(.noRoomForChild(of: state.tasks.names[parent]))
      }
      return false
    }
    return false
  }
}
