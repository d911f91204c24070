internal import OOMSimulator

// The section `events`.

extension Fields {
  /// `at`, then the actions.
  static let eventKeys = ObjectKeys([
    "at", "grow", "shrink", "map", "unmap", "start", "exit", "page_cache", "tmpfs", "set",
    "move", "oom", "sysrq", "swapoff", "swapon", "fork", "cow",
  ])

  mutating func events(into events: inout [Event]) throws(JSONError) {
    var read: [Event] = []
    try list { (fields) throws(JSONError) in
      if let event = try fields.event() { read.append(event) }
    }
    events = read
  }

  mutating func event() throws(JSONError) -> Event? {
    let offset = try startOfNext()
    let before = problems.count
    var at: Int64?
    var action: Event.Action?
    let seen = try object(Self.eventKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        at = try fields.duration()
      } else {
        action = try fields.action(Self.eventKeys.names[key])
      }
    }
    guard let seen else { return nil }
    let actions = (seen & ~1).nonzeroBitCount
    let isClean = problems.count == before
    if seen & 1 == 0 { wrong("an event needs 'at', such as \"at\": \"10s\"", at: offset) }
    if actions > 1 {
      wrong("an event has exactly one action, this one has \(actions)", at: offset)
    }
    if actions == 0, isClean {
      let known = Self.eventKeys.names.dropFirst().joined(separator: ", ")
      wrong("an event needs an action: one of \(known)", at: offset)
    }
    guard let at, let action, actions == 1 else { return nil }
    return Event(at: at, action: action)
  }

  private mutating func action(_ name: String) throws(JSONError) -> Event.Action? {
    switch name {
    case "grow": try growth(Self.growKeys) { .grow($0, $1, over: $2, nodes: $3) }
    case "shrink":
      try growth(Self.shrinkKeys) { process, sizes, over, _ in .shrink(process, sizes, over: over) }
    case "map": try mapping { .map($0, pages: $1, $2) }
    case "unmap": try mapping { .unmap($0, pages: $1, $2) }
    case "start": try start()
    case "fork": try fork()
    case "cow": try cow()
    case "exit": try exit()
    case "page_cache":
      try amount(
        "read", { .readPageCache(pages: $0, cgroup: $1) },
        "drop", { .dropPageCache(pages: $0, cgroup: $1) })
    case "tmpfs":
      try amount(
        "write", { .writeTmpfs(pages: $0, cgroup: $1) },
        "delete", { .deleteTmpfs(pages: $0, cgroup: $1) })
    case "set": try set()
    case "move": try move()
    case "sysrq": try word([("f", Event.Action.sysrq)])
    case "swapoff": try swapoff()
    case "swapon": try swapon()
    default: try oom()
    }
  }

  private static let shrinkKeys = ObjectKeys([
    "process", "anon", "file", "shmem", "locked", "over",
  ])
  private static let growKeys = ObjectKeys(shrinkKeys.names + ["nodes"])

  private mutating func growth(
    _ keys: ObjectKeys,
    _ make: (ProcessReference, Event.Sizes, Int64, NodeMask?) -> Event.Action
  ) throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var sizes = Event.Sizes()
    var over: Int64 = 0
    var nodes: NodeMask?
    let seen = try object(keys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: process = try fields.process()
      case 1: sizes.anon = try fields.size() ?? 0
      case 2: sizes.file = try fields.size() ?? 0
      case 3: sizes.shmem = try fields.size() ?? 0
      case 4: sizes.locked = try fields.size() ?? 0
      case 5: over = try fields.duration() ?? 0
      default: nodes = try fields.nodes()
      }
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    if seen & 0b11110 == 0 {
      wrong("needs one or more of 'anon', 'file', 'shmem', 'locked'", at: offset)
    }
    return process.map { make($0, sizes, over, nodes) }
  }

  private static let cowKeys = ObjectKeys(["process", "size", "over"])

  private mutating func cow() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var pages: Int64 = 0
    var over: Int64 = 0
    let seen = try object(Self.cowKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: process = try fields.process()
      case 1: pages = try fields.size() ?? 0
      default: over = try fields.duration() ?? 0
      }
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    needs("size", seen & 2 != 0, at: offset)
    return process.map { .cow($0, pages: pages, over: over) }
  }

  private static let forkKeys = ObjectKeys(["process", "child"])
  private static let childKeys = ObjectKeys(["name", "pid", "oom_score_adj"])

  private mutating func fork() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var child = Event.Child()
    let seen = try object(Self.forkKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        process = try fields.process()
        return
      }
      var whole = Scenario.Process()
      let offset = try fields.startOfNext()
      let seen = try fields.object(Self.childKeys) { (fields, key) throws(JSONError) in
        // As the keys of a process, whose numbers these are.
        try fields.processField([1, 0, 6][key], into: &whole)
        if key == 2 { child.oomScoreAdj = whole.oomScoreAdj }
      }
      if let seen { fields.needs("name", seen & 1 != 0, at: offset) }
      (child.name, child.pid) = (whole.name, whole.pid)
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    needs("child", seen & 2 != 0, at: offset)
    guard let process, !child.name.isEmpty else { return nil }
    return .fork(process, child)
  }

  private static let mappingKeys = ObjectKeys(["process", "size", "kind"])

  private mutating func mapping(
    _ make: (ProcessReference, Int64, Event.MappingKind) -> Event.Action
  ) throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var pages: Int64 = 0
    var kind = Event.MappingKind.private
    let seen = try object(Self.mappingKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: process = try fields.process()
      case 1: pages = try fields.size() ?? 0
      default:
        kind = try fields.word(Event.MappingKind.allCases.map { ($0.rawValue, $0) }) ?? kind
      }
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    needs("size", seen & 2 != 0, at: offset)
    return process.map { make($0, pages, kind) }
  }

  private mutating func start() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process = Scenario.Process()
    try self.process(into: &process)
    startProblems(of: process, at: offset)
    return process.name.isEmpty ? nil : .start(process)
  }

  mutating func startProblems(of process: Scenario.Process, at offset: Int) {
    if process.swap != 0 { wrong("a process that starts has nothing in swap yet", at: offset) }
    if process.isDying { wrong("a process that starts is not dying", at: offset) }
  }

  private static let exitKeys = ObjectKeys(["process"])

  private mutating func exit() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    let seen = try object(Self.exitKeys) { (fields, _) throws(JSONError) in
      process = try fields.process()
    }
    needs("process", seen != 0, at: offset)
    return process.map { .exit($0) }
  }

  /// One of two sizes, in a group.
  private mutating func amount(
    _ first: String, _ makeFirst: (Int64, String) -> Event.Action,
    _ second: String, _ makeSecond: (Int64, String) -> Event.Action
  ) throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var pages: [Int64?] = [nil, nil]
    var path = "/"
    let seen = try object(ObjectKeys([first, second, "cgroup"])) {
      (fields, key) throws(JSONError) in
      if key == 2 {
        path = try fields.cgroupPath() ?? path
      } else {
        pages[key] = try fields.size()
      }
    }
    guard let seen else { return nil }
    if (seen & 0b11).nonzeroBitCount != 1 {
      wrong("needs either '\(first)' or '\(second)'", at: offset)
      return nil
    }
    return pages[0].map { makeFirst($0, path) } ?? pages[1].map { makeSecond($0, path) }
  }

  private static let swapKeys = ObjectKeys(["size", "process"])

  private mutating func swapoff() throws(JSONError) -> Event.Action? {
    var pages: Int64?
    var process: ProcessReference?
    let seen = try object(Self.swapKeys) { (fields, key) throws(JSONError) in
      if key == 0 { pages = try fields.size() } else { process = try fields.process() }
    }
    return seen == nil ? nil : .swapoff(pages: pages, process)
  }

  private static let swaponKeys = ObjectKeys(["size"])

  private mutating func swapon() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var pages: Int64?
    let seen = try object(Self.swaponKeys) { (fields, _) throws(JSONError) in
      pages = try fields.size()
    }
    needs("size", seen != 0, at: offset)
    return pages.map { .swapon(pages: $0) }
  }

  private static let moveKeys = ObjectKeys(["process", "cgroup"])

  private mutating func move() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var path: String?
    let seen = try object(Self.moveKeys) { (fields, key) throws(JSONError) in
      if key == 0 { process = try fields.process() } else { path = try fields.cgroupPath() }
    }
    guard let seen else { return nil }
    needs("process", seen & 1 != 0, at: offset)
    needs("cgroup", seen & 2 != 0, at: offset)
    guard let process, let path else { return nil }
    return .move(process, cgroup: path)
  }

  private static let oomKeys = ObjectKeys(["cgroup", "process", "nodes"])

  private mutating func oom() throws(JSONError) -> Event.Action? {
    var path: String?
    var process: ProcessReference?
    var nodes: NodeMask?
    let seen = try object(Self.oomKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: path = try fields.cgroupPath()
      case 1: process = try fields.process()
      default: nodes = try fields.nodes()
      }
    }
    return seen == nil ? nil : .oom(cgroup: path, invoker: process, nodes: nodes)
  }

  mutating func needs(_ key: String, _ isThere: Bool, at offset: Int) {
    if !isThere { wrong("'\(key)' is missing", at: offset) }
  }
}
