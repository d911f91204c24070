import OOMSimulator

/// Writes the steps of one scenario, from the empty machine on.
struct Director {
  let scenario: Scenario
  let guest: GuestSize
  let scale: Scale
  var steps: [String] = []
  var notes: [String] = []
  /// Whether requests for address space are to be compared, too.
  var asksOvercommit = false
  /// Whether only limits of groups kill, so that what else the machine has plays no part.
  var isOfGroups = false
  var names = StagedNames()
  /// The file of a tmpfs that each process has mapped, and how much of it.
  var segments: [String: (path: String, pages: Int64)] = [:]
  /// How much of the disk has been mapped or read.
  var diskUsed: Int64 = 0
  var diskRead: Int64 = 0
  private var helpers = 0

  init(_ scenario: Scenario, _ guest: GuestSize, _ scale: Scale) {
    self.scenario = scenario
    self.guest = guest
    self.scale = scale
  }

  mutating func direct() throws(CannotStage) {
    if scenario.processes.expandedCount > Staging.mostProcesses {
      throw CannotStage(
        reasons: [
          "\(scenario.processes.expandedCount) processes: the guest has at most"
            + " \(Staging.mostProcesses)"
        ])
    }
    try fit()
    prepareMachine()
    for path in groups { limit(path, scenario.cgroups[path] ?? Cgroup()) }
    let members = expanded()
    for member in members { begin(member.process, member.name) }
    steps.append("dump base")
    if asksOvercommit, let first = members.first(where: { $0.process.pid != 1 }) {
      steps.append("do \(first.name) reserve 1")
    }
    let cache = scenario.machine.pageCache + scenario.machine.slabReclaimable
    if !isOfGroups { readCache(scale.pages(cache), "/") }
    for (path, group) in scenario.cgroups.sorted(by: { $0.key < $1.key }) {
      readCache(scale.pages(group.pageCache ?? 0), path)
    }
    for member in members { fill(member.process, member.name) }
    steps.append("dump pre")
    for act in Interleaving(scenario.events).acts {
      try perform(act)
    }
    steps += ["sleep 300", "dump post"]
  }

  /// Every group that is named anywhere, parents first.
  private var groups: [String] {
    var paths = Set(scenario.cgroups.keys)
    for row in 0..<scenario.processes.count { paths.insert(scenario.processes[row].cgroup) }
    for event in scenario.events {
      switch event.action {
      case .start(let process): paths.insert(process.cgroup)
      case .move(_, let path), .growUnowned(_, _, let path, _, _): paths.insert(path)
      default: break
      }
    }
    return paths.filter { $0 != "/" }.sorted()
  }

  // MARK: The machine

  /// Refuses a start that the guest has no room for, because its kernel takes a larger share: the recorder itself would
  /// run out of memory.
  private func fit() throws(CannotStage) {
    var needed: Int64 = 0
    var segments: [String: Int64] = [:]
    for row in 0..<scenario.processes.count {
      let process = scenario.processes[row]
      let count = Int64(max(process.count, 1))
      needed += (scale.pages(process.anon + process.file) + Self.processPages) * count
      if let segment = process.segment {
        segments[segment] = max(segments[segment] ?? 0, scale.pages(process.shmem))
      } else {
        needed += scale.pages(process.shmem) * count
      }
    }
    needed += segments.values.reduce(0, +) - scale.pages(scenario.machine.swap)
    let kernel = isOfGroups ? guest.used : max(guest.used, scale.pages(scenario.machine.kernel))
    let left = guest.memory - guest.memory / 100 - kernel
    if needed > left {
      throw CannotStage(reasons: [
        "the start needs \(needed) pages and the guest has \(left) beside its kernel: more --memory"
      ])
    }
  }

  /// What the kernel has for a process besides: page tables, its stack, what describes it.
  private static let processPages: Int64 = 20

  private mutating func prepareMachine() {
    let swap = scale.pages(scenario.machine.swap)
    if swap > 0 { steps.append("swapon \(guest.disk) \(swap)") }
    let sysctl = scenario.sysctl
    let kbytes = { (size: Kibibytes) in scale.pages(size.rawValue) }
    let values: [(String, Int64?)] = [
      ("overcommit_ratio", sysctl.overcommitRatio),
      ("overcommit_kbytes", sysctl.overcommitKbytes.map(kbytes)),
      ("admin_reserve_kbytes", sysctl.adminReserveKbytes.map(kbytes)),
      ("user_reserve_kbytes", sysctl.userReserveKbytes.map(kbytes)),
      ("min_free_kbytes", sysctl.minFreeKbytes.map(kbytes)),
      ("swappiness", sysctl.swappiness),
      ("panic_on_oom", sysctl.panicOnOOM?.rawValue),
      ("oom_kill_allocating_task", sysctl.oomKillAllocatingTask.map { $0 ? 1 : 0 }),
      ("overcommit_memory", sysctl.overcommitMemory?.rawValue),
    ]
    for case (let name, let value?) in values { steps.append("sysctl vm/\(name) \(value)") }
    let missing = scale.pages(scenario.machine.kernel) - guest.used
    if isOfGroups { return }
    if missing > 0 { steps.append("fill \(missing)") }
    if missing < -guest.memory / 50 {
      notes.append("the kernel's own memory is \(-missing) pages larger than the scenario's")
    }
    if scenario.machine.slabReclaimable > 0 {
      notes.append("slab_reclaimable is staged as clean file cache")
    }
  }

  mutating func limit(_ path: String, _ group: Cgroup) {
    let name = path.drop { $0 == "/" }
    if name.isEmpty { return }
    var words = ["cg \(name)"]
    let limits: [(String, Int64?)] = [
      ("memory.min", group.min), ("memory.low", group.low), ("memory.swap.max", group.swapMax),
      ("memory.max", group.max),
    ]
    for case (let key, let value?) in limits {
      words.append("\(key)=" + (value == .max ? "max" : "\(scale.pages(value) * 4096)"))
    }
    if let kill = group.oomGroup { words.append("memory.oom.group=\(kill ? 1 : 0)") }
    steps.append(words.joined(separator: " "))
  }

  // MARK: Processes

  /// Every process of the start with its name in the guest.
  private mutating func expanded() -> [(process: Scenario.Process, name: String)] {
    var members: [(Scenario.Process, String)] = []
    for row in 0..<scenario.processes.count {
      let process = scenario.processes[row]
      for number in 1...max(process.count, 1) {
        let name = process.count > 1 ? "\(process.name)-\(number)" : process.name
        let pid = process.pid == 0 ? 0 : process.pid + number - 1
        members.append((process, process.pid == 1 ? "init" : names.add(name, pid: pid)))
      }
    }
    return members
  }

  mutating func begin(_ process: Scenario.Process, _ name: String) {
    if process.pid == 1 { return }
    var step = "proc \(name)"
    if let owner = process.sharesMMWith, let staged = names[owner] {
      step += " by=\(staged) mode=vm"
    }
    if process.uid != 0 { step += " uid=\(process.uid)" }
    if process.cgroup != "/" { step += " cg=\(process.cgroup.drop { $0 == "/" })" }
    if process.oomScoreAdj != 0 { step += " adj=\(process.oomScoreAdj)" }
    steps.append(step)
  }

  /// Gives a process what it has at the start.
  mutating func fill(_ process: Scenario.Process, _ name: String) {
    if process.sharesMMWith != nil { return }
    let anon = scale.pages(process.anon + process.swap)
    if process.pid == 1 {
      if anon > 0 { steps.append("initgrow \(anon)") }
      return
    }
    if process.swap > 0 { note("what begins in swap begins in memory") }
    let own = anon - Staging.programPages
    if own < 0, process.anon > 0 { note("a process has at least \(Staging.programPages) pages") }
    if own > 0 { steps.append("do \(name) anon \(own)") }
    map(scale.pages(process.file), by: name)
    share(process, scale.pages(process.shmem), by: name)
  }

  mutating func map(_ pages: Int64, by name: String) {
    if pages <= 0 { return }
    steps.append("do \(name) file \(pages) path=\(guest.disk) off=\(Self.mappedFrom + diskUsed)")
    diskUsed += pages
  }

  /// Files that are mapped lie behind swap and what is read.
  private static let mappedFrom: Int64 = 300_000

  private mutating func share(_ process: Scenario.Process, _ pages: Int64, by name: String) {
    if let segment = process.segment {
      segments[name] = (
        path: "/shm/" + segment.map { $0.isLetter || $0.isNumber ? $0 : "_" }, pages: 0
      )
      if !segment.hasPrefix("/") {
        note("the segment '\(segment)' is a file of a tmpfs, which stays when nobody has it")
      }
    }
    growShared(pages, by: name)
  }

  mutating func growShared(_ pages: Int64, by name: String) {
    if pages <= 0 { return }
    guard let segment = segments[name] else {
      steps.append("do \(name) shmem \(pages)")
      return
    }
    let offset = segment.pages > 0 ? " off=\(segment.pages)" : ""
    steps.append("do \(name) file \(pages) path=\(segment.path) create\(offset)")
    segments[name]?.pages += pages
  }

  // MARK: Memory of no process

  /// A process that makes what belongs to nobody, and is gone then.
  mutating func help(in path: String, _ work: String) {
    helpers += 1
    let name = "helper\(helpers)"
    let group = path == "/" ? "" : " cg=\(path.drop { $0 == "/" })"
    steps += ["proc \(name) adj=-1000\(group)", "do \(name) \(work)", "kill \(name)"]
  }

  mutating func readCache(_ pages: Int64, _ path: String) {
    if pages <= 0 { return }
    diskRead += pages
    help(in: path, "readfile \(diskRead) path=\(guest.disk)")
  }

  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}
