/// How much a replay has done, in looks at one group, process or growth: what cuts off a run that would take minutes, on
/// every machine and in every build at the same point.
///
/// A replay and the copies on which it tries what would fit have one together: what is tried takes time, too. They never
/// run on several threads.
final class Effort: Equatable, @unchecked Sendable {
  var looks: Int64 = 0
  /// How many there may be.
  var most = Int64.max

  func add(_ looks: Int) { self.looks &+= Int64(looks) }

  /// Works out what is only told: it does not decide how far a run is followed.
  func uncounted<Result>(_ body: () -> Result) -> Result {
    let counted = looks
    defer { looks = counted }
    return body()
  }

  /// There were as many as there may be: what is worked out from now on need not be right, and nobody takes it down.
  var isSpent: Bool { looks > most }

  /// What it took to get to a state is no part of it.
  static func == (one: Effort, other: Effort) -> Bool { true }

  /// What a run may take when nobody says otherwise: some tenths of a second of what can be written on a few pages, and
  /// more for what is larger. Shipped stories take a tenth of it at most.
  static func usual(_ scenario: Scenario) -> Int64 { 40_000_000 + more(scenario) }

  /// What a comparison of releases may take: more of what is small, for it replays on all processors; of what is large the
  /// starts alone take long.
  static func ofComparison(_ scenario: Scenario) -> Int64 { 60_000_000 + more(scenario) / 2 }

  /// What a command that replays one scenario again and again may take, for all replays together.
  static func ofMany(_ scenario: Scenario) -> Int64 { 40_000_000 + more(scenario) }

  /// For each process 4,000, and for what is written as long as it is together, up to 30,000 for each process, group and
  /// event.
  private static func more(_ scenario: Scenario) -> Int64 {
    let written = Int64(scenario.processes.count + scenario.cgroups.count + scenario.events.count)
    return 4000 * Int64(scenario.processes.expandedCount) + written * min(10 * written, 30_000)
  }
}

/// What a run took. Two runs that came to the same are equal, even if samples were taken of one of them.
struct Spent: Equatable, Sendable {
  var looks: Int64 = 0

  static func == (one: Spent, other: Spent) -> Bool { true }
}

extension Simulator {
  /// What each of so many replays may take, so that all together take about as long as one that is cut off; no less than
  /// what a thousandth of a second is for.
  package static func mostEffort(ofEach count: Int, of scenario: Scenario) -> Int64 {
    max(Effort.ofMany(scenario) / Int64(max(count, 1)), 100_000)
  }
}

extension Replay {
  /// Whether the run has taken as much as it may; then it is cut off.
  mutating func isExhausted() -> Bool {
    if isAbandoned { return true }
    if !state.ledger.effort.isSpent { return false }
    abandon(after: .effort(mostEffort))
    return true
  }

  /// How much is done before the run is cut off.
  var mostEffort: Int64 {
    get { state.ledger.effort.most }
    nonmutating set { state.ledger.effort.most = newValue }
  }
}
