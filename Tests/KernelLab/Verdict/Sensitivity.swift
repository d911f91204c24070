import OOMSimulator

/// Whether a little more or less memory makes a prediction what was recorded. When memory ends is modelled: pages on
/// lists of CPUs, watermarks that are raised for a while, and the kernel's own growth are not known beforehand.
enum Sensitivity {
  /// Parts of memory that are tried, the smallest first.
  private static let parts: [Int64] = [800, 400, 200, 100, 50]

  /// Whether a counter of committed memory that is behind makes it so: in mode 2 a kernel counts small requests in batches,
  /// each CPU up to a 256th of memory.
  static func line(
    _ scenario: Scenario, _ simulator: Simulator, refused: [String]
  ) -> String? {
    guard scenario.sysctl.overcommitMemory == .never else { return nil }
    let memory = scenario.machine.memory - scenario.machine.hugetlb
    let limit = memory * (scenario.sysctl.overcommitRatio ?? 50) / 100
    for part: Int64 in [2048, 1024, 512, 256] {
      var other = scenario
      let pages = scenario.machine.memory / part
      other.sysctl.overcommitKbytes = Kibibytes((limit + pages) * 4)
      let names = simulator.run(other).refused.map { $0.process?.name ?? "?" }
      if names != refused { continue }
      return
        "the kernel counts what is committed in batches: as recorded when it is \(pages) pages behind"
    }
    return nil
  }

  /// The smallest change that does it, in words; nil where none does.
  static func line(_ scenario: Scenario, _ simulator: Simulator, _ recorded: [String]) -> String? {
    for part in parts {
      let pages = scenario.machine.memory / part
      for sign: Int64 in [1, -1] {
        var other = scenario
        other.machine.kernel += sign * pages
        if other.machine.kernel < 0 { continue }
        let kills = simulator.run(other).kills.map(\.dyingFirst.name)
        if kills != recorded { continue }
        let change = sign > 0 ? "less" : "more"
        let tenths = 1000 * pages / scenario.machine.memory
        return "when memory ends: as recorded with \(pages) pages \(change)"
          + " (\(tenths / 10).\(tenths % 10) % of memory)"
      }
    }
    return nil
  }
}
