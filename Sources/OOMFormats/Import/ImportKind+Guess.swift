internal import OOMSimulator

extension ImportKind {
  private static let keys: [String: ImportKind] = [
    "services": .compose, "ociVersion": .oci, "apiVersion": .kubernetes, "items": .kubernetes,
    "data": .prometheus, "resultType": .prometheus, "result": .prometheus, "errorType": .prometheus,
    "HostConfig": .dockerInspect, "MemUsage": .dockerStats, "BlockIO": .dockerStats,
    "CPUPerc": .dockerStats, "mem_usage": .dockerStats,
  ]

  /// What a text is, by what only one kind has.
  ///
  /// - Throws: a `ScenarioError` where it is none of them.
  static func guess(of file: ImportFile) throws(ScenarioError) -> ImportKind {
    var fields = Fields(file.bytes, pageSize: 4096)
    fields.json.skipSpace()
    let start = fields.json.offset
    if start == file.bytes.count { throw file.error("there is nothing in it") }
    let first = file.bytes[start]
    // `[Service]` is no list.
    let second = start + 1 < file.bytes.count ? file.bytes[start + 1] | 0x20 : 0
    let isHeading = first == UInt8(ascii: "[") && second &- UInt8(ascii: "a") < 26
    if !isHeading, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      do throws(JSONError) {
        if let kind = try fields.kindOfNext() { return kind }
      } catch {
        if let error = fields.error(file: file.name, error) { throw error }
      }
      if let error = fields.error(file: file.name) { throw error }
      throw file.error(
        "JSON of no kind that is known: say which with --from \(all)",
        at: file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    }
    return try guess(ofText: file)
  }

  private static let all = allCases.map { $0.rawValue }.joined(separator: ", ")

  /// By the first lines that are decisive.
  private static func guess(ofText file: ImportFile) throws(ScenarioError) -> ImportKind {
    var lines = TextLines(file)
    var seen = 0
    while seen < 100, let line = lines.next() {
      if line.words.isEmpty { continue }
      seen += 1
      if let error = file.refusalOfOther(line) { throw error }
      if DockerStatsTable.isHeader(line) { return .dockerStats }
      if SarText.isHeader(line) { return .sar }
      if AtopText.isHeader(line) { return .atop }
      if PsText.isHeader(line) { return .ps }
      if SystemdUnits.isProperty(line) { return .systemd }
      if let error = file.refusalOfYAML(line) { throw error }
    }
    if seen == 0 { throw file.error("there is nothing in it") }
    throw file.error("no kind of text that is known: say which with --from \(all)", line: 1)
  }
}

extension Fields {
  /// Goes through the keys of an object, or of the first object of a list, up to one that decides.
  fileprivate mutating func kindOfNext() throws(JSONError) -> ImportKind? {
    if try json.peek() == .array {
      try json.beginArray()
      guard try json.nextElement(isFirst: true), try json.peek() == .object else { return nil }
    }
    try json.beginObject()
    var isFirst = true
    while let key = try json.nextKey(isFirst: isFirst) {
      isFirst = false
      let name = json.text(key)
      if let kind = ImportKind.known(name) { return kind }
      if name == "schema" {
        let offset = key.start - 1
        if let text = try string(), text.hasPrefix("oomsim.scenario") {
          wrong("this is a scenario already: oomsim run", at: offset)
          return nil
        }
      } else if name == "machine" || name == "processes" {
        wrong("this is a scenario already: oomsim run", at: key.start - 1)
        return nil
      } else if name == "status" || name == "kind", try json.peek() == .string {
        return name == "kind" ? .kubernetes : .prometheus
      } else {
        try json.skipValue()
      }
    }
    return nil
  }
}

extension ImportKind {
  fileprivate static func known(_ key: String) -> ImportKind? { keys[key] }
}
