import OOMSimulator

/// Whether a little more or less memory makes a prediction what was recorded. When memory ends is modelled: pages on
/// lists of CPUs, watermarks that are raised for a while, and the kernel's own growth are not known beforehand.
enum Sensitivity {
  /// Parts of memory that are tried, the smallest first.
  private static let parts: [Int64] = [800, 400, 200, 100, 50]

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
