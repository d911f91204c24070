/// A point between two recorded lines.
///
/// The lines' order says what came first. Their times do not always: the kernel's clock and the
/// recorder's differ a little, and user-mode Linux has ticks of 10 ms.
struct Moment {
  /// How many of the run's events had been printed.
  var events: Int
  /// How many of its steps had ended.
  var steps: Int
  /// A group file that is being written: the kernel enforces a limit before the write returns.
  var writing: Recording.Event?
}

/// What was the case at a moment of the run: the questions that a scenario's start state answers.
extension Recording {
  var end: Moment { Moment(events: events.count, steps: steps.count) }

  /// The moment at which the victim of an OOM had not been killed yet.
  func moment(of oom: OOM) -> Moment {
    let time = oom.t ?? 0
    let victim = oom.kills?.first?.pid
    let event = events.firstIndex { event in
      if let victim { return event.type == "kill" && event.pid == victim }
      return ["panic", "no_killable"].contains(event.type) && event.t >= time - 0.05
    }
    let step = step(of: oom) ?? steps.count
    var moment = Moment(events: event ?? events.count, steps: step)
    if step < steps.count, steps[step].words.first == "cg" {
      moment.writing = events[moment.events...].first { $0.type == "cgset" }
    }
    return moment
  }

  /// Whether the recorder noted in which step each OOM came about.
  var knowsSteps: Bool { ooms.allSatisfy { $0.stepN != nil } }

  /// The index of the step during which an OOM came about.
  func step(of oom: OOM) -> Int? {
    if let number = oom.stepN { return steps.firstIndex { $0.n == number } }
    let time = (oom.t ?? 0) + 0.05
    return steps.lastIndex { $0.line == oom.step && $0.t <= time }
  }

  /// The group of a process, from where it was started and the moves since.
  func cgroup(of process: StartedProcess, at moment: Moment) -> String {
    let moves = steps[..<moment.steps].filter { $0.words.starts(with: ["mv", process.name]) }
    let answers = events[..<moment.events].filter { $0.type == "mv" && $0.name == process.name }
    var path = startGroup(of: process, at: moment)
    for (move, answer) in zip(moves, answers) where answer.errno == 0 {
      path = Self.absolute(move.words[2])
    }
    return path
  }

  /// The group that a process begins in: a child's is its parent's unless the script names another.
  func startGroup(of process: StartedProcess, at moment: Moment) -> String {
    guard process.by != "init", process.cg == "/", !namesGroup(of: process),
      let parent = processes.first(where: { $0.name == process.by })
    else { return process.cg }
    let start = steps.firstIndex { $0.t >= process.t } ?? steps.count
    let started = events.firstIndex { $0.type == "proc" && $0.pid == process.pid } ?? events.count
    return cgroup(
      of: parent,
      at: Moment(events: min(started, moment.events), steps: min(start, moment.steps)))
  }

  private func namesGroup(of process: StartedProcess) -> Bool {
    let start = steps.last { $0.words.starts(with: ["proc", process.name]) && $0.t <= process.t }
    return start?.words.contains { $0.hasPrefix("cg=") } ?? false
  }

  /// Every group that existed, in the order of creation, with the last value written to each file.
  func cgroups(at moment: Moment) -> [Memcg] {
    var groups: [Memcg] = []
    for step in steps[..<min(moment.steps + 1, steps.count)] where step.words.first == "cg" {
      let path = Self.absolute(step.words[1])
      if !groups.contains(where: { $0.path == path }) { groups.append(Memcg(path: path)) }
    }
    let writes = events[..<moment.events] + [moment.writing].compactMap { $0 }
    for write in writes where write.type == "cgset" && write.errno == 0 {
      guard let index = groups.firstIndex(where: { $0.path == write.path }) else { continue }
      guard let key = write.key, let value = write.value else { continue }
      groups[index].files.removeAll { $0.key == key }
      groups[index].files.append((key, value))
    }
    return groups
  }

  func sysctls(at moment: Moment) -> [String: Int64] {
    let time = moment.steps < steps.count ? steps[moment.steps].t : .infinity
    return (sysctls.last { $0.t <= time } ?? sysctls.first)?.values ?? [:]
  }

  /// The last dump that was complete.
  func dump(before moment: Moment) -> Dump? {
    dumpTag(before: moment).flatMap { dumps[$0] }
  }

  func dumpTag(before moment: Moment) -> String? {
    events[..<moment.events].last { $0.type == "dumped" }?.tag
  }

  var firstDump: Dump? {
    events.first { $0.type == "dumped" }?.tag.flatMap { dumps[$0] }
  }

  /// Whether a process had not been killed or ended yet.
  func isAlive(_ pid: Int64, at moment: Moment) -> Bool {
    !events[..<moment.events].contains { ["kill", "exit"].contains($0.type) && $0.pid == pid }
  }

  func hasStarted(_ pid: Int64, by moment: Moment) -> Bool {
    events[..<moment.events].contains { $0.type == "proc" && $0.pid == pid }
  }

  func process(_ pid: Int64) -> StartedProcess? { processes.first { $0.pid == pid } }

  /// The processes that live in one address space with the given one, itself left out.
  func sharers(of pid: Int64, at moment: Moment) -> [StartedProcess] {
    guard let process = process(pid) else { return [] }
    let owner = addressSpaceOwner(of: process)
    return processes.filter {
      $0.pid != pid && addressSpaceOwner(of: $0) == owner
        && hasStarted($0.pid, by: moment) && isAlive($0.pid, at: moment)
    }
  }

  /// The process that brought the address space into being.
  func addressSpaceOwner(of process: StartedProcess) -> String {
    guard ["vm", "vfork"].contains(process.mode),
      let parent = processes.first(where: { $0.name == process.by })
    else { return process.name }
    return addressSpaceOwner(of: parent)
  }

  /// How many threads a process had, its leader counted only while it lived.
  func threads(of process: StartedProcess, at moment: Moment) -> Int64 {
    let own = { (step: Step) in step.words[1] == process.name }
    let made = operations("threads", before: moment).filter(own).compactMap { Int64($0.words[3]) }
    let hasLeader = !operations("leaderexit", before: moment).contains(where: own)
    return made.reduce(hasLeader ? 1 : 0, +)
  }

  static func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "/" + path }
}

struct Memcg {
  var path: String
  var files: [(key: String, value: String)] = []

  /// Whether a path is this group or one below it.
  func contains(_ other: String) -> Bool { other == path || other.hasPrefix(path + "/") }
}
