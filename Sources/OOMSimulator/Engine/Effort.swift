/// How much a replay has done, in looks at one group, process or growth: what cuts off a run that would take minutes, on
/// every machine and in every build at the same point.
///
/// A replay and the copies on which it tries what would fit have one together: what is tried takes time, too. They never
/// run on several threads.
final class Effort: Equatable, @unchecked Sendable {
  private(set) var looks: Int64 = 0

  func add(_ looks: Int) { self.looks &+= Int64(looks) }

  /// What it took to get to a state is no part of it.
  static func == (one: Effort, other: Effort) -> Bool { true }

  /// What a run may take when nobody says otherwise: some tenths of a second, and more for what takes long to write down.
  ///
  /// - Parameter size: of the scenario, in processes, groups and events.
  static func usual(size: Int) -> Int64 { 40_000_000 + 50_000 * Int64(size) }

  /// What a command that replays one scenario again and again may take, for all replays together.
  static func ofMany(size: Int) -> Int64 { usual(size: size) }
}

extension Simulator {
  /// What each of so many replays may take, so that all together take about as long as one that is cut off; no less than
  /// what a thousandth of a second is for.
  package static func mostEffort(ofEach count: Int, of scenario: Scenario) -> Int64 {
    max(Effort.ofMany(size: scenario.size) / Int64(max(count, 1)), 100_000)
  }
}

extension Scenario {
  /// What the time that a replay may take is measured with.
  var size: Int { processes.expandedCount + cgroups.count + events.count }
}

extension Replay {
  /// Whether the run has taken as much as it may; then it is cut off.
  mutating func isExhausted() -> Bool {
    if isAbandoned { return true }
    if state.ledger.effort.looks <= mostEffort { return false }
    abandon(after: .effort(mostEffort))
    return true
  }
}
