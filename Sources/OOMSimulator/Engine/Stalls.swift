// How much of their time processes wait for memory, where the scenario does not say it.
//
// Exact within the model: a process that waits for memory of a full group stalls all of its time, one above memory.high as
// much as it sleeps. An estimate: pages that reclaim took and that are touched again (refaults), each at the latency of
// its device, and direct reclaim by a process whose memory grows. Readahead, huge pages, kswapd, the number of CPUs and
// how busy a device is are left out. A process that has all its memory stalls nobody, however much that is.
//
// Kernel: psi_memstall_enter() in mm/vmscan.c, mm/memcontrol.c, mm/filemap.c and mm/page_io.c, since 4.20.

/// How much of its time something waits, in millionths, between two bounds.
private struct Wait {
  static let whole: Int64 = 1_000_000

  var least: Int64
  var most: Int64
  var isEstimate: Bool

  init(least: Int64, most: Int64, isEstimate: Bool) {
    (self.least, self.most) = (min(least, Self.whole), min(most, Self.whole))
    self.isEstimate = isEstimate && most > 0
  }

  static let none = Wait(exactly: 0)

  init(exactly share: Int64) { self.init(least: share, most: share, isEstimate: false) }

  /// Of something that takes microseconds for each of so many pages a second.
  init(pagesPerSecond: Int64, least: Microseconds, most: Microseconds) {
    func share(_ each: Microseconds) -> Int64 {
      let (product, overflows) = pagesPerSecond.multipliedReportingOverflow(by: each.rawValue)
      return overflows ? Self.whole : product
    }
    self.init(least: share(least), most: share(most), isEstimate: true)
  }

  /// One after the other, as a single thread waits.
  static func + (one: Wait, other: Wait) -> Wait {
    Wait(
      least: one.least + other.least, most: one.most + other.most,
      isEstimate: one.isEstimate || other.isEstimate)
  }
}

extension State {
  /// Works out anew how the groups stall whose stall the scenario does not give.
  ///
  /// All of a group are taken to wait at once, so that `full` is the least of them and `some` the most: with that killers
  /// act at the earliest. Where what they wait for has nothing to do with each other, `full` is the product of all.
  mutating func deriveStalls() {
    if pressures.isEmpty { return }
    if !tasks.rare.hot.isEmpty { settle() }
    ledger.effort.add(8 * growths.count + 16 * tasks.rare.hot.count)
    var waits: [(row: Int, wait: Wait)] = []
    var growing: Set<Int> = []
    for growth in growths.all where !growth.isShrink {
      guard let row = growth.row, tasks.isAlive(row) else { continue }
      growing.insert(row)
      waits.append((row, wait(of: growth, row) + refaults(of: row)))
    }
    for row in tasks.rare.hot.keys.sorted() where !growing.contains(row) {
      waits.append((row, refaults(of: row)))
    }
    var full: [Int: Wait] = [:]
    var some: [Int: Int64] = [:]
    for (row, wait) in waits {
      for group in groups.path(from: Int(tasks.groups[row])) where pressures.groups[group] != nil {
        let before = full[group] ?? Wait(exactly: Wait.whole)
        full[group] = Wait(
          least: proportion(of: before.least, wait.least, Wait.whole),
          most: min(before.most, wait.most), isEstimate: before.isEstimate || wait.isEstimate)
        some[group] = max(some[group] ?? 0, wait.most)
      }
    }
    for group in pressures.groups.keys {
      pressures.derive(
        Pressures.Stall(
          some: Share(millionths: some[group] ?? 0),
          full: Share(millionths: full[group]?.most ?? 0)),
        least: Share(millionths: full[group]?.least ?? 0),
        isEstimate: full[group]?.isEstimate ?? false, of: group)
    }
  }

  /// Whether what processes wait for can change while nothing but growth goes on.
  var hasRefaults: Bool { !tasks.rare.hot.isEmpty && !pressures.isEmpty }

  // MARK: Refaults

  /// What a process waits for pages that it touches again each second: in swap, or dropped from a file.
  ///
  /// Modelled: it touches them anywhere in its memory. One that touches the same pages again and again, and no more than
  /// it has in memory, waits for nothing.
  private func refaults(of row: Int) -> Wait {
    guard let hot = tasks.rare.hot[row] else { return .none }
    return readBack(hot, of: tasks.owner(row))
  }

  /// - Parameter pagesPerSecond: what is touched of the memory of an address space.
  private func readBack(_ pagesPerSecond: Int64, of owner: Int) -> Wait {
    let mm = tasks.mms[owner]
    if mm.touched <= 0 { return .none }
    var swapped = mm.swap + mm.swappedShmem
    if let segment = shared.number(.shmem, of: owner) {
      swapped += max((shared.list[segment].mapped[owner] ?? 0) - mm.shmem, 0)
    }
    let dropped = max(mm.touched - (mm.rssAndSwap - mm.swap) - swapped, 0)
    let each =
      Int128(swapped) * Int128(nanosecondsFromSwap)
      + Int128(dropped) * Int128((machine.fileLatency ?? Self.usualLatency).rawValue) * 1000
    // More than a machine can have is touched by nobody.
    let millionths =
      Int128(min(pagesPerSecond, 1 << 40)) * each / (Int128(mm.touched) * 1000)
    let share = Int64(min(millionths, Int128(Wait.whole)))
    return Wait(least: share, most: share, isEstimate: true)
  }

  /// What a page takes that is compressed in memory.
  fileprivate static let decompression: Microseconds = 15

  /// Of a solid-state disk.
  fileprivate static let usualLatency: Microseconds = 100

  /// What a page takes that is read back from swap, on average over what is stored; no more than 2^34.
  private var nanosecondsFromSwap: Int64 {
    let compressed = ledger.zswap?.storedInAll ?? 0
    var left = ledger.accounts[MemcgTree.root].swapUsage - compressed
    var stored = Int128(compressed)
    var sum = stored * Int128(Self.decompression.rawValue)
    if machine.swapDevices.isEmpty, compressed > 0 {
      sum += Int128(left) * Int128(Self.usualLatency.rawValue)
      stored += Int128(left)
    }
    for device in machine.swapDevices where left > 0 {
      let pages = min(left, device.size)
      left -= pages
      stored += Int128(pages)
      sum += Int128(pages) * Int128(device.readLatency.rawValue)
    }
    return stored == 0 ? Self.usualLatency.rawValue * 1000 : Int64(sum * 1000 / stored)
  }

  // MARK: Growth

  private func wait(of growth: Growth, _ row: Int) -> Wait {
    if growth.stop != nil { return Wait(exactly: Wait.whole) }
    if let stretch = growth.stretch, stretch.highGroup != nil, stretch.duration > 0 {
      return Wait(
        exactly: proportion(of: Wait.whole, stretch.sleep.rawValue, stretch.duration.rawValue))
    }
    guard growth.duration > 0 else { return .none }
    let rate = Microseconds.seconds(1).part(
      of: growth.duration, in: growth.total.resident)
    if growth.verb == .retouch { return readBack(rate, of: tasks.owner(row)) }
    return directReclaim(rate, group: Int(tasks.groups[row]))
  }

  /// What a process waits that has to reclaim as many pages as it takes.
  ///
  /// A clean page takes about a microsecond. One that goes to swap takes at least that, and at most what a disk of 200 MB/s
  /// writes it in, or what compressing it takes.
  private func directReclaim(_ pagesPerSecond: Int64, group: Int) -> Wait {
    guard
      let full = groups.path(from: group).first(where: { ledger.headroom($0) < Self.swapCluster })
    else { return .none }
    let root = ledger.accounts[MemcgTree.root]
    let swaps = vm.swappiness > 0 && root.swapUsage < machine.swap && ledger.swapRoom(full) > 0
    let isZram =
      ledger.zswap != nil || machine.swapDevices.first { $0.kind == .zram } != nil
    return Wait(
      pagesPerSecond: pagesPerSecond, least: 1, most: !swaps ? 1 : isZram ? 15 : 20)
  }

  /// Kernel: `SWAP_CLUSTER_MAX`: so many pages are reclaimed at a time.
  private static let swapCluster: Int64 = 32
}

extension SwapDevice {
  fileprivate var readLatency: Microseconds {
    latency ?? (kind == .zram ? State.decompression : State.usualLatency)
  }
}
