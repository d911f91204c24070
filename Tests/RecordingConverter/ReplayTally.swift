/// What a script has made processes, files and groups hold so far, in pages.
///
/// Limits of the machine play no part: this is what there would be without reclaim and without kills.
struct ReplayTally {
  struct Touched {
    /// What it had from its start.
    var initial: Int64 = 0
    /// Part of that: the program, in memory that cannot be reclaimed.
    var program: Int64 = 0
    /// Pages that it has and its counters do not show.
    var lag: Int64 = 0
    var anon: Int64 = 0
    /// Part of `anon` that is still its parent's or its child's, too.
    var shared: Int64 = 0
    var locked: Int64 = 0
    var shmem: Int64 = 0
    var file: Int64 = 0
    /// Whether its shared memory is a file of a tmpfs, which stays when the process is gone.
    var isTmpfs = false

    var all: Int64 { initial + anon + locked + shmem + file }
    /// What a kill gives back.
    var freed: Int64 { max(anon - shared, 0) + locked + (isTmpfs ? 0 : shmem) }
  }

  /// By the process that brought the address space into being.
  var processes: [String: Touched] = [:]
  var groups: [String: String] = [:]
  /// Clean file cache that nobody maps, by group.
  var cache: [String: Int64] = [:]
  /// How far the disk has been read from its beginning.
  var readUpTo: Int64 = 0
  /// Untouched mappings that were kept, of each process by their kind.
  var reserved: [String: [String: Int64]] = [:]

  subscript(name: String) -> Touched {
    get { processes[name] ?? Touched() }
    set { processes[name] = newValue }
  }

  /// - Parameters:
  ///   - program: what of a process is the program.
  ///   - lag: pages that it has and its counters do not show.
  mutating func start(_ entry: ProcessEntry, program: Int64, lag: Int64 = 0) {
    self[entry.name].initial = entry.anon
    self[entry.name].program = program
    self[entry.name].lag = lag
  }

  /// Untouched private mappings, nil where there are none.
  func privatelyReserved(_ name: String) -> Int64? { reserved[name]?["private"] }

  mutating func fork(_ parent: String, to child: String) {
    var touched = self[parent]
    (touched.shmem, touched.file, touched.program, touched.lag) = (0, 0, 0, 0)
    (touched.anon, touched.locked) = (touched.anon + touched.locked, 0)
    touched.shared = touched.anon
    self[child] = touched
    self[parent].shared = touched.anon
  }

  mutating func touch(_ pages: Int64, _ kind: String, by name: String) {
    switch kind {
    case "anon": self[name].anon += pages
    case "locked": self[name].locked += pages
    case "shmem": self[name].shmem += pages
    default: self[name].file += pages
    }
  }

  /// File pages charged to a group itself, mapped or not.
  func filePages(in group: String) -> Int64 {
    let mapped = processes.filter { groups[$0.key] ?? "/" == group }
    return mapped.reduce(cache[group] ?? 0) { $0 + $1.value.file }
  }
}
