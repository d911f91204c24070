/// The state of a run at one instant: all that decides what comes next, but for events that are still to come.
///
/// What is asked at every charge is inlined up to the answer that it mostly has: a call from within a mutating method copies
/// the state, which has 2 kB without what it refers to.
struct State: Equatable, Sendable {
  private(set) var machine: Machine
  let rules: Rules
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
  /// Swap that a swapoff is emptying: it counts for nothing any more, but pages are still in it.
  private(set) var leavingSwap: Int64 = 0
  /// Pages of tmpfs that belong to no process, wherever they are; each is committed.
  private(set) var tmpfs: Int64 = 0
  /// What else is committed: `Committed_AS` of the scenario's machine, less what its processes, segments and tmpfs add.
  private(set) var committedBeside: Int64 = 0
  /// When the tmpfs pages of each group were touched.
  var tmpfsAges: [Int: Ages] = [:]
  /// Whether pages can ever go to swap, so that it matters when they were touched. On a machine with several memory
  /// nodes it is not looked at.
  private(set) var hasAges = false
  /// How many growths have begun: of those of one instant the first comes first.
  var growthsBegun = 0
  /// Pages that are not simply a process's own in its own group.
  var holdings = Holdings()
  var shared = SharedObjects()
  var growths = Growths()
  /// What growths in progress are still going to ask overcommit for, page by page.
  var promisedRequests: Int64 = 0
  /// The stalls of groups that a killer watches.
  var pressures = Pressures()
  /// In the order in which they come.
  var exits: [Exit] = []
  var restarts: Restarts
  /// Memory came free or a limit changed, so stopped growth may try again.
  var somethingFreed = false
  /// Groups whose `memory.max` was lowered below what they use while a victim is still on its way out.
  var overMax: Set<Int> = []
  /// Groups that are charged over their limit.
  var forced: Set<Int> = []
  /// In a box: two indexes have more arrays than the rest of the state, and most runs build neither.
  var selectionIndex = Indirect(wrappedValue: SelectionIndex())
  /// The same for a badness of one's own; nil before the first selection by it.
  var ownColumns = Indirect<OwnColumns?>(wrappedValue: nil)
  /// Mounted with `memory_hugetlb_accounting`, whether or not the release knows that.
  private(set) var chargesHugetlb = false
  /// The start state needs more than the machine has, so that nothing is free.
  private(set) var startExceedsMemory = false
  /// The start state has more in swap than there is.
  private(set) var startExceedsSwap = false

  /// The state that a scenario begins with: given, not admitted.
  init(of scenario: Scenario, rules: Rules = RulesByRelease.rules(of: .standard)) {
    machine = scenario.machine
    self.rules = rules.with(scenario.badness)
    sysctl = scenario.sysctl
    vm = VMSettings(scenario.sysctl, machine: scenario.machine, rules: rules)
    groups = MemcgTree(of: scenario, rules: rules)
    cgroupVersion = scenario.cgroupVersion
    ledger = Ledger(of: groups, rules: rules)
    pids = PidAllocator(of: scenario)
    let pagesPerTable = pagesPerPageTable(pageSize: machine.pageSize)
    tasks = Tasks(
      StartColumns(
        of: scenario.processes, groups: groups, pids: &pids, pagesPerTable: pagesPerTable),
      rules: rules, machine: machine, pagesPerTable: pagesPerTable)
    restarts = Restarts(of: scenario.processes, names: tasks.names)
    ledger.limits[MemcgTree.root].swapMax = machine.swap
    ledger.swapDevices = machine.swapDevices
    ledger.zswap = ZswapPool(
      machine, rule: rules.memcg.zswap, cgroupVersion: cgroupVersion,
      groups: groups.count)
    for group in 1..<max(groups.count, 1) {
      ledger.zswap?.setLimits(of: group, groups.settings[group], parent: groups.parents[group])
    }
    ledger.isRecursivelyProtected = scenario.isRecursivelyProtected
    chargesHugetlb = scenario.chargesHugetlb
    if chargesHugetlb, rules.memcg.chargesHugetlb, cgroupVersion == 2 {
      ledger.hugetlb = groups.settings.map { $0.hugetlb ?? 0 }
    }
    ledger.pagesPerTable = pagesPerTable
    applySettings()
    fillGroups()
    chargeProcesses()
    committedBeside = machine.committed.map { $0 - committedByAll } ?? 0
    layOutOnNodes()
    hasAges =
      machine.nodes.count < 2
      && (machine.swap > 0 || scenario.events.contains { $0.action.changesSwap })
    startExceedsMemory = used > machine.memory
    startExceedsSwap = ledger.accounts[MemcgTree.root].swapUsage > machine.swap
    let dying = tasks.dyingRows.sorted()
    if !dying.isEmpty, machine.exitDelay > 0 {
      exits.append(Exit(at: machine.exitDelay, rows: dying))
    }
  }

  /// Pages in use, the pool of huge pages and free pages that nobody can have included.
  var used: Int64 { ledger.accounts[MemcgTree.root].usage + machine.outOfReach }

  /// File: `MemFree` in /proc/meminfo; not under 0 when the start state needs more than there is.
  var free: Int64 { max(machine.memory - used, 0) }

  /// File: `Committed_AS` in /proc/meminfo.
  ///
  /// Kernel: `vm_memory_committed()`, mm/util.c, which reads no less than 0.
  var committed: Int64 { max(committedByAll + committedBeside, 0) }

  private var committedByAll: Int64 { tasks.committedAS + shared.committedAS + tmpfs }

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

  /// Changes how much swap there is; what is stored beyond it has to be read back by the caller.
  mutating func setSwap(_ pages: Int64) {
    machine.setSwap(pages)
    ledger.swapDevices = machine.swapDevices
    ledger.chargeZram()
    ledger.limits[MemcgTree.root].swapMax = pages
  }

  /// Takes swap away, which the caller goes on to empty.
  mutating func beginSwapoff(_ pages: Int64) {
    setSwap(machine.swap - pages)
    leavingSwap = pages
  }

  /// - Returns: whether the swap is empty; if not, it stays.
  mutating func endSwapoff() -> Bool {
    let size = machine.swap + leavingSwap
    leavingSwap = 0
    if swapBeyondLimit == 0 { return true }
    setSwap(size)
    return false
  }

  /// Takes pages of no process, for which there is room.
  mutating func bookUnowned(_ pages: Int64, _ kind: PageKind, group: Int, on nodes: NodeMask?) {
    if kind.isOfFiles {
      _ = ledger.chargeFile(pages, kind, to: group, on: nodes)
      return
    }
    ledger.charge(pages, to: group, on: nodes) { $0[kind] += pages }
    if kind == .tmpfs { tmpfs += pages }
  }

  /// Gives pages of no process back, at most what the group has of them.
  mutating func giveBackUnowned(_ pages: Int64, _ kind: PageKind, group: Int) {
    if kind == .tmpfs { return deleteTmpfs(pages, group: group) }
    ledger.change(group) { $0[kind] -= min(pages, $0[kind]) }
  }

  /// What a tmpfs still takes before it is full.
  func tmpfsRoom(_ size: Int64, group: Int) -> Int64 {
    let pages = ledger.accounts[group].pages
    return max(size - pages.tmpfs - pages.swappedTmpfs, 0)
  }

  /// Gives the machine memory or takes it away. What reclaim cannot make room for is not taken: new huge pages first.
  ///
  /// Kernel: `adjust_managed_page_count()`, mm/page_alloc.c, and `set_max_huge_pages()`, mm/hugetlb.c.
  ///
  /// - Returns: the pages that were not taken.
  mutating func apply(_ change: Event.MachineChange) -> Int64 {
    let before = machine
    machine.memory = change.memory ?? machine.memory
    machine.hugetlb = change.hugetlb ?? machine.hugetlb
    var left: Int64 = 0
    while true {
      vm = VMSettings(sysctl, machine: machine, rules: rules)
      applySettings()
      let excess = max(-ledger.headroom(MemcgTree.root), 0)
      if excess == 0 { return left }
      let lack = excess - ledger.reclaim(excess, in: MemcgTree.root)
      let pool = min(lack, max(machine.hugetlb - before.hugetlb, 0))
      let memory = min(lack - pool, max(before.memory - machine.memory, 0))
      if pool + memory == 0 { return left }
      machine.hugetlb -= pool
      machine.memory += memory
      left += pool + memory
    }
  }

  /// Deletes pages of tmpfs: first those that belong to no process, resident ones before those in swap.
  mutating func deleteTmpfs(_ pages: Int64, group: Int) {
    settle(group: group)
    let account = ledger.accounts[group]
    let resident = min(pages, account.pages.tmpfs)
    tmpfsAges[group]?.trim(.tmpfs, to: account.pages.tmpfs - resident)
    let swapped = min(pages - resident, account.pages.swappedTmpfs)
    tmpfs -= resident + swapped
    ledger.change(group) {
      $0.tmpfs -= resident
      $0.swappedTmpfs -= swapped
    }
    deleteSegments(pages - resident - swapped, group: group)
  }

  private mutating func applySettings() {
    ledger.swappiness = vm.swappiness
    ledger.limits[MemcgTree.root].max = machine.memory - machine.outOfReach - minWatermark
    ledger.zswap?.setMemory(machine.memory)
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
      shared.join(row, segment: tasks.rare.segments[row], file: tasks.rare.mappedFiles[row])
      let new = attachAtStart(row, group)
      var pages = tasks.mms[row].pages
      (pages.file, pages.shmem) = new
      ledger.accounts[group].pages += pages
    }
    ledger.sumUp()
    ledger.fillZswap()
    ledger.chargeZram()
  }

  /// What an address space has in the group that its owner is in.
  func heldInOwnGroup(_ row: Int) -> Held {
    var held = Held(pages: tasks.mms[row].pages)
    if ledger.nodes != nil, let nodes = tasks.rare.nodes[row] { held.nodes = nodes }
    for number in holdings.numbers(of: row) { held -= holdings[number].held }
    // What the counters show is the segment's or the file's.
    if shared.number(.shmem, of: row) != nil { held.pages.shmem = 0 }
    if shared.number(.file, of: row) != nil { held.pages.file = 0 }
    if let ages = tasks.rare.ages[row] {
      held.ages = ages
      held.trimAges()
    }
    return held
  }
}
