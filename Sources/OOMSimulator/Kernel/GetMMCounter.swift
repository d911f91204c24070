/// How exactly a release reads the counters of resident memory and swap entries, which points are made of.
///
/// The simulator decides by exact counters, and on a machine of one CPU by what that CPU has added up (`HeldBack`). Where
/// the choice was so close that a kernel may have read otherwise, it says so: a near tie.
///
/// Kernel: `get_mm_counter()`, include/linux/mm.h.
package enum MMCounterRule: Equatable, Sendable {
  /// As they are: to 2.6.33, where rss decides nothing, and since 7.0.
  case exact
  /// Without what each thread has counted since it last added it up: 2.6.34 to 6.1.
  case cachedByThreads
  /// Without what each CPU holds back: 6.2 to 6.19. A child of fork begins with exact counters.
  case heldBackByCPUs

  /// Pages that the counters of a process may be behind, all together.
  ///
  /// A thread adds up when it has more than 64 page faults, `TASK_RSS_EVENTS_THRESH`, which is after the 66th at the
  /// latest; a fault of a file or of shared memory maps up to 16 pages, `fault_around_bytes`, mm/memory.c. A CPU holds
  /// back less than a batch of each of four counters: anonymous, file and shared pages, and swap entries.
  ///
  /// - Parameters:
  ///   - mapped: its pages of files and of shared memory.
  ///   - threads: of the process.
  ///   - cpus: of the machine.
  package func pagesBehind(mapped: Int64, threads: Int64, cpus: Int64) -> Int64 {
    switch self {
    case .exact: return 0
    case .cachedByThreads:
      let faults = 66 * threads
      let around = min(mapped, 16 * faults)
      return around + faults - (around + 15) / 16
    case .heldBackByCPUs: return 4 * percpuError(cpus: cpus, batch: rssBatch(cpus: cpus))
    }
  }
}

/// What the CPU of a machine that has one only has counted of an address space and not added up yet. It adds a counter up
/// when 32 pages have come together, so that what the killer reads follows from what was counted.
///
/// Modelled: pages come and go one by one, but for those of a fork, which come together; locked memory is counted exactly.
/// What a scenario gives at the start is what was read, but for less than a batch, which no counter has shown. With more
/// CPUs it depends on where a process ran, and the exact sums decide.
///
/// Kernel: `percpu_counter_add_batch()`, lib/percpu_counter.c; `percpu_counter_read_positive()`, 6.2 to 6.19.
struct HeldBack: Equatable, Sendable {
  private var anon: Int8 = 0
  private var file: Int8 = 0
  private var shmem: Int8 = 0
  private var swap: Int8 = 0

  /// Nothing.
  init() {}

  /// Of a process that has these pages at the start.
  init(atStart mm: MM) {
    func held(_ pages: Int64) -> Int8 { pages < rssBatch(cpus: 1) ? Int8(pages) : 0 }
    anon = held(mm.anon - mm.locked)
    file = held(mm.file)
    shmem = held(mm.shmem)
    swap = held(mm.swap)
  }

  /// Follows a change of the counters.
  ///
  /// - Parameter together: all at once, as `add_mm_rss_vec()` does for the page tables that a fork copies.
  mutating func count(from before: MM, to after: MM, together: Bool) {
    // Nothing is left of an address space that is gone.
    if after == MM() {
      self = HeldBack()
      return
    }
    func add(_ pages: Int64, to held: inout Int8) {
      let batch = rssBatch(cpus: 1)
      let sum = Int64(held) + pages
      held = Int8(together && abs(sum) >= batch ? 0 : sum % batch)
    }
    add(after.anon - after.locked - before.anon + before.locked, to: &anon)
    add(after.file - before.file, to: &file)
    add(after.shmem - before.shmem, to: &shmem)
    add(after.swap - before.swap, to: &swap)
  }

  /// The counters as the killer reads them, never less than nothing.
  func read(_ mm: MM) -> MM {
    var read = mm
    read.anon = max(mm.anon - Int64(anon), 0)
    read.file = max(mm.file - Int64(file), 0)
    read.shmem = max(mm.shmem - Int64(shmem), 0)
    read.swap = max(mm.swap - Int64(swap), 0)
    return read
  }
}

extension Kill.Decision {
  /// Whether the runner-up would have been chosen if the victim's counters had been read as far behind as they can be.
  func isNearTie(of victim: Candidate) -> Bool {
    guard chosen == .points, counterError > 0, let runnerUp else { return false }
    var read = victim
    // Only the sum counts; less than nothing is not read.
    read.anon -= min(counterError, victim.anon + victim.file + victim.shmem + victim.swap)
    return BreakEven(arithmetic: arithmetic).beats(
      runnerUp.points, arithmetic.points(of: read, adj: victim.oomScoreAdj),
      winsTie: runnerUpWinsTies)
  }
}

extension RulesByRelease {
  /// What of resident memory counts, and how exactly it is read.
  @_optimize(none)
  static var rss: [RuleChange] {
    [
      RuleChange(
        .rss, "2.6.11", "rss does not count.", "mm/oom_kill.c", "badness()"),
      RuleChange(
        .rss, "2.6.36",
        """
        rss and swap entries; each thread may be behind by about 64 page faults, which map up to \
        16 pages of a file each. The exact sums decide here, and what that leaves open is called \
        a near tie.
        """,
        "include/linux/mm.h", "get_mm_rss()", hurts: "whoever is resident", follows: .badness
      ) { $0.counters = .cachedByThreads },
      RuleChange(
        .rss, "6.2",
        """
        The killer reads per-CPU counters without summing them: off by up to CPUs × (batch - 1) \
        pages a counter, 32 MiB on 64 CPUs. On one CPU that is reckoned; on more the exact sums \
        decide here. What that leaves open is called a near tie.
        """,
        "include/linux/mm.h", "get_mm_counter()", commit: "f1a7941243c1",
        hurts: "near ties: either may be chosen"
      ) { $0.counters = .heldBackByCPUs },
      RuleChange(
        .rss, "7.0", "The killer sums the counters exactly.",
        "mm/oom_kill.c", "oom_badness()", hurts: "nobody: the error of 6.2 is gone"
      ) { $0.counters = .exact },
    ]
  }
}
