/// How many of a kind came out as recorded, and which did not.
package struct Score: CustomStringConvertible, Sendable {
  package var count = 0
  package var wrong: [String] = []

  package init() {}

  package var right: Int { count - wrong.count }
  package var description: String { "\(right) of \(count); not: \(wrong.joined(separator: ", "))" }

  package mutating func note(_ isRight: Bool, _ name: String) {
    count += 1
    if !isRight { wrong.append(name) }
  }

  package func are(all least: Int) -> Bool { wrong.isEmpty && count >= least }

  package func are(atLeast percent: Int, of least: Int) -> Bool {
    count >= least && right * 100 >= count * percent
  }

  static func + (left: Score, right: Score) -> Score {
    var sum = left
    sum.count += right.count
    sum.wrong += right.wrong
    return sum
  }
}
