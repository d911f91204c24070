internal import OOMSimulator

/// What `processes.NAME.KEY` and its other spellings name.
struct ProcessPath {
  static let usage =
    "write processes.NAME.KEY=VALUE, processes.PID.KEY=VALUE or processes[INDEX].KEY=VALUE"

  private enum Selector {
    case text(String)
    case index(Int)
  }

  private let selector: Selector
  let key: String
  /// Of a `restart`.
  let member: String?

  /// - Parameter path: from `processes` on.
  init?(_ path: String) {
    var rest = path.dropFirst("processes".count)
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]"),
        let index = Int(rest[..<end].dropFirst()), index >= 0
      else { return nil }
      selector = .index(index)
      rest = rest[rest.index(after: end)...]
      guard rest.hasPrefix(".") else { return nil }
      let keys = rest.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
      guard keys.count == 1 || keys.count == 2 && keys[0] == "restart" else { return nil }
      key = String(keys[0])
      member = keys.count == 2 ? String(keys[1]) : nil
      return
    }
    rest = rest.dropFirst()
    guard let dot = rest.lastIndex(of: ".") else { return nil }
    let last = String(rest[rest.index(after: dot)...])
    let name = String(rest[..<dot])
    if name.hasSuffix(".restart") {
      selector = .text(String(name.dropLast(".restart".count)))
      (key, member) = ("restart", last)
    } else {
      selector = .text(name)
      (key, member) = (last, nil)
    }
  }

  /// - Throws: why it means nobody, or several.
  func process(in scenario: Scenario) throws(ScenarioSubjectError) -> StartProcess {
    let rows = scenario.processes.count
    switch selector {
    case .index(let row):
      if row < rows { return StartProcess(row: row) }
      throw ScenarioSubjectError(
        message: "there are \(rows) entries in 'processes', numbered from 0")
    case .text(let text):
      var found = scenario.startProcesses(called: text)
      if found.count > 1 {
        throw ScenarioSubjectError(
          message: scenario.severalProcesses(called: text).map { $0 + ": name one by its pid" }
            ?? "'\(text)' is several processes")
      }
      // A name may look like a pid.
      if let pid = ProcessReference.pid(in: text), let other = scenario.startProcess(pid: pid),
        !found.contains(other)
      {
        found.append(other)
        try checkIndex(text, pid, other, scenario)
      }
      if found.count == 2 {
        let names = found.map { "processes[\($0.row)]" }.joined(separator: " and ")
        throw ScenarioSubjectError(message: "'\(text)' is a name and a pid: \(names)")
      }
      if let only = found.first { return only }
      throw ScenarioSubjectError(message: nobody(text, scenario))
    }
  }

  /// A number that may be meant as the index of another process is not guessed at.
  private func checkIndex(
    _ text: String, _ pid: Int32, _ process: StartProcess, _ scenario: Scenario
  ) throws(ScenarioSubjectError) {
    let index = Int(pid)
    if text.hasPrefix("pid:") || index >= scenario.processes.count || index == process.row {
      return
    }
    throw ScenarioSubjectError(
      message: "'\(text)' can be the pid of '\(scenario.name(of: process))' or the index of "
        + "'\(scenario.processes.name(row: index))': write processes.pid:\(pid).\(key) or "
        + "processes[\(index)].\(key)")
  }

  private func nobody(_ text: String, _ scenario: Scenario) -> String {
    if let index = Int(text), index >= 0, index < scenario.processes.count {
      return "no process is called '\(text)', and none has that pid; that of the index is "
        + "processes[\(index)], '\(scenario.processes.name(row: index))'"
    }
    if let event = scenario.events.firstIndex(where: { $0.action.startedName == text }) {
      let action = scenario.events[event].action.name
      return "'\(text)' is started by an event: write events.\(event).\(action).KEY=VALUE"
    }
    let names = (0..<scenario.processes.count).map(scenario.processes.name(row:))
    let near = nearestWord(to: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
    return "no process is called '\(text)'\(near)"
  }
}
