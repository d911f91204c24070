/// The whole script of a recording as a scenario: the processes as they were started, their growth
/// step by step, and the kills that it led to. When the kill comes is the simulator's own finding.
public func replay(of recording: Recording) -> Converted {
  let name = "\(recording.name)-\(recording.kernel.id)-replay"
  if let run = recording.live {
    let replay = LiveReplay(recording: recording, run: run)
    return .scenario(
      RecordedScenario(
        name: name, kind: .replay, kernel: recording.release,
        document: replay.document(name: name), recordedGrower: replay.grower))
  }
  do {
    var replay = try Replay(recording: recording)
    try replay.run()
    return .scenario(
      RecordedScenario(
        name: name, kind: .replay, kernel: recording.release,
        document: try replay.document(name: name), recordedGrower: replay.grower))
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
  var reserved: [String: Int64] = [:]
  /// What is written to a group before it has members, and the groups that have had some.
  var startFiles: [String: [(key: String, value: String)]] = [:]
  private var joined: Set<String> = []
  var grower: RecordedScenario.Grower?
  /// Whether memory has moved: what the script sets up before is start state, not an event.
  var hasBegun = false
  /// What processes have been asked to touch beyond what the recorded ones had.
  private var surplus: [String: Int64] = [:]
  /// Whether some growth ends sooner than it was asked to.
  var isCutShort = false

  init(recording: Recording) throws {
    guard let machine = recording.machine else {
      throw NotExpressible(reason: "the machine's size was not recorded")
    }
    self.recording = recording
    origin = ReplayMachine(recording: recording, machine: machine)
    for (name, value) in recording.sysctls.last?.values ?? [:] where value < 0 {
      throw NotExpressible(reason: "\(name) is negative")
    }
  }

  mutating func run() throws {
    initial.append(entry(pid: 1, name: "init"))
    for index in recording.steps.indices { try perform(index) }
  }

  private mutating func perform(_ index: Int) throws {
    let step = recording.steps[index]
    let words = step.words
    switch words.first {
    case "swapon", "dump", "sleep", "end", nil: break
    case "sysctl":
      if hasBegun { throw NotExpressible(reason: "a sysctl is changed while running") }
    case "cg": try configure(step)
    case "proc": try start(step)
    case "initgrow": try grow("init", by: words[1], kind: "anon", in: index)
    case "do": try operate(index)
    case "mv": move(words[1], to: Recording.absolute(words[2]))
    case "adj":
      guard let value = Int64(words[2]) else { throw NotExpressible(reason: step.line) }
      emit("set", process(words[1], "to", ["oom_score_adj": .int(value)]))
    case "kill": emit("exit", ["process": .string(words[1])])
    case "echo" where words == ["echo", "f", "/proc/sysrq-trigger"]: emit("sysrq", "f")
    default: throw NotExpressible(reason: "no event for \(words[0])")
    }
  }

  // MARK: Set-up

  func process(_ name: String, _ key: String, _ value: JSONValue) -> JSONValue {
    ["process": .string(name), key: value]
  }

  /// Appends an event at the present second, and goes on to the next one once memory has moved.
  mutating func emit(_ action: String, _ value: JSONValue, lasting: Int64 = 0) {
    let time: JSONValue = seconds == 0 ? 0 : .string("\(seconds)s")
    events.append(["at": time, action: value])
    if hasBegun { seconds += 1 + lasting }
  }

  private mutating func begin() {
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

  private mutating func start(_ step: Recording.Step) throws {
    let name = step.words[1]
    guard let process = recording.processes.first(where: { $0.name == name && $0.t >= step.t })
    else { throw NotExpressible(reason: "no record of \(name) being started") }
    let owner = recording.addressSpaceOwner(of: process)
    switch process.mode {
    case "vm", "vfork": break
    case "fork" where recording.hasGrown(process.by, before: step.t):
      return fork(process)
    case "fork": break
    default: throw NotExpressible(reason: "\(process.mode): no key for it yet")
    }
    var entry = entry(pid: process.pid, name: name)
    entry.uid = process.uid
    entry.oomScoreAdj = process.adj ?? inherited(by: process)
    if owner != name { entry.sharesMMWith = owner }
    entry.isInVfork = process.mode == "vfork"
    entry.segment = recording.segment(of: name)
    entry.threads = recording.threads(of: process, at: recording.end)
    if hasBegun { emit("start", entry.value) } else { initial.append(entry) }
    // Joining the group is an event: what a process had before stays charged where it was.
    if process.cg != "/" { move(name, to: process.cg) }
  }

  /// A child begins with its parent's value, whatever becomes of that later.
  private func inherited(by process: Recording.StartedProcess) -> Int64 {
    guard let parent = recording.processes.first(where: { $0.name == process.by }) else { return 0 }
    return parent.adj ?? inherited(by: parent)
  }

  private mutating func move(_ name: String, to path: String) {
    joined.insert(path)
    emit("move", process(name, "cgroup", .string(path)))
  }

  /// A child that shares what its parent has touched.
  private mutating func fork(_ process: Recording.StartedProcess) {
    var child = ObjectBuilder()
    child.add("name", .string(process.name))
    child.add("pid", .int(process.pid))
    if let adj = process.adj { child.add("oom_score_adj", .int(adj)) }
    emit("fork", self.process(process.by, "child", child.value))
    if process.uid != 0 {
      emit("set", self.process(process.name, "to", ["uid": .int(process.uid)]))
    }
    if process.cg != "/" { move(process.name, to: process.cg) }
  }

  private func entry(pid: Int64, name: String) -> ProcessEntry {
    origin.initialEntry(pid: pid, name: name) { recordedGrowth(of: name, before: $0) }
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
      }
    }
    return growth
  }

  func size(_ text: String) -> Int64? { origin.size(text) }
}

extension Replay {
  // MARK: Memory

  private mutating func operate(_ index: Int) throws {
    let step = recording.steps[index]
    let words = step.words
    if step.result == "already dead" { return }
    let name = words[1]
    let options = words.dropFirst(4).filter { option in
      option != "stop" && !option.hasPrefix("leave=") && !option.hasPrefix("timeout=")
    }
    switch words[2] {
    case "anon" where options.isEmpty, "shmem" where options.isEmpty:
      try grow(name, by: words[3], kind: words[2], in: index)
    case "reserve" where words.dropFirst(4) == ["keep"]:
      guard let pages = size(words[3]) else { throw NotExpressible(reason: step.line) }
      begin()
      reserved[name, default: 0] += pages
      emit("map", ["process": .string(name), "size": RecordingConverter.pages(pages)])
    case "policy":
      guard options.isEmpty, step.replies?.first?.r?.first == 0,
        let nodes = Recording.nodes(ofMask: words[3])
      else { throw NotExpressible(reason: "NUMA: a policy other than bind") }
      emit("set", process(name, "to", ["mempolicy": .string(nodes)]))
    case "threads":
      // The process starts with all its threads: they decide nothing.
      break
    case "retouch" where recording.segment(of: name) != nil:
      // A fork does not copy shared memory: the child finds it as it touches it.
      guard let parent = recording.segment(of: name), parent != name else { break }
      let shmem = recordedGrowth(of: parent, before: recording.end).shmem
      emit("grow", process(name, "shmem", RecordingConverter.pages(shmem)))
    case "retouch" where reserved[name] == nil:
      // Touching pages again moves them between swap and memory; no score depends on that.
      break
    case "retouch" where words.contains("write"):
      try grow(name, by: "\(reserved[name] ?? 0)", kind: "anon", in: index)
    default:
      let operation = words.dropFirst(2).joined(separator: " ")
      throw NotExpressible(reason: "no event for do \(operation)")
    }
  }

  /// One growth. If it met an OOM it takes its time, so that its size at the kill can be seen.
  private mutating func grow(
    _ name: String, by text: String, kind: String, in index: Int
  ) throws {
    let step = recording.steps[index]
    guard let asked = size(text) else { throw NotExpressible(reason: "size \(text)") }
    let ooms = self.ooms(in: index)
    let pages: Int64
    if ooms.isEmpty {
      guard let grown = step.grownPages ?? (step.words[0] == "initgrow" ? asked : nil) else {
        throw NotExpressible(reason: "a growth without an answer and without an OOM")
      }
      pages = grown - (surplus.removeValue(forKey: name) ?? 0)
      if pages <= 0 { throw NotExpressible(reason: "a growth that an earlier one includes") }
    } else {
      pages = request(asked: asked, name: name, step: step, ooms: ooms)
      recordGrower(name, ooms)
    }
    begin()
    var object = ObjectBuilder()
    object.add("process", .string(name))
    object.add(kind, RecordingConverter.pages(pages))
    if !ooms.isEmpty { object.add("over", "10s") }
    emit("grow", object.value, lasting: ooms.isEmpty ? 0 : 10)
  }

  /// How much to ask for so that the recorded kills happen and no other does.
  ///
  /// The recorder asked for far more than there is and stopped after a kill. A scenario cannot
  /// stop, so it asks for what had been touched by then and half of what the last kill gave back.
  /// A process that died growing asks for all there is: one request for more is refused outright.
  private mutating func request(
    asked: Int64, name: String, step: Recording.Step, ooms: [Recording.OOM]
  ) -> Int64 {
    let machine = origin.machine
    let all = reserved[name] ?? (machine.ramPages + machine.swapPages)
    guard let touched = step.grownPages, let last = ooms.last else { return min(asked, all) }
    isCutShort = true
    let killed = Set(last.killed.map(\.pid))
    let rows = last.rows.filter { killed.contains($0.pid) }
    let freed = rows.reduce(0) { $0 + $1.ownPages - (origin.sharedByFork(with: $1.pid) ?? 0) }
    let missing = touched - (surplus[name] ?? 0)
    let pages = min(asked, all, missing + freed / 2)
    surplus[name] = pages - missing
    return pages
  }

  private func ooms(in index: Int) -> [Recording.OOM] {
    recording.ooms.filter { recording.step(of: $0) == index }
  }

  private mutating func recordGrower(_ name: String, _ ooms: [Recording.OOM]) {
    guard grower == nil, let first = ooms.first else { return }
    guard let row = first.rows.first(where: { $0.name == name }) else { return }
    grower = .init(pid: row.pid, pages: row.ownPages)
  }
}
