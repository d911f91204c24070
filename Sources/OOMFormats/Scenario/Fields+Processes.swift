internal import OOMSimulator

// The section `processes`, and the process of a `start` event.

extension Fields {
  mutating func processes(into table: inout ProcessTable) throws(JSONError) {
    var rows = ProcessTable()
    let start = json.offset
    try list { (fields) throws(JSONError) in
      // The first thousand tell how many a long text is going to have.
      if rows.count == 1024 {
        let perRow = max((fields.json.offset - start) / 1024, 1)
        rows.reserveCapacity((fields.json.bytes.count - start) / perRow + 64)
      }
      var process = Scenario.Process()
      try fields.process(into: &process)
      rows.append(process)
    }
    table = rows
  }

  private static let nameBit = processTable.bit("name")
  private static let oomScoreAdjBit = processTable.bit("oom_score_adj")

  mutating func process(into process: inout Scenario.Process) throws(JSONError) {
    let offset = try startOfNext()
    if let seen = try object(Self.processTable, into: &process) {
      if seen & Self.nameBit == 0 { wrong("a process needs a 'name'", at: offset) }
      // A write to the old file sets the new value; one that is given itself stands.
      if seen & Self.oomScoreAdjBit == 0, let oomAdj = process.legacy.oomAdj {
        process.oomScoreAdj = oomScoreAdj(writing: oomAdj)
      }
    }
    contradictions(in: process, at: offset)
  }

  /// Values of one process that contradict each other.
  mutating func contradictions(in process: Scenario.Process, at offset: Int) {
    for contradiction in process.contradictions { wrong(contradiction, at: offset) }
  }

  private static let threadKeys = ObjectKeys(["cgroup"])

  /// How many threads it has, or those beside the main thread that live in a group of
  /// their own, which version 1 allows.
  mutating func threads() throws(JSONError) -> Scenario.Process.Threads? {
    if try json.peek() != .array {
      return try integer(1...Int64(Scenario.Process.pidLimit)).map { .count($0) }
    }
    var paths: [String] = []
    if cgroupVersion == 2 {
      wrong("threads have groups of their own on cgroup version 1 only", at: try startOfNext())
    }
    try list { (fields) throws(JSONError) in
      var path: String?
      let offset = try fields.startOfNext()
      let seen = try fields.object(Self.threadKeys) { (fields, _) throws(JSONError) in
        path = try fields.cgroupPath()
      }
      if let seen { fields.needs("cgroup", seen != 0, at: offset) }
      if let path { paths.append(path) }
    }
    return paths.isEmpty ? nil : .inGroups(paths)
  }

  private static let pageTableKeys = ObjectKeys(["pte", "pmd", "pud"])

  /// One size, all of which counts, or one for each level, since releases count different ones.
  mutating func pageTables() throws(JSONError) -> (total: Int64, levels: PageTableLevels?)? {
    if try json.peek() != .object { return try size().map { ($0, nil) } }
    var levels = PageTableLevels()
    let seen = try object(Self.pageTableKeys) { (fields, key) throws(JSONError) in
      let size = try fields.size() ?? 0
      switch key {
      case 0: levels.pte = size
      case 1: levels.pmd = size
      default: levels.pud = size
      }
    }
    return seen == nil ? nil : (levels.total, levels)
  }
}
