// How oomd finds groups: Util::split at '/', then glob(3) on the whole path with directories only
// (CgroupPath.cpp resolveWildcard, Fs.cpp glob: GLOB_NOSORT | GLOB_BRACE | GLOB_ERR). glob matches
// one level at a time. Braces are left out: a pattern with a comma never gets there, since
// parseCgroup has split the argument at commas.

enum OomdGlob {
  static func matches(_ pattern: String, _ path: String) -> Bool {
    let wanted = pattern.split(separator: "/").filter { $0 != "." }
    let have = path.split(separator: "/")
    if wanted.count != have.count { return false }
    for level in wanted.indices {
      let (p, name) = (Array(wanted[level].utf8), Array(have[level].utf8))
      // A leading dot is matched by a dot only.
      if name.first == dot && p.first != dot { return false }
      if !level1(p[...], name[...]) { return false }
    }
    return true
  }

  private static let star = UInt8(ascii: "*"), question = UInt8(ascii: "?")
  private static let open = UInt8(ascii: "["), close = UInt8(ascii: "]")
  private static let dash = UInt8(ascii: "-"), bang = UInt8(ascii: "!")
  private static let caret = UInt8(ascii: "^"), back = UInt8(ascii: "\\")
  private static let dot = UInt8(ascii: ".")

  /// fnmatch on one level: * ? [set] and backslash.
  private static func level1(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    if first == star {
      if level1(rest, name) { return true }
      return !name.isEmpty && level1(pattern, name.dropFirst())
    }
    guard let letter = name.first else { return false }
    if first == question { return level1(rest, name.dropFirst()) }
    if first == open, let (end, hit) = set(rest, letter) {
      return hit && level1(rest[end...], name.dropFirst())
    }
    if first == back, let escaped = rest.first {
      return escaped == letter && level1(rest.dropFirst(), name.dropFirst())
    }
    return first == letter && level1(rest, name.dropFirst())
  }

  /// The set after '[': where the pattern goes on, and whether the letter is in it. nil when
  /// there is no ']' (then '[' stands for itself).
  private static func set(_ rest: ArraySlice<UInt8>, _ letter: UInt8) -> (Int, Bool)? {
    var at = rest.startIndex
    var negated = false
    if at < rest.endIndex, rest[at] == bang || rest[at] == caret {
      negated = true
      at += 1
    }
    var found = false
    var isFirst = true
    while at < rest.endIndex {
      if rest[at] == close && !isFirst { return (at + 1, found != negated) }
      isFirst = false
      let low = rest[at]
      if at + 2 < rest.endIndex, rest[at + 1] == dash, rest[at + 2] != close {
        if low <= letter && letter <= rest[at + 2] { found = true }
        at += 3
      } else {
        if low == letter { found = true }
        at += 1
      }
    }
    return nil
  }
}
