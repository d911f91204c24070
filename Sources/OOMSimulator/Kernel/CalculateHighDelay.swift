/// How long a process sleeps that is charged to a group above its `memory.high`.
package enum HighDelay: Equatable, Sendable {
  /// It does not: reclaim is all that happens, to 5.3.
  case none
  /// After each batch of charges of this many pages, for a time that grows with the square of the excess; within a
  /// system call, too, or only on the way back from it.
  case afterBatch(pages: Int64, inCalls: Bool)
}

/// Ticks of the kernel's clock in a second, as most distributions build it. Kernel: `CONFIG_HZ`. With another one sleeps
/// differ by a tick each.
private let ticksPerSecond: Int64 = 250

/// The most ticks that a sleep lasts. Kernel: `MEMCG_MAX_HIGH_DELAY_JIFFIES`.
private let mostDelayTicks = 2 * ticksPerSecond

/// By how much a usage is above a limit: `((usage - high) << 20) / high`, at most twice the limit.
///
/// Kernel: `calculate_overage()`, mm/memcontrol.c.
func calculateOverage(usage: Int64, high: Int64) -> Int64 {
  if usage <= high { return 0 }
  // No sleep is longer from there on, and the square fits.
  let most: Int64 = 1 << 21
  let excess = usage - high
  return excess / 2 >= high ? most : min((excess << 20) / max(high, 1), most)
}

/// The ticks of the sleep after a batch of charges, from the largest overage of memory and that of swap on the way to
/// the root: `overage² × HZ >> 34` of each, together nothing up to a hundredth of a second.
///
/// Kernel: `mem_cgroup_handle_over_high()`, mm/memcontrol.c, since 5.4, of memory alone to 5.7; later
/// `calculate_high_delay()`, which it calls.
func calculateHighDelay(memory: Int64, swap: Int64) -> Int64 {
  func ticks(_ overage: Int64) -> Int64 { (overage * overage * ticksPerSecond) >> 34 }
  let ticks = min(ticks(memory) + ticks(swap), mostDelayTicks)
  return ticks <= ticksPerSecond / 100 ? 0 : ticks
}

extension State {
  /// The next stretch of a growth above `memory.high` or `memory.swap.high`: on it the sleep after each batch hardly
  /// changes.
  ///
  /// Modelled: a stretch is a 512th of `memory.high` long, or a 4096th of what is left of the growth, and goes on evenly,
  /// where the kernel's processes take a batch at once and sleep; once the sleep is as long as it can be, the rest is one
  /// stretch. Locked memory comes of one call, `mlock()`; where calls are not slowed down, the one sleep after it is left
  /// out.
  ///
  /// - Complexity: O(1), at most a thousand steps.
  func stretchAboveHigh(of growth: Growth) -> Growth.Stretch {
    let group = group(of: growth)
    var levels: [(group: Int, usage: Int64, high: Int64)] = []
    var swapLevels: [(group: Int, usage: Int64, high: Int64)] = []
    // What is charged beyond that goes to swap.
    var room = Cgroup.unlimited
    var at = group
    while at >= 0 {
      let (account, limits) = (ledger.accounts[at], ledger.limits[at])
      if limits.high != Cgroup.unlimited { levels.append((at, account.usage, limits.high)) }
      if limits.swapHigh != Cgroup.unlimited {
        swapLevels.append((at, account.swapUsage, limits.swapHigh))
      }
      room = min(room, max(ledger.headroom(at, ignoresHigh: true), 0))
      at = groups.parents[at]
    }
    func overage(
      _ levels: [(group: Int, usage: Int64, high: Int64)], after pages: Int64
    ) -> Int64 {
      levels.reduce(0) { max($0, calculateOverage(usage: $1.usage + pages, high: $1.high)) }
    }
    func delay(after pages: Int64) -> Int64 {
      calculateHighDelay(
        memory: overage(levels, after: pages),
        swap: overage(swapLevels, after: max(pages - room, 0)))
    }
    var left: Int64 = 0
    for kind in growth.kinds { left += growth.total[kind] - growth.done[kind] }
    var (pages, ticks) = (left, Int64(0))
    let locked = growth.total.locked - growth.done.locked
    let isCall = locked > 0 && locked == left
    if case .afterBatch(let batch, let inCalls) = rules.memcg.highDelay, inCalls || !isCall {
      if delay(after: 0) < mostDelayTicks {
        let high = (levels + swapLevels).map { $0.high }.min() ?? 0
        pages = min(left, max(high / 512 / batch, left / 4096 / batch, 1) * batch)
      }
      ticks = sleep(pages, batch: batch, delay)
    }
    // The largest in proportion to its limit; of many processes together swap alone may be 2^60 pages.
    let excess = (levels + swapLevels).max {
      $0.usage.multipliedFullWidth(by: max($1.high, 1))
        < $1.usage.multipliedFullWidth(by: max($0.high, 1))
    }
    var to = growth.done
    var (rest, whole) = (pages, left)
    for kind in growth.kinds {
      let kindLeft = growth.total[kind] - growth.done[kind]
      let part = proportion(of: rest, kindLeft, whole)
      to[kind] += part
      rest -= part
      whole -= kindLeft
    }
    let sleep = Microseconds(ticks * (1_000_000 / ticksPerSecond))
    let own = Microseconds(proportion(of: growth.ownDurationLeft.rawValue, pages, left))
    return Growth.Stretch(
      from: growth.done, to: to, start: now,
      duration: own + sleep,
      highGroup: excess?.group ?? group, sleep: sleep)
  }

  /// The ticks that a process sleeps while it is charged `pages`.
  private func sleep(_ pages: Int64, batch: Int64, _ delay: (Int64) -> Int64) -> Int64 {
    let batches = (pages + batch - 1) / batch
    let samples = min(batches, 1024)
    ledger.effort.add(Int(samples))
    var (ticks, before) = (Int64(0), Int64(0))
    for sample in 0..<samples {
      let upTo = proportion(of: batches, sample + 1, samples)
      ticks += (upTo - before) * delay(min(upTo * batch, pages))
      before = upTo
    }
    return ticks
  }
}

extension RulesByRelease {
  /// What `memory.high` does.
  @_optimize(none)
  static var high: [RuleChange] {
    [
      RuleChange(.high, "2.6.11", "There is no such file.", "mm/memcontrol.c", "memory_files"),
      RuleChange(
        .high, "4.5",
        "Above memory.high a group is reclaimed, and the process that is charged goes on at once.",
        "mm/memcontrol.c", "mem_cgroup_handle_over_high()",
        hurts: "groups above it: they lose their cache", follows: .memcg),
      RuleChange(
        .high, "5.4",
        """
        Above memory.high a process sleeps after every 32 pages, for a time that grows with the square of the excess, \
        up to 2 s. It is never killed for it.
        """,
        "mm/memcontrol.c", "mem_cgroup_handle_over_high()", commit: "0e4b01df8659",
        hurts: "groups above memory.high: they are slow"
      ) { $0.memcg.highDelay = .afterBatch(pages: 32, inCalls: false) },
      RuleChange(
        .high, "5.8",
        """
        Above memory.swap.high of a group the processes that are charged to it sleep, too, by the same formula for the \
        swap that it has above it.
        """,
        "mm/memcontrol.c", "swap_find_max_overage()", commit: "4b82ab4f2883",
        hurts: "groups above memory.swap.high: they are slow",
        evidence: .inferred("a tree of 5.7 and one of June 2020"), adds: true
      ) { $0.memcg.hasSwapHigh = true },
      RuleChange(
        .high, "5.18",
        """
        A process sleeps above memory.high within a system call, too: one large request no longer goes straight to \
        memory.max.
        """,
        "mm/memcontrol.c", "try_charge_memcg()", commit: "c9afe31ec443",
        hurts: "processes that lock much in one call",
        evidence: .inferred("the commit before it and the commit, with the merges for 5.18")
      ) { $0.memcg.highDelay = .afterBatch(pages: 32, inCalls: true) },
      RuleChange(
        .high, "6.1",
        "The sleep comes after every 64 pages.", "mm/memcontrol.c", "MEMCG_CHARGE_BATCH",
        hurts: "nobody: groups above memory.high are half as slow",
        evidence: .inferred("6.0 and 6.1")
      ) { $0.memcg.highDelay = .afterBatch(pages: 64, inCalls: true) },
    ]
  }
}
