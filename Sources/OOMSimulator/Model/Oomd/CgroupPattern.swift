extension Oomd {
  /// A path of groups with wildcards: `user.slice/user-*.slice`.
  ///
  /// A wildcard stays within one part of the path, and matches no dot at the beginning of one. Source: `resolveWildcard()`,
  /// src/oomd/include/CgroupPath.cpp, and `glob()`, glob(3).
  struct CgroupPattern: Equatable, Sendable {
    /// The text of it, for messages.
    let text: String
    /// Its parts; none is the root.
    private let parts: [[UInt8]]

    init(_ text: some StringProtocol) {
      self.text = String(text)
      parts = text.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
        .filter { $0 != [UInt8(ascii: ".")] }
    }

    var isRoot: Bool { parts.isEmpty }

    /// Those of a list with commas. Source: `parseCgroup()`, src/oomd/util/PluginArgParser.cpp.
    static func list(_ text: String) -> [CgroupPattern] {
      text.split(separator: ",").map { CgroupPattern($0) }
    }

    /// Whether a group is one of those that are meant.
    func matches(_ path: String) -> Bool {
      let others = path.utf8.split(separator: UInt8(ascii: "/"))
      guard others.count == parts.count else { return false }
      for (part, other) in zip(parts, others) where !Self.matches(part, Array(other)) {
        return false
      }
      return true
    }

    /// Whether a name is one that a pattern means.
    ///
    /// - Complexity: O(pattern × name): of several stars only the last is tried anew.
    static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
      let dot = UInt8(ascii: ".")
      if name.first == dot, pattern.first != dot { return false }
      var (at, place) = (0, 0)
      var star: (at: Int, place: Int)?
      while place < name.count {
        if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
          at += 1
          star = (at, place)
        } else if at < pattern.count, let next = step(pattern, at, name[place]) {
          (at, place) = (next, place + 1)
        } else if let last = star {
          star = (last.at, last.place + 1)
          (at, place) = (last.at, last.place + 1)
        } else {
          return false
        }
      }
      return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Where a pattern goes on after one byte; nil where it does not match.
    private static func step(_ pattern: [UInt8], _ at: Int, _ byte: UInt8) -> Int? {
      switch pattern[at] {
      case UInt8(ascii: "?"): return at + 1
      case UInt8(ascii: "["):
        if let (isInside, next) = bracket(pattern, at, byte) { return isInside ? next : nil }
        return byte == pattern[at] ? at + 1 : nil
      case UInt8(ascii: "\\") where at + 1 < pattern.count:
        return pattern[at + 1] == byte ? at + 2 : nil
      default: return pattern[at] == byte ? at + 1 : nil
      }
    }

    /// Whether a byte is in a set of brackets, and where that ends; nil where it does not end.
    private static func bracket(
      _ pattern: [UInt8], _ start: Int, _ byte: UInt8
    ) -> (isInside: Bool, next: Int)? {
      var at = start + 1
      var isNegated = false
      if at < pattern.count, pattern[at] == UInt8(ascii: "!") || pattern[at] == UInt8(ascii: "^") {
        isNegated = true
        at += 1
      }
      var isFound = false
      var isFirst = true
      while at < pattern.count, isFirst || pattern[at] != UInt8(ascii: "]") {
        isFirst = false
        if pattern[at] == UInt8(ascii: "\\"), at + 1 < pattern.count { at += 1 }
        let low = pattern[at]
        var high = low
        if at + 2 < pattern.count, pattern[at + 1] == UInt8(ascii: "-"),
          pattern[at + 2] != UInt8(ascii: "]")
        {
          high = pattern[at + 2]
          at += 2
        }
        if low <= byte, byte <= high { isFound = true }
        at += 1
      }
      return at < pattern.count ? (isFound != isNegated, at + 1) : nil
    }
  }
}
