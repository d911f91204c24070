/// What the next pages of a growth need of the ledger: the one answer to "does it fit?", whoever asks.
struct Charge {
  /// Pages that are touched.
  var touched: Int64
  /// The new ones of them; what others have in memory already costs nothing.
  var pages: Int64
  /// The page tables that go with them.
  var tables: Int64
  var kind: PageKind
  var group: Int
  /// The memory nodes that they may lie on, nil for any.
  var nodes: NodeMask?
  var spread = NodeSpread.zonelist
  /// Whether it goes on above `memory.high`.
  var ignoresHigh = false

  var all: Int64 { pages + tables }

  /// At most, whatever other growth does to what is shared meanwhile.
  var most: Int64 { touched + tables }

  /// Pages that have to be there at once: file pages make room for each other, as long as one fits.
  var hard: Int64 { tables + (kind.isOfFiles ? min(pages, 1) : pages) }
}

extension State {
  /// What touching `due` pages of a growth needs.
  ///
  /// - Parameter plan: what its process has touched and its page tables, where growth before it is only planned.
  func charge(
    _ due: Int64, _ kind: PageKind, of growth: Growth,
    after plan: (touched: Int64, tables: Int64)? = nil
  ) -> Charge {
    var charge = Charge(
      touched: due, pages: due, tables: 0, kind: kind, group: group(of: growth),
      nodes: nodes(of: growth),
      ignoresHigh: growth.isAboveHigh || rules.memcg.highDelay == .none)
    guard let owner = growth.owner else {
      // Nobody has to go on slowly for a read.
      if kind == .cache { charge.ignoresHigh = true }
      return charge
    }
    charge.spread = spread(of: growth, after: plan?.touched ?? tasks.mms[owner].touched)
    if growth.verb == .copyOnWrite {
      charge.pages = copiedPages(of: due, owner: owner)
      return charge
    }
    if growth.verb == .retouch {
      (charge.pages, charge.group) = chargeOfRetouch(due, kind, owner: owner)
      charge.nodes = nil
      return charge
    }
    charge.pages = newPages(of: due, kind, owner: owner)
    charge.tables = tablesFor(due, owner: owner, plan: plan)
    return charge
  }

  /// Books pages of a growth that fit.
  mutating func book(_ pages: Int64, _ kind: PageKind, of growth: Growth) {
    let nodes = nodes(of: growth)
    guard let owner = growth.owner else {
      // Even of a request that gets no page, reclaim takes what it can before it gives up.
      bookUnowned(pages, kind, group: growth.unownedGroup, on: nodes)
      return noteAge(of: pages, kind, of: growth)
    }
    if pages == 0 { return }
    if machine.nodes.count > 1 {
      let spread = spread(of: growth, after: tasks.mms[owner].touched)
      ledger.nodes?.spread = spread
    }
    if growth.verb == .copyOnWrite {
      let copied = copiedPages(of: pages, owner: owner)
      copyOnWrite(pages, row: owner, on: nodes)
      noteAge(of: copied, .anon, of: growth)
    } else {
      let new = newPages(of: pages, kind, owner: owner)
      touch(pages, kind, row: owner, on: nodes)
      noteAge(of: new, kind, of: growth, after: pages - new)
    }
    if machine.nodes.count > 1 { ledger.nodes?.spread = .zonelist }
  }

  /// Takes down when pages of a growth were touched.
  ///
  /// - Parameter known: pages before them that others had touched.
  private mutating func noteAge(
    of pages: Int64, _ kind: PageKind, of growth: Growth, after known: Int64 = 0
  ) {
    if !hasAges || pages == 0 { return }
    let (line, touched) = growth.line(kind)
    let (from, to) = (touched + known, touched + known + pages)
    guard let owner = growth.owner else {
      if kind == .tmpfs {
        tmpfsAges[growth.unownedGroup, default: Ages()].touch(.tmpfs, line, from: from, to: to)
      }
      return
    }
    guard kind == .anon || kind == .shmem else { return }
    if let number = shared.number(kind, of: owner) {
      let group = Int(tasks.groups[owner])
      shared.change(number) {
        $0.changeAges(of: group) { $0.touch(kind, line, from: from, to: to) }
      }
    } else {
      tasks.changeAges(of: owner) { $0.touch(kind, line, from: from, to: to) }
    }
  }

  /// The group that a growth is charged to.
  func group(of growth: Growth) -> Int {
    growth.owner.map { Int(tasks.groups[$0]) } ?? growth.unownedGroup
  }
}

extension Ledger {
  /// How much of a charge fits after reclaim, and the limit that stops the next page.
  func tryCharge(_ charge: Charge) -> (fits: Int64, limit: ChargeLimit?) {
    let (fits, limit) = tryChargeOfKind(charge)
    if charge.ignoresHigh || !limitsSwapHigh || fits == 0 { return (fits, limit) }
    // The page that brings a group above its memory.swap.high is charged, and those after it come slowly.
    func after(_ pages: Int64) -> Ledger {
      var copy = self
      let tables = min(charge.tables, pages)
      copy.charge(pages, tables: tables, to: charge.group, on: charge.nodes, ignoresHigh: true) {
        $0[charge.kind] += pages - tables
        $0.pageTables += tables
      }
      return copy
    }
    guard let group = after(fits).aboveSwapHigh(charge.group) else { return (fits, limit) }
    let below = most(fits) { after($0).aboveSwapHigh(charge.group) == nil }
    return (min(below + 1, fits), ChargeLimit(group: group, kind: .high))
  }

  private func tryChargeOfKind(_ charge: Charge) -> (fits: Int64, limit: ChargeLimit?) {
    switch charge.kind {
    case .anon, .shmem, .tmpfs:
      tryCharge(
        swappable: charge.hard, tables: charge.tables, to: charge.group, on: charge.nodes,
        ignoresHigh: charge.ignoresHigh)
    default:
      tryCharge(
        charge.hard, tables: charge.tables, to: charge.group, on: charge.nodes,
        ignoresHigh: charge.ignoresHigh)
    }
  }

  /// Whether every limit has room for all of some charges, so that nothing has to be reclaimed: the common case,
  /// decided without a copy of the ledger and whatever is shared, so that yes is certain and no is not. What is bound
  /// to nodes is not looked at.
  ///
  /// - Complexity: O(groups + charges × depth of their groups).
  func hasRoom(_ charges: [Charge]) -> Bool {
    var planned = [Int64](repeating: 0, count: accounts.count)
    for charge in charges {
      if charge.nodes != nil { return false }
      var at = charge.group
      while at >= 0 {
        let pages = planned[at] + charge.most
        if pages > min(headroom(at), memswHeadroom(at)) || isSlow(at) { return false }
        planned[at] = pages
        at = parents[at]
      }
    }
    return true
  }

  /// Charges pages that may not fit, on a copy on which nobody else relies.
  ///
  /// - Returns: whether they do.
  mutating func plan(_ charge: Charge) -> Bool {
    if tryCharge(charge).limit != nil { return false }
    nodes?.spread = charge.spread
    defer { nodes?.spread = .zonelist }
    let isFile = charge.kind.isOfFiles
    self.charge(
      isFile ? charge.tables : charge.all, tables: charge.tables, to: charge.group,
      on: charge.nodes
    ) {
      if !isFile { $0[charge.kind] += charge.pages }
      $0.pageTables += charge.tables
    }
    if !isFile { return true }
    return chargeFile(charge.pages, charge.kind, to: charge.group, on: charge.nodes).limit == nil
  }
}
