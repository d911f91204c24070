/// What stops a charge.
struct ChargeLimit: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    /// `memory.max`, or the min watermark of the machine: an OOM of this domain.
    case max
    /// `memory.high`: the process that asked goes on slowly, nobody is killed.
    case high
    /// `CommitLimit`, in mode 2 of overcommit: the process that asked gets ENOMEM.
    case commit
  }

  /// Number of the group; the root is the machine.
  var group: Int
  var kind: Kind

  static let commit = ChargeLimit(group: MemcgTree.root, kind: .commit)
}

extension Ledger {
  /// How many of `pages` a group can be charged after reclaim, and the limit that stops the next one.
  ///
  /// Every ancestor is asked, leaf first; the lowest one that cannot take the next page is the domain
  /// of the OOM. The machine is asked last: its limit is memory above the min watermark.
  ///
  /// Kernel: `try_charge_memcg()`, mm/memcontrol.c, with `page_counter_try_charge()`; the machine's part
  /// is `__alloc_pages_slowpath()`, mm/page_alloc.c.
  ///
  /// - Parameters:
  ///   - tables: how many of the pages are page tables.
  ///   - nodes: the memory nodes that the pages may lie on, nil for any. Theirs is the last limit: what
  ///     is above their share of the min watermark.
  ///   - ignoresHigh: whether the process that asks goes on above `memory.high`.
  /// - Returns: fewer pages than fit, by no more than `tables`, where groups are not charged for page tables: fewer
  ///   pages may need fewer of them.
  func tryCharge(
    _ pages: Int64, tables: Int64 = 0, to group: Int, on nodes: NodeMask? = nil,
    ignoresHigh: Bool = false
  ) -> (fits: Int64, limit: ChargeLimit?) {
    if !ignoresHigh, pages > 0, let group = aboveSwapHigh(group) {
      return (0, ChargeLimit(group: group, kind: .high))
    }
    var fits = pages
    var limit: ChargeLimit?
    var at = group
    while at >= 0 {
      let free = uncharged(tables, at)
      let headroom = headroom(at, ignoresHigh: ignoresHigh)
      if headroom < pages - free {
        let freeable = reclaimable(in: at)
        let room = max(headroom + freeable, 0) + free
        if room < fits {
          fits = room
          limit = ChargeLimit(
            group: at, kind: ignoresHigh ? .max : kind(of: at, freeable: freeable))
        }
      }
      let together = memswHeadroom(at)
      if together < pages - free {
        // Version 1 reclaims without swapping here: it would gain nothing.
        let room = max(together + reclaimable(in: at, swaps: false), 0) + free
        if room < fits {
          fits = room
          limit = ChargeLimit(group: at, kind: .max)
        }
      }
      at = parents[at]
    }
    if let nodes, let memory = self.nodes {
      let headroom = memory.headroom(nodes)
      if headroom < pages {
        let room = max(headroom + reclaimable(in: MemcgTree.root, on: nodes), 0)
        if room < fits {
          fits = room
          limit = ChargeLimit(group: MemcgTree.root, kind: .max)
        }
      }
    }
    if protects, fits > 0, headroom(group) < fits || limit != nil || headroom(0) < fits {
      (fits, limit) = proven(
        fits, tables: tables, limit, to: group, on: nodes, ignoresHigh: ignoresHigh)
    }
    return (limit == nil ? fits : max(fits - uncharged(tables, group), 0), limit)
  }

  /// What fits when protection is in the way: reclaim in one group changes what is protected in the next,
  /// so the charge is tried on a copy.
  private func proven(
    _ pages: Int64, tables: Int64, _ limit: ChargeLimit?, to group: Int, on nodes: NodeMask?,
    ignoresHigh: Bool
  ) -> (fits: Int64, limit: ChargeLimit?) {
    var (fits, limit) = (pages, limit)
    while fits > 0, !effort.isSpent {
      var copy = self
      let room = copy.makeRoom(
        fits, tables: min(tables, fits), in: group, on: nodes, ignoresHigh: ignoresHigh)
      guard let short = room else { break }
      fits = max(fits - short.pages, 0)
      let freeable = reclaimable(in: short.group)
      limit = ChargeLimit(
        group: short.group, kind: ignoresHigh ? .max : kind(of: short.group, freeable: freeable))
    }
    return (fits, limit)
  }

  /// Which of a group's limits stops it: `memory.max` fails the charge before `memory.high` is looked at,
  /// so the lower one counts only while the higher one has room.
  private func kind(of group: Int, freeable: Int64) -> ChargeLimit.Kind {
    let limit = limits[group]
    // A group that is charged over its memory.max can only be stopped by memory.high.
    if limit.isForced { return .high }
    guard limit.high < limit.max else { return .max }
    if limit.max == Cgroup.unlimited { return .high }
    return limit.max - accounts[group].usage + freeable > 0 ? .high : .max
  }

  /// As `tryCharge(_:to:)` for pages that could go to swap themselves: a growth of many times the memory
  /// goes through in one step where swap takes it.
  func tryCharge(
    swappable pages: Int64, tables: Int64, to group: Int, on nodes: NodeMask? = nil,
    ignoresHigh: Bool = false
  ) -> (fits: Int64, limit: ChargeLimit?) {
    let (fits, limit) = tryCharge(
      pages, tables: tables, to: group, on: nodes, ignoresHigh: ignoresHigh)
    guard limit?.kind == .max, swapRoom(group) > 0 else { return (fits, limit) }
    func isCharged(_ pages: Int64) -> Bool {
      var copy = self
      effort.add(4 * accounts.count)
      // Their page tables stay in memory.
      let tables = min(
        isChargedForTables(group) ? pages / pagesPerTable + 2 : tables, pages)
      return copy.charge(pages, tables: tables, to: group, on: nodes, ignoresHigh: ignoresHigh) {
        $0.anon += pages - tables
        $0.pageTables += tables
      }
    }
    if isCharged(pages) { return (pages, nil) }
    var (low, high) = (fits, pages)
    while high - low > 1, !effort.isSpent {
      let middle = low + (high - low) / 2
      if isCharged(middle) { low = middle } else { high = middle }
    }
    return (max(low - uncharged(tables, group), fits), limit)
  }

  /// How many of some page tables a group is not charged for.
  private func uncharged(_ tables: Int64, _ group: Int) -> Int64 {
    isChargedForTables(group) ? 0 : tables
  }

  /// The machine always pays for page tables.
  private func isChargedForTables(_ group: Int) -> Bool {
    chargesPageTables || group == MemcgTree.root
  }

  /// Charges pages that `tryCharge` found room for, reclaiming in each group that would exceed its limit:
  /// old pages first, then, as far as they do not make room enough, the new ones.
  ///
  /// - Returns: whether every group is below its limit.
  @discardableResult
  mutating func charge(
    _ pages: Int64, tables: Int64 = 0, to group: Int, on nodes: NodeMask? = nil,
    ignoresHigh: Bool = false, _ body: (inout Pages) -> Void
  ) -> Bool {
    makeRoom(pages, tables: tables, in: group, on: nodes)
    change(group, nodes.map { .on($0) } ?? .anywhere, body)
    defer {
      self.nodes?.arrive(in: group, on: nodes)
      notePeaks(from: group)
    }
    return makeRoom(0, in: group, on: nodes, ignoresHigh: ignoresHigh) == nil
  }

  /// Brings every group of the path, leaf first, `all` pages below its limit, and the nodes after them.
  ///
  /// - Parameters:
  ///   - tables: how many of the pages are page tables.
  ///   - ignoresHigh: whether a group may stay above `memory.high`, where reclaim gets it no lower.
  /// - Returns: the first group that is not, and what it lacks; nil when all are.
  @discardableResult
  mutating func makeRoom(
    _ all: Int64, tables: Int64 = 0, in group: Int, on nodes: NodeMask? = nil,
    ignoresHigh: Bool = false
  ) -> (group: Int, pages: Int64)? {
    var short: (group: Int, pages: Int64)?
    var at = group
    while at >= 0 {
      let pages = all - uncharged(tables, at)
      let excess = pages - headroom(at)
      if excess > 0 {
        let usage = accounts[at].usage
        var lack = excess
        // What is bound to some nodes finds room there; what else of the machine is in the way is looked at in the end.
        let isBound = at == MemcgTree.root && nodes != nil && self.nodes != nil
        if isBound { lack -= reclaim(lack, in: at, on: nodes) }
        if lack > 0, !isBound || all == 0 { lack -= reclaim(lack, in: at) }
        noteLimit(pages, in: at, usage: usage, lack: lack)
        if ignoresHigh { lack = pages - headroom(at, ignoresHigh: true) }
        if lack > 0, short == nil { short = (at, lack) }
      }
      let over = pages - memswHeadroom(at)
      if over > 0 {
        if at != MemcgTree.root { accounts[at].events.max += 1 }
        let lack = over - reclaim(over, in: at, swaps: false)
        if lack > 0, short == nil { short = (at, lack) }
      }
      at = parents[at]
    }
    if let nodes, let memory = self.nodes {
      let excess = all - memory.headroom(nodes)
      if excess > 0 {
        let lack = excess - reclaim(excess, in: MemcgTree.root, on: nodes)
        if lack > 0, short == nil { short = (MemcgTree.root, lack) }
      }
    }
    return short
  }

  /// Charges file pages. They make room for each other: a read that is larger than the room goes
  /// through as long as one page fits, and leaves what fits.
  ///
  /// - Parameter kind: `file` or `cache`.
  /// - Returns: the pages that were booked, and the limit when not a single one fits.
  ///
  /// Kernel: `filemap_add_folio()`, mm/filemap.c; the folio is on the inactive list at once.
  mutating func chargeFile(
    _ pages: Int64, _ kind: PageKind, to group: Int, on nodes: NodeMask? = nil
  ) -> (pages: Int64, limit: ChargeLimit?) {
    if pages == 0 { return (0, nil) }
    // Above memory.high they take the place of others: nobody has to go on slowly for a read.
    let limit = tryCharge(1, to: group, on: nodes, ignoresHigh: true).limit
    if let limit { return (0, limit) }
    // Only protected pages can stand in the way of file pages that make room for each other.
    let before = protects ? self : nil
    change(group, nodes.map { .on($0) } ?? .anywhere) { $0[kind] += pages }
    guard makeRoom(0, in: group, on: nodes, ignoresHigh: true) != nil, let before else {
      self.nodes?.arrive(in: group, on: nodes)
      notePeaks(from: group)
      return (pages, nil)
    }
    self = before
    let fits = tryCharge(pages, to: group, on: nodes, ignoresHigh: true).fits
    charge(fits, to: group, on: nodes) { $0[kind] += fits }
    return (fits, nil)
  }
}
