internal import OOMFormats
package import OOMSimulator

/// The setting of a story before anything happens, from the scenario alone: nothing in it tells the end.
package struct StorySetting {
  /// More processes, groups and events than this are summed up.
  private static let most = 8

  let scenario: Scenario
  private var numbers: LessonNumbers { LessonNumbers(pageSize: scenario.machine.pageSize) }

  package init(_ scenario: Scenario) { self.scenario = scenario }

  package var lines: [String] { [machine] + sysctls + processes + groups + events }

  private var machine: String {
    let machine = scenario.machine
    let devices = machine.swapDevices.reduce(0) { $0 + $1.size }
    let swap = max(machine.swap, devices)
    var text = "A machine with \(numbers.size(machine.memory)) of memory and "
    text += swap > 0 ? "\(numbers.size(swap)) of swap" : "no swap"
    if machine.kernel > 0 { text += "; the kernel itself has \(numbers.size(machine.kernel))" }
    return text + "."
  }

  private var sysctls: [String] {
    var settings: [String] = []
    if let mode = scenario.sysctl.overcommitMemory {
      settings.append("vm.overcommit_memory \(mode.rawValue)")
    }
    if let panic = scenario.sysctl.panicOnOOM {
      settings.append("vm.panic_on_oom \(panic.rawValue)")
    }
    if scenario.sysctl.oomKillAllocatingTask == true {
      settings.append("vm.oom_kill_allocating_task 1")
    }
    return settings.isEmpty ? [] : [settings.joined(separator: ", ")]
  }

  private var processes: [String] {
    let table = scenario.processes
    let all = (0..<table.count).map { table[$0] }.sorted { size($0) > size($1) }
    if all.isEmpty { return [] }
    var rows = [["memory", "oom_score_adj", "process"]]
    for process in all.prefix(Self.most) {
      let count = process.count > 1 ? " × \(process.count), each" : ""
      let group = process.cgroup == "/" ? "" : ", in \(plain(process.cgroup))"
      rows.append([
        numbers.size(size(process)), "\(process.oomScoreAdj)",
        plain(process.name) + count + group,
      ])
    }
    let lines = TextTable.lines(ofNumbers: rows).map { "    " + $0 }
    return lines + more(all.count)
  }

  private func size(_ process: Scenario.Process) -> Int64 {
    process.anon &+ process.file &+ process.shmem &+ process.swap
  }

  private func more(_ count: Int) -> [String] {
    count > Self.most ? ["    and \(count - Self.most) more"] : []
  }

  private var groups: [String] {
    let limited = scenario.cgroups.filter { $0.value.max != nil || $0.value.high != nil }
    let paths = limited.keys.sorted()
    let lines = paths.prefix(Self.most).map { path in
      var text = "    \(plain(path)):"
      if let max = limited[path]?.max { text += " memory.max " + numbers.size(max) }
      if let high = limited[path]?.high { text += " memory.high " + numbers.size(high) }
      return text
    }
    return lines + more(paths.count)
  }

  private var events: [String] {
    let growths = scenario.events.filter { event in
      if case .grow = event.action { return true }
      return false
    }
    var lines: [String] = growths.prefix(Self.most).compactMap { event in
      guard case .grow(let process, let sizes, let time, _) = event.action else { return nil }
      let pages = sizes.anon &+ sizes.file &+ sizes.shmem &+ sizes.locked
      return "    At \(SizeFormat.time(event.at)) \(plain(process.description)) begins to grow by "
        + "\(numbers.size(pages))" + (time > 0 ? " within \(SizeFormat.time(time))." : " at once.")
    }
    lines += more(growths.count)
    let others = scenario.events.count - growths.count
    if others > 0 {
      lines.append("    \(others) other event\(others == 1 ? "" : "s"), as the scenario has them.")
    }
    return lines
  }
}
