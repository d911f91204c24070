extension Run {
  /// What a group had at the end and went through, its descendants included but for events to 5.1. Sizes are in pages.
  package struct FinalGroup: Equatable, Sendable {
    /// Path of the group.
    package var path: String
    /// Memory charged at the end. File: `memory.current`.
    package var current: Int64
    /// The most that `current` has been. File: `memory.peak`.
    package var peak: Int64
    /// Swap charged at the end. File: `memory.swap.current`.
    package var swapCurrent: Int64
    /// The most that `swapCurrent` has been. File: `memory.swap.peak`.
    package var swapPeak: Int64
    /// What of `current` is the pool of zswap; nil where there is none, or groups are not charged for it. File:
    /// `memory.zswap.current`.
    package var zswapCurrent: Int64?
    /// How long processes have slept because this group was above its `memory.high` or its `memory.swap.high`, added up.
    package var highSleep: Microseconds
    /// The ones of these files that it has had.
    package var highFiles: String
    /// File: `memory.events`, as version 2 counts.
    package var events: MemoryEvents
    /// Charges that did not fit at first below the group's own limit; nil on version 2. File: `memory.failcnt`.
    package var failcnt: Int64?
  }
}

extension Replay {
  /// What every group but the root had and went through, parents first.
  ///
  /// - Complexity: O(groups).
  var finalGroups: [Run.FinalGroup] {
    let ledger = state.ledger
    var events = ledger.accounts.map { $0.events }
    if state.rules.memcg.countsEventsBelow {
      for group in events.indices.reversed() where ledger.parents[group] > MemcgTree.root {
        events[ledger.parents[group]] += events[group]
      }
    }
    return ledger.accounts.indices.dropFirst().map { group in
      let account = ledger.accounts[group]
      return Run.FinalGroup(
        path: state.groups.paths[group], current: account.usage, peak: account.peak,
        swapCurrent: account.swapUsage, swapPeak: account.swapPeak,
        zswapCurrent: ledger.zswap?.chargedUsage(group),
        highSleep: record.highSleep[group] ?? .zero, highFiles: highFiles(group),
        events: events[group],
        failcnt: state.cgroupVersion == 1 ? account.failcnt : nil)
    }
  }

  private func highFiles(_ group: Int) -> String {
    let settings = state.groups.settings[group]
    if settings.swapHigh == nil { return "memory.high" }
    return settings.high == nil ? "memory.swap.high" : "memory.high or memory.swap.high"
  }
}
