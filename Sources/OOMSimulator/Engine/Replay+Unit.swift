// What systemd does when `memory.events` of a unit says that the kernel has killed in it.
//
// Modelled: it looks at once, and what it stops ends at once, or after `TimeoutStopSec` where the group has that, which
// in systemd is the longest that it may take.
//
// Source: `unit_check_oom()`, src/core/unit.c, and `service_notify_cgroup_oom_event()`, src/core/service.c, of systemd.

extension Replay {
  /// Processes of one unit that systemd stops, and how long they take to end.
  struct Stop {
    var rows: [Int]
    var takes: Microseconds
    var life = Tasks.Life.exited
    /// The signal is SIGTERM, and what it ends is not taken for a failure.
    var isClean = false
    /// The group of a pod that is evicted with them.
    var evictedPod: Int?
  }

  /// What systemd stops because of a decision of the kernel's killer: all that is left of each unit that a death counts
  /// in.
  func stops(after choice: Choice) -> [Stop] {
    guard choice.selection != nil, watchesUnits else { return [] }
    var taken = Set(choice.dead.map { $0.row })
    var units: Set<Int> = []
    for death in choice.dead where death.because != .sharedMM {
      let group = Int(state.tasks.groups[state.tasks.owner(death.row)])
      // To 5.1 memory.events does not count what happens below.
      let counting = state.rules.memcg.countsEventsBelow ? state.groups.path(from: group) : [group]
      units.formUnion(counting.filter { policy(of: $0) == .stop })
    }
    return units.sorted().compactMap { unit in
      var rows: [Int] = []
      for group in state.groups.descendants(of: unit) {
        for member in state.groups.members[group] {
          let row = Int(member)
          if state.tasks.isAlive(row), state.tasks.pids[row] != 1, taken.insert(row).inserted {
            rows.append(row)
          }
        }
      }
      return rows.isEmpty
        ? nil : Stop(rows: rows, takes: state.groups.settings[unit].timeoutStop ?? .zero)
    }
  }

  /// `memory.events` is a file of version 2.
  private var watchesUnits: Bool {
    hasVersionTwo && state.rules.memcg.support == .versionTwo
  }

  /// The policy of a unit; where the group does not say and systemd runs, that of a service: to stop, unless it has
  /// groups of its own (`Delegate=yes`).
  private func policy(of group: Int) -> OOMPolicy {
    if let policy = state.groups.settings[group].oomPolicy { return policy }
    let isDelegated = state.groups.ends[group] > group + 1
    return hasSystemd && !isDelegated && state.groups.paths[group].hasSuffix(".service")
      ? .stop : .continue
  }

  /// Ends what got a signal, at once or when its time is over.
  mutating func stop(_ stops: [Stop]) {
    for stop in stops {
      let exit = Exit(
        at: now + stop.takes, rows: stop.rows, life: stop.life, isSignal: true,
        isClean: stop.isClean, evictedPod: stop.evictedPod)
      if stop.takes == .zero {
        catchUp()
        isReviewDue = true
        finish(exit)
        continue
      }
      let place = state.exits.firstIndex { $0.at > exit.at } ?? state.exits.endIndex
      state.exits.insert(exit, at: place)
    }
  }
}
