internal import OOMSimulator

// The section `killers`: programs of user space, each with its kind, its release and its settings.

extension Fields {
  private static let killerKeys = ObjectKeys(["kind", "version"] + killerTable.keys.names)

  mutating func killers(into killers: inout [UserspaceKiller]) throws(JSONError) {
    var read: [UserspaceKiller] = []
    try list { (fields) throws(JSONError) in
      if let killer = try fields.killer() { read.append(killer) }
    }
    killers = read
  }

  private mutating func killer() throws(JSONError) -> UserspaceKiller? {
    let offset = try startOfNext()
    var killer = UserspaceKiller(.earlyoom)
    var kind: UserspaceKiller.Kind?
    var places: [String: Int] = [:]
    let before = problems.count
    let seen = try object(Self.killerKeys) { (fields, key) throws(JSONError) in
      places[Self.killerKeys.names[key]] = try fields.startOfNext()
      switch key {
      case 0: kind = try fields.killerKind()
      case 1: killer.version = try fields.version()
      default: try fields.read(Self.killerTable.fields[key - 2].value, into: &killer)
      }
    }
    guard let seen else { return nil }
    needs("kind", seen & 1 != 0, at: offset)
    guard let kind, problems.count == before else { return nil }
    killer.kind = kind
    if let problem = killer.problem {
      wrong(problem.message, at: places[problem.key] ?? offset)
      return nil
    }
    return killer
  }

  private mutating func killerKind() throws(JSONError) -> UserspaceKiller.Kind? {
    let offset = try startOfNext()
    guard let text = try string() else { return nil }
    if let kind = UserspaceKiller.Kind(rawValue: text) { return kind }
    let known = UserspaceKiller.Kind.allCases.map { $0.rawValue }
    if let reason = UserspaceKiller.notModelled[text] {
      wrong("'\(text)' is \(reason)", at: offset)
    } else {
      let near = nearestWord(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
      wrong(
        "expected one of \(known.joined(separator: ", ")), found '\(shortened(text))'\(near)",
        at: offset)
    }
    return nil
  }

  /// A text, or a number as systemd has it: `"1.8"`, `252`.
  private mutating func version() throws(JSONError) -> ProgramVersion? {
    let offset = try startOfNext()
    let isNumber = try json.peek() == .number
    let text = isNumber ? json.text(try json.readNumber()) : try string()
    guard let text else { return nil }
    if let version = ProgramVersion(text) { return version }
    wrong("'\(shortened(text))' is no release: write it like \"1.8\"", at: offset)
    return nil
  }
}
