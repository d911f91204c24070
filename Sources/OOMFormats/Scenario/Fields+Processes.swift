internal import OOMSimulator

// The section `processes`, and the process of a `start` event.

extension Fields {
  static let processKeys = ObjectKeys([
    "pid", "name", "count", "ppid", "uid", "cgroup", "oom_score_adj", "anon", "file", "shmem",
    "swap", "locked", "total_vm", "page_tables", "kernel_thread", "shares_mm_with",
    "capabilities", "on_enomem", "oom_adj", "nice", "cpu_time", "run_time", "in_vfork", "dying",
    "swapoff", "threads", "mems_allowed", "mempolicy", "committed", "segment", "mapped_file",
    "restart",
  ])

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

  mutating func process(into process: inout Scenario.Process) throws(JSONError) {
    let offset = try startOfNext()
    let seen = try object(Self.processKeys) { (fields, key) throws(JSONError) in
      try fields.processField(key, into: &process)
    }
    if let seen {
      if seen & 2 == 0 { wrong("a process needs a 'name'", at: offset) }
      // A write to the old file sets the new value; one that is given itself stands.
      if seen & (1 << 6) == 0, let oomAdj = process.legacy.oomAdj {
        process.oomScoreAdj = oomScoreAdj(writing: oomAdj)
      }
    }
    contradictions(in: process, at: offset)
  }

  /// Values of one process that contradict each other.
  mutating func contradictions(in process: Scenario.Process, at offset: Int) {
    if process.locked > process.anon {
      wrong(
        "'locked' is \(process.locked) pages, more than the \(process.anon) of 'anon' that it is part of",
        at: offset)
    }
    if process.count != 1, process.pid != 0 {
      wrong("'pid' and 'count' do not go together: \(process.count) processes, one pid", at: offset)
    }
  }

  mutating func processField(_ key: Int, into process: inout Scenario.Process) throws(JSONError) {
    // By number: this runs for every key of a hundred thousand processes. The order is that of processKeys.
    switch key {
    case 0:
      if let pid = try integer(1...Int64(Scenario.Process.pidLimit - 1)) {
        process.pid = Int32(pid)
      }
    case 1:
      let offset = try startOfNext()
      guard let name = try string() else { return }
      process.name = name
      if name.isEmpty { wrong("a process needs a name that is not empty", at: offset) }
    case 2:
      if let count = try integer(1...Self.maxCount) { process.count = Int32(count) }
    case 3:
      if let pid = try integer(0...Int64(Scenario.Process.pidLimit - 1)) {
        process.ppid = Int32(pid)
      }
    case 4:
      if let uid = try integer(0...Int64(UInt32.max - 1)) { process.uid = UInt32(uid) }
    case 5: process.cgroup = try cgroupPath() ?? process.cgroup
    case 6:
      if let adj = try integer(-1000...1000) { process.oomScoreAdj = Int16(adj) }
    case 7: process.anon = try size() ?? process.anon
    case 8: process.file = try size() ?? process.file
    case 9: process.shmem = try size() ?? process.shmem
    case 10: process.swap = try size() ?? process.swap
    case 11: process.locked = try size() ?? process.locked
    case 12: process.totalVM = try size() ?? process.totalVM
    case 13: try pageTables(of: &process)
    case 14: process.isKernelThread = try bool() ?? process.isKernelThread
    case 15: process.sharesMMWith = try self.process() ?? process.sharesMMWith
    case 16: process.capabilities = try capabilities() ?? process.capabilities
    case 17: process.onENOMEM = try onENOMEM() ?? process.onENOMEM
    default: try rareProcessField(key, into: &process)
    }
  }

  private mutating func rareProcessField(
    _ key: Int, into process: inout Scenario.Process
  ) throws(JSONError) {
    switch key {
    case 18:
      if let adj = try integer(-17...15) { process.legacy.oomAdj = Int16(adj) }
    case 19:
      if let nice = try integer(-20...19) { process.legacy.nice = Int16(nice) }
    case 20: process.legacy.cpuTime = try duration() ?? process.legacy.cpuTime
    case 21: process.legacy.runTime = try duration() ?? process.legacy.runTime
    case 22: process.isInVfork = try bool() ?? process.isInVfork
    case 23: process.isDying = try bool() ?? process.isDying
    case 24: process.isSwapoff = try bool() ?? process.isSwapoff
    case 25: try threads(of: &process)
    case 26: process.memsAllowed = try nodes() ?? process.memsAllowed
    case 28: process.committed = try size() ?? process.committed
    case 27: process.mempolicy = try nodes() ?? process.mempolicy
    case 29: process.segment = try name(of: "a segment") ?? process.segment
    case 30: process.mappedFile = try name(of: "a file") ?? process.mappedFile
    case 31: process.restart = try restart() ?? process.restart
    default: break
    }
  }

  private mutating func name(of what: String) throws(JSONError) -> String? {
    let offset = try startOfNext()
    guard let name = try string() else { return nil }
    if !name.isEmpty { return name }
    wrong("\(what) needs a name that is not empty", at: offset)
    return nil
  }

  private static let threadKeys = ObjectKeys(["cgroup"])

  /// How many threads it has, which decides nothing, or those beside the main thread that live in a group of
  /// their own, which version 1 allows.
  private mutating func threads(of process: inout Scenario.Process) throws(JSONError) {
    if try json.peek() != .array {
      _ = try integer(1...Int64(Scenario.Process.pidLimit))
      return
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
    process.threadCgroups = paths
  }

  /// A million processes from one line is proportion enough; a machine cannot have many more.
  static let maxCount: Int64 = 1_000_000

  private static let pageTableKeys = ObjectKeys(["pte", "pmd", "pud"])

  /// One size, all of which counts, or one for each level, since releases count different ones.
  private mutating func pageTables(of process: inout Scenario.Process) throws(JSONError) {
    if try json.peek() != .object {
      if let size = try size() {
        process.pageTables = size
        process.pageTableLevels = nil
      }
      return
    }
    var levels = PageTableLevels()
    let seen = try object(Self.pageTableKeys) { (fields, key) throws(JSONError) in
      let size = try fields.size() ?? 0
      switch key {
      case 0: levels.pte = size
      case 1: levels.pmd = size
      default: levels.pud = size
      }
    }
    guard seen != nil else { return }
    process.pageTables = levels.total
    process.pageTableLevels = levels
  }

  mutating func capabilities() throws(JSONError) -> Capabilities? {
    var capabilities: Capabilities = []
    try list { (fields) throws(JSONError) in
      let one = try fields.word([
        ("sys_admin", Capabilities.sysAdmin), ("sys_resource", .sysResource),
        ("sys_rawio", .sysRawIO),
      ])
      if let one { capabilities.insert(one) }
    }
    return capabilities
  }

  mutating func onENOMEM() throws(JSONError) -> Scenario.Process.OnENOMEM? {
    try word([("continue", .continue), ("exit", .exit)])
  }
}
