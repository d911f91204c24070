/// The whole script of a recording as a scenario: the processes as they were started, their growth
/// step by step, and the kills that it led to. When the kill comes is the simulator's own finding.
///
/// - Parameter untilDeath: whether growth that the recorder ended at the first death asks for all that it was told to,
///   and the scenario lists these events in `endingAtDeath`, so that a caller ends them there. Otherwise it ends
///   by itself at the recorded size and a little more, and the scenario is complete.
public func replay(of recording: Recording, untilDeath: Bool = false) -> Converted {
  let name = "\(recording.name)-\(recording.kernel.id)-replay"
  if let run = recording.live {
    let replay = LiveReplay(recording: recording, run: run)
    return .scenario(
      RecordedScenario(
        name: name, kind: .replay, kernel: recording.release,
        document: replay.document(name: name), recordedGrower: replay.grower))
  }
  return replay(of: recording, name: name, as: .replay, untilDeath: untilDeath)
}

func replay(
  of recording: Recording, name: String, as kind: RecordedScenario.Kind, untilDeath: Bool = false
) -> Converted {
  do {
    var replay = try Replay(recording: recording)
    replay.growsUntilDeath = untilDeath
    try replay.run()
    return .scenario(
      RecordedScenario(
        name: name, kind: kind, kernel: recording.release,
        document: try replay.document(name: name), recordedGrower: replay.grower,
        endingAtDeath: replay.endingAtDeath))
  } catch let error as NotExpressible {
    return .skipped(name: name, reason: error.reason)
  } catch {
    return .skipped(name: name, reason: "\(error)")
  }
}

/// A script on its way to a list of events.
struct Replay {
  let recording: Recording
  let origin: ReplayMachine
  var seconds: Int64 = 0
  var events: [JSONValue] = []
  var initial: [ProcessEntry] = []
  var tally = ReplayTally()
  /// What overcommit refused, in order; nil for a recording that asked for nothing untouched.
  var refused: [JSONValue]?
  /// What is written to a group before it has members, and the groups that have had some.
  var startFiles: [String: [(key: String, value: String)]] = [:]
  private var joined: Set<String> = []
  private var adjs: [String: Int64] = [:]
  var grower: RecordedScenario.Grower?
  /// Whether memory has moved: what the script sets up before is start state, not an event.
  var hasBegun = false
  /// File cache before the script read any.
  var cacheAtStart: Int64 = 0
  /// What a simulator has for page tables, and for the program in memory that nobody can reclaim, when the kernel's own
  /// memory is measured.
  var atReference: (tables: Int64, program: Int64)?
  var growsUntilDeath = false
  /// Events that end at the first death.
  var endingAtDeath: [Int] = []
  /// Whether some growth ends sooner than it was asked to.
  var isCutShort = false

  init(recording: Recording) throws {
    guard let machine = recording.machine else {
      throw NotExpressible(reason: "the machine's size was not recorded")
    }
    self.recording = recording
    origin = ReplayMachine(recording: recording, machine: machine)
    if !recording.commitRequests.isEmpty { refused = [] }
    for (name, value) in recording.sysctls.last?.values ?? [:] where value < 0 {
      throw NotExpressible(reason: "\(name) is negative")
    }
  }

  mutating func run() throws {
    let first = entry(pid: 1, name: "init")
    tally.start(first, program: first.locked)
    initial.append(first)
    for index in recording.steps.indices { try perform(index) }
  }

  private mutating func perform(_ index: Int) throws {
    let step = recording.steps[index]
    let words = step.words
    switch words.first {
    case "swapon", "sleep", "end", nil: break
    case "dump": lookAtDump(words[1])
    case "sysctl":
      if hasBegun { throw NotExpressible(reason: "a sysctl is changed while running") }
    case "cg": try configure(step)
    case "proc": try start(step)
    case "fill":
      // Memory of nobody from the start: the kernel's own, which is measured.
      if hasBegun { throw NotExpressible(reason: "memory of nobody that grows") }
    case "initgrow": try grow("init", by: words[1], kind: "anon", in: index)
    case "do": try operate(index)
    case "mv": move(words[1], to: Recording.absolute(words[2]))
    case "adj": try adjust(index)
    case "kill":
      emit("exit", ["process": .string(words[1])])
      tally.processes[words[1]] = nil
    case "echo" where words == ["echo", "f", "/proc/sysrq-trigger"]: emit("sysrq", "f")
    case "echo" where !hasBegun: break
    default: throw NotExpressible(reason: "no event for \(words[0])")
    }
  }

  // MARK: Set-up

  func process(_ name: String, _ key: String, _ value: JSONValue) -> JSONValue {
    ["process": .string(name), key: value]
  }

  /// The present second, as events have it.
  var now: JSONValue { seconds == 0 ? 0 : .string("\(seconds)s") }

  /// Appends an event at the present second, and goes on to the next one once memory has moved.
  mutating func emit(_ action: String, _ value: JSONValue, lasting: Int64 = 0) {
    events.append(["at": now, action: value])
    if hasBegun { seconds += 1 + lasting }
  }

  mutating func begin() {
    if !hasBegun { seconds += 1 }
    hasBegun = true
  }

  /// A limit belongs to the start state unless the group already has members to feel it.
  private mutating func configure(_ step: Recording.Step) throws {
    let path = Recording.absolute(step.words[1])
    for assignment in step.words.dropFirst(2) {
      let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, Memcg.files.contains(parts[0]) else {
        throw NotExpressible(reason: "no key for \(assignment)")
      }
      if joined.contains(where: Memcg(path: path).contains) {
        begin()
        let value = Memcg.value(of: parts[1], for: parts[0])
        emit("set", ["cgroup": .string(path), "to": .object([.init(key: parts[0], value: value)])])
      } else {
        startFiles[path, default: []].append((key: parts[0], value: parts[1]))
      }
    }
  }

  private mutating func adjust(_ index: Int) throws {
    let words = recording.steps[index].words
    guard let value = Int64(words[2]) else {
      throw NotExpressible(reason: recording.steps[index].line)
    }
    adjs[words[1]] = value
    emit("set", process(words[1], "to", ["oom_score_adj": .int(value)]))
  }

  private mutating func start(_ step: Recording.Step) throws {
    let name = step.words[1]
    if step.result == "refused", let parent = step.option("by") {
      begin()
      refuse(parent)
      return emit("fork", self.process(parent, "child", ["name": .string(name)]))
    }
    guard let process = recording.processes.first(where: { $0.name == name && $0.t >= step.t })
    else { throw NotExpressible(reason: "no record of \(name) being started") }
    let parent = recording.processes.first { $0.name == process.by }
    let owner = recording.addressSpaceOwner(of: process)
    let group = recording.startGroup(of: process, at: recording.end)
    // A child begins with its parent's value, whatever becomes of that later.
    adjs[name] = process.adj ?? adjs[process.by] ?? 0
    tally.groups[name] = group
    switch process.mode {
    case "vm", "vfork": break
    case "fork" where recording.hasGrown(process.by, before: step.t):
      return fork(process, to: group)
    // One that is executed has nothing of its parent's.
    case "fork", "exec": break
    default: throw NotExpressible(reason: "\(process.mode): no key for it yet")
    }
    var entry = entry(pid: process.pid, name: name)
    entry.uid = process.uid
    if let parent, !step.words.contains(where: { $0.hasPrefix("uid=") }) { entry.uid = parent.uid }
    entry.oomScoreAdj = adjs[name] ?? 0
    if owner != name { entry.sharesMMWith = owner }
    entry.isInVfork = process.mode == "vfork"
    entry.segment = recording.tmpfsFile(of: name) ?? recording.segment(of: name)
    entry.threads = recording.threads(of: process, at: recording.end)
    if refused != nil { entry.totalVM = origin.firstTotalVM(of: process.pid) }
    if refused != nil { entry.committed = origin.committedAtStart(isInit: false) }
    let extra =
      recording.locksMemory(name) && owner == name ? origin.pagesFoundByLocking(process.pid) : 0
    let program = entry.locked
    if recording.locksMemory(name) {
      entry.anon -= extra
      entry.locked = entry.anon
    }
    let lag = owner == name ? min(origin.lag(of: process.pid, name: name), entry.anon) : 0
    entry.anon -= lag
    entry.locked = min(entry.locked, entry.anon)
    if owner == name { tally.start(entry, program: program, lag: lag) }
    if hasBegun { emit("start", entry.value) } else { initial.append(entry) }
    // Joining the group is an event: what a process had before stays charged where it was.
    if group != "/" { move(name, to: group) }
    if extra > 0 {
      tally[name].initial += extra
      emit("grow", self.process(name, "locked", RecordingConverter.pages(extra)))
    }
  }

  private mutating func move(_ name: String, to path: String) {
    joined.insert(path)
    tally.groups[name] = path
    emit("move", process(name, "cgroup", .string(path)))
  }

  /// A child that shares what its parent has touched.
  private mutating func fork(_ process: Recording.StartedProcess, to group: String) {
    var child = ObjectBuilder()
    child.add("name", .string(process.name))
    child.add("pid", .int(process.pid))
    if let adj = process.adj { child.add("oom_score_adj", .int(adj)) }
    emit("fork", self.process(process.by, "child", child.value))
    tally.fork(process.by, to: process.name)
    if let missing = origin.programPagesLess(in: process, than: tally[process.by].program) {
      emit("shrink", self.process(process.name, "locked", RecordingConverter.pages(missing)))
      tally[process.name].initial -= missing
    }
    if let more = origin.anonPagesMore(in: process) {
      emit("grow", self.process(process.name, "anon", RecordingConverter.pages(more)))
      tally[process.name].anon += more
    }
    if process.uid != 0 {
      emit("set", self.process(process.name, "to", ["uid": .int(process.uid)]))
    }
    if group != tally.groups[process.by] ?? "/" { move(process.name, to: group) }
  }

  private func entry(pid: Int64, name: String) -> ProcessEntry {
    var entry = origin.initialEntry(pid: pid, name: name) { recordedGrowth(of: name, before: $0) }
    if name == "init", refused != nil {
      entry.totalVM = origin.firstTotalVM(of: 1)
      entry.committed = origin.committedAtStart(isInit: true)
    }
    return entry
  }

  /// What the script had made a process touch by some moment.
  func recordedGrowth(of name: String, before moment: Moment) -> Growth {
    Self.growth(of: name, in: recording, origin.size, before: moment.steps)
  }

  static func growth(
    of name: String, in recording: Recording, _ size: (String) -> Int64?, before end: Int
  ) -> Growth {
    var growth = Growth()
    for step in recording.steps[..<end] {
      let words = step.words
      if name == "init", words.first == "initgrow" {
        growth.anon += size(words[1]) ?? 0
      } else if words.count > 2, words[0] == "do", words[1] == name {
        if words[2] == "anon" { growth.anon += step.grownPages ?? 0 }
        if words[2] == "shmem" { growth.shmem += step.grownPages ?? 0 }
        if words[2] == "file", words.contains("create") { growth.tmpfs += step.grownPages ?? 0 }
      }
    }
    return growth
  }

  func size(_ text: String) -> Int64? { origin.size(text) }
}
