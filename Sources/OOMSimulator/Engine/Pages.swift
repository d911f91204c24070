/// What a page is in use for, and whether it is in memory or in swap.
///
/// The first five are those that processes have, in the order in which memory nodes list them.
enum PageKind: Int, CaseIterable, Sendable {
  /// Resident anonymous memory that could be swapped.
  case anon
  /// Resident anonymous memory that cannot. Kernel: `NR_MLOCK`.
  case locked
  /// Resident shared memory of processes.
  case shmem
  /// File pages mapped by processes.
  case file
  case pageTables
  /// Private memory of processes that reclaim may discard. Kernel: `MADV_FREE`.
  case lazyFree
  /// Resident tmpfs pages that belong to no process.
  case tmpfs
  /// Clean file pages that nobody maps.
  case cache
  case slabReclaimable
  case kernel
  /// What a group has in the pool of zswap, compressed. File: `memory.zswap.current`.
  case zswap
  /// What zram devices take, in the root alone: no group is charged for it.
  case zram
  case swappedAnon
  case swappedShmem
  case swappedTmpfs

  /// The kinds that are in memory.
  static let resident: [PageKind] = allCases.filter { $0.rawValue <= PageKind.zram.rawValue }

  /// The kinds that processes have in memory.
  static let held: [PageKind] = allCases.filter { $0.isHeld }

  /// The kinds that a process touches, in the order in which growth takes them.
  static let touched: [PageKind] = [.anon, .locked, .shmem, .file]

  /// The kinds that grow and shrink without a process.
  static let unowned: [PageKind] = [.tmpfs, .cache, .kernel]

  /// What pages of the kind are in swap; nil of those that never go there.
  var inSwap: PageKind? {
    switch self {
    case .anon: .swappedAnon
    case .shmem: .swappedShmem
    case .tmpfs: .swappedTmpfs
    default: nil
    }
  }

  /// Whether pages of the kind are those of files: they make room for each other.
  var isOfFiles: Bool { self == .file || self == .cache }

  /// Whether processes have such pages in memory.
  var isHeld: Bool { rawValue <= PageKind.pageTables.rawValue }
}

/// A number of pages of each kind: what a group is charged for, a process has or a growth is about.
struct Pages: Equatable, Sendable {
  var anon: Int64 = 0
  var locked: Int64 = 0
  var shmem: Int64 = 0
  var file: Int64 = 0
  var pageTables: Int64 = 0
  var lazyFree: Int64 = 0
  var tmpfs: Int64 = 0
  var cache: Int64 = 0
  var slabReclaimable: Int64 = 0
  var kernel: Int64 = 0
  var zswap: Int64 = 0
  var zram: Int64 = 0
  var swappedAnon: Int64 = 0
  var swappedShmem: Int64 = 0
  var swappedTmpfs: Int64 = 0

  /// Pages in memory.
  var resident: Int64 {
    anon + locked + shmem + file + pageTables + lazyFree + tmpfs + cache + slabReclaimable + kernel
      + zswap + zram
  }

  /// Pages in swap.
  var swapped: Int64 { swappedAnon + swappedShmem + swappedTmpfs }

  var isEmpty: Bool { self == Pages() }

  /// Pages that come back with the last user; mapped file pages stay as cache.
  var freed: Int64 { anon + locked + shmem + pageTables + lazyFree + swapped }

  /// What a fork shares by copy-on-write: private anonymous memory, resident or in swap.
  var copiedByFork: Pages { Pages(anon: anon, locked: locked, swappedAnon: swappedAnon) }

  subscript(kind: PageKind) -> Int64 {
    get {
      switch kind {
      case .anon: anon
      case .locked: locked
      case .shmem: shmem
      case .file: file
      case .pageTables: pageTables
      case .lazyFree: lazyFree
      case .tmpfs: tmpfs
      case .cache: cache
      case .slabReclaimable: slabReclaimable
      case .kernel: kernel
      case .zswap: zswap
      case .zram: zram
      case .swappedAnon: swappedAnon
      case .swappedShmem: swappedShmem
      case .swappedTmpfs: swappedTmpfs
      }
    }
    set {
      switch kind {
      case .anon: anon = newValue
      case .locked: locked = newValue
      case .shmem: shmem = newValue
      case .file: file = newValue
      case .pageTables: pageTables = newValue
      case .lazyFree: lazyFree = newValue
      case .tmpfs: tmpfs = newValue
      case .cache: cache = newValue
      case .slabReclaimable: slabReclaimable = newValue
      case .kernel: kernel = newValue
      case .zswap: zswap = newValue
      case .zram: zram = newValue
      case .swappedAnon: swappedAnon = newValue
      case .swappedShmem: swappedShmem = newValue
      case .swappedTmpfs: swappedTmpfs = newValue
      }
    }
  }

  static func += (pages: inout Pages, more: Pages) {
    for kind in PageKind.allCases { pages[kind] += more[kind] }
  }

  static func -= (pages: inout Pages, less: Pages) {
    for kind in PageKind.allCases { pages[kind] -= less[kind] }
  }
}

/// Pages that somebody has, and the memory nodes that the resident ones lie on.
struct Held: Equatable, Sendable {
  var pages = Pages()
  var nodes = NodeShares()
  var ages = Ages()

  var copiedByFork: Held { part(pages.copiedByFork) }

  /// Some of the pages: the youngest of them.
  func part(_ part: Pages) -> Held {
    Held(pages: part, nodes: nodes.part(part), ages: ages.youngest(part))
  }

  static func += (held: inout Held, more: Held) {
    held.pages += more.pages
    held.nodes += more.nodes
    if !more.ages.isEmpty { held.ages += more.ages }
  }

  static func -= (held: inout Held, less: Held) {
    held.pages -= less.pages
    held.nodes -= less.nodes
    held.trimAges()
  }

  /// Of pages that are gone the youngest are said to be.
  mutating func trimAges() {
    if ages.isEmpty { return }
    for kind in Ages.kinds { ages.trim(kind, to: pages[kind]) }
  }
}
