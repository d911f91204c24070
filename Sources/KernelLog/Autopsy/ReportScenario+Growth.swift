internal import OOMFormats
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
  /// Rows that have more than there is share some of it: each has the same pages up to as many as it has at all, so that
  /// every row keeps its sum.
  /// - Returns: nil where the OOM is not one of the machine or a group as a whole, or no sharing makes the rows fit.
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
    if cgroup != nil { enlargeUnknownMachine(of: &scenario) }
    guard var room = scenario.roomAtStart(in: cgroup) else { return nil }
    if room < 0 {
      guard share(-room, in: &scenario), let left = scenario.roomAtStart(in: cgroup), left >= 0
      else { return nil }
      room = left
    }
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

  /// Where the log says nothing of the machine's memory, it has more than its group.
  private func enlargeUnknownMachine(of scenario: inout Scenario) {
    if report.memory.ram != nil || !scenario.machine.nodes.isEmpty { return }
    let rows = (0..<scenario.processes.count).reduce(Int64(0)) { sum, row in
      let process = scenario.processes[row]
      return sum + process.anon + process.shmem + max(process.pageTables ?? 0, 0)
    }
    let most = pageSize.pages(SizeText.maxBytes)
    scenario.machine.memory = min(max(scenario.machine.memory, 2 * min(rows, most)), most)
  }

  /// Makes a part of what each row has one segment, the smallest with which the rows have so many pages less.
  ///
  /// - Returns: whether there is one.
  private func share(_ excess: Int64, in scenario: inout Scenario) -> Bool {
    let held = (0..<scenario.processes.count).map {
      scenario.processes[$0].anon + scenario.processes[$0].shmem
    }
    let most = held.max() ?? 0
    func saved(by segment: Int64) -> Int64 {
      held.reduce(0) { $0 + min($1, segment) } - min(most, segment)
    }
    guard saved(by: most) >= excess else { return false }
    var (low, high) = (Int64(0), most)
    while low < high {
      let middle = low + (high - low) / 2
      if saved(by: middle) >= excess { high = middle } else { low = middle + 1 }
    }
    for row in 0..<scenario.processes.count where held[row] > 0 {
      var process = scenario.processes[row]
      process.segment = "shared"
      process.shmem = min(held[row], high)
      process.anon = held[row] - process.shmem
      scenario.processes[row] = process
    }
    scenario.description.append(
      "The rows have more than there is, so they share memory, and the log does not say which: here each has the same "
        + "\(high) pages, or as many of them as it has at all.")
    return true
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
