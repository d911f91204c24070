// When two states are one: what comes next is the same in both.

extension State {
  /// This state without what decides nothing when no events are left: rows of the dead are dropped and the others
  /// numbered anew, times are told from now on, and of pids it is only kept which process is init and which is whose
  /// child. Two states with equal comparable ones go on alike.
  ///
  /// - Complexity: O(rows + groups + growths).
  func comparable() -> State {
    let numbers = RowNumbers(of: tasks)
    var state = self
    state.now = 0
    state.pids = PidAllocator()
    state.tasks = tasks.comparable(numbers, at: now, upcoming: pids.upcoming)
    state.groups.members = groups.members.map { members in
      members.compactMap { numbers[Int($0)] < 0 ? nil : Int32(numbers[Int($0)]) }
    }
    state.holdings = holdings.comparable(numbers)
    state.shared = shared.comparable(numbers)
    state.growths = Growths()
    for growth in growths.all { _ = state.growths.add(growth.comparable(numbers, at: now)) }
    state.exits = exits.map {
      var exit = $0
      exit.at -= now
      exit.rows = $0.rows.map { numbers[$0] }
      return exit
    }
    state.pressures = pressures.comparable(at: now)
    state.restarts = restarts.comparable(numbers, at: now)
    state.promisedRequests = 0
    state.growthsBegun = 0
    state.makeAgesComparable()
    // What is charged over a limit stands at the limit; here, of which groups that was said.
    state.forced = []
    state.selectionIndex = Indirect(wrappedValue: SelectionIndex())
    state.ownColumns = Indirect(wrappedValue: nil)
    return state
  }
}

/// The rows that still decide something, numbered anew from 0 up: those in the kernel's list, and those that have the
/// sizes of an address space that is still there.
struct RowNumbers {
  /// The rows, rising.
  let rows: [Int]
  private var numbers: [Int]

  init(of tasks: Tasks) {
    rows = (0..<tasks.count).filter {
      tasks.hasNotExited($0)
        || (tasks.sharers[$0] != nil && tasks.owner($0) == $0 && tasks.hasMemory($0))
    }
    numbers = Array(repeating: -1, count: tasks.count)
    for (number, row) in rows.enumerated() { numbers[row] = number }
  }

  /// The new number of a row, -1 of one that is dropped.
  subscript(row: Int) -> Int { numbers[row] }

  func kept<Value>(_ column: [Value]) -> [Value] { rows.map { column[$0] } }

  func kept<Value>(_ column: SparseColumn<Value>, nothing: Value) -> SparseColumn<Value> {
    var kept = SparseColumn(nothing: nothing)
    if column.isEmpty { return kept }
    for (number, row) in rows.enumerated() { kept.change(number) { $0 = column[row] } }
    return kept
  }

  func kept<Value>(_ column: [Int: Value]) -> [Int: Value] {
    var kept: [Int: Value] = [:]
    for (row, value) in column where numbers[row] >= 0 { kept[numbers[row]] = value }
    return kept
  }

  func kept(_ rows: Set<Int>) -> Set<Int> { Set(kept(Array(rows))) }

  func kept(_ rows: [Int]) -> [Int] { rows.compactMap { numbers[$0] < 0 ? nil : numbers[$0] } }
}

extension Tasks {
  fileprivate func comparable(_ numbers: RowNumbers, at now: Microseconds, upcoming: Int32) -> Tasks
  {
    kept(
      numbers, pids: numbers.rows.map { pids[$0] == 1 ? 1 : 0 },
      ppids: children.isEmpty ? [] : parents(numbers, upcoming: upcoming),
      rare: rare.comparable(numbers, at: now, agesCount: rules.badness.countsAges))
  }

  /// Whose child each process is, -1 for nobody's; below that, how far the pid is that a new process may still get, so
  /// that it would have children at once.
  private func parents(_ numbers: RowNumbers, upcoming: Int32) -> [Int32] {
    var byPid: [Int32: Int32] = [:]
    for (number, row) in numbers.rows.enumerated() { byPid[pids[row]] = Int32(number) }
    return numbers.rows.map {
      byPid[ppids[$0]] ?? (ppids[$0] >= upcoming ? upcoming - ppids[$0] - 2 : -1)
    }
  }
}

extension RareColumns {
  /// - Parameter agesCount: whether it matters how long a process has run, which it does not since 2.6.36.
  fileprivate func comparable(_ numbers: RowNumbers, at now: Microseconds, agesCount: Bool)
    -> RareColumns
  {
    // The names of segments and files are in `State.shared`.
    var rare = RareColumns()
    rare.upperTables = numbers.kept(upperTables)
    rare.threadGroups = numbers.kept(threadGroups)
    rare.memsAllowed = numbers.kept(memsAllowed)
    rare.mempolicy = numbers.kept(mempolicy)
    rare.nodes = numbers.kept(nodes)
    rare.hot = numbers.kept(hot)
    rare.ages = numbers.kept(ages)
    for (number, row) in numbers.rows.enumerated() {
      var inputs = legacy[row] ?? Scenario.Process.LegacyInputs()
      if agesCount { rare.startedAt[number] = (startedAt[row] ?? 0) - inputs.runTime - now }
      inputs.runTime = 0
      if inputs != Scenario.Process.LegacyInputs() { rare.legacy[number] = inputs }
    }
    return rare
  }
}

extension Growth {
  /// A stopped growth starts again from where it stopped.
  fileprivate func comparable(_ numbers: RowNumbers, at now: Microseconds) -> Growth {
    var growth = self
    growth.row = row.map { numbers[$0] }
    // An address space has its growths under the number of its row, and one that is dropped has none.
    growth.owner = owner.map { max(numbers[$0], 0) }
    growth.start -= stop == nil ? now : stoppedAt
    growth.stretch?.start -= stop == nil ? now : stoppedAt
    growth.stoppedAt = 0
    // Their order says which began first.
    growth.number = 0
    growth.stuckSince = nil
    // Looked at anew before it is used.
    growth.isEntangled = false
    (growth.promised, growth.promisedGroup, growth.promisedRequests) = (0, MemcgTree.root, 0)
    return growth
  }
}
