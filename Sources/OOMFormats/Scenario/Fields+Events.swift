internal import OOMSimulator

// The section `events`.

extension Fields {
  /// `at`, then the actions.
  static let eventKeys = ObjectKeys(["at"] + EventForm.all.map { $0.name })
  /// The members of each action, in the order of the forms.
  private static let eventTables = EventForm.all.map { FieldTable($0.fields) }

  mutating func events(into events: inout [Event]) throws(JSONError) {
    var read: [Event] = []
    try list { (fields) throws(JSONError) in
      if let event = try fields.event() { read.append(event) }
    }
    events = read
  }

  mutating func event() throws(JSONError) -> Event? {
    let offset = try startOfNext()
    let before = problems.count
    var at: Microseconds?
    var action: Event.Action?
    let seen = try object(Self.eventKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        at = try fields.duration()
      } else {
        action = try fields.action(key - 1)
      }
    }
    guard let seen else { return nil }
    let actions = (seen & ~1).nonzeroBitCount
    let isClean = problems.count == before
    if seen & 1 == 0 { wrong("an event needs 'at', such as \"at\": \"10s\"", at: offset) }
    if actions > 1 {
      wrong("an event has exactly one action, this one has \(actions)", at: offset)
    }
    if actions == 0, isClean {
      let known = Self.eventKeys.names.dropFirst().joined(separator: ", ")
      wrong("an event needs an action: one of \(known)", at: offset)
    }
    guard let at, let action, actions == 1 else { return nil }
    return Event(at: at, action: action)
  }

  private mutating func action(_ number: Int) throws(JSONError) -> Event.Action? {
    switch EventForm.all[number].shape {
    case .members(_, let members, let make):
      try action(Self.eventTables[number], members).flatMap(make)
    case .process: try start()
    case .setting: try set()
    case .word(let word, let action): try self.word([(word, action)])
    }
  }

  /// Reads the members of an action.
  private mutating func action(
    _ table: FieldTable<EventParts>, _ members: EventForm.Members
  ) throws(JSONError) -> EventParts? {
    let offset = try startOfNext()
    var parts = EventParts()
    guard let seen = try object(table, into: &parts) else { return nil }
    for (number, field) in table.fields.enumerated() where field.isRequired {
      needs(field.key, seen & (1 << UInt64(number)) != 0, at: offset)
    }
    switch members {
    case .all: break
    case .oneOrMore(let keys):
      if keys.allSatisfy({ seen & table.bit($0) == 0 }) {
        let list = keys.map { "'\($0)'" }.joined(separator: ", ")
        wrong("needs one or more of \(list)", at: offset)
      }
    case .either(let first, let second, let firstOnly):
      if (seen & (table.bit(first) | table.bit(second))).nonzeroBitCount != 1 {
        wrong("needs either '\(first)' or '\(second)'", at: offset)
        return nil
      }
      for key in firstOnly where seen & table.bit(key) != 0 && seen & table.bit(first) == 0 {
        wrong("'\(key)' goes with '\(first)' only", at: offset)
      }
    }
    return parts
  }

  private static let childKeys = ObjectKeys(["name", "pid", "oom_score_adj"])
  private static let childFields = childKeys.names.map {
    processTable.fields[processTable.number($0)]
  }

  /// The child of a fork, whose members are those of a process.
  mutating func child() throws(JSONError) -> Event.Child? {
    var child = Event.Child()
    var whole = Scenario.Process()
    let offset = try startOfNext()
    let seen = try object(Self.childKeys) { (fields, key) throws(JSONError) in
      try fields.read(Self.childFields[key].value, into: &whole)
      if key == 2 { child.oomScoreAdj = whole.oomScoreAdj }
    }
    guard let seen else { return nil }
    needs("name", seen & 1 != 0, at: offset)
    (child.name, child.pid) = (whole.name, whole.pid)
    return child
  }

  private mutating func start() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process = Scenario.Process()
    try self.process(into: &process)
    startProblems(of: process, at: offset)
    return process.name.isEmpty ? nil : .start(process)
  }

  mutating func startProblems(of process: Scenario.Process, at offset: Int) {
    if process.swap != 0 { wrong("a process that starts has nothing in swap yet", at: offset) }
    if process.isDying { wrong("a process that starts is not dying", at: offset) }
  }

  mutating func needs(_ key: String, _ isThere: Bool, at offset: Int) {
    if !isThere { wrong("'\(key)' is missing", at: offset) }
  }
}
