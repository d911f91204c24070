import Foundation

/// Seeded numbers: the same on every machine. Steele, Lea and Flood, 2014.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}

/// Scenarios of the right form whose numbers are at their limits: sizes up to 2^40 pages, times up to 31 years, restarts
/// after a microsecond, limits of 0, all releases. Most of them are valid.
struct HostileScenario {
  private var random: Seeded
  private let memory: Int64
  private let isVersionOne: Bool
  private let nodes: Int
  private let storms: Bool
  private var paths: [String]
  private var names: [String] = []

  static let mostPages: Int64 = 1 << 40 - 1
  static let releases = [
    "6.12", "7.3", "6.18", "6.1", "5.9", "5.4", "5.2", "5.0", "4.19", "4.8", "4.5", "4.4", "3.10",
    "3.10-el7", "3.2", "2.6.36", "2.6.32-el6", "2.6.32", "2.6.24", "2.6.18", "2.6.14", "2.6.11",
  ]

  init(seed: UInt64) {
    random = Seeded(seed)
    let top = random.pick(
      [40_000, 40_000, 4_000_000, 4_000_000, 1 << 34, Self.mostPages] as [Int64])
    memory = random.chance(8) ? random.pick([1, 2, 300, Self.mostPages]) : top - top / 3
    isVersionOne = random.chance(25)
    nodes = random.chance(30) ? Int.random(in: 1...4, using: &random) : 0
    storms = random.chance(35)
    paths = Array(["/a", "/a/b", "/a/b/c", "/a/d", "/e"].prefix(random.pick([0, 1, 2, 5, 5])))
    if random.chance(4) { paths = (0..<60).map { "/k/c\($0)" } }
  }

  // MARK: Values

  private mutating func pages(_ percent: Int64 = 100) -> Int64 {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return 0
    case 1: return random.pick([1, 2, 63, 64, 65, 511, 512, 513])
    case 2: return random.chance(50) ? Self.mostPages : min(memory * 3, Self.mostPages)
    default:
      var most = memory / 100 * percent + memory % 100
      for _ in 0..<Int.random(in: 1...3, using: &random) where most > 0 {
        most = Int64.random(in: 0...most, using: &random)
      }
      return min(most, Self.mostPages)
    }
  }

  private func size(_ pages: Int64) -> Any { pages == 0 ? 0 as Any : "\(pages) pages" }

  private mutating func size(percent: Int64) -> Any { size(pages(percent)) }

  private mutating func limit(_ percent: Int64) -> Any {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: "max"
    case 1: 0
    case 2: random.pick([1, 4096, 1 << 51])
    default: size(percent: percent)
    }
  }

  private mutating func time(_ most: Int = 60_000_000) -> Any {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: 0
    case 1: "\(random.pick([999_999_999_999_999, 1 << 49, 1 << 40]))us"
    case 2: "\(random.pick([1, 2, 999, 1000]))us"
    case 3, 4: "\(Int.random(in: 1...60, using: &random))s"
    default: "\(Int.random(in: 1...most, using: &random))us"
    }
  }

  private mutating func mask() -> String {
    let first = Int.random(in: 0..<nodes, using: &random)
    return random.chance(50) ? "\(first)-\(nodes - 1)" : "\(first)"
  }

  private mutating func maybe(
    _ object: inout [String: Any], _ percent: Int, _ key: String,
    _ value: (inout HostileScenario) -> Any
  ) {
    if random.chance(percent) { object[key] = value(&self) }
  }

  // MARK: Sections

  mutating func document() -> [String: Any] {
    var document: [String: Any] = [
      "schema": "oomsim.scenario/1", "name": "hostile", "kernel": random.pick(Self.releases),
      "machine": machine(), "sysctl": sysctl(),
    ]
    if isVersionOne { document["cgroup_version"] = 1 }
    var groups: [String: Any] = [:]
    for path in paths where random.chance(75) { groups[path] = group(atStart: true) }
    document["cgroups"] = groups
    var processes: [[String: Any]] = [["pid": 1, "name": "init", "anon": "10 pages"]]
    for number in 0..<random.pick([1, 2, 3, 5, 8, 12]) {
      processes.append(process("p\(number)", atStart: true))
    }
    document["processes"] = processes
    document["events"] = (0..<random.pick([1, 2, 4, 8, 14, 25])).map { _ in
      var event = action()
      event["at"] = time()
      return event
    }
    return document
  }

  /// As it is written to a file.
  mutating func json() throws -> Data {
    try JSONSerialization.data(withJSONObject: document(), options: .sortedKeys)
  }

  private mutating func machine() -> [String: Any] {
    var machine: [String: Any] = ["memory": size(memory)]
    if nodes > 0 {
      var left = memory
      machine["nodes"] = (0..<nodes).map { node -> [String: Any] in
        let part = node == nodes - 1 ? left : Int64.random(in: 0...left, using: &random)
        left -= part
        return ["memory": size(part), "weight": Int.random(in: 1...255, using: &random)]
      }
    }
    maybe(&machine, 30, "swap") { $0.size(percent: 100) }
    maybe(&machine, 25, "swap") { own in
      [own.random.pick([1, 1.001, 2.8, 100]), 3].map { ratio -> [String: Any] in
        ["size": own.size(own.pages() / 2), "kind": "zram", "ratio": ratio]
      }
    }
    for (key, part) in [
      ("kernel", 20), ("page_cache", 40), ("slab_reclaimable", 10), ("hugetlb", 20),
    ]
      as [(String, Int64)]
    {
      maybe(&machine, 35, key) { $0.size(min($0.pages(part), $0.memory)) }
    }
    maybe(&machine, 20, "exit_delay") { $0.time(3_000_000) }
    maybe(&machine, 10, "page_size") { $0.random.pick([4096, 16_384, 65_536]) }
    maybe(&machine, 10, "word_bits") { $0.random.pick([32, 64]) }
    return machine
  }

  private mutating func sysctl() -> [String: Any] {
    var sysctl: [String: Any] = [:]
    maybe(&sysctl, 50, "vm.overcommit_memory") { $0.random.pick([0, 1, 1, 2]) }
    maybe(&sysctl, 20, "vm.overcommit_ratio") { $0.random.pick([0, 50, 100_000]) }
    maybe(&sysctl, 10, "vm.overcommit_kbytes") { $0.random.pick([0, 1, 1 << 42]) }
    maybe(&sysctl, 30, "vm.min_free_kbytes") { $0.random.pick([0, 1, 1000, 1 << 42]) }
    maybe(&sysctl, 50, "vm.swappiness") { $0.random.pick([0, 0, 1, 60, 100, 200]) }
    maybe(&sysctl, 5, "vm.panic_on_oom") { $0.random.pick([1, 2]) }
    maybe(&sysctl, 15, "vm.oom_kill_allocating_task") { _ in 1 }
    return sysctl
  }

  private mutating func group(atStart: Bool) -> [String: Any] {
    var group: [String: Any] = [:]
    if isVersionOne {
      maybe(&group, 70, "memory.limit_in_bytes") { $0.size(percent: 50) }
      maybe(&group, 30, "memory.soft_limit_in_bytes") { $0.limit(50) }
      maybe(&group, 40, "memory.swappiness") { $0.random.pick([0, 0, 1, 200]) }
      maybe(&group, 15, "memory.oom_control") { _ in ["oom_kill_disable": 1] }
    } else {
      for (key, percent, part) in [
        ("memory.max", 60, 60), ("memory.high", 40, 40), ("memory.low", 25, 30),
        ("memory.min", 25, 30), ("memory.swap.max", 40, 50), ("memory.swap.high", 20, 20),
      ] as [(String, Int, Int64)] {
        maybe(&group, percent, key) { $0.limit(part) }
      }
      maybe(&group, 30, "memory.oom.group") { _ in 1 }
    }
    if nodes > 0 { maybe(&group, 30, "cpuset.mems") { $0.mask() } }
    if atStart {
      maybe(&group, 30, "page_cache") { $0.size(percent: 10) }
      maybe(&group, 20, "kernel") { $0.size(percent: 5) }
    }
    return group
  }

  private mutating func process(_ name: String, atStart: Bool) -> [String: Any] {
    var process: [String: Any] = ["name": name]
    let anon = pages(30)
    process["anon"] = size(anon)
    if !paths.isEmpty { maybe(&process, 70, "cgroup") { $0.random.pick($0.paths) } }
    for (key, percent, part) in [
      ("file", 40, 10), ("shmem", 25, 10), ("page_tables", 20, 2), ("total_vm", 15, 200),
      ("committed", 10, 100),
    ] as [(String, Int, Int64)] {
      maybe(&process, percent, key) { $0.size(percent: part) }
    }
    maybe(&process, 15, "locked") { $0.size(min($0.pages(10), anon)) }
    maybe(&process, 40, "oom_score_adj") { $0.random.pick([-1000, -999, -1, 1, 500, 999, 1000]) }
    maybe(&process, 8, "oom_adj") { $0.random.pick([-17, -16, 15]) }
    maybe(&process, 20, "on_enomem") { _ in "exit" }
    maybe(&process, 10, "run_time") { $0.time() }
    maybe(&process, 40, "uid") { $0.random.pick([0, 1000, 4_294_967_294]) }
    maybe(&process, storms ? 60 : 5, "restart") { $0.restart() }
    if process["shmem"] != nil { maybe(&process, 40, "segment") { _ in "/dev/shm/x" } }
    if nodes > 0 { maybe(&process, 30, "mempolicy") { $0.mask() } }
    maybe(&process, 4, "in_vfork") { _ in true }
    maybe(&process, 4, "swapoff") { _ in true }
    var count = 1
    if atStart {
      maybe(&process, 25, "swap") { $0.size(percent: 5) }
      if random.chance(10) { count = random.pick([2, 3, 10, 100, 10_000]) }
    }
    if count > 1 { process["count"] = count }
    names += count == 1 ? [name] : ["\(name)-1", "\(name)-\(count)"]
    return process
  }

  private mutating func restart() -> [String: Any] {
    var policy: [String: Any] = [
      "policy": random.pick(["always", "on-failure"]),
      "delay": random.pick(["1us", "1ms", "100ms", "1s", "999999999999999us"]),
    ]
    if random.chance(25) {
      (policy["backoff"], policy["max_delay"]) = ("exponential", "999999999999999us")
    }
    if random.chance(25) {
      policy["burst"] = random.pick([1, 5, 1_000_000])
      policy["interval"] = random.pick(["1us", "10s", "999999999999999us"])
    }
    return policy
  }

  // MARK: Events

  private mutating func action() -> [String: Any] {
    let process = random.pick(names)
    let kind = random.pick([
      "grow", "grow", "grow", "grow", "grow", "shrink", "map", "unmap", "start", "exit", "fork",
      "cow", "touch", "madvise", "page_cache", "tmpfs", "kernel", "reclaim", "set", "machine",
      "move",
      "oom", "sysrq", "swapoff", "swapon",
    ])
    var body: [String: Any] = [:]
    switch kind {
    case "grow", "shrink", "cow", "touch", "madvise", "map", "unmap", "exit", "fork", "move":
      body["process"] = process
    default: break
    }
    switch kind {
    case "grow", "shrink":
      body[random.pick(["anon", "anon", "shmem", "file", "locked"])] = size(percent: 120)
      maybe(&body, 75, "over") { $0.time(100_000_000) }
      if kind == "grow", nodes > 0 { maybe(&body, 30, "nodes") { $0.mask() } }
    case "map", "unmap":
      body["size"] = size(percent: 200)
      body["kind"] = random.pick(["private", "shared", "read_only", "noreserve"])
    case "start": body = self.process("s\(names.count)", atStart: false)
    case "fork":
      body["child"] = ["name": "f\(names.count)"]
      names.append("f\(names.count)")
    case "cow": body["size"] = size(percent: 30)
    case "touch": maybe(&body, 60, "anon") { $0.size(percent: 40) }
    case "madvise": body["advice"] = random.pick(["free", "dontneed"])
    case "page_cache": body[random.pick(["read", "drop"])] = size(percent: 60)
    case "tmpfs":
      body["write"] = size(percent: 60)
      maybe(&body, 40, "size") { $0.size(percent: 40) }
    case "kernel": body[random.pick(["grow", "shrink"])] = size(percent: 60)
    case "reclaim", "swapon": body["size"] = size(percent: 50)
    case "swapoff": maybe(&body, 50, "process") { _ in process }
    case "move": body["cgroup"] = paths.isEmpty ? "/" : random.pick(paths)
    case "oom": maybe(&body, 50, "process") { _ in process }
    case "sysrq": return ["sysrq": "f"]
    case "machine":
      return [
        "set": [
          "machine": true,
          "to": [
            nodes > 0 || random.chance(40) ? "hugetlb" : "memory": size(max(pages(150), 1))
          ],
        ]
      ]
    case "set":
      if !paths.isEmpty, random.chance(60) {
        var to = group(atStart: false)
        if to.isEmpty { to = isVersionOne ? ["memory.limit_in_bytes": 0] : ["memory.max": 0] }
        return ["set": ["cgroup": random.pick(paths), "to": to]]
      }
      return ["set": ["process": process, "to": ["oom_score_adj": random.pick([-1000, 0, 1000])]]]
    default: break
    }
    switch kind {
    case "cow", "touch", "page_cache", "tmpfs", "kernel": maybe(&body, 50, "over") { $0.time() }
    default: break
    }
    if ["page_cache", "tmpfs", "kernel", "reclaim", "oom"].contains(kind), !paths.isEmpty {
      maybe(&body, 60, "cgroup") { $0.random.pick($0.paths) }
    }
    return [kind: body]
  }
}
