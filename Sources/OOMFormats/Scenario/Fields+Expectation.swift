internal import OOMSimulator

// The lists of the section `expect`.

extension Fields {
  mutating func kills() throws(JSONError) -> [Expectation.ExpectedKill] {
    var kills: [Expectation.ExpectedKill] = []
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      let before = fields.problems.count
      var kill = Expectation.ExpectedKill(process: .pid(0))
      guard let seen = try fields.object(Self.killTable, into: &kill) else { return }
      if (seen & Self.processOfKill).nonzeroBitCount != 1 {
        fields.wrong("a kill needs either 'name' or 'pid'", at: offset)
      } else if fields.problems.count == before {
        kills.append(kill)
      }
    }
    return kills
  }

  private static let processOfKill = killTable.bit("name") | killTable.bit("pid")

  mutating func refusals() throws(JSONError) -> [Expectation.ExpectedRefusal] {
    var refusals: [Expectation.ExpectedRefusal] = []
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      var refusal = Expectation.ExpectedRefusal(process: .pid(0))
      guard let seen = try fields.object(Self.refusalTable, into: &refusal) else { return }
      fields.needs("process", seen & Self.refusalTable.bit("process") != 0, at: offset)
      refusals.append(refusal)
    }
    return refusals
  }
}
