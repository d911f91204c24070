internal import OOMSimulator

// `expect.groups`: by path the keys that `run --json` has, each a number or bounds.

extension Fields {
  private static let groupKeys = ObjectKeys(
    Expectation.ExpectedGroup.sizes + Expectation.ExpectedGroup.numbers + ["events"])
  private static let eventCounterKeys = ObjectKeys(Expectation.ExpectedGroup.events)
  private static let boundKeys = ObjectKeys(["min", "max"])

  mutating func expectedGroups() throws(JSONError) -> [Expectation.ExpectedGroup] {
    var groups: [Expectation.ExpectedGroup] = []
    try dictionary { (fields, path, offset) throws(JSONError) in
      if let problem = Self.problem(ofPath: path) { fields.wrong(problem, at: offset) }
      var bounds: [String: Expectation.Bounds] = [:]
      _ = try fields.object(Self.groupKeys) { (fields, key) throws(JSONError) in
        let name = Self.groupKeys.names[key]
        if name != "events" {
          bounds[name] = try fields.bounds(
            isSize: Expectation.ExpectedGroup.sizes.contains(name))
          return
        }
        _ = try fields.object(Self.eventCounterKeys) { (fields, key) throws(JSONError) in
          bounds["events." + Self.eventCounterKeys.names[key]] = try fields.bounds(isSize: false)
        }
      }
      groups.append(Expectation.ExpectedGroup(path: path, bounds: bounds))
    }
    // The keys of an object have no order.
    return groups.sorted { $0.path < $1.path }
  }

  private mutating func bounds(isSize: Bool) throws(JSONError) -> Expectation.Bounds? {
    let offset = try startOfNext()
    guard try json.peek() == .object else {
      return try amount(isSize: isSize).map { Expectation.Bounds($0) }
    }
    var bounds = Expectation.Bounds()
    let before = problems.count
    guard
      try object(
        Self.boundKeys,
        { (fields, key) throws(JSONError) in
          let amount = try fields.amount(isSize: isSize)
          if key == 0 { bounds.min = amount } else { bounds.max = amount }
        }) != nil, problems.count == before
    else { return nil }
    if let complaint = bounds.complaint {
      wrong(complaint, at: offset)
      return nil
    }
    return bounds
  }

  /// A number that is not below 0; a size is pages, or has a unit.
  private mutating func amount(isSize: Bool) throws(JSONError) -> Int64? {
    if isSize, try json.peek() == .string { return try size() }
    return try integer(0...Int64.max)
  }
}
