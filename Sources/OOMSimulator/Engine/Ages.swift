/// When pages that can go to swap were touched, oldest first: what reclaim goes by. Pages of which nothing is said
/// here were there at the start.
///
/// Kernel: the anonymous lists of a `struct lruvec`, mm/vmscan.c, on which anonymous memory, shared memory and tmpfs
/// stand together.
struct Ages: Equatable, Sendable {
  /// Pages of one kind that a process touches evenly: `whole` of them from `start` on.
  struct Line: Equatable, Sendable {
    var start: Int64
    var duration: Int64
    var whole: Int64
    /// Of lines whose pages are touched at one instant the lower number comes first.
    var number: Int

    /// How many are touched by an instant.
    func touched(by time: Int64) -> Int64 {
      if time >= start + duration { return whole }
      if time < start { return 0 }
      return proportion(of: whole, time - start, duration)
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
    func touched(by time: Int64) -> Int64 { min(max(line.touched(by: time), from), to) - from }
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

  /// Takes the parts of a kind over from others, which have the same pages no more.
  mutating func takeOver(_ kind: PageKind, from other: inout Ages) {
    parts += other.parts.filter { $0.kind == kind }
    other.parts.removeAll { $0.kind == kind }
  }
}

/// How many pages of each part were touched first of all, `wanted` together.
///
/// - Returns: as many for each part as go.
/// - Complexity: O(parts × logarithm of the time).
func oldest(_ wanted: Int64, of parts: [Ages.Part]) -> [Int64] {
  let all = parts.reduce(0) { $0 + $1.pages }
  if wanted >= all { return parts.map { $0.pages } }
  func touched(by time: Int64) -> Int64 { parts.reduce(0) { $0 + $1.touched(by: time) } }
  var (low, high) = (Int64(-1), Int64(0))
  for part in parts { high = max(high, part.line.start + part.line.duration) }
  // `wanted` are touched by the one instant and not by the other.
  while high - low > 1 {
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
