/// The processes that references in a scenario can mean. Only the wanted ones are looked for: a hundred
/// thousand names are not put into a table for the sake of three.
struct KnownProcesses {
  /// Pids of the processes that a reference fits at the start; 0 where it is to be assigned.
  var atStart: [ProcessReference: [Int32]] = [:]
  /// References that a `start` event makes good.
  var started: Set<ProcessReference> = []
  /// Names that stand for several processes.
  var templates: Set<ProcessReference> = []
  private let scenario: Scenario

  init(of scenario: Scenario, wanted: Set<ProcessReference>) {
    self.scenario = scenario
    var lengths: Set<Int> = []
    var names: Set<String> = []
    var copies: [CopyName] = []
    var pids: Set<Int32> = []
    for reference in wanted {
      switch reference {
      case .name(let name):
        names.insert(name)
        lengths.insert(name.utf8.count)
        if let copy = CopyName(name) { copies.append(copy) }
      case .pid(let pid): pids.insert(pid)
      }
    }
    let table = scenario.processes
    var counts: [String: [Int32]] = [:]
    for row in 0..<table.count {
      let name = table.names[row]
      if let count = table.counts[row] {
        if names.contains(name) { templates.insert(.name(name)) }
        counts[name, default: []].append(count)
      } else if lengths.contains(name.utf8.count), names.contains(name) {
        atStart[.name(name), default: []].append(table.pids[row])
      }
    }
    for copy in copies {
      for count in counts[copy.template] ?? [] where copy.number <= count {
        atStart[.name(copy.name), default: []].append(0)
      }
    }
    for pid in scenario.startProcesses(pids: pids).keys { atStart[.pid(pid)] = [pid] }
    findStarted(copies)
  }

  private mutating func findStarted(_ copies: [CopyName]) {
    var most: [String: Int32] = [:]
    for event in scenario.events {
      if let name = event.action.startedName { started.insert(.name(name)) }
      if let pid = event.action.startedPid, pid != 0 { started.insert(.pid(pid)) }
      if let process = event.action.startedProcess, process.count > 1 {
        most[process.name] = max(most[process.name] ?? 0, process.count)
      }
    }
    for copy in copies where copy.number <= most[copy.template] ?? 0 {
      started.insert(.name(copy.name))
    }
  }

  /// What to say of a reference that fits nobody.
  func unknown(_ reference: ProcessReference) -> String {
    guard case .name(let name) = reference else { return "no process has \(reference)" }
    var candidates = scenario.processes.names
    for event in scenario.events {
      if let name = event.action.startedName { candidates.append(name) }
    }
    let suggestion = nearestWord(to: name, among: candidates)
    return "no process is called '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
  }
}
