internal import OOMSimulator

/// Replays one scenario again and again with other values, without reading it again.
struct WhatIfRunner: Sendable {
  private var scenario: Scenario
  private let goal: Goal?
  private let rowPath: String
  private let columnPath: String?
  /// What one replay may take.
  private let mostEffort: Int64
  /// By release as it is written; the one of the scenario under the empty text.
  private var simulators: [String: Simulator] = [:]

  /// - Throws: an error for the first value that the scenario does not take by itself.
  ///
  /// - Parameter count: how many replays there will be about.
  init(_ sweep: Sweep, count: Int) throws(ScenarioError) {
    scenario = sweep.scenario
    mostEffort = Simulator.mostEffort(ofEach: count, of: scenario)
    goal = sweep.goal?.goal
    rowPath = sweep.rows.path
    columnPath = sweep.columns?.path
    let own = sweep.kernel ?? scenario.kernel ?? .standard
    add(own, as: "", sweep.policy)
    for variation in [sweep.rows, sweep.columns].compactMap({ $0 }) {
      for value in variation.triedAlone {
        var copy = scenario
        try copy.apply(ScenarioSetting(path: variation.path, value: value))
        if variation.path == "kernel" { add(copy.kernel ?? own, as: value, sweep.policy) }
      }
    }
  }

  private mutating func add(_ release: KernelRelease, as text: String, _ policy: Policy) {
    var simulator = Simulator(kernel: release)
    simulator.policy = policy
    simulators[text] = simulator
  }

  /// One that a thread has to itself.
  var copyForThread: WhatIfRunner {
    var copy = self
    copy.scenario = scenario.copyForThread
    return copy
  }

  /// The replay with one or two values.
  func cell(_ row: String, _ column: String?) throws(ScenarioError) -> SweepTable.Cell {
    var settings = [ScenarioSetting(path: rowPath, value: row)]
    if let columnPath, let column {
      settings.append(ScenarioSetting(path: columnPath, value: column))
      // In the order of the paths, so that it does not matter what runs down.
      if columnPath.utf8.lexicographicallyPrecedes(rowPath.utf8) { settings.swapAt(0, 1) }
    }
    let kernel = settings.first { $0.path == "kernel" }?.value ?? ""
    let varied = try scenario.setting(settings)
    var simulator = simulators[kernel] ?? Simulator(for: varied)
    simulator.mostEffort = mostEffort
    let run = simulator.run(valid: varied)
    return SweepTable.Cell(
      row: row, column: column, run: RunSummary(of: run), isWanted: goal?.holds(in: run))
  }
}

extension Variation {
  /// The values that are tried before the first replay, so that a mistake ends a sweep before it begins; of a range
  /// its ends.
  fileprivate var triedAlone: [String] {
    guard let range else { return values }
    return [range.scale.text(range.from), range.scale.text(range.to)]
  }
}
