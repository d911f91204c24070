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
    state.exits = exits.map { Exit(at: $0.at - now, rows: $0.rows.map { numbers[$0] }) }
    state.restarts = restarts.comparable(numbers, at: now)
    // What is charged over a limit stands at the limit; here, of which groups that was said.
    state.forced = []
    state.selectionIndex = SelectionIndex()
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

  func kept(_ column: SparseColumn) -> SparseColumn {
    var kept = SparseColumn()
    if !column.isEmpty { for (number, row) in rows.enumerated() { kept[number] = column[row] } }
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
  /// A column that is not named here keeps its dead rows, so that no state is the same as one before: no loop is
  /// called one that is none.
  fileprivate func comparable(_ numbers: RowNumbers, at now: Int64, upcoming: Int32) -> Tasks {
    var tasks = self
    tasks.changes = ChangedRows()
    // What they name is in `shared`.
    (tasks.segments, tasks.mappedFiles) = ([:], [:])
    tasks.names = numbers.kept(names)
    tasks.pids = numbers.rows.map { pids[$0] == 1 ? 1 : 0 }
    tasks.uids = numbers.kept(uids)
    tasks.groups = numbers.kept(groups)
    tasks.oomScoreAdj = numbers.kept(oomScoreAdj)
    tasks.flags = numbers.kept(flags)
    tasks.states = numbers.kept(states)
    tasks.anon = numbers.kept(anon)
    tasks.file = numbers.kept(file)
    tasks.shmem = numbers.kept(shmem)
    tasks.swap = numbers.kept(swap)
    tasks.locked = numbers.kept(locked)
    tasks.pageTables = numbers.kept(pageTables)
    tasks.touched = numbers.kept(touched)
    tasks.pages = numbers.kept(pages)
    tasks.candidateWeight = numbers.kept(candidateWeight)
    tasks.upperTables = numbers.kept(upperTables)
    tasks.threadGroups = numbers.kept(threadGroups)
    tasks.memsAllowed = numbers.kept(memsAllowed)
    tasks.mempolicy = numbers.kept(mempolicy)
    tasks.nodes = numbers.kept(nodes)
    tasks.dyingRows = numbers.kept(dyingRows)
    tasks.swapoffRows = numbers.kept(swapoffRows)
    tasks.extraVM = numbers.kept(extraVM)
    tasks.extraTables = numbers.kept(extraTables)
    tasks.untouched = numbers.kept(untouched)
    tasks.noReserve = numbers.kept(noReserve)
    tasks.noReserveTouched = numbers.kept(noReserveTouched)
    tasks.claimed = numbers.kept(claimed)
    tasks.untouchedShared = numbers.kept(untouchedShared)
    tasks.claimedShared = numbers.kept(claimedShared)
    tasks.uncommitted = numbers.kept(uncommitted)
    tasks.commitBeside = numbers.kept(commitBeside)
    tasks.committedShmem = numbers.kept(committedShmem)
    tasks.swappedShmem = numbers.kept(swappedShmem)
    tasks.owners = numbers.kept(owners).mapValues { numbers[$0] }
    tasks.sharers = numbers.kept(sharers).mapValues { numbers.kept($0) }
    tasks.ppids = children.isEmpty ? [] : parents(numbers, upcoming: upcoming)
    tasks.children = [:]
    (tasks.startedAt, tasks.legacy) = ([:], [:])
    for (number, row) in numbers.rows.enumerated() {
      var inputs = legacy[row] ?? Scenario.Process.LegacyInputs()
      // Since 2.6.36 nothing depends on how long a process has run.
      if rules.badness.isLegacy {
        tasks.startedAt[number] = (startedAt[row] ?? 0) - inputs.runTime - now
      }
      inputs.runTime = 0
      if inputs != Scenario.Process.LegacyInputs() { tasks.legacy[number] = inputs }
    }
    return tasks
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

extension Growth {
  /// A stopped growth starts again from where it stopped.
  fileprivate func comparable(_ numbers: RowNumbers, at now: Int64) -> Growth {
    var growth = self
    growth.row = row.map { numbers[$0] }
    // An address space has its growths under the number of its row, and one that is dropped has none.
    growth.owner = owner.map { max(numbers[$0], 0) }
    growth.start -= stop == nil ? now : stoppedAt
    growth.stoppedAt = 0
    growth.stuckSince = nil
    // Looked at anew before it is used.
    growth.isEntangled = false
    (growth.promised, growth.promisedGroup) = (0, MemcgTree.root)
    return growth
  }
}
