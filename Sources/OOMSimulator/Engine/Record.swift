/// What has happened in a replay: values without sentences.
struct Record: Equatable, Sendable {
  var kills: [Kill] = []
  var refused: [Refusal] = []
  /// The end of the machine.
  private(set) var panic: Panic?
  /// Asked at every step, so it does not look into the panic.
  private(set) var hasPanicked = false
  /// What there is to say of the start state, then of events, in their order.
  var warnings: [Warning] = []
  /// How long processes have slept above the `memory.high` of each group.
  var highSleep: [Int: Microseconds] = [:]
  /// How many candidates were listed with the kills.
  var candidates = 0
  private var reports = Ratelimit()
  /// How many rows the task tables of the log have.
  var loggedTasks = 0
  /// Whether an OOM has called the killer of the kernel.
  var callsKiller = false
  /// Set when the run repeats itself from here on.
  var loop: Run.Loop?

  /// What becomes of the report of the next kill in the log.
  mutating func nextReport(at time: Microseconds) -> LoggedState.Report {
    guard let suppressed = reports.admit(at: time) else { return .suppressed }
    return loggedTasks < Self.mostLoggedTasks ? .printed(suppressed: suppressed) : .leftOut
  }

  private static let mostLoggedTasks = 250_000

  /// Ends the machine.
  mutating func end(in panic: Panic) {
    self.panic = panic
    hasPanicked = true
  }
}

/// Victims on their way out: when their memory is back.
struct Exit: Equatable, Sendable {
  var at: Microseconds
  var rows: [Int]
  /// What they are then: killed, or exited where systemd stopped them.
  var life = Tasks.Life.killed
  /// They got a signal from user space and run until then.
  var isSignal = false
  /// The signal was SIGTERM, an end that systemd does not take for a failure.
  var isClean = false
  /// The group of a pod that is evicted with them.
  var evictedPod: Int?
}

extension State {
  /// Whether a signal from user space is about to end a process.
  func isSignalled(_ row: Int) -> Bool {
    exits.contains { $0.isSignal && $0.rows.contains(row) }
  }
}
