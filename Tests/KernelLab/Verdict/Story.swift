package import OOMSimulator

/// What the scenario itself, at its own sizes, comes to under a release: the story that was staged. A guest's kernel takes
/// another share of memory, so it may end otherwise than what was staged without either being wrong.
package struct Story: Equatable, Sendable {
  /// The first of each kill.
  package var kills: [String]
  /// By what a process is called in the guest, its name.
  private var names: [String: String]

  package init(_ scenario: Scenario, release: KernelRelease, names: [String: String]) {
    kills = Simulator(kernel: release).run(scenario).kills.map(\.dyingFirst.name)
    self.names = names
  }

  /// A line where the kernel did otherwise; nil where it did the same.
  package func line(against verification: Verification) -> String? {
    let recorded = verification.recorded.compactMap(\.first).map { names[$0] ?? $0 }
    if recorded == kills { return nil }
    let own = kills.isEmpty ? "nobody" : kills.joined(separator: ", ")
    return "  the scenario at its own size kills \(own)"
  }
}
