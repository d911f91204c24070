/// Gives out pids from 1000 up, passing over those that the scenario names.
struct PidAllocator: Equatable, Sendable {
  /// The first that is given out.
  static let first: Int32 = 1000
  private var taken: Set<Int32> = []
  private(set) var upcoming = Self.first

  init() {}

  init(of scenario: Scenario) {
    // Only a scenario that leaves pids open needs to know which are taken.
    let starts = scenario.events.compactMap { $0.action.startedPid }
    let isOpen =
      scenario.processes.pids.contains(0) || !starts.isEmpty || !scenario.processes.restarts.isEmpty
    if isOpen {
      taken = Set(scenario.processes.pids)
      taken.formUnion(starts)
    }
  }

  mutating func next() -> Int32 {
    while taken.contains(upcoming) { upcoming += 1 }
    defer { upcoming += 1 }
    return upcoming
  }
}
