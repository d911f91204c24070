package import OOMSimulator

/// What-ifs over one or two parameters of a scenario: each combination is a replay of its own.
package struct Sweep: Sendable {
  let scenario: Scenario
  let kernel: KernelRelease?
  let policy: Policy
  /// The parameter that runs down the table.
  package let rows: Variation
  /// The parameter that runs across it.
  package let columns: Variation?
  package let goal: SweepGoal?

  /// - Parameters:
  ///   - scenario: with everything that is not varied; what it expects is not asked.
  ///   - kernel: decides instead of the scenario's release.
  ///   - variations: one or two, in any order: the table has the same rows and columns. Down runs a parameter with a
  ///     range before one with a list, then the one with more values, then the one whose path comes first.
  ///   - goal: what a search looks for along the rows.
  package init(
    of scenario: Scenario, kernel: KernelRelease? = nil, policy: Policy = .kernel,
    varying variations: [Variation], goal: SweepGoal? = nil
  ) throws(QuantityError) {
    precondition((1...2).contains(variations.count), "one or two parameters")
    var ordered = variations
    if ordered.count == 2, Self.runsDown(ordered[1], before: ordered[0]) { ordered.swapAt(0, 1) }
    let columns = ordered.count == 2 ? ordered[1] : nil
    if let columns, columns.path == ordered[0].path {
      throw QuantityError(message: "--vary \(plain(columns.path)) stands there twice")
    }
    if goal == nil, let open = ordered.first(where: { $0.isOpen }) {
      throw QuantityError(
        message: "--vary \(plain(open.path)): a range of sizes or durations needs a step, such as "
          + "8G..32G/1G; only --find does without")
    }
    if let columns, columns.isOpen {
      throw QuantityError(
        message: "--vary \(plain(columns.path)): one of two ranges needs a step, such as 8G..32G/1G"
      )
    }
    if kernel != nil, ordered.contains(where: { $0.path == "kernel" }) {
      throw QuantityError(message: "--kernel and --vary kernel do not go together")
    }
    let (height, width) = (
      ordered[0].isOpen ? Int(Self.parts) + 1 : ordered[0].values.count, columns?.values.count ?? 1
    )
    // Neither is above a million.
    if height * width > Variation.most {
      throw QuantityError(
        message: "\(height) × \(width) cells, at most \(Variation.most): take larger steps")
    }
    var scenario = scenario
    scenario.expectation = nil
    self.scenario = scenario
    self.kernel = kernel
    self.policy = policy
    rows = ordered[0]
    self.columns = columns
    self.goal = goal
  }

  private static func runsDown(_ second: Variation, before first: Variation) -> Bool {
    if first.isRange != second.isRange { return second.isRange }
    if first.isOpen != second.isOpen { return second.isOpen }
    if first.values.count != second.values.count {
      return first.values.count < second.values.count
    }
    return second.path.utf8.lexicographicallyPrecedes(first.path.utf8)
  }

  /// Runs every cell, or searches.
  ///
  /// - Parameters:
  ///   - jobs: threads; the result is the same for any number.
  ///   - progress: called now and then from any thread with the number of runs that are done, and of all.
  /// - Throws: a `ScenarioError` for the first cell in order whose values the scenario does not take.
  package func run(
    jobs: Int, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(ScenarioError) -> SweepTable {
    let width = columns?.values.count ?? 1
    var table = SweepTable(of: self)
    if rows.isOpen {
      let runner = try WhatIfRunner(self, count: Self.usualTries * width)
      try search(runner, into: &table, jobs: jobs, progress: progress)
      return table
    }
    let count = rows.values.count * width
    let runner = try WhatIfRunner(self, count: count)
    table.cells = try parallelMap(
      count, jobs: jobs, progress: progress, local: runner.copyForThread
    ) { (runner, index) throws(ScenarioError) in
      try runner.cell(rows.values[index / width], columns?.values[index % width])
    }
    guard goal != nil else { return table }
    for column in 0..<width {
      let line = stride(from: column, to: count, by: width).map { table.cells[$0] }
      table.findings.append(
        Finding(along: line, column: columns?.values[column], isExhaustive: true))
    }
    return table
  }
}

/// A table of what-ifs.
package struct SweepTable: Equatable, Sendable {
  /// One replay.
  package struct Cell: Equatable, Sendable {
    package var row: String
    package var column: String?
    package var run: RunSummary
    /// Whether it does what is looked for; nil when nothing is.
    package var isWanted: Bool?
  }

  package var scenario: String
  package var title: String
  /// The release and the key of its rules; nil where the release is varied.
  package var kernel: String?
  package var ruleSet: String?
  package var policy: Policy
  package var rows: Variation
  package var columns: Variation?
  package var goal: SweepGoal?
  /// What a page counts in `37 pages`.
  let pageSize: Bytes
  /// Row by row; those of a search without steps column by column, in the order of their values.
  package var cells: [Cell] = []
  /// What a search has found, column by column.
  package var findings: [Finding] = []

  init(of sweep: Sweep) {
    scenario = sweep.scenario.name
    title = sweep.scenario.title
    if ![sweep.rows.path, sweep.columns?.path].contains("kernel") {
      let simulator = Simulator(kernel: sweep.kernel ?? sweep.scenario.kernel ?? .standard)
      kernel = simulator.kernel.text
      ruleSet = simulator.ruleSet.key
    }
    policy = sweep.policy
    rows = sweep.rows
    columns = sweep.columns
    goal = sweep.goal
    pageSize = sweep.scenario.machine.pageSize
  }
}
