internal import OOMSimulator

/// What systemd does for the units of a host, which no file of the kernel's shows: OOMPolicy, Restart and what they ask
/// systemd-oomd for.
package struct HostUnits: Equatable, Sendable {
  /// By path of the group.
  var groups: [String: Cgroup] = [:]
  /// By main process.
  var restarts: [Int32: RestartPolicy] = [:]

  /// What prints them; `Id` comes first, so that an answer to nothing is no unit.
  package static let command =
    "systemctl show '*.service' '*.scope' '*.slice' -p "
    + [
      "Id", "ControlGroup", "ActiveState", "MainPID", "OOMPolicy", "TimeoutStopUSec", "Restart",
      "RestartUSec", "StartLimitIntervalUSec", "StartLimitBurst", "ManagedOOMSwap",
      "ManagedOOMMemoryPressure", "ManagedOOMMemoryPressureLimit",
      "ManagedOOMMemoryPressureDurationUSec", "ManagedOOMPreference",
    ].joined(separator: ",")

  /// Reads what `command` printed.
  ///
  /// - Throws: `ScenarioError` where it is no output of `systemctl show`.
  package init(_ bytes: [UInt8], cgroupVersion: Int) throws(ScenarioError) {
    if !bytes.contains(where: { $0 > 0x20 }) { return }
    var options = ImportOptions()
    options.cgroupVersion = cgroupVersion
    var draft = ImportDraft(.systemd, options)
    try draft.readSystemd(ImportFile(name: "systemctl show", bytes: bytes))
    groups = draft.scenario.cgroups
    for row in 0..<draft.scenario.processes.count {
      let process = draft.scenario.processes[row]
      if process.pid != 0 { restarts[process.pid] = process.restart }
    }
  }

  /// Adds what systemd does for groups to what the kernel's files have shown of them.
  func apply(to groups: inout [String: Cgroup]) {
    for (path, unit) in self.groups {
      guard var group = groups[path] ?? (path == "/" ? Cgroup() : nil) else { continue }
      group.oomPolicy = unit.oomPolicy
      group.timeoutStop = unit.timeoutStop
      group.managedOOMSwap = unit.managedOOMSwap
      group.managedOOMMemoryPressure = unit.managedOOMMemoryPressure
      group.managedOOMMemoryPressureLimit = unit.managedOOMMemoryPressureLimit
      group.managedOOMMemoryPressureDuration = unit.managedOOMMemoryPressureDuration
      group.managedOOMPreference = unit.managedOOMPreference
      groups[path] = group
    }
  }
}
