/// What becomes of one process in a run.
package enum Fate: Equatable, Sendable {
  /// It is not killed, its growth does not stand still, and the machine goes on.
  case survives
  /// It dies in an OOM kill, `number` of them from 0.
  case killed(number: Int, at: Microseconds, because: Because)
  /// The machine ends with it in it.
  case panic(at: Microseconds, why: Panic.Why)
  /// It lives, but growth of its own can never go on.
  case stuck(Stuck)
  /// It ended because overcommit refused it memory.
  case refused(at: Microseconds)
}

/// One process of a scenario with all its lives, and where the scenario describes it.
struct Subject: Equatable, Sendable {
  /// The pid is that of its first life.
  var identity: ProcessIdentity
  /// Where the table has it; nil when an event brings it.
  var start: StartProcess?
  /// Nobody else has its name at the same time, so that all its lives are known by it.
  var isNamedAlone: Bool

  func isMeant(by process: ProcessIdentity?) -> Bool {
    isNamedAlone ? process?.name == identity.name : process?.pid == identity.pid
  }

  func isMeant(by reference: ProcessReference) -> Bool {
    switch reference {
    case .name(let name): name == identity.name && isNamedAlone
    case .pid(let pid): pid == identity.pid
    }
  }
}

extension Run {
  /// The process that a name or a pid means: of one that came back all lives.
  ///
  /// - Throws: what is wrong with the name, in a sentence.
  func subject(_ text: String, in scenario: Scenario) throws(ScenarioSubjectError) -> Subject {
    var meant = rows(named: text)
    if meant.isEmpty || !areSuccessive(meant) {
      if meant.isEmpty, let several = scenario.severalProcesses(called: text) {
        throw ScenarioSubjectError(message: several)
      }
    } else {
      meant = [meant[0]]
    }
    // A name may look like a pid.
    if let pid = ProcessReference.pid(in: text),
      let row = (0..<processCount).first(where: { tasks.pids[$0] == pid }), !meant.contains(row)
    {
      meant.append(row)
    }
    guard let row = meant.first else {
      let near = nearestWord(to: text, among: tasks.names)
      throw ScenarioSubjectError(
        message: "no process is called '\(text)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
    if meant.count > 1 {
      let list = meant.prefix(8).map { "\(tasks.names[$0]) (pid \(tasks.pids[$0]))" }
      throw ScenarioSubjectError(
        message: "'\(text)' is \(meant.count) processes: " + list.joined(separator: ", ")
          + (meant.count > 8 ? ", …" : "") + ": name one as pid:\(tasks.pids[row])")
    }
    let name = tasks.names[row]
    return Subject(
      identity: ProcessIdentity(pid: tasks.pids[row], name: name),
      start: scenario.processes.startProcess(at: row),
      isNamedAlone: areSuccessive(rows(named: name)))
  }

  /// The processes of a name, without those that came back in another of them.
  private func rows(named name: String) -> [Int] {
    (0..<processCount).filter { tasks.names[$0] == name && !replaced.contains($0) }
  }

  /// Whether each of some processes was killed before the next one began: the lives of one service.
  private func areSuccessive(_ rows: [Int]) -> Bool {
    zip(rows, rows.dropFirst()).allSatisfy { earlier, later in
      let pid = tasks.pids[earlier]
      let death = kills.first { $0.killed.contains { $0.process.pid == pid } }?.at
      guard let death else { return false }
      return death <= tasks.rare.startedAt[later] ?? 0
    }
  }

  /// What becomes of a process: the first thing that keeps it from going on.
  func fate(of subject: Subject) -> Fate {
    for (number, kill) in kills.enumerated() {
      if let casualty = kill.killed.first(where: { subject.isMeant(by: $0.process) }) {
        return .killed(number: number, at: kill.at, because: casualty.because)
      }
    }
    if let refusal = refused.first(where: { subject.isMeant(by: $0.process) }),
      (0..<processCount).contains(where: {
        subject.isMeant(by: ProcessIdentity(pid: tasks.pids[$0], name: tasks.names[$0]))
          && tasks.states[$0] == .exited
      })
    {
      return .refused(at: refusal.at)
    }
    if let panic { return .panic(at: panic.at, why: panic.why) }
    if let stuck = stuck.first(where: { subject.isMeant(by: $0.process) }) {
      return .stuck(stuck)
    }
    return .survives
  }
}

extension Scenario {
  /// The group that a process begins in; that of its parent where a fork brings it.
  func cgroup(of subject: Subject) -> String {
    if let start = subject.start { return processes[start.row].cgroup }
    let name = subject.identity.name
    for event in events {
      switch event.action.newcomer {
      case .process(let process)?
      where process.name == name || (process.count > 1 && name.hasPrefix(process.name + "-")):
        return process.cgroup
      case .child(let child, of: .name(let parent))? where child.name == name:
        guard let row = processes.names.firstIndex(of: parent) else { return "/" }
        return processes[row].cgroup
      default: continue
      }
    }
    return "/"
  }
}

/// Why a text means no single process of a scenario.
package struct ScenarioSubjectError: Error, Equatable, Sendable {
  package var message: String

  package init(message: String) { self.message = message }
}
