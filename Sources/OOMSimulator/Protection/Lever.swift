/// A setting whose change may spare a process.
package enum Lever: Equatable, Sendable {
  /// File: /proc/PID/oom_score_adj.
  case oomScoreAdj
  /// Before 2.6.36. File: /proc/PID/oom_adj.
  case oomAdj
  /// The limit that kills it, by its file: `memory.max` or what version 1 calls it. In pages.
  case limit(cgroup: String, file: String)
  /// File: `MemTotal`. In MiB.
  case machineMemory
  /// Memory that reclaim leaves to its group, here and in all groups above. In pages.
  case memoryMin(cgroup: String)
  case memoryLow(cgroup: String)
  /// A limit for another process, the one that asks for the memory, in a group of its own. In pages.
  case limitOfOther(ProcessIdentity, cgroup: String, file: String)
  /// What its pod requests, by which the kubelet ranks it. In MiB.
  case podRequest(pod: String)
  /// The priority of its pod.
  case podPriority(pod: String)
}

extension Scenario {
  /// The scenario with another `oom_score_adj` (before 2.6.36: `oom_adj`) of one process, wherever it is set.
  func setting(_ adj: Int16, of subject: Subject, isLegacy: Bool) -> Scenario {
    change(subject) { process in
      if isLegacy { process.legacy.oomAdj = adj }
      process.oomScoreAdj = isLegacy ? oomScoreAdj(writing: adj) : adj
    } child: { child in
      if !isLegacy { child.oomScoreAdj = adj }
    } set: { change in
      if change.oomScoreAdj != nil, !isLegacy { change.oomScoreAdj = adj }
      if change.oomAdj != nil {
        change.oomAdj = isLegacy ? adj : nil
        if !isLegacy { change.oomScoreAdj = adj }
      }
    }
  }

  /// The scenario with one process in another group from its beginning.
  func moving(_ subject: Subject, to cgroup: String) -> Scenario {
    var scenario = change(subject) {
      $0.cgroup = cgroup
    } child: { _ in
    } set: { _ in
    }
    scenario.events.removeAll {
      if case .move(let process, _) = $0.action { subject.isMeant(by: process) } else { false }
    }
    return scenario
  }

  /// The scenario with another limit of a group, wherever it is set.
  func limiting(_ cgroup: String, _ file: Cgroup.Limit, to pages: Int64)
    -> Scenario
  {
    var scenario = self
    scenario.cgroups[cgroup, default: Cgroup()][file] = pages
    for index in scenario.events.indices {
      if case .setCgroup(cgroup, var change) = scenario.events[index].action,
        change[file] != nil
      {
        change[file] = pages
        scenario.events[index].action = .setCgroup(cgroup, change)
      }
    }
    return scenario
  }

  /// The scenario with a pod changed in everything that says something of it.
  func changing(pod: String, _ body: (inout Kubernetes.PodGroup) -> Void) -> Scenario {
    var scenario = self
    body(&scenario.cgroups[pod, default: Cgroup()].pod)
    for index in scenario.events.indices {
      if case .setCgroup(pod, var change) = scenario.events[index].action,
        change.pod != Kubernetes.PodGroup()
      {
        body(&change.pod)
        scenario.events[index].action = .setCgroup(pod, change)
      }
    }
    return scenario
  }

  /// The scenario with a reservation of at least so much for a group and for all groups above it, without
  /// which it would not hold.
  func reserving(_ cgroup: String, _ file: Cgroup.Limit, pages: Int64)
    -> Scenario
  {
    var scenario = self
    for path in Self.pathAndAncestors(cgroup) {
      let own = scenario.cgroups[path]?[file] ?? 0
      scenario = scenario.limiting(path, file, to: max(own, pages))
    }
    return scenario
  }

  /// `/a/b` and `/a`, without the root.
  private static func pathAndAncestors(_ path: String) -> [String] {
    var names = path.split(separator: "/")
    var paths: [String] = []
    while !names.isEmpty {
      paths.append("/" + names.joined(separator: "/"))
      names.removeLast()
    }
    return paths
  }

  /// Changes a process where the scenario describes it: in the table, in the event that brings it, and in
  /// those that set something of it.
  private func change(
    _ subject: Subject, _ body: (inout Process) -> Void, child: (inout Event.Child) -> Void,
    set: (inout Event.ProcessChange) -> Void
  ) -> Scenario {
    var scenario = self
    if let start = subject.start { scenario.processes.change(start, body) }
    scenario.events = []
    let isBrought = subject.start == nil || subject.isNamedAlone
    for event in events {
      switch event.action.newcomer {
      case .process(let process)?
      where isBrought && process.copies.contains { $0.name == subject.identity.name }:
        for var one in process.copies {
          if one.name == subject.identity.name { body(&one) }
          scenario.events.append(Event(at: event.at, action: .start(one)))
        }
      case .child(var one, let parent)? where isBrought:
        if one.name == subject.identity.name { child(&one) }
        scenario.events.append(Event(at: event.at, action: .fork(parent, one)))
      default:
        guard case (let process, var change)? = event.action.processChange,
          subject.isMeant(by: process)
        else {
          scenario.events.append(event)
          continue
        }
        set(&change)
        scenario.events.append(Event(at: event.at, action: .setProcess(process, change)))
      }
    }
    return scenario
  }
}

extension Cgroup {
  /// A file of a group that holds pages back for it or from it.
  enum Limit {
    case min, low, max, memsw
  }

  subscript(file: Limit) -> Int64? {
    get {
      switch file {
      case .min: min
      case .low: low
      case .max: max
      case .memsw: memswLimit
      }
    }
    set {
      switch file {
      case .min: min = newValue
      case .low: low = newValue
      case .max: max = newValue
      case .memsw: memswLimit = newValue
      }
    }
  }
}
