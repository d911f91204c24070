/// One scenario under several kernel releases: what each does, and for each difference the rule that makes it.
package struct Comparison: Equatable, Sendable {
  /// Releases, one after the other, that do the same.
  package struct Side: Equatable, Sendable {
    /// The first and the last of them; the same where only one was asked for.
    package var first: KernelRelease
    package var last: KernelRelease
    /// What the last of them does; of its warnings those that all of them give.
    @Indirect package var run: Run
    /// The points of the first victim, at each release where they change.
    package var points: [(release: KernelRelease, points: Int128)] = []

    init(first: KernelRelease, last: KernelRelease, run: Run) {
      self.first = first
      self.last = last
      self.run = run
      add(run, of: first)
    }

    /// Takes another release into the range.
    mutating func extend(to release: KernelRelease, _ run: Run) {
      let common = self.run.warnings.filter(run.warnings.contains)
      self.run = run
      self.run.warnings = common
      last = release
      add(run, of: release)
    }

    private mutating func add(_ run: Run, of release: KernelRelease) {
      guard let found = run.kills.first?.victim.points, points.last?.points != found else { return }
      points.append((release, found))
    }

    package static func == (left: Self, right: Self) -> Bool {
      left.first == right.first && left.last == right.last && left.run == right.run
    }
  }

  /// Why one side differs from the one before.
  package struct Difference: Equatable, Sendable {
    package var from: KernelRelease
    package var to: KernelRelease
    /// The changes that make it, each found by trying it; in the order of the releases. Empty where both do
    /// the same.
    package var causes: [RuleChange]
    package var isSame: Bool { causes.isEmpty }
  }

  package var scenario: String
  package var title: String
  package var sides: [Side]
  /// One fewer than sides: what lies between each and the next.
  package var differences: [Difference]
  /// Every release was tried, and the sides are ranges.
  package var isOfAll: Bool

  /// Runs a scenario under the releases that are listed, in their order.
  ///
  /// - Parameter most: what all runs may take together; where they take more, each is followed for a part only, and is cut
  ///   off there. Nil is what is usual for its size.
  /// - Complexity: one run for each release, and one for each rule that changes between neighbours that
  ///   differ.
  package init(of scenario: Scenario, kernels: [KernelRelease], most: Int64? = nil) {
    self = Self.inTime(scenario, most) { comparison, runner in
      for kernel in kernels {
        let run = runner.run(kernel)
        if let before = comparison.sides.last {
          comparison.differences.append(Self.difference(&runner, before, kernel, run))
        }
        comparison.sides.append(Side(first: kernel, last: kernel, run: run))
      }
    }
  }

  /// Runs a scenario under every release at which any rule changes, and finds the boundaries.
  ///
  /// - Parameter most: as above.
  package init(ofAllKernels scenario: Scenario, most: Int64? = nil) {
    self = Self.inTime(scenario, most) { comparison, runner in
      comparison.isOfAll = true
      for kernel in RulesByRelease.boundaries where !runner.isOver {
        comparison.add(kernel, &runner)
      }
    }
    if !sides.isEmpty { sides[sides.count - 1].last = .newestKnown }
  }

  private mutating func add(_ kernel: KernelRelease, _ runner: inout ComparedRuns) {
    let run = runner.run(kernel)
    guard let before = sides.last else {
      sides.append(Side(first: kernel, last: kernel, run: run))
      return
    }
    if ComparedOutcome(before.run) == ComparedOutcome(run) {
      sides[sides.count - 1].extend(to: kernel, run)
      return
    }
    var difference = Self.difference(&runner, before, kernel, run)
    difference.from = kernel.predecessor
    differences.append(difference)
    sides[sides.count - 1].last = kernel.predecessor
    sides.append(Side(first: kernel, last: kernel, run: run))
  }

  /// Compares with whole runs, and if they take too long together once more with the first part of each.
  private static func inTime(
    _ scenario: Scenario, _ most: Int64?, _ body: (inout Comparison, inout ComparedRuns) -> Void
  ) -> Comparison {
    let most = most ?? Effort.ofMany(scenario)
    var (comparison, runner) = (Comparison(scenario), ComparedRuns(scenario, most: most))
    body(&comparison, &runner)
    if !runner.isOver { return comparison }
    (comparison, runner) = (Comparison(scenario), ComparedRuns(scenario, partsOf: most))
    body(&comparison, &runner)
    return comparison
  }

  private init(_ scenario: Scenario) {
    self.scenario = scenario.name
    title = scenario.title
    sides = []
    differences = []
    isOfAll = false
  }

  private static func difference(
    _ runner: inout ComparedRuns, _ before: Side, _ kernel: KernelRelease, _ run: Run
  ) -> Difference {
    var difference = Difference(from: before.last, to: kernel, causes: [])
    let (start, end) = (ComparedOutcome(before.run), ComparedOutcome(run))
    if start == end { return difference }
    // What lies between two releases is the same in both directions.
    difference.causes =
      before.last <= kernel
      ? causes(&runner, before.last, kernel, start) : causes(&runner, kernel, before.last, end)
    return difference
  }

  /// The changes between two releases that lead from the outcome of one to that of the other. Each is tried
  /// after those before it; changes that cancel each other out are left out.
  private static func causes(
    _ runner: inout ComparedRuns, _ from: KernelRelease, _ to: KernelRelease,
    _ start: ComparedOutcome
  ) -> [RuleChange] {
    var rules = RulesByRelease.rules(of: from)
    var outcomes = [start]
    let steps = RulesByRelease.steps(from: from, to: to)
    for step in steps {
      if step.rules == rules {
        outcomes.append(outcomes[outcomes.count - 1])
      } else {
        outcomes.append(ComparedOutcome(runner.run(to, rules: step.rules)))
      }
      rules = step.rules
    }
    // From the end back to the start: where an outcome stood first, what led to it is the change before.
    var causes: [RuleChange] = []
    var at = outcomes.count - 1
    while let first = outcomes[...at].firstIndex(of: outcomes[at]), first > 0 {
      causes.insert(steps[first - 1].change, at: 0)
      at = first - 1
    }
    return causes
  }
}
