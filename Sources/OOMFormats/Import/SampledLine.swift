internal import OOMSimulator

/// What was measured again and again, as the fewest straight pieces that go through the samples.
///
/// Growth of a scenario is straight between its ends, so what lies on a line needs no event of its own.
struct SampledLine: Equatable, Sendable {
  struct Knot: Equatable, Sendable {
    /// Microseconds since the epoch of the samples.
    var time: Int64
    /// Pages.
    var value: Int64
  }

  /// In the order of time.
  private(set) var knots: [Knot] = []
  /// Knots that do not hang together with the one before: samples are missing between them.
  private(set) var gaps: [Int] = []

  var first: Knot? { knots.first }
  var last: Knot? { knots.last }
  var most: Int64 { knots.reduce(0) { max($0, $1.value) } }

  init() {}

  /// - Parameters:
  ///   - tolerance: how far a piece may be off a sample; with 0 it goes through all.
  ///   - longest: samples farther apart than this have a gap between them.
  init(_ samples: [Knot], tolerance: Int64, longest: Int64) {
    var start = 0
    for index in samples.indices.dropFirst()
    where samples[index].time - samples[index - 1].time > longest {
      append(samples[start..<index], tolerance)
      gaps.append(knots.count)
      start = index
    }
    append(samples[start...], tolerance)
  }

  /// How far apart samples may be without a gap between them: two missing ones are one.
  ///
  /// By the series itself, half of whose samples are at most as far apart: others are scraped at other times.
  static func longestStep(of samples: [Knot]) -> Int64 {
    var (least, most) = (Int64.max, Int64(0))
    for index in samples.indices.dropFirst() {
      let step = samples[index].time - samples[index - 1].time
      least = min(least, step)
      most = max(most, step)
    }
    if samples.count < 2 { return 0 }
    if most / 5 * 2 <= least { return most }
    let steps = zip(samples.dropFirst(), samples).map { $0.time - $1.time }.sorted()
    return steps[(steps.count - 1) / 2] / 2 * 5
  }

  /// This line and one of the same that comes after it.
  func followed(by other: SampledLine, longest: Int64) -> SampledLine {
    guard let last, let first = other.first else { return knots.isEmpty ? other : self }
    var line = self
    if first.time - last.time > longest { line.gaps.append(knots.count) }
    line.gaps += other.gaps.map { $0 + knots.count }
    line.knots += other.knots
    return line
  }

  /// What of the line is before an instant, and its value then.
  func ended(at time: Int64) -> SampledLine {
    var line = SampledLine()
    for part in parts {
      guard let first = part.first, first.time < time else { break }
      if !line.knots.isEmpty { line.gaps.append(line.knots.count) }
      line.knots += part.prefix { $0.time < time }
      if let last = part.last, last.time >= time, let value = Self.value(of: part, at: time) {
        line.knots.append(Knot(time: time, value: value))
      }
    }
    return line
  }

  /// The same line with fewer pieces, which may be off its knots, and so off all samples, by a tolerance.
  func simplified(_ tolerance: Int64) -> SampledLine {
    var line = SampledLine()
    for part in parts {
      if !line.knots.isEmpty { line.gaps.append(line.knots.count) }
      line.append(part, tolerance)
    }
    return line
  }

  /// Adds pieces through samples without gaps. A piece goes on as long as some line from its start passes every sample
  /// within the tolerance, and its end is a sample.
  private mutating func append(_ samples: ArraySlice<Knot>, _ tolerance: Int64) {
    guard var start = samples.first else { return }
    knots.append(start)
    var end = start
    var (least, most) = (Slope.lowest, Slope.highest)
    for sample in samples.dropFirst() {
      let slope = Slope(from: start, to: sample, off: 0)
      if slope < least || most < slope {
        knots.append(end)
        (start, least, most) = (end, .lowest, .highest)
      }
      end = sample
      let lower = Slope(from: start, to: sample, off: -tolerance)
      let upper = Slope(from: start, to: sample, off: tolerance)
      if least < lower { least = lower }
      if upper < most { most = upper }
    }
    if end != start { knots.append(end) }
  }

  /// Forgets the gaps for which something holds: the line goes on through them.
  mutating func bridge(_ isBridged: (Int64, Int64) -> Bool) -> Int {
    let before = gaps.count
    gaps.removeAll { isBridged(knots[$0 - 1].time, knots[$0].time) }
    return before - gaps.count
  }

  /// The parts between gaps.
  var parts: [ArraySlice<Knot>] {
    if knots.isEmpty { return [] }
    var parts: [ArraySlice<Knot>] = []
    var start = 0
    for gap in gaps {
      parts.append(knots[start..<gap])
      start = gap
    }
    parts.append(knots[start...])
    return parts
  }

  /// The value on the line, or that of the nearer end outside of it; rounded towards the earlier one.
  static func value(of part: ArraySlice<Knot>, at time: Int64) -> Int64? {
    guard let first = part.first, let last = part.last else { return nil }
    if time <= first.time { return first.value }
    if time >= last.time { return last.value }
    var low = part.startIndex
    var high = part.endIndex - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if part[middle].time <= time { low = middle } else { high = middle }
    }
    let (a, b) = (part[low], part[high])
    let part = Int128(b.value - a.value) * Int128(time - a.time) / Int128(max(b.time - a.time, 1))
    return a.value + Int64(part)
  }
}

/// Pages a microsecond, as a fraction.
private struct Slope {
  var rise: Int64
  var run: Int64

  static let lowest = Slope(rise: -1, run: 0)
  static let highest = Slope(rise: 1, run: 0)

  private init(rise: Int64, run: Int64) {
    self.rise = rise
    self.run = run
  }

  init(from start: SampledLine.Knot, to end: SampledLine.Knot, off: Int64) {
    rise = end.value - start.value + off
    run = end.time - start.time
  }

  static func < (left: Slope, right: Slope) -> Bool {
    let (a, isLarge) = left.rise.multipliedReportingOverflow(by: right.run)
    let (b, isLargeToo) = right.rise.multipliedReportingOverflow(by: left.run)
    if !isLarge, !isLargeToo { return a < b }
    return Int128(left.rise) * Int128(right.run) < Int128(right.rise) * Int128(left.run)
  }
}

/// Events while they are made: each with what is done first at one instant.
struct ImportEvents {
  private var events: [(event: Event, rank: Int64)] = []
  /// The first sample of all.
  let start: Int64

  init(start: Int64) { self.start = start }

  var count: Int { events.count }

  mutating func reserveCapacity(_ count: Int) { events.reserveCapacity(count) }

  private mutating func add(_ time: Int64, _ rank: Int64, _ action: Event.Action) {
    events.append((Event(at: Microseconds(time - start), action: action), rank))
  }

  mutating func exit(_ name: String, at time: Int64) { add(time, 0, .exit(.name(name))) }

  mutating func begin(_ process: Scenario.Process, at time: Int64) { add(time, 2, .start(process)) }

  /// Growth and shrinking along a line.
  mutating func anon(_ name: String, along part: ArraySlice<SampledLine.Knot>) {
    for (a, b) in zip(part, part.dropFirst()) where a.value != b.value {
      let over = Microseconds(b.time - a.time)
      let sizes = Event.Sizes(anon: abs(b.value - a.value))
      let reference = ProcessReference.name(name)
      if b.value > a.value {
        add(a.time, 3, .grow(reference, sizes, over: over))
      } else {
        add(a.time, 1, .shrink(reference, sizes, over: over))
      }
    }
  }

  /// The same of the cache of a group.
  mutating func cache(of group: String, along part: ArraySlice<SampledLine.Knot>) {
    for (a, b) in zip(part, part.dropFirst()) {
      cache(of: group, by: b.value - a.value, at: a.time, over: b.time - a.time)
    }
  }

  /// The same of what the kernel has for itself.
  mutating func kernel(along part: ArraySlice<SampledLine.Knot>) {
    for (a, b) in zip(part, part.dropFirst()) where a.value != b.value {
      let over = Microseconds(b.time - a.time)
      let pages = abs(b.value - a.value)
      if b.value > a.value {
        add(a.time, 3, .growUnowned(.kernel, pages: pages, cgroup: "/", over: over))
      } else {
        add(a.time, 1, .shrinkUnowned(.kernel, pages: pages, cgroup: "/", over: over))
      }
    }
  }

  mutating func cache(of group: String, by pages: Int64, at time: Int64, over: Int64 = 0) {
    let over = Microseconds(over)
    if pages > 0 {
      add(time, 3, .growUnowned(.pageCache, pages: pages, cgroup: group, over: over))
    } else if pages < 0 {
      add(time, 1, .shrinkUnowned(.pageCache, pages: -pages, cgroup: group, over: over))
    }
  }

  /// By time; at one instant what gives memory back comes first.
  consuming func sorted() -> [Event] {
    var order = Array(events.indices)
    order.sort { first, second in
      let (a, b) = (events[first], events[second])
      if a.event.at != b.event.at { return a.event.at < b.event.at }
      return a.rank == b.rank ? first < second : a.rank < b.rank
    }
    return order.map { events[$0].event }
  }
}
