internal import OOMSimulator

extension ScenarioSetting {
  /// Whether no other part of a scenario can contradict the value, so that the whole need not be looked at again.
  func standsAlone(in scenario: Scenario) -> Bool {
    let path = path[...]
    switch path.prefix(while: { $0 != "." && $0 != "[" }) {
    case "sysctl", "kernel": return true
    case "machine":
      return scenario.machine.nodes.isEmpty || path == "machine.swap"
    case "cgroups":
      return !path.hasSuffix(".cpuset.mems")
        && !Cgroup.podFiles.contains { path.hasSuffix("." + $0.field.key) }
    case "processes":
      if path.hasSuffix(".oom_score_adj") { return true }
      return scenario.processes.sharesNoMemory
        && [".anon", ".file", ".shmem", ".swap"].contains { path.hasSuffix($0) }
    case "events":
      return path.hasSuffix(".over")
        || [".grow.anon", ".grow.file", ".grow.shmem", ".cow.size"].contains { path.hasSuffix($0) }
    default: return false
    }
  }
}
