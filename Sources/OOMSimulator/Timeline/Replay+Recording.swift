// Samples of a replay. Without a recorder nothing of it costs more than a look whether there is one.

extension Replay {
  /// Takes the samples of the grid between now and a time at which all growth is known to fit.
  mutating func recordGrid(before time: Microseconds) {
    while let instant = recorder?.gridInstant(after: state.now, before: time) {
      let sample = state.ledger.effort.uncounted { stateBetween(instant) }
      recorder?.take(sample, state.restarts)
    }
  }

  /// Takes a sample of an instant at which something happens; of its beginning and of its end.
  mutating func recordInstant() {
    guard recorder?.wants(instant: state.now) == true else { return }
    catchUp()
    recorder?.take(state, state.restarts)
  }

  mutating func recordEnd() {
    recorder?.take(state, state.restarts)
  }

  /// - Returns: whether the kill that may come now is wanted.
  mutating func recordBeforeKill() -> Bool {
    guard recorder?.wants(killAt: state.now) == true else { return false }
    recorder?.take(state, state.restarts)
    return true
  }

  private func stateBetween(_ instant: Microseconds) -> State {
    var copy = self
    copy.recorder = nil
    copy.observe = nil
    copy.grow(upTo: instant)
    copy.state.now = instant
    return copy.state
  }
}
