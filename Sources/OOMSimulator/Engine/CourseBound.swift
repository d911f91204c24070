/// No less than a group has, told without a look at its courses: what it had when they were looked at last, and since
/// then what grows and is given back in the time, with what rounding may add. Most instants are far from a peak, and
/// this says so.
struct CourseBound: Sendable {
  /// How fast a course goes, in pages per 2^30 microseconds, and by how much a group may be above that.
  struct Pace: Sendable {
    fileprivate var rate: Int64 = 0
    fileprivate var slack: Int64 = 0
  }

  private var pages: Int64 = 0
  private var at: Microseconds = 0
  private var rate: Int64 = 0
  private var slack: Int64 = 0

  /// - Parameter usage: what a group has to which the first course is about to be added.
  mutating func begin(_ usage: Int64, at now: Microseconds) {
    self = CourseBound()
    pages = usage
    at = now
  }

  mutating func add(_ pace: Pace) {
    rate += pace.rate
    slack += pace.slack
    pages += pace.slack
  }

  mutating func remove(_ pace: Pace) {
    rate -= pace.rate
    slack -= pace.slack
  }

  mutating func change(by pages: Int64) { self.pages += pages }

  /// - Parameter usage: what the group has, as its courses say.
  mutating func know(_ usage: Int64, at now: Microseconds) {
    pages = usage + slack
    at = now
  }

  /// Moves on to the last of some instants.
  ///
  /// - Returns: whether the group may be above its peak at one of them.
  mutating func mayExceed(
    _ peak: Int64, from first: Microseconds, to last: Microseconds
  ) -> Bool {
    guard let early = most(at: first), let late = most(at: last) else { return true }
    if max(early, late) > peak { return true }
    pages = late
    at = last
    return false
  }

  /// Nil where it is beyond the numbers.
  private func most(at time: Microseconds) -> Int64? {
    let (product, isTooLarge) = rate.multipliedReportingOverflow(by: (time - at).rawValue)
    // Shifted down is rounded down.
    return isTooLarge ? nil : pages + (product >> 30) + 1
  }
}

extension Course {
  /// No slower than it is, of what grows, and no faster, of what is given back.
  ///
  /// - Parameter isEven: whether nothing keeps it from what comes evenly.
  func pace(isEven: Bool) -> CourseBound.Pace {
    var pace = CourseBound.Pace()
    let pages = others.reduce(first.whole) { $0 + $1.whole }
    // So many courses of this pace as there can be are added without an overflow.
    let isSlow =
      duration > 0 && pages < 1 << 32 && (pages << 30) / max(duration.rawValue, 1) < 1 << 40
    let rate = isSlow ? (pages << 30) / duration.rawValue : 0
    if isShrink {
      if !isEven { return pace }
      pace.rate = -(rate + (pagesPerTable.map { rate / $0 } ?? 0))
      // A page less, and a table less of those that go with it and the page.
      pace.slack = 3
    } else if isSlow {
      pace.rate = rate + 1 + (pagesPerTable.map { rate / $0 + 1 } ?? 0)
      pace.slack = Int64(others.count) + 3 + tables
    } else {
      // All of it at once.
      pace.slack = pages + (pagesPerTable.map { pages / $0 } ?? 0) + 3 + tables
    }
    return pace
  }
}
