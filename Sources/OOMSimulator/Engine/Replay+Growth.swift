// How one growth takes its pages, and what comes of it when it does not get them.

extension Replay {
  /// Starts growth that overcommit has admitted.
  mutating func begin(_ growth: Growth) {
    // Growth by nothing is over at once, however long it was to take.
    if growth.isComplete { return }
    var growth = growth
    growth.owner = growth.row.map { state.tasks.owner($0) }
    growth.number = state.growthsBegun
    state.growthsBegun += 1
    if growth.duration == 0, isSureToFit(growth) { return takeAll(growth) }
    growth.isEntangled = state.isEntangled(growth)
    if let owner = growth.owner, state.growths.count(of: owner) > 0 {
      for other in state.growths.orders(of: owner) {
        growth.isEntangled = true
        state.growths.change(other) { $0.isEntangled = true }
      }
    }
    let order = state.growths.add(growth)
    state.ledger.courses.wait(order)
    promise(order)
    if growth.duration == 0 {
      prepareToReclaim(for: order)
      growWithOOM(order)
      if let growth = state.growths[order], growth.isComplete, growth.stop == nil {
        endGrowth(order)
      }
    }
  }

  /// Whether there is room under every limit for all of a growth besides what is promised to others.
  private func isSureToFit(_ growth: Growth) -> Bool {
    if state.ledger.nodes != nil || growth.isBounded { return false }
    if growth.isShrink { return true }
    let requests = growth.unadmitted
    if requests > 0, !state.admitsAll(state.promisedRequests + requests) { return false }
    return state.ledger.hasRoom(state.mostPages(of: growth), in: state.group(of: growth))
  }

  private mutating func takeAll(_ growth: Growth) {
    for kind in growth.kinds where growth.total[kind] > 0 {
      if !growth.isShrink {
        state.book(growth.total[kind], kind, of: growth)
      } else if let row = growth.row {
        _ = state.giveBack(growth.total[kind], kind, row: row)
      } else {
        state.giveBackUnowned(growth.total[kind], kind, group: growth.unownedGroup)
      }
    }
  }

  /// Where what is promised may not fit, a growth finds all others applied.
  private mutating func prepareToReclaim(for order: Int) {
    if state.ledger.keepsAllPromises() { return }
    catchUp(before: order)
    isReviewDue = true
  }

  /// Lets stopped growth try again, as long as that frees something for others.
  mutating func goOn() {
    while state.somethingFreed, !record.hasPanicked, !isExhausted() {
      state.somethingFreed = false
      for order in state.growths.stopped where !record.hasPanicked {
        if state.growths[order] == nil { continue }
        let now = now
        state.growths.change(order) {
          let wait = now - $0.stoppedAt
          $0.start += wait
          $0.stretch?.start += wait
          $0.stop = nil
        }
        promise(order)
        prepareToReclaim(for: order)
        growWithOOM(order)
      }
      for order in state.growths.slowed where !record.hasPanicked { takeNextStretch(order) }
    }
  }

  /// Takes what is due at an instant, as much as fits.
  ///
  /// - Returns: the limit that stopped it, nil when all of it fitted.
  mutating func grow(_ order: Int, to time: Microseconds) -> ChargeLimit? {
    guard var growth = state.growths[order] else { return nil }
    state.ledger.effort.add(16)
    state.ledger.unfollow(order)
    // What it takes now is not promised as well.
    state.ledger.promise(-growth.promised, to: growth.promisedGroup)
    let before = growth.done
    var met: ChargeLimit?
    for kind in growth.kinds where met == nil {
      let due = growth.due(kind, at: time)
      if due == 0 { continue }
      if growth.isShrink {
        if let row = growth.row {
          _ = state.giveBack(due, kind, row: row)
        } else {
          state.giveBackUnowned(due, kind, group: growth.unownedGroup)
        }
        growth.done[kind] += due
        continue
      }
      let (taken, limit) =
        growth.verb == .retouch
        ? state.retouch(due, kind, of: growth) : take(due, kind, growth)
      growth.done[kind] += taken
      met = limit
    }
    state.ledger.endRepeating()
    let done = growth.done
    state.growths.change(order) {
      $0.promised = 0
      if done == before { return }
      $0.done = done
      if !$0.isShrink { $0.stuckSince = nil }
    }
    promise(order)
    return met
  }

  /// Charges up to `due` pages of one kind.
  private mutating func take(
    _ due: Int64, _ kind: PageKind, _ growth: Growth
  ) -> (taken: Int64, limit: ChargeLimit?) {
    let admitted = state.admitted(due, kind, of: growth)
    let charge = state.charge(admitted, kind, of: growth)
    var (room, limit) = state.ledger.tryCharge(charge)
    var fits = admitted
    if limit != nil {
      // A room that leaves out the page tables of all that is due leaves out too many: what fits has fewer.
      let upTo = min(room + charge.tables, admitted)
      if !state.ledger.chargesPageTables, upTo < admitted {
        let fewer = state.charge(upTo, kind, of: growth)
        let (less, stops) = state.ledger.tryCharge(fewer)
        room = max(room, stops == nil ? fewer.all : less)
      }
      // File pages are read as a whole or not at all.
      fits = kind.isOfFiles ? 0 : most(admitted) { state.charge($0, kind, of: growth).all <= room }
      // Of the last pages, what is said to fit may leave one out that comes with a table.
      if fits == 0, !kind.isOfFiles, admitted > 0,
        state.ledger.tryCharge(state.charge(1, kind, of: growth)).limit == nil
      {
        fits = 1
      }
    } else if admitted < due {
      limit = .commit
    }
    state.commitTouched(fits, kind, of: growth)
    state.book(fits, kind, of: growth)
    return (fits, limit)
  }

  /// Takes what is due now; every time that something does not fit, somebody dies, or the growth stops.
  mutating func growWithOOM(_ order: Int) {
    var steps = 0
    while !record.hasPanicked, state.growths[order] != nil, state.growths[order]?.stop == nil,
      !isExhausted()
    {
      guard let met = grow(order, to: now) else { return }
      guard let growth = state.growths[order] else { continue }
      // Reclaim for the machine may have taken the group below its memory.high again: by less than it grew.
      guard let limit = failingLimit(growth) ?? (met.kind == .high ? met : nil) else {
        steps += 1
        if steps == Self.mostSteps { abandon(after: .steps(steps)) }
        continue
      }
      let group = limit.group
      switch limit.kind {
      case .max: break
      case .high:
        slow(order)
        continue
      case .commit:
        refuse(growth)
        giveUp(order)
        return
      }
      let domain = group == MemcgTree.root ? nil : group
      if growth.total.cache > 0 {
        // A read never kills: readahead gives up where there is no room.
        state.ledger.noteFailure(in: group)
        warn(.noRoomForPageCache(cgroup: state.groups.paths[growth.unownedGroup]))
        giveUp(order)
        return
      }
      if domain != nil, growth.row == nil, state.rules.memcg.killsOnFaultsOnly {
        state.ledger.noteFailure(in: group)
        state.ledger.accounts[group].events.oom += 1
        return fail(order)
      }
      switch outOfMemory(domain: domain, for: growth) {
      case .noVictim:
        if domain == nil {
          stop(order, .unkillable)
        } else if state.rules.memcg.withoutVictim == .forced {
          force(group)
        } else if growth.isOfKernel {
          return fail(order)
        } else {
          stop(order, .noVictim(group: group))
        }
      case .waiting: stop(order, .waiting)
      case .disabled:
        if growth.isOfKernel { return fail(order) }
        stop(order, .disabled(group: group))
      case .fault: giveUp(order)
      case .kill, .panic: break
      }
    }
  }

  /// Ends growth of no process whose next page cannot be charged, without a kill.
  private mutating func fail(_ order: Int) {
    guard let growth = state.growths[order] else { return }
    let left = growth.kinds.reduce(0) { $0 + growth.total[$1] - growth.done[$1] }
    warn(
      .notCharged(
        growth.isOfKernel ? .kernel : .tmpfs, pages: left,
        cgroup: state.groups.paths[growth.unownedGroup]))
    giveUp(order)
  }

  /// Records what overcommit, or a full tmpfs, refuses of a growth: of one over time each page is a request of its own.
  private mutating func refuse(_ growth: Growth) {
    guard growth.total.tmpfs > 0 else { return refuse(1, row: growth.row) }
    let pages = growth.duration == 0 ? growth.total.tmpfs - growth.done.tmpfs : 1
    if let size = growth.tmpfsSize, state.tmpfsRoom(size, group: growth.unownedGroup) == 0 {
      refuse(pages, row: nil, tmpfsSize: size)
    } else {
      refuse(pages, row: nil)
    }
  }

  /// How often a growth goes on at one instant because a little more fits than was said, before the run is cut off.
  private static let mostSteps = 2000

  /// The limit that keeps a growth from its next page.
  private func failingLimit(_ growth: Growth) -> ChargeLimit? {
    guard let kind = growth.kinds.first(where: { growth.due($0, at: now) > 0 }) else {
      return nil
    }
    if state.admitted(1, kind, of: growth) == 0 { return .commit }
    var charge = state.charge(1, kind, of: growth)
    if kind == .file {
      charge.tables = state.charge(growth.due(kind, at: now), kind, of: growth).tables
    }
    return state.ledger.tryCharge(
      charge.all, tables: charge.tables, to: charge.group, on: charge.nodes,
      ignoresHigh: charge.ignoresHigh
    ).limit
  }

  private mutating func stop(_ order: Int, _ why: Growth.Stop) {
    let now = now
    state.growths.change(order) {
      $0.stop = why
      $0.stoppedAt = now
      $0.stuckSince = $0.stuckSince ?? now
    }
    promise(order)
  }

  /// Ends a growth that does not get its next page: what is touched stays, the rest is ENOMEM.
  private mutating func giveUp(_ order: Int) {
    guard let growth = state.growths[order] else { return }
    state.releaseClaim(of: growth)
    state.growths.change(order) {
      $0.total = $0.done
      $0.stop = nil
      $0.stretch = nil
      $0.duration = 0
    }
    promise(order)
  }

  /// Lets a group charge over its limit from now on, until something changes.
  private mutating func force(_ group: Int) {
    state.ledger.limits[group].isForced = true
    if state.forced.insert(group).inserted {
      warn(.chargedOverLimit(cgroup: state.groups.paths[group]))
    }
  }
}
