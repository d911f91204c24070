package import OOMSimulator

/// The machine's memory as a report shows it. Plain numbers are pages.
///
/// Kernel: `show_mem()` and `show_free_areas()`, mm/show_mem.c, before 6.3 mm/page_alloc.c and lib/show_mem.c.
package struct MemoryInfo: Equatable, Sendable {
  /// All memory, that of the kernel's own start, too: `pages RAM`.
  package var ram: Int64?
  package var reserved: Int64?
  package var highMem: Int64?
  package var totalSwap: Kibibytes?
  package var freeSwap: Kibibytes?
  /// One zone of one node.
  package struct Zone: Equatable, Sendable {
    package var node = 0
    package var name = ""
    package var free: Kibibytes = 0
    package var min: Kibibytes = 0
    package var present: Kibibytes?
    package var managed: Kibibytes?
    package var high: Kibibytes?
    /// Kept for requests that cannot wait, since 4.4.
    package var highAtomic: Kibibytes = 0
    /// What of `free` lies in CMA, since 3.8.
    package var freeCMA: Kibibytes = 0
    /// What swap could take out of it; nil where the release does not list it.
    package var anon: Kibibytes?
    /// Pages kept from requests that may take a higher zone, by the highest zone that they may take.
    package var lowmemReserve: [Int64] = []
    /// Free blocks by order; empty where the log does not list them.
    package var blocks: [Int64] = []
    /// The letters behind each of them, such as `UMEC`; none in releases before 3.8. Kernel: `show_migration_types()`.
    package var blockKinds: [[UInt8]] = []
  }

  package var zones: [Zone] = []
  /// The smallest block of the lists of free blocks: the size of a page.
  package var page: Kibibytes?
  /// A zone that only 32-bit kernels have.
  package var hasHighMem = false

  package init() {}
}

extension MemoryInfo {
  /// Reads a line; false when it is none of these.
  ///
  /// - Parameter releases: what the form of the line allows.
  mutating func read(_ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange) -> Bool {
    let text = text.trimmed
    guard let first = text.first else { return false }
    if decimal(first) != nil { return readPages(text, &releases) }
    if text.begins(with: "Total swap = ") {
      totalSwap = LogScanner.kilobytes(after: "=", in: text)
      return true
    }
    if text.begins(with: "Free swap ") {
      freeSwap = LogScanner.kilobytes(after: "=", in: text)
      return true
    }
    if text.begins(with: Self.reserve) {
      readReserve(text)
      return true
    }
    if text.begins(with: "Node ") || text.contains(" free:") || text.contains(": ") {
      return readZone(text, &releases)
    }
    return false
  }

  /// `N pages RAM` and its like.
  private mutating func readPages(
    _ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange
  ) -> Bool {
    var scanner = LogScanner(text)
    guard let count = scanner.number(), count <= TaskTable.most, scanner.take(" pages ") else {
      return false
    }
    let what = scanner.rest
    if what.begins(with: "RAM") {
      ram = count
    } else if what.begins(with: "reserved") {
      reserved = count
    } else if what.begins(with: "HighMem/MovableOnly") {
      highMem = count
      releases.narrow(from: "3.13")
    } else if what.begins(with: "HighMem") {
      highMem = count
    } else {
      return false
    }
    return true
  }

  /// `Node 0 Normal free:4kB min:4kB …` and `Node 0 Normal: 1*4kB (U) 0*8kB … = 4kB`; machines with one node had
  /// no `Node 0` in old releases.
  private mutating func readZone(
    _ text: ArraySlice<UInt8>, _ releases: inout ReleaseRange
  ) -> Bool {
    var scanner = LogScanner(text)
    var node = 0
    if scanner.take("Node ") {
      guard let number = scanner.number(), 0..<64 ~= number else { return false }
      node = Int(number)
      scanner.skipSpace()
    }
    let name = scanner.word()
    guard let initial = name.first, 0x41...0x5A ~= initial, name.count <= 12 else { return false }
    if name.last == UInt8(ascii: ":") {
      return readBlocks(scanner, node, name.dropLast().text)
    }
    guard let free = LogScanner.kilobytes(after: " free:", in: text),
      let min = LogScanner.kilobytes(after: " min:", in: text), zones.count < 256
    else { return false }
    var zone = Zone()
    zone.node = node
    zone.name = name.text
    zone.free = free
    zone.min = min
    zone.present = LogScanner.kilobytes(after: " present:", in: text)
    zone.managed = LogScanner.kilobytes(after: " managed:", in: text)
    zone.high = LogScanner.kilobytes(after: " high:", in: text)
    zone.highAtomic = LogScanner.kilobytes(after: " reserved_highatomic:", in: text) ?? 0
    zone.freeCMA = LogScanner.kilobytes(after: " free_cma:", in: text) ?? 0
    if let active = LogScanner.kilobytes(after: " active_anon:", in: text),
      let inactive = LogScanner.kilobytes(after: " inactive_anon:", in: text)
    {
      zone.anon = max(active, 0) &+ max(inactive, 0)
    }
    if zone.name == "HighMem" { hasHighMem = true }
    if zone.managed != nil { releases.narrow(from: "3.8") }
    if text.contains(" writepending:") { releases.narrow(from: "4.8") }
    if text.contains(" pages_scanned:") { releases.narrow(to: "4.7") }
    if text.contains(" free_pcp:") { releases.narrow(from: "4.1") }
    zones.append(zone)
    readReserve(text)
    return true
  }

  private static let reserve = "lowmem_reserve[]:"

  /// `lowmem_reserve[]: 0 824 1947 824`, behind the line of its zone, or in it where lines are joined.
  private mutating func readReserve(_ text: ArraySlice<UInt8>) {
    var scanner = LogScanner(text)
    guard let zone = zones.indices.last, zones[zone].lowmemReserve.isEmpty,
      scanner.skip(past: Self.reserve)
    else { return }
    while zones[zone].lowmemReserve.count < 8, let pages = scanner.column() {
      zones[zone].lowmemReserve.append(min(max(pages, 0), TaskTable.most))
    }
  }

  private mutating func readBlocks(_ start: LogScanner, _ node: Int, _ name: String) -> Bool {
    var scanner = start
    var blocks: [Int64] = []
    var kinds: [[UInt8]] = []
    while blocks.count < 16 {
      scanner.skipSpace()
      guard let count = scanner.number(), scanner.take("*"), let size = scanner.number(),
        scanner.take("kB")
      else { break }
      if blocks.isEmpty { page = Kibibytes(size) }
      blocks.append(count)
      kinds.append([])
      scanner.skipSpace()
      // Kinds of blocks, since 3.8: `(UME)`.
      if scanner.take("("), let end = scanner.rest.firstIndex(of: UInt8(ascii: ")")) {
        kinds[kinds.count - 1] = Array(scanner.rest[..<end].prefix(8))
        scanner.skip(end + 1 - scanner.at)
      }
    }
    guard !blocks.isEmpty else { return false }
    if let index = zones.lastIndex(where: { $0.node == node && $0.name == name }) {
      zones[index].blocks = blocks
      zones[index].blockKinds = kinds
    }
    return true
  }
}
