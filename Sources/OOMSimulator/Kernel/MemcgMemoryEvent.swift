/// What a group has met at its limits. File: `memory.events`.
///
/// Modelled: `low`, `high` and `max` count what the kernel does batch of pages by batch of pages, and the engine in one
/// step. They are above 0 exactly when the kernel's would be.
package struct MemoryEvents: Equatable, Sendable {
  /// Reclaim went below `memory.low`, because nothing else was left.
  package var low: Int64 = 0
  /// Charges that brought a group above `memory.high`.
  package var high: Int64 = 0
  /// Charges that met `memory.max`, so that they had to reclaim or failed.
  package var max: Int64 = 0
  /// Charges that were about to fail at the group's limit: the killer was called.
  package var oom: Int64 = 0
  /// Processes that any OOM killed; those that only use a victim's address space are not counted. The victim for which
  /// its group dies as a whole counts twice: it is killed by itself, and again with the group.
  package var oomKill: Int64 = 0
  /// Times that the group died as a whole. File: `memory.oom.group`.
  package var oomGroupKill: Int64 = 0

  /// All counters with their keys in the file.
  package var named: [(key: String, count: Int64)] {
    [
      ("low", low), ("high", high), ("max", max), ("oom", oom), ("oom_kill", oomKill),
      ("oom_group_kill", oomGroupKill),
    ]
  }

  static func += (sum: inout Self, more: Self) {
    sum.low += more.low
    sum.high += more.high
    sum.max += more.max
    sum.oom += more.oom
    sum.oomKill += more.oomKill
    sum.oomGroupKill += more.oomGroupKill
  }
}

extension Ledger {
  /// Counts a charge that does not fit below a group's own limits.
  ///
  /// - Parameters:
  ///   - pages: what is charged.
  ///   - lack: pages by which reclaim down to the lower one of `memory.high` and `memory.max` gave too little.
  ///
  /// Kernel: `memcg_memory_event()` in `try_charge_memcg()` and `reclaim_high()`, mm/memcontrol.c.
  mutating func noteLimit(_ pages: Int64, in group: Int, usage: Int64, lack: Int64) {
    if group == MemcgTree.root { return }
    let limit = limits[group]
    if limit.high < limit.max { accounts[group].events.high += 1 }
    // Batch by batch, reclaim at memory.high keeps the group from memory.max as long as it finds something.
    if limit.isForced || usage + pages <= limit.max || (limit.high < limit.max && lack <= 0) {
      return
    }
    accounts[group].events.max += 1
    // With a limit of memory and swap together, that one is asked first.
    if memswHeadroom(group) >= 0 { accounts[group].failcnt += 1 }
  }

  /// Counts a charge that fails at a group's `memory.max`.
  mutating func noteFailure(in group: Int) {
    if group == MemcgTree.root { return }
    accounts[group].events.max += 1
    if memswHeadroom(group) > 0 { accounts[group].failcnt += 1 }
  }

  /// Counts the groups that reclaim of a domain takes pages of although they are below `memory.low`.
  ///
  /// Kernel: `shrink_node_memcgs()`, mm/vmscan.c.
  mutating func noteLow(in domain: Int) {
    if !protects { return }
    let groups = domain..<ends[domain]
    let low = effective(groups.map { limits[$0].low }, in: groups)
    let hard = effective(groups.map { limits[$0].min }, in: groups)
    for group in groups.dropFirst() {
      let usage = accounts[group].usage
      if usage <= low[group - domain], usage > hard[group - domain] {
        accounts[group].events.low += 1
      }
    }
  }
}

extension Replay {
  /// Counts an OOM before anybody is chosen. Of a limit that was lowered no charge has failed.
  ///
  /// Kernel: `mem_cgroup_oom()` and `memory_max_write()`, mm/memcontrol.c.
  mutating func noteOOM(_ oc: OOMControl) {
    state.ledger.noteLow(in: oc.memcg ?? MemcgTree.root)
    guard let domain = oc.memcg else { return }
    if oc.trigger != .limitLowered { state.ledger.noteFailure(in: domain) }
    state.ledger.accounts[domain].events.oom += 1
  }

  /// Counts the dead of the kernel's killer, each in the group of its address space.
  ///
  /// Kernel: `__oom_kill_process()` and `oom_kill_process()`, mm/oom_kill.c.
  mutating func noteKills(_ choice: Choice) {
    guard let oc = choice.selection?.oc, let first = choice.dead.first else { return }
    func noteKill(_ row: Int) {
      let group = Int(state.tasks.groups[state.tasks.owner(row)])
      state.ledger.accounts[group].events.oomKill += 1
    }
    for death in choice.dead where death.because != .sharedMM { noteKill(death.row) }
    if state.rules.kill.oomGroup == .none { return }
    let group = Int(state.tasks.groups[first.row])
    if let whole = memCgroupGetOOMGroup(victim: group, domain: oc.memcg, in: state.groups) {
      state.ledger.accounts[whole].events.oomGroupKill += 1
      // The walk through the group finds the victim once more, with its memory not yet gone.
      noteKill(first.row)
    }
  }
}

extension RulesByRelease {
  /// Whose events a group counts.
  @_optimize(none)
  static var memcgEvents: [RuleChange] {
    [
      RuleChange(
        .memcgEvents, "4.5", "memory.events counts what happens in the group itself.",
        "mm/memcontrol.c", "memory_events_show()"),
      RuleChange(
        .memcgEvents, "5.2", "memory.events counts what happens in the groups below, too.",
        "include/linux/memcontrol.h", "memcg_memory_event()", commit: "9852ae3fe529",
        hurts: "monitoring of counters",
        evidence: .inferred("5.0.1 and 5.2.1")
      ) { $0.memcg.countsEventsBelow = true },
    ]
  }
}
