// Values that no file of the format can hold and that Swift can: the reader refuses them as it reads, so only a
// scenario that was made in Swift is checked for them.

extension Scenario {
  /// The largest memory or size: 4 PiB, what x86-64 can address, 2^40 pages of 4096 bytes.
  package static let mostBytes: Bytes = 1 << 52

  /// The same in KiB.
  package static let mostKibibytes = Kibibytes(1 << 42)

  /// The latest time: some 31 years.
  package static let mostMicroseconds = Microseconds.seconds(1_000_000_000)

  /// Everything that the scenario contradicts itself in, and every value that cannot be: sizes below zero, names that
  /// are empty or that nobody has, pids used twice, sizes of one address space that differ.
  ///
  /// A scenario without any replays; `Simulator.run(_:)` refuses others. One that was read from JSON has none: the
  /// reader throws them as a `ScenarioError`.
  ///
  /// - Returns: at most a few dozen, in the order of processes and events.
  /// - Complexity: O(processes + events).
  public func problems() -> [ScenarioProblem] {
    let values = valueProblems()
    return values.isEmpty ? contradictions() : values
  }

  /// Those that a replay depends on: what is expected of it is for a check to say.
  func problemsOfReplay() -> [ScenarioProblem] {
    var problems = problems()
    problems.removeAll { $0.path.first == .key("expect") }
    return problems
  }

  /// The values that cannot be, each by itself.
  private func valueProblems() -> [ScenarioProblem] {
    var check = ValueCheck(pageSize: machine.pageSize)
    check.machine(machine)
    check.values(sysctl, Sysctl.fields, at: [.key("sysctl")])
    if cgroupVersion != 1, cgroupVersion != 2 {
      check.add([.key("cgroup_version")], "\(cgroupVersion) is no version of cgroups: 1 or 2")
    }
    for (path, group) in cgroups.sorted(by: { $0.key < $1.key }) {
      check.group(group, path, at: [.key("cgroups"), .key(path)])
    }
    for row in 0..<processes.count where !check.isFull {
      check.process(processes[row], at: [.key("processes"), .index(row)])
    }
    for (index, event) in events.enumerated() where !check.isFull {
      check.event(event, at: [.key("events"), .index(index)])
    }
    return check.problems
  }
}

extension Scenario.Process {
  /// Values of the process that contradict each other.
  package var contradictions: [String] {
    var found: [String] = []
    if locked > anon {
      found.append(
        "'locked' is \(locked) pages, more than the \(anon) of 'anon' that it is part of")
    }
    if count != 1, pid != 0 {
      found.append("'pid' and 'count' do not go together: \(count) processes, one pid")
    }
    return found
  }
}

/// Goes through the values of a scenario by the tables of its fields.
private struct ValueCheck {
  let mostPages: Int64
  var problems: [ScenarioProblem] = []

  init(pageSize: Bytes) {
    mostPages = max(pageSize, 4096).pages(Scenario.mostBytes)
  }

  /// As many as anybody reads.
  var isFull: Bool { problems.count >= 20 }

  mutating func add(_ path: [PathStep], _ message: String) {
    problems.append(ScenarioProblem(path: path, message: message))
  }

  mutating func values<Root>(_ root: Root, _ fields: [Field<Root>], at path: [PathStep]) {
    for field in fields {
      guard let complaint = field.value.complaint(of: root, mostPages: mostPages) else { continue }
      add(path + [.key(field.key)], complaint)
    }
  }

  mutating func machine(_ machine: Machine) {
    values(machine, Machine.fields, at: [.key("machine")])
    if machine.memory == 0 { add([.key("machine"), .key("memory")], "a machine without memory") }
    if !machine.swapDevices.isEmpty,
      machine.swapDevices.reduce(into: 0, { $0 &+= $1.size }) != machine.swap
    {
      add(
        [.key("machine"), .key("swap")],
        "'swap' is \(machine.swap) pages, which is not what its devices have together")
    }
    let stated = machine.nodes.count { $0.kernel != nil }
    if stated != 0, stated != machine.nodes.count {
      add(
        [.key("machine"), .key("nodes")], "'kernel' is to be given for all nodes or for none")
    }
  }

  mutating func group(_ group: Cgroup, _ name: String, at path: [PathStep]) {
    if !Cgroup.isPath(name) { add(path, "'\(name)' is no path of a group: write '/a/b'") }
    var fields: [Field<Cgroup>] = []
    for file in Cgroup.files { fields.append(file.field) }
    values(group, fields, at: path)
    if let both = group.memswLimit, both < group.max ?? Cgroup.unlimited {
      add(path, "memory.memsw.limit_in_bytes is not below memory.limit_in_bytes")
    }
  }

  mutating func process(_ process: Scenario.Process, at path: [PathStep]) {
    let before = problems.count
    values(process, Scenario.Process.fields, at: path)
    if problems.count > before { return }
    for contradiction in process.contradictions { add(path, contradiction) }
  }

  mutating func event(_ event: Event, at path: [PathStep]) {
    if !(0...Scenario.mostMicroseconds).contains(event.at) {
      add(path + [.key("at")], "\(event.at.rawValue) microseconds is no time after the start")
    }
    let here = path + [.key(event.action.name)]
    switch event.action {
    case .start(let newcomer): process(newcomer, at: here)
    case .setProcess(_, let change): values(change, Event.ProcessChange.fields, at: here)
    case .setCgroup(let name, let change): group(change, name, at: here)
    case .setSysctl(let change): values(change, Sysctl.fields, at: here)
    case .setMachine(let memory, let hugetlb):
      let change = Event.MachineChange(memory: memory, hugetlb: hugetlb)
      values(change, Event.MachineChange.fields, at: here)
    default: values(event.action.parts, EventForm.of(event.action).fields, at: here)
    }
  }
}

extension Cgroup {
  /// Whether a text is the path of a group below the root of the hierarchy, or the root: `/a/b`, `/`.
  static func isPath(_ text: String) -> Bool {
    if text == "/" { return true }
    guard text.hasPrefix("/"), text.utf8.count <= 4095 else { return false }
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    where part.isEmpty || part == "." || part == ".." {
      return false
    }
    return true
  }
}

extension FieldValue {
  /// What is wrong with the value, nil where it can be or is not given.
  fileprivate func complaint(of root: Root, mostPages: Int64) -> String? {
    let most = mostPages
    return switch self {
    case .size(let get, _): Self.outside(0...most, get(root), "pages")
    case .limit(let get, _):
      get(root).flatMap { $0 == Cgroup.unlimited ? nil : Self.outside(0...most, $0, "pages") }
    case .kbytes(let get, _):
      Self.outside(0...Scenario.mostKibibytes.rawValue, get(root)?.rawValue, "KiB")
    case .integer(let range, let get, _): Self.outside(range, get(root), nil)
    case .choice(let choice, let get, _):
      get(root).flatMap { choice.allowed.contains($0) ? nil : choice.complaint($0) }
    case .duration(let get, _): Self.outside(from: 0, get(root))
    case .pause(let get, _): Self.outside(from: 1, get(root))
    case .latency(let get, _):
      Self.outside(from: 0, get(root))
        ?? (get(root) ?? 0 > SwapDevice.longestLatency ? SwapDevice.latencyComplaint : nil)
    case .share(let get, _):
      get(root).flatMap {
        (0...1_000_000).contains($0.millionths) ? nil : "\($0.text) is not from 0% to 100%"
      }
    case .name(let owner, let get, _):
      get(root) == "" ? "\(owner) needs a name that is not empty" : nil
    case .path(let get, _): Self.noPath(get(root))
    case .threads(let get, _): get(root).flatMap { Self.complaint(of: $0) }
    case .child(let get, _): get(root).flatMap { Self.complaint(of: $0) }
    case .pageTables(let get, _): get(root).flatMap { Self.complaint(of: $0, most) }
    case .restart(let get, _): get(root).flatMap { Self.complaint(of: $0) }
    case .swap(let get, _): get(root).flatMap { Self.complaint(of: $0, most) }
    case .machineNodes(let get, _): get(root).flatMap { Self.complaint(of: $0, most) }
    case .grace(let get, _): Self.outside(from: 0, get(root))
    case .quantity(let get, _):
      get(root).flatMap { $0 < .zero ? "a quantity cannot be negative" : nil }
    case .threshold(let use, let get, _): get(root)?.complaint(as: use)
    case .ratio(let get, _): Self.outside(1000...100_000, get(root), "thousandths")
    case .flag, .oomControl, .bool, .text, .word, .nodes, .process, .capabilities, .names, .kills,
      .refusals, .groups, .rulesets:
      nil
    }
  }

  private static func outside(
    _ range: ClosedRange<Int64>, _ number: Int64?, _ unit: String?
  ) -> String? {
    guard let number, !range.contains(number) else { return nil }
    let unit = unit.map { " " + $0 } ?? ""
    return "\(number)\(unit) is not from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func outside(from least: Int64, _ time: Microseconds?) -> String? {
    outside(least...Scenario.mostMicroseconds.rawValue, time?.rawValue, "microseconds")
  }

  private static func noPath(_ text: String?) -> String? {
    guard let text, !Cgroup.isPath(text) else { return nil }
    return "'\(text)' is no path of a group: write '/a/b'"
  }

  private static func complaint(of threads: Scenario.Process.Threads) -> String? {
    switch threads {
    case .count(let count): outside(1...Int64(Scenario.Process.pidLimit), count, "threads")
    case .inGroups(let paths): paths.lazy.compactMap { noPath($0) }.first
    }
  }

  private static func complaint(of child: Event.Child) -> String? {
    if child.name.isEmpty { return "a process needs a name that is not empty" }
    return outside(-1000...1000, child.oomScoreAdj.map { Int64($0) }, nil)
      ?? outside(0...Int64(Scenario.Process.pidLimit - 1), Int64(child.pid), nil)
  }

  private static func complaint(of tables: PageTables, _ most: Int64) -> String? {
    var complaint = outside(0...most, tables.total, "pages")
    guard let levels = tables.levels else { return complaint }
    for size in [levels.pte, levels.pmd, levels.pud] where complaint == nil {
      complaint = outside(0...most, size, "pages")
    }
    if complaint == nil, levels.total != tables.total {
      complaint = "\(tables.total) pages, the levels have \(levels.total) together"
    }
    return complaint
  }

  private static func complaint(of policy: RestartPolicy) -> String? {
    for field in RestartPolicy.fields {
      if let complaint = field.value.complaint(of: policy, mostPages: 0) {
        return "'\(field.key)': " + complaint
      }
    }
    return nil
  }

  private static func complaint(of swap: SwapSpace, _ most: Int64) -> String? {
    if swap.devices.count > 32 { return "\(swap.devices.count) swap devices, more than 32" }
    for device in swap.devices {
      for field in SwapDevice.fields {
        if let complaint = field.value.complaint(of: device, mostPages: most) { return complaint }
      }
    }
    return outside(0...most, swap.pages, "pages")
  }

  private static func complaint(of nodes: [Machine.Node], _ most: Int64) -> String? {
    if nodes.count > NodeMask.most { return "\(nodes.count) nodes, more than \(NodeMask.most)" }
    for node in nodes {
      for size in [node.memory, node.present, node.spanned, node.kernel ?? 0] {
        if let complaint = outside(0...most, size, "pages") { return complaint }
      }
      if let complaint = outside(1...255, node.weight, nil) { return complaint }
    }
    return nil
  }
}
