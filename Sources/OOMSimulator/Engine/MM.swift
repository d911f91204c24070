/// The pages of an address space. Kernel: the counters of `mm_struct`.
struct MM: Equatable, Sendable {
  var anon: Int64 = 0
  var file: Int64 = 0
  var shmem: Int64 = 0
  var swap: Int64 = 0
  /// The part of `anon` that cannot be swapped.
  var locked: Int64 = 0
  /// The part of `anon` that reclaim may discard.
  var lazyFree: Int64 = 0
  var pageTables: Int64 = 0
  /// Pages that have ever been touched and not given back: what page tables are for.
  var touched: Int64 = 0
  /// Shared memory in swap: in no counter of the process. Kernel: shmem has no `MM_SWAPENTS`.
  var swappedShmem: Int64 = 0

  /// Kernel: `get_mm_rss()` and `MM_SWAPENTS`.
  var rssAndSwap: Int64 { anon + file + shmem + swap }

  /// Private memory, wherever it is.
  var anonAndSwap: Int64 { anon + swap }

  /// What it counts as its own, whoever else maps it.
  var pages: Pages {
    Pages(
      anon: anon - locked - lazyFree, locked: locked, shmem: shmem, file: file,
      pageTables: pageTables, lazyFree: lazyFree, swappedAnon: swap, swappedShmem: swappedShmem)
  }

  /// Takes the larger one of each size that processes with this address space give at the start.
  mutating func takeLargest(_ other: MM) {
    anon = max(anon, other.anon)
    file = max(file, other.file)
    shmem = max(shmem, other.shmem)
    swap = max(swap, other.swap)
    locked = max(locked, other.locked)
    pageTables = max(pageTables, other.pageTables)
  }

  /// - Parameter counted: how far its own counter goes up: 0 where a segment or a file shows its pages.
  mutating func touch(_ pages: Int64, _ kind: PageKind, counted: Int64, tables: Int64) {
    touched += pages
    pageTables += tables
    switch kind {
    case .anon: anon += counted
    case .locked:
      anon += counted
      locked += counted
    case .shmem: shmem += counted
    case .file: file += counted
    default: break
    }
  }

  /// Adds to the counters. Kernel: `add_mm_counter()`.
  mutating func add(_ pages: Pages) {
    anon += pages.anon + pages.locked + pages.lazyFree
    locked += pages.locked
    lazyFree += pages.lazyFree
    file += pages.file
    shmem += pages.shmem
    swap += pages.swappedAnon
    pageTables += pages.pageTables
    swappedShmem += pages.swappedShmem
  }

  mutating func remove(_ pages: Pages) {
    anon -= pages.anon + pages.locked + pages.lazyFree
    locked -= pages.locked
    lazyFree -= pages.lazyFree
    file -= pages.file
    shmem -= pages.shmem
    swap -= pages.swappedAnon
    pageTables -= pages.pageTables
    swappedShmem -= pages.swappedShmem
  }

  /// Counts as many pages of a segment or a file as its users are shown.
  mutating func show(_ pages: Int64, of kind: SharedObject.Kind) {
    switch kind {
    case .segment: shmem = pages
    case .file: file = pages
    }
  }

  /// What a child has that shares the private memory, but for what reclaim may discard.
  func copiedByFork(tables: Int64) -> MM {
    MM(
      anon: anon - lazyFree, swap: swap, locked: locked, pageTables: tables,
      touched: anonAndSwap - lazyFree)
  }
}
