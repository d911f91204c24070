internal import OOMSimulator

/// The fields of one kind of object, with their keys as the reader finds them.
struct FieldTable<Root>: Sendable {
  let fields: [Field<Root>]
  let keys: ObjectKeys
  /// The same fields as `Short` has them.
  let short: [Short]

  /// What reading one of the commonest kinds takes. The use of a whole field copies both its closures and its texts,
  /// which a hundred thousand processes would wait for.
  enum Short: Sendable {
    case size(FieldValue<Root>.Set<Int64>)
    case integer(ClosedRange<Int64>, FieldValue<Root>.Set<Int64>)
    case path(FieldValue<Root>.Set<String>)
    case name(of: String, FieldValue<Root>.Set<String>)
    case other
  }

  init(_ fields: [Field<Root>]) {
    self.fields = fields
    keys = ObjectKeys(fields.map { $0.key })
    short = fields.map { field in
      switch field.value {
      case .size(_, let set): .size(set)
      case .integer(let range, _, let set): .integer(range, set)
      case .path(_, let set): .path(set)
      case .name(let owner, _, let set): .name(of: owner, set)
      default: .other
      }
    }
  }

  /// The bit of a key among those that an object has; a key that is none is a mistake of the programmer.
  func bit(_ key: String) -> UInt64 { 1 << UInt64(number(key)) }

  func number(_ key: String) -> Int {
    guard let number = keys.names.firstIndex(of: key) else {
      preconditionFailure("no field is called '\(key)'")
    }
    return number
  }
}

extension Fields {
  static let processTable = FieldTable(Scenario.Process.fields)
  static let machineChangeTable = FieldTable(Event.MachineChange.fields)
  static let processChangeTable = FieldTable(Event.ProcessChange.fields)
  static let restartTable = FieldTable(RestartPolicy.fields)
  static let machineTable = FieldTable(Machine.fields)
  static let swapDeviceTable = FieldTable(SwapDevice.fields)
  static let sysctlTable = FieldTable(Sysctl.fields)
  static let expectationTable = FieldTable(Expectation.fields)
  static let killTable = FieldTable(Expectation.ExpectedKill.fields)
  static let refusalTable = FieldTable(Expectation.ExpectedRefusal.fields)
  static let killerTable = FieldTable(UserspaceKiller.fields)
  static let cgroupTable = FieldTable(Cgroup.files.map { $0.field })

  /// Reads an object that is all fields of a table.
  ///
  /// - Returns: the keys that were there, as bits; nil when the value is no object.
  mutating func object<Root>(
    _ table: FieldTable<Root>, into root: inout Root
  ) throws(JSONError) -> UInt64? {
    try object(table.keys) { (fields, key) throws(JSONError) in
      switch table.short[key] {
      case .size(let set): if let size = try fields.size() { set(&root, size) }
      case .integer(let range, let set):
        if let number = try fields.integer(range) { set(&root, number) }
      case .path(let set): if let path = try fields.cgroupPath() { set(&root, path) }
      case .name(let owner, let set):
        if let name = try fields.name(of: owner) { set(&root, name) }
      case .other: try fields.read(table.fields[key].value, into: &root)
      }
    }
  }

  /// Reads one value as its field says; what is wrong with it is reported, and leaves the old one.
  mutating func read<Root>(
    _ value: FieldValue<Root>, into root: inout Root
  ) throws(JSONError) {
    switch value {
    case .size(_, let set): if let size = try size() { set(&root, size) }
    case .limit(_, let set): if let limit = try cgroupSize() { set(&root, limit) }
    case .kbytes(_, let set): if let number = try kbytes() { set(&root, number) }
    case .integer(let range, _, let set): if let number = try integer(range) { set(&root, number) }
    case .choice(let choice, _, let set): if let number = try one(of: choice) { set(&root, number) }
    case .flag(_, let set): if let flag = try flag() { set(&root, flag) }
    case .oomControl(_, let set): if let flag = try oomControl() { set(&root, flag) }
    case .bool(_, let set): if let bool = try bool() { set(&root, bool) }
    case .duration(_, let set): if let time = try duration() { set(&root, time) }
    case .pause(_, let set): if let time = try pause() { set(&root, time) }
    case .latency(_, let set):
      let offset = try startOfNext()
      guard let time = try duration() else { break }
      if time > SwapDevice.longestLatency {
        wrong(SwapDevice.latencyComplaint, at: offset)
      } else {
        set(&root, time)
      }
    case .share(_, let set): if let share = try share() { set(&root, share) }
    case .name(let owner, _, let set): if let name = try name(of: owner) { set(&root, name) }
    case .text(_, let set): if let text = try string() { set(&root, text) }
    case .word(let words, _, let set):
      if let word = try word(words.map { ($0, $0) }) { set(&root, word) }
    case .path(_, let set): if let path = try cgroupPath() { set(&root, path) }
    case .nodes(_, let set): if let nodes = try nodes() { set(&root, nodes) }
    case .process(_, let set): if let process = try process() { set(&root, process) }
    case .ratio(_, let set): if let ratio = try ratio() { set(&root, ratio) }
    case .capabilities(_, let set): if let some = try capabilities() { set(&root, some) }
    case .names(_, let set): set(&root, try strings())
    case .kills(_, let set): set(&root, try kills())
    case .refusals(_, let set): set(&root, try refusals())
    case .groups(_, let set): set(&root, try expectedGroups())
    case .child(_, let set): if let child = try child() { set(&root, child) }
    case .pageTables(_, let set): if let tables = try pageTables() { set(&root, tables) }
    case .threads(_, let set): if let found = try threads() { set(&root, found) }
    case .restart(_, let set): if let policy = try restart() { set(&root, policy) }
    case .swap(_, let set): if let swap = try swap() { set(&root, swap) }
    case .machineNodes(_, let set): set(&root, try nodeList())
    case .quantity(_, let set): if let quantity = try memoryQuantity() { set(&root, quantity) }
    case .threshold(let use, _, let set): if let some = try threshold(use) { set(&root, some) }
    case .grace(_, let set): if let time = try grace() { set(&root, time) }
    case .rulesets(_, let set): set(&root, try rulesets())
    }
  }

  // MARK: Kinds that only fields have

  private mutating func one<Root>(
    of choice: FieldValue<Root>.Choice
  ) throws(JSONError) -> Int64? {
    let offset = try startOfNext()
    guard let number = try integer(choice.range) else { return nil }
    if choice.allowed.contains(number) { return number }
    wrong(choice.complaint(number), at: offset)
    return nil
  }

  private static let oomControlKeys = ObjectKeys(["oom_kill_disable"])

  private mutating func oomControl() throws(JSONError) -> Bool? {
    var isDisabled: Bool?
    _ = try object(Self.oomControlKeys) { (fields, _) throws(JSONError) in
      isDisabled = try fields.flag()
    }
    return isDisabled
  }

  /// A duration above 0: without a pause a process that fails at once would come back without end in one instant.
  private mutating func pause() throws(JSONError) -> Microseconds? {
    let offset = try startOfNext()
    guard let time = try duration() else { return nil }
    if time > 0 { return time }
    wrong("has to be more than 0; \"1us\" is the shortest", at: offset)
    return nil
  }

  /// A part of a whole, as `50%` or `12.5%`.
  private mutating func share() throws(JSONError) -> Share? {
    let allowed = "a share from \"0%\" to \"100%\""
    let offset = try startOfNext()
    guard try expect(.string, or: allowed) else { return nil }
    let text = json.text(try json.readString())
    if let share = Share(percent: text) { return share }
    wrong("expected \(allowed), found '\(shortened(text))'", at: offset)
    return nil
  }

  private mutating func name(of owner: String) throws(JSONError) -> String? {
    let offset = try startOfNext()
    guard let name = try string() else { return nil }
    if !name.isEmpty { return name }
    wrong("\(owner) needs a name that is not empty", at: offset)
    return nil
  }

  /// How much smaller a zram makes a page, from 1 to 100, in thousandths.
  private mutating func ratio() throws(JSONError) -> Int64? {
    let allowed = "a ratio from 1 to 100 with at most three places, such as 2.8"
    let offset = try startOfNext()
    guard try expect(.number, or: allowed) else { return nil }
    let text = json.text(try json.readNumber())
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let places = parts.count == 2 ? String(parts[1]) : ""
    let padded = places + String(repeating: "0", count: max(3 - places.count, 0))
    if parts.count <= 2, places.count <= 3, let whole = Int64(parts[0]), let rest = Int64(padded),
      (1...100).contains(whole), whole * 1000 + rest <= 100_000
    {
      return whole * 1000 + rest
    }
    wrong("expected \(allowed), found \(shortened(text))", at: offset)
    return nil
  }

  private mutating func capabilities() throws(JSONError) -> Capabilities? {
    var capabilities: Capabilities = []
    try list { (fields) throws(JSONError) in
      if let one = try fields.word(Capabilities.named.map { ($0.name, $0.capability) }) {
        capabilities.insert(one)
      }
    }
    return capabilities
  }
}
