package import OOMSimulator

/// A host as it was read.
package struct Host: Equatable, Sendable {
  package var release = KernelRelease.standard
  package var machine = HostMachine()
  package var sysctls: [String: Int64] = [:]
  package var cgroupVersion = 2
  /// By path, without the root.
  package var groups: [String: HostGroup] = [:]
  package var processes: [HostProcess] = []
  /// Nil where systemd does not run.
  package var units: HostUnits?
  package var pressure: HostPressure?

  package init() {}

  /// The groups that the processes are in, with all above them, sorted; the root is none of them.
  package var groupPaths: [String] {
    var paths: Set<String> = []
    for process in processes {
      var path = group(of: process)
      while path != "/", paths.insert(path).inserted {
        guard let slash = path.lastIndex(of: "/") else { break }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
    }
    return paths.sorted()
  }

  /// The group of a process as a scenario can name it: the root where it cannot be seen from here, as
  /// `/../other` shows it from inside a namespace.
  package func group(of process: HostProcess) -> String {
    let path = cgroupVersion == 1 ? process.cgroups?.memory : process.cgroups?.unified
    guard let path, Fields.problem(ofPath: path) == nil else { return "/" }
    return path
  }
}

/// A host as a scenario, with what the kernel itself shows of its processes.
package struct HostSnapshot: Equatable, Sendable {
  package var scenario = Scenario()
  /// `oom_score` as the kernel showed it, by row; nil where it could not be read.
  package var shown: [Int64?] = []
  /// Processes without memory that are left out: zombies.
  package var ended = 0
  /// Pages by which what the processes show is more than what the machine uses: what they share.
  package var excess: Int64 = 0

  package init(of host: Host) {
    scenario.name = "snapshot"
    scenario.title = "A host on Linux \(host.release.text)"
    scenario.description = [
      "Every process as /proc showed it, in the order in which they were made.",
      "Not visible there, and so not here: address spaces that processes share, vfork children, what runs "
        + "swapoff, memory policies, pages shared after a fork.",
    ]
    scenario.kernel = host.release
    scenario.cgroupVersion = host.cgroupVersion
    scenario.machine = host.machine.machine
    scenario.sysctl = HostSysctls.sysctl(host.sysctls)
    addProcesses(host)
    for (path, group) in host.groups {
      scenario.cgroups[path] = group.settings(
        version: host.cgroupVersion, pageSize: host.machine.pageSize,
        isAlwaysHierarchical: host.release >= KernelRelease(5, 11),
        swappiness: scenario.sysctl.swappiness)
    }
    host.units?.apply(to: &scenario.cgroups)
    addKillers(host)
    if let pressure = host.pressure, pressure.some != Share(millionths: 0) {
      scenario.description.append(
        "When it was read, some processes had waited for memory \(pressure.some.text) of ten seconds, all of them "
          + "\(pressure.full.text).")
    }
    var shares = HostShares(host, scenario)
    shares.settle(&scenario)
    excess = shares.excess
    scenario.cgroups = scenario.cgroups.filter { $0.value != Cgroup() }
  }

  /// Programs of user space that kill, where they run.
  private mutating func addKillers(_ host: Host) {
    let asks = scenario.cgroups.values.contains {
      $0.managedOOMSwap == .kill || $0.managedOOMMemoryPressure == .kill
    }
    if asks, host.processes.contains(where: { $0.runs("systemd-oomd") }) {
      scenario.killers = [UserspaceKiller(.systemdOOMd)]
    }
    for (program, settings) in [("earlyoom", "options"), ("oomd", "rulesets")]
    where host.processes.contains(where: { $0.runs(program) }) {
      scenario.description.append(
        "\(program) runs here, and its \(settings) are not in what was read: killers can have it with them."
      )
    }
  }

  private mutating func addProcesses(_ host: Host) {
    // The order of the kernel's list is that of the forks; pids wrap.
    let ordered = host.processes.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      if let (x, y) = both(a.stat?.startTime, b.stat?.startTime), x != y { return x < y }
      return (a.pid, first.offset) < (b.pid, second.offset)
    }
    scenario.processes.reserveCapacity(ordered.count)
    shown.reserveCapacity(ordered.count)
    let nodes = scenario.machine.nodes.count
    var taken: Set<Int32> = []
    for (_, source) in ordered where taken.insert(source.pid).inserted {
      if source.hasEnded {
        ended += 1
        continue
      }
      var process = source.process(on: host.machine, release: host.release)
      process.cgroup = host.group(of: source)
      process.restart = host.units?.restarts[source.pid]
      if nodes > 1, let mems = source.status.memsAllowed {
        // Nodes that the machine could have, but has not, do not count.
        var allowed = NodeMask()
        for node in 0..<nodes where mems.contains(node) { allowed.insert(node) }
        if !allowed.isEmpty, allowed != NodeMask(below: nodes) { process.memsAllowed = allowed }
      }
      if host.release < KernelRelease(2, 6, 36), let stat = source.stat {
        process.legacy.nice = Int16(min(max(stat.nice, -20), 19))
        process.legacy.cpuTime = Microseconds(min(stat.utime + stat.stime, 1 << 40) * 10_000)
      }
      scenario.processes.append(process)
      shown.append(source.oomScore)
    }
  }

  private func both(_ first: Int64?, _ second: Int64?) -> (Int64, Int64)? {
    guard let first, let second else { return nil }
    return (first, second)
  }
}

/// The rules of the release against what the kernel shows, process by process.
///
/// Kernel: `proc_oom_score()`, fs/proc/base.c.
package struct HostScoreCheck: Equatable, Sendable {
  package struct Difference: Equatable, Sendable {
    package var process: ProcessIdentity
    package var computed: Int64
    package var shown: Int64
  }

  package var equal = 0
  package var compared = 0
  /// Processes whose oom_score could not be read.
  package var unread = 0
  package var differences: [Difference] = []

  package init(_ snapshot: HostSnapshot) {
    let table = Simulator(for: snapshot.scenario).score(valid: snapshot.scenario)
    for (candidate, shown) in zip(table.processes, snapshot.shown) {
      guard let shown else {
        unread += 1
        continue
      }
      compared += 1
      if candidate.oomScore == Int128(shown) {
        equal += 1
      } else {
        differences.append(
          Difference(
            process: candidate.identity, computed: Int64(clamping: candidate.oomScore),
            shown: shown))
      }
    }
  }
}
