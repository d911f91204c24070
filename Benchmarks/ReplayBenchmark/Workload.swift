import OOMSimulator

/// Scenarios of any size.
enum Workload {
  /// Processes in groups, and memory for all of them.
  private static func machine(processes count: Int) -> Scenario {
    var scenario = Scenario()
    scenario.name = "workload"
    scenario.machine.memory = Int64(count) * 600 + 10_000_000
    scenario.sysctl.overcommitMemory = .always
    for number in 0..<count {
      var process = Scenario.Process()
      process.name = "p\(number)"
      process.pid = Int32(number + 2)
      process.anon = Int64(number * 7919 % 500)
      process.oomScoreAdj = Int16(number % 4) * 100
      process.cgroup = "/all/g\(number % 1000)"
      scenario.processes.append(process)
    }
    return scenario
  }

  /// A process gains and another one gives back, every millisecond, over some time.
  static func events(processes count: Int, events: Int, over: Microseconds) -> Scenario {
    var scenario = machine(processes: count)
    for number in 0..<events {
      var sizes = Event.Sizes()
      sizes.anon = 16
      let process = ProcessReference.pid(Int32(number / 2 * 6151 % count + 2))
      scenario.events.append(
        Event(
          at: Microseconds(Int64(number) * 1000),
          action: number % 2 == 0
            ? .grow(process, sizes, over: over, nodes: nil)
            : .shrink(process, sizes, over: over)))
    }
    return scenario
  }

  /// One kill after the other, of the machine or of a group that all are in.
  static func kills(processes count: Int, kills: Int, inGroup: Bool) -> Scenario {
    var scenario = machine(processes: count)
    for number in 0..<kills {
      scenario.events.append(
        Event(
          at: Microseconds(Int64(number) * 1000),
          action: .oom(cgroup: inGroup ? "/all" : nil, invoker: nil, nodes: nil)))
    }
    return scenario
  }

  /// Four processes, of which one grows until somebody dies.
  static func story() -> Scenario {
    var scenario = Scenario()
    scenario.name = "story"
    scenario.machine.memory = 2_000_000
    for (name, pages) in [("systemd", 5000), ("db", 500_000), ("app", 300_000), ("agent", 20_000)]
      as [(String, Int64)]
    {
      var process = Scenario.Process()
      process.name = name
      process.anon = pages
      scenario.processes.append(process)
    }
    var sizes = Event.Sizes()
    sizes.anon = 2_000_000
    scenario.events.append(
      Event(
        at: 1_000_000, action: .grow(.name("agent"), sizes, over: 3_600_000_000, nodes: nil)))
    return scenario
  }
}
