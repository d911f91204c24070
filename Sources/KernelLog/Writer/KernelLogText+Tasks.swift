internal import OOMSimulator

// The task table, and the lines of kills and panics.

extension KernelLogText {
  /// Kernel: `dump_tasks()` and `dump_task()`, mm/oom_kill.c.
  mutating func table(_ state: LoggedState) {
    guard let tasks = state.table else { return }
    let sizes = "[ pid ]   uid  tgid total_vm      rss "
    let wide = "[  pid  ]   uid  tgid total_vm      rss "
    switch forms.table {
    case .none: return
    case .oomAdj: line(sizes + "cpu oom_adj name")
    case .oomAdjAndScoreAdj: line(sizes + "cpu oom_adj oom_score_adj name")
    case .ptes: line(sizes + "nr_ptes swapents oom_score_adj name")
    case .ptesAndPMDs: line(sizes + "nr_ptes nr_pmds swapents oom_score_adj name")
    case .bytes: line(sizes + "pgtables_bytes swapents oom_score_adj name")
    case .wideBytes:
      line("Tasks state (memory values in pages):")
      line(wide + "pgtables_bytes swapents oom_score_adj name")
    case .kindsOfRSS:
      line("Tasks state (memory values in pages):")
      line(wide + "rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name")
    }
    for task in tasks { line(row(task)) }
  }

  private func row(_ task: LoggedState.Task) -> String {
    let isWide = forms.table == .wideBytes || forms.table == .kindsOfRSS
    let pid = Int64(task.identity.pid)
    var row = "[" + Self.right(pid, isWide ? 7 : 5) + "]"
    func add(_ value: Int64, _ width: Int) { row += " " + Self.right(value, width) }
    add(Int64(task.uid), 5)
    add(pid, 5)
    add(task.totalVM, 8)
    add(task.rss, 8)
    switch forms.table {
    case .none: break
    case .oomAdj, .oomAdjAndScoreAdj:
      // The processor that it ran on last is not modelled.
      add(0, 3)
      row += "     " + Self.right(Int64(task.oomAdj), 3)
    case .ptes:
      add(task.tables.pte, 7)
      add(task.swap, 8)
    case .ptesAndPMDs:
      add(task.tables.pte, 7)
      add(task.tables.pmd, 7)
      add(task.swap, 8)
    case .bytes, .wideBytes:
      add((run.pageSize * task.tables.total).rawValue, 8)
      add(task.swap, 8)
    case .kindsOfRSS:
      add(task.anon, 8)
      add(task.file, 8)
      add(task.shmem, 9)
      add((run.pageSize * task.tables.total).rawValue, 8)
      add(task.swap, 8)
    }
    if forms.table != .oomAdj {
      row += "         " + Self.right(Int64(task.oomScoreAdj), 5)
    }
    return row + " " + Self.name(task)
  }

  private static func right(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: " ", count: max(width - digits.utf8.count, 0)) + digits
  }

  // MARK: Kills

  /// Kernel: `oom_kill_process()`, `__oom_kill_process()`, `mem_cgroup_print_oom_group()`, mm/oom_kill.c and
  /// mm/memcontrol.c.
  mutating func killLines(
    of selected: Candidate, _ decision: Kill.Decision, _ state: LoggedState
  ) {
    guard let chosen = state.chosen, let victim = state.victim else { return }
    let reason = reason(of: decision)
    let process = "\(chosen.identity.pid) (\(Self.name(chosen)))"
    let score = score(of: selected, decision, state)
    switch forms.kill {
    case .full, .oneLine, .oneLineWithUID: break
    case .andChildren: line("Out of Memory: Kill process \(process) score \(score) and children.")
    case .orChild, .orChildWithVSZ:
      line("\(reason): kill process \(process) score \(score) or a child")
    case .sacrifice, .sacrificeWithShmem, .uidBehindPid:
      line("\(reason): Kill process \(process) score \(score) or sacrifice child")
    }
    killed(victim, reason)
    if forms.namesSharers {
      for task in state.sharers {
        line("Kill process \(task.identity.pid) (\(Self.name(task))) sharing same memory")
      }
    }
    if forms.hasOOMGroup, let group = state.oomGroup {
      line("Tasks in \(Self.plain(group)) are going to be killed due to memory.oom.group set")
      for member in state.members { killed(member, reason) }
    }
    reaped([victim] + state.members.filter { $0.identity != victim.identity }, state)
  }

  private func reason(of decision: Kill.Decision) -> String {
    switch decision.chosen {
    case .allocatingTask: return "Out of memory (oom_kill_allocating_task)"
    case .constrained:
      return decision.constraint == .cpuset
        ? "No available memory in cpuset" : "No available memory (MPOL_BIND)"
    default: return decision.cgroup == nil ? "Out of memory" : "Memory cgroup out of memory"
    }
  }

  /// Thousandths of `totalpages` to 5.0; before 3.5 the points themselves. A process that is taken without a selection has 0.
  private func score(
    of victim: Candidate, _ decision: Kill.Decision, _ state: LoggedState
  ) -> Int128 {
    switch decision.chosen {
    case .allocatingTask, .constrained, .onlyInvoker: return 0
    case .swapoff:
      // The most that a long holds, which wraps in the sum. Kernel: `select_bad_process()`.
      let total = UInt64(max(decision.totalpages, 1))
      if state.hasNarrowLong {
        return Int128(UInt32.max &* 1000 / UInt32(truncatingIfNeeded: total))
      }
      return Int128(UInt32(truncatingIfNeeded: UInt64.max &* 1000 / total))
    case .points, .policy: return ReportFacts.score(points: victim.points, decision.arithmetic)
    }
  }

  private mutating func killed(_ task: LoggedState.Task, _ reason: String) {
    let pid = task.identity.pid
    let name = Self.name(task)
    // Shared memory counted as file pages to 4.4.
    let isSplit: Bool =
      switch forms.kill {
      case .sacrificeWithShmem, .oneLine, .oneLineWithUID: true
      default: false
      }
    let file = task.file + (isSplit ? 0 : task.shmem)
    let rss = "anon-rss:\(kB(task.anon)), file-rss:\(kB(file))"
    let sizes = "total-vm:\(kB(task.totalVM)), \(rss)"
    let shmem = "shmem-rss:\(kB(task.shmem))"
    switch forms.kill {
    case .full: line("Out of Memory: Killed process \(pid) (\(name)).")
    case .andChildren: line("\(reason): Killed process \(pid) (\(name)).")
    case .orChild: line("Killed process \(pid) (\(name))")
    case .orChildWithVSZ: line("Killed process \(pid) (\(name)) vsz:\(kB(task.totalVM)), \(rss)")
    case .sacrifice: line("Killed process \(pid) (\(name)) \(sizes)")
    case .uidBehindPid: line("Killed process \(pid), UID \(task.uid), (\(name)) \(sizes)")
    case .sacrificeWithShmem: line("Killed process \(pid) (\(name)) \(sizes), \(shmem)")
    case .oneLine: line("\(reason): Killed process \(pid) (\(name)) \(sizes), \(shmem)")
    case .oneLineWithUID:
      line(
        "\(reason): Killed process \(pid) (\(name)) \(sizes), \(shmem), UID:\(task.uid) "
          + "pgtables:\(kB(task.tables.total)) oom_score_adj:\(task.oomScoreAdj)")
    }
  }

  /// Private memory is gone, shared memory stays. A victim that ends by itself sooner is not reaped.
  ///
  /// Kernel: `oom_reap_task_mm()`, mm/oom_kill.c.
  private mutating func reaped(_ tasks: [LoggedState.Task], _ state: LoggedState) {
    guard forms.hasReaper, forms.reaperDelay == 0 || state.exitDelay > forms.reaperDelay else {
      return
    }
    for task in tasks {
      line(
        "oom_reaper: reaped process \(task.identity.pid) (\(Self.name(task))), "
          + "now anon-rss:0kB, file-rss:0kB, shmem-rss:\(kB(task.shmem))", after: forms.reaperDelay)
    }
  }

  // MARK: Panics

  /// Kernel: `check_panic_on_oom()` and `out_of_memory()`, mm/oom_kill.c.
  mutating func write(_ panic: Panic, _ state: LoggedState) {
    let why: String
    switch panic.why {
    case .panicOnOOM where forms.panicsAsNow:
      let which = state.isPanicCompulsory ? "compulsory" : "system-wide"
      why = "Out of memory: \(which) panic_on_oom is enabled"
    case .panicOnOOM where panic.constraint == .memcg:
      why = "out of memory(memcg). panic_on_oom is selected."
    case .panicOnOOM:
      why =
        state.isPanicCompulsory
        ? "out of memory. Compulsory panic_on_oom is selected."
        : "out of memory. panic_on_oom is selected"
    case .deadlocked:
      let nobody = "Out of memory and no killable processes..."
      if forms.deadlocked { line(nobody) }
      why = forms.deadlocked ? "System is deadlocked on memory" : nobody
    }
    line("Kernel panic - not syncing: \(why)")
  }
}
