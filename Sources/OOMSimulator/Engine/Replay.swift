/// One replay: events in order of time, growth between them, an OOM where memory ends.
///
/// Time has no ticks. Between two instants all growth is linear, so the engine asks whether everything
/// still fits at the next one and, if not, searches the first microsecond at which it does not.
struct Replay {
  var world: World
  var now: Int64 { world.now }
  var growths: [Growth] = []
  /// Victims on their way out: when their memory is back.
  var exits: [(at: Int64, rows: [Int])] = []
  /// Memory came free or a limit changed, so stopped growth may try again.
  var somethingFreed = false
  /// Groups whose `memory.max` was lowered below what they use while a victim is still on its way out.
  var overMax: Set<Int> = []
  /// Groups that were charged over their limit.
  private var forced: Set<Int> = []
  var restarts: Restarts
  private var growthsStarted = 0

  var kills: [Kill] = []
  var refused: [Refusal] = []
  var panic: Panic?
  /// Set when the run repeats itself from here on.
  var loop: Run.Loop?
  var proof = LoopProof()
  /// Deaths that the proof has looked at.
  var provenDeaths = 0
  /// Whether a loop that is proved ends the run; not where the state at a later time is asked for.
  var stopsAtLoop = true
  /// How many restarts are followed without a proof.
  var mostRestarts: Int
  var isAbandoned = false
  /// How many kills are followed; what comes later is cut off.
  var mostKills = Int.max

  private let events: [Event]
  var references: ReferenceIndex
  let recordsCandidates: Bool
  /// Called after every event and every kill; for tests.
  var observe: ((World) -> Void)?
  /// Takes samples over time; nil where nobody wants them.
  var recorder: Recorder?
  /// How many kills list everybody in their domain.
  var mostCandidateLists = Int.max

  init(
    _ scenario: Scenario, rules: Rules = RulesByRelease.rules(of: .standard),
    policy: Policy = .kernel, recordsCandidates: Bool
  ) {
    world = World(of: scenario, rules: rules, policy: policy)
    references = ReferenceIndex(of: scenario, tasks: world.tasks)
    restarts = Restarts(of: scenario.processes, names: world.tasks.names)
    // So many that everybody can come back at least once.
    // Each costs the more, the more processes there are beside it.
    mostRestarts = max(1000, 100_000 / max(restarts.services.count, 10)) + restarts.services.count
    // Sorted by time, then by position: sort() is stable.
    events = scenario.events.sorted { $0.at < $1.at }
    self.recordsCandidates = recordsCandidates
    let dying = world.tasks.dyingRows.sorted()
    if !dying.isEmpty, scenario.machine.exitDelay > 0 {
      exits.append((scenario.machine.exitDelay, dying))
    }
  }

  /// Replays everything up to and including `last`, or to the end.
  mutating func run(until last: Int64 = .max) {
    var next = 0
    let lastEvent = events.last?.at ?? 0
    // Growth that dies with its process still makes the run as long as it was to take.
    var end: Int64 = 0
    if recorder != nil { recordInstant() }
    while panic == nil, !isAbandoned, loop == nil {
      let ends = growths.filter { $0.stop == nil }.map { $0.end }
      let instant = min(
        next < events.count ? events[next].at : Int64.max, ends.min() ?? Int64.max,
        exits.first?.at ?? Int64.max, restarts.pending.first?.at ?? Int64.max)
      if instant == .max {
        world.now = max(now, end)
        break
      }
      if next == events.count, instant > lastEvent + Self.longestTail, !restarts.pending.isEmpty {
        abandon("400 days")
        break
      }
      end = max(end, min(instant, last))
      advance(to: min(instant, last))
      if recorder != nil { recordInstant() }
      if panic != nil || (now == last && instant > last) { break }
      if growths.contains(where: { $0.isShrink && $0.isComplete }) { somethingFreed = true }
      growths.removeAll { $0.isComplete && $0.stop == nil }
      finishExits()
      goOn()
      restartDue()
      while panic == nil, next < events.count, events[next].at == now {
        endForcedCharges()
        act(events[next].action)
        next += 1
        goOn()
        observe?(world)
      }
      if recorder != nil { recordInstant() }
      if next == events.count, stopsAtLoop, panic == nil { proveLoop() }
    }
  }

  /// Somebody new can perhaps be killed, so groups are charged up to their limits again.
  mutating func endForcedCharges() {
    for group in forced { world.ledger.limits[group].isForced = false }
  }

  // MARK: Time

  /// Moves time forward, up to where something does not fit: the kill decides what comes next.
  private mutating func advance(to target: Int64) {
    if now >= target { return }
    if fits(at: target) {
      if recorder != nil { recordGrid(before: target) }
      apply(at: target)
      world.now = target
      return
    }
    var (fitting, failing) = (now, target)
    while failing - fitting > 1 {
      let middle = fitting + (failing - fitting) / 2
      // Between two pages nothing changes, and most of the last halves lie there.
      if isDueAlike(middle, failing) {
        failing = middle
      } else if isDueAlike(fitting, middle) || fits(at: middle) {
        fitting = middle
      } else {
        failing = middle
      }
    }
    if recorder != nil { recordGrid(before: fitting) }
    apply(at: fitting)
    world.now = failing
    applyWithOOM()
    goOn()
  }

  /// Whether as much is due at one instant as at another: then both fit or neither.
  private func isDueAlike(_ first: Int64, _ second: Int64) -> Bool {
    for growth in growths where growth.stop == nil {
      for kind in World.Kind.allCases where growth.total[kind] != 0 {
        if growth.amount(kind, at: first) != growth.amount(kind, at: second) { return false }
      }
    }
    return true
  }

  /// Whether all growth up to an instant can be charged without an OOM, tried on a copy of the ledger.
  private func fits(at time: Int64) -> Bool {
    if fitsInHeadroom(at: time) { return true }
    let active = growths.filter { $0.stop == nil }
    // Giving back and sharing need the sizes of processes, so they are tried on a copy of the world.
    if active.contains(where: { $0.isShrink || world.shares($0) }) {
      var copy = self
      copy.observe = nil
      copy.recorder = nil
      return copy.tryApply(at: time)
    }
    var ledger = world.ledger
    var tables: [Int: (touched: Int64, tables: Int64)] = [:]
    for growth in active {
      let row = growth.row.map(world.tasks.owner)
      let group = row.map { Int(world.tasks.groups[$0]) } ?? growth.tmpfsGroup
      let nodes = world.nodes(of: growth)
      for kind in World.Kind.allCases {
        let pages = growth.due(kind, at: time)
        if pages == 0 { continue }
        var more: Int64 = 0
        if let row {
          let before = tables[row] ?? (world.tasks.touched[row], world.tasks.pageTables[row])
          more = world.tablesFor(pages, owner: row, plan: before)
          tables[row] = (before.touched + pages, before.tables + more)
        }
        let hard = (kind == .file ? 0 : pages) + more
        if ledger.tryCharge(hard, of: kind, to: group, on: nodes).limit != nil { return false }
        ledger.charge(hard, to: group, on: nodes) { account in
          if kind != .file { account.add(pages, kind) }
          account.pageTables += more
        }
        let book = { (account: inout Ledger.Account, pages: Int64) in account.file += pages }
        if kind == .file,
          ledger.chargeFile(pages, to: group, on: nodes, book: book).limit != nil
        {
          return false
        }
      }
    }
    return true
  }

  private mutating func tryApply(at time: Int64) -> Bool {
    for index in applicationOrder() where growths[index].stop == nil {
      if !grow(index, to: time) { return false }
    }
    return true
  }

  /// Applies all growth up to an instant that is known to fit.
  private mutating func apply(at time: Int64) {
    for index in applicationOrder() where growths[index].stop == nil {
      _ = grow(index, to: time)
    }
  }

  /// For a look at the state between two instants.
  mutating func grow(upTo time: Int64) { apply(at: time) }

  /// What gives back comes first, then growth in the order of its events.
  private func applicationOrder() -> [Int] {
    growths.indices.filter { growths[$0].isShrink }
      + growths.indices.filter { !growths[$0].isShrink }
  }

  /// Applies all growth up to now in order, killing where it does not fit.
  private mutating func applyWithOOM() {
    let order = applicationOrder().map { growths[$0].order }
    for order in order where panic == nil {
      growWithOOM(order)
    }
  }

  /// Lets stopped growth try again, as long as that frees something for others.
  mutating func goOn() {
    while somethingFreed, panic == nil {
      somethingFreed = false
      let stopped = growths.filter { $0.stop != nil }.map { $0.order }
      for order in stopped where panic == nil {
        guard let index = growths.firstIndex(where: { $0.order == order }) else { continue }
        growths[index].start += now - growths[index].stoppedAt
        growths[index].stop = nil
        growWithOOM(order)
      }
    }
  }

  // MARK: Growth

  /// Starts growth that overcommit has admitted.
  mutating func begin(_ growth: Growth) {
    var growth = growth
    growth.order = growthsStarted
    growthsStarted += 1
    growths.append(growth)
    if growth.duration == 0 { growWithOOM(growth.order) }
    growths.removeAll { $0.isComplete && $0.stop == nil }
  }

  /// Takes what is due at an instant, as much as fits.
  ///
  /// - Returns: whether all of it fitted.
  private mutating func grow(_ index: Int, to time: Int64) -> Bool {
    for kind in World.Kind.allCases {
      let due = growths[index].due(kind, at: time)
      if due == 0 { continue }
      if growths[index].isShrink {
        if let row = growths[index].row { _ = world.giveBack(due, kind, row: row) }
        growths[index].done[kind] += due
        continue
      }
      let (taken, limit) = take(due, kind, growths[index])
      growths[index].done[kind] += taken
      if taken > 0 { growths[index].stuckSince = nil }
      if limit != nil { return false }
    }
    return true
  }

  /// Charges up to `due` pages of one kind.
  private mutating func take(
    _ due: Int64, _ kind: World.Kind, _ growth: Growth
  ) -> (taken: Int64, limit: ChargeLimit?) {
    let nodes = world.nodes(of: growth)
    guard let row = growth.row else {
      let (fits, limit) = world.ledger.tryCharge(
        swappable: due, to: growth.tmpfsGroup, on: nodes)
      world.ledger.charge(fits, to: growth.tmpfsGroup, on: nodes) { $0.tmpfs += fits }
      world.committed += fits
      return (fits, limit)
    }
    let owner = world.tasks.owner(row)
    let group = Int(world.tasks.groups[owner])
    let pages = world.newPages(of: due, kind, owner: owner)
    let more = kind == .cow ? 0 : world.tablesFor(due, owner: owner)
    if kind == .file {
      var (_, limit) = world.ledger.tryCharge(more, to: group, on: nodes)
      if limit == nil, pages > 0 {
        limit = world.ledger.tryCharge(more + 1, to: group, on: nodes).limit
      }
      if let limit { return (0, limit) }
      world.touch(due, kind, row: row, on: nodes)
      return (due, nil)
    }
    let (room, limit) = world.ledger.tryCharge(pages + more, of: kind, to: group, on: nodes)
    if limit == nil {
      world.touch(due, kind, row: row, on: nodes)
      return (due, nil)
    }
    let fits = most(due) {
      world.newPages(of: $0, kind, owner: owner)
        + (kind == .cow ? 0 : world.tablesFor($0, owner: owner)) <= room
    }
    if fits > 0 { world.touch(fits, kind, row: row, on: nodes) }
    return (fits, limit)
  }

  /// Takes what is due now; every time that something does not fit, somebody dies, or the growth stops.
  private mutating func growWithOOM(_ order: Int) {
    while panic == nil, !isAbandoned,
      let index = growths.firstIndex(where: { $0.order == order }),
      growths[index].stop == nil
    {
      if grow(index, to: now) { return }
      guard let limit = failingLimit(growths[index]) else { continue }
      let group = limit.group
      if limit.kind == .high {
        stop(index, .throttled(group: group))
        return
      }
      let domain = group == MemcgTree.root ? nil : group
      if domain != nil, growths[index].row == nil, world.rules.memcg.killsOnFaultsOnly {
        giveUp(index)
        return
      }
      switch outOfMemory(domain: domain, for: growths[index]) {
      case .noVictim:
        if domain == nil {
          stop(index, .unkillable)
        } else if world.rules.memcg.withoutVictim == .forced {
          force(group)
        } else {
          stop(index, .noVictim(group: group))
        }
      case .waiting: stop(index, .waiting)
      case .disabled: stop(index, .disabled(group: group))
      case .killed, .panicked: break
      }
    }
  }

  /// The limit that keeps a growth from its next page.
  private func failingLimit(_ growth: Growth) -> ChargeLimit? {
    guard let kind = World.Kind.allCases.first(where: { growth.due($0, at: now) > 0 }) else {
      return nil
    }
    let nodes = world.nodes(of: growth)
    guard let row = growth.row else {
      return world.ledger.tryCharge(1, to: growth.tmpfsGroup, on: nodes).limit
    }
    let owner = world.tasks.owner(row)
    let due = kind == .file ? growth.due(kind, at: now) : 1
    let tables = kind == .cow ? 0 : world.tablesFor(due, owner: owner)
    let pages = world.newPages(of: 1, kind, owner: owner)
    let group = Int(world.tasks.groups[owner])
    return world.ledger.tryCharge(pages + tables, to: group, on: nodes).limit
  }

  private mutating func stop(_ index: Int, _ why: Growth.Stop) {
    growths[index].stop = why
    growths[index].stoppedAt = now
    growths[index].stuckSince = growths[index].stuckSince ?? now
  }

  /// A write whose charge fails: what is written stays, the rest is ENOMEM.
  private mutating func giveUp(_ index: Int) {
    let left = growths[index].total.shmem - growths[index].done.shmem
    warn(
      "tmpfs: \(left) pages could not be charged to \(world.groups.paths[growths[index].tmpfsGroup]): "
        + "ENOMEM, no kill")
    growths[index].total = growths[index].done
    growths[index].stop = nil
  }

  /// Lets a group charge over its limit from now on, until something changes.
  private mutating func force(_ group: Int) {
    world.ledger.limits[group].isForced = true
    if forced.insert(group).inserted {
      warn(
        "\(world.groups.paths[group]) is charged over its limit: nobody in it can be killed")
    }
  }
}
