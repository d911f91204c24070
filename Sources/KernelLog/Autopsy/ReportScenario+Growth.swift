internal import OOMFormats
internal import OOMSimulator

// The OOM of a report as what led to it: the process that asked takes its pages where none are left, instead of an OOM
// that is declared whatever the memory. More memory, or a higher limit, then helps, as it would have.

extension ReportFacts {
  /// What the invoker asked for, in pages.
  var requested: Int64 { 1 << max(min(report.request.order ?? 0, 10), 0) }

  /// A report's scenario in which all that is in no row of the table, and was not reclaimed, is the kernel's, so that
  /// nothing is left, and the invoker's next pages do not fit. Rows that have more than there is share some of it: each has
  /// the same pages, up to as many as it has at all, so that every row keeps its sum.
  ///
  /// - Parameter filler: what is left is filled with; in a group memory of the kernel's is not charged in all releases.
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
    if cgroup == nil { fitSwap(of: &scenario) }
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
    let unused = max(scenario.machine.swap - scenario.swappedAtStart, 0)
    let fill = room + unused
    if cgroup == nil, fill == room {
      scenario.machine.kernel += room
    } else if fill > 0 {
      scenario.events.append(
        Event(at: 0, action: .growUnowned(filler, pages: fill, cgroup: cgroup ?? "/")))
    }
    if unused > 0 { scenario.description.append(describe(unused, of: scenario.machine.swap)) }
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

  /// Swap entries that several rows count, as behind a fork, are one page of swap: what the rows have in it beyond what is in use is
  /// given as resident, which leaves their points as they are, and is shared where it does not fit.
  private func fitSwap(of scenario: inout Scenario) {
    let used = report.memory.freeSwap.map { scenario.machine.swap - pages(max($0, 0)) }
    let most = max(min(used ?? scenario.machine.swap, scenario.machine.swap), 0)
    let swapped = scenario.swappedAtStart
    // What was swapped out between the lines is no contradiction.
    guard swapped > most, report.memory.totalSwap != nil,
      swapped > scenario.machine.swap || swapped > most + 1024 + most / 8
    else { return }
    var left = swapped - most
    for row in 0..<scenario.processes.count {
      var process = scenario.processes[row]
      // In proportion to what a row has there; the remainders are taken from the first.
      let share = Int64(Int128(process.swap) * Int128(swapped - most) / Int128(swapped))
      process.swap -= share
      process.anon += share
      left -= share
      scenario.processes[row] = process
    }
    for row in 0..<scenario.processes.count where left > 0 {
      var process = scenario.processes[row]
      let more = min(process.swap, left)
      process.swap -= more
      process.anon += more
      left -= more
      scenario.processes[row] = process
    }
    let format = { (pages: Int64) in SizeFormat.binary(pages: pages, pageSize: self.pageSize) }
    scenario.description.append(
      "The rows have \(format(swapped)) in swap, and \(format(most)) of it are in use: entries that several rows count. "
        + "Here the \(format(swapped - most)) too many are resident memory, which leaves the points as they are; "
        + "all swap in use is that of the rows.")
  }

  /// What a scenario has to say that begins with swap of which the log says that it was used, but not by whom.
  private func describe(_ unused: Int64, of total: Int64) -> String {
    let begins = SizeFormat.binary(pages: unused, pageSize: pageSize)
    let used = report.memory.totalSwap.map { total in
      max(total, 0) &- max(report.memory.freeSwap ?? 0, 0)
    }
    let inLog =
      report.memory.freeSwap == nil || used == nil
      ? "" : " In the log \(SizeFormat.binary(used ?? 0)) of it were in use."
    return
      "No row says who has \(begins) of the swap of \(SizeFormat.binary(pages: total, pageSize: pageSize)): it is empty at the "
      + "start, and the first event fills it.\(inLog)"
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

  /// Makes a part of what each row has one segment, the smallest with which the rows have so many pages less. What the log
  /// says to be anonymous is a part of it only where the rest is not enough: after a fork it may be common, too.
  ///
  /// - Returns: whether there is one.
  private func share(_ excess: Int64, in scenario: inout Scenario) -> Bool {
    let rows = 0..<scenario.processes.count
    let held = rows.map { scenario.processes[$0].anon + scenario.processes[$0].shmem }
    let known = rows.map { mostShared(by: scenario.processes[$0]) }
    for most in [known, held] {
      guard let pages = Self.segment(saving: excess, of: most) else { continue }
      for row in rows where most[row] > 0 {
        var process = scenario.processes[row]
        process.segment = "shared"
        process.shmem = min(most[row], pages)
        process.anon = held[row] - process.shmem
        scenario.processes[row] = process
      }
      let size = SizeFormat.binary(pages: pages, pageSize: pageSize)
      scenario.description.append(
        "The rows have more than there is, so they share memory, and the log does not say which: here all have \(size) "
          + "in common, the segment 'shared', or as much of it as each can have.")
      return true
    }
    return false
  }

  /// The fewest pages of a segment that is counted in each and there once, so that so many less are there; nil where not
  /// even the largest is enough.
  private static func segment(saving excess: Int64, of most: [Int64]) -> Int64? {
    let largest = most.max() ?? 0
    func saved(by segment: Int64) -> Int64 {
      most.reduce(0) { $0 + min($1, segment) } - min(largest, segment)
    }
    guard saved(by: largest) >= excess else { return nil }
    var (low, high) = (Int64(0), largest)
    while low < high {
      let middle = low + (high - low) / 2
      if saved(by: middle) >= excess { high = middle } else { low = middle + 1 }
    }
    return high
  }

  /// What of a process may be shared as far as the log says: what is not anonymous, in the table or in its kill line.
  private func mostShared(by process: Scenario.Process) -> Int64 {
    if report.table?.rows.contains(where: { $0.rssAnon != nil }) ?? false { return process.shmem }
    let held = process.anon + process.shmem
    guard let anon = report.kills.first(where: { $0.pid == Int64(process.pid) })?.anon else {
      return held
    }
    return max(held - pages(max(anon, 0)), 0)
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

extension Scenario {
  /// What the processes have in swap when the scenario begins, in pages.
  fileprivate var swappedAtStart: Int64 {
    (0..<processes.count).reduce(0) { min($0 + max(processes[$1].swap, 0), TaskTable.most) }
  }
}
