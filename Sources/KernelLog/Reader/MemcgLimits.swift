package import OOMSimulator

/// Limits and usage of the memory cgroup that ran out; nil where the log does not show them.
///
/// Kernel: `mem_cgroup_print_oom_meminfo()`, before 5.0 `mem_cgroup_print_oom_info()`, mm/memcontrol.c.
package struct MemcgLimits: Equatable, Sendable {
  package struct Counter: Equatable, Sendable {
    package var usage: Kibibytes
    /// Nil for none: the constant that a release prints for it.
    package var limit: Kibibytes?
    package var failcnt: Int64?
  }

  package var memory: Counter?
  /// Version 1, and both versions to 5.2.
  package var memorySwap: Counter?
  /// Version 2, since 5.3.
  package var swap: Counter?
  package var kmem: Counter?

  package init() {}

  /// Limits of 2^42 kB and more, 4 EiB, are constants for none: 9007199254740991, 18014398509481983, by
  /// release and page size.
  static let least = Kibibytes(1 << 42)

  /// Reads a line such as `memory: usage 4kB, limit 4kB, failcnt 0`.
  mutating func read(_ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange) -> Bool {
    let text = text.trimmed
    let names = ["memory: usage ", "memory+swap: usage ", "swap: usage ", "kmem: usage "]
    guard let name = names.first(where: { text.begins(with: $0) }),
      let usage = LogScanner.kilobytes(after: "usage ", in: text), usage >= 0,
      let limit = LogScanner.kilobytes(after: "limit ", in: text), limit >= 0
    else { return false }
    let counter = Counter(
      usage: min(usage, Self.least), limit: limit >= Self.least ? nil : limit,
      failcnt: LogScanner.number(after: "failcnt ", in: text))
    switch name {
    case "memory: usage ": memory = counter
    case "memory+swap: usage ": memorySwap = counter
    case "swap: usage ":
      swap = counter
      releases.narrow(from: "5.2")
    default:
      kmem = counter
      releases.narrow(from: "3.8")
    }
    return true
  }
}

/// The lines that name the groups of a memcg OOM.
enum MemcgPathLine {
  /// `Task in A killed as a result of limit of B`, to 4.20, whole or in the pieces that it is printed in.
  enum Piece {
    case whole(task: String, domain: String)
    case task(String)
    case middle
    case domainBehindMiddle(String)
  }

  private static let middle = "killed as a result of limit of"

  static func piece(_ text: ArraySlice<UInt8>) -> Piece? {
    let text = text.trimmed
    if text.begins(with: "Task in ") {
      let rest = text.dropFirst(8)
      guard let at = rest.firstIndex(of: middle) else { return .task(rest.trimmed.text) }
      let domain = rest[(at + middle.utf8.count)...].trimmed
      return .whole(task: rest[..<at].trimmed.text, domain: domain.text)
    }
    guard text.begins(with: middle) else { return nil }
    let domain = text.dropFirst(middle.utf8.count).trimmed
    return domain.isEmpty ? .middle : .domainBehindMiddle(domain.text)
  }

  /// `Memory cgroup stats for /path:`: the first is that of the group that ran out.
  static func statsPath(_ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange) -> String? {
    let text = text.trimmed
    guard text.begins(with: "Memory cgroup stats for ") else {
      guard text.begins(with: "Memory limit reached of cgroup ") else { return nil }
      return text.dropFirst(31).trimmed.text
    }
    let rest = text.dropFirst(24)
    // Names may have colons; the items of old releases begin with the first of them.
    if let items = rest.firstIndex(of: ": cache:") {
      releases.narrow(from: "3.9", to: "5.2")
      return rest[..<items].text
    }
    guard rest.last == UInt8(ascii: ":") else { return nil }
    releases.narrow(from: "5.3")
    return rest.dropLast().text
  }

  /// `Tasks in /path are going to be killed due to memory.oom.group set`, since 4.19.
  static func oomGroup(_ text: ArraySlice<UInt8>) -> String? {
    let text = text.trimmed
    let end = " are going to be killed due to memory.oom.group set"
    guard text.begins(with: "Tasks in "), let at = text.firstIndex(of: end) else { return nil }
    return text[..<at].dropFirst(9).text
  }
}
