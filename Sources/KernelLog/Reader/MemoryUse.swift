package import OOMSimulator

/// What the memory of the machine, or of the group that ran out, was used for, as a report lists it; nil where it does
/// not.
///
/// Kernel: `show_free_areas()`, mm/show_mem.c, and `memory_stat_format()`, mm/memcontrol.c.
package struct MemoryUse: Equatable, Sendable {
  /// Sums over the machine by the kernel's name, in pages: `active_anon`, `slab_reclaimable` and so on.
  package private(set) var pages: [String: Int64] = [:]
  /// Stacks of threads.
  package private(set) var kernelStack: Kibibytes?
  /// The pools of huge pages.
  package private(set) var hugePages: Kibibytes = 0
  /// The size of one: with pages of 64 KiB on ARM it is 512 MiB.
  package private(set) var hugePageSize: Kibibytes?
  /// `memory.stat` of the group, in bytes, by the file's name.
  package private(set) var stat: [String: Int64] = [:]
  /// Lines of `memory.stat` may come.
  private var isInStat = false

  package init() {}

  private static let sums: Set<String> = [
    "active_anon", "inactive_anon", "isolated_anon", "active_file", "inactive_file",
    "isolated_file", "unevictable", "slab_reclaimable", "slab_unreclaimable", "mapped", "shmem",
    "pagetables", "sec_pagetables", "free", "free_pcp", "free_cma", "dirty", "writeback",
    "kernel_misc_reclaimable", "bounce", "unstable",
  ]

  private static let stats: Set<String> = [
    "anon", "file", "kernel", "kernel_stack", "pagetables", "sec_pagetables", "percpu", "sock",
    "vmalloc", "shmem", "slab", "slab_reclaimable", "slab_unreclaimable", "zswap", "swapcached",
    "cache", "rss", "swap",
  ]

  /// Since when `memory.stat` has a name. Commits 772616b031f0, f0c0c115fb81, a8c49af3be5f, f4840ccfca25 and
  /// ebc97a52b5d6, from memory.
  private static let firstRelease: [String: KernelRelease] = [
    "percpu": "5.9", "pagetables": "5.11", "kernel": "5.18", "zswap": "5.19",
    "sec_pagetables": "6.1",
  ]

  /// Reads a line; false when it is none of these.
  ///
  /// - Parameter releases: what the form of the line allows.
  mutating func read(_ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange) -> Bool {
    if text.begins(with: "Memory cgroup stats for ") { return readStatHeader(text) }
    if isInStat, readStat(text, &releases) { return true }
    if text.begins(with: "Node ") { return readNode(text) }
    return readSums(text)
  }

  /// `active_anon:48928 inactive_anon:0 isolated_anon:0`, in pages.
  private mutating func readSums(_ text: ArraySlice<UInt8>) -> Bool {
    var found: [String: Int64] = [:]
    for word in text.split(separator: UInt8(ascii: " ")).prefix(12) {
      guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else {
        // What stood before the next line, where all are in one.
        if found.isEmpty { return false }
        break
      }
      let name = word[..<colon].text.lowercased()
      var scanner = LogScanner(word[(colon + 1)...])
      guard Self.sums.contains(name), let count = scanner.number(), 0...TaskTable.most ~= count,
        !(scanner.next.map(LineCharacters.isWord) ?? false)
      else { return false }
      found[name] = count
      // What stood between two lines, where all are in one.
      if scanner.next != nil { break }
    }
    if found.isEmpty { return false }
    for (name, count) in found { pages[name] = count }
    return true
  }

  /// What a node, and in old releases each of its zones, has of stacks and huge pages.
  private mutating func readNode(_ text: ArraySlice<UInt8>) -> Bool {
    if let total = LogScanner.number(after: "hugepages_total=", in: text),
      let size = LogScanner.kilobytes(after: "hugepages_size=", in: text)
    {
      hugePageSize = size
      let pool = min(max(total, 0), 1 << 30) * min(max(size.rawValue, 0), 1 << 30)
      hugePages = min(hugePages &+ Kibibytes(min(pool, 1 << 42)), Kibibytes(1 << 42))
      return true
    }
    guard let stack = LogScanner.kilobytes(after: " kernel_stack:", in: text), stack >= 0 else {
      return false
    }
    kernelStack = min((kernelStack ?? 0) &+ min(stack, Kibibytes(1 << 42)), Kibibytes(1 << 42))
    // The rest of a zone's line is read elsewhere.
    return !text.contains(" free:")
  }

  /// The first is that of the group that ran out; to 5.2 its items are in the same line, in KB.
  private mutating func readStatHeader(_ text: ArraySlice<UInt8>) -> Bool {
    if !stat.isEmpty {
      isInStat = false
      return false
    }
    isInStat = true
    for name in ["cache", "rss", "shmem", "swap"] {
      guard
        let size = LogScanner.number(after: " \(name):", in: text)
          ?? LogScanner.number(after: ":\(name):", in: text), 0...(1 << 42) ~= size
      else { continue }
      stat[name] = size * 1024
    }
    if !stat.isEmpty { isInStat = false }
    // The path in it is read elsewhere.
    return false
  }

  /// `anon 50000000`, in bytes; where a viewer lost the ends of lines, all of them in one.
  private mutating func readStat(
    _ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange
  ) -> Bool {
    var scanner = LogScanner(text)
    var found: [(name: String, value: Int64)] = []
    while !scanner.isAtEnd {
      let name = scanner.word()
      guard !name.isEmpty,
        name.allSatisfy({ $0 == 0x5F || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 })
      else { return false }
      // A line that is too long is cut, in a name, too.
      if scanner.isAtEnd, found.count > 1 { break }
      guard let value = scanner.column(), value >= 0 else { return false }
      found.append((name.text, value))
      scanner.skipSpace()
    }
    if found.isEmpty { return false }
    for (name, value) in found where Self.stats.contains(name) && stat[name] == nil {
      stat[name] = min(value, 1 << 52)
      if let first = Self.firstRelease[name] { releases.narrow(from: first) }
    }
    return true
  }
}
