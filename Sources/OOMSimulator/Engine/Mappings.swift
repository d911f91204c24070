/// What an address space has mapped beyond what it has touched, and what of it is committed.
struct Mappings: Equatable, Sendable {
  /// Private memory that is mapped, committed and untouched.
  var untouched: Int64 = 0
  /// Private memory that is mapped without being committed, untouched and touched. Kernel: a mapping
  /// without `VM_ACCOUNT`.
  var noReserve: Int64 = 0
  var noReserveTouched: Int64 = 0
  /// The part of `untouched` and `noReserve` that growth in progress is going to touch.
  var claimed: Int64 = 0
  /// Shared memory that is mapped, committed and untouched.
  var untouchedShared: Int64 = 0
  /// The part of `untouchedShared` that growth in progress is going to touch.
  var claimedShared: Int64 = 0
  /// Address space that nothing is committed for and that is not touched.
  var uncommitted: Int64 = 0
  /// What a process has committed besides its `anon + swap`: what it mapped and did not touch, and shared
  /// memory; negative where it touched memory that was mapped without a reserve.
  var commitBeside: Int64 = 0
  /// The part of `commitBeside` that is shared memory.
  var committedShmem: Int64 = 0
  /// Address space beyond what is touched or mapped, where `total_vm` was given.
  var extraVM: Int64 = 0
  /// First page tables beyond those of an empty process, where `page_tables` was given at the start.
  var extraTables: Int64 = 0

  /// Address space that is not touched.
  var untouchedVM: Int64 { untouched + noReserve + untouchedShared + uncommitted + extraVM }

  /// Mapped memory that no growth in progress is going to touch.
  var unclaimed: Int64 { untouched + noReserve - claimed }
  var unclaimedShared: Int64 { untouchedShared - claimedShared }

  /// What is committed beyond the pages that an address space has is mapped and untouched; what it has beyond that
  /// was mapped without a reserve.
  ///
  /// - Parameter shmem: shared memory that is the address space's own.
  mutating func setCommitted(_ given: Int64, anonAndSwap: Int64, shmem: Int64) {
    commitBeside = given - anonAndSwap
    committedShmem = min(max(commitBeside, 0), shmem)
    untouched = max(commitBeside, 0) - committedShmem
    noReserveTouched = max(-commitBeside, 0)
  }

  mutating func map(_ pages: Int64, _ kind: Event.MappingKind) {
    switch kind {
    case .private:
      untouched += pages
      commitBeside += pages
    case .shared:
      untouchedShared += pages
      commitBeside += pages
      committedShmem += pages
    case .readOnly: uncommitted += pages
    case .noReserve: noReserve += pages
    }
  }

  /// Gives mapped and untouched address space back; no more than there is.
  mutating func unmap(_ pages: Int64, _ kind: Event.MappingKind) {
    switch kind {
    case .private, .noReserve:
      var pages = min(pages, max(unclaimed, 0))
      if kind == .noReserve {
        // What was mapped in mode 2 was committed all the same.
        let unreserved = min(pages, noReserve)
        noReserve -= unreserved
        pages -= unreserved
      }
      pages = min(pages, untouched)
      untouched -= pages
      commitBeside -= pages
    case .shared:
      let pages = min(pages, max(unclaimedShared, 0))
      untouchedShared -= pages
      commitBeside -= pages
      committedShmem -= pages
    case .readOnly: uncommitted -= min(pages, uncommitted)
    }
  }

  /// Touches what was claimed before.
  ///
  /// - Parameter counted: 0 where a segment has what was committed for the pages.
  mutating func touch(_ pages: Int64, _ kind: PageKind, counted: Int64) {
    switch kind {
    case .anon, .locked:
      let reserved = min(pages, untouched)
      untouched -= reserved
      noReserve -= pages - reserved
      noReserveTouched += pages - reserved
      claimed -= pages
      commitBeside -= pages
    case .shmem:
      claimedShared -= pages
      untouchedShared -= counted
    default: break
    }
  }

  /// Takes back what is committed beside the pages that are given back, as far as it goes with them.
  ///
  /// - Parameter all: the private memory that there is, before anything is given back.
  mutating func giveBack(_ pages: Pages, of all: Int64) {
    // Committed memory goes first; what was mapped without a reserve has nothing to give back.
    let anon = pages.anon + pages.locked + pages.lazyFree + pages.swappedAnon
    let unreserved = max(anon - (all - noReserveTouched), 0)
    noReserveTouched -= unreserved
    commitBeside += unreserved
    let shmem = min(pages.shmem + pages.swappedShmem, committedShmem)
    committedShmem -= shmem
    commitBeside -= shmem
  }

  /// What a child has; shared memory is not committed once more.
  var copiedByFork: Mappings {
    Mappings(
      untouched: untouched, noReserve: noReserve, noReserveTouched: noReserveTouched,
      uncommitted: uncommitted, commitBeside: commitBeside - committedShmem)
  }
}
