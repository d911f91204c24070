internal import VictimSelection

// Takes down what a kernel logs of an OOM before anybody is killed.

extension State {
  /// What the log shows; nil unless the run is to be logged.
  ///
  /// - Parameter report: without one that is printed there are the lines of the kill alone.
  func loggedState(_ oc: OOMControl, _ report: LoggedState.Report) -> LoggedState? {
    guard let forms = logForms else { return nil }
    let invoker = oc.invoker
    var state = LoggedState(constraint: oc.constraint, report: report)
    state.isSysrq = oc.trigger == .sysrq
    state.isPanicCompulsory = vm.panicOnOOM == .always
    state.hasNarrowLong = machine.wordBits == .bits32
    state.exitDelay = machine.exitDelay
    state.invoker = invoker.map { loggedTask($0) }
    guard case .printed = report else { return state }
    state.nodemask = oc.nodemask
    state.mems = invoker == nil ? oc.mems ?? allNodes : mems(of: invoker)
    state.cpuset = cpusetName(of: invoker)
    state.memory = loggedMemory
    state.memcg = oc.memcg.map { loggedMemcg($0) }
    if sysctl.oomDumpTasks ?? forms.dumpsTasks, forms.table != .none {
      state.table = rowsDumped(oc, forms).map { loggedTask($0) }
    }
    return state
  }

  /// Completes it with the processes that die.
  func log(
    _ dead: [(row: Int, because: Because)], chosen: Int, _ oc: OOMControl,
    in state: inout LoggedState
  ) {
    state.chosen = loggedTask(chosen)
    state.victim = dead.first.map { loggedTask($0.row) }
    state.sharers = dead.dropFirst().filter { $0.because == .sharedMM }.map { loggedTask($0.row) }
    guard rules.kill.oomGroup != .none, let first = dead.first,
      let group = memCgroupGetOOMGroup(
        victim: Int(tasks.groups[first.row]), domain: oc.memcg, in: groups)
    else { return }
    state.oomGroup = groups.paths[group]
    // The first victim is among them once more.
    for group in groups.descendants(of: group) {
      for member in groups.members[group] where isKilledWithGroup(Int(member)) {
        state.members.append(loggedTask(Int(member)))
      }
    }
  }

  /// Rows of the task table, in its order.
  ///
  /// Kernel: `dump_tasks()`, mm/oom_kill.c: every process with an address space that the OOM is about; what makes
  /// somebody unkillable is tested since 2.6.36, but for -1000.
  private func rowsDumped(_ oc: OOMControl, _ forms: LogForms) -> [Int] {
    var rows: [Int]
    if forms.dumpsAsVisited, oc.memcg != nil {
      rows = rowsVisited(domain: oc.memcg)
    } else {
      rows = rowsVisited(domain: nil)
      if let domain = oc.memcg {
        rows.removeAll { !groups.contains(Int(tasks.groups[$0]), in: domain) }
      }
    }
    rows.removeAll { tasks.isKernelThread($0) }
    guard forms.filtersUnkillable else { return rows }
    rows.removeAll { tasks.pids[$0] == 1 || oc.foreign.contains($0) }
    return rows
  }

  private func loggedTask(_ row: Int) -> LoggedState.Task {
    let owner = tasks.owner(row)
    var task = LoggedState.Task(identity: identity(row))
    task.uid = tasks.uids[row]
    task.cgroup = groups.paths[Int(tasks.groups[row])]
    task.oomAdj = tasks.oomAdj(row)
    task.oomScoreAdj = tasks.oomScoreAdj[row]
    task.totalVM = tasks.totalVM(row)
    let mm = tasks.counters(owner)
    task.anon = mm.anon
    task.file = mm.file
    task.shmem = mm.shmem
    task.swap = mm.swap
    task.tables = tasks.tableLevels(owner: owner)
    return task
  }

  /// The last part of the path of the nearest group that has nodes of its own; the root's is `/`.
  private func cpusetName(of row: Int?) -> String {
    guard let row else { return "/" }
    for group in groups.path(from: Int(tasks.groups[row]))
    where groups.settings[group].cpusetMems != nil && group != MemcgTree.root {
      return groups.paths[group].split(separator: "/").last.map(String.init) ?? "/"
    }
    return "/"
  }

  private var loggedMemory: LoggedState.Memory {
    var memory = LoggedState.Memory()
    for account in ledger.accounts {
      memory.unevictable += account.pages.locked
      memory.slabReclaimable += account.pages.slabReclaimable
      memory.mapped += account.pages.file + account.pages.shmem
      memory.shmem += account.pages.shmem + account.pages.tmpfs
      memory.pageTables += account.pages.pageTables
      memory.pagecache +=
        account.pages.file + account.pages.cache + account.pages.shmem + account.pages.tmpfs
    }
    memory.free = free
    memory.swapTotal = machine.swap
    memory.swapFree = max(machine.swap - ledger.accounts[MemcgTree.root].swapUsage, 0)
    if let nodes = ledger.nodes {
      for (number, node) in machine.nodes.enumerated() {
        memory.zones.append(
          zone(
            free: nodes.free(number), min: nodes.reserves[number], present: node.present,
            managed: node.memory))
      }
    } else {
      memory.zones = [
        zone(free: free, min: minWatermark, present: machine.memory, managed: machine.memory)
      ]
    }
    return memory
  }

  private func zone(
    free: Int64, min: Int64, present: Int64, managed: Int64
  ) -> LoggedState.Zone {
    let marks = lowAndHighWatermark(min: min, managed: managed, step: rules.watermarks.step)
    return LoggedState.Zone(
      free: free, min: min, low: marks.low, high: marks.high, present: present, managed: managed)
  }

  private func loggedMemcg(_ domain: Int) -> LoggedState.Memcg {
    let limits = ledger.limits[domain]
    var memcg = LoggedState.Memcg()
    memcg.version = cgroupVersion == 1 || rules.memcg.support == .versionOne ? 1 : 2
    memcg.usage = ledger.accounts[domain].usage
    memcg.limit = limits.max
    memcg.swapUsage = ledger.accounts[domain].swapUsage
    memcg.swapLimit = limits.swapMax
    memcg.bothLimit = limits.memsw
    // A scenario of version 2 under a release that has only version 1: what its limits together are.
    if memcg.version == 1, limits.memsw == Cgroup.unlimited, limits.max != Cgroup.unlimited,
      limits.swapMax != Cgroup.unlimited
    {
      memcg.bothLimit = limits.max + limits.swapMax
    }
    for group in groups.descendants(of: domain) {
      let account = ledger.accounts[group]
      var stats = LoggedState.Stats(path: groups.paths[group])
      stats.anon = account.pages.anon + account.pages.locked + account.pages.lazyFree
      stats.file =
        account.pages.file + account.pages.cache + account.pages.shmem + account.pages.tmpfs
      stats.shmem = account.pages.shmem + account.pages.tmpfs
      stats.mapped = account.pages.file + account.pages.shmem
      stats.pageTables = account.pages.pageTables
      stats.kernel = account.pages.kernel + account.pages.slabReclaimable + account.pages.pageTables
      stats.swap = account.ownSwap
      if let zswap = ledger.zswap, zswap.isChargedToGroups {
        stats.zswap = account.pages.zswap
        stats.zswapped = zswap.stored(group)
        stats.kernel += stats.zswap
      }
      memcg.groups.append(stats)
    }
    return memcg
  }
}
