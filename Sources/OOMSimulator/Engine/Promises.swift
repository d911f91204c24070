/// What the growths in progress may still take of each group and of those below it, at most.
///
/// While every group has room for what is promised of it, no growth can meet a limit whatever the others do, so that
/// nobody has to look at one before it ends. Cost per promise: the depth of the group.
struct Promises: Equatable, Sendable {
  fileprivate(set) var pages: [Int64]
  /// A group has used more, or its limit has changed, since all promises were known to hold.
  fileprivate(set) var isDoubtful = false

  init(groups: Int) { pages = Array(repeating: 0, count: groups) }

  mutating func doubt() { isDoubtful = true }

  /// A doubt says nothing of what is promised.
  static func == (one: Self, other: Self) -> Bool { one.pages == other.pages }
}

extension Ledger {
  /// Promises pages of a group and its ancestors, or takes a promise back.
  mutating func promise(_ pages: Int64, to group: Int) {
    if pages == 0 { return }
    var at = group
    while at >= 0 {
      promises.pages[at] += pages
      if pages > 0, !keepsPromise(at) { promises.doubt() }
      at = parents[at]
    }
  }

  /// Whether a group has room for all that is promised of it, without reclaim.
  func keepsPromise(_ group: Int) -> Bool {
    promises.pages[group] <= headroom(group) && promises.pages[group] <= memswHeadroom(group)
  }

  /// Whether all growth in progress fits until it ends. Memory nodes fill in the order in which pages are asked for,
  /// so there nothing is known before.
  mutating func keepsAllPromises() -> Bool {
    if nodes != nil { return false }
    guard promises.isDoubtful else { return true }
    for group in accounts.indices where promises.pages[group] > 0 {
      if !keepsPromise(group) { return false }
    }
    promises.isDoubtful = false
    return true
  }
}
