internal import OOMSimulator

// The OOM of a report as what led to it: the process that asked takes its pages where none are left, instead of an OOM
// that is declared whatever the memory. More memory, or a higher limit, then helps, as it would have.

extension ReportFacts {
  /// What the invoker asked for, in pages.
  var requested: Int64 { 1 << max(min(report.request.order ?? 0, 10), 0) }

  /// A report's scenario in which all that is in no row of the table, and was not reclaimed, is the kernel's, so that
  /// nothing is left, and the invoker's next pages do not fit.
  ///
  /// - Parameter filler: what is left is filled with; in a group memory of the kernel's is not charged in all releases.
  /// - Returns: nil where the OOM is not one of the machine or a group as a whole, or the rows have more than there is.
  func growing(_ declared: Scenario, filler: Event.Unowned = .kernel) -> Scenario? {
    guard case .oom(let cgroup, let invoker, nil) = declared.events.first?.action,
      constraint == .memcg || constraint == Constraint.none
    else { return nil }
    var scenario = declared
    scenario.events = []
    // Which mode the host had is not in the log; the kernel did grant these pages.
    scenario.sysctl.overcommitMemory = .always
    keepFiles(of: &scenario)
    let zones = report.memory.zones.reduce(Kibibytes(0)) { $0 &+ max($1.min, 0) }
    if cgroup == nil, zones > 0, zones.rawValue < 1 << 32 { scenario.sysctl.minFreeKbytes = zones }
    guard let room = scenario.roomAtStart(in: cgroup), room >= 0 else { return nil }
    // Swap that was free is used before anybody is killed: what is in no row pushes the rows' memory there.
    let swapped = (report.table?.rows ?? []).reduce(0) { $0 + max($1.swapents ?? 0, 0) }
    let fill = room + max(scenario.machine.swap - swapped, 0)
    if cgroup == nil, fill == room {
      scenario.machine.kernel += room
    } else if fill > 0 {
      scenario.events.append(
        Event(at: 0, action: .growUnowned(filler, pages: fill, cgroup: cgroup ?? "/")))
    }
    let grows: Event.Action =
      if let invoker {
        .grow(invoker, Event.Sizes(anon: requested), over: 0)
      } else {
        .growUnowned(.kernel, pages: requested, cgroup: cgroup ?? "/")
      }
    scenario.events.append(Event(at: 0, action: grows))
    scenario.description += [
      "What no row has counts as the kernel's, and mapped files, which the kernel had not reclaimed, as shared memory: "
        + "nothing is left, so that the next pages asked for do not fit."
    ]
    return scenario
  }

  private func keepFiles(of scenario: inout Scenario) {
    for row in 0..<scenario.processes.count {
      var process = scenario.processes[row]
      if process.file == 0 { continue }
      process.shmem += process.file
      process.file = 0
      scenario.processes[row] = process
    }
  }
}
