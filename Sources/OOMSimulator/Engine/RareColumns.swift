/// What few processes have, by row.
struct RareColumns: Equatable, Sendable {
  /// What the rules before 2.6.36 read besides, of the rows that give it.
  var legacy: [Int: Scenario.Process.LegacyInputs] = [:]
  /// When a process began that did not exist at the start.
  var startedAt: [Int: Microseconds] = [:]
  /// The upper levels of page tables that were given by level.
  var upperTables: [Int: PageTableLevels] = [:]
  /// How many threads the rows have that give it.
  var threads: [Int: Int64] = [:]
  /// Groups of threads that live elsewhere than their process.
  var threadGroups: [Int: [Int32]] = [:]
  /// Memory nodes of the rows that give them.
  var memsAllowed: [Int: NodeMask] = [:]
  var mempolicy: [Int: Mempolicy] = [:]
  /// What the rows map that give it: the name of a segment, and of a file.
  var segments: [Int: String] = [:]
  var mappedFiles: [Int: String] = [:]
  /// Pages that the rows touch again each second that do so.
  var hot: [Int: Int64] = [:]
  /// When pages of an address space in its own group were touched that can go to swap.
  var ages: [Int: Ages] = [:]
  /// Where the resident pages of an address space lie, on a machine with several memory nodes.
  var nodes: [Int: NodeShares] = [:]

  /// The nodes that the policy of a row binds it to.
  func boundNodes(_ row: Int) -> NodeMask? {
    guard let policy = mempolicy[row], policy.mode == .bind else { return nil }
    return policy.nodes
  }

  mutating func add(_ process: Scenario.Process, row: Int, at now: Microseconds) {
    if process.legacy != Scenario.Process.LegacyInputs() { legacy[row] = process.legacy }
    startedAt[row] = now
    if let levels = process.pageTableLevels {
      upperTables[row] = PageTableLevels(pmd: levels.pmd, pud: levels.pud)
    }
    if process.hot != 0 { hot[row] = process.hot }
    if let count = process.threads?.count { threads[row] = count }
    if let nodes = process.memsAllowed { memsAllowed[row] = nodes }
    if let nodes = process.mempolicy {
      mempolicy[row] = Mempolicy(nodes: nodes, mode: process.mempolicyMode)
    }
  }

  mutating func apply(_ change: Event.ProcessChange, to row: Int) {
    if change.nice != nil || change.cpuTime != nil {
      var inputs = legacy[row] ?? Scenario.Process.LegacyInputs()
      inputs.nice = change.nice ?? inputs.nice
      inputs.cpuTime = change.cpuTime ?? inputs.cpuTime
      legacy[row] = inputs
    }
    if let pages = change.hot { hot[row] = pages == 0 ? nil : pages }
    if let nodes = change.memsAllowed { memsAllowed[row] = nodes }
    if let nodes = change.mempolicy ?? mempolicy[row]?.nodes,
      change.mempolicy != nil || change.mempolicyMode != nil
    {
      mempolicy[row] = Mempolicy(nodes: nodes, mode: change.mempolicyMode ?? .bind)
    }
  }
}
