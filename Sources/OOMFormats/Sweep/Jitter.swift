package import OOMSimulator

/// A value that is not known exactly: every run draws it anew, evenly from a range around what the scenario says.
package struct Jitter: Equatable, Sendable {
  /// As `--set` spells it.
  package var path: String
  /// The value in the middle, as the scenario says it.
  package var value: String
  /// As it was written: `20%`.
  package var percent: String
  /// In pages for sizes, in microseconds, or as it is.
  var range: ClosedRange<Int64>
  var scale: Scale

  /// Whether it is about the anonymous memory of all processes, growth and all: `processes=±20%`.
  var isOfUse: Bool { path == Self.use }

  private static let use = "processes"

  /// Reads `PATH=±20%`, also `PATH=+-20%`; up to three digits after the point. The path `processes` alone stands for
  /// the anonymous memory of all.
  ///
  /// - Parameters:
  ///   - text: the scenario's own, for the value in the middle.
  ///   - settings: overrides of it, the last of a path counts.
  package init(
    _ option: String, of scenario: Scenario, text: [UInt8], settings: [ScenarioSetting]
  ) throws(QuantityError) {
    guard let setting = ScenarioSetting(option) else {
      throw QuantityError(
        message: "--jitter takes PATH=±20%, found '\(plain(shortened(option)))'")
    }
    let path = normalized(setting.path)
    self.path = path
    do throws(QuantityError) {
      let (percent, parts) = try Self.percent(setting.value)
      self.percent = percent
      if path == Self.use {
        value = "100%"
        scale = .integers
        range = (100_000 - parts)...(100_000 + parts)
        return
      }
      let given =
        settings.last { normalized($0.path) == path }?.value
        ?? ScenarioText(bytes: text)?.value(at: path)
      guard let given else {
        throw QuantityError(
          message: "the scenario gives no single number here: give one with --set")
      }
      value = given.hasPrefix("\"") ? String(given.dropFirst().dropLast()) : given
      let pageSize = scenario.machine.pageSize
      let middle = try Quantity(value, pageSize: pageSize)
      scale = middle.scale ?? .integers
      // Sizes are drawn in pages, since they are used in pages.
      let amount =
        scale == .bytes ? pageSize.pages(toHold: Bytes(middle.amount)) : middle.amount
      let most = Int64(Int128(amount.magnitude) * Int128(parts) / 100_000)
      let (low, overflow) = amount.subtractingReportingOverflow(most)
      let (high, overflows) = amount.addingReportingOverflow(most)
      if overflow || overflows || amount.magnitude > Int64.max / 2 {
        throw QuantityError(message: "'\(plain(shortened(value)))' is too large")
      }
      range = low...high
    } catch {
      throw QuantityError(message: "--jitter \(plain(path)): \(error.message)")
    }
  }

  /// Thousandths of a percent.
  private static func percent(
    _ text: String
  ) throws(QuantityError) -> (text: String, parts: Int64) {
    let wrong = QuantityError(
      message: "'\(plain(shortened(text)))' is no share: write ±20% or +-2.5%, up to 100%")
    var rest = text[...]
    if rest.hasPrefix("±") {
      rest = rest.dropFirst()
    } else if rest.hasPrefix("+-") {
      rest = rest.dropFirst(2)
    } else {
      throw wrong
    }
    guard rest.hasSuffix("%") else { throw wrong }
    let parts = rest.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...3).contains(parts[0].count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      parts.count == 1 || parts[1].count <= 3
    else { throw wrong }
    let decimals =
      parts.count == 2 ? parts[1] + String(repeating: "0", count: 3 - parts[1].count) : "000"
    guard let number = Int64(parts[0] + decimals), number <= 100_000 else { throw wrong }
    return (String(rest), number)
  }

  /// A value of the range as `--set` takes it.
  func text(_ amount: Int64) -> String {
    switch scale {
    case .bytes: return "\(amount) pages"
    case .microseconds, .integers: return scale.text(amount)
    }
  }
}

/// Many replays of a scenario whose values are not known exactly.
package struct JitterRuns: Sendable {
  let scenario: Scenario
  let simulator: Simulator
  package let jitters: [Jitter]
  package let runs: Int
  package let seed: UInt64

  /// As many replays as one call makes.
  package static let mostRuns = 1_000_000

  /// - Parameter jitters: in any order: they are taken in the order of their paths, each with a stream of its own.
  package init(
    of scenario: Scenario, kernel: KernelRelease? = nil, policy: Policy = .kernel,
    _ jitters: [Jitter], runs: Int, seed: UInt64
  ) throws(QuantityError) {
    let sorted = jitters.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.path == second.path {
      throw QuantityError(message: "--jitter \(plain(first.path)) stands there twice")
    }
    guard (1...Self.mostRuns).contains(runs) else {
      throw QuantityError(message: "--runs takes a number from 1 to \(Self.mostRuns)")
    }
    var scenario = scenario
    scenario.expectation = nil
    self.scenario = scenario
    var simulator = Simulator(kernel: kernel ?? scenario.kernel ?? .standard)
    simulator.policy = policy
    simulator.mostEffort = Simulator.mostEffort(ofEach: runs, of: scenario)
    self.simulator = simulator
    self.jitters = sorted
    self.runs = runs
    self.seed = seed
  }

  /// - Throws: a `ScenarioError` for the first run in order whose values the scenario does not take.
  package func run(
    jobs: Int, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(ScenarioError) -> JitterTable {
    let streams = jitters.map { Draws(seed: seed, name: $0.path) }
    for jitter in jitters {
      // A range that the scenario does not take as a whole is refused before the first run.
      for amount in [jitter.range.lowerBound, jitter.range.upperBound] {
        var copy = scenario
        if jitter.isOfUse {
          if let problem = scenario.scaled(amount).contradictions().first {
            throw ScenarioError(
              diagnostics: [Diagnostic(path: pathText(problem.path), message: problem.message)],
              file: "--jitter \(jitter.path)=±\(jitter.percent)")
          }
          continue
        }
        try copy.apply(ScenarioSetting(path: jitter.path, value: jitter.text(amount)))
      }
    }
    let summaries = try parallelMap(
      runs, jobs: jobs, progress: progress, local: scenario.copyForThread
    ) { (scenario, number) throws(ScenarioError) in
      var use: Int64?
      var settings: [ScenarioSetting] = []
      for (jitter, stream) in zip(jitters, streams) {
        let drawn = stream.number(number, in: jitter.range)
        if jitter.isOfUse {
          use = drawn
        } else {
          settings.append(ScenarioSetting(path: jitter.path, value: jitter.text(drawn)))
        }
      }
      let changed = try (use.map { scenario.scaled($0) } ?? scenario).setting(settings)
      return RunSummary(of: simulator.run(valid: changed))
    }
    var table = JitterTable(of: self)
    for summary in summaries { table.add(summary) }
    table.sort()
    return table
  }
}
