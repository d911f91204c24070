internal import OOMSimulator

/// What the readers of all parts of a scenario share: the text, the page size, and what was found wrong.
package struct Fields {
  /// Something to be said at a byte offset of the text; what is wrong does not stop the reading.
  struct Problem: Equatable {
    var offset: Int
    var message: String
  }

  var json: JSONReader
  let pageSize: Bytes
  /// Which version the files of groups are.
  var cgroupVersion = 2
  var problems: [Problem] = []
  /// What has to be known of what is right.
  var notes: [Problem] = []
  private var pathCache: (token: [UInt8], path: String) = (Array("/".utf8), "/")

  init(_ bytes: [UInt8], pageSize: Bytes) {
    json = JSONReader(bytes)
    self.pageSize = pageSize
  }

  mutating func wrong(_ message: String, at offset: Int) {
    problems.append(Problem(offset: offset, message: message))
  }

  // MARK: Objects and lists

  /// Reads an object whose keys are known; unknown and repeated ones are reported and passed over.
  ///
  /// - Parameter field: reads the value of the key with that number.
  /// - Returns: the keys that were there, as bits; nil when the value is no object.
  mutating func object(
    _ keys: ObjectKeys, _ field: (inout Fields, Int) throws(JSONError) -> Void
  ) throws(JSONError) -> UInt64? {
    guard try expect(.object) else { return nil }
    try json.beginObject()
    var seen: UInt64 = 0
    var isFirst = true
    var guess = 0
    while let key = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let number: Int?
      if key.hasEscapes {
        number = keys.names.firstIndex(of: json.text(key))
      } else {
        number = keys.number(json.bytes, key.start, key.end, guess: guess)
      }
      guard let number else {
        unknown(json.text(key), keys.names, at: key.start - 1)
        try json.skipValue()
        continue
      }
      if seen & (1 << UInt64(number)) != 0 {
        wrong("the key '\(keys.names[number])' stands here twice", at: key.start - 1)
        try json.skipValue()
        continue
      }
      seen |= 1 << UInt64(number)
      guess = number + 1
      try field(&self, number)
    }
    return seen
  }

  /// Reads an object with keys of any name, each once.
  mutating func dictionary(
    _ field: (inout Fields, String, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard try expect(.object) else { return }
    try json.beginObject()
    var seen: Set<String> = []
    var isFirst = true
    while let key = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let name = json.text(key)
      if !seen.insert(name).inserted {
        wrong("the key '\(name)' stands here twice", at: key.start - 1)
        try json.skipValue()
        continue
      }
      try field(&self, name, key.start - 1)
    }
  }

  mutating func list(
    _ element: (inout Fields) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard try expect(.array) else { return }
    try json.beginArray()
    var isFirst = true
    while try json.nextElement(isFirst: isFirst) {
      isFirst = false
      try element(&self)
    }
  }

  mutating func unknown(_ key: String, _ known: [String], at offset: Int) {
    var message = "unknown key '\(shortened(key))'"
    if let advice = KeySynonym.advice(for: key, known: known) {
      message += advice
    } else if let near = nearestWord(to: key, among: known) {
      message += "; did you mean '\(near)'?"
    } else {
      let most = known.count <= 24 ? known.count : 12
      message += "; known here: \(known.prefix(most).joined(separator: ", "))"
      if most < known.count {
        message += " and \(known.count - most) more, which 'oomsim schema' lists"
      }
    }
    wrong(message, at: offset)
  }

  /// Whether the next value is of a kind; another one is reported and passed over.
  ///
  /// - Parameter allowed: what to say that is expected; put together only when it is needed.
  mutating func expect(
    _ kind: JSONReader.Kind, or allowed: @autoclosure () -> String? = nil
  ) throws(JSONError) -> Bool {
    let found = try json.peek()
    if found == kind { return true }
    let offset = json.offset
    try json.skipValue()
    wrong("expected \(allowed() ?? kind.rawValue), found \(found.rawValue)", at: offset)
    return false
  }

  // MARK: Values

  mutating func string() throws(JSONError) -> String? {
    guard try expect(.string) else { return nil }
    return json.text(try json.readString())
  }

  mutating func strings() throws(JSONError) -> [String] {
    var strings: [String] = []
    try list { (fields) throws(JSONError) in
      if let string = try fields.string() { strings.append(string) }
    }
    return strings
  }

  mutating func bool() throws(JSONError) -> Bool? {
    guard try expect(.bool) else { return nil }
    return try json.readBool()
  }

  /// A whole number in a range.
  mutating func integer(_ range: ClosedRange<Int64>) throws(JSONError) -> Int64? {
    let offset = try startOfNext()
    guard try expect(.number, or: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    else { return nil }
    let text = try json.readNumber()
    guard let number = wholeNumber(text) else {
      wrong(
        "expected a whole number from \(range.lowerBound) to \(range.upperBound), found "
          + shortened(json.text(text)), at: offset)
      return nil
    }
    guard range.contains(number) else {
      wrong("\(number) is not from \(range.lowerBound) to \(range.upperBound)", at: offset)
      return nil
    }
    return number
  }

  /// 0 or 1 as the kernel's files have it.
  mutating func flag() throws(JSONError) -> Bool? {
    try integer(0...1).map { $0 == 1 }
  }

  /// A size with a unit, in pages; 0 needs none.
  mutating func size() throws(JSONError) -> Int64? {
    try size(bare: nil)
  }

  /// A size as a cgroup file has it: a bare integer is bytes, `max` no limit.
  mutating func cgroupSize() throws(JSONError) -> Int64? {
    try size(bare: 1)
  }

  /// A size as a `*_kbytes` sysctl has it, in KiB: a bare integer is KiB.
  mutating func kbytes() throws(JSONError) -> Kibibytes? {
    if try json.peek() == .number {
      return try integer(0...Scenario.mostKibibytes.rawValue).map { Kibibytes($0) }
    }
    let pageSize = pageSize
    return try size(bare: nil).map { pageSize.kibibytes(pages: $0) }
  }

  private mutating func size(bare bytesPerUnit: Int64?) throws(JSONError) -> Int64? {
    let kind = try json.peek()
    let offset = json.offset
    let pageSize = pageSize
    if kind == .number {
      let text = try json.readNumber()
      let number = wholeNumber(text)
      if number == 0 { return 0 }
      // Version 1 writes -1 where version 2 writes max.
      if number == -1, bytesPerUnit == 1, cgroupVersion == 1 { return Cgroup.unlimited }
      guard let bytesPerUnit else {
        wrong("a size needs a unit: \(SizeText.allowed)", at: offset)
        return nil
      }
      guard let number else {
        wrong("expected a whole number of bytes, found \(shortened(json.text(text)))", at: offset)
        return nil
      }
      return pages(at: offset) { () throws(QuantityError) in
        let (bytes, overflow) = number.multipliedReportingOverflow(by: bytesPerUnit)
        return try SizeText.pages(bytes: Bytes(overflow ? .max : bytes), pageSize: pageSize)
      }
    }
    guard try expect(.string, or: "a size: \(SizeText.allowed)") else { return nil }
    let token = try json.readString()
    if bytesPerUnit != nil, json.text(token) == "max" { return Cgroup.unlimited }
    let bytes = json.bytes
    let size = pages(at: offset) { () throws(QuantityError) in
      try SizeText.pages(bytes.span.extracting(token.start..<token.end), pageSize: pageSize)
    }
    if let size, SizeText.isDecimal(bytes.span.extracting(token.start..<token.end)) {
      notes.append(
        Problem(
          offset: offset,
          message: SizeText.note(ofDecimal: json.text(token), pages: size, pageSize: pageSize)))
    }
    return size
  }

  private mutating func pages(
    at offset: Int, _ body: () throws(QuantityError) -> Int64
  ) -> Int64? {
    do throws(QuantityError) {
      return try body()
    } catch {
      wrong(error.message, at: offset)
      return nil
    }
  }

  /// A duration; 0 needs no unit.
  mutating func duration() throws(JSONError) -> Microseconds? {
    let kind = try json.peek()
    let offset = json.offset
    if kind == .number {
      let text = try json.readNumber()
      if wholeNumber(text) == 0 { return 0 }
      wrong("a duration needs a unit: \(DurationText.allowed)", at: offset)
      return nil
    }
    guard try expect(.string, or: "a duration: \(DurationText.allowed)") else { return nil }
    let text = json.text(try json.readString())
    do throws(QuantityError) {
      return try DurationText.microseconds(text)
    } catch {
      wrong(error.message, at: offset)
      return nil
    }
  }

  /// One of a list of words.
  mutating func word<Value>(_ words: [(String, Value)]) throws(JSONError) -> Value? {
    let offset = try startOfNext()
    guard let text = try string() else { return nil }
    if let match = words.first(where: { $0.0 == text }) { return match.1 }
    var message =
      "unknown value '\(shortened(text))': \(words.map { "'\($0.0)'" }.joined(separator: ", "))"
    if let near = nearestWord(to: text, among: words.map { $0.0 }) {
      message += "; did you mean '\(near)'?"
    }
    wrong(message, at: offset)
    return nil
  }

  /// A list of memory nodes such as `0-1,3`.
  mutating func nodes() throws(JSONError) -> NodeMask? {
    let offset = try startOfNext()
    guard let text = try string() else { return nil }
    if let mask = NodeMask(text), !mask.isEmpty { return mask }
    wrong("'\(shortened(text))' is no list of nodes: write it like \"0-1,3\"", at: offset)
    return nil
  }

  /// A process by name or by pid.
  mutating func process() throws(JSONError) -> ProcessReference? {
    if try json.peek() == .number {
      return try integer(1...Int64(Scenario.Process.pidLimit - 1)).map { .pid(Int32($0)) }
    }
    guard try expect(.string, or: "a process: its name or its pid") else { return nil }
    return .name(json.text(try json.readString()))
  }

  /// The path of a group, such as `/system.slice/llm.service`.
  mutating func cgroupPath() throws(JSONError) -> String? {
    let kind = try json.peek()
    let offset = json.offset
    guard kind == .string else {
      _ = try expect(.string, or: "the path of a group")
      return nil
    }
    let token = try json.readString()
    // Thousands of processes name the same few groups.
    if json.bytes[token.start..<token.end].elementsEqual(pathCache.token) { return pathCache.path }
    let path = json.text(token)
    if let problem = Self.problem(ofPath: path) {
      wrong(problem, at: offset)
      return nil
    }
    pathCache = (Array(json.bytes[token.start..<token.end]), path)
    return path
  }

  package static func problem(ofPath path: String) -> String? {
    guard path.utf8.first == UInt8(ascii: "/") else {
      return "the path of a group begins with '/', found '\(shortened(path))'"
    }
    if path == "/" { return nil }
    if path.utf8.count > 4095 {
      return "'\(shortened(path))' is longer than 4095 bytes, which no kernel takes (PATH_MAX)"
    }
    for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if part.isEmpty { return "'\(shortened(path))' has an empty part: write '/a/b'" }
      if part == "." || part == ".." {
        return "'\(shortened(path))' is not a plain path: '\(part)' is not allowed"
      }
    }
    return nil
  }

  // MARK: Parts

  /// Where the next value begins.
  mutating func startOfNext() throws(JSONError) -> Int {
    _ = try json.peek()
    return json.offset
  }

  /// The value of a number without point and exponent that fits in 64 bits.
  private func wholeNumber(_ text: Range<Int>) -> Int64? {
    var number: Int64 = 0
    var at = text.lowerBound
    let isNegative = json.bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    while at < text.upperBound {
      let digit = json.bytes[at] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (next, overflows) = product.subtractingReportingOverflow(Int64(digit))
      if overflow || overflows { return nil }
      number = next
      at += 1
    }
    if isNegative { return number }
    return number == .min ? nil : -number
  }
}

/// A text short enough for a message.
func shortened(_ text: String) -> String {
  text.count <= 40 ? text : text.prefix(37) + "…"
}
