/// A word that other tools have for what a key of the scenario format holds.
package struct KeySynonym: Sendable {
  /// Without regard to case, points, dashes and underlines.
  package let words: [String]
  /// Where it stands here, as `FormatReference.Key.path` has it; the first is the nearest.
  package let paths: [String]
  /// What else has to be known.
  package let note: String?

  private init(_ words: String, _ paths: String..., note: String? = nil) {
    self.words = words.split(separator: " ").map { Self.folded(String($0)) }
    self.paths = paths
    self.note = note
  }

  private static func folded(_ word: String) -> String {
    word.lowercased().filter { !"_-. ".contains($0) }
  }

  /// What a word of another tool is here; nil where it is not known.
  package static func of(_ word: String) -> KeySynonym? {
    let folded = folded(word)
    return all.first { $0.words.contains(folded) }
  }

  /// The last part of a path: what stands in quotes before the colon.
  package static func key(of path: String) -> String {
    for place in places where path.hasPrefix(place.prefix) {
      return String(path.dropFirst(place.prefix.count))
    }
    return path
  }

  /// What it is called here, each name once.
  package var keys: [String] {
    var keys: [String] = []
    for path in paths where !keys.contains(Self.key(of: path)) { keys.append(Self.key(of: path)) }
    return keys
  }

  /// What a path is part of, in words; empty for a section.
  private static func owner(of path: String) -> String {
    places.first { path.hasPrefix($0.prefix) }?.owner ?? ""
  }

  /// What to write for a key that an object does not have, nil where nothing is known of it.
  static func advice(for key: String, known: [String]) -> String? {
    let sysctl = "vm." + key
    if known.contains(sysctl) { return "; it is called '\(sysctl)' here" }
    guard let synonym = of(key) else { return nil }
    let note = synonym.note.map { ": \($0)" } ?? ""
    let keys = synonym.paths.map { Self.key(of: $0) }
    if let here = keys.first(where: { known.contains($0) && $0 != key }) {
      return "; it is called '\(here)' here\(note)"
    }
    guard let path = synonym.paths.first, let name = keys.first else { return nil }
    let owner = owner(of: path)
    return owner.isEmpty ? "; the section '\(name)' has it" : "; that is '\(name)' \(owner)\(note)"
  }

  private static let places: [(prefix: String, owner: String)] = [
    ("processes.NAME.restart.", "of 'restart' of a process"),
    ("processes.NAME.", "of a process, in 'processes'"),
    ("cgroups./PATH.", "of a group, in 'cgroups'"),
    ("machine.", "of the section 'machine'"),
    ("sysctl.", "of the section 'sysctl'"),
    ("events.N.grow.", "of the event 'grow'"),
    ("events.N.", "of an event, in 'events'"),
    ("expect.", "of the section 'expect'"),
  ]

  /// The words that are known, by what they mean.
  package static let all: [KeySynonym] = ofProcesses + ofGroups + ofMachines + ofEvents

  private static let ofProcesses = [
    KeySynonym(
      "rss vmrss res resident memory_usage usage mem workingset", "processes.NAME.anon",
      "events.N.grow.anon", note: "rss is 'anon', 'file' and 'shmem' together"),
    KeySynonym(
      "rssanon anonymous heap private uss pss", "processes.NAME.anon", "events.N.grow.anon"),
    KeySynonym("rssfile mapped", "processes.NAME.file", "events.N.grow.file"),
    KeySynonym("rssshmem shr shared shm", "processes.NAME.shmem", "events.N.grow.shmem"),
    KeySynonym("vmswap swapents swapped", "processes.NAME.swap"),
    KeySynonym("vmsize vsz vsize virt virtual", "processes.NAME.total_vm"),
    KeySynonym("vmlck mlock mlocked", "processes.NAME.locked"),
    KeySynonym("vmpte pgtables pgtables_bytes nr_ptes pte", "processes.NAME.page_tables"),
    KeySynonym(
      "oomscoreadjust oomscoreadj oomadjust oom_score score_adj", "processes.NAME.oom_score_adj"),
    KeySynonym("cmd command comm process title args exe", "processes.NAME.name"),
    KeySynonym("user owner euid runasuser", "processes.NAME.uid"),
    KeySynonym("parent parent_pid", "processes.NAME.ppid"),
    KeySynonym("replicas instances copies", "processes.NAME.count"),
    KeySynonym("nlwp nr_threads", "processes.NAME.threads"),
    KeySynonym("restartpolicy", "processes.NAME.restart"),
    KeySynonym("restartsec", "processes.NAME.restart.delay"),
    KeySynonym("startlimitburst", "processes.NAME.restart.burst"),
    KeySynonym("startlimitintervalsec startlimitinterval", "processes.NAME.restart.interval"),
    KeySynonym("restartmaxdelaysec", "processes.NAME.restart.max_delay"),
    KeySynonym("slice group memcg cgroup_path cgroupparent", "processes.NAME.cgroup"),
    KeySynonym("ni", "processes.NAME.nice"),
    KeySynonym("cap_add caps", "processes.NAME.capabilities"),
  ]

  private static let ofGroups = [
    KeySynonym(
      "memorymax memorylimit memlimit limit limitsmemory memory_limit_in_bytes",
      "cgroups./PATH.memory.max", "cgroups./PATH.memory.limit_in_bytes"),
    KeySynonym("memoryhigh", "cgroups./PATH.memory.high"),
    KeySynonym(
      "memorylow memoryreservation memreservation reservation", "cgroups./PATH.memory.low",
      "cgroups./PATH.memory.soft_limit_in_bytes"),
    KeySynonym("memorymin", "cgroups./PATH.memory.min"),
    KeySynonym(
      "memoryswapmax swapmax swaplimit", "cgroups./PATH.memory.swap.max",
      "cgroups./PATH.memory.memsw.limit_in_bytes"),
    KeySynonym(
      "memswaplimit memoryswap memorymemswlimit", "cgroups./PATH.memory.memsw.limit_in_bytes",
      "cgroups./PATH.memory.swap.max",
      note: "memory.memsw.limit_in_bytes is memory and swap, memory.swap.max swap alone"),
    KeySynonym("oomgroup singleprocessoomkill", "cgroups./PATH.memory.oom.group"),
    KeySynonym("oomkilldisable disableoomkiller", "cgroups./PATH.memory.oom_control"),
    KeySynonym("cpusetmems allowedmemorynodes", "cgroups./PATH.cpuset.mems"),
  ]

  private static let ofMachines = [
    KeySynonym("memtotal ram total physical_memory totalram", "machine.memory"),
    KeySynonym("swaptotal swapsize totalswap", "machine.swap"),
    KeySynonym("hugepages nr_hugepages hugepages_total", "machine.hugetlb"),
    KeySynonym(
      "cached buffers cache buffcache", "machine.page_cache", "cgroups./PATH.page_cache"),
    KeySynonym("sreclaimable slab", "machine.slab_reclaimable"),
    KeySynonym("sunreclaim kernelstack kmem", "machine.kernel", "cgroups./PATH.kernel"),
    KeySynonym("committed_as", "machine.committed"),
    KeySynonym("pagesize", "machine.page_size"),
    KeySynonym("ncpu nproc processors cores", "machine.cpus"),
    KeySynonym("config_hz clk_tck", "machine.hz"),
    KeySynonym("numa numa_nodes", "machine.nodes"),
    KeySynonym("overcommit", "sysctl.vm.overcommit_memory"),
    KeySynonym("host system node hardware", "machine"),
    KeySynonym("sysctls", "sysctl"),
    KeySynonym("groups memcgs containers units services pods", "cgroups"),
    KeySynonym("procs tasks", "processes"),
    KeySynonym("timeline actions steps", "events"),
    KeySynonym("kernel_version release uname", "kernel"),
    KeySynonym("expected expectations assert", "expect"),
    KeySynonym("comment comments notes", "description"),
  ]

  private static let ofEvents = [
    KeySynonym("alloc allocate malloc leak use", "events.N.grow"),
    KeySynonym("free release_memory", "events.N.shrink"),
    KeySynonym("mmap", "events.N.map"),
    KeySynonym("munmap", "events.N.unmap"),
    KeySynonym("stop end terminate", "events.N.exit"),
    KeySynonym("spawn exec launch run", "events.N.start"),
    KeySynonym("time when after", "events.N.at"),
    KeySynonym("duration during", "events.N.grow.over"),
    KeySynonym("drop_caches memory_reclaim", "events.N.reclaim"),
    KeySynonym("psi", "events.N.pressure"),
    KeySynonym("killed victims victim", "expect.kills"),
    KeySynonym("alive survive", "expect.survivors"),
    KeySynonym("enomem", "expect.refused"),
  ]
}
