// Samples of a replay. Without a recorder nothing of it costs more than a look whether there is one.

extension Replay {
  /// Takes the samples of the grid between now and a time at which all growth is known to fit.
  mutating func recordGrid(before time: Int64) {
    while let instant = recorder?.gridInstant(after: world.now, before: time) {
      let sample = stateBetween(instant)
      recorder?.take(sample, restarts)
    }
  }

  /// Takes a sample of an instant at which something happens; of its beginning and of its end.
  mutating func recordInstant() {
    catchUp()
    guard recorder?.wants(instant: world.now) == true else { return }
    recorder?.take(world, restarts)
  }

  mutating func recordEnd() {
    recorder?.take(world, restarts)
  }

  /// - Returns: whether the kill that may come now is wanted.
  mutating func recordBeforeKill() -> Bool {
    guard recorder?.wants(killAt: world.now) == true else { return false }
    recorder?.take(world, restarts)
    return true
  }

  private func stateBetween(_ instant: Int64) -> World {
    var copy = self
    copy.recorder = nil
    copy.observe = nil
    copy.grow(upTo: instant)
    copy.world.now = instant
    return copy.world
  }
}
