/// One step of a JSON path.
package enum PathStep: Equatable, Sendable {
  case key(String)
  case index(Int)
}

/// Something in a scenario that contradicts something else in it.
public struct ScenarioProblem: Equatable, Sendable {
  /// Where, in the words of the scenario format.
  package var path: [PathStep]
  /// What is wrong there, and what would be right.
  package var message: String
}

extension ScenarioProblem: CustomStringConvertible {
  /// Where and what: `processes[3].oom_score_adj: 2000 is not from -1000 to 1000`.
  public var description: String { "\(path.text): \(message)" }
}

extension [PathStep] {
  /// The path as messages and `--set` spell it: `processes[3].oom_score_adj`.
  package var text: String {
    var text = ""
    for step in self {
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}

extension Scenario {
  /// Every contradiction between the parts of a scenario whose values can be, each by itself.
  ///
  /// - Complexity: O(processes + events).
  package func contradictions() -> [ScenarioProblem] {
    pidProblems() + referenceProblems() + memoryProblems() + hugetlbProblems()
      + nodeProblems() + restartProblems() + killerProblems() + podProblems()
  }

  private var starts: [(event: Int, process: Scenario.Process)] {
    events.enumerated().compactMap { index, event in
      event.action.startedProcess.map { (index, $0) }
    }
  }

  // MARK: Pids

  private func pidProblems() -> [ScenarioProblem] {
    var problems: [ScenarioProblem] = []
    if processes.expandedCount > 1_000_000 + processes.count {
      problems.append(
        ScenarioProblem(
          path: [.key("processes")],
          message: "'count' adds up to more than a million processes"))
    } else if let event = eventOfTooManyProcesses {
      problems.append(
        ScenarioProblem(
          path: [.key("events"), .index(event), .key("start")],
          message: "'count' adds up to more than a million processes"))
    }
    var taken = PidSet(for: processes.count + events.count)
    for row in 0..<processes.count where processes.pids[row] != 0 {
      let pid = processes.pids[row]
      if !taken.insert(pid) {
        let first = processes.pids.firstIndex(of: pid) ?? row
        problems.append(
          ScenarioProblem(
            path: [.key("processes"), .index(row), .key("pid")],
            message:
              "pid \(pid) is that of processes[\(first)], '\(processes.names[first])', already"))
      }
    }
    for row in processes.ppids.indices
    where processes.ppids[row] != 0 && processes.ppids[row] == processes.pids[row] {
      problems.append(
        ScenarioProblem(
          path: [.key("processes"), .index(row), .key("ppid")],
          message: "'\(processes.names[row])' cannot be its own parent"))
    }
    for (event, action) in events.map({ $0.action }).enumerated() {
      guard let pid = action.startedPid, pid != 0 else { continue }
      if !taken.insert(pid) {
        problems.append(
          ScenarioProblem(
            path: [.key("events"), .index(event)] + action.pathOfPid,
            message: "pid \(pid) is that of another process: a pid stands for one in a run"))
      }
    }
    return problems
  }

  /// The event at which the processes that were ever started become too many.
  private var eventOfTooManyProcesses: Int? {
    var room = 1_000_000 - (processes.expandedCount - processes.count)
    for (event, process) in starts {
      room -= Int(process.count) - 1
      if room < 0 { return event }
    }
    return nil
  }

  // MARK: References

  /// A place that names a process.
  private struct Mention {
    /// Where a mention stands; the path is made of it only where it is wrong.
    enum Place {
      case sharesMM(row: Int)
      case event(Int, action: String)
      case start(event: Int)
      case expectation(list: String, Int)

      var path: [PathStep] {
        switch self {
        case .sharesMM(let row): [.key("processes"), .index(row), .key("shares_mm_with")]
        case .event(let index, let action):
          [.key("events"), .index(index), .key(action), .key("process")]
        case .start(let index):
          [.key("events"), .index(index), .key("start"), .key("shares_mm_with")]
        case .expectation(let list, let index): [.key("expect"), .key(list), .index(index)]
        }
      }
    }

    var place: Place
    var reference: ProcessReference
    /// The event that it stands in, -1 for the process list: there a name has to fit one process. Nil in
    /// an expectation, which may name any of several.
    var event: Int?
  }

  private func mentions() -> [Mention] {
    var mentions: [Mention] = []
    for (row, reference) in processes.sharesMMWith.sorted(by: { $0.key < $1.key }) {
      mentions.append(Mention(place: .sharesMM(row: row), reference: reference, event: -1))
    }
    for index in events.indices {
      if let reference = events[index].action.process {
        let action = events[index].action.name
        mentions.append(
          Mention(place: .event(index, action: action), reference: reference, event: index))
      }
      if let reference = events[index].action.startedProcess?.sharesMMWith {
        mentions.append(Mention(place: .start(event: index), reference: reference, event: index))
      }
    }
    guard let expectation else { return mentions }
    for (list, references) in expectation.mentionedProcesses {
      for (index, reference) in references {
        mentions.append(
          Mention(place: .expectation(list: list, index), reference: reference, event: nil))
      }
    }
    return mentions
  }

  private func referenceProblems() -> [ScenarioProblem] {
    let mentions = mentions()
    if mentions.isEmpty { return [] }
    let known = KnownProcesses(of: self, wanted: Set(mentions.map { $0.reference }))
    var problems: [ScenarioProblem] = []
    // As many as anybody reads: a name that is wrong in thousands of events is wrong once.
    // Processes that are there; each is looked for once, however many events mention it.
    var isKnown: Set<ProcessReference> = []
    for mention in mentions where problems.count < 20 {
      if mention.event != nil, isKnown.contains(mention.reference) { continue }
      let atStart = known.atStart[mention.reference] ?? []
      let isStarted = known.started.contains(mention.reference)
      let isTemplate = known.templates.contains(mention.reference) && !isStarted
      if mention.event != nil && atStart.count > 1 || isTemplate,
        case .name(let name) = mention.reference, let several = severalProcesses(called: name)
      {
        problems.append(ScenarioProblem(path: mention.place.path, message: several))
      } else if atStart.isEmpty, !isStarted {
        problems.append(
          ScenarioProblem(path: mention.place.path, message: known.unknown(mention.reference)))
      } else if mention.event != nil {
        isKnown.insert(mention.reference)
      }
    }
    return problems
  }

  // MARK: Memory

  private func memoryProblems() -> [ScenarioProblem] {
    var problems = sharedPrivately()
    if processes.sharesMMWith.isEmpty { return [] }
    let wanted = Set(processes.sharesMMWith.values)
    var firstRows: [ProcessReference: Int] = [:]
    for row in 0..<processes.count {
      for key in [ProcessReference.name(processes.names[row]), .pid(processes.pids[row])]
      where wanted.contains(key) && firstRows[key] == nil {
        firstRows[key] = row
      }
    }
    var pids: Set<Int32> = []
    for case .pid(let pid) in wanted where firstRows[.pid(pid)] == nil { pids.insert(pid) }
    for (pid, process) in startProcesses(pids: pids) { firstRows[.pid(pid)] = process.row }
    for (row, reference) in processes.sharesMMWith.sorted(by: { $0.key < $1.key }) {
      let process = processes[row]
      if firstRows[reference] == row, process.count == 1 {
        problems.append(
          ScenarioProblem(
            path: [.key("processes"), .index(row), .key("shares_mm_with")],
            message: "'\(process.name)' shares its memory with itself"))
      }
      guard process.statesMemory, let other = firstRows[reference], other != row else { continue }
      let owner = processes[other]
      if owner.statesMemory, !process.hasSameMemory(as: owner) {
        problems.append(
          ScenarioProblem(
            path: [.key("processes"), .index(row)],
            message:
              "shares the address space of '\(owner.name)': give sizes to one of the two, or "
              + "the same to both"))
      }
    }
    return problems
  }

  /// A process that names a segment and has no address space of its own.
  private func sharedPrivately() -> [ScenarioProblem] {
    var problems: [ScenarioProblem] = []
    for (event, process) in starts
    where process.sharesMMWith != nil && (process.segment != nil || process.mappedFile != nil) {
      let key = process.segment == nil ? "mapped_file" : "segment"
      problems.append(
        ScenarioProblem(
          path: [.key("events"), .index(event), .key("start"), .key(key)],
          message:
            "'\(process.name)' uses the address space of another process: what it maps, that one maps"
        ))
    }
    return problems
  }

  // MARK: Restarts

  private func restartProblems() -> [ScenarioProblem] {
    var problems: [ScenarioProblem] = []
    for (row, policy) in processes.restarts.sorted(by: { $0.key < $1.key }) {
      guard policy.policy != .no, let why = processes[row].whyNoRestart else { continue }
      problems.append(
        ScenarioProblem(
          path: [.key("processes"), .index(row), .key("restart")], message: why))
    }
    for (event, process) in starts where process.restart?.policy ?? .no != .no {
      guard let why = process.whyNoRestart else { continue }
      problems.append(
        ScenarioProblem(
          path: [.key("events"), .index(event), .key("start"), .key("restart")], message: why))
    }
    return problems
  }

  // MARK: Nodes

  private func hugetlbProblems() -> [ScenarioProblem] {
    var left = machine.hugetlb
    for (path, group) in cgroups.sorted(by: { $0.key < $1.key }) {
      left -= group.hugetlb ?? 0
      if left < 0 {
        return [
          ScenarioProblem(
            path: [.key("cgroups"), .key(path), .key("hugetlb")],
            message: "groups use more than the pool of \(machine.hugetlb) pages, machine.hugetlb")
        ]
      }
    }
    return []
  }

  private func nodeProblems() -> [ScenarioProblem] {
    let all = NodeMask(below: max(machine.nodes.count, 1))
    var problems: [ScenarioProblem] = []
    for (what, total, parts) in [
      ("memory", machine.memory, machine.nodes.map { $0.memory }),
      ("kernel", machine.kernel, machine.nodes.compactMap { $0.kernel }),
    ] where !parts.isEmpty && parts.reduce(0, +) != total {
      problems.append(
        ScenarioProblem(
          path: [.key("machine"), .key(what)],
          message: "'\(what)' is \(total) pages, on the nodes \(parts.reduce(0, +)) together"))
    }
    if machine.nodes.count > 1 {
      for (index, event) in events.enumerated() {
        guard case .setMachine = event.action else { continue }
        problems.append(
          ScenarioProblem(
            path: [.key("events"), .index(index), .key("set"), .key("machine")],
            message: "which of several memory nodes changes cannot be said"))
      }
    }
    func check(_ nodes: NodeMask?, _ path: [PathStep], bindsGrowth: Bool = false) {
      guard let nodes else { return }
      if bindsGrowth, machine.nodes.isEmpty {
        problems.append(
          ScenarioProblem(
            path: path,
            message: "nodes \(nodes): this machine has none: give 'machine.nodes'"))
        return
      }
      if all.isSuperset(of: nodes) { return }
      problems.append(
        ScenarioProblem(
          path: path, message: "nodes \(nodes): the machine has \(all.description)"))
    }
    for (path, group) in cgroups.sorted(by: { $0.key < $1.key }) {
      check(group.cpusetMems, [.key("cgroups"), .key(path), .key("cpuset.mems")])
    }
    for (row, nodes) in processes.memsAllowed.sorted(by: { $0.key < $1.key }) {
      check(nodes, [.key("processes"), .index(row), .key("mems_allowed")])
    }
    for (row, nodes) in processes.mempolicy.sorted(by: { $0.key < $1.key }) {
      check(nodes, [.key("processes"), .index(row), .key("mempolicy")])
    }
    for index in events.indices {
      for bound in events[index].action.boundNodes {
        let action = events[index].action
        let place: [PathStep] = [.key("events"), .index(index), .key(action.name)]
        check(bound.nodes, place + bound.path, bindsGrowth: action.isGrowth)
      }
    }
    return problems
  }
}

extension Scenario.Process {
  /// Why a process of this kind cannot come back, nil when it can.
  fileprivate var whyNoRestart: String? {
    if sharesMMWith != nil {
      return "'\(name)' uses the memory of another process and cannot come back without it"
    }
    if pid == 1 { return "the global init is never killed, and a machine without it is at its end" }
    if isKernelThread { return "'\(name)' is a kernel thread, which never dies" }
    return nil
  }

  fileprivate func hasSameMemory(as other: Scenario.Process) -> Bool {
    anon == other.anon && file == other.file && shmem == other.shmem && swap == other.swap
      && locked == other.locked
      && (pageTables == nil || other.pageTables == nil || pageTables == other.pageTables)
  }
}

extension Expectation {
  /// Processes that an expectation names, by list and position.
  fileprivate var mentionedProcesses: [(list: String, references: [(Int, ProcessReference)])] {
    func numbered(_ references: [ProcessReference]?) -> [(Int, ProcessReference)] {
      (references ?? []).enumerated().map { ($0.offset, $0.element) }
    }
    return [
      ("kills", numbered(kills?.map { $0.process })),
      ("survivors", numbered(survivors?.map { .name($0) })),
      ("stuck", numbered(stuck?.map { .name($0) }).filter { $0.1 != .name("tmpfs") }),
      ("refused", numbered(refused?.map { $0.process }).filter { $0.1 != .name("tmpfs") }),
    ]
  }
}

extension Event.Action {
  /// Where the pid of a process that it brings stands in the scenario format.
  fileprivate var pathOfPid: [PathStep] {
    if case .child? = newcomer { return [.key(name), .key("child"), .key("pid")] }
    return [.key(name), .key("pid")]
  }
}
