/// When pages that can go to swap were touched, oldest first: what reclaim goes by. Pages of which nothing is said
/// here were there at the start.
///
/// Kernel: the anonymous lists of a `struct lruvec`, mm/vmscan.c, on which anonymous memory, shared memory and tmpfs
/// stand together.
struct Ages: Equatable, Sendable {
  /// Pages of one kind that a process touches evenly: `whole` of them from `start` on.
  struct Line: Equatable, Sendable {
    var start: Microseconds
    var duration: Microseconds
    var whole: Int64
    /// Of lines whose pages are touched at one instant the lower number comes first.
    var number: Int

    /// How many are touched by an instant.
    func touched(by time: Microseconds) -> Int64 {
      if time >= start + duration { return whole }
      if time < start { return 0 }
      return proportion(of: whole, (time - start).rawValue, duration.rawValue)
    }
  }

  /// The pages of a line from one to another.
  struct Part: Equatable, Sendable {
    var kind: PageKind
    var line: Line
    var from: Int64
    var to: Int64

    var pages: Int64 { to - from }

    /// How many of them were touched by an instant.
    func touched(by time: Microseconds) -> Int64 {
      min(max(line.touched(by: time), from), to) - from
    }
  }

  /// In the order in which they were touched first.
  private(set) var parts: [Part] = []

  var isEmpty: Bool { parts.isEmpty }

  func pages(_ kind: PageKind) -> Int64 {
    parts.reduce(0) { $1.kind == kind ? $0 + $1.pages : $0 }
  }

  /// Adds the pages of a line that are touched next.
  mutating func touch(_ kind: PageKind, _ line: Line, from: Int64, to: Int64) {
    if to <= from { return }
    if let last = parts.lastIndex(where: { $0.kind == kind && $0.line == line }),
      parts[last].to == from
    {
      parts[last].to = to
      return
    }
    parts.append(Part(kind: kind, line: line, from: from, to: to))
    if parts.count > Self.mostParts { joinOldest() }
  }

  /// So many parts are kept apart; of more the oldest two count as one.
  private static let mostParts = 256

  private mutating func joinOldest() {
    guard let second = parts.dropFirst().firstIndex(where: { $0.kind == parts[0].kind }) else {
      return
    }
    let pages = parts[0].pages + parts[second].pages
    parts[0].line = Line(
      start: parts[second].line.start, duration: 0, whole: pages, number: parts[second].line.number)
    (parts[0].from, parts[0].to) = (0, pages)
    parts.remove(at: second)
  }

  /// Takes the youngest pages of a kind away, until there are no more than are left.
  mutating func trim(_ kind: PageKind, to left: Int64) {
    var excess = pages(kind) - left
    while excess > 0, let last = parts.lastIndex(where: { $0.kind == kind }) {
      let part = min(excess, parts[last].pages)
      parts[last].to -= part
      excess -= part
      if parts[last].pages == 0 { parts.remove(at: last) }
    }
  }

  /// Takes away what was touched first of a part.
  ///
  /// - Parameter taken: of each part, in their order.
  mutating func take(_ taken: [Int64]) {
    for (index, pages) in taken.enumerated() { parts[index].from += pages }
    parts.removeAll { $0.pages == 0 }
  }

  /// Takes all pages of a kind away.
  mutating func removeAll(_ kind: PageKind) { parts.removeAll { $0.kind == kind } }

  /// The youngest of these pages, as many as are given away.
  func youngest(_ given: Pages) -> Ages {
    var ages = Ages()
    for kind in Ages.kinds {
      var left = given[kind]
      for var part in parts.reversed() where part.kind == kind && left > 0 {
        part.from = max(part.from, part.to - left)
        left -= part.pages
        ages.parts.insert(part, at: 0)
      }
    }
    return ages
  }

  /// The kinds that can go to swap.
  static let kinds: [PageKind] = [.anon, .shmem, .tmpfs]

  static func += (ages: inout Ages, more: Ages) { ages.parts += more.parts }
}

/// How many pages of each part were touched first of all, `wanted` together.
///
/// - Returns: as many for each part as go.
/// - Complexity: O(parts × logarithm of the time).
func oldest(_ wanted: Int64, of parts: [Ages.Part]) -> [Int64] {
  let all = parts.reduce(0) { $0 + $1.pages }
  if wanted >= all { return parts.map { $0.pages } }
  func touched(by time: Microseconds) -> Int64 { parts.reduce(0) { $0 + $1.touched(by: time) } }
  var (low, high) = (Microseconds(-1), Microseconds.zero)
  for part in parts { high = max(high, part.line.start + part.line.duration) }
  // `wanted` are touched by the one instant and not by the other.
  while high - low > Microseconds(1) {
    let middle = low + (high - low) / 2
    if touched(by: middle) >= wanted { high = middle } else { low = middle }
  }
  var taken = parts.map { $0.touched(by: low) }
  var left = wanted - taken.reduce(0, +)
  for index in parts.indices.sorted(by: { parts[$0].line.number < parts[$1].line.number }) {
    let part = min(left, parts[index].touched(by: high) - taken[index])
    taken[index] += part
    left -= part
  }
  return taken
}

/// Tells times at which pages were touched so that only their order counts, and how they overlap: the time between
/// stretches in which nothing was touched is left out.
struct AgeOrder {
  private var starts: [(old: Microseconds, new: Microseconds)] = []
  private var numbers: [Int: Int] = [:]

  init(of ages: [Ages]) {
    let lines = ages.flatMap { $0.parts.map { $0.line } }.sorted { $0.start < $1.start }
    var (end, shift) = (Microseconds.zero, Microseconds.zero)
    for (index, line) in lines.enumerated() {
      if index == 0 {
        shift = line.start
        end = line.start
      } else if line.start > end + Microseconds(1) {
        shift += line.start - end - Microseconds(1)
      }
      end = max(end, line.start + line.duration)
      starts.append((line.start, line.start - shift))
    }
    for (rank, number) in Set(lines.map { $0.number }).sorted().enumerated() {
      numbers[number] = rank
    }
  }

  private func told(_ time: Microseconds) -> Microseconds {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = low + (high - low) / 2
      if starts[middle].old < time { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low].old == time ? starts[low].new : time
  }

  func told(_ ages: Ages) -> Ages {
    ages.map { line in
      var line = line
      let number = numbers[line.number] ?? 0
      let start = told(line.start)
      (line.number, line.start) = (number, start)
      return line
    }
  }
}

extension Ages {
  func map(_ body: (Line) -> Line) -> Ages {
    var ages = self
    for index in parts.indices { ages.parts[index].line = body(parts[index].line) }
    return ages
  }
}

extension State {
  /// Leaves of times only what decides which pages reclaim takes.
  mutating func makeAgesComparable() {
    if !hasAges { return }
    var all = Array(tasks.rare.ages.values) + Array(tmpfsAges.values)
    all += holdings.list.map { $0.held.ages }
    for object in shared.list { all += object.extents.map { $0.ages } }
    let order = AgeOrder(of: all)
    for row in Array(tasks.rare.ages.keys) { tasks.changeAges(of: row) { $0 = order.told($0) } }
    for group in tmpfsAges.keys { tmpfsAges[group] = tmpfsAges[group].map(order.told) }
    holdings.mapAges(order.told)
    for number in shared.list.indices {
      for extent in shared.list[number].extents {
        shared.change(number) { $0.changeAges(of: extent.group) { $0 = order.told($0) } }
      }
    }
  }
}
