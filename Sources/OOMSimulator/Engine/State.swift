/// The state of a run at one instant: all that decides what comes next, but for events that are still to come.
struct State: Equatable, Sendable {
  var machine: Machine
  let rules: Rules
  let policy: Policy
  let cgroupVersion: Int
  /// What a release logs of an OOM; nil where nothing is to be logged.
  var logForms: LogForms?
  /// Since the start: how long a process has run depends on it.
  var now: Microseconds = 0
  private(set) var sysctl: Sysctl
  private(set) var vm: VMSettings
  var groups: MemcgTree
  var ledger: Ledger
  var tasks: Tasks
  var pids: PidAllocator
  /// File: `Committed_AS` in /proc/meminfo.
  var committed: Int64 = 0
  /// Swap that a swapoff is emptying: it counts for nothing any more, but pages are still in it.
  var leavingSwap: Int64 = 0
  /// Pages that are not simply a process's own in its own group.
  var holdings = Holdings()
  var shared = SharedObjects()
  var growths = Growths()
  /// In the order in which they come.
  var exits: [Exit] = []
  var restarts: Restarts
  /// Memory came free or a limit changed, so stopped growth may try again.
  var somethingFreed = false
  /// Groups whose `memory.max` was lowered below what they use while a victim is still on its way out.
  var overMax: Set<Int> = []
  /// Groups that are charged over their limit.
  var forced: Set<Int> = []
  var selectionIndex = SelectionIndex()
  var warnings: [Warning] = []
  /// The start state needs more than the machine has, so that nothing is free.
  private(set) var startExceedsMemory = false
  /// The start state has more in swap than there is.
  private(set) var startExceedsSwap = false

  /// The state that a scenario begins with: given, not admitted.
  init(
    of scenario: Scenario, rules: Rules = RulesByRelease.rules(of: .standard),
    policy: Policy = .kernel
  ) {
    machine = scenario.machine
    self.rules = rules
    self.policy = policy
    sysctl = scenario.sysctl
    vm = VMSettings(scenario.sysctl, machine: scenario.machine, rules: rules)
    groups = MemcgTree(of: scenario, rules: rules)
    cgroupVersion = scenario.cgroupVersion
    ledger = Ledger(of: groups, rules: rules)
    pids = PidAllocator(of: scenario)
    tasks = Tasks(
      of: scenario.processes, groups: groups, pids: &pids, machine: machine, rules: rules)
    restarts = Restarts(of: scenario.processes, names: tasks.names)
    ledger.limits[MemcgTree.root].swapMax = machine.swap
    ledger.swapDevices = machine.swapDevices
    ledger.isRecursivelyProtected = scenario.isRecursivelyProtected
    ledger.pagesPerTable = tasks.pagesPerTable
    applySettings()
    fillGroups()
    chargeProcesses()
    layOutOnNodes()
    warnOfExcess()
    warnOfMissingFiles()
    let dying = tasks.dyingRows.sorted()
    if !dying.isEmpty, machine.exitDelay > 0 {
      exits.append(Exit(at: machine.exitDelay, rows: dying))
    }
  }

  /// Pages in use, the pool of huge pages included.
  var used: Int64 { ledger.accounts[MemcgTree.root].usage + machine.hugetlb }

  /// File: `MemFree` in /proc/meminfo; not under 0 when the start state needs more than there is.
  var free: Int64 { max(machine.memory - used, 0) }

  /// Kernel: `WMARK_MIN`.
  var minWatermark: Int64 {
    OOMSimulator.minWatermark(minFreeKbytes: vm.minFreeKbytes, machine: machine)
  }

  /// The file of a group's limit.
  var limitFile: String { cgroupVersion == 1 ? "memory.limit_in_bytes" : "memory.max" }

  /// The scale of `oom_score_adj` in a global OOM and in /proc. Kernel: `totalram_pages() + total_swap_pages`.
  var totalpages: Int64 { machine.memory + machine.swap }

  mutating func apply(_ change: Sysctl) {
    sysctl.apply(change)
    vm = VMSettings(sysctl, machine: machine, rules: rules)
    applySettings()
  }

  private mutating func applySettings() {
    ledger.swappiness = vm.swappiness
    ledger.limits[MemcgTree.root].max = machine.memory - machine.hugetlb - minWatermark
    let (watermark, machine) = (minWatermark, machine)
    ledger.nodes?.setMinWatermark(watermark, machine: machine)
  }

  private mutating func fillGroups() {
    ledger.accounts[MemcgTree.root].pages.cache = machine.pageCache
    ledger.accounts[MemcgTree.root].pages.slabReclaimable = machine.slabReclaimable
    ledger.accounts[MemcgTree.root].pages.kernel = machine.kernel
    for group in 0..<groups.count {
      ledger.accounts[group].pages.cache += groups.settings[group].pageCache ?? 0
      ledger.accounts[group].pages.kernel += groups.settings[group].kernel ?? 0
    }
  }

  private mutating func chargeProcesses() {
    for group in 0..<groups.count { groups.members[group] = [] }
    for row in 0..<tasks.count {
      let group = Int(tasks.groups[row])
      groups.members[group].append(Int32(row))
      if tasks.owner(row) != row { continue }
      shared.join(row, segment: tasks.segments[row], file: tasks.mappedFiles[row])
      let new = attachAtStart(row, group)
      ledger.accounts[group].pages += Pages(
        anon: tasks.anon[row] - tasks.locked[row], locked: tasks.locked[row], shmem: new.shmem,
        file: new.file, pageTables: tasks.pageTables[row], swappedAnon: tasks.swap[row])
      committed += tasks.committed(row)
    }
    for group in (0..<groups.count).reversed() {
      ledger.accounts[group].usage += ledger.accounts[group].own
      ledger.accounts[group].swapUsage += ledger.accounts[group].ownSwap
      let parent = groups.parents[group]
      if parent < 0 { continue }
      ledger.accounts[parent].usage += ledger.accounts[group].usage
      ledger.accounts[parent].swapUsage += ledger.accounts[group].swapUsage
    }
    ledger.chargeZram()
  }

  private mutating func warnOfExcess() {
    if used > machine.memory {
      startExceedsMemory = true
      warnings.append(Warning(.startExceedsMemory(needed: used, memory: machine.memory)))
    }
    let swap = ledger.accounts[MemcgTree.root].swapUsage
    if swap > machine.swap {
      startExceedsSwap = true
      warnings.append(Warning(.startExceedsSwap(used: swap, swap: machine.swap)))
    }
    for group in 1..<max(groups.count, 1) where group < groups.count {
      let usage = ledger.accounts[group].usage
      if usage > ledger.limits[group].max {
        warnings.append(
          Warning(
            .startExceedsLimit(
              cgroup: groups.paths[group], usage: usage, file: limitFile,
              limit: ledger.limits[group].max)))
      }
    }
  }

  /// Says which limits of the scenario a release does not know, or knows by another name.
  private mutating func warnOfMissingFiles() {
    let settings = groups.settings
    func has<Value>(_ file: (Cgroup) -> Value?) -> Bool {
      settings.contains { file($0) != nil }
    }
    if rules.memcg.support == .none, settings.contains(where: { $0.hasLimits }) {
      warnings.append(Warning(.limitsBeforeMemcg))
      return
    }
    if rules.memcg.support == .versionOne, cgroupVersion == 2,
      has({ $0.max }) || has({ $0.swapMax })
    {
      warnings.append(Warning(.readAsVersionOne))
    }
    let missing: [(isGiven: Bool, isKnown: Bool, file: String, since: String)] = [
      (has({ $0.high }), rules.memcg.support == .versionTwo, "memory.high", "4.5"),
      (has({ $0.low }), rules.memcg.protection != .none, "memory.low", "4.0"),
      (
        has({ $0.min }), ![.none, .whileBelowLow].contains(rules.memcg.protection), "memory.min",
        "4.18"
      ),
      (has({ $0.oomGroup }), rules.kill.oomGroup != .none, "memory.oom.group", "4.19"),
      (
        ledger.isRecursivelyProtected,
        rules.memcg.protection == .proportional && cgroupVersion == 2,
        "memory_recursiveprot on version 2",
        "5.7"
      ),
    ]
    for file in missing where file.isGiven && !file.isKnown {
      warnings.append(Warning(.unknownFile(file.file, since: file.since)))
    }
  }

  /// What an address space has in the group that its owner is in.
  func heldInOwnGroup(_ row: Int) -> Held {
    var held = Held(pages: tasks.held(row))
    if ledger.nodes != nil, let nodes = tasks.nodes[row] { held.nodes = nodes }
    for number in holdings.numbers(of: row) { held -= holdings[number].held }
    if let segment = shared.number(.shmem, of: row) {
      held.pages.shmem -= shared.list[segment].shown(row)
    }
    if let file = shared.number(.file, of: row) {
      held.pages.file -= shared.list[file].shown(row)
    }
    return held
  }
}
