/// A set of memory nodes, at most 64. Kernel: `nodemask_t`.
public struct NodeMask: Hashable, Sendable {
  package static let most = 64

  private(set) var bits: UInt64

  package init() { bits = 0 }

  /// The nodes 0 to `count` - 1.
  package init(below count: Int) {
    bits = count >= 64 ? .max : (1 << UInt64(count)) - 1
  }

  package mutating func insert(_ node: Int) { bits |= 1 << UInt64(node) }

  package func contains(_ node: Int) -> Bool { node < 64 && bits & (1 << UInt64(node)) != 0 }

  package var isEmpty: Bool { bits == 0 }

  func intersection(_ other: Self) -> Self {
    var both = self
    both.bits &= other.bits
    return both
  }

  func isDisjoint(with other: Self) -> Bool { bits & other.bits == 0 }

  package func isSuperset(of other: Self) -> Bool { other.bits & ~bits == 0 }
}

extension NodeMask: CustomStringConvertible {
  /// As the kernel lists nodes: `0-1,3`.
  public var description: String {
    var parts: [String] = []
    var node = 0
    while node < 64 {
      guard contains(node) else {
        node += 1
        continue
      }
      let first = node
      while contains(node + 1) { node += 1 }
      parts.append(first == node ? "\(first)" : "\(first)-\(node)")
      node += 1
    }
    return parts.joined(separator: ",")
  }

  /// Reads a list of nodes such as `0-1,3`.
  ///
  /// - Returns: nil when it is none.
  public init?(_ text: String) {
    self.init()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
        last >= first, last < Self.most, part.allSatisfy({ $0.isASCII })
      else { return nil }
      for node in first...last { insert(node) }
    }
  }
}
