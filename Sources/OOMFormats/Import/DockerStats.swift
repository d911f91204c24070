internal import OOMSimulator

/// A container in `docker stats`.
private struct StatsRow {
  var name: String
  /// Nil where it did not run: `-- / --`.
  var usage: Bytes?
  var limit: Bytes?
  /// As it is written.
  var limitText = ""
  /// Whether it is one that people give.
  var isLimitRound = true
}

/// The table of `docker stats`, in its forms since 1.10.
enum DockerStatsTable {
  /// A line of headers, after the control sequences that a table which is drawn again has.
  static func isHeader(_ line: TextLine) -> Bool {
    let text = withoutControls(line.text)
    return text.mentions("MEM USAGE") && text.mentions("LIMIT")
      || text.mentions("MEM USAGE / LIMIT")
  }

  /// Takes the sequences off that clear a screen.
  static func withoutControls(_ text: String) -> String {
    guard text.contains("\u{1B}") else { return text }
    var result = ""
    var isInside = false
    for character in text {
      if character == "\u{1B}" {
        isInside = true
      } else if isInside {
        isInside = !(character.isLetter && character.isASCII)
      } else {
        result.append(character)
      }
    }
    return result
  }
}

extension ImportDraft {
  /// One process a container with what it uses as anonymous memory, its limit as a group.
  mutating func readDockerStats(_ files: [ImportFile]) throws(ScenarioError) {
    var rows: [StatsRow] = []
    var index: [String: Int] = [:]
    for file in files {
      try file.refuseYAML()
      for row in try Self.statsRows(file) {
        // A table that is drawn again shows the same containers with newer numbers.
        if let known = index[row.name] {
          rows[known] = row
        } else {
          index[row.name] = rows.count
          rows.append(row)
        }
      }
    }
    let host = hostMemory(rows)
    var stopped = 0
    for row in rows {
      guard let usage = row.usage else {
        stopped += 1
        continue
      }
      var limits = ContainerLimits()
      if let limit = row.limit, limit != host, limit > 0 {
        limits.memory = limit
        if usage > limit {
          note(
            "\(row.name): uses \(SizeFormat.binary(usage)), which is more than its limit of \(SizeFormat.binary(limit))"
          )
        }
      }
      add(Scenario.Process(name: row.name), limits, below: Self.parent(nil), usage: usage)
    }
    note(stopped, "container", "containers", "that did not run left out")
    note("what each container uses is taken for anonymous memory of one process")
    if scenario.cgroups.values.contains(where: { $0.max != nil }) {
      note(
        "docker stats does not show swap limits: each group is taken to have as much swap as memory, which is usual"
      )
    }
    note("docker stats does not show oom_score_adj: taken for 0; docker inspect has it")
  }

  /// Takes what containers use, for others that tell their limits.
  mutating func measure(_ files: [ImportFile]) throws(ScenarioError) -> ContainerMatches {
    var rows: [StatsRow] = []
    for file in files { rows += try Self.statsRows(file) }
    var matches = ContainerMatches()
    for row in rows {
      // A table that is drawn again has newer numbers.
      if !matches.rows.contains(row.name) { matches.rows.append(row.name) }
      measured[row.name] = row.usage
    }
    _ = hostMemory(rows)
    return matches
  }

  /// A container without a limit shows the memory of the machine, which is no round number.
  private mutating func hostMemory(_ rows: [StatsRow]) -> Bytes? {
    if let row = rows.first(where: { row in
      row.limit.map { $0 != WrittenSize.bytes(row.limitText[...], .decimal) } ?? false
    }), let limit = row.limit {
      note(
        "a limit of \(row.limitText) is taken for \(SizeFormat.binary(limit)), which is printed so, and others alike"
      )
    }
    if let given = options.memory {
      // As exact as it is written: 4 digits.
      return rows.compactMap { $0.limit }.filter { $0 >= given - given / 1000 }.max()
    }
    guard let largest = rows.max(by: { $0.limit ?? 0 < $1.limit ?? 0 }), let limit = largest.limit
    else { return nil }
    if largest.isLimitRound { return nil }
    memory = limit
    note(
      "\(largest.limitText), the largest limit, is no round number: taken for the memory of the machine, and its containers for unlimited"
    )
    return limit
  }

  private static func statsRows(_ file: ImportFile) throws(ScenarioError) -> [StatsRow] {
    let start = file.bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") { return try jsonRows(file) }
    var rows: [StatsRow] = []
    var lines = TextLines(file)
    var nameColumn: Int?
    while let raw = lines.next() {
      let line = TextLine(number: raw.number, text: DockerStatsTable.withoutControls(raw.text))
      if line.words.isEmpty { continue }
      if DockerStatsTable.isHeader(line) {
        nameColumn = line.words.contains("NAME") && line.words.first != "NAME" ? 1 : 0
        continue
      }
      guard let nameColumn else {
        throw file.error(
          "expected the headers of docker stats, found '\(shortened(line.text))'", line: line.number
        )
      }
      rows.append(try row(line, nameColumn, file))
    }
    if nameColumn == nil { throw file.error("no table of docker stats in it", line: 1) }
    return rows
  }

  private static func row(
    _ line: TextLine, _ nameColumn: Int, _ file: ImportFile
  ) throws(ScenarioError) -> StatsRow {
    guard line.words.count > nameColumn + 1 else {
      throw file.error(
        "a line of docker stats without its end: '\(shortened(line.text))'", line: line.number)
    }
    var row = StatsRow(name: String(line.words[nameColumn]))
    let rest = line.text[line.words[nameColumn].endIndex...]
    guard let slash = rest.firstIndex(of: "/") else {
      throw file.error("no 'USAGE / LIMIT' in '\(shortened(line.text))'", line: line.number)
    }
    let before = rest[..<slash].split { $0 == " " || $0 == "\t" }
    let after = rest[slash...].dropFirst().split { $0 == " " || $0 == "\t" }
    try row.fill(before, after, line, file)
    return row
  }

  private static func jsonRows(_ file: ImportFile) throws(ScenarioError) -> [StatsRow] {
    var rows: [StatsRow] = []
    try Fields.read(file) { (fields) throws(JSONError) in
      if try fields.json.peek() == .array {
        try fields.objects { (fields, offset) throws(JSONError) in
          rows.append(try fields.statsRow(offset))
        }
        return
      }
      repeat {
        rows.append(try fields.statsRow(try fields.startOfNext()))
        fields.json.skipSpace()
      } while fields.json.offset < fields.json.bytes.count
    }
    return rows
  }
}

extension StatsRow {
  /// Takes the words before and after the slash: `2.93GiB / 3GiB`, `796 KiB / 64 MiB`.
  mutating func fill(
    _ before: [Substring], _ after: [Substring], _ line: TextLine, _ file: ImportFile
  ) throws(ScenarioError) {
    guard let last = before.last, let first = after.first else {
      throw file.error("no 'USAGE / LIMIT' in '\(shortened(line.text))'", line: line.number)
    }
    if last == "--" { return }
    usage = Self.size(last, before.dropLast().last, isBehind: true).flatMap {
      WrittenSize.bytes($0[...], .decimal)
    }
    if let text = Self.size(first, after.dropFirst().first, isBehind: false) {
      limitText = text
      (limit, isLimitRound) = Self.limit(text[...])
    }
    if usage == nil || limit == nil {
      let word = usage == nil ? last : first
      throw file.error(
        "'\(shortened(String(word)))' is no size such as 12.3MiB", line: line.number,
        column: line.column(of: word))
    }
  }

  /// A size in a word, or in two: the number apart from its unit.
  private static func size(_ word: Substring, _ other: Substring?, isBehind: Bool) -> String? {
    if word.first?.isNumber == true, word.last?.isLetter == true { return String(word) }
    guard let other else { return nil }
    let text = isBehind ? "\(other)\(word)" : "\(word)\(other)"
    return text.last?.isLetter == true ? text : nil
  }

  /// A limit, and whether it is one that people give. They write 512m, 1.5g or 3.75g: an eighth is the finest of it,
  /// and of larger ones a whole number.
  ///
  /// Podman, and Docker before 1.13, print limits in powers of a thousand, so that `-m 1g` is `1.074GB`: the round
  /// number of MiB or GiB that is printed so is meant. Source: `HumanSize()`, github.com/docker/go-units: 4 digits.
  private static func limit(_ text: Substring) -> (size: Bytes?, isRound: Bool) {
    guard let size = WrittenSize.bytes(text, .decimal) else { return (nil, true) }
    let end = text.lastIndex { $0.isNumber } ?? text.startIndex
    guard let number = ExactDecimal(text[...end]) else { return (size, true) }
    let unit = text[end...].dropFirst().drop { $0 == " " }
    if unit.count == 2, size.rawValue >= 1 << 20, let printed = printed(number, size.rawValue) {
      var steps: [Int64] = [1 << 30]
      if size <= 4 << 30 { steps += [128 << 20, 100 << 20] }
      // Of what is printed below a GB one number at most is whole.
      if size < 1 << 30 { steps.append(1 << 20) }
      for step in steps {
        let round = (printed.lowerBound + step - 1) / step * step
        if printed.contains(round) { return (Bytes(round), true) }
      }
    }
    return (size, number.isWhole(inPartsOf: size > 4 << 30 ? 1 : 8))
  }

  /// The sizes that are printed as a number.
  private static func printed(_ number: ExactDecimal, _ size: Int64) -> Range<Int64>? {
    guard number.digits > 0, number.exponent <= 0 else { return nil }
    // Zeros at the end are not printed.
    var digits = number.digits
    while digits < 1000 { digits *= 10 }
    // Half of what the last digit stands for.
    let half = size / Int64(clamping: digits) / 2
    return half > 0 ? size - half..<size + half : nil
  }
}

extension Fields {
  private static let rowKeys = ObjectKeys(["Name", "Container", "MemUsage", "name", "mem_usage"])

  fileprivate mutating func statsRow(_ start: Int) throws(JSONError) -> StatsRow {
    var row = StatsRow(name: "")
    var container: String?
    var hasUsage = false
    try known(Self.rowKeys) { (fields, key) throws(JSONError) in
      let offset = try fields.startOfNext()
      // What is there and wrong is not missing.
      if key == 2 || key == 4 { hasUsage = true }
      guard let text = try fields.string() else { return }
      switch key {
      case 0, 3: row.name = text
      case 1: container = text
      default:
        let parts = text.split(separator: "/", maxSplits: 1).map { part in
          part.split { $0 == " " }
        }
        guard parts.count == 2, let line = [TextLine(number: 1, text: text)].first else {
          fields.wrong("'\(shortened(text))' is no 'USAGE / LIMIT'", at: offset)
          return
        }
        do throws(ScenarioError) {
          try row.fill(parts[0], parts[1], line, ImportFile(name: "", bytes: []))
        } catch {
          fields.wrong(
            "'\(shortened(text))' is no 'USAGE / LIMIT' such as 12.3MiB / 1GiB", at: offset)
        }
      }
    }
    if row.name.isEmpty { row.name = container ?? "" }
    if row.name.isEmpty { wrong("a container without a Name", at: start) }
    if !hasUsage { wrong("no MemUsage: expected a line of docker stats --format json", at: start) }
    return row
  }
}
