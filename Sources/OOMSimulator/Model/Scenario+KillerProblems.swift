// What contradicts itself in the programs that kill, and in what they go by.

extension Scenario {
  /// What only a pod has, said of another group.
  func podProblems() -> [ScenarioProblem] {
    var problems: [ScenarioProblem] = []
    func check(_ group: Cgroup, _ name: String, _ path: [PathStep]) {
      if group.pod == Kubernetes.PodGroup() || Kubernetes.isPod(cgroup: name) { return }
      for file in Cgroup.podFiles where file.field.shown(group) != .absent {
        problems.append(
          ScenarioProblem(
            path: path + [.key(file.field.key)],
            message:
              "'\(name)' is no group of a pod: those are directly below kubepods, or below its group of a "
              + "class, as /kubepods/burstable/pod-web"))
        return
      }
    }
    for (name, group) in cgroups.sorted(by: { $0.key < $1.key }) {
      check(group, name, [.key("cgroups"), .key(name)])
    }
    for (index, event) in events.enumerated() {
      if case .setCgroup(let name, let change) = event.action {
        check(change, name, [.key("events"), .index(index), .key("set")])
      }
    }
    return problems
  }

  func killerProblems() -> [ScenarioProblem] {
    var problems: [ScenarioProblem] = []
    for (index, killer) in killers.enumerated() {
      if let problem = killer.problem {
        problems.append(
          ScenarioProblem(
            path: [.key("killers"), .index(index)] + problem.path, message: problem.message))
      } else if killer.kind == .oomd, cgroupVersion == 1 {
        problems.append(
          ScenarioProblem(
            path: [.key("killers"), .index(index), .key("kind")],
            message: "oomd kills groups of version 2 only, and \"cgroup_version\" is 1"))
      }
      // earlyoom may run twice, with other thresholds; of the others a machine has one.
      if killer.kind != .earlyoom, killers[..<index].contains(where: { $0.kind == killer.kind }) {
        problems.append(
          ScenarioProblem(
            path: [.key("killers"), .index(index), .key("kind")],
            message: "a machine has one \(killer.kind.rawValue), and it stands here twice"))
      }
    }
    for (index, event) in events.enumerated() {
      if case .pressure(_, let some, let full, _) = event.action, some.millionths < full.millionths
      {
        problems.append(
          ScenarioProblem(
            path: [.key("events"), .index(index), .key("pressure"), .key("some")],
            message: "\(some.text) is less than the \(full.text) of 'full', in which all wait"))
      }
    }
    return problems
  }
}
