// How growth goes on above memory.high: slowly.

extension Replay {
  /// Sends a growth that meets `memory.high` or `memory.swap.high` on its next stretch.
  mutating func slow(_ order: Int) {
    guard let growth = state.growths[order] else { return }
    noteSleep(of: growth)
    let stretch = state.stretchAboveHigh(of: growth)
    state.growths.begin(stretch, order)
    promise(order)
  }

  /// Goes on after a stretch, or after memory has come free: slowly as long as the group is above `memory.high`, then
  /// at the growth's own pace.
  mutating func takeNextStretch(_ order: Int) {
    guard let growth = state.growths[order], growth.stop == nil else { return }
    catchUp(before: order)
    if isAtHigh(growth) {
      slow(order)
    } else {
      noteSleep(of: growth)
      state.growths.begin(
        Growth.Stretch(
          from: growth.done, to: growth.total, start: now, duration: growth.ownDurationLeft), order)
      promise(order)
    }
    isReviewDue = true
    growWithOOM(order)
  }

  private func isAtHigh(_ growth: Growth) -> Bool {
    guard let kind = growth.kinds.first(where: { growth.total[$0] > growth.done[$0] }) else {
      return false
    }
    let charge = state.charge(1, kind, of: growth)
    return state.ledger.tryCharge(
      charge.all, tables: charge.tables, to: charge.group, on: charge.nodes
    ).limit?.kind == .high
  }

  /// Takes down how long a process has slept on the stretch that it leaves.
  mutating func noteSleep(of growth: Growth) {
    guard let stretch = growth.stretch, let group = stretch.highGroup else { return }
    let slept = stretch.slept(by: growth.stop == nil ? now : growth.stoppedAt)
    // Each is within the time of the run, but ten thousand may sleep at once.
    let before = record.highSleep[group] ?? 0
    record.highSleep[group] = before + min(slept, .max - before)
  }
}
