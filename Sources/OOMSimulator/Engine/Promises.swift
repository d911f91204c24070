/// What the growths in progress may still take of each group and of those below it, at most.
///
/// While every group has room for what is promised of it, no growth can meet a limit whatever the others do, so that
/// nobody has to look at one before it ends. Cost per promise: the depth of the group.
struct Promises: Equatable, Sendable {
  fileprivate(set) var pages: [Int64]
  /// Groups that had no room for their promise when they were last looked at; some more than once.
  fileprivate var doubtful: [Int] = []
  /// A limit has changed, so that every promise has to be looked at.
  fileprivate var areAllDoubtful = false

  init(groups: Int) {
    pages = Array(repeating: 0, count: groups)
  }

  mutating func doubt(_ group: Int) {
    if doubtful.last == group || areAllDoubtful { return }
    doubtful.append(group)
    if doubtful.count > pages.count { doubtAll() }
  }

  mutating func doubtAll() {
    areAllDoubtful = true
    doubtful.removeAll(keepingCapacity: true)
  }

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
      if pages > 0, !keepsPromise(at) { promises.doubt(at) }
      at = parents[at]
    }
  }

  /// Whether a group and its ancestors have room for pages besides all that is promised of them, without reclaim.
  func hasRoom(_ pages: Int64, in group: Int) -> Bool {
    var at = group
    while at >= 0 {
      let wanted = promises.pages[at] + pages
      if wanted > headroom(at) || wanted > memswHeadroom(at) || isSlow(at) { return false }
      at = parents[at]
    }
    return true
  }

  /// Whether a group has room for all that is promised of it, without reclaim.
  func keepsPromise(_ group: Int) -> Bool {
    promises.pages[group] <= headroom(group) && promises.pages[group] <= memswHeadroom(group)
      && (promises.pages[group] == 0 || !isSlow(group))
  }

  /// Whether a group has more in swap than its `memory.swap.high`.
  func isSlow(_ group: Int) -> Bool { accounts[group].swapUsage > limits[group].swapHigh }

  /// Whether all growth in progress fits until it ends. Memory nodes fill in the order in which pages are asked for,
  /// so there nothing is known before.
  mutating func keepsAllPromises() -> Bool {
    if nodes != nil { return false }
    if promises.areAllDoubtful {
      promises.areAllDoubtful = false
      promises.doubtful = accounts.indices.filter { promises.pages[$0] > 0 }
    }
    while let group = promises.doubtful.last {
      if !keepsPromise(group) { return false }
      promises.doubtful.removeLast()
    }
    return true
  }
}
