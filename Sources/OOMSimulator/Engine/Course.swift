/// What a growth that is put off adds to the usage of its group, or takes from it, by any instant until it ends: known
/// beforehand, because nobody else has a hand in its address space meanwhile.
struct Course: Sendable {
  /// The pages of one kind.
  struct Part: Sendable {
    /// What comes evenly, and how much of it is done.
    var whole: Int64
    var done: Int64
    /// Of what is given back, pages in memory go first, then those that no group is charged for, then those that
    /// reclaim may discard.
    var charged: Int64 = 0
    var uncharged: Int64 = 0
    var lazyFree: Int64 = 0

    /// Of pages that are wanted back, how many there are, and how many of them a group is charged for.
    fileprivate func given(_ wanted: Int64) -> (all: Int64, charged: Int64) {
      let all = min(wanted, charged + uncharged + lazyFree)
      return (all, min(all, charged) + max(all - charged - uncharged, 0))
    }
  }

  var group: Int
  var isShrink: Bool
  var start: Microseconds
  var duration: Microseconds
  var first: Part
  var others: [Part] = []
  /// What its process has touched.
  var touched: Int64
  /// Page tables that come with the first page; of a process that gives memory back, all that it has.
  var tables: Int64
  /// Nil where page tables are charged to no group.
  var pagesPerTable: Int64?

  var end: Microseconds { start + duration }

  /// The pages that it has added, or taken, by an instant.
  func pages(at time: Microseconds) -> Int64 {
    var (all, charged) = pages(of: first, at: time)
    for part in others {
      let more = pages(of: part, at: time)
      all += more.all
      charged += more.charged
    }
    guard let pagesPerTable, all > 0 else { return charged }
    func tables(_ touched: Int64) -> Int64 {
      lastLevelTables(touched: touched, pagesPerTable: pagesPerTable)
    }
    return isShrink
      ? charged + min(tables(touched) - tables(touched - all), self.tables)
      : charged + tables(touched + all) - tables(touched) + self.tables
  }

  private func pages(of part: Part, at time: Microseconds) -> (all: Int64, charged: Int64) {
    let due = max(evenly(part.whole, at: time, start: start, duration: duration) - part.done, 0)
    return isShrink ? part.given(due) : (due, due)
  }
}

extension Course {
  /// A number of pages, `(slope × (time - start) + shift) / divisor` rounded down.
  struct Line: Sendable {
    var slope: Int64
    var divisor: Int64
    var start: Microseconds
    var shift: Int64
  }

  /// A course as the sum of two lines and a number.
  struct Sum: Sendable {
    var pages: Line
    /// Nil where page tables are charged to no group.
    var tables: Line?
    var number: Int64
  }

  /// Itself as a sum of lines; nil where it is none, or where the numbers would become too large.
  ///
  /// - Parameter now: an instant from which on it is.
  func sum(from now: Microseconds) -> Sum? {
    guard others.isEmpty, duration > 0, now >= start,
      evenly(first.whole, at: now, start: start, duration: duration) >= first.done
    else { return nil }
    if isShrink, first.whole - first.done > first.charged { return nil }
    let pages = Line(slope: first.whole, divisor: duration.rawValue, start: start, shift: 0)
    var sum = Sum(pages: pages, number: -first.done)
    guard let pagesPerTable else { return sum }
    // As tables(n) = ⌊(n + m - 1) / m⌋ and -tables(-n) = ⌊n / m⌋, with m pages per table.
    let before = lastLevelTables(touched: touched, pagesPerTable: pagesPerTable)
    let ahead: Int64
    if isShrink {
      let left = touched - (first.whole - first.done)
      let after = lastLevelTables(touched: left, pagesPerTable: pagesPerTable)
      if left < 0 || before - after > tables { return nil }
      ahead = -first.done - touched
      sum.number += before
    } else {
      if tables > 0 { return nil }
      ahead = touched - first.done + pagesPerTable - 1
      sum.number -= before
    }
    let (divisor, isLong) = pages.divisor.multipliedReportingOverflow(by: pagesPerTable)
    let (shift, isFar) = pages.divisor.multipliedReportingOverflow(by: ahead)
    if isLong || isFar { return nil }
    sum.tables = Line(slope: pages.slope, divisor: divisor, start: start, shift: shift)
    return sum
  }
}

extension State {
  /// The course of a growth; nil where others have a hand in what it does.
  func course(of growth: Growth) -> Course? {
    guard let owner = growth.owner, growth.stop == nil, !growth.isEntangled, !growth.isBounded,
      growth.verb != .copyOnWrite
    else { return nil }
    let mm = tasks.mms[owner]
    let held = mm.pages
    var first: Course.Part?
    var others: [Course.Part] = []
    var (start, duration) = (growth.start, growth.duration)
    for kind in growth.kinds where growth.total[kind] > growth.done[kind] {
      let (line, done) = growth.line(kind)
      (start, duration) = (line.start, line.duration)
      var part = Course.Part(whole: line.whole, done: done)
      switch kind {
      // A file's pages stay as cache.
      case .file: part.uncharged = held.file
      case .anon:
        part.charged = held.anon
        part.uncharged = held.swappedAnon
        part.lazyFree = held.lazyFree
      case .shmem:
        part.charged = held.shmem
        part.uncharged = held.swappedShmem
      default: part.charged = held[kind]
      }
      if first == nil { first = part } else { others.append(part) }
    }
    guard let first else { return nil }
    var tables = mm.pageTables
    if !growth.isShrink { tables = tables == 0 ? firstTables(of: owner) : 0 }
    return Course(
      group: Int(tasks.groups[owner]), isShrink: growth.isShrink, start: start, duration: duration,
      first: first, others: others, touched: mm.touched, tables: tables,
      pagesPerTable: ledger.chargesPageTables ? tasks.pagesPerTable : nil)
  }
}

extension State {
  /// Follows the growths that are put off from now on.
  mutating func followGrowths() {
    if let waiting = ledger.courses.waiting {
      for order in waiting { follow(order) }
    } else {
      ledger.effort.add(8 * growths.count)
      for order in growths.orders { follow(order) }
    }
    ledger.courses.beginMoving()
  }

  private mutating func follow(_ order: Int) {
    // The machine's own peak is not asked for.
    guard let owner = growths.look(order, { $0.owner }) ?? nil,
      tasks.groups[owner] != MemcgTree.root, let growth = growths[order],
      let course = course(of: growth)
    else { return }
    ledger.follow(course, order, now: now)
  }
}
