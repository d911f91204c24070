extension Replay {
  /// Whether all growth up to an instant finds free pages under every limit, so that nothing has to be reclaimed:
  /// the common case, decided without a copy of the ledger.
  ///
  /// - Complexity: O(growths × depth of their groups).
  func fitsInHeadroom(at time: Int64) -> Bool {
    var planned: [Int: Int64] = [:]
    var tables: [Int: (touched: Int64, tables: Int64)] = [:]
    for growth in growths where growth.stop == nil && !growth.isShrink {
      var pages: Int64 = 0
      // Pages that others have in memory already count as new ones: an upper bound.
      for kind in World.Kind.allCases { pages += growth.due(kind, at: time) }
      if pages == 0 { continue }
      if world.nodes(of: growth) != nil { return false }
      let owner = growth.row.map(world.tasks.owner)
      let group = owner.map { Int(world.tasks.groups[$0]) } ?? growth.tmpfsGroup
      if let owner {
        let before = tables[owner] ?? (world.tasks.touched[owner], world.tasks.pageTables[owner])
        let more = world.tablesFor(pages, owner: owner, plan: before)
        tables[owner] = (before.touched + pages, before.tables + more)
        pages += more
      }
      var at = group
      while at >= 0 {
        let sum = planned[at, default: 0] + pages
        let room = min(world.ledger.headroom(at), world.ledger.memswHeadroom(at))
        if sum > room { return false }
        planned[at] = sum
        at = world.ledger.parents[at]
      }
    }
    return true
  }
}
