package import OOMSimulator

extension Scenario {
  /// What to say of an override of a group that nothing is ever in: the path of a limit is easily misspelt, and a group
  /// is made by being named.
  ///
  /// - Parameter path: as `--set` has it: `cgroups./a.memory.max`.
  package func noteOfUnusedGroup(_ path: String) -> String? {
    guard path.hasPrefix("cgroups./") else { return nil }
    let rest = path.dropFirst("cgroups.".count)
    let files = Fields.cgroupTable.keys.names.filter { $0.hasPrefix("memory.") }
    guard let file = files.filter({ rest.hasSuffix("." + $0) }).max(by: { $0.count < $1.count })
    else { return nil }
    let group = String(rest.dropLast(file.count + 1))
    let used = usedGroups
    if used.contains(where: { $0 == group || $0.hasPrefix(group + "/") }) { return nil }
    let near = nearestWord(to: group, among: used).map { "; did you mean '\($0)'?" }
    let some = used.prefix(3).joined(separator: ", ")
    let others =
      used.isEmpty
      ? ": no group has any" : "; there are \(some)" + (used.count > 3 ? " and others" : "")
    return "nothing is ever in the group '\(group)'" + (near ?? others)
  }

  /// The groups that processes and other memory are in, or come to, but for the root.
  private var usedGroups: [String] {
    var used: Set<String> = []
    for row in 0..<processes.count { used.insert(processes[row].cgroup) }
    for event in events {
      if let process = event.action.startedProcess { used.insert(process.cgroup) }
      if let path = event.action.parts.cgroup { used.insert(path) }
    }
    for (path, group) in cgroups where group.pageCache != nil || group.kernel != nil {
      used.insert(path)
    }
    used.remove("/")
    return used.sorted()
  }
}
