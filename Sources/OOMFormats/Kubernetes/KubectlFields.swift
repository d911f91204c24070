internal import OOMSimulator

// What kubectl prints is not this project's format: it has many keys, most of which do not matter here, and null for
// what is not set. What does matter is read as strictly as a scenario.

extension Fields {
  /// Reads an object of which only some keys matter. Others are passed over; a known one whose value is null counts as
  /// not given.
  mutating func known(
    _ keys: ObjectKeys, _ field: (inout Fields, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard try expect(.object) else { return }
    try json.beginObject()
    var seen: UInt64 = 0
    var isFirst = true
    while let key = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let found =
        key.hasEscapes
        ? keys.names.firstIndex(of: json.text(key))
        : keys.number(json.bytes, key.start, key.end, guess: 0)
      guard let number = found else {
        try json.skipValue()
        continue
      }
      if seen & (1 << UInt64(number)) != 0 {
        wrong("the key '\(keys.names[number])' stands here twice", at: key.start - 1)
        try json.skipValue()
        continue
      }
      seen |= 1 << UInt64(number)
      if try json.peek() == .null {
        try json.skipValue()
      } else {
        try field(&self, number)
      }
    }
  }

  /// Reads a list of objects and hands on where each begins.
  mutating func objects(
    _ element: (inout Fields, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      guard fields.json.bytes[offset] == UInt8(ascii: "{") else {
        _ = try fields.expect(.object)
        return
      }
      try element(&fields, offset)
    }
  }

  /// A quantity, as a string or as a number.
  mutating func quantity() throws(JSONError) -> Kubernetes.Quantity? {
    let kind = try json.peek()
    let offset = json.offset
    let text: String
    if kind == .number {
      text = json.text(try json.readNumber())
    } else {
      guard try expect(.string, or: "a quantity: \(Kubernetes.Quantity.allowed)") else {
        return nil
      }
      text = json.text(try json.readString())
    }
    do throws(QuantityError) {
      return try Kubernetes.Quantity(text)
    } catch {
      wrong(error.message, at: offset)
      return nil
    }
  }

  /// An amount of memory, not above what a machine can have.
  mutating func memory() throws(JSONError) -> Kubernetes.Quantity? {
    let offset = try startOfNext()
    guard let quantity = try quantity() else { return nil }
    if quantity.bytes <= SizeText.maxBytes { return quantity }
    wrong("larger than 4 PiB, the most that x86-64 can address", at: offset)
    return nil
  }

  static let resourceKeys = ObjectKeys(["cpu", "memory"])

  /// - Parameter isLimit: a limit may be larger than any machine.
  /// - Returns: with it where its memory stands.
  mutating func resourceList(
    isLimit: Bool
  ) throws(JSONError) -> (list: Kubernetes.ResourceList, memory: Int) {
    var list = Kubernetes.ResourceList()
    var memory = 0
    try known(Self.resourceKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        list.cpu = try fields.quantity()
      } else {
        memory = try fields.startOfNext()
        list.memory = isLimit ? try fields.quantity() : try fields.memory()
      }
    }
    return (list, memory)
  }

  static let requirementKeys = ObjectKeys(["requests", "limits"])

  mutating func requirements() throws(JSONError) -> Kubernetes.ResourceRequirements {
    var requirements = Kubernetes.ResourceRequirements()
    var (requestOffset, limitOffset) = (0, 0)
    try known(Self.requirementKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        (requirements.requests, requestOffset) = try fields.resourceList(isLimit: false)
      } else {
        (requirements.limits, limitOffset) = try fields.resourceList(isLimit: true)
      }
    }
    guard let limit = requirements.limits.memory else { return requirements }
    if let request = requirements.requests.memory {
      // Source: ValidateResourceRequirements(), pkg/apis/core/validation/validation.go.
      if request > limit {
        wrong(
          "requests \(request.bytes.rawValue) bytes, which is more than the limit of \(limit.bytes.rawValue): the API server refuses it",
          at: requestOffset)
      }
    } else if limit.bytes > SizeText.maxBytes {
      wrong(
        "a limit without a request is requested, too, and larger than 4 PiB, the most that x86-64 can address",
        at: limitOffset)
    }
    return requirements
  }

  /// A name that can be part of a path: what Kubernetes takes for names is narrower.
  mutating func objectName() throws(JSONError) -> String? {
    let offset = try startOfNext()
    guard let name = try string() else { return nil }
    let isPlain =
      !name.isEmpty && name.utf8.count <= 253 && name != "." && name != ".."
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    if isPlain { return name }
    wrong("'\(shortened(name))' is no name of an object of Kubernetes", at: offset)
    return nil
  }

  /// Everything that is wrong with the text, with its place.
  func error(file: String, _ syntax: JSONError? = nil) -> ScenarioError? {
    let locator = JSONLocator(bytes: json.bytes)
    if let syntax {
      let (line, column) = locator.position(of: syntax.offset)
      let diagnostic = Diagnostic(
        line: line, column: column, path: "",
        message: "no valid JSON: \(syntax.message)" + json.adviceForYAML(at: syntax.offset))
      return ScenarioError(diagnostics: [diagnostic], file: file)
    }
    if problems.isEmpty { return nil }
    let diagnostics = problems.sorted { $0.offset < $1.offset }.prefix(ScenarioError.limit).map {
      let (line, column) = locator.position(of: $0.offset)
      return Diagnostic(
        line: line, column: column, path: pathText(locator.path(to: $0.offset)),
        message: $0.message)
    }
    return ScenarioError(diagnostics: Array(diagnostics), file: file)
  }
}
