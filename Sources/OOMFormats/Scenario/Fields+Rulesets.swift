internal import OOMSimulator

// The rulesets of Meta's oomd, in the form of its own configuration file.

extension Fields {
  private static let rulesetKeys = ObjectKeys([
    "name", "drop-in", "silence-logs", "post_action_delay", "prekill_hook_timeout", "detectors",
    "actions", "cgroup", "xattr_filter",
  ])
  private static let dropInKeys = ObjectKeys(["disable-on-drop-in", "detectors", "actions"])
  private static let pluginKeys = ObjectKeys(["name", "args"])

  mutating func rulesets() throws(JSONError) -> [Oomd.Ruleset] {
    var rulesets: [Oomd.Ruleset] = []
    try list { (fields) throws(JSONError) in
      if let ruleset = try fields.ruleset() { rulesets.append(ruleset) }
    }
    return rulesets
  }

  private mutating func ruleset() throws(JSONError) -> Oomd.Ruleset? {
    let offset = try startOfNext()
    let before = problems.count
    var ruleset = Oomd.Ruleset("")
    var places: [String: Int] = [:]
    let seen = try object(Self.rulesetKeys) { (fields, key) throws(JSONError) in
      let name = Self.rulesetKeys.names[key]
      places[name] = try fields.startOfNext()
      switch name {
      case "name": ruleset.name = try fields.string() ?? ""
      case "drop-in": ruleset.dropIn = try fields.dropIn()
      case "silence-logs": ruleset.silenceLogs = try fields.string()
      case "post_action_delay": ruleset.postActionDelay = try fields.seconds()
      case "prekill_hook_timeout": ruleset.prekillHookTimeout = try fields.seconds()
      case "detectors":
        try fields.list { (fields) throws(JSONError) in
          if let group = try fields.detectorGroup() { ruleset.detectors.append(group) }
        }
      case "actions":
        try fields.list { (fields) throws(JSONError) in
          if let action = try fields.plugin(isAction: true) { ruleset.actions.append(action) }
        }
      default:
        let place = try fields.startOfNext()
        try fields.json.skipValue()
        fields.wrong(
          "'\(name)' is not modelled: write a ruleset for each group that it would stand for",
          at: place)
      }
    }
    guard let seen else { return nil }
    needs("name", seen & 1 != 0, at: offset)
    if problems.count == before, let problem = ruleset.problem {
      var place = offset
      if case .key(let key)? = problem.path.first { place = places[key] ?? offset }
      wrong(problem.message, at: place)
    }
    return ruleset
  }

  /// A whole number of seconds, or a text that begins with one.
  private mutating func seconds() throws(JSONError) -> Int64? {
    let offset = try startOfNext()
    guard let text = try argument() else { return nil }
    if let number = Int64(text), (0...Int64(Int32.max)).contains(number) { return number }
    wrong(
      "expected whole seconds from 0 to \(Int32.max), found '\(shortened(text))'", at: offset)
    return nil
  }

  private mutating func dropIn() throws(JSONError) -> Oomd.DropIn? {
    var dropIn = Oomd.DropIn()
    let seen = try object(Self.dropInKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: dropIn.isDisabledOnDropIn = try fields.bool()
      case 1: dropIn.detectors = try fields.bool()
      default: dropIn.actions = try fields.bool()
      }
    }
    return seen == nil ? nil : dropIn
  }

  /// A list whose first element is the name of the group.
  private mutating func detectorGroup() throws(JSONError) -> Oomd.DetectorGroup? {
    let offset = try startOfNext()
    guard try json.peek() == .array else {
      _ = try expect(
        .array, or: "a list of the group's name and its detectors: [\"swap is low\", { … }]")
      return nil
    }
    var group = Oomd.DetectorGroup("", [])
    var isFirst = true
    try list { (fields) throws(JSONError) in
      if isFirst {
        isFirst = false
        if try fields.json.peek() == .string {
          group.name = try fields.string() ?? ""
          return
        }
      }
      if let detector = try fields.plugin(isAction: false) { group.detectors.append(detector) }
    }
    if group.name.isEmpty {
      wrong("a group of detectors needs a name before them: [\"swap is low\", { … }]", at: offset)
    }
    return group
  }

  private mutating func plugin(isAction: Bool) throws(JSONError) -> Oomd.Plugin? {
    let offset = try startOfNext()
    let before = problems.count
    var plugin = Oomd.Plugin("")
    var places: [String: Int] = [:]
    var nameAt = offset
    let seen = try object(Self.pluginKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        nameAt = try fields.startOfNext()
        plugin.name = try fields.string() ?? ""
        return
      }
      try fields.dictionary { (fields, name, place) throws(JSONError) in
        places[name] = place
        if let value = try fields.argument() { plugin.args.append(Oomd.Argument(name, value)) }
      }
    }
    guard let seen else { return nil }
    needs("name", seen & 1 != 0, at: offset)
    if problems.count > before { return plugin }
    if let problem = plugin.problem(isAction: isAction) {
      var place = nameAt
      if case .key(let key)? = problem.path.last { place = places[key] ?? nameAt }
      wrong(problem.message, at: place)
    } else {
      for note in plugin.notes {
        notes.append(Problem(offset: places[note.argument] ?? nameAt, message: note.message))
      }
    }
    return plugin
  }

  /// A text, a number or a truth value: to oomd each is a text.
  private mutating func argument() throws(JSONError) -> String? {
    switch try json.peek() {
    case .number: return json.text(try json.readNumber())
    case .bool: return try json.readBool() ? "true" : "false"
    default:
      guard try expect(.string, or: "a text, a number, true or false") else { return nil }
      return json.text(try json.readString())
    }
  }
}

extension Oomd.Plugin {
  /// What has to be known of its arguments.
  fileprivate var notes: [Oomd.Note] {
    do throws(Oomd.Fault) {
      return try compiled().notes
    } catch {
      return []
    }
  }
}
