/// What somebody wants of a run.
package enum Goal: Equatable, Sendable {
  /// No OOM kill and no panic.
  case noKills
  /// None of these processes dies for want of memory.
  case survives(Wanted)
  /// One of these is the first to die.
  case first(Wanted)

  /// The processes that a goal is about.
  package struct Wanted: Equatable, Sendable {
    package var reference: ProcessReference
    /// Whether `worker-3` is meant by `worker`, too.
    package var meansCopies: Bool

    package init(_ reference: ProcessReference, meansCopies: Bool = false) {
      self.reference = reference
      self.meansCopies = meansCopies
    }

    func contains(_ process: ProcessIdentity) -> Bool {
      switch reference {
      case .pid(let pid): return process.pid == pid
      case .name(let name):
        if process.name == name { return true }
        guard meansCopies, process.name.hasPrefix(name + "-") else { return false }
        let copy = process.name.dropFirst(name.count + 1)
        return !copy.isEmpty && copy.allSatisfy { $0.isASCII && $0.isNumber }
      }
    }
  }

  /// Whether a run is known to come to it: of one that was cut off nobody knows who dies later.
  package func holds(in run: Run) -> Bool {
    switch self {
    case .noKills: return run.kills.isEmpty && run.panic == nil && run.outcome != .cutOff
    case .first(let wanted): return run.kills.first.map { wanted.contains($0.dyingFirst) } ?? false
    case .survives(let wanted):
      if run.panic != nil || run.outcome == .cutOff { return false }
      let dead = run.kills.flatMap { $0.killed }.map { $0.process }
      if dead.contains(where: wanted.contains) { return false }
      return !run.refused.contains { refusal in
        guard let process = refusal.process, wanted.contains(process) else { return false }
        return run.hasExited(process)
      }
    }
  }
}

extension Run {
  /// Whether a process that got ENOMEM has ended by the end of the run.
  fileprivate func hasExited(_ process: ProcessIdentity) -> Bool {
    (0..<processCount).contains { tasks.pids[$0] == process.pid && tasks.states[$0] == .exited }
  }
}

extension Scenario {
  /// How many processes a name or a pid can mean at any time, those that are started later among them; copies of
  /// one that is given with `count` are meant by its name.
  package func processes(meantBy reference: ProcessReference) -> (count: Int, isTemplate: Bool) {
    var count = 0
    var isTemplate = false
    func add(_ name: String, _ pid: Int32, copies: Int32) {
      switch reference {
      case .pid(let wanted): if pid == wanted { count += 1 }
      case .name(let wanted):
        if name == wanted {
          count += Int(copies)
          if copies > 1 { isTemplate = true }
        } else if copies > 1, wanted.hasPrefix(name + "-"),
          let copy = Int32(wanted.dropFirst(name.count + 1)), copy >= 1, copy <= copies
        {
          count += 1
        }
      }
    }
    for row in 0..<processes.count {
      add(processes.names[row], processes.pids[row], copies: processes.counts[row] ?? 1)
    }
    for event in events {
      switch event.action.newcomer {
      case .process(let process): add(process.name, process.pid, copies: process.count)
      case .child(let child, _): add(child.name, child.pid, copies: 1)
      case nil: break
      }
    }
    return (count, isTemplate)
  }

  /// The name of a process that is spelt most like another text.
  package func nearestProcess(to name: String) -> String? {
    var names = processes.names
    for event in events {
      switch event.action.newcomer {
      case .process(let process): names.append(process.name)
      case .child(let child, _): names.append(child.name)
      case nil: break
      }
    }
    return nearestWord(to: name, among: names)
  }
}
