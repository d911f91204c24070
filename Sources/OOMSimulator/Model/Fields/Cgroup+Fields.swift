extension Cgroup {
  /// A key of a group: a file of one version or of both, or what the group holds at the start.
  package struct File: Sendable {
    package let field: Field<Cgroup>
    /// The only version that has it; nil for both.
    package let version: Int?
    /// What to write on the other version.
    package let instead: String

    /// Whether a group of a version can have it.
    package func exists(inVersion number: Int) -> Bool { version == nil || version == number }
  }

  /// The keys of a group, in the order in which they are written.
  package static let files: [File] =
    versionOneFiles + versionTwoFiles + managedFiles + podFiles + commonFiles

  /// The fields that two groups can differ in: the limit by the name that it has in a version.
  static func differing(version: Int) -> [Field<Cgroup>] {
    var fields: [Field<Cgroup>] = []
    let twin = version == 1 ? "memory.max" : "memory.limit_in_bytes"
    for file in files where file.field.key != twin { fields.append(file.field) }
    return fields
  }

  private static func one(
    _ key: String, _ value: FieldValue<Cgroup>, _ meaning: String, example: String,
    instead: String
  ) -> File {
    File(
      field: Field(key, value, "Version 1: " + meaning, example: example), version: 1,
      instead: instead)
  }

  private static func two(
    _ key: String, _ value: FieldValue<Cgroup>, _ meaning: String, example: String,
    instead: String
  ) -> File {
    File(field: Field(key, value, meaning, example: example), version: 2, instead: instead)
  }

  private static let versionOneFiles: [File] = [
    one(
      "memory.limit_in_bytes", .limit({ $0.max }, { $0.max = $1 }),
      "the hard limit. A write that reclaim cannot get down to is EBUSY.", example: "\"512M\"",
      instead: "memory.max"),
    one(
      "memory.memsw.limit_in_bytes", .limit({ $0.memswLimit }, { $0.memswLimit = $1 }),
      "memory and swap together, not below memory.limit_in_bytes.", example: "\"max\"",
      instead: "memory.swap.max, which is swap alone"),
    one(
      "memory.soft_limit_in_bytes", .limit({ $0.softLimit }, { $0.softLimit = $1 }),
      "what reclaim of the machine brings the group down to first.", example: "\"256M\"",
      instead: "memory.low"),
    one(
      "memory.use_hierarchy", .flag({ $0.useHierarchy }, { $0.useHierarchy = $1 }),
      "1 counts the charges of the groups below, too. Default 0 to 5.10, always 1 since.",
      example: "1", instead: "nothing: it is always on"),
    one(
      "memory.swappiness", .integer(0...200, { $0.swappiness }, { $0.swappiness = $1 }),
      "0 never swaps, and leaves swap out of totalpages. Default: vm.swappiness.", example: "0",
      instead: "vm.swappiness"),
    one(
      "memory.oom_control", .oomControl({ $0.oomKillDisable }, { $0.oomKillDisable = $1 }),
      "oom_kill_disable 1 makes a process that reaches the limit wait, and nothing is killed.",
      example: "{ \"oom_kill_disable\": 1 }", instead: "nothing: it cannot be disabled"),
  ]

  private static let versionTwoFiles: [File] = [
    two(
      "memory.max", .limit({ $0.max }, { $0.max = $1 }),
      "The hard limit. When reclaim inside the group cannot help, an OOM of the group.",
      example: "\"512M\"", instead: "memory.limit_in_bytes"),
    two(
      "memory.high", .limit({ $0.high }, { $0.high = $1 }),
      "Above this the group is reclaimed and slowed down. It never kills.", example: "\"400M\"",
      instead: "nothing: there is no such limit"),
    two(
      "memory.low", .limit({ $0.low }, { $0.low = $1 }),
      "Memory that reclaim takes only when nothing else is left.", example: "\"100M\"",
      instead: "memory.soft_limit_in_bytes"),
    two(
      "memory.min", .limit({ $0.min }, { $0.min = $1 }),
      "Memory that reclaim never takes from the group.", example: "\"50M\"",
      instead: "nothing: there is no such protection"),
    two(
      "memory.swap.max", .limit({ $0.swapMax }, { $0.swapMax = $1 }),
      "How much swap the group may use. 0 keeps all of it in memory.", example: "0",
      instead: "memory.memsw.limit_in_bytes, which is memory and swap"),
    two(
      "memory.swap.high", .limit({ $0.swapHigh }, { $0.swapHigh = $1 }),
      "While the group has more in swap it is slowed down, whatever it is charged for. Since 5.8.",
      example: "\"200M\"", instead: "nothing: there is no such limit"),
    two(
      "memory.zswap.max", .limit({ $0.zswapMax }, { $0.zswapMax = $1 }),
      "What the group can have in the pool of zswap, compressed; the rest goes to swap at once. Since 5.19.",
      example: "\"100M\"", instead: "nothing: there is no such limit"),
    two(
      "memory.zswap.writeback", .flag({ $0.zswapWriteback }, { $0.zswapWriteback = $1 }),
      "0: what does not go into the pool of zswap stays in memory. Since 6.8. Default 1.",
      example: "0", instead: "nothing: it is a file of version 2 only"),
    two(
      "memory.oom.group", .flag({ $0.oomGroup }, { $0.oomGroup = $1 }),
      "1: when one process of the group is chosen, all of them die.", example: "1",
      instead: "nothing: it is a file of version 2 only"),
    two(
      "OOMPolicy",
      .word(
        OOMPolicy.allCases.map { $0.rawValue }, { $0.oomPolicy?.rawValue },
        { $0.oomPolicy = OOMPolicy(rawValue: $1) }),
      "What systemd does when the kernel has killed in the group. Default: stop in a .service without groups of its own "
        + "where process 1 is systemd, else continue.", example: "\"stop\"",
      instead: "nothing: systemd watches memory.events, a file of version 2"),
    two(
      "TimeoutStopSec", .duration({ $0.timeoutStop }, { $0.timeoutStop = $1 }),
      "How long the processes take to end that systemd stops. Default: they end at once.",
      example: "\"10s\"",
      instead: "nothing: systemd watches memory.events, a file of version 2"),
  ]

  private static let managedFiles: [File] = [
    managed(
      "ManagedOOMSwap",
      .word(
        ManagedOOM.allCases.map { $0.rawValue }, { $0.managedOOMSwap?.rawValue },
        { $0.managedOOMSwap = ManagedOOM(rawValue: $1) }),
      "kill: systemd-oomd kills below the group where memory and swap are short. Default: auto.",
      example: "\"kill\""),
    managed(
      "ManagedOOMMemoryPressure",
      .word(
        ManagedOOM.allCases.map { $0.rawValue }, { $0.managedOOMMemoryPressure?.rawValue },
        { $0.managedOOMMemoryPressure = ManagedOOM(rawValue: $1) }),
      "kill: systemd-oomd kills below the group where it stalls for long. Default: auto.",
      example: "\"kill\""),
    managed(
      "ManagedOOMMemoryPressureLimit",
      .share(
        { $0.managedOOMMemoryPressureLimit }, { $0.managedOOMMemoryPressureLimit = $1 }),
      "Above how much of its time. Default, and 0%: that of systemd-oomd.", example: "\"50%\""),
    managed(
      "ManagedOOMMemoryPressureDurationSec",
      .duration(
        { $0.managedOOMMemoryPressureDuration }, { $0.managedOOMMemoryPressureDuration = $1 }),
      "How long. Since systemd 257. Default: that of systemd-oomd.", example: "\"20s\""),
    managed(
      "ManagedOOMPreference",
      .word(
        ManagedOOMPreference.allCases.map { $0.rawValue }, { $0.managedOOMPreference?.rawValue },
        { $0.managedOOMPreference = ManagedOOMPreference(rawValue: $1) }),
      "avoid: systemd-oomd takes the group when there is no other; omit: never. Default: none.",
      example: "\"avoid\""),
    oomd(
      "oomd_prefer", .bool({ $0.oomdPrefer }, { $0.oomdPrefer = $1 }),
      "Meta's oomd takes the group before others, whatever it ranks by. Default false."),
    oomd(
      "oomd_avoid", .bool({ $0.oomdAvoid }, { $0.oomdAvoid = $1 }),
      "Meta's oomd takes the group when there is no other, as with ManagedOOMPreference avoid. Default false."
    ),
  ]

  private static func oomd(
    _ key: String, _ value: FieldValue<Cgroup>, _ meaning: String
  ) -> File {
    two(
      key, value, meaning, example: "true",
      instead: "nothing: oomd kills groups of version 2 only")
  }

  private static func managed(
    _ key: String, _ value: FieldValue<Cgroup>, _ meaning: String, example: String
  ) -> File {
    two(
      key, value, meaning, example: example,
      instead: "nothing: systemd-oomd kills groups of version 2 only")
  }

  /// The keys of a pod's group, in the words of its manifest.
  package static let podFiles: [File] = [
    pod(
      "requests.memory", .quantity({ $0.pod.request }, { $0.pod.request = $1 }),
      "what its containers request together, as the kubelet ranks it. A quantity of Kubernetes: 1M is a million bytes. "
        + "Default 0.", example: "\"512Mi\""),
    pod(
      "priority",
      .integer(
        Int64(Int32.min)...Int64(Int32.max), { $0.pod.priority.map { Int64($0) } },
        { $0.pod.priority = Int32(clamping: $1) }),
      "the lower goes first. From 2000000000 on the kubelet does not evict it. Default 0.",
      example: "1000"),
    pod(
      "static", .bool({ $0.pod.isStatic }, { $0.pod.isStatic = $1 }),
      "whether it comes from a file: the kubelet does not evict it. Default false.", example: "true"
    ),
    pod(
      "terminationGracePeriodSeconds",
      .integer(
        0...Int64(Int32.max), { $0.pod.terminationGracePeriod },
        { $0.pod.terminationGracePeriod = $1 }),
      "how long it has after SIGTERM. Default 30.", example: "60"),
  ]

  private static func pod(
    _ key: String, _ value: FieldValue<Cgroup>, _ meaning: String, example: String
  ) -> File {
    File(
      field: Field(key, value, "The group of a pod: " + meaning, example: example), version: nil,
      instead: "")
  }

  private static let commonFiles: [File] = [
    File(
      field: Field(
        "cpuset.mems", .nodes({ $0.cpusetMems }, { $0.cpusetMems = $1 }),
        "Nodes that its processes may have memory on. Default: as above it.", example: "\"0-1\""),
      version: nil, instead: ""),
    File(
      field: Field(
        "page_cache", .size({ $0.pageCache }, { $0.pageCache = $1 }),
        "Clean file cache charged to the group at the start.", example: "\"30M\""),
      version: nil, instead: ""),
    File(
      field: Field(
        "kernel", .size({ $0.kernel }, { $0.kernel = $1 }),
        "Unreclaimable kernel memory charged to the group at the start.", example: "\"5M\""),
      version: nil, instead: ""),
    File(
      field: Field(
        "hugetlb", .size({ $0.hugetlb }, { $0.hugetlb = $1 }),
        "Part of the machine's pool of huge pages that the group uses. It is charged for it with "
          + "memory_hugetlb_accounting alone.", example: "\"16M\""),
      version: nil, instead: ""),
  ]
}
