internal import OOMSimulator

// The section `expect`.

extension Fields {
  static let expectKeys = ObjectKeys([
    "kills", "survivors", "stuck", "refused", "panic", "outcome",
  ])
  static let expectedKillKeys = ObjectKeys([
    "name", "pid", "constraint", "cgroup", "points", "after", "before", "also",
  ])
  static let expectedRefusalKeys = ObjectKeys(["process", "at"])

  mutating func expectation(into expectation: inout Expectation) throws(JSONError) {
    var copy = expectation
    _ = try object(Self.expectKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0:
        var kills: [Expectation.ExpectedKill] = []
        try fields.list { (fields) throws(JSONError) in
          if let kill = try fields.expectedKill() { kills.append(kill) }
        }
        copy.kills = kills
      case 1: copy.survivors = try fields.strings()
      case 2: copy.stuck = try fields.strings()
      case 3:
        var refused: [Expectation.ExpectedRefusal] = []
        try fields.list { (fields) throws(JSONError) in
          if let refusal = try fields.expectedRefusal() { refused.append(refusal) }
        }
        copy.refused = refused
      case 4: copy.panic = try fields.bool()
      default:
        copy.outcome =
          try fields.word(Run.Outcome.allCases.map { ($0.rawValue, $0) }) ?? copy.outcome
      }
    }
    expectation = copy
  }

  private mutating func expectedKill() throws(JSONError) -> Expectation.ExpectedKill? {
    let offset = try startOfNext()
    var name: String?
    var pid: Int32?
    var kill = Expectation.ExpectedKill(process: .pid(0))
    let seen = try object(Self.expectedKillKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: name = try fields.string()
      case 1: pid = try fields.integer(1...Int64(Scenario.Process.pidLimit - 1)).map { Int32($0) }
      case 2: kill.constraint = try fields.word(Constraint.allCases.map { ($0.rawValue, $0) })
      case 3: kill.cgroup = try fields.cgroupPath()
      case 4: kill.points = try fields.integer(Int64.min...Int64.max)
      case 5: kill.after = try fields.duration()
      case 6: kill.before = try fields.duration()
      default: kill.also = try fields.strings()
      }
    }
    guard let seen else { return nil }
    if (seen & 0b11).nonzeroBitCount != 1 {
      wrong("a kill needs either 'name' or 'pid'", at: offset)
      return nil
    }
    guard let process = pid.map(ProcessReference.pid) ?? name.map(ProcessReference.name) else {
      return nil
    }
    kill.process = process
    return kill
  }

  private mutating func expectedRefusal() throws(JSONError) -> Expectation.ExpectedRefusal? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var at: Int64?
    let seen = try object(Self.expectedRefusalKeys) { (fields, key) throws(JSONError) in
      if key == 0 { process = try fields.process() } else { at = try fields.duration() }
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    return process.map { Expectation.ExpectedRefusal(process: $0, at: at) }
  }
}
