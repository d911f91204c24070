internal import VictimSelection

/// One value that two scenarios have differently.
public struct ScenarioDifference: Equatable, Sendable {
  public enum Value: Equatable, Sendable {
    case pages(Int64)
    case number(Int64)
    case microseconds(Int64)
    case text(String)
    /// Not given, or not there.
    case absent
  }

  /// Where, in the words of the scenario format: `processes.llm.oom_score_adj`.
  public var path: String
  public var before: Value
  public var after: Value

  /// Every value that differs, in the order of the format; processes and groups by their names, events by
  /// their place. Names, titles and expectations of the scenarios are not compared.
  ///
  /// - Complexity: O(processes + events + groups).
  public static func all(from before: Scenario, to after: Scenario) -> [ScenarioDifference] {
    var list = DifferenceList()
    list.add(
      "kernel", .text((before.kernel ?? .standard).text), .text((after.kernel ?? .standard).text))
    list.add(
      "cgroup_version", .number(Int64(before.cgroupVersion)), .number(Int64(after.cgroupVersion)))
    list.add(
      "memory_recursiveprot", .flag(before.isRecursivelyProtected),
      .flag(after.isRecursivelyProtected))
    list.add("machine.", machineKeys, before.machine, after.machine)
    list.add("sysctl.", sysctlKeys, before.sysctl, after.sysctl)
    list.addCgroups(before, after)
    list.addProcesses(before.processes, after.processes)
    list.addEvents(before.events, after.events)
    return list.found
  }

  typealias Key<Root> = (name: String, value: @Sendable (Root) -> Value)

  static let machineKeys: [Key<Machine>] = [
    ("memory", { .pages($0.memory) }), ("swap", { .pages($0.swap) }),
    ("swap devices", { .text($0.swapDevices.isEmpty ? "" : "\($0.swapDevices)") }),
    ("page_size", { .number($0.pageSize) }), ("kernel", { .pages($0.kernel) }),
    ("slab_reclaimable", { .pages($0.slabReclaimable) }),
    ("page_cache", { .pages($0.pageCache) }), ("hugetlb", { .pages($0.hugetlb) }),
    ("hz", { .number($0.hz) }), ("exit_delay", { .microseconds($0.exitDelay) }),
    ("word_bits", { .number(Int64($0.wordBits.rawValue)) }),
    ("nodes", { .text($0.nodes.map { "\($0.memory) pages" }.joined(separator: ", ")) }),
  ]

  static let sysctlKeys: [Key<Sysctl>] = [
    ("vm.overcommit_memory", { .optional($0.overcommitMemory?.rawValue) }),
    ("vm.overcommit_ratio", { .optional($0.overcommitRatio) }),
    ("vm.overcommit_kbytes", { .optional($0.overcommitKbytes) }),
    ("vm.admin_reserve_kbytes", { .optional($0.adminReserveKbytes) }),
    ("vm.user_reserve_kbytes", { .optional($0.userReserveKbytes) }),
    ("vm.min_free_kbytes", { .optional($0.minFreeKbytes) }),
    ("vm.swappiness", { .optional($0.swappiness) }),
    ("vm.panic_on_oom", { .optional($0.panicOnOOM?.rawValue) }),
    ("vm.oom_kill_allocating_task", { $0.oomKillAllocatingTask.map(Value.flag) ?? .absent }),
    ("vm.oom_dump_tasks", { $0.oomDumpTasks.map(Value.flag) ?? .absent }),
  ]

  /// - Parameter version: that of the groups, which names the file of the limit.
  static func cgroupKeys(version: Int) -> [Key<Cgroup>] {
    [
      ("memory.min", { .optionalPages($0.min) }), ("memory.low", { .optionalPages($0.low) }),
      ("memory.high", { .optionalPages($0.high) }),
      (
        version == 1 ? "memory.limit_in_bytes" : "memory.max",
        { .optionalPages($0.max) }
      ),
      ("memory.swap.max", { .optionalPages($0.swapMax) }),
      ("memory.oom.group", { $0.oomGroup.map(Value.flag) ?? .absent }),
      ("memory.memsw.limit_in_bytes", { .optionalPages($0.memswLimit) }),
      ("memory.soft_limit_in_bytes", { .optionalPages($0.softLimit) }),
      ("memory.use_hierarchy", { $0.useHierarchy.map(Value.flag) ?? .absent }),
      ("memory.swappiness", { .optional($0.swappiness) }),
      ("memory.oom_control", { $0.oomKillDisable.map(Value.flag) ?? .absent }),
      ("page_cache", { .optionalPages($0.pageCache) }), ("kernel", { .optionalPages($0.kernel) }),
      ("cpuset.mems", { $0.cpusetMems.map { .text($0.description) } ?? .absent }),
    ]
  }

  static let processKeys: [Key<Scenario.Process>] = [
    ("count", { .number(Int64($0.count)) }), ("pid", { .number(Int64($0.pid)) }),
    ("ppid", { .number(Int64($0.ppid)) }), ("uid", { .number(Int64($0.uid)) }),
    ("cgroup", { .text($0.cgroup) }), ("oom_score_adj", { .number(Int64($0.oomScoreAdj)) }),
    ("anon", { .pages($0.anon) }), ("file", { .pages($0.file) }),
    ("shmem", { .pages($0.shmem) }), ("swap", { .pages($0.swap) }),
    ("locked", { .pages($0.locked) }), ("total_vm", { .optionalPages($0.totalVM) }),
    ("page_tables", { .optionalPages($0.pageTables) }),
    ("committed", { .optionalPages($0.committed) }),
    ("kernel_thread", { .flag($0.isKernelThread) }),
    ("shares_mm_with", { $0.sharesMMWith.map { .text($0.description) } ?? .absent }),
    ("capabilities", { $0.capabilities.map { .number(Int64($0.rawValue)) } ?? .absent }),
    ("on_enomem", { .text($0.onENOMEM == .exit ? "exit" : "continue") }),
    ("oom_adj", { .optional($0.legacy.oomAdj.map(Int64.init)) }),
    ("nice", { .number(Int64($0.legacy.nice)) }),
    ("cpu_time", { .microseconds($0.legacy.cpuTime) }),
    ("run_time", { .microseconds($0.legacy.runTime) }),
    ("in_vfork", { .flag($0.isInVfork) }), ("dying", { .flag($0.isDying) }),
    ("swapoff", { .flag($0.isSwapoff) }),
    ("threads", { .text($0.threadCgroups.joined(separator: ", ")) }),
    ("mems_allowed", { $0.memsAllowed.map { .text($0.description) } ?? .absent }),
    ("mempolicy", { $0.mempolicy.map { .text($0.description) } ?? .absent }),
    ("segment", { $0.segment.map(Value.text) ?? .absent }),
    ("mapped_file", { $0.mappedFile.map(Value.text) ?? .absent }),
    ("restart", { $0.restart.map { .text($0.policy.rawValue) } ?? .absent }),
  ]
}

extension ScenarioDifference.Value {
  static func flag(_ value: Bool) -> Self { .number(value ? 1 : 0) }
  static func optional(_ number: Int64?) -> Self { number.map(Self.number) ?? .absent }
  static func optionalPages(_ pages: Int64?) -> Self { pages.map(Self.pages) ?? .absent }
}

/// Collects what differs.
private struct DifferenceList {
  typealias Value = ScenarioDifference.Value
  var found: [ScenarioDifference] = []

  mutating func add(_ path: String, _ before: Value, _ after: Value) {
    if before == after { return }
    found.append(ScenarioDifference(path: path, before: before, after: after))
  }

  mutating func add<Root>(
    _ prefix: String, _ keys: [ScenarioDifference.Key<Root>], _ before: Root, _ after: Root
  ) {
    for key in keys { add(prefix + key.name, key.value(before), key.value(after)) }
  }

  mutating func addCgroups(_ before: Scenario, _ after: Scenario) {
    let version = after.cgroupVersion
    for path in Set(before.cgroups.keys).union(after.cgroups.keys).sorted() {
      // A group that only one names has no limits in the other, which is all there is to say.
      add(
        "cgroups.\(path).", ScenarioDifference.cgroupKeys(version: version),
        before.cgroups[path] ?? Cgroup(), after.cgroups[path] ?? Cgroup())
    }
  }

  /// Processes of the same name are the same, in their order where several have it.
  mutating func addProcesses(_ before: ProcessTable, _ after: ProcessTable) {
    if before == after { return }
    var rows: [String: [Int]] = [:]
    for row in (0..<before.count).reversed() { rows[before.names[row], default: []].append(row) }
    var isMatched = [Bool](repeating: false, count: before.count)
    for row in 0..<after.count {
      let name = after.names[row]
      guard let other = rows[name]?.popLast() else {
        add("processes.\(name)", .absent, .pages(after[row].resident))
        continue
      }
      isMatched[other] = true
      let (old, new) = (before[other], after[row])
      if old != new { add("processes.\(name).", ScenarioDifference.processKeys, old, new) }
    }
    for row in 0..<before.count where !isMatched[row] {
      add("processes.\(before.names[row])", .pages(before[row].resident), .absent)
    }
  }

  mutating func addEvents(_ before: [Event], _ after: [Event]) {
    for index in 0..<max(before.count, after.count) {
      let path = "events.\(index)"
      let old = index < before.count ? before[index] : nil
      let new = index < after.count ? after[index] : nil
      if old == new { continue }
      guard let old, let new, old.action.name == new.action.name else {
        add(path, old?.summary ?? .absent, new?.summary ?? .absent)
        continue
      }
      let known = found.count
      add(path + ".at", .microseconds(old.at), .microseconds(new.at))
      addSizes("\(path).\(new.action.name).", old.action, new.action)
      // What has no name of its own here, such as the members of a `set`.
      if found.count == known { add(path, .text("one \(old.action.name)"), .text("another")) }
    }
  }

  private mutating func addSizes(_ path: String, _ old: Event.Action, _ new: Event.Action) {
    let (before, after) = (old.quantities, new.quantities)
    for (index, value) in after.enumerated() where index < before.count {
      add(path + value.name, before[index].value, value.value)
    }
    add(
      path + "process", old.process.map { .text($0.description) } ?? .absent,
      new.process.map { .text($0.description) } ?? .absent)
  }
}

extension Scenario.Process {
  fileprivate var resident: Int64 { anon &+ file &+ shmem }
}

extension Event {
  /// What it is, in a few words.
  fileprivate var summary: ScenarioDifference.Value {
    .text(action.name + (action.process.map { " of \($0)" } ?? ""))
  }
}

extension Event.Action {
  /// Its sizes and its duration by their names.
  fileprivate var quantities: [(name: String, value: ScenarioDifference.Value)] {
    switch self {
    case .grow(_, let sizes, let over, _), .shrink(_, let sizes, let over):
      [
        ("anon", .pages(sizes.anon)), ("file", .pages(sizes.file)),
        ("shmem", .pages(sizes.shmem)), ("locked", .pages(sizes.locked)),
        ("over", .microseconds(over)),
      ]
    case .map(_, let pages, let kind), .unmap(_, let pages, let kind):
      [("size", .pages(pages)), ("kind", .text(kind.rawValue))]
    case .cow(_, let pages, let over): [("size", .pages(pages)), ("over", .microseconds(over))]
    case .readPageCache(let pages, let path), .dropPageCache(let pages, let path),
      .writeTmpfs(let pages, let path), .deleteTmpfs(let pages, let path):
      [("size", .pages(pages)), ("cgroup", .text(path))]
    case .swapoff(let pages, _): [("size", .optionalPages(pages))]
    case .swapon(let pages): [("size", .pages(pages))]
    case .move(_, let path): [("cgroup", .text(path))]
    case .start, .exit, .fork, .setProcess, .setCgroup, .setSysctl, .sysrq, .oom: []
    }
  }
}
