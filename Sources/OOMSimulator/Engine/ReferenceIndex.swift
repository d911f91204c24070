/// The rows that the references of events can mean, found once: an event on one process of a hundred
/// thousand does not look at the others.
struct ReferenceIndex: Sendable {
  private var rows: [ProcessReference: [Int]] = [:]
  /// Lengths of the names that are looked for, as bits, and whether any pid is: most rows end here.
  private var lengths: UInt64 = 0
  private var hasPids = false

  init(of scenario: Scenario, tasks: Tasks) {
    for event in scenario.events {
      if let reference = event.action.process { rows[reference] = [] }
      if let process = event.action.startedProcess, let other = process.sharesMMWith {
        rows[other] = []
      }
    }
    for reference in rows.keys {
      switch reference {
      case .name(let name): lengths |= Self.bit(name)
      case .pid: hasPids = true
      }
    }
    if rows.isEmpty { return }
    for row in 0..<tasks.count { add(row, tasks) }
  }

  /// Makes a new process known.
  ///
  /// - Returns: whether another living process has the name, which events use.
  @discardableResult
  mutating func add(_ row: Int, _ tasks: Tasks) -> Bool {
    var isNameTaken = false
    if lengths & Self.bit(tasks.names[row]) != 0 {
      let name = ProcessReference.name(tasks.names[row])
      isNameTaken = living(name, tasks) != nil
      rows[name]?.append(row)
    }
    if hasPids { rows[.pid(tasks.pids[row])]?.append(row) }
    return isNameTaken
  }

  private static func bit(_ name: String) -> UInt64 { 1 << UInt64(min(name.utf8.count, 63)) }

  /// The youngest living process that a reference fits: a name may be used again after a death.
  ///
  /// - Complexity: O(1) on average over all calls: the dead are forgotten.
  mutating func living(_ reference: ProcessReference, _ tasks: Tasks) -> Int? {
    while let row = rows[reference]?.last {
      if tasks.isAlive(row) { return row }
      rows[reference]?.removeLast()
    }
    return nil
  }
}
