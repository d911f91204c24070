internal import OOMFormats
package import OOMSimulator

/// The setting of a story before anything happens, from the scenario alone: nothing in it tells the end.
package struct StorySetting {
  /// More processes, groups and events than this are summed up.
  private static let most = 8

  let scenario: Scenario
  private var numbers: LessonNumbers { LessonNumbers(pageSize: scenario.machine.pageSize) }

  package init(_ scenario: Scenario) { self.scenario = scenario }

  package var lines: [String] { [machine] + sysctls + killers + processes + groups + events }

  private var machine: String {
    let machine = scenario.machine
    let devices = machine.swapDevices.reduce(0) { $0 + $1.size }
    let swap = max(machine.swap, devices)
    var text = "A machine with \(numbers.size(machine.memory)) of memory and "
    text += swap > 0 ? "\(numbers.size(swap)) of swap" : "no swap"
    if machine.kernel > 0 { text += "; the kernel itself has \(numbers.size(machine.kernel))" }
    if machine.pageCache > 0 { text += "; \(numbers.size(machine.pageCache)) of clean cache" }
    if machine.hugetlb > 0 { text += "; a pool of \(numbers.size(machine.hugetlb)) of huge pages" }
    if machine.nodes.count > 1 { text += "; \(machine.nodes.count) NUMA nodes" }
    if machine.exitDelay > 0 {
      text += "; a victim's memory is back \(SizeFormat.time(machine.exitDelay)) after the kill"
    }
    return text + "."
  }

  private var sysctls: [String] {
    var settings: [String] = []
    if let mode = scenario.sysctl.overcommitMemory {
      settings.append("vm.overcommit_memory \(mode.rawValue)")
    }
    if let ratio = scenario.sysctl.overcommitRatio {
      settings.append("vm.overcommit_ratio \(ratio)")
    }
    if let panic = scenario.sysctl.panicOnOOM {
      settings.append("vm.panic_on_oom \(panic.rawValue)")
    }
    if scenario.sysctl.oomKillAllocatingTask == true {
      settings.append("vm.oom_kill_allocating_task 1")
    }
    return settings.isEmpty ? [] : [settings.joined(separator: ", ")]
  }

  private var killers: [String] {
    scenario.killers.map { killer in
      "\(killer.kind.rawValue) watches" + (killer.args.map { ", with \(plain($0))" } ?? "") + "."
    }
  }

  private var processes: [String] {
    let table = scenario.processes
    let all = (0..<table.count).map { table[$0] }.sorted { size($0) > size($1) }
    if all.isEmpty { return [] }
    var rows = [["memory", "oom_score_adj", "process"]]
    for process in all.prefix(Self.most) {
      let count = process.count > 1 ? " × \(process.count), each" : ""
      let group = process.cgroup == "/" ? "" : ", in \(plain(process.cgroup))"
      rows.append([
        numbers.size(size(process)), "\(process.oomScoreAdj)",
        plain(process.name) + count + group + traits(process),
      ])
    }
    let lines = TextTable.lines(ofNumbers: rows).map { "    " + $0 }
    return lines + more(all.count)
  }

  /// What else of a process decides in some release.
  private func traits(_ process: Scenario.Process) -> String {
    var traits: [String] = []
    let legacy = process.legacy
    if process.isInVfork {
      traits.append("a child of vfork, before its exec")
    }
    if let other = process.sharesMMWith {
      traits.append("in the address space of \(plain(other.description))")
    }
    if let adj = legacy.oomAdj { traits.append("oom_adj \(adj)") }
    if legacy.nice != 0 { traits.append("nice \(legacy.nice)") }
    if legacy.runTime > 0 { traits.append("has run for \(SizeFormat.shortTime(legacy.runTime))") }
    if legacy.cpuTime > 0 {
      traits.append("has used \(SizeFormat.shortTime(legacy.cpuTime)) of CPU time")
    }
    if process.swap > 0 { traits.append("\(numbers.size(process.swap)) of it in swap") }
    if let nodes = process.mempolicy ?? process.memsAllowed { traits.append(nodes.inWords) }
    if process.onENOMEM == .exit { traits.append("ends when it is refused memory") }
    if let restart = process.restart, restart.policy != .no {
      traits.append("is started again")
    }
    return traits.map { ", " + $0 }.joined()
  }

  private func size(_ process: Scenario.Process) -> Int64 {
    process.anon &+ process.file &+ process.shmem &+ process.swap
  }

  private func more(_ count: Int) -> [String] {
    count > Self.most ? ["    and \(count - Self.most) more"] : []
  }

  private var groups: [String] {
    let settings = scenario.cgroups.mapValues(settings).filter { !$0.value.isEmpty }
    let paths = settings.keys.sorted()
    let lines = paths.prefix(Self.most).flatMap { path in
      wrapped("\(plain(path)): " + (settings[path] ?? []).joined(separator: ", "), width: 72)
        .enumerated().map { ($0.offset == 0 ? "    " : "      ") + $0.element }
    }
    return lines + more(paths.count)
  }

  /// The files of a group that are written, as its version calls them.
  private func settings(_ group: Cgroup) -> [String] {
    let isOld = scenario.cgroupVersion == 1
    let sizes: [(String, Int64?)] = [
      (isOld ? "memory.limit_in_bytes" : "memory.max", group.max),
      ("memory.memsw.limit_in_bytes", group.memswLimit), ("memory.high", group.high),
      ("memory.min", group.min), ("memory.low", group.low), ("memory.swap.max", group.swapMax),
    ]
    var settings: [String] = []
    for (name, size) in sizes {
      guard let size else { continue }
      settings.append("\(name) \(size == Cgroup.unlimited ? "max" : numbers.size(size))")
    }
    if let isOn = group.useHierarchy { settings.append("memory.use_hierarchy \(isOn ? 1 : 0)") }
    if group.oomKillDisable == true { settings.append("oom_kill_disable 1") }
    if group.oomGroup == true { settings.append("memory.oom.group 1") }
    if let policy = group.oomPolicy { settings.append("OOMPolicy=\(policy.rawValue)") }
    if let nodes = group.cpusetMems { settings.append("cpuset.mems \(nodes.description)") }
    if let cache = group.pageCache, cache > 0 {
      settings.append("\(numbers.size(cache)) of clean cache")
    }
    return settings
  }

  private var events: [String] {
    let all = scenario.events
    let order = all.indices.sorted { all[$0].at != all[$1].at ? all[$0].at < all[$1].at : $0 < $1 }
    let known = order.compactMap { index in
      says(all[index].action).map { "    At \(SizeFormat.time(all[index].at)) \($0)." }
    }
    let lines = known.prefix(Self.most) + more(known.count)
    let others = scenario.events.count - known.count
    if others == 0 { return Array(lines) }
    return lines + ["    \(others) other event\(others == 1 ? "" : "s"), as the scenario has them."]
  }

  /// An event in words; nil for those that are only counted.
  private func says(_ action: Event.Action) -> String? {
    switch action {
    case .grow(let process, let sizes, let time, _):
      let pages = sizes.anon &+ sizes.file &+ sizes.shmem &+ sizes.locked
      return "\(plain(process.description)) begins to grow by \(numbers.size(pages))" + within(time)
    case .start(let process):
      let count = process.count > 1 ? "\(process.count) × " : ""
      return "\(count)\(plain(process.name)) starts with \(numbers.size(size(process)))"
    case .exit(let process): return "\(plain(process.description)) ends"
    case .fork(let process, let child):
      return "\(plain(process.description)) forks: its child is \(plain(child.name))"
    case .cow(let process, let pages, let time):
      return
        "\(plain(process.description)) begins to write to \(numbers.size(pages)) that it shares"
        + within(time)
    case .map(let process, let pages, _):
      return "\(plain(process.description)) maps \(numbers.size(pages)) without touching it"
    case .growUnowned(let kind, let pages, _, let time, _):
      return "\(kind.inWords) begins to grow by \(numbers.size(pages))" + within(time)
    case .setMachine(_, let pool?):
      return "the pool of huge pages is set to \(numbers.size(pool))"
    case .swapoff(_, let process):
      return "\(process.map { plain($0.description) } ?? "somebody") runs swapoff"
    case .sysrq: return "somebody asks for a kill by hand, with SysRq f"
    case .oom: return "the scenario declares an OOM"
    default: return nil
    }
  }

  private func within(_ time: Microseconds) -> String {
    time > 0 ? " within \(SizeFormat.time(time))" : " at once"
  }
}

extension Event.Unowned {
  fileprivate var inWords: String {
    switch self {
    case .pageCache: "the cache of files"
    case .tmpfs: "what is in tmpfs"
    case .kernel: "the memory of the kernel"
    }
  }
}
