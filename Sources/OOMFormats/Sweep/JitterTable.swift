package import OOMSimulator

/// How often what happens when values are drawn.
package struct JitterTable: Equatable, Sendable {
  /// Those runs in which one process dies first.
  package struct Row: Equatable, Sendable {
    /// Nil for the runs in which nobody dies.
    package var name: String?
    package var count: Int
    /// Times until it dies, ascending; empty for nobody.
    package var times: [Microseconds] = []
  }

  package var scenario: String
  package var title: String
  package var kernel: String
  package var ruleSet: String
  package var policy: Policy
  package var jitters: [Jitter]
  package var seed: UInt64
  package var runs = 0
  /// The most frequent first, of equals by name; nobody stands where it belongs.
  package var rows: [Row] = []
  /// Runs in which any request got ENOMEM.
  package var refused = 0
  /// Runs in which growth can never go on.
  package var stuck = 0
  package var panics = 0
  package var loops = 0
  /// Runs that were followed for a part only.
  package var cutOff = 0
  /// Hash of the digests of all runs in order.
  package var digest: UInt64
  private var numbers: [String?: Int] = [:]

  init(of runs: JitterRuns) {
    scenario = runs.scenario.name
    title = runs.scenario.title
    kernel = runs.simulator.kernel.text
    ruleSet = runs.simulator.ruleSet.key
    policy = runs.simulator.policy
    jitters = runs.jitters
    seed = runs.seed
    digest = 0xcbf2_9ce4_8422_2325
  }

  mutating func add(_ run: RunSummary) {
    runs += 1
    let name = run.first?.name
    let number = numbers[name] ?? rows.count
    if number == rows.count {
      numbers[name] = number
      rows.append(Row(name: name, count: 0))
    }
    rows[number].count += 1
    if let at = run.firstAt { rows[number].times.append(at) }
    if run.refused > 0 { refused += 1 }
    if run.stuck > 0 { stuck += 1 }
    if run.outcome == .panic { panics += 1 }
    if run.outcome == .loop { loops += 1 }
    if run.outcome == .cutOff { cutOff += 1 }
    digest = (digest ^ run.digest) &* 0x0000_0100_0000_01b3
    digest ^= digest >> 29
  }

  mutating func sort() {
    for row in rows.indices { rows[row].times.sort() }
    rows.sort {
      $0.count != $1.count
        ? $0.count > $1.count
        : ($0.name ?? "").utf8.lexicographicallyPrecedes(($1.name ?? "").utf8)
    }
    numbers = [:]
  }
}
