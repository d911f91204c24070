/// The release of a program: its numbers in order, `1.14.0-rc.1` being 1, 14, 0.
package struct ProgramVersion: Equatable, Sendable {
  package let text: String
  let numbers: [Int]

  /// - Returns: nil for a text that does not begin with a number, after a `v` perhaps.
  package init?(_ text: String) {
    let bare = text.hasPrefix("v") ? text.dropFirst() : Substring(text)
    let parts = bare.prefix { $0 == "." || $0.utf8.allSatisfy { $0.isDigit } }
      .split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, !numbers.isEmpty,
      numbers.allSatisfy({ $0 < 100_000 })
    else { return nil }
    self.text = text
    self.numbers = numbers
  }

  /// Whether it is this release or a later one.
  package func isAtLeast(_ other: Int...) -> Bool {
    for (index, number) in other.enumerated() {
      let own = index < numbers.count ? numbers[index] : 0
      if own != number { return own > number }
    }
    return true
  }
}
