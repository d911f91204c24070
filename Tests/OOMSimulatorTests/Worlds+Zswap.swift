@testable import OOMSimulator

extension Worlds {
  /// Swap that is compressed in memory first, with limits of groups that set and change.
  mutating func addZswap(to scenario: inout Scenario) {
    scenario.machine.zswap = true
    scenario.machine.zswapRatio =
      [1000, 1001, 2500, 3000, 10_000].randomElement(using: &touchRandom) ?? 3000
    scenario.machine.zswapMaxPoolPercent = [0, 5, 20, 100].randomElement(using: &touchRandom) ?? 20
    if isVersionOne { return }
    for path in paths.dropFirst() where scenario.cgroups[path] != nil && touchChance(30) {
      scenario.cgroups[path]?.zswapMax = Int64.random(in: 0...800, using: &touchRandom)
      if touchChance(30) { scenario.cgroups[path]?.zswapWriteback = false }
    }
    for index in scenario.events.indices where touchChance(30) {
      guard case .setCgroup(let path, var change) = scenario.events[index].action else { continue }
      change.zswapMax = Int64.random(in: 0...800, using: &touchRandom)
      if touchChance(30) { change.zswapWriteback = touchChance(50) }
      scenario.events[index].action = .setCgroup(path, change)
    }
  }
}
