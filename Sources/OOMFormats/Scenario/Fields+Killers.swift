internal import OOMSimulator

// The section `killers`: programs of user space, each with its kind, its release and its settings.

extension Fields {
  private static let killerKeys = ObjectKeys(["kind", "version"] + killerTable.keys.names)
  /// Which program has a key.
  private static let owners: [UserspaceKiller.Kind] = UserspaceKiller.fields.map { field in
    UserspaceKiller.Kind.allCases.first {
      UserspaceKiller.fields(of: $0).contains { $0.key == field.key }
    } ?? .earlyoom
  }

  mutating func killers(into killers: inout [UserspaceKiller]) throws(JSONError) {
    var read: [UserspaceKiller] = []
    try list { (fields) throws(JSONError) in
      if let killer = try fields.killer() { read.append(killer) }
    }
    killers = read
  }

  private mutating func killer() throws(JSONError) -> UserspaceKiller? {
    let offset = try startOfNext()
    var known = killerKindAhead()
    var killer = UserspaceKiller(known ?? .earlyoom)
    var places: [String: Int] = [:]
    let before = problems.count
    let seen = try object(Self.killerKeys) { (fields, key) throws(JSONError) in
      let name = Self.killerKeys.names[key]
      let place = try fields.startOfNext()
      places[name] = place
      switch key {
      case 0: known = try fields.killerKind()
      case 1: killer.version = try fields.version()
      default:
        let owner = Self.owners[key - 2]
        if owner == killer.kind {
          return try fields.read(Self.killerTable.fields[key - 2].value, into: &killer)
        }
        try fields.json.skipValue()
        if let known {
          fields.wrong(
            "'\(name)' is for \(owner.rawValue), not \(known.rawValue): \(known.settings)",
            at: place)
        }
      }
    }
    guard let seen else { return nil }
    needs("kind", seen & 1 != 0, at: offset)
    guard known != nil, problems.count == before else { return nil }
    if let problem = killer.problem {
      var place = offset
      if case .key(let key)? = problem.path.first { place = places[key] ?? offset }
      wrong(problem.message, at: place)
      return nil
    }
    return killer
  }

  /// Overrides the value of one key of a program.
  mutating func set(_ key: String, of killer: inout UserspaceKiller) throws(JSONError) {
    let table = UserspaceKiller.fields(of: killer.kind)
    if key == "version" {
      if let version = try version() { killer.version = version }
    } else if let field = table.first(where: { $0.key == key }) {
      try read(field.value, into: &killer)
    } else {
      return unknown(key, ["version"] + table.map { $0.key }, at: 0)
    }
    if problems.isEmpty, let problem = killer.problem { wrong(problem.message, at: 0) }
  }

  /// The kind of the entry that comes next, wherever in it the kind stands; nil where there is none that is known.
  private func killerKindAhead() -> UserspaceKiller.Kind? {
    var ahead = self
    var kind: UserspaceKiller.Kind?
    do throws(JSONError) {
      guard try ahead.json.peek() == .object else { return nil }
      try ahead.dictionary { (fields, name, _) throws(JSONError) in
        if name == "kind", try fields.json.peek() == .string {
          kind = UserspaceKiller.Kind(rawValue: fields.json.text(try fields.json.readString()))
        } else {
          try fields.json.skipValue()
        }
      }
    } catch {
      // What is no JSON is found when the entry itself is read.
    }
    return kind
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

  // MARK: The kubelet's values

  /// A quantity of Kubernetes, or a whole number of bytes.
  mutating func memoryQuantity() throws(JSONError) -> Kubernetes.Quantity? {
    let offset = try startOfNext()
    let isNumber = try json.peek() == .number
    let text = isNumber ? json.text(try json.readNumber()) : try string()
    guard let text else { return nil }
    do throws(QuantityError) {
      let quantity = try Kubernetes.Quantity(text)
      note(Kubernetes.Quantity.note(ofDecimal: text, quantity), at: offset)
      return quantity
    } catch {
      wrong(error.message, at: offset)
      return nil
    }
  }

  /// An amount by its signal, `{ "memory.available": "100Mi" }`; none where nothing stands there.
  mutating func threshold(
    _ use: Kubernetes.EvictionThreshold.Use
  ) throws(JSONError) -> Kubernetes.EvictionThreshold? {
    var threshold: Kubernetes.EvictionThreshold? = use == .hard ? .bytes(0) : nil
    try bySignal { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      threshold = nil
      guard let text = try fields.string() else { return }
      do throws(QuantityError) {
        let read = try Kubernetes.EvictionThreshold(text)
        if use != .minimumReclaim, read == .bytes(0) {
          fields.wrong("the kubelet refuses 0 here: \"0%\" is no threshold", at: offset)
        } else if let complaint = read.complaint(as: use) {
          fields.wrong(complaint, at: offset)
        } else {
          if case .bytes(let bytes) = read {
            let quantity = Kubernetes.Quantity(bytes: bytes)
            fields.note(Kubernetes.Quantity.note(ofDecimal: text, quantity), at: offset)
          }
          threshold = read
        }
      } catch {
        fields.wrong(error.message, at: offset)
      }
    }
    return threshold
  }

  /// A time by its signal, `{ "memory.available": "1m30s" }`.
  mutating func grace() throws(JSONError) -> Microseconds? {
    var time: Microseconds?
    try bySignal { (fields) throws(JSONError) in time = try fields.duration() }
    return time
  }

  private mutating func bySignal(
    _ value: (inout Fields) throws(JSONError) -> Void
  ) throws(JSONError) {
    try dictionary { (fields, name, offset) throws(JSONError) in
      if name == Kubernetes.EvictionSignal.memory.rawValue { return try value(&fields) }
      try fields.json.skipValue()
      if let complaint = Kubernetes.EvictionSignal.complaint(ofName: name) {
        fields.wrong(complaint, at: offset)
      } else {
        fields.note(
          "'\(shortened(name))' is passed over: no run is short of anything but memory", at: offset)
      }
    }
  }

  private mutating func note(_ message: String?, at offset: Int) {
    if let message { notes.append(Problem(offset: offset, message: message)) }
  }
}

extension Kubernetes.EvictionSignal {
  /// What is wrong with the name of a signal; nil for one that a configuration may have.
  package static func complaint(ofName name: String) -> String? {
    let known = [memory.rawValue] + ofOtherResources
    if known.contains(name) { return nil }
    if name == allocatable.rawValue {
      return "the kubelet has a threshold for '\(name)' by itself, as for \(memory.rawValue)"
    }
    let near = nearestWord(to: name, among: known)
    return "unknown signal '\(shortened(name))'"
      + (near.map { "; did you mean '\($0)'?" } ?? "; the one that decides here: \(memory.rawValue)")
  }
}
