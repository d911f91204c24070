/// A word that other tools have for what a key of the scenario format holds.
package struct KeySynonym: Sendable {
  /// As those tools write them; case, points, dashes and underlines do not count.
  package let words: [String]
  /// Where it stands here, as `FormatReference.Key.path` has it; the first is the nearest.
  package let paths: [String]
  /// What else has to be known.
  package let note: String?
  private let foldedWords: [String]

  private init(_ words: String, _ paths: String..., note: String? = nil) {
    self.words = words.split(separator: " ").map { String($0) }
    foldedWords = self.words.map { $0.hasPrefix("-") ? $0 : Self.folded($0) }
    self.paths = paths
    self.note = note
  }

  private static func folded(_ word: String) -> String {
    word.lowercased().filter { !"_-./ ".contains($0) }
  }

  /// What a word of another tool is here; nil where it is not known.
  package static func of(_ word: String) -> KeySynonym? {
    // An option need not be what its word is without the dashes: --memory is a limit.
    let asOption = all.first { $0.foldedWords.contains(word) }
    let folded = folded(word)
    return asOption ?? all.first { $0.foldedWords.contains(folded) }
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
      "rss VmRSS RES resident memory_usage usage mem container_memory_rss process_resident_memory_bytes",
      "processes.NAME.anon",
      "events.N.grow.anon", note: "rss is 'anon', 'file' and 'shmem' together"),
    KeySynonym(
      "working_set container_memory_working_set_bytes MemoryCurrent container_memory_usage_bytes",
      "processes.NAME.anon", "cgroups./PATH.page_cache",
      note: "page cache that is in use is part of it, and here 'page_cache' of the group"),
    KeySynonym(
      "resources.requests.memory", "processes.NAME.oom_score_adj", "cgroups./PATH.memory.low",
      note:
        "no kernel limits a request: the kubelet makes oom_score_adj of it, which 'oomsim k8s' works out, and evicts by "
        + "it: 'requests.memory' of the pod's group"
    ),
    KeySynonym(
      "RssAnon anonymous heap private uss pss", "processes.NAME.anon", "events.N.grow.anon"),
    KeySynonym("RssFile mapped", "processes.NAME.file", "events.N.grow.file"),
    KeySynonym("RssShmem SHR shared shm", "processes.NAME.shmem", "events.N.grow.shmem"),
    KeySynonym(
      "shm_size", "processes.NAME.shmem", "events.N.tmpfs",
      note: "it is how much /dev/shm may hold: here stands what lies in it"),
    KeySynonym("VmSwap swapents swapped container_memory_swap", "processes.NAME.swap"),
    KeySynonym("VmSize vsz vsize VIRT virtual", "processes.NAME.total_vm"),
    KeySynonym("VmLck mlock mlocked", "processes.NAME.locked"),
    KeySynonym("VmPTE pgtables pgtables_bytes nr_ptes pte", "processes.NAME.page_tables"),
    KeySynonym(
      "OOMScoreAdjust oomScoreAdj OOMAdjust oom_score score_adj", "processes.NAME.oom_score_adj"),
    KeySynonym("cmd command comm process title args exe", "processes.NAME.name"),
    KeySynonym("user owner euid runAsUser", "processes.NAME.uid"),
    KeySynonym("parent parent_pid", "processes.NAME.ppid"),
    KeySynonym("replicas instances copies", "processes.NAME.count"),
    KeySynonym("nlwp nr_threads", "processes.NAME.threads"),
    KeySynonym("restartPolicy", "processes.NAME.restart"),
    KeySynonym("RestartSec", "processes.NAME.restart.delay"),
    KeySynonym("StartLimitBurst", "processes.NAME.restart.burst"),
    KeySynonym("StartLimitIntervalSec StartLimitInterval", "processes.NAME.restart.interval"),
    KeySynonym("RestartMaxDelaySec", "processes.NAME.restart.max_delay"),
    KeySynonym("Slice group memcg cgroup_path cgroup_parent", "processes.NAME.cgroup"),
    KeySynonym("ni", "processes.NAME.nice"),
    KeySynonym("cap_add caps", "processes.NAME.capabilities"),
  ]

  private static let ofGroups = [
    KeySynonym(
      "MemoryMax MemoryLimit mem_limit limit limits.memory resources.limits.memory memory_limit_in_bytes --memory -m container_spec_memory_limit_bytes",
      "cgroups./PATH.memory.max", "cgroups./PATH.memory.limit_in_bytes"),
    KeySynonym("MemoryHigh", "cgroups./PATH.memory.high"),
    KeySynonym(
      "MemoryLow MemoryReservation mem_reservation reservation", "cgroups./PATH.memory.low",
      "cgroups./PATH.memory.soft_limit_in_bytes"),
    KeySynonym("MemoryMin", "cgroups./PATH.memory.min"),
    KeySynonym(
      "MemorySwapMax swap_max swap_limit", "cgroups./PATH.memory.swap.max",
      "cgroups./PATH.memory.memsw.limit_in_bytes"),
    KeySynonym(
      "memswap_limit MemorySwap memory.memsw.limit", "cgroups./PATH.memory.memsw.limit_in_bytes",
      "cgroups./PATH.memory.swap.max",
      note: "memory.memsw.limit_in_bytes is memory and swap, memory.swap.max swap alone"),
    KeySynonym("MemoryZSwapMax zswap_max", "cgroups./PATH.memory.zswap.max"),
    KeySynonym("MemoryZSwapWriteback zswap_writeback", "cgroups./PATH.memory.zswap.writeback"),
    KeySynonym("oom_group singleProcessOOMKill", "cgroups./PATH.memory.oom.group"),
    KeySynonym("oom_kill_disable disableOOMKiller", "cgroups./PATH.memory.oom_control"),
    KeySynonym("cpuset_mems AllowedMemoryNodes", "cgroups./PATH.cpuset.mems"),
  ]

  private static let ofMachines = [
    KeySynonym("MemTotal ram total physical_memory totalram", "machine.memory"),
    KeySynonym("SwapTotal swap_size total_swap", "machine.swap"),
    KeySynonym(
      "zram mm_stat", "machine.swap",
      note: "a list of devices has { \"size\": \"4G\", \"kind\": \"zram\" }"),
    KeySynonym("max_pool_percent", "machine.zswap_max_pool_percent"),
    KeySynonym("hugepages nr_hugepages HugePages_Total", "machine.hugetlb"),
    KeySynonym(
      "Cached Buffers cache buff/cache container_memory_cache", "machine.page_cache",
      "cgroups./PATH.page_cache"),
    KeySynonym("SReclaimable slab", "machine.slab_reclaimable"),
    KeySynonym("SUnreclaim KernelStack kmem", "machine.kernel", "cgroups./PATH.kernel"),
    KeySynonym("Committed_AS", "machine.committed"),
    KeySynonym("pagesize", "machine.page_size"),
    KeySynonym("ncpu nproc processors cores", "machine.cpus"),
    KeySynonym("CONFIG_HZ CLK_TCK", "machine.hz"),
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
