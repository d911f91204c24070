package import OOMSimulator

/// Whether a little more or less memory makes a prediction what was recorded. When memory ends is modelled: pages on
/// lists of CPUs, watermarks that are raised for a while, batches of charges, and the kernel's own growth are not known
/// beforehand.
package struct Sensitivity {
  package var scenario: Scenario
  package var simulator: Simulator

  package init(scenario: Scenario, simulator: Simulator) {
    self.scenario = scenario
    self.simulator = simulator
  }

  /// Parts of memory that are tried, the smallest first.
  private static let parts: [Int64] = [800, 400, 200, 100, 50]

  /// The smallest change of the machine's memory, or of the limit of a group, that gives the recorded kills; nil where none
  /// does.
  package func line(kills recorded: [String], groups: [String]) -> String? {
    for part in Self.parts {
      for sign: Int64 in [1, -1] {
        for change in changes(part, sign, groups) where names(of: change.scenario) == recorded {
          let share = 1000 / part
          let less = sign > 0 ? "less" : "more"
          return
            "when memory ends: as recorded with \(change.pages) pages \(less) of \(change.what)"
            + " (\(share / 10).\(share % 10) %)"
        }
      }
    }
    return nil
  }

  private func names(of other: Scenario) -> [String] {
    simulator.run(other).kills.map(\.dyingFirst.name)
  }

  private func changes(
    _ part: Int64, _ sign: Int64, _ groups: [String]
  ) -> [(scenario: Scenario, pages: Int64, what: String)] {
    var changes: [(Scenario, Int64, String)] = []
    var other = scenario
    let pages = scenario.machine.memory / part
    other.machine.kernel += sign * pages
    if other.machine.kernel >= 0 { changes.append((other, pages, "the machine")) }
    for group in groups {
      guard let limit = scenario.cgroups[group]?.max, limit != .max else { continue }
      var other = scenario
      let pages = max(limit / part, 1)
      other.cgroups[group]?.max = limit - sign * pages
      changes.append((other, pages, group))
    }
    return changes
  }

  /// Whether a counter of committed memory that is behind gives the recorded refusals: in mode 2 a kernel counts small
  /// requests in batches, each CPU up to a 256th of memory.
  package func line(refused: [String]) -> String? {
    guard scenario.sysctl.overcommitMemory == .never else { return nil }
    let memory = scenario.machine.memory - scenario.machine.hugetlb
    let limit = memory * (scenario.sysctl.overcommitRatio ?? 50) / 100
    for part: Int64 in [2048, 1024, 512, 256] {
      var other = scenario
      let pages = scenario.machine.memory / part
      other.sysctl.overcommitKbytes = Kibibytes((limit + pages) * 4)
      let names = simulator.run(other).refused.map { $0.process?.name ?? "?" }
      if names != refused { continue }
      return "the kernel counts what is committed in batches: as recorded when it is \(pages) pages"
        + " behind"
    }
    return nil
  }
}
