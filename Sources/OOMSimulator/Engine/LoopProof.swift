/// Finds out that a run repeats itself for ever.
///
/// A replay is a function of its deciding, so a deciding that comes again comes without end. After each death of a
/// process that comes back, the deciding is compared with one that was kept before; the one kept is replaced
/// after 1, 2, 4, 8 … comparisons, so that memory stays constant, and a loop of *n* deaths is found within
/// three times those before it and *n*.
///
/// R. P. Brent, An improved Monte Carlo factorization algorithm, BIT 20, 1980. The states are compared in
/// full: no hash decides.
struct LoopProof: Sendable {
  /// A deciding, and how much had happened by then.
  struct Mark: Sendable {
    var deciding: DecidingState
    var at: Microseconds
    var kills: Int
    var deaths: Int
  }

  private var kept: Mark?
  private var comparisons = 0
  private var most = 1

  /// - Parameters:
  ///   - ledger: the ledger of the deciding: mostly it differs already, and the rest need not be put together.
  ///   - mark: puts the whole deciding together.
  /// - Returns: the mark of an equal deciding.
  mutating func earlier(_ ledger: Ledger, _ mark: () -> Mark) -> Mark? {
    comparisons += 1
    let isKept = kept == nil || comparisons == most
    guard isKept || kept?.deciding.ledger == ledger else { return nil }
    let mark = mark()
    if let kept, kept.deciding == mark.deciding { return kept }
    if isKept {
      if kept != nil { most *= 2 }
      kept = mark
      comparisons = 0
    }
    return nil
  }
}

/// Everything that decides what comes next when no events are left, without what does not: pids, the rows of
/// the dead, and times but as distances from now.
struct DecidingState: Equatable, Sendable {
  var ledger: Ledger
  /// Each part of variable length begins with its length.
  var words: [Int64] = []

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  fileprivate mutating func add(_ value: Int64) { words.append(value) }
  fileprivate mutating func add(_ time: Microseconds) { words.append(time.rawValue) }
  fileprivate mutating func add(_ value: Int) { words.append(Int64(value)) }
  fileprivate mutating func add(_ value: Bool) { words.append(value ? 1 : 0) }
  fileprivate mutating func add(_ pages: Pages) {
    for kind in PageKind.allCases { words.append(pages[kind]) }
  }
  fileprivate mutating func add(_ held: Held) {
    add(held.pages)
    words += held.nodes.words
  }
}

extension Replay {
  /// Ends the run when its deciding is one that it had before.
  mutating func proveLoop() {
    guard state.restarts.deaths.count > provenDeaths else { return }
    provenDeaths = state.restarts.deaths.count
    catchUp()
    var proof = self.proof
    let earlier = proof.earlier(state.ledger) {
      LoopProof.Mark(
        deciding: decidingState(), at: now, kills: record.kills.count,
        deaths: state.restarts.deaths.count)
    }
    self.proof = proof
    if let earlier { record.loop = loop(since: earlier) }
  }

  /// Events and sysctls, settings of groups and the swap that events change are the same for ever by then, so they
  /// are left out; rows without a policy never come back, so their number tells them apart.
  func decidingState() -> DecidingState {
    var deciding = DecidingState(ledger: state.ledger)
    let tasks = state.tasks
    let rows = (0..<tasks.count).filter {
      tasks.hasNotExited($0)
        || (tasks.sharers[$0] != nil && tasks.owner($0) == $0 && tasks.hasMemory($0))
    }
    var numbers = [Int](repeating: -1, count: tasks.count)
    for (number, row) in rows.enumerated() { numbers[row] = number }
    deciding.add(state.committed)
    deciding.add(state.machine.swap)
    deciding.add(state.leavingSwap)
    deciding.add(state.somethingFreed)
    addProcesses(rows, numbers, to: &deciding)
    addGroups(numbers, to: &deciding)
    addGrowths(numbers, to: &deciding)
    addExits(numbers, to: &deciding)
    addServices(numbers, to: &deciding)
    return deciding
  }

  private func addProcesses(_ rows: [Int], _ numbers: [Int], to deciding: inout DecidingState) {
    let tasks = state.tasks
    deciding.add(rows.count)
    let rare = rareSizes
    for row in rows {
      deciding.words += [
        Int64(tasks.flags[row].rawValue), Int64(tasks.states[row].rawValue), Int64(tasks.uids[row]),
        Int64(tasks.groups[row]), Int64(tasks.oomScoreAdj[row]), tasks.anon[row], tasks.file[row],
        tasks.shmem[row], tasks.swap[row], tasks.locked[row], tasks.pageTables[row],
        tasks.touched[row], tasks.pages[row], Int64(tasks.candidateWeight[row]),
        Int64(numbers[tasks.owner(row)]), Int64(tasks.threadGroups[row]?.count ?? 0),
      ]
      let nodes = tasks.nodes[row]?.words ?? []
      deciding.add(nodes.count)
      deciding.words += nodes
      for sizes in rare { deciding.add(sizes[row]) }
      deciding.add(tasks.upperTables[row]?.pmd ?? -1)
      deciding.add(tasks.upperTables[row]?.pud ?? -1)
      addLegacy(row, to: &deciding)
      let sharers = (tasks.sharers[row] ?? []).map { numbers[$0] }.filter { $0 >= 0 }
      deciding.add(sharers.count)
      for number in sharers { deciding.add(number) }
    }
    addParents(rows, to: &deciding)
  }

  /// Columns of few rows, where nothing is 0.
  private var rareSizes: [SparseColumn] {
    let tasks = state.tasks
    return [
      tasks.untouched, tasks.noReserve, tasks.noReserveTouched, tasks.claimed,
      tasks.untouchedShared, tasks.claimedShared, tasks.uncommitted, tasks.commitBeside,
      tasks.committedShmem, tasks.extraVM, tasks.extraTables, tasks.swappedShmem,
    ]
  }

  private func addLegacy(_ row: Int, to deciding: inout DecidingState) {
    let inputs = state.tasks.legacy[row] ?? Scenario.Process.LegacyInputs()
    deciding.add(Int64(inputs.oomAdj ?? .min))
    deciding.add(Int64(inputs.nice))
    deciding.add(inputs.cpuTime)
    // Since 2.6.36 nobody asks how long a process has run.
    let isAsked = state.rules.badness.isLegacy
    deciding.add(isAsked ? inputs.runTime + now - (state.tasks.startedAt[row] ?? 0) : 0)
  }

  /// Which process is whose child, where a release looks; and how far the pids are that a new process may still get, so that
  /// it would have children at once.
  private func addParents(_ rows: [Int], to deciding: inout DecidingState) {
    let tasks = state.tasks
    if tasks.children.isEmpty { return }
    var numbers: [Int32: Int] = [:]
    for (number, row) in rows.enumerated() { numbers[tasks.pids[row]] = number }
    let upcoming = state.pids.upcoming
    for row in rows {
      let parent = tasks.ppids[row]
      deciding.add(numbers[parent] ?? -1)
      deciding.add(parent >= upcoming ? Int64(parent - upcoming) : -1)
    }
  }

  private func addGroups(_ numbers: [Int], to deciding: inout DecidingState) {
    for members in state.groups.members {
      let count = deciding.words.count
      deciding.add(0)
      for row in members where numbers[Int(row)] >= 0 { deciding.add(numbers[Int(row)]) }
      deciding.words[count] = Int64(deciding.words.count - count)
    }
    addShared(numbers, to: &deciding)
  }

  private func addShared(_ numbers: [Int], to deciding: inout DecidingState) {
    let holdings = state.holdings.list
    deciding.add(holdings.count)
    for holding in holdings {
      deciding.add(holding.mappers.count)
      for number in holding.mappers.map({ numbers[$0] }).sorted() { deciding.add(number) }
      deciding.add(holding.group)
      deciding.add(holding.held)
    }
    for object in state.shared.list {
      deciding.add(object.admitted)
      deciding.add(object.committed)
      deciding.add(object.extents.count)
      for extent in object.extents {
        deciding.add(extent.group)
        deciding.add(extent.resident)
        deciding.add(extent.swapped)
        deciding.words += extent.nodes.words
      }
      deciding.add(object.mapped.count)
      for (number, pages) in object.mapped.map({ (numbers[$0], $1) }).sorted(by: { $0.0 < $1.0 }) {
        deciding.add(number)
        deciding.add(pages)
      }
    }
  }

  private func addGrowths(_ numbers: [Int], to deciding: inout DecidingState) {
    deciding.add(state.growths.count)
    for growth in state.growths.all {
      deciding.add(growth.row.map { numbers[$0] } ?? -1)
      deciding.add(growth.tmpfsGroup)
      deciding.add(growth.total)
      deciding.add(growth.done)
      deciding.add(growth.isShrink)
      deciding.add(growth.verb == .copyOnWrite)
      // A stopped growth starts again from where it stopped.
      deciding.add((growth.stop == nil ? now : growth.stoppedAt) - growth.start)
      deciding.add(growth.duration)
      for node in 0..<NodeMask.most where growth.nodes?.contains(node) ?? false {
        deciding.add(node)
      }
      deciding.add(-1)
      let (why, group): (Int, Int) =
        switch growth.stop {
        case nil: (0, 0)
        case .noVictim(let group): (1, group)
        case .unkillable: (2, 0)
        case .disabled(let group): (3, group)
        case .throttled(let group): (4, group)
        case .waiting: (5, 0)
        }
      deciding.add(why)
      deciding.add(group)
    }
  }

  private func addExits(_ numbers: [Int], to deciding: inout DecidingState) {
    deciding.add(state.exits.count)
    for exit in state.exits {
      deciding.add(exit.at - now)
      deciding.add(exit.rows.count)
      for row in exit.rows { deciding.add(numbers[row]) }
    }
    deciding.add(state.overMax.count)
    for group in state.overMax.sorted() { deciding.add(group) }
  }

  private func addServices(_ numbers: [Int], to deciding: inout DecidingState) {
    for service in state.restarts.services {
      deciding.add(service.row.map { numbers[$0] } ?? -1)
      deciding.add(service.level)
      // How long it has lived matters as far as it makes the pauses short again.
      let counts = service.level > 0 && service.row != nil
      deciding.add(counts ? min(now - service.startedAt, RestartPolicy.resetAfter) : 0)
      if service.policy.burst == nil { continue }
      let isOver = service.limit.isOver(at: now, service.policy)
      deciding.add(isOver ? -1 : now - service.limit.begin)
      deciding.add(isOver ? 0 : service.limit.starts)
    }
    deciding.add(state.restarts.pending.count)
    for due in state.restarts.pending {
      deciding.add(due.at - now)
      deciding.add(due.service)
    }
  }
}
