/// What stops a charge.
struct ChargeLimit: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    /// `memory.max`, or the min watermark of the machine: an OOM of this domain.
    case max
    /// `memory.high`: the allocation waits, nobody is killed.
    case high
  }

  /// Number of the group; the root is the machine.
  var group: Int
  var kind: Kind
}

extension Ledger {
  /// How many of `pages` a group can be charged after reclaim, and the limit that stops the next one.
  ///
  /// Every ancestor is asked, leaf first; the lowest one that cannot take the next page is the domain
  /// of the OOM. The machine is asked last: its limit is memory above the min watermark.
  ///
  /// Kernel: `try_charge_memcg()`, mm/memcontrol.c, with `page_counter_try_charge()`; the machine's part
  /// is `__alloc_pages_slowpath()`, mm/page_alloc.c.
  func tryCharge(_ pages: Int64, to group: Int) -> (fits: Int64, limit: ChargeLimit?) {
    var fits = pages
    var limit: ChargeLimit?
    var at = group
    while at >= 0 {
      let headroom = headroom(at)
      if headroom < pages {
        let room = max(headroom + reclaimable(in: at), 0)
        if room < fits {
          fits = room
          let isHigh = limits[at].high < limits[at].max
          limit = ChargeLimit(group: at, kind: isHigh ? .high : .max)
        }
      }
      at = parents[at]
    }
    return (fits, limit)
  }

  /// Charges pages that `tryCharge` found room for, reclaiming in each group that would exceed its limit.
  mutating func charge(_ pages: Int64, to group: Int, _ body: (inout Account) -> Void) {
    makeRoom(pages, in: group)
    change(group, body)
  }

  /// Brings every group of the path, leaf first, `pages` below its limit.
  ///
  /// - Returns: whether all of them are.
  @discardableResult
  mutating func makeRoom(_ pages: Int64, in group: Int) -> Bool {
    var isEnough = true
    var at = group
    while at >= 0 {
      let excess = pages - headroom(at)
      if excess > 0, reclaim(excess, in: at) < excess { isEnough = false }
      at = parents[at]
    }
    return isEnough
  }

  /// Charges file pages. They make room for each other: a read that is larger than the room goes
  /// through as long as one page fits.
  ///
  /// - Returns: nil when charged, otherwise the limit that left no room for a single page.
  ///
  /// Kernel: `filemap_add_folio()`, mm/filemap.c; the folio is on the inactive list at once.
  mutating func chargeFile(
    _ pages: Int64, to group: Int, _ body: (inout Account) -> Void
  ) -> ChargeLimit? {
    if pages == 0 { return nil }
    if let limit = tryCharge(1, to: group).limit { return limit }
    // Only protected pages can stand in the way of file pages that make room for each other.
    let before = protects ? self : nil
    change(group, body)
    if makeRoom(0, in: group) { return nil }
    guard let before else { return nil }
    self = before
    return tryCharge(pages, to: group).limit
  }
}
