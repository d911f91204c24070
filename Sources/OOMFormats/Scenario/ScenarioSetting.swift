package import OOMSimulator

/// One value of a scenario to override, as in `processes.llm.oom_score_adj=-500`.
package struct ScenarioSetting: Equatable, Sendable {
  /// Where, without the value: `machine.memory`, `cgroups./a/b.memory.max`, `events.0.grow.anon`.
  package var path: String
  /// A JSON value, or a string without its quotes.
  package var value: String

  package init(path: String, value: String) {
    self.path = path
    self.value = value
  }

  /// - Returns: nil when the text has no `=` or nothing before it.
  package init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    path = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }
}

extension Scenario {
  /// Overrides one value, read as the same key of the scenario format is.
  ///
  /// - Throws: a `ScenarioError` that names the setting.
  package mutating func apply(_ setting: ScenarioSetting) throws(ScenarioError) {
    var notes: [Diagnostic] = []
    try apply(setting, notes: &notes)
  }

  /// The same, with what has to be known of the value.
  package mutating func apply(
    _ setting: ScenarioSetting, notes: inout [Diagnostic]
  ) throws(ScenarioError) {
    let section = setting.path.prefix { $0 != "." && $0 != "[" }
    let isText =
      ["name", "title", "kernel", "badness"].contains(section) || Self.isText(setting.path)
    var fields = Fields(Self.json(setting.value, isText: isText), pageSize: machine.pageSize)
    fields.cgroupVersion = cgroupVersion
    let rest = setting.path.dropFirst(section.count).drop { $0 == "." }
    do throws(JSONError) {
      switch section {
      case "name", "title", "kernel", "badness":
        try ScenarioReader.readSection(String(section), &fields, into: &self)
      case "killers" where !rest.isEmpty: try setKiller(rest, &fields)
      case "memory_recursiveprot", "memory_hugetlb_accounting", "killers":
        try ScenarioReader.readSection(String(section), &fields, into: &self)
      case "machine": try setMachine(String(rest), &fields)
      case "sysctl": try setSysctl(String(rest), &fields)
      case "cgroups": try setCgroup(rest, &fields)
      case "processes": try setProcess(setting.path, &fields)
      case "events": try setEvent(rest, &fields)
      default:
        fields.unknown(
          setting.path,
          [
            "name", "title", "kernel", "machine", "sysctl", "cgroups", "processes", "events",
            "killers", "badness",
          ], at: 0)
      }
    } catch {
      fields.wrong("no value: \(error.message)", at: 0)
    }
    if fields.problems.isEmpty {
      notes += fields.notes.map { Diagnostic(path: setting.path, message: $0.message) }
      return
    }
    throw ScenarioError(
      diagnostics: fields.problems.prefix(ScenarioError.limit).map {
        Diagnostic(path: "", message: $0.message)
      }, file: "--set \(setting.path)=\(setting.value)")
  }

  /// Names, and lists of nodes, of which `0` is one.
  private static func isText(_ path: String) -> Bool {
    [".name", ".mempolicy", ".mems_allowed", "cpuset.mems", ".grow.nodes", ".oom.nodes"]
      .contains { path.hasSuffix($0) } || (path.hasPrefix("killers") && path.hasSuffix(".version"))
  }

  /// The value as JSON: what is none is a string, and so is `6.12` where only a text can stand.
  private static func json(_ text: String, isText: Bool) -> [UInt8] {
    let bytes = Array(text.utf8)
    var reader = JSONReader(bytes)
    do throws(JSONError) {
      try reader.skipValue()
      try reader.finish()
      if !isText || bytes.contains(UInt8(ascii: "\"")) { return bytes }
    } catch {
      // No JSON: a string without its quotes.
    }
    var quoted = JSONWriter()
    quoted.string(text)
    return quoted.bytes
  }

  private mutating func setMachine(_ key: String, _ fields: inout Fields) throws(JSONError) {
    if key.hasPrefix("swap.") || key.hasPrefix("swap[") {
      return try setSwapDevice(key.dropFirst("swap".count), &fields)
    }
    guard let number = Fields.machineTable.keys.names.firstIndex(of: key) else {
      return fields.unknown(key, Fields.machineTable.keys.names, at: 0)
    }
    if key == "page_size" {
      return fields.wrong("sizes have been read with it: change it in the file", at: 0)
    }
    try fields.machineField(number, into: &machine)
  }

  private mutating func setSwapDevice(
    _ rest: Substring, _ fields: inout Fields
  ) throws(JSONError) {
    let parts = rest.split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
    guard parts.count == 2, let number = Int(parts[0]) else {
      return fields.wrong("write machine.swap.NUMBER.KEY=VALUE", at: 0)
    }
    guard machine.swapDevices.indices.contains(number) else {
      return fields.wrong(
        "there are \(machine.swapDevices.count) swap devices in a list with a zram or a latency, from 0",
        at: 0)
    }
    guard let key = Fields.swapDeviceTable.keys.names.firstIndex(of: parts[1]) else {
      return fields.unknown(parts[1], Fields.swapDeviceTable.keys.names, at: 0)
    }
    try fields.read(
      Fields.swapDeviceTable.fields[key].value, into: &machine.swapDevices[number])
    machine.swap = machine.swapDevices.reduce(0) { $0 + $1.size }
  }

  /// One key of a program that kills, `killers.0.SwapUsedLimit`, or what the kubelet has for a signal,
  /// `killers.0.evictionHard.memory.available`.
  private mutating func setKiller(
    _ rest: Substring, _ fields: inout Fields
  ) throws(JSONError) {
    let path = rest.drop { $0 == "[" }
    let number = path.prefix { $0 != "." && $0 != "]" }
    let key = path.dropFirst(number.count).drop { $0 == "]" || $0 == "." }
    guard let index = Int(number), !key.isEmpty else {
      return fields.wrong("write killers.NUMBER.KEY=VALUE", at: 0)
    }
    guard killers.indices.contains(index) else {
      return fields.wrong("there are \(killers.count) killers, numbered from 0", at: 0)
    }
    let name = key.prefix { $0 != "." }
    if name.count < key.count {
      // What stands for a signal is what an object with that signal alone would say.
      var signal = JSONWriter()
      signal.string(String(key.dropFirst(name.count + 1)))
      fields = Fields(
        Array("{".utf8) + signal.bytes + Array(":".utf8) + fields.json.bytes + Array("}".utf8),
        pageSize: fields.pageSize)
    }
    try fields.set(String(name), of: &killers[index])
  }

  private mutating func setSysctl(_ key: String, _ fields: inout Fields) throws(JSONError) {
    guard let number = Fields.sysctlTable.keys.names.firstIndex(of: key) else {
      return fields.unknown(key, Fields.sysctlTable.keys.names, at: 0)
    }
    try fields.read(Fields.sysctlTable.fields[number].value, into: &sysctl)
  }

  private mutating func setCgroup(
    _ rest: Substring, _ fields: inout Fields
  ) throws(JSONError) {
    // File names have dots, and so may paths: the file is what the text ends in.
    let files = Fields.cgroupTable.keys.names.filter { rest.hasSuffix("." + $0) }
    guard let file = files.max(by: { $0.count < $1.count }) else {
      let last = rest.split(separator: "/").last ?? ""
      let key = last.drop { $0 != "." }.dropFirst()
      return fields.unknown(String(key), Fields.cgroupTable.keys.names, at: 0)
    }
    let path = String(rest.dropLast(file.count + 1))
    if let problem = Fields.problem(ofPath: path) { return fields.wrong(problem, at: 0) }
    if path == "/", file.hasPrefix("memory.") {
      return fields.wrong("the root group has no limits", at: 0)
    }
    try fields.cgroupField(Fields.cgroupTable.number(file), into: &cgroups[path, default: Cgroup()])
  }

  private mutating func setProcess(
    _ path: String, _ fields: inout Fields
  ) throws(JSONError) {
    guard let path = ProcessPath(path) else {
      return fields.wrong(ProcessPath.usage, at: 0)
    }
    guard let number = Fields.processTable.keys.names.firstIndex(of: path.key) else {
      return fields.unknown(path.key, Fields.processTable.keys.names, at: 0)
    }
    let found: StartProcess
    do throws(ScenarioSubjectError) {
      found = try path.process(in: self)
    } catch {
      return fields.wrong(error.message, at: 0)
    }
    var process = processes[found.row]
    if found.copy != nil {
      process.name = name(of: found)
      process.count = 1
      if process.sharesMMWith == .name(process.name) { process.sharesMMWith = nil }
    }
    if let member = path.member {
      try fields.set(member, ofRestart: &process.restart)
    } else {
      try fields.read(Fields.processTable.fields[number].value, into: &process)
    }
    if path.key == "oom_adj", let oomAdj = process.legacy.oomAdj {
      process.oomScoreAdj = oomScoreAdj(writing: oomAdj)
    }
    fields.contradictions(in: process, at: 0)
    if fields.problems.isEmpty { processes.change(found) { $0 = process } }
  }

  private mutating func setEvent(
    _ rest: Substring, _ fields: inout Fields
  ) throws(JSONError) {
    let parts = rest.split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
    guard parts.count >= 2, let index = Int(parts[0]) else {
      return fields.wrong("write events.NUMBER.KEY=VALUE", at: 0)
    }
    guard events.indices.contains(index) else {
      return fields.wrong("there are \(events.count) events, numbered from 0", at: 0)
    }
    if parts[1] == "at", parts.count == 2 {
      if let at = try fields.duration() { events[index].at = at }
      return
    }
    if parts.count == 4, parts[1] == "start", parts[2] == "restart",
      case .start(var process) = events[index].action
    {
      try fields.set(parts[3], ofRestart: &process.restart)
      events[index].action = .start(process)
      return
    }
    guard parts.count == 3, parts[1] == events[index].action.name else {
      return fields.wrong(
        "event \(index) is a '\(events[index].action.name)': write events.\(index)."
          + "\(events[index].action.name).KEY=VALUE", at: 0)
    }
    try fields.set(parts[2], of: &events[index].action)
  }
}

extension Fields {
  /// Overrides one member of an action.
  fileprivate mutating func set(
    _ key: String, of action: inout Event.Action
  ) throws(JSONError) {
    switch EventForm.of(action).shape {
    case .members(let fields, let members, let make):
      guard let field = fields.first(where: { $0.key == key }) else {
        return unknown(key, fields.map { $0.key }, at: 0)
      }
      var parts = action.parts
      if case .either = members, field.shown(parts) == .absent, field.key != "cgroup" {
        return wrong("'\(key)' of a '\(action.name)' cannot be set", at: 0)
      }
      try read(field.value, into: &parts)
      if let changed = make(parts) { action = changed }
    case .process:
      guard var process = action.startedProcess else { return }
      guard let number = Self.processTable.keys.names.firstIndex(of: key) else {
        return unknown(key, Self.processTable.keys.names, at: 0)
      }
      try read(Self.processTable.fields[number].value, into: &process)
      contradictions(in: process, at: 0)
      startProblems(of: process, at: 0)
      action = .start(process)
    case .setting, .word: wrong("'\(key)' of a '\(action.name)' cannot be set", at: 0)
    }
  }

  /// Overrides one member of a policy; the first that a process gets is `policy`.
  fileprivate mutating func set(
    _ key: String, ofRestart restart: inout RestartPolicy?
  ) throws(JSONError) {
    guard let number = Self.restartTable.keys.names.firstIndex(of: key) else {
      return unknown(key, Self.restartTable.keys.names, at: 0)
    }
    guard restart != nil || key == "policy" else {
      return wrong("it has no 'restart' yet: set restart.policy first", at: 0)
    }
    var policy = restart ?? RestartPolicy(.no)
    try read(Self.restartTable.fields[number].value, into: &policy)
    contradictions(in: policy, at: 0)
    restart = policy
  }
}
