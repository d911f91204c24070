extension Expectation {
  /// What a number of a result has to be: from `min` to `max`, both of them allowed; nil is no bound.
  package struct Bounds: Equatable, Sendable {
    package var min: Int64?
    package var max: Int64?

    /// At least `min` and at most `max`.
    ///
    /// - Parameters:
    ///   - min: the least, nil for none.
    ///   - max: the most, nil for none.
    package init(min: Int64? = nil, max: Int64? = nil) {
      self.min = min
      self.max = max
    }

    /// Exactly this.
    package init(_ exact: Int64) {
      self.init(min: exact, max: exact)
    }

    /// The one number that is allowed, nil where several are.
    package var exact: Int64? { min == max ? min : nil }

    func allow(_ number: Int64) -> Bool {
      number >= min ?? Int64.min && number <= max ?? Int64.max
    }
  }

  /// What a group has to come to: `Run.FinalGroup`.
  package struct ExpectedGroup: Equatable, Sendable {
    package var path: String
    /// By the keys of the result: `peak`, `events.oom_kill`; what is left out is not checked.
    package var bounds: [String: Bounds]

    /// What the group at `path` has to come to.
    ///
    /// - Parameters:
    ///   - path: the group.
    ///   - bounds: by the keys of the result, those of `events` with that before a full stop: `peak`,
    ///     `events.oom_kill`. Sizes are in pages, `high_sleep_us` is in microseconds.
    package init(path: String, bounds: [String: Bounds]) {
      self.path = path
      self.bounds = bounds
    }

    /// The keys that are sizes in pages.
    package static let sizes = ["current", "peak", "swap_current", "swap_peak"]
    /// The keys of plain numbers.
    package static let numbers = ["high_sleep_us", "failcnt"]
    /// The keys in the object `events`.
    package static let events = MemoryEvents().named.map { $0.key }
    /// All keys, in the order in which differences are told.
    package static let keys = sizes + numbers + events.map { "events." + $0 }
  }

  func compare(
    _ expected: [ExpectedGroup], _ actual: [Run.FinalGroup], _ differences: inout [Difference]
  ) {
    for wanted in expected {
      let field = "groups.\(wanted.path)"
      guard let found = actual.first(where: { $0.path == wanted.path }) else {
        differences.append(
          Difference(
            field: field, expected: .word(wanted.path), actual: .word("no such group")))
        continue
      }
      for key in ExpectedGroup.keys {
        guard let bounds = wanted.bounds[key] else { continue }
        let number = found.number(key)
        if let number, bounds.allow(number) { continue }
        differences.append(
          Difference(
            field: "\(field).\(key)", expected: .within(bounds),
            actual: number.map { .number(Int128($0)) } ?? .word("none")))
      }
    }
  }
}

extension Expectation.Bounds {
  /// What is wrong with the bounds, nil where nothing is.
  package var complaint: String? {
    if min == nil, max == nil { return "needs 'min', 'max' or both" }
    if min ?? 0 < 0 || max ?? 0 < 0 { return "is never below 0" }
    if let min, let max, min > max { return "'min' is above 'max'" }
    return nil
  }
}

extension Run.FinalGroup {
  /// The number under a key of the result; nil where there is none.
  func number(_ key: String) -> Int64? {
    switch key {
    case "current": current
    case "peak": peak
    case "swap_current": swapCurrent
    case "swap_peak": swapPeak
    case "high_sleep_us": highSleep.rawValue
    case "failcnt": failcnt
    default: events.named.first { "events." + $0.key == key }?.count
    }
  }
}
