// How time moves on: in one step to where all growth fits, else to the microsecond at which it does not.
//
// Questions that are asked at every step are `mutating` although they change nothing: a call of another method copies the
// whole replay, which has some 4 kB.

extension Replay {
  /// Moves time forward, up to where something does not fit: the kill decides what comes next.
  mutating func advance(to target: Microseconds) {
    if now >= target { return }
    if putsGrowthOff, isSureToFit() {
      if recorder != nil { recordGrid(before: target) }
      state.followGrowths()
      state.now = target
      isBehind = isBehind || state.growths.count > 0
      for order in state.growths.entangled where isUnderWay(order, shrinks: true) { apply(order) }
      for order in state.growths.entangled where isUnderWay(order, shrinks: false) { apply(order) }
      state.ledger.courses.endMoving(at: target)
      return
    }
    catchUp()
    isReviewDue = true
    if fits(at: target) {
      if recorder != nil { recordGrid(before: target) }
      apply(at: target)
      state.now = target
      return
    }
    var (fitting, failing) = (now, target)
    while failing - fitting > 1, !isExhausted() {
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
    if isAbandoned { return }
    if recorder != nil { recordGrid(before: failing) }
    apply(at: fitting)
    state.now = failing
    for order in applicationOrder() where !record.hasPanicked { growWithOOM(order) }
    goOn()
  }

  /// Whether all growth fits until it ends, whatever the others do.
  private mutating func isSureToFit() -> Bool {
    guard keepsAllPromises() else { return false }
    if !isReviewDue { return true }
    // Kills and reclaim change what growths may still take, and of which groups.
    reviewGrowths()
    return keepsAllPromises()
  }

  private mutating func keepsAllPromises() -> Bool {
    state.ledger.keepsAllPromises() && state.admitsAll(state.promisedRequests)
      && state.growths.boundedCount == 0
  }

  /// Whether as much is due at one instant as at another: then both fit or neither.
  private mutating func isDueAlike(_ first: Microseconds, _ second: Microseconds) -> Bool {
    state.ledger.effort.add(4 * state.growths.count)
    for growth in state.growths.living where growth.stop == nil {
      for kind in growth.kinds where growth.total[kind] != 0 {
        if growth.amount(kind, at: first) != growth.amount(kind, at: second) { return false }
      }
    }
    return true
  }

  /// Whether all growth up to an instant can be charged without an OOM.
  private mutating func fits(at time: Microseconds) -> Bool {
    let charges = charges(at: time)
    let isBounded = state.growths.boundedCount > 0
    let asksForAll = !isBounded && state.admitsAll(state.promisedRequests)
    if asksForAll, state.ledger.hasRoom(charges) { return true }
    // Giving back, sharing and a full tmpfs need the sizes of processes and files, so they are tried on a copy of the
    // state.
    if isBounded
      || state.growths.living.contains(where: {
        $0.stop == nil && ($0.isShrink || state.shares($0))
      })
    {
      var copy = self
      state.ledger.effort.add(4 * (state.tasks.count + state.groups.count + state.growths.count))
      copy.observe = nil
      copy.recorder = nil
      return copy.tryApply(at: time)
    }
    if !asksForAll, !isAdmitted(at: time) { return false }
    var ledger = state.ledger
    return charges.allSatisfy { ledger.plan($0) }
  }

  /// Whether overcommit admits what all growth up to an instant asks for.
  private mutating func isAdmitted(at time: Microseconds) -> Bool {
    var planned: Int64 = 0
    for var growth in state.growths.living where growth.stop == nil && !growth.isShrink {
      for kind in growth.kinds {
        let due = growth.due(kind, at: time)
        if state.admitted(due, kind, of: growth, after: planned) < due { return false }
        planned += growth.unadmitted(due, kind)
        growth.done[kind] += due
      }
    }
    return true
  }

  /// What all growth up to an instant needs, in the order in which it acts.
  private mutating func charges(at time: Microseconds) -> [Charge] {
    state.ledger.effort.add(16 * state.growths.count)
    var charges: [Charge] = []
    var tables: [Int: (touched: Int64, tables: Int64)] = [:]
    for growth in state.growths.living where growth.stop == nil && !growth.isShrink {
      for kind in growth.kinds {
        let due = growth.due(kind, at: time)
        if due == 0 { continue }
        let before = growth.owner.map {
          tables[$0] ?? (state.tasks.mms[$0].touched, state.tasks.mms[$0].pageTables)
        }
        let charge = state.charge(due, kind, of: growth, after: before)
        if let owner = growth.owner, let before, growth.verb == .touch {
          tables[owner] = (before.touched + due, before.tables + charge.tables)
        }
        charges.append(charge)
      }
    }
    return charges
  }

  private mutating func tryApply(at time: Microseconds) -> Bool {
    for order in applicationOrder() {
      if grow(order, to: time) != nil { return false }
    }
    return true
  }

  /// Applies all growth up to an instant that is known to fit.
  private mutating func apply(at time: Microseconds) {
    for order in applicationOrder() { _ = grow(order, to: time) }
  }

  /// For a look at the state between two instants.
  mutating func grow(upTo time: Microseconds) { apply(at: time) }

  private mutating func applicationOrder() -> [Int] {
    state.ledger.effort.add(4 * state.growths.count)
    return state.growths.applicationOrder
  }

  private func isUnderWay(_ order: Int, shrinks: Bool) -> Bool {
    state.growths.look(order) { $0.stop == nil && $0.isShrink == shrinks } ?? false
  }

  // MARK: What is behind

  /// Applies all growth up to now that was put off because it is sure to fit.
  ///
  /// - Parameter order: a growth that acts next, by itself.
  mutating func catchUp(before order: Int? = nil) {
    guard isBehind else { return }
    isBehind = false
    state.ledger.unfollowAll()
    for other in applicationOrder() where other != order { _ = grow(other, to: now) }
  }

  /// Applies the growth of one address space up to now.
  mutating func catchUp(_ row: Int) {
    let owner = state.tasks.owner(row)
    guard isBehind, state.growths.count(of: owner) > 0 else { return }
    for order in state.growths.orders(of: owner) { apply(order) }
  }

  private mutating func apply(_ order: Int) {
    if state.growths.look(order, { $0.stop == nil }) == true { _ = grow(order, to: now) }
  }

  /// Takes out growth that has reached its end.
  mutating func endGrowths() {
    while let order = state.growths.takeEnded(by: now) {
      if isBehind { apply(order) }
      guard let isComplete = state.growths.look(order, { $0.isComplete }) else { continue }
      if !isComplete {
        if state.growths.look(order, { $0.stretch?.to == $0.done }) == true {
          takeNextStretch(order)
        }
        continue
      }
      if state.growths.look(order, { $0.isShrink }) == true { state.somethingFreed = true }
      endGrowth(order)
    }
  }

  mutating func endGrowth(_ order: Int) {
    guard let growth = state.growths[order] else { return }
    noteSleep(of: growth)
    state.ledger.unfollow(order)
    state.ledger.endRepeating()
    state.ledger.promise(-growth.promised, to: growth.promisedGroup)
    state.promisedRequests -= growth.promisedRequests
    state.growths.remove(order)
  }

  // MARK: What is promised

  /// Tells the ledger what a growth may still take.
  mutating func promise(_ order: Int) {
    guard let growth = state.growths[order] else { return }
    let (pages, group) = (state.mostPages(of: growth), state.group(of: growth))
    let requests = growth.isShrink || growth.stop != nil ? 0 : growth.unadmitted
    if pages == growth.promised, group == growth.promisedGroup, requests == growth.promisedRequests
    {
      return
    }
    state.ledger.promise(-growth.promised, to: growth.promisedGroup)
    state.ledger.promise(pages, to: group)
    state.promisedRequests += requests - growth.promisedRequests
    state.growths.change(order) {
      $0.promised = pages
      $0.promisedGroup = group
      $0.promisedRequests = requests
    }
  }

  /// Looks anew at what all growths depend on and may take; after anything that is not of one process alone.
  mutating func reviewGrowths() {
    isReviewDue = false
    state.ledger.effort.add(8 * state.growths.count)
    for order in state.growths.orders {
      guard let growth = state.growths[order] else { continue }
      let isAlone = growth.owner.map { state.growths.count(of: $0) == 1 } ?? true
      let isEntangled = !isAlone || state.isEntangled(growth)
      if isEntangled != growth.isEntangled {
        state.growths.change(order) { $0.isEntangled = isEntangled }
      }
      promise(order)
    }
    state.ledger.promises.doubtAll()
    state.ledger.unfollowAll()
  }
}

extension State {
  /// What a growth may still take, its page tables included, at most.
  func mostPages(of growth: Growth) -> Int64 {
    if growth.isShrink || growth.stop != nil { return 0 }
    var pages: Int64 = 0
    for kind in growth.kinds { pages += growth.total[kind] - growth.done[kind] }
    guard pages > 0, let owner = growth.owner, growth.verb == .touch else { return pages }
    // What gives memory back meanwhile may make it need one table more.
    let tables = pages / tasks.pagesPerTable + 2
    let first =
      tasks.mms[owner].pageTables == 0
      ? pageTablesOfAnEmptyProcess + tasks.mappings[owner].extraTables : 0
    return pages + tables + max(first, 0)
  }

  /// Whether what a growth does depends on when it is done: it shares pages with others, another growth of its address
  /// space is in progress, or reclaim has taken pages of its group that nobody was told of yet.
  func isEntangled(_ growth: Growth) -> Bool {
    guard let owner = growth.owner else { return true }
    return shares(growth) || !holdings.numbers(of: owner).isEmpty
      || ledger.accounts[Int(tasks.groups[owner])].isUnsettled
  }
}
