/// The rows that the references of events can mean, found once: an event on one process of a hundred
/// thousand does not look at the others.
struct ReferenceIndex: Sendable {
  private var rows: [ProcessReference: [Int]] = [:]

  init(of scenario: Scenario, tasks: Tasks) {
    for event in scenario.events {
      if let reference = event.action.process { rows[reference] = [] }
      if case .start(let process) = event.action, let other = process.sharesMMWith {
        rows[other] = []
      }
    }
    if rows.isEmpty { return }
    for row in 0..<tasks.count { add(row, tasks) }
  }

  /// Makes a new process known.
  mutating func add(_ row: Int, _ tasks: Tasks) {
    rows[.name(tasks.names[row])]?.append(row)
    rows[.pid(tasks.pids[row])]?.append(row)
  }

  /// The youngest living process that a reference fits: a name may be used again after a death.
  func living(_ reference: ProcessReference, _ tasks: Tasks) -> Int? {
    rows[reference]?.last { tasks.states[$0] == .running }
  }
}
