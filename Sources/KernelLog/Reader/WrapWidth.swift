/// The width at which the lines of a log are cut, once one was cut in a word, or lines of the same length went on often.
struct WrapWidth {
  /// No terminal is narrower.
  private static let narrowest = 60

  private(set) var width: Int?
  /// The length of the last line that another went on from, and how often lines of that length did.
  private var candidate = (length: 0, count: 0)
  private var last: (length: Int, isContinuation: Bool) = (0, false)
  private var longest = 0

  /// Finds the width: a second line of the same length goes on in one without a prefix, and none is longer.
  mutating func measure(_ line: LogLine) {
    defer { last = (line.length, line.isContinuation) }
    if line.length > width ?? Int.max { width = nil }
    if line.length > longest {
      longest = line.length
      candidate.count = 0
    }
    guard line.isContinuation, !last.isContinuation, last.length >= Self.narrowest,
      last.length == longest
    else { return }
    candidate = (last.length, candidate.length == last.length ? candidate.count + 1 : 1)
    if candidate.count == 2 { width = last.length }
  }

  /// A line of a length was cut in a word.
  mutating func isCut(at length: Int) {
    if length >= Self.narrowest { width = length }
  }

  func isFull(_ line: LogLine) -> Bool { line.length > 0 && line.length == width }

  func fullness(of length: Int) -> LineJoin.Fullness {
    width.map { $0 == length ? .full : .short } ?? .unknown
  }
}
