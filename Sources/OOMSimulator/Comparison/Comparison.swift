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
  package var sides: [Side] = []
  /// One fewer than sides: what lies between each and the next.
  package var differences: [Difference] = []
  /// Every release was tried, and the sides are ranges.
  package var isOfAll: Bool

  /// Runs a scenario under the releases that are listed, in their order.
  ///
  /// - Parameters:
  ///   - most: what all runs may take together; where they take more, each is followed for a part only, and is cut
  ///     off there. Nil is what is usual for its size.
  ///   - replays: how they are run; the result does not depend on it.
  /// - Complexity: one run for each release, and one for each rule that changes between neighbours that
  ///   differ.
  package init(
    of scenario: Scenario, kernels: [KernelRelease], most: Int64? = nil,
    replays: @escaping Replays = inOrder
  ) {
    self.init(scenario, isOfAll: false)
    Self.inTime(scenario, most, replays) { runs in
      guard let glimpses = runs.replay(Self.rules(of: kernels), keepsRuns: true) else {
        return false
      }
      let parts = zip(kernels, glimpses).map { ComparedRange([$0], $1) }
      return fill(parts, glimpses, RuleReach(of: scenario), &runs)
    }
  }

  /// Runs a scenario under every release at which a rule changes that it can come to, and finds the boundaries.
  ///
  /// - Parameters: as above.
  package init(
    ofAllKernels scenario: Scenario, most: Int64? = nil, replays: @escaping Replays = inOrder
  ) {
    self.init(scenario, isOfAll: true)
    let reach = RuleReach(of: scenario)
    let ranges = reach.ranges
    Self.inTime(scenario, most, replays) { runs in
      guard let glimpses = Self.glimpses(of: ranges, reach, &runs) else { return false }
      var parts: [ComparedRange] = []
      for (range, glimpse) in zip(ranges, glimpses) {
        if let before = parts.last, before.outcome == glimpse.outcome {
          parts[parts.count - 1].extend(range, glimpse)
        } else {
          parts.append(ComparedRange(range, glimpse))
        }
      }
      guard let whole = runs.replay(Self.rules(of: parts.map { $0.last }), keepsRuns: true) else {
        return false
      }
      return fill(parts, whole, reach, &runs)
    }
  }

  /// What the first release of each range comes to; nil when finding out takes too long.
  ///
  /// A run without an OOM stands for those that follow it and differ only in what the killer goes by.
  private static func glimpses(
    of ranges: [[KernelRelease]], _ reach: RuleReach, _ runs: inout ComparedRuns
  ) -> [Glimpse]? {
    let before = reach.withoutKiller
    let rules = ranges.map { before.rules(of: $0[0]) }
    let firsts = ranges.indices.filter { $0 == 0 || rules[$0] != rules[$0 - 1] }
    guard let first = runs.replay(Self.rules(of: firsts.map { ranges[$0][0] })) else { return nil }
    var glimpses: [Glimpse?] = Array(repeating: nil, count: ranges.count)
    for (place, glimpse) in zip(firsts.indices, first) {
      let next = place + 1 < firsts.count ? firsts[place + 1] : ranges.count
      glimpses[firsts[place]] = glimpse
      for index in firsts[place]..<next where !glimpse.callsKiller { glimpses[index] = glimpse }
    }
    let open = ranges.indices.filter { glimpses[$0] == nil }
    guard let rest = runs.replay(Self.rules(of: open.map { ranges[$0][0] })) else { return nil }
    for (index, glimpse) in zip(open, rest) { glimpses[index] = glimpse }
    return glimpses.compactMap { $0 }
  }

  private init(_ scenario: Scenario, isOfAll: Bool) {
    self.scenario = scenario.name
    title = scenario.title
    self.isOfAll = isOfAll
  }

  /// One replay after the other.
  package static let inOrder: Replays = { scenario, count, replay in
    (0..<count).map { replay(scenario, $0) }
  }

  /// Compares with whole runs, and if they take too long together once more with the first part of each.
  ///
  /// - Parameter body: says whether the runs were done in time.
  private static func inTime(
    _ scenario: Scenario, _ most: Int64?, _ replays: @escaping Replays,
    _ body: (inout ComparedRuns) -> Bool
  ) {
    let most = most ?? Effort.ofComparison(scenario)
    var runs = ComparedRuns(scenario, most: most, replays)
    if body(&runs) { return }
    runs = ComparedRuns(scenario, partsOf: most, replays)
    _ = body(&runs)
  }

  private static func rules(
    of kernels: [KernelRelease]
  ) -> [(kernel: KernelRelease, rules: Rules)] {
    kernels.map { ($0, RulesByRelease.rules(of: $0)) }
  }

  /// - Parameter glimpses: with the run of the last release of each part.
  /// - Returns: whether all was done in time.
  private mutating func fill(
    _ parts: [ComparedRange], _ glimpses: [Glimpse], _ reach: RuleReach, _ runs: inout ComparedRuns
  ) -> Bool {
    guard let causes = causes(parts, reach, &runs) else { return false }
    for (index, part) in parts.enumerated() {
      guard var run = glimpses[index].run else { continue }
      // Where each is followed no further differs, and the one that is shown says it.
      run.warnings = run.warnings.filter {
        if case .stopped = $0.fact { true } else { part.warnings.contains($0) }
      }
      let next = index + 1 < parts.count ? parts[index + 1].first.predecessor : .newestKnown
      sides.append(
        Side(
          first: part.first, last: isOfAll ? next : part.last, run: run, points: part.points))
      guard index > 0 else { continue }
      differences.append(
        Difference(
          from: isOfAll ? part.first.predecessor : parts[index - 1].last, to: part.first,
          causes: causes[index - 1]))
    }
    return true
  }

  /// What makes the difference between each part and the next; nil when finding out takes too long.
  private func causes(
    _ parts: [ComparedRange], _ reach: RuleReach, _ runs: inout ComparedRuns
  ) -> [[RuleChange]]? {
    let ways = zip(parts, parts.dropFirst()).map { RuleSteps($0, $1, reach) }
    guard let glimpses = runs.replay(ways.flatMap { $0.open }) else { return nil }
    var rest = glimpses[...]
    return ways.map { way in
      defer { rest = rest.dropFirst(way.open.count) }
      return way.causes(rest.prefix(way.open.count).map { $0.outcome })
    }
  }
}

/// Releases that do the same, before the run of the last of them is at hand.
private struct ComparedRange {
  let first: KernelRelease
  /// The last of them at which a rule changes.
  private(set) var last: KernelRelease
  private(set) var outcome: ComparedOutcome
  /// Those that all of them give.
  private(set) var warnings: [Warning]
  private(set) var points: [(release: KernelRelease, points: Int128)] = []

  /// - Parameter range: releases that do what the first of them was seen to do.
  init(_ range: [KernelRelease], _ glimpse: Glimpse) {
    first = range[0]
    last = range[range.count - 1]
    outcome = glimpse.outcome
    warnings = Self.warnings(range, glimpse)
    if let found = glimpse.points { points = [(first, found)] }
  }

  mutating func extend(_ range: [KernelRelease], _ glimpse: Glimpse) {
    last = range[range.count - 1]
    outcome = glimpse.outcome
    let more = Self.warnings(range, glimpse)
    warnings = warnings.filter(more.contains)
    if let found = glimpse.points, points.last?.points != found { points.append((range[0], found)) }
  }

  /// What all of the releases warn of: what is said of one release need not hold for the next.
  private static func warnings(_ range: [KernelRelease], _ glimpse: Glimpse) -> [Warning] {
    glimpse.warnings.filter { warning in
      guard case .release = warning.fact else { return true }
      return range.allSatisfy { $0.warnings.contains(warning) }
    }
  }
}

/// The changes between two releases, one after the other.
private struct RuleSteps {
  /// What a step comes to.
  private enum Step {
    case asBefore
    case asEnd
    /// What the replay with this number comes to.
    case replayed(Int)
  }

  private let changes: [RuleChange]
  private var steps: [Step] = []
  /// What has to be replayed.
  private(set) var open: [(kernel: KernelRelease, rules: Rules)] = []
  private let start: ComparedOutcome
  private let end: ComparedOutcome

  init(_ before: ComparedRange, _ after: ComparedRange, _ reach: RuleReach) {
    // What lies between two releases is the same in both directions.
    let isForward = before.last <= after.first
    let (from, to) = isForward ? (before.last, after.first) : (after.first, before.last)
    start = isForward ? before.outcome : after.outcome
    end = isForward ? after.outcome : before.outcome
    let all = start == end ? [] : RulesByRelease.steps(from: from, to: to)
    changes = all.map { $0.change }
    var rules = RulesByRelease.rules(of: from)
    let last = RulesByRelease.rules(of: to)
    for step in all {
      if step.rules == last {
        steps.append(.asEnd)
      } else if step.rules == rules || !reach.contains(step.change.rule) {
        steps.append(.asBefore)
      } else {
        steps.append(.replayed(open.count))
        open.append((to, step.rules))
      }
      rules = step.rules
    }
  }

  /// The changes that lead from the outcome of one release to that of the other. Each is tried after those before it;
  /// changes that cancel each other out are left out.
  ///
  /// - Parameter found: the outcomes of `open`.
  func causes(_ found: [ComparedOutcome]) -> [RuleChange] {
    var outcomes = [start]
    for step in steps {
      switch step {
      case .asBefore: outcomes.append(outcomes[outcomes.count - 1])
      case .asEnd: outcomes.append(end)
      case .replayed(let index): outcomes.append(found[index])
      }
    }
    // From the end back to the start: where an outcome stood first, what led to it is the change before.
    var causes: [RuleChange] = []
    var at = outcomes.count - 1
    while let first = outcomes[...at].firstIndex(of: outcomes[at]), first > 0 {
      causes.insert(changes[first - 1], at: 0)
      at = first - 1
    }
    return causes
  }
}
