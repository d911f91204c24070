/// The courses of the growths that are put off, for what depends on all of them at every instant: the most that a group
/// has had at once.
///
/// A group's courses change seldom beside all that happens elsewhere. So the instants are only written down, and when
/// something changes in a group, the most that it had at those since the last change is looked for. Between two of them
/// it has no more than what had grown by the later and was given back by the earlier one: mostly that says that no peak
/// is there.
///
/// It decides nothing.
struct Courses: Equatable, Sendable {
  /// What is put off in a group and below it.
  fileprivate struct OfGroup: Sendable {
    var growing = Side()
    var shrinking = Side()
    var count = 0
    var bound = CourseBound()
    /// The first instant at which its peak has not been looked for.
    var firstOpen = 0
  }

  /// Growth, or what is given back.
  fileprivate struct Side: Sendable {
    /// Places of courses that are looked at one by one: the first few, and those that are no lines.
    var single: [Int32] = []
    var crowds: [Crowd] = []
    /// How many are in the crowds, and the sum of their numbers.
    var crowdedCount = 0
    var numbers: Int64 = 0

    var isEmpty: Bool { single.isEmpty && crowdedCount == 0 }
  }

  fileprivate struct Entry: Sendable {
    var order: Int
    let course: Course
    let sum: Course.Sum?
    let pace: CourseBound.Pace

    init(_ course: Course, _ order: Int, from now: Microseconds) {
      self.order = order
      self.course = course
      sum = course.sum(from: now)
      pace = course.pace(isEven: sum != nil)
    }
  }

  /// Those at free places have an order of -1.
  private var list: [Entry] = []
  private var free: [Int32] = []
  /// The place of the course of each growth by its order, -1 where it has none.
  private var places: [Int32] = []
  private var groups: [OfGroup]
  /// The instants since any growth was put off, the last one now; while time moves on, the next one is to come.
  private var instants: [Microseconds] = []
  private var isMoving = false

  /// What is done now was put off: with it in the accounts and not among the courses, sums are what they were.
  fileprivate(set) var isRepeating = false

  /// Orders of growths that are to be put off when time moves on, some of them gone; nil for all.
  private(set) var waiting: [Int]?

  init(groups: Int) {
    self.groups = Array(repeating: OfGroup(), count: groups)
  }

  static func == (one: Self, other: Self) -> Bool { true }

  fileprivate func isEmpty(_ group: Int) -> Bool { groups[group].count == 0 }

  /// Whether the peak of a group has to be looked for.
  fileprivate func isOpen(_ group: Int) -> Bool {
    groups[group].count > 0 && groups[group].firstOpen < instants.count
  }

  /// The group of a growth that is followed; nil of others.
  fileprivate func group(of order: Int) -> Int? {
    order < places.count && places[order] >= 0 ? list[Int(places[order])].course.group : nil
  }

  /// The course of a growth is to be followed when time moves on.
  mutating func wait(_ order: Int) { waiting?.append(order) }

  /// All that waited is followed.
  mutating func beginMoving() {
    waiting?.removeAll(keepingCapacity: true)
    if waiting == nil { waiting = [] }
    isMoving = true
  }

  mutating func endMoving(at now: Microseconds) {
    instants.append(now)
    isMoving = false
  }

  // MARK: Adding and removing

  fileprivate mutating func add(
    _ course: Course, _ order: Int, now: Microseconds, parents: [Int], _ accounts: [Ledger.Account]
  ) {
    let entry = Entry(course, order, from: now)
    let place: Int32
    if let last = free.popLast() {
      place = last
      list[Int(place)] = entry
    } else {
      place = Int32(list.count)
      list.append(entry)
    }
    while places.count <= order { places.append(-1) }
    places[order] = place
    var at = course.group
    while at > MemcgTree.root {
      if groups[at].count == 0 {
        groups[at].firstOpen = instants.count
        groups[at].bound.begin(accounts[at].usage, at: now)
      }
      groups[at].count += 1
      groups[at].bound.add(entry.pace)
      if course.isShrink {
        groups[at].shrinking.add(entry, place)
      } else {
        groups[at].growing.add(entry, place)
      }
      at = parents[at]
    }
  }

  fileprivate mutating func remove(_ order: Int, parents: [Int]) {
    let place = places[order]
    let entry = list[Int(place)]
    var at = entry.course.group
    while at > MemcgTree.root {
      groups[at].count -= 1
      groups[at].bound.remove(entry.pace)
      if entry.course.isShrink {
        groups[at].shrinking.remove(entry, place)
      } else {
        groups[at].growing.remove(entry, place)
      }
      at = parents[at]
    }
    places[order] = -1
    list[Int(place)].order = -1
    free.append(place)
  }

  fileprivate mutating func removeAll(parents: [Int]) {
    waiting = nil
    instants.removeAll(keepingCapacity: true)
    if list.isEmpty { return }
    for entry in list where entry.order >= 0 {
      places[entry.order] = -1
      var at = entry.course.group
      while at > MemcgTree.root {
        if groups[at].count > 0 { groups[at] = OfGroup() }
        at = parents[at]
      }
    }
    list.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
  }

  /// The groups of all courses that are followed.
  fileprivate var leaves: [Int] {
    list.compactMap { $0.order < 0 ? nil : $0.course.group }
  }

  // MARK: Peaks

  /// The usage of a group has changed.
  fileprivate mutating func change(_ group: Int, by pages: Int64) {
    if groups[group].count > 0, !isRepeating { groups[group].bound.change(by: pages) }
  }

  /// A group is at its peak, perhaps, at this instant.
  fileprivate mutating func reopen(_ group: Int) {
    if isMoving { return }
    groups[group].firstOpen = min(groups[group].firstOpen, max(instants.count - 1, 0))
  }

  /// The most of a peak and what a group has had at the instants at which that has not been looked for.
  ///
  /// - Parameter usage: what it has without all that is put off.
  fileprivate mutating func close(_ group: Int, usage: Int64, peak: Int64) -> Int64 {
    let (first, last) = (groups[group].firstOpen, instants.count - 1)
    groups[group].firstOpen = instants.count
    if !groups[group].bound.mayExceed(peak, from: instants[first], to: instants[last]) {
      return peak
    }
    // All in one direction, it is at an end.
    let from = groups[group].shrinking.isEmpty ? last : first
    let to = groups[group].growing.isEmpty ? first : last
    let span = Span(
      from: from, to: to, grown: pages(groups[group].growing, at: to),
      shrunk: pages(groups[group].shrinking, at: from))
    var peak = peak
    search(span, group, usage, &peak)
    let grown = to == last ? span.grown : pages(groups[group].growing, at: last)
    let shrunk = from == last ? span.shrunk : pages(groups[group].shrinking, at: last)
    groups[group].bound.know(usage + grown - shrunk, at: instants[last])
    return peak
  }

  /// Instants, what has grown by the last of them, and what was given back by the first one.
  private struct Span {
    var from: Int
    var to: Int
    var grown: Int64
    var shrunk: Int64

    var most: Int64 { grown - shrunk }
  }

  private func search(_ span: Span, _ group: Int, _ usage: Int64, _ peak: inout Int64) {
    if usage + span.most <= peak { return }
    if span.from == span.to {
      peak = usage + span.most
      return
    }
    let middle = span.from + (span.to - span.from) / 2
    var (early, late) = (span, span)
    early.to = middle
    early.grown = pages(groups[group].growing, at: middle)
    late.from = middle + 1
    late.shrunk = pages(groups[group].shrinking, at: middle + 1)
    if early.most > late.most { swap(&early, &late) }
    search(late, group, usage, &peak)
    search(early, group, usage, &peak)
  }

  private func pages(_ side: Side, at instant: Int) -> Int64 {
    let time = instants[instant]
    var pages = side.numbers
    for place in side.single { pages += list[Int(place)].course.pages(at: time) }
    for crowd in side.crowds { pages += crowd.sum(at: time) }
    return pages
  }
}

extension Courses.Side {
  /// Fewer than that are no crowd.
  private static var few: Int { 3 }

  mutating func add(_ entry: Courses.Entry, _ place: Int32) {
    guard single.count >= Self.few, let sum = entry.sum, join(sum, until: entry.course.end) else {
      return single.append(place)
    }
    crowdedCount += 1
    numbers += sum.number
  }

  mutating func remove(_ entry: Courses.Entry, _ place: Int32) {
    if let index = single.firstIndex(of: place) {
      single.swapAt(index, single.count - 1)
      single.removeLast()
      return
    }
    guard let sum = entry.sum else { return }
    leave(sum.pages)
    if let line = sum.tables { leave(line) }
    crowdedCount -= 1
    numbers -= sum.number
  }

  /// Puts lines into the crowds that they belong to.
  ///
  /// - Returns: whether there is room for them.
  private mutating func join(_ sum: Course.Sum, until end: Microseconds) -> Bool {
    let pages = crowd(like: sum.pages)
    let tables = sum.tables.map { crowd(like: $0) }
    var hasRoom = crowds[pages].hasRoom(for: sum.pages, until: end)
    if let tables, let line = sum.tables {
      hasRoom = hasRoom && crowds[tables].hasRoom(for: line, until: end)
    }
    if !hasRoom {
      crowds.removeAll { $0.isEmpty }
      return false
    }
    crowds[pages].add(sum.pages)
    if let tables, let line = sum.tables { crowds[tables].add(line) }
    return true
  }

  /// The place of the crowd of lines like one, which is a new one where there is none.
  private mutating func crowd(like line: Course.Line) -> Int {
    if let index = crowds.firstIndex(where: { $0.isLike(line) }) { return index }
    crowds.append(Crowd(like: line))
    return crowds.count - 1
  }

  private mutating func leave(_ line: Course.Line) {
    guard let index = crowds.firstIndex(where: { $0.isLike(line) }) else { return }
    crowds[index].remove(line)
    if crowds[index].isEmpty {
      crowds.swapAt(index, crowds.count - 1)
      crowds.removeLast()
    }
  }
}

extension Ledger {
  /// Takes down the most that a group has had, and that its usage changes now.
  mutating func closePeak(_ group: Int, changingBy pages: Int64) {
    closePeak(group)
    courses.change(group, by: pages)
  }

  private mutating func closePeak(_ group: Int) {
    guard courses.isOpen(group) else { return }
    accounts[group].peak = courses.close(
      group, usage: accounts[group].usage, peak: accounts[group].peak)
  }

  /// Takes down the most that a group and its ancestors have had, before their courses change.
  private mutating func closePeaks(from group: Int) {
    var at = group
    while at > MemcgTree.root {
      closePeak(at)
      at = parents[at]
    }
  }

  /// Takes down the most that a group and its ancestors have had at once.
  mutating func notePeaks(from group: Int) {
    var at = group
    while at > MemcgTree.root {
      if courses.isEmpty(at) {
        accounts[at].peak = Swift.max(accounts[at].peak, accounts[at].usage)
      } else if !courses.isRepeating {
        courses.reopen(at)
      }
      at = parents[at]
    }
  }

  mutating func follow(_ course: Course, _ order: Int, now: Microseconds) {
    if courses.group(of: order) != nil { return }
    closePeaks(from: course.group)
    courses.add(course, order, now: now, parents: parents, accounts)
  }

  /// Follows a growth no more; what it is about to do goes into the accounts.
  mutating func unfollow(_ order: Int) {
    guard let group = courses.group(of: order) else { return }
    closePeaks(from: group)
    courses.remove(order, parents: parents)
    courses.wait(order)
    courses.isRepeating = true
  }

  /// What was put off is done.
  mutating func endRepeating() { courses.isRepeating = false }

  /// Follows none of them any more.
  mutating func unfollowAll() {
    for group in courses.leaves { closePeaks(from: group) }
    courses.removeAll(parents: parents)
  }
}
