/// What has happened in a replay: values without sentences.
struct Record: Equatable, Sendable {
  var kills: [Kill] = []
  var refused: [Refusal] = []
  /// The end of the machine.
  var panic: Panic?
  /// What there is to say of the start state, then of events, in their order.
  var warnings: [Warning] = []
  /// How long processes have slept above the `memory.high` of each group.
  var highSleep: [Int: Microseconds] = [:]
  /// Set when the run repeats itself from here on.
  var loop: Run.Loop?
}

/// Victims on their way out: when their memory is back.
struct Exit: Equatable, Sendable {
  var at: Microseconds
  var rows: [Int]
  /// What they are then: killed, or exited where they got a signal of systemd's.
  var life = Tasks.Life.killed
}
