internal import OOMFormats
internal import OOMSimulator

/// What of a report's scenario is open: the release, the totals, and what rows are taken for.
struct Assumption: Equatable {
  var release: KernelRelease
  /// What the machine has, in pages.
  var memory: Int64
  var swap: Int64
  /// The limit of the group, where the report does not show it.
  var groupMax: Int64?
  /// Rows that are left out: victims of earlier kills that are still there.
  var left: Set<Int> = []
  /// Rows taken for vfork children in their parents' memory.
  var vforked: Set<Int> = []
  /// A row that runs swapoff.
  var swapoff: Int?
  /// Groups of the kill are built, too; else every task is in the group at its limit.
  var hasGroups = false
}

extension ReportFacts {
  /// The report as a scenario: the tasks in the table's order, the limits, and the OOM declared at once.
  func scenario(_ assumption: Assumption) -> Scenario {
    var scenario = Scenario()
    scenario.name = "report"
    scenario.title = title
    scenario.description = [
      "An OOM report of a kernel's log, from line \(report.line): the processes are its task table, in its order."
    ]
    if report.table?.lacks(.rssAnon) == true {
      scenario.description.append(
        "The table has one rss of all kinds; all of it is given as anon.")
    }
    if !totalpages.isExact {
      scenario.description.append(
        "totalpages is not in the log: here it is one of those that it can be. Points, margins and what another "
          + "oom_score_adj would change depend on it.")
    }
    if report.memory.ram == nil {
      scenario.description.append("The memory of the machine is not in the log.")
    }
    scenario.kernel = assumption.release
    scenario.cgroupVersion = isVersionOne ? 1 : 2
    scenario.machine.pageSize = pageSize
    scenario.machine.wordBits = word
    scenario.machine.memory = max(assumption.memory, 1)
    scenario.machine.swap = assumption.swap
    if report.isAllocatingTask { scenario.sysctl.oomKillAllocatingTask = true }
    if report.ending == .panicOnOOM { scenario.sysctl.panicOnOOM = .always }
    if isMemcg {
      var limits = domainLimits
      if let max = assumption.groupMax { limits.max = min(max, pageSize.pages(SizeText.maxBytes)) }
      scenario.cgroups[domainPath] = limits
    }
    addProcesses(to: &scenario, assumption)
    addNodes(to: &scenario, assumption)
    addEvent(to: &scenario)
    return scenario
  }

  private var title: String {
    let name = report.kills.first?.name ?? report.chosen?.name
    let what = isMemcg ? "memory cgroup OOM" : "OOM"
    return name.map { "The \(what) that killed \($0)" } ?? "An \(what)"
  }

  /// The group at its limit, as a scenario can name it: the root has no limits there.
  var domainPath: String {
    let path = report.scope.domain ?? ""
    return path == "/" || !Self.isPath(path) ? "/limited" : path
  }

  static func isPath(_ path: String) -> Bool { Fields.problem(ofPath: path) == nil }

  private var domainLimits: Cgroup {
    var cgroup = Cgroup()
    let most = pageSize.pages(SizeText.maxBytes)
    func size(_ kilobytes: Kibibytes) -> Int64 { min(pages(kilobytes), most) }
    cgroup.max = report.limits.memory?.limit.map(size)
    if isVersionOne {
      if let both = report.limits.memorySwap?.limit, both >= report.limits.memory?.limit ?? 0 {
        cgroup.memswLimit = size(both)
      }
    } else if let swap = swapMax {
      cgroup.swapMax = min(swap, most)
    }
    return cgroup
  }

  // MARK: Processes

  private func addProcesses(to scenario: inout Scenario, _ assumption: Assumption) {
    guard let rows = report.table?.rows else { return }
    scenario.processes.reserveCapacity(rows.count + 1)
    var taken: Set<Int64> = []
    let child = childRow
    for (index, row) in rows.enumerated() where !assumption.left.contains(index) {
      guard taken.insert(row.pid).inserted else { continue }
      var process = process(row)
      if isMemcg { process.cgroup = domainPath }
      if assumption.hasGroups, let group = group(of: row) { process.cgroup = group }
      process.isInVfork = assumption.vforked.contains(index)
      process.isSwapoff = assumption.swapoff == index
      if index == child, let parent = chosenRow { process.ppid = Int32(rows[parent].pid) }
      scenario.processes.append(process)
    }
    if assumption.hasGroups, let group = report.oomGroup, Self.isPath(group), group != "/",
      !isVersionOne
    {
      scenario.cgroups[group, default: Cgroup()].oomGroup = true
    }
  }

  private func process(_ row: TaskTable.Row) -> Scenario.Process {
    let most = pageSize.pages(SizeText.maxBytes)
    var process = Scenario.Process()
    process.name = row.name.isEmpty ? "?" : row.name
    process.pid = Int32(row.pid)
    process.uid = UInt32(truncatingIfNeeded: min(row.uid, Int64(UInt32.max) - 1))
    process.oomScoreAdj = Int16(row.oomScoreAdj ?? 0)
    if let adj = row.oomAdj, row.oomScoreAdj == nil { process.legacy.oomAdj = Int16(adj) }
    if let anon = row.rssAnon, let file = row.rssFile, let shmem = row.rssShmem,
      anon + file + shmem == row.rss
    {
      process.anon = min(anon, most)
      process.file = min(file, most)
      process.shmem = min(shmem, most)
    } else {
      process.anon = min(row.rss, most)
    }
    process.swap = min(row.swapents ?? 0, most)
    if let bytes = row.pgtablesBytes {
      process.pageTables = min(pageSize.pages(Bytes(bytes)), most)
    } else {
      let levels = PageTableLevels(
        pte: min(row.nrPTEs ?? 0, most), pmd: min(row.nrPMDs ?? 0, most),
        pud: min(row.nrPUDs ?? 0, most))
      process.pageTables = levels.total
      if levels.total > 0 { process.pageTableLevels = levels }
    }
    if row.totalVM >= row.rss + process.swap { process.totalVM = min(row.totalVM, most) }
    if rootHasNoBonus, row.uid == 0 { process.capabilities = [] }
    return process
  }

  /// The row of the child that died for the chosen process, to 5.0.
  private var childRow: Int? {
    guard rules.kill.child != .none, let killed = report.kills.first, let chosenRow,
      let rows = report.table?.rows,
      let row = rows.firstIndex(where: { $0.pid == killed.pid || $0.tgid == killed.pid }),
      row != chosenRow, rows[row].pid != rows[chosenRow].pid
    else { return nil }
    return row
  }

  /// The group of those that died together, and of the victim.
  private func group(of row: TaskTable.Row) -> String? {
    if let group = report.oomGroup, Self.isPath(group),
      report.kills.contains(where: { $0.pid == row.pid || $0.pid == row.tgid })
    {
      return group
    }
    guard let task = report.scope.taskMemcg, Self.isPath(task), report.chosen?.pid == row.pid else {
      return nil
    }
    return isMemcg && !task.hasPrefix(domainPath) ? nil : task
  }

  // MARK: Nodes and the event

  /// The nodes of a machine in which some ran out: those that may be used, and all others.
  private func addNodes(to scenario: inout Scenario, _ assumption: Assumption) {
    guard let allowed = limitedNodes else { return }
    var nodes: [Machine.Node] = []
    for zone in report.memory.zones {
      while nodes.count <= zone.node { nodes.append(Machine.Node(memory: 0)) }
      let present = pages(min(max(zone.present ?? 0, 0), Scenario.mostKibibytes))
      let managed = zone.managed.map { pages(min(max($0, 0), Scenario.mostKibibytes)) }
      nodes[zone.node].memory += min(managed ?? present, present)
      nodes[zone.node].present += present
      nodes[zone.node].spanned += present
    }
    let known = NodeMask(below: nodes.count)
    // A damaged line may leave the nodes without memory, by which points are divided.
    let hasMemory = nodes.indices.contains { allowed.contains($0) && nodes[$0].memory > 0 }
    if nodes.count < 2 || !known.isSuperset(of: allowed) || totalpages.origin == .unknown
      || !hasMemory
    {
      nodes = inventedNodes(allowed, of: assumption.memory)
    }
    scenario.machine.nodes = nodes
    scenario.machine.memory = nodes.reduce(0) { $0 + $1.memory }
  }

  /// What the scope limits the OOM to; nil for nothing, or for what cannot be said in a scenario.
  var limitedNodes: NodeMask? {
    let list =
      switch constraint {
      case .cpuset: report.scope.memsAllowed
      case .memoryPolicy: report.scope.nodemask
      default: String?.none
      }
    guard let nodes = list.flatMap({ NodeMask($0) }), !nodes.isEmpty,
      !nodes.isSuperset(of: NodeMask(below: NodeMask.most))
    else { return nil }
    return nodes
  }

  /// Nodes without figures: the first of the allowed ones has all of it, one that is not allowed has a page.
  private func inventedNodes(_ allowed: NodeMask, of memory: Int64) -> [Machine.Node] {
    var nodes: [Machine.Node] = []
    var isGiven = false
    var hasOther = false
    for number in 0..<NodeMask.most {
      if allowed.contains(number) {
        nodes.append(Machine.Node(memory: isGiven ? 0 : max(memory, 1)))
        isGiven = true
      } else {
        nodes.append(Machine.Node(memory: 1))
        hasOther = true
      }
      if hasOther,
        NodeMask(below: nodes.count).isSuperset(of: allowed)
      {
        break
      }
    }
    return nodes
  }

  /// The invoker, when it is in the table.
  var invokerRow: Int? {
    guard let pid = report.invoker?.pid, let rows = report.table?.rows else { return nil }
    return rows.firstIndex { $0.pid == pid } ?? rows.firstIndex { $0.tgid == pid }
  }

  private func addEvent(to scenario: inout Scenario) {
    if report.request.order == -1, !isMemcg {
      scenario.events = [Event(at: 0, action: .sysrq)]
      return
    }
    var invoker: ProcessReference?
    if let row = invokerRow, let rows = report.table?.rows {
      let pid = Int32(rows[row].pid)
      if let index = (0..<scenario.processes.count).first(where: {
        scenario.processes.pid(row: $0) == pid
      }) {
        invoker = .pid(pid)
        if constraint == .cpuset { scenario.processes[index].memsAllowed = limitedNodes }
      }
    }
    if invoker == nil, constraint == .cpuset, let nodes = limitedNodes {
      invoker = addInvoker(to: &scenario, nodes)
    }
    scenario.events = [
      Event(
        at: 0,
        action: .oom(
          cgroup: isMemcg ? domainPath : nil, invoker: invoker,
          nodes: constraint == .memoryPolicy ? limitedNodes : nil))
    ]
  }

  /// The invoker when it is in no table: its cpuset is what the OOM is limited to. It can be no candidate.
  private func addInvoker(to scenario: inout Scenario, _ nodes: NodeMask) -> ProcessReference {
    var pids: Set<Int32> = []
    for row in 0..<scenario.processes.count { pids.insert(scenario.processes.pid(row: row)) }
    var pid = report.invoker?.pid.flatMap { 2..<4_194_304 ~= $0 ? Int32($0) : nil } ?? 2
    while pids.contains(pid), pid < Scenario.Process.pidLimit - 1 { pid += 1 }
    var process = Scenario.Process()
    process.name = report.invoker?.name ?? ""
    if process.name.isEmpty { process.name = "invoker" }
    process.pid = pid
    process.isKernelThread = true
    process.memsAllowed = nodes
    scenario.processes.append(process)
    return .pid(pid)
  }
}
