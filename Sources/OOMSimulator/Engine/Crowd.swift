/// Lines of one slope and one divisor, however many: their sum at an instant costs no more than finding a number in a
/// sorted list.
///
/// Counted from a common origin, each line is `⌊(slope × t - b) / divisor⌋` with a *b* of its own. With
/// `slope × t = q × divisor + r` and `b = k × divisor + s`, both remainders below the divisor, that is `q - k`, and one
/// less where *s* is above *r*.
struct Crowd: Sendable {
  let slope: Int64
  let divisor: Int64
  private let origin: Microseconds
  /// The remainder *s* of each line, rising.
  private var remainders: [Int64] = []
  /// The sum of their quotients *k*.
  private var quotients: Int64 = 0

  /// Lines are looked at as long as no product comes near the end of the numbers.
  private static let most: Int64 = 1 << 61
  /// No quotient is larger, so that the sum of two lines for each of 2^22 pids is a number.
  private static let mostPages: Int64 = 1 << 39

  init(like line: Course.Line) {
    (slope, divisor, origin) = (line.slope, line.divisor, line.start)
  }

  var isEmpty: Bool { remainders.isEmpty }

  func isLike(_ line: Course.Line) -> Bool { slope == line.slope && divisor == line.divisor }

  /// Whether a line can be counted from the origin of the crowd until an instant.
  func hasRoom(for line: Course.Line, until end: Microseconds) -> Bool {
    guard let last = product(end), let first = product(line.start) else { return false }
    return last / divisor < Self.mostPages && abs(line.shift) < Self.most
      && abs(first - line.shift) / divisor < Self.mostPages
  }

  /// The slope times the time since the origin; nil where it is too large.
  private func product(_ time: Microseconds) -> Int64? {
    let (product, isTooLarge) = slope.multipliedReportingOverflow(by: (time - origin).rawValue)
    return isTooLarge || abs(product) >= Self.most ? nil : product
  }

  private func split(_ line: Course.Line) -> (quotient: Int64, remainder: Int64) {
    let number = slope * (line.start - origin).rawValue - line.shift
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// How many lines have a remainder of no more than a number.
  private func count(upTo remainder: Int64) -> Int {
    var (low, high) = (0, remainders.count)
    while low < high {
      let middle = (low + high) / 2
      if remainders[middle] <= remainder { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// - Parameter line: one that there is room for.
  mutating func add(_ line: Course.Line) {
    let (quotient, remainder) = split(line)
    quotients += quotient
    remainders.insert(remainder, at: count(upTo: remainder))
  }

  /// - Parameter line: one that was added.
  mutating func remove(_ line: Course.Line) {
    let (quotient, remainder) = split(line)
    quotients -= quotient
    remainders.remove(at: count(upTo: remainder) - 1)
  }

  /// The sum of the lines at an instant that none of them ends before.
  func sum(at time: Microseconds) -> Int64 {
    let (quotient, remainder) = (slope * (time - origin).rawValue)
      .quotientAndRemainder(dividingBy: divisor)
    let more = remainders.count - count(upTo: remainder)
    return Int64(remainders.count) * quotient - quotients - Int64(more)
  }
}
