package import OOMSimulator

/// What the scenario itself, at its own sizes, comes to under a release: the story that was staged. A guest's kernel takes
/// another share of memory, so it may end otherwise than what was staged without either being wrong.
package struct Story: Equatable, Sendable {
  /// The first of each kill, by its name in the guest.
  package var kills: [String]

  package init(_ scenario: Scenario, release: KernelRelease, names: [String: String]) {
    kills = Simulator(kernel: release).run(scenario).kills.map { kill in
      names[kill.dyingFirst.name] ?? kill.dyingFirst.name
    }
  }

  /// A line where the kernel did otherwise; nil where it did the same.
  package func line(against verification: Verification) -> String? {
    let recorded = verification.recorded.compactMap(\.first)
    if recorded == kills { return nil }
    let own = kills.isEmpty ? "nobody" : kills.joined(separator: ", ")
    return "  the scenario at its own size kills \(own)"
  }
}
