// What each event does.

extension Replay {
  mutating func act(_ action: Event.Action) {
    if isOfOneProcess(action) {
      if isBehind, let process = action.process,
        let row = references.living(process, state.tasks)
      {
        catchUp(row)
      }
      return perform(action)
    }
    catchUp()
    perform(action)
    reviewGrowths()
  }

  /// The same for what a process that came back does again.
  mutating func act(_ action: Event.Action, row: Int) {
    if isOfOneProcess(action) { return perform(action, row: row) }
    catchUp()
    perform(action, row: row)
    reviewGrowths()
  }

  /// Whether an event concerns nothing but one process and what it is promised: other growth may stay behind.
  private func isOfOneProcess(_ action: Event.Action) -> Bool {
    switch action {
    case .grow, .shrink, .map, .unmap, .exit: true
    case .start(let process): process.sharesMMWith == nil
    case .fork, .cow, .touch, .madvise, .growUnowned, .shrinkUnowned, .reclaim, .pressure,
      .setProcess, .setCgroup, .setSysctl, .setMachine, .move, .swapoff, .swapon, .sysrq, .oom:
      false
    }
  }

  private mutating func perform(_ action: Event.Action) {
    switch action {
    case .grow(let process, _, _, _), .shrink(let process, _, _), .map(let process, _, _),
      .unmap(let process, _, _), .fork(let process, _), .cow(let process, _, _),
      .touch(let process, _, _, _), .madvise(let process, _, _):
      guard let row = living(process, action.name), keepsMemory(row, action.name) else { return }
      noteStart(action, row: row)
      perform(action, row: row)
    case .start(let process):
      for copy in 0..<process.count {
        start(process, name: process.count == 1 ? process.name : "\(process.name)-\(copy + 1)")
        if record.hasPanicked { return }
      }
    case .exit(let process):
      if let row = living(process, "exit") { exit(row, isFailure: false) }
    case .growUnowned(let what, let pages, let path, let over, let size):
      var growth = unownedGrowth(what, pages, path, over)
      growth.tmpfsSize = size
      begin(growth)
    case .shrinkUnowned(let what, let pages, let path, let over):
      var growth = unownedGrowth(what, pages, path, over)
      growth.verb = .giveBack
      begin(growth)
      state.somethingFreed = true
    case .reclaim(let pages, let path): reclaim(pages, path)
    case .pressure(let path, let some, let full, let over):
      state.pressures.give(
        Pressures.Stall(some: some, full: full), to: group(path), until: over.map { now + $0 })
    case .setProcess(let process, let change):
      if let row = living(process, "set") { set(row, change) }
    case .setCgroup(let path, let change):
      set(group: group(path), change)
    case .setSysctl(let change):
      state.apply(change)
      state.somethingFreed = true
    case .setMachine(let memory, let hugetlb):
      let left = state.apply(Event.MachineChange(memory: memory, hugetlb: hugetlb))
      if left > 0 { warn(.memoryInUse(pages: left)) }
      state.somethingFreed = true
    case .move(let process, let path):
      guard let row = living(process, "move") else { return }
      state.move(row, to: group(path))
      state.somethingFreed = true
    case .swapoff(let pages, let process):
      let row = process.flatMap { living($0, "swapoff") }
      if process == nil || row != nil { swapoff(pages, row: row) }
    case .swapon(let pages):
      state.setSwap(state.machine.swap + pages)
      state.somethingFreed = true
    case .sysrq:
      switch outOfMemory(
        state.oomControl(domain: nil, invoker: nil, nodes: nil, trigger: .sysrq))
      {
      case .noVictim: warn(.sysrqWithoutVictim)
      case .waiting: warn(.victimStillDying(event: action.name))
      case .kill, .panic, .disabled, .fault: break
      }
    case .oom(let path, let invoker, let nodes):
      let domain = path.map { group($0) }
      if let domain, domain != MemcgTree.root, state.rules.memcg.support == .none {
        warn(.oomBeforeMemcg)
        return
      }
      let row = invoker.flatMap { living($0, "oom") }
      switch outOfMemory(
        state.oomControl(
          domain: domain == MemcgTree.root ? nil : domain, invoker: row, nodes: nodes,
          trigger: .declared))
      {
      case .noVictim: warn(.oomWithoutVictim(cgroup: path))
      case .waiting: warn(.victimStillDying(event: action.name))
      case .disabled: warn(.oomKillDisabled(cgroup: path ?? "/"))
      case .kill, .panic, .fault: break
      }
    }
  }

  /// What a process does with its own memory.
  private mutating func perform(_ action: Event.Action, row: Int) {
    switch action {
    case .grow(_, let sizes, let over, let nodes):
      grow(row, sizes, over: over, nodes: nodes)
    case .shrink(_, let sizes, let over):
      var growth = Growth(row: row, total: Pages(sizes), start: now, duration: over)
      growth.verb = .giveBack
      if !state.sharesNothing { catchUp() }
      begin(growth)
      state.somethingFreed = true
    case .map(_, let pages, let kind):
      if !asked({ $0.map(pages, kind, row: row) }) { refuse(pages, row: row) }
    case .unmap(_, let pages, let kind):
      state.tasks.unmap(pages, kind, of: state.tasks.owner(row))
    case .fork(_, let child):
      fork(row, child)
    case .cow(_, let pages, let over):
      var growth = Growth(row: row, total: Pages(anon: pages), start: now, duration: over)
      growth.verb = .copyOnWrite
      begin(growth)
    case .touch(_, let anon, let shmem, let over):
      let all = state.touchable(of: row)
      let other: Int64 = anon == nil && shmem == nil ? .max : 0
      let total = Pages(anon: min(anon ?? other, all.anon), shmem: min(shmem ?? other, all.shmem))
      var growth = Growth(row: row, total: total, start: now, duration: over)
      growth.verb = .retouch
      begin(growth)
    case .madvise(_, let pages, let isLazy):
      if !state.madvise(pages, lazily: isLazy, row: row) {
        warn(.noMadviseFree(state.tasks.names[row]))
      }
      state.somethingFreed = true
    case .start, .exit, .growUnowned, .shrinkUnowned, .reclaim, .pressure, .setProcess,
      .setCgroup, .setSysctl, .setMachine, .move, .swapoff, .swapon, .sysrq, .oom:
      break
    }
  }

  func group(_ path: String) -> Int {
    state.groups.number(of: path) ?? MemcgTree.root
  }

  /// The row of a living process, the youngest where a name was used again.
  private mutating func living(_ process: ProcessReference, _ event: String) -> Int? {
    if let row = references.living(process, state.tasks) { return row }
    warn(.notRunning(event: event, process: process))
    return nil
  }

  /// Whether a living process still has an address space: a kernel thread does not keep the one that it borrowed.
  private mutating func keepsMemory(_ row: Int, _ event: String) -> Bool {
    if state.tasks.hasMemory(state.tasks.owner(row)) { return true }
    warn(.memoryGone(event: event, process: state.tasks.names[row]))
    return false
  }

  /// - Parameter tmpfsSize: the size of a tmpfs that is full; nil where it is overcommit that refuses.
  mutating func refuse(_ pages: Int64, row: Int?, tmpfsSize: Int64? = nil) {
    if isExhausted() { return }
    let overcommit = state.overcommitState(row: row)
    record.refused.append(
      Refusal(
        at: now, process: row.map { state.identity($0) }, pages: pages,
        commitLimit: vmCommitLimit(overcommit.limit), committedAS: state.committed,
        mode: overcommit.mode,
        allowed: overcommit.allowed, asksForAvailable: overcommit.rule.heuristic != .oneRequest,
        tmpfsSize: tmpfsSize))
    if let row, state.tasks.flags[row].contains(.exitsOnENOMEM) {
      exit(row, isFailure: true)
    }
  }

  private mutating func admit(_ sizes: Event.Sizes, row: Int) -> Int64? {
    var refused: Int64?
    _ = asked {
      refused = $0.admit(sizes, row: row)
      return refused == nil
    }
    return refused
  }

  /// Asks overcommit: with the figures of now where it looks at free memory, and at last where it says no.
  private mutating func asked(_ admits: (inout State) -> Bool) -> Bool {
    if state.admissionLooksAtMemory || state.promisedRequests > 0 { catchUp() }
    if admits(&state) { return true }
    guard isBehind else { return false }
    catchUp()
    return admits(&state)
  }

  private mutating func grow(
    _ row: Int, _ sizes: Event.Sizes, over: Microseconds, nodes: NodeMask?
  ) {
    if let nodes, nodes.isDisjoint(with: state.mems(of: row)) {
      warn(
        .nodesNotAllowed(
          process: state.identity(row).name, allowed: state.mems(of: row), wanted: nodes))
      return
    }
    var growth = Growth(row: row, total: Pages(sizes), start: now, duration: over)
    growth.nodes = nodes
    if over > 0 {
      state.claimMapped(for: &growth, row: row)
    } else if let pages = admit(sizes, row: row) {
      refuse(pages, row: row)
      return
    }
    begin(growth)
  }

  /// Makes a new process known to events, which mean the youngest of a name.
  mutating func addReferences(_ row: Int) {
    if references.add(row, state.tasks) {
      warn(.sameName(state.tasks.names[row]))
    }
  }

  /// - Parameter service: whose next life it is; nil for a first one.
  mutating func start(_ process: Scenario.Process, name: String, service: Int? = nil) {
    if let other = process.sharesMMWith,
      references.living(other, state.tasks).map({ state.tasks.hasMemory(state.tasks.owner($0)) })
        != true
    {
      warn(.noAddressSpace(process: name, of: other))
      return
    }
    let pid = process.pid == 0 ? state.pids.next() : process.pid
    let group = group(process.cgroup)
    let row = state.tasks.append(process, name: name, pid: pid, group: group, at: now)
    state.join(row, group)
    let other = process.sharesMMWith.flatMap { references.living($0, state.tasks) }
    addReferences(row)
    state.shared.join(row, segment: process.segment, file: process.mappedFile)
    if let service {
      state.restarts.began(service, row: row, at: now)
    } else if let policy = process.restart, policy.policy != .no {
      state.restarts.add(process, name: name, policy: policy, row: row, at: now)
    }
    if let other {
      state.tasks.join(row, to: other)
      return
    }
    var sizes = Event.Sizes()
    sizes.anon = process.anon - process.locked + process.swap
    sizes.locked = process.locked
    sizes.shmem = process.shmem
    sizes.file = process.file
    if let pages = admit(sizes, row: row) {
      refuse(pages, row: row)
      if state.tasks.isAlive(row) { exit(row, isFailure: true) }
      return
    }
    if let committed = process.committed {
      let more = committed - sizes.anon - sizes.locked
      if more > 0, !asked({ $0.map(more, .private, row: row) }) {
        refuse(more, row: row)
        if state.tasks.isAlive(row) { exit(row, isFailure: true) }
        return
      }
    }
    state.tasks.give(
      row, totalVM: process.totalVM, pageTables: process.pageTables,
      touching: sizes.anon + sizes.locked + sizes.shmem + sizes.file)
    begin(Growth(row: row, total: Pages(sizes), start: now, duration: 0))
  }

  private mutating func set(_ row: Int, _ change: Event.ProcessChange) {
    if let adj = change.oomAdj { state.setOOMAdj(row, adj) }
    if let adj = change.oomScoreAdj { state.setOOMScoreAdj(row, adj) }
    state.tasks.apply(change, to: row)
    state.somethingFreed = true
  }

  /// Writes a group's files. A `memory.max` below the usage reclaims and then kills until it fits, in the
  /// name of the writer.
  ///
  /// Kernel: `memory_max_write()`, mm/memcontrol.c.
  private mutating func set(group: Int, _ change: Cgroup) {
    for fact in state.missingFiles(of: [change])
    where !record.warnings.contains(where: { $0.fact == fact }) {
      warn(fact)
    }
    if state.cgroupVersion == 1, let value = change.useHierarchy {
      setUseHierarchy(value, of: group)
    }
    let old = state.groups.settings[group]
    state.groups.settings[group].apply(change)
    let new = state.groups.settings[group]
    if state.cgroupVersion == 1, new.memswLimit ?? Cgroup.unlimited < new.max ?? Cgroup.unlimited {
      warn(.memswBelowLimit(cgroup: state.groups.paths[group]))
      state.groups.settings[group] = old
      return
    }
    state.ledger.setLimits(of: group, state.groups.settings[group])
    state.somethingFreed = true
    if change.high != nil {
      // memory_high_write() reclaims down to the new limit as far as it can.
      let excess = state.ledger.accounts[group].usage - state.ledger.limits[group].high
      if excess > 0 { _ = state.ledger.reclaim(excess, in: group) }
    }
    if change.max != nil || change.memswLimit != nil { lowerMax(of: group, from: old) }
  }

  private mutating func setUseHierarchy(_ value: Bool, of group: Int) {
    let path = state.groups.paths[group]
    switch state.groups.setUseHierarchy(value, of: group) {
    case .busy: warn(.hierarchyIsBusy(cgroup: path))
    case .invalid: warn(.hierarchyIsInherited(cgroup: path))
    case nil: break
    }
  }

  /// Version 1 refuses a limit that reclaim cannot get down to, version 2 kills until it fits.
  ///
  /// Kernel: `mem_cgroup_resize_limit()` to 4.4, `memory_max_write()` since 4.5, mm/memcontrol.c.
  private mutating func lowerMax(of group: Int, from old: Cgroup) {
    if state.cgroupVersion == 2, state.rules.memcg.support == .versionTwo {
      return enforceMax(of: group)
    }
    let usage = state.ledger.accounts[group].usage
    let excess = usage - state.ledger.limits[group].max
    if excess > 0 { _ = state.ledger.reclaim(excess, in: group) }
    let over = -state.ledger.memswHeadroom(group)
    if over > 0 { _ = state.ledger.reclaim(over, in: group, swaps: false) }
    if state.ledger.accounts[group].usage <= state.ledger.limits[group].max,
      state.ledger.memswHeadroom(group) >= 0
    {
      return
    }
    warn(.limitStays(cgroup: state.groups.paths[group]))
    state.groups.settings[group].max = old.max
    state.groups.settings[group].memswLimit = old.memswLimit
    state.ledger.setLimits(of: group, state.groups.settings[group])
  }

  /// Kills in a group until its usage fits `memory.max`, or until a victim's memory has to come back first.
  mutating func enforceMax(of group: Int) {
    while !record.hasPanicked {
      let excess = state.ledger.accounts[group].usage - state.ledger.limits[group].max
      if excess <= 0 || state.ledger.reclaim(excess, in: group) >= excess { return }
      switch outOfMemory(
        state.oomControl(domain: group, invoker: nil, nodes: nil, trigger: .limitLowered))
      {
      case .kill where state.machine.exitDelay > 0, .waiting:
        state.overMax.insert(group)
        return
      case .kill: continue
      case .noVictim, .panic, .disabled, .fault: return
      }
    }
  }
}
