extension Replay {
  /// Whether all growth up to an instant finds free pages under every limit, so that nothing has to be reclaimed:
  /// the common case, decided without a copy of the ledger.
  ///
  /// - Complexity: O(growths × depth of their groups).
  func fitsInHeadroom(at time: Microseconds) -> Bool {
    // One growth by itself is the same both ways.
    fitsTogether(at: time) || (state.growths.count > 1 && fitsGroupByGroup(at: time))
  }

  /// Whether each group of a growth has room for all growths together: hardly anything to count, and mostly so.
  private func fitsTogether(at time: Microseconds) -> Bool {
    var all: Int64 = 0
    for growth in state.growths.all where growth.stop == nil && !growth.isShrink {
      for kind in PageKind.touched { all += growth.due(kind, at: time) }
      // Two growths of one process may need one table more than each by itself.
      if let owner = growth.owner {
        all += state.tablesFor(all, owner: owner) + 1
      }
      if state.nodes(of: growth) != nil { return false }
    }
    if all == 0 { return true }
    for growth in state.growths.all where growth.stop == nil && !growth.isShrink {
      let owner = growth.owner
      var at = owner.map { Int(state.tasks.groups[$0]) } ?? growth.tmpfsGroup
      while at >= 0 {
        if all > min(state.ledger.headroom(at), state.ledger.memswHeadroom(at)) { return false }
        at = state.ledger.parents[at]
      }
    }
    return true
  }

  private func fitsGroupByGroup(at time: Microseconds) -> Bool {
    var planned: [Int: Int64] = [:]
    var tables: [Int: (touched: Int64, tables: Int64)] = [:]
    for growth in state.growths.all where growth.stop == nil && !growth.isShrink {
      var pages: Int64 = 0
      // Pages that others have in memory already count as new ones: an upper bound.
      for kind in PageKind.touched { pages += growth.due(kind, at: time) }
      if pages == 0 { continue }
      if state.nodes(of: growth) != nil { return false }
      let owner = growth.owner
      let group = owner.map { Int(state.tasks.groups[$0]) } ?? growth.tmpfsGroup
      if let owner {
        let before = tables[owner] ?? (state.tasks.touched[owner], state.tasks.pageTables[owner])
        let more = state.tablesFor(pages, owner: owner, plan: before)
        tables[owner] = (before.touched + pages, before.tables + more)
        pages += more
      }
      var at = group
      while at >= 0 {
        let sum = planned[at, default: 0] + pages
        let room = min(state.ledger.headroom(at), state.ledger.memswHeadroom(at))
        if sum > room { return false }
        planned[at] = sum
        at = state.ledger.parents[at]
      }
    }
    return true
  }
}
