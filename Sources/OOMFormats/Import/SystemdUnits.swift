internal import OOMSimulator

/// A unit of `systemctl show`.
///
/// Format: org.freedesktop.systemd1(5), properties as `systemctl show` prints them: one a line, `infinity` and
/// `[not set]` for none, units apart by empty lines.
struct SystemdUnit {
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
    "MemoryMax", "MemoryHigh", "MemoryLow", "MemoryMin", "MemorySwapMax", "MemoryZSwapMax",
    "MemoryLimit",
    "MemoryCurrent", "MemorySwapCurrent",
  ]
  static let times = [
    "RestartUSec", "TimeoutStopUSec", "StartLimitIntervalUSec",
    "ManagedOOMMemoryPressureDurationUSec",
  ]
  static let words = [
    "Id", "OOMPolicy", "ControlGroup", "Restart", "Slice", "ActiveState", "User", "UID", "MainPID",
    "OOMScoreAdjust", "StartLimitBurst", "ManagedOOMSwap", "ManagedOOMMemoryPressure",
    "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference", "MemoryZSwapWriteback",
  ]
  static let known = Set(sizes + times + words)
}

extension ImportDraft {
  /// A group a unit, and a process for each that runs.
  mutating func readSystemd(_ file: ImportFile) throws(ScenarioError) {
    // systemd mounts so where the kernel can.
    let isRecent = options.kernel.map { $0 >= KernelRelease(5, 7) } ?? true
    scenario.isRecursivelyProtected = scenario.cgroupVersion == 2 && isRecent
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
    var ofVersionTwo = 0
    var users: [Substring: UInt32] = [:]
    var processes: [Scenario.Process] = []
    /// What units use that are in the scenario, and slices of them.
    var usage: [SystemdUsage] = []
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
      if scenario.cgroupVersion == 1, unit.hasMoreThanVersionOne { ofVersionTwo += 1 }
      let current = try unit.size("MemoryCurrent", file)
      if let current, let max = try unit.size("MemoryMax", file), current > max {
        note(
          "\(unit.id): MemoryCurrent is \(SizeFormat.binary(current)), which is more than its MemoryMax of \(SizeFormat.binary(max))"
        )
      }
      if unit.isSlice {
        if let current { usage.append(SystemdUsage(path: path, id: unit.id, current: current)) }
        continue
      }
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
      if let current {
        process.anon = anon(ofCharged: current)
        usage.append(SystemdUsage(path: path, id: nil, current: current))
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
    addUnlisted(usage)
    note(
      ofVersionTwo, "unit", "units",
      "with OOMPolicy, MemoryHigh or other settings of version 2 of cgroups, which are left out: --cgroup-version 2 keeps them"
    )
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
