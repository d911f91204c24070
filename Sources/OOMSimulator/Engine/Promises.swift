/// What the growths in progress may still take of each group and of those below it, at most.
///
/// While every group has room for what is promised of it, no growth can meet a limit whatever the others do, so that
/// nobody has to look at one before it ends. Cost per promise: the depth of the group.
struct Promises: Equatable, Sendable {
  fileprivate(set) var pages: [Int64]
  /// How many processes are giving memory back over a time in each group below the root and those under it; at other
  /// groups 0.
  fileprivate var shrinks: [Int32]
  /// Groups that had no room for their promise when they were last looked at; some more than once.
  fileprivate var doubtful: [Int] = []
  /// A limit has changed, so that every promise has to be looked at.
  fileprivate var areAllDoubtful = false

  init(groups: Int) {
    pages = Array(repeating: 0, count: groups)
    shrinks = Array(repeating: 0, count: groups)
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

  /// The ancestor of a group that stands directly below the root, or the group itself; nil for the root.
  private func topmost(_ group: Int) -> Int? {
    if group == MemcgTree.root { return nil }
    var at = group
    while parents[at] > MemcgTree.root { at = parents[at] }
    return at
  }

  /// Takes down that one more process, or one less, gives memory back over a time.
  mutating func noteShrink(_ count: Int32, in group: Int) {
    if let top = topmost(group) { promises.shrinks[top] += count }
  }

  /// Whether a process gives memory back over a time under a group that an ancestor of this one has in common with it.
  func shrinks(near group: Int) -> Bool { topmost(group).map { promises.shrinks[$0] > 0 } ?? false }

  /// The same of growth. Where nothing grows, what is given back makes no peak.
  func grows(near group: Int) -> Bool { topmost(group).map { promises.pages[$0] > 0 } ?? false }

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
