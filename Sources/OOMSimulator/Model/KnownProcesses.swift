/// The processes that references in a scenario can mean. Only the wanted ones are looked for: a hundred
/// thousand names are not put into a table for the sake of three.
struct KnownProcesses {
  /// Pids of the processes that a reference fits at the start; 0 where it is to be assigned.
  var atStart: [ProcessReference: [Int32]] = [:]
  /// References that a `start` event makes good.
  var started: Set<ProcessReference> = []
  /// Names that stand for several processes, and how many.
  var templates: [ProcessReference: Int32] = [:]
  private let scenario: Scenario

  init(of scenario: Scenario, wanted: Set<ProcessReference>) {
    self.scenario = scenario
    var lengths: Set<Int> = []
    var names: Set<String> = []
    for case .name(let name) in wanted {
      names.insert(name)
      lengths.insert(name.utf8.count)
    }
    let table = scenario.processes
    for row in 0..<table.count {
      let name = table.names[row]
      if let count = table.counts[row] {
        addCopies(of: name, count, wanted: names)
      } else if lengths.contains(name.utf8.count), names.contains(name) {
        atStart[.name(name), default: []].append(table.pids[row])
      }
    }
    var pids: Set<Int32> = []
    for case .pid(let pid) in wanted { pids.insert(pid) }
    if !pids.isEmpty {
      for pid in table.pids where pids.contains(pid) { atStart[.pid(pid)] = [pid] }
    }
    for event in scenario.events {
      if let name = event.action.startedName { started.insert(.name(name)) }
      if let pid = event.action.startedPid, pid != 0 { started.insert(.pid(pid)) }
      guard let process = event.action.startedProcess else { continue }
      if process.count > 1 {
        for copy in 1...process.count where names.contains("\(process.name)-\(copy)") {
          started.insert(.name("\(process.name)-\(copy)"))
        }
      }
    }
  }

  private mutating func addCopies(of name: String, _ count: Int32, wanted: Set<String>) {
    if wanted.contains(name) { templates[.name(name)] = count }
    for other in wanted where other.hasPrefix(name + "-") {
      guard let copy = Int32(other.dropFirst(name.count + 1)), copy >= 1, copy <= count,
        other == "\(name)-\(copy)"
      else { continue }
      atStart[.name(other), default: []].append(0)
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
