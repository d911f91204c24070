/// Finds out that a run repeats itself for ever.
///
/// A replay is a function of its state, so a state that comes again comes without end. After each death of a
/// process that comes back, the state is compared with one that was kept before; the one kept is replaced
/// after 1, 2, 4, 8 … comparisons, so that memory stays constant, and a loop of *n* deaths is found within
/// three times those before it and *n*.
///
/// R. P. Brent, An improved Monte Carlo factorization algorithm, BIT 20, 1980. The states are compared in
/// full: no hash decides.
struct LoopProof: Sendable {
  /// A state, and how much had happened by then.
  struct Mark: Sendable {
    var state: DecidingState
    var at: Int64
    var kills: Int
    var deaths: Int
  }

  private var kept: Mark?
  private var comparisons = 0
  private var most = 1

  /// - Parameters:
  ///   - ledger: the ledger of the state: mostly it differs already, and the rest need not be put together.
  ///   - mark: puts the whole state together.
  /// - Returns: the mark of an equal state.
  mutating func earlier(_ ledger: Ledger, _ mark: () -> Mark) -> Mark? {
    comparisons += 1
    let isKept = kept == nil || comparisons == most
    guard isKept || kept?.state.ledger == ledger else { return nil }
    let mark = mark()
    if let kept, kept.state == mark.state { return kept }
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
  /// Ends the run when its state is one that it had before.
  mutating func proveLoop() {
    guard restarts.deaths.count > provenDeaths else { return }
    provenDeaths = restarts.deaths.count
    catchUp()
    var proof = self.proof
    let earlier = proof.earlier(world.ledger) {
      LoopProof.Mark(
        state: decidingState(), at: now, kills: kills.count, deaths: restarts.deaths.count)
    }
    self.proof = proof
    if let earlier { loop = loop(since: earlier) }
  }

  /// Events and sysctls, settings of groups and the swap that events change are the same for ever by then, so they
  /// are left out; rows without a policy never come back, so their number tells them apart.
  func decidingState() -> DecidingState {
    var state = DecidingState(ledger: world.ledger)
    let tasks = world.tasks
    let rows = (0..<tasks.count).filter {
      tasks.hasNotExited($0)
        || (tasks.sharers[$0] != nil && tasks.owner($0) == $0 && tasks.hasMemory($0))
    }
    var numbers = [Int](repeating: -1, count: tasks.count)
    for (number, row) in rows.enumerated() { numbers[row] = number }
    state.add(world.committed)
    state.add(world.machine.swap)
    state.add(world.leavingSwap)
    state.add(somethingFreed)
    addProcesses(rows, numbers, to: &state)
    addGroups(numbers, to: &state)
    addGrowths(numbers, to: &state)
    addExits(numbers, to: &state)
    addServices(numbers, to: &state)
    return state
  }

  private func addProcesses(_ rows: [Int], _ numbers: [Int], to state: inout DecidingState) {
    let tasks = world.tasks
    state.add(rows.count)
    let rare = rareSizes
    for row in rows {
      state.words += [
        Int64(tasks.flags[row].rawValue), Int64(tasks.states[row].rawValue), Int64(tasks.uids[row]),
        Int64(tasks.groups[row]), Int64(tasks.oomScoreAdj[row]), tasks.anon[row], tasks.file[row],
        tasks.shmem[row], tasks.swap[row], tasks.locked[row], tasks.pageTables[row],
        tasks.touched[row], tasks.pages[row], Int64(tasks.candidateWeight[row]),
        Int64(numbers[tasks.owner(row)]), Int64(tasks.threadGroups[row]?.count ?? 0),
      ]
      let nodes = tasks.nodes[row]?.words ?? []
      state.add(nodes.count)
      state.words += nodes
      for sizes in rare { state.add(sizes[row]) }
      state.add(tasks.upperTables[row]?.pmd ?? -1)
      state.add(tasks.upperTables[row]?.pud ?? -1)
      addLegacy(row, to: &state)
      let sharers = (tasks.sharers[row] ?? []).map { numbers[$0] }.filter { $0 >= 0 }
      state.add(sharers.count)
      for number in sharers { state.add(number) }
    }
    addParents(rows, to: &state)
  }

  /// Columns of few rows, where nothing is 0.
  private var rareSizes: [SparseColumn] {
    let tasks = world.tasks
    return [
      tasks.untouched, tasks.noReserve, tasks.noReserveTouched, tasks.claimed,
      tasks.untouchedShared, tasks.claimedShared, tasks.uncommitted, tasks.commitBeside,
      tasks.committedShmem, tasks.extraVM, tasks.extraTables, tasks.swappedShmem,
    ]
  }

  private func addLegacy(_ row: Int, to state: inout DecidingState) {
    let inputs = world.tasks.legacy[row] ?? Scenario.Process.LegacyInputs()
    state.add(Int64(inputs.oomAdj ?? .min))
    state.add(Int64(inputs.nice))
    state.add(inputs.cpuTime)
    // Since 2.6.36 nobody asks how long a process has run.
    let isAsked = world.rules.badness.isLegacy
    state.add(isAsked ? inputs.runTime + now - (world.tasks.startedAt[row] ?? 0) : 0)
  }

  /// Which process is whose child, where a release looks; and how far the pids are that a new process may still get, so that
  /// it would have children at once.
  private func addParents(_ rows: [Int], to state: inout DecidingState) {
    let tasks = world.tasks
    if tasks.children.isEmpty { return }
    var numbers: [Int32: Int] = [:]
    for (number, row) in rows.enumerated() { numbers[tasks.pids[row]] = number }
    let upcoming = world.pids.upcoming
    for row in rows {
      let parent = tasks.ppids[row]
      state.add(numbers[parent] ?? -1)
      state.add(parent >= upcoming ? Int64(parent - upcoming) : -1)
    }
  }

  private func addGroups(_ numbers: [Int], to state: inout DecidingState) {
    for members in world.groups.members {
      let count = state.words.count
      state.add(0)
      for row in members where numbers[Int(row)] >= 0 { state.add(numbers[Int(row)]) }
      state.words[count] = Int64(state.words.count - count)
    }
    addShared(numbers, to: &state)
  }

  private func addShared(_ numbers: [Int], to state: inout DecidingState) {
    let holdings = world.holdings.list
    state.add(holdings.count)
    for holding in holdings {
      state.add(holding.mappers.count)
      for number in holding.mappers.map({ numbers[$0] }).sorted() { state.add(number) }
      state.add(holding.group)
      state.add(holding.held)
    }
    for object in world.shared.list {
      state.add(object.admitted)
      state.add(object.committed)
      state.add(object.extents.count)
      for extent in object.extents {
        state.add(extent.group)
        state.add(extent.resident)
        state.add(extent.swapped)
        state.words += extent.nodes.words
      }
      state.add(object.mapped.count)
      for (number, pages) in object.mapped.map({ (numbers[$0], $1) }).sorted(by: { $0.0 < $1.0 }) {
        state.add(number)
        state.add(pages)
      }
    }
  }

  private func addGrowths(_ numbers: [Int], to state: inout DecidingState) {
    state.add(growths.count)
    for growth in growths.all {
      state.add(growth.row.map { numbers[$0] } ?? -1)
      state.add(growth.tmpfsGroup)
      state.add(growth.total)
      state.add(growth.done)
      state.add(growth.isShrink)
      state.add(growth.verb == .copyOnWrite)
      // A stopped growth starts again from where it stopped.
      state.add((growth.stop == nil ? now : growth.stoppedAt) - growth.start)
      state.add(growth.duration)
      for node in 0..<NodeMask.most where growth.nodes?.contains(node) ?? false { state.add(node) }
      state.add(-1)
      let (why, group): (Int, Int) =
        switch growth.stop {
        case nil: (0, 0)
        case .noVictim(let group): (1, group)
        case .unkillable: (2, 0)
        case .disabled(let group): (3, group)
        case .throttled(let group): (4, group)
        case .waiting: (5, 0)
        }
      state.add(why)
      state.add(group)
    }
  }

  private func addExits(_ numbers: [Int], to state: inout DecidingState) {
    state.add(exits.count)
    for exit in exits {
      state.add(exit.at - now)
      state.add(exit.rows.count)
      for row in exit.rows { state.add(numbers[row]) }
    }
    state.add(overMax.count)
    for group in overMax.sorted() { state.add(group) }
  }

  private func addServices(_ numbers: [Int], to state: inout DecidingState) {
    for service in restarts.services {
      state.add(service.row.map { numbers[$0] } ?? -1)
      state.add(service.level)
      // How long it has lived matters as far as it makes the pauses short again.
      let counts = service.level > 0 && service.row != nil
      state.add(counts ? min(now - service.startedAt, RestartPolicy.resetAfter) : 0)
      if service.policy.burst == nil { continue }
      let isOver = service.limit.isOver(at: now, service.policy)
      state.add(isOver ? -1 : now - service.limit.begin)
      state.add(isOver ? 0 : service.limit.starts)
    }
    state.add(restarts.pending.count)
    for (at, service) in restarts.pending {
      state.add(at - now)
      state.add(service)
    }
  }
}
