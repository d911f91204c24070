internal import OOMSimulator

/// A unit of `systemctl show`.
///
/// Format: org.freedesktop.systemd1(5), properties as `systemctl show` prints them: one a line, `infinity` and
/// `[not set]` for none, units apart by empty lines.
private struct SystemdUnit {
  var line = 0
  var values: [String: (text: Substring, line: TextLine)] = [:]

  var id: String { String(values["Id"]?.text ?? "") }
  var isSlice: Bool { id.hasSuffix(".slice") }
}

enum SystemdUnits {
  /// `MemoryMax=infinity`.
  static func isProperty(_ line: TextLine) -> Bool {
    guard let equals = line.text.firstIndex(of: "="), let first = line.text.first else {
      return false
    }
    let key = line.text[..<equals]
    return first.isASCII && first.isUppercase
      && key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  static let sizes = [
    "MemoryMax", "MemoryHigh", "MemoryLow", "MemoryMin", "MemorySwapMax", "MemoryLimit",
    "MemoryCurrent", "MemorySwapCurrent",
  ]
  static let times = [
    "RestartUSec", "TimeoutStopUSec", "StartLimitIntervalUSec",
    "ManagedOOMMemoryPressureDurationUSec",
  ]
  static let words = [
    "Id", "OOMPolicy", "ControlGroup", "Restart", "Slice", "ActiveState", "User", "UID", "MainPID",
    "OOMScoreAdjust", "StartLimitBurst", "ManagedOOMSwap", "ManagedOOMMemoryPressure",
    "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
  ]
  static let known = Set(sizes + times + words)
}

extension ImportDraft {
  /// A group a unit, and a process for each that runs.
  mutating func readSystemd(_ file: ImportFile) throws(ScenarioError) {
    scenario.isRecursivelyProtected = scenario.cgroupVersion == 2
    var units: [SystemdUnit] = []
    var unit = SystemdUnit()
    var lines = TextLines(file)
    var hasProperty = false
    while let line = lines.next() {
      if line.words.isEmpty {
        if !unit.values.isEmpty { units.append(unit) }
        unit = SystemdUnit()
        continue
      }
      guard SystemdUnits.isProperty(line), let equals = line.text.firstIndex(of: "=") else {
        // A value may have several lines, but none stands before the first property.
        if hasProperty { continue }
        throw file.error(
          "expected PROPERTY=VALUE of systemctl show, found '\(shortened(line.text))'",
          line: line.number)
      }
      hasProperty = true
      let key = String(line.text[..<equals])
      if unit.line == 0 { unit.line = line.number }
      guard SystemdUnits.known.contains(key) else { continue }
      if unit.values[key] != nil {
        throw file.error(
          "\(key) stands twice in a unit: an empty line parts one unit from the next",
          line: line.number)
      }
      unit.values[key] = (line.text[equals...].dropFirst(), line)
    }
    if !unit.values.isEmpty || unit.line > 0 { units.append(unit) }
    if units.isEmpty { throw file.error("no property of systemctl show in it", line: 1) }
    try add(units, file)
  }

  private mutating func add(_ units: [SystemdUnit], _ file: ImportFile) throws(ScenarioError) {
    var ids: Set<String> = []
    var pids: Set<Int32> = []
    var idle = 0
    var unknownUse = 0
    var users: [Substring: UInt32] = [:]
    var processes: [Scenario.Process] = []
    for unit in units {
      if unit.id.isEmpty {
        throw file.error(
          "a unit without Id: systemctl show -p Id,MemoryMax,… NAME", line: unit.line)
      }
      if !ids.insert(unit.id).inserted {
        throw file.error("the unit '\(shortened(unit.id))' stands here twice", line: unit.line)
      }
      let path = try unit.path(file)
      let group = try unit.group(file, scenario.cgroupVersion)
      let shown = path == "/" ? group.managed : group
      if shown != Cgroup() { scenario.cgroups[path] = shown }
      if unit.isSlice { continue }
      let pid = try unit.number("MainPID", 0...Int64(Scenario.Process.pidLimit - 1), file)
      let state = unit.values["ActiveState"]?.text
      let runs =
        state == nil || ["active", "activating", "reloading", "deactivating"].contains(state)
      let isProgram = unit.id.hasSuffix(".service") || unit.id.hasSuffix(".scope")
      if pid == 0 && unit.id.hasSuffix(".service") || !runs || !isProgram {
        idle += 1
        continue
      }
      let dot = unit.id.lastIndex(of: ".") ?? unit.id.endIndex
      var process = Scenario.Process(name: unique(String(unit.id[..<dot])), cgroup: path)
      if let pid, pid > 0 {
        process.pid = Int32(pid)
        if !pids.insert(process.pid).inserted {
          throw file.error("MainPID \(pid) is that of two units", line: unit.line)
        }
      }
      process.oomScoreAdj = Int16(try unit.number("OOMScoreAdjust", -1000...1000, file) ?? 0)
      process.restart = try unit.restart(file)
      if let user = unit.values["User"]?.text, user != "", user != "root", user != "0" {
        process.uid = UInt32(user) ?? users[user] ?? UInt32(1000 + users.count)
        users[user] = process.uid
      }
      if let current = try unit.size("MemoryCurrent", file) {
        process.anon = anon(ofCharged: current)
      } else {
        unknownUse += 1
      }
      if let swapped = try unit.size("MemorySwapCurrent", file), swapped > 0 {
        note("\(process.name): \(SizeFormat.binary(swapped)) in swap are left out")
      }
      processes.append(process)
    }
    // The kernel's list is that of creation; pids tell it as long as they have not wrapped.
    if processes.allSatisfy({ $0.pid != 0 }) { processes.sort { $0.pid < $1.pid } }
    for process in processes { scenario.processes.append(process) }
    note(idle, "unit", "units", "without a process left out, but for limits")
    if scenario.cgroups.values.contains(where: {
      $0.managedOOMSwap == .kill || $0.managedOOMMemoryPressure == .kill
    }) {
      scenario.killers = [UserspaceKiller(.systemdOOMd)]
      note("systemd-oomd is taken to run with its defaults, as units ask for it")
    }
    if processes.contains(where: { $0.anon > 0 }) {
      note(
        "MemoryCurrent is taken for anonymous memory of the main process: cache and other processes are in it, too"
      )
    }
    note(
      unknownUse, "unit", "units",
      "without MemoryCurrent (MemoryAccounting=no, or it does not run): taken to use nothing")
  }
}

extension SystemdUnit {
  /// A number of bytes; nil for none: `infinity`, `[not set]` and 2⁶⁴ - 1.
  func size(_ key: String, _ file: ImportFile) throws(ScenarioError) -> Bytes? {
    guard let (text, line) = values[key] else { return nil }
    if ["", "infinity", "[not set]", "[no data]"].contains(text) { return nil }
    if let number = UInt64(text) {
      return number > UInt64(SizeText.maxBytes.rawValue) ? nil : Bytes(Int64(number))
    }
    if let size = WrittenSize.bytes(text, .binary) { return size }
    throw file.error(
      "\(key): '\(shortened(String(text)))' is no number of bytes, 'infinity' or '[not set]'",
      line: line.number, column: line.column(of: text))
  }

  func number(
    _ key: String, _ range: ClosedRange<Int64>, _ file: ImportFile
  ) throws(ScenarioError) -> Int64? {
    guard let (text, line) = values[key], text != "", text != "[not set]" else { return nil }
    if let number = Int64(text), range.contains(number) { return number }
    throw file.error(
      "\(key): '\(shortened(String(text)))' is no number from \(range.lowerBound) to \(range.upperBound)",
      line: line.number, column: line.column(of: text))
  }

  /// A time such as `1min 30s`; nil for `infinity`. Source: `format_timespan()`, src/basic/time-util.c.
  func time(_ key: String, _ file: ImportFile) throws(ScenarioError) -> Microseconds? {
    guard let (text, line) = values[key], text != "", text != "infinity", text != "[not set]" else {
      return nil
    }
    let units: [(name: String, microseconds: Int64)] = [
      ("month", 2_629_800_000_000), ("min", 60_000_000), ("ms", 1000), ("us", 1), ("μs", 1),
      ("µs", 1),
      ("y", 31_557_600_000_000), ("w", 604_800_000_000), ("d", 86_400_000_000),
      ("h", 3_600_000_000),
      ("s", 1_000_000),
    ]
    var total: Int64 = 0
    let words = text.split(separator: " ")
    for word in words {
      let unit = units.first { word.hasSuffix($0.name) }
      let digits = word.dropLast(unit?.name.count ?? 0)
      let isPlain = words.count == 1 && unit == nil
      guard isPlain || unit != nil, let number = ExactDecimal(digits),
        let part = number.times(unit?.microseconds ?? 1),
        part <= Scenario.mostMicroseconds.rawValue,
        total <= Scenario.mostMicroseconds.rawValue - part
      else {
        throw file.error(
          "\(key): '\(shortened(String(text)))' is no time such as 1min 30s", line: line.number,
          column: line.column(of: text))
      }
      total += part
    }
    return Microseconds(total)
  }

  func path(_ file: ImportFile) throws(ScenarioError) -> String {
    if let (text, line) = values["ControlGroup"], text != "" {
      let path = String(text)
      if let problem = Fields.problem(ofPath: path) {
        throw file.error(
          "ControlGroup: \(problem)", line: line.number, column: line.column(of: text))
      }
      return path
    }
    if isSlice { return Self.path(ofSlice: id) }
    let slice = values["Slice"].map { String($0.text) } ?? ""
    let parent = Self.path(ofSlice: slice.isEmpty ? "system.slice" : slice)
    return (parent == "/" ? "" : parent) + "/" + ImportDraft.part(id)
  }

  /// `a-b.slice` lies in `a.slice`. Source: `slice_build_parent_slice()`, src/basic/unit-name.c.
  private static func path(ofSlice name: String) -> String {
    if name == "-.slice" { return "/" }
    let parts = name.dropLast(name.hasSuffix(".slice") ? 6 : 0).split(separator: "-")
    var path = ""
    for count in 1...max(parts.count, 1) {
      path += "/" + ImportDraft.part(parts.prefix(count).joined(separator: "-") + ".slice")
    }
    return path
  }

  func group(_ file: ImportFile, _ version: Int) throws(ScenarioError) -> Cgroup {
    var group = Cgroup()
    let limit = try size("MemoryLimit", file)
    group.max = ImportDraft.limit(try size("MemoryMax", file) ?? limit)
    let policy = values["OOMPolicy"]
    if let (text, line) = policy, text != "", OOMPolicy(rawValue: String(text)) == nil {
      throw file.error(
        "OOMPolicy: '\(shortened(String(text)))' is none of stop, continue and kill",
        line: line.number,
        column: line.column(of: text))
    }
    let timeout = try time("TimeoutStopUSec", file)
    let high = ImportDraft.limit(try size("MemoryHigh", file))
    let low = try size("MemoryLow", file)
    let min = try size("MemoryMin", file)
    let swapMax = ImportDraft.limit(try size("MemorySwapMax", file))
    if version == 1 { return group }
    group.high = high
    if let low, low > 0 { group.low = ImportDraft.limit(low) }
    if let min, min > 0 { group.min = ImportDraft.limit(min) }
    group.swapMax = swapMax
    if let (text, _) = policy, !isSlice { group.oomPolicy = OOMPolicy(rawValue: String(text)) }
    if let timeout, timeout > 0, group.oomPolicy == .stop { group.timeoutStop = timeout }
    try readManaged(into: &group, file)
    return group
  }

  /// What the unit asks systemd-oomd for.
  private func readManaged(
    into group: inout Cgroup, _ file: ImportFile
  ) throws(ScenarioError) {
    func word<Word: RawRepresentable<String> & CaseIterable>(
      _ key: String, _: Word.Type
    ) throws(ScenarioError) -> Word? {
      guard let (text, line) = values[key], text != "" else { return nil }
      if let word = Word(rawValue: String(text)) { return word }
      let known = Word.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw file.error(
        "\(key): '\(shortened(String(text)))' is none of \(known)", line: line.number,
        column: line.column(of: text))
    }
    if try word("ManagedOOMSwap", ManagedOOM.self) == .kill { group.managedOOMSwap = .kill }
    let pressure = try word("ManagedOOMMemoryPressure", ManagedOOM.self)
    let preference = try word("ManagedOOMPreference", ManagedOOMPreference.self)
    if let preference, preference != .none { group.managedOOMPreference = preference }
    let limit = try share("ManagedOOMMemoryPressureLimit", file)
    let duration = try time("ManagedOOMMemoryPressureDurationUSec", file)
    guard pressure == .kill else { return }
    group.managedOOMMemoryPressure = .kill
    group.managedOOMMemoryPressureLimit = limit
    if let duration, duration > 0 { group.managedOOMMemoryPressureDuration = duration }
  }

  /// A limit in per cent, or as a part of 2³² - 1, in which it is kept; nil for 0, which is the default.
  ///
  /// Source: `UINT32_SCALE_TO_PERMYRIAD()`, src/basic/percent-util.h.
  private func share(_ key: String, _ file: ImportFile) throws(ScenarioError) -> Share? {
    guard let (text, line) = values[key], text != "", text != "[not set]" else { return nil }
    if let share = Share(percent: text) { return share.millionths == 0 ? nil : share }
    if let number = UInt32(text) {
      let whole = UInt64(UInt32.max)
      let permyriad = (UInt64(number) * 10_000 + whole / 2) / whole
      return permyriad == 0 ? nil : Share(millionths: Int64(permyriad) * 100)
    }
    throw file.error(
      "\(key): '\(shortened(String(text)))' is no share such as 50%", line: line.number,
      column: line.column(of: text))
  }

  /// Source: `service_shall_restart()`, src/core/service.c: an OOM kill is no signal of the unit's own.
  func restart(_ file: ImportFile) throws(ScenarioError) -> RestartPolicy? {
    let condition: RestartPolicy.Condition
    switch values["Restart"]?.text {
    case "always": condition = .always
    case "on-failure", "on-abnormal": condition = .onFailure
    default: return nil
    }
    let delay = try time("RestartUSec", file)
    let interval = try time("StartLimitIntervalUSec", file)
    let burst = try number("StartLimitBurst", 0...Int64(Int32.max), file)
    var policy = RestartPolicy(condition)
    if let delay, delay > 0 { policy.delay = delay }
    if let burst, burst > 0, interval ?? 1 > 0 {
      policy.burst = burst
      policy.interval = interval
    }
    return policy
  }
}

extension Cgroup {
  /// What systemd-oomd is asked for, alone: the root has no limits.
  fileprivate var managed: Cgroup {
    var group = Cgroup()
    group.managedOOMSwap = managedOOMSwap
    group.managedOOMMemoryPressure = managedOOMMemoryPressure
    group.managedOOMMemoryPressureLimit = managedOOMMemoryPressureLimit
    group.managedOOMMemoryPressureDuration = managedOOMMemoryPressureDuration
    return group
  }
}
