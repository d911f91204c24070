internal import OOMSimulator

// The values of properties of `systemctl show`.

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

  /// Whether it says something that version 1 has no file for, or that nobody acts on there.
  var hasMoreThanVersionOne: Bool {
    let isSet = { (key: String) -> Bool in
      guard let text = values[key]?.text else { return false }
      return !["", "0", "infinity", "[not set]", "auto", "none"].contains(text)
    }
    return values["OOMPolicy"]?.text == "kill" || values["OOMPolicy"]?.text == "continue"
      || [
        "MemoryHigh", "MemoryLow", "MemoryMin", "MemorySwapMax", "MemoryZSwapMax",
        "ManagedOOMSwap",
        "ManagedOOMMemoryPressure",
      ].contains(where: isSet)
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
    let zswapMax = ImportDraft.limit(try size("MemoryZSwapMax", file))
    if version == 1 { return group }
    group.high = high
    group.zswapMax = zswapMax
    if values["MemoryZSwapWriteback"]?.text == "no" { group.zswapWriteback = false }
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
  var managed: Cgroup {
    var group = Cgroup()
    group.managedOOMSwap = managedOOMSwap
    group.managedOOMMemoryPressure = managedOOMMemoryPressure
    group.managedOOMMemoryPressureLimit = managedOOMMemoryPressureLimit
    group.managedOOMMemoryPressureDuration = managedOOMMemoryPressureDuration
    return group
  }
}
