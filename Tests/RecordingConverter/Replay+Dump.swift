extension Replay {
  /// A dump corrects the file cache: the kernel reads ahead, and what it has read and let go is its own affair.
  mutating func lookAtDump(_ tag: String) {
    guard let dump = recording.dumps[tag] else { return }
    if !hasBegun, events.isEmpty || cacheAtStart == 0 { cacheAtStart = dump.cache ?? 0 }
    if !hasBegun { tally.cache["/"] = cacheAtStart }
    guard tag == origin.referenceTag else { return }
    atReference = (
      tables: tally.processes.values.reduce(0) { $0 + ReplayMachine.pageTables(of: $1.all) },
      program: tally.processes.values.reduce(0) { $0 + $1.program - $1.lag }
    )
    guard hasBegun, readsFiles, let all = dump.cache else { return }
    let groups = dump.cgroups ?? [:]
    for group in [(key: "/", cache: all)]
      + groups.map({ (key: $0.key, cache: $0.value.cache) })
      .sorted(by: { $0.key < $1.key })
    {
      let below = groups.filter { Self.parent(of: $0.key) == group.key }
      let own = group.cache - below.reduce(0) { $0 + $1.value.cache }
      correctCache(of: group.key, by: own - tally.filePages(in: group.key))
    }
  }

  private mutating func correctCache(of group: String, by pages: Int64) {
    let change = max(pages, -(tally.cache[group] ?? 0))
    if change == 0 { return }
    tally.cache[group, default: 0] += change
    pageCache(change, of: group)
  }

  mutating func pageCache(_ change: Int64, of group: String) {
    var object = ObjectBuilder()
    object.addPages(change > 0 ? "read" : "drop", abs(change))
    if group != "/" { object.add("cgroup", .string(group)) }
    emit("page_cache", object.value)
  }

  private var readsFiles: Bool {
    recording.steps.contains { $0.words.contains { $0.hasPrefix("path=/dev/") } }
  }

  static func parent(of path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/")
  }
}

extension Recording.Dump {
  /// Clean file pages that can be reclaimed.
  var cache: Int64? {
    guard let active = meminfo?["Active(file)"], let inactive = meminfo?["Inactive(file)"] else {
      return nil
    }
    return (active + inactive) / 4
  }
}

extension Recording {
  /// The file of a tmpfs that a process creates and maps.
  func tmpfsFile(of name: String) -> String? {
    for step in operations("file", before: end) where step.words[1] == name {
      guard step.words.contains("create"),
        let path = step.words.first(where: { $0.hasPrefix("path=/shm/") })
      else { continue }
      return String(path.dropFirst("path=".count))
    }
    return nil
  }

  /// Whether a process locks all its memory.
  func locksMemory(_ name: String) -> Bool {
    operations("mlockall", before: end).contains {
      $0.words[1] == name && $0.replies?.first?.r?.first == 0
    }
  }
}
