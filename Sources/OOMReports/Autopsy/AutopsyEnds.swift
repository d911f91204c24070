package import KernelLog
package import OOMSimulator

/// A prediction at both ends of what the log leaves open.
package struct AutopsyEnds {
  let low: Kill
  let high: Kill?
  /// `totalpages` lies in a range, or is one number.
  let isBounded: Bool

  package init(_ autopsy: Autopsy, _ kill: Kill) {
    low = kill
    high = autopsy.killAtMost
    isBounded =
      autopsy.totalpagesRange.map { $0.high != nil } ?? (autopsy.totalpagesFrom != .unknown)
  }

  /// A value that is the same at both ends; nil where it is not.
  package func same<Value: Equatable>(_ value: (Kill) -> Value?) -> Value? {
    let first = value(low)
    guard let high else { return first }
    return first == value(high) ? first : nil
  }

  /// A value as text: `5`, `5 to 9`, or nil where nothing bounds it.
  func text<Value: Comparable>(_ value: (Kill) -> Value?, _ text: (Value) -> String) -> String? {
    guard let first = value(low) else { return nil }
    guard let high else { return text(first) }
    guard let last = value(high) else { return nil }
    if first == last { return text(first) }
    return isBounded ? text(min(first, last)) + " to " + text(max(first, last)) : nil
  }
}
