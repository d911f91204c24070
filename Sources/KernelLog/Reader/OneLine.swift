/// Parts a line that has a whole report in it, whose line ends were lost, where the kernel's words begin.
enum OneLine {
  /// So many beginnings make a line one of these: no line of a report has more than two.
  private static let least = 4

  /// The lines; nil where it is one line.
  static func lines(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    if text.count < 200 { return nil }
    let starts = starts(in: text)
    guard starts.count >= least else { return nil }
    var lines: [ArraySlice<UInt8>] = []
    if let first = starts.first, first > text.startIndex { lines.append(text[..<first]) }
    for (index, start) in starts.enumerated() {
      lines.append(text[start..<(index + 1 < starts.count ? starts[index + 1] : text.endIndex)])
    }
    return withoutPrefixes(lines)
  }

  private static func starts(in text: ArraySlice<UInt8>) -> [Int] {
    var starts: [Int] = []
    var from = text.startIndex
    var invoked = text.firstIndex(of: " invoked oom-killer")
    while from < text.endIndex {
      if let found = KernelText.start(
        in: text[from..<(invoked ?? text.endIndex)], hasSums: true)
      {
        starts.append(found.at)
        from = end(of: text[found.at...])
        if let at = invoked, at < from {
          invoked = text[from...].firstIndex(of: " invoked oom-killer")
        }
      } else if let at = invoked {
        starts.append(max(from, nameStart(text[from..<at])))
        from = at + 19
        invoked = text[from...].firstIndex(of: " invoked oom-killer")
      } else {
        break
      }
    }
    return starts
  }

  /// Behind the words that begin a line; a line about a death begins with a reason, which is the beginning of others.
  private static func end(of text: ArraySlice<UInt8>) -> Int {
    for reason in ["Out of memory", "Out of Memory", "Memory cgroup out of memory", "Kernel panic"]
    where text.begins(with: reason) {
      let head = text.prefix(140)
      let verbs = [
        "illed process ", "ill process ", "and no killable", "panic_on_oom", "deadlocked",
      ]
      let ends = verbs.compactMap { verb in head.firstIndex(of: verb).map { $0 + verb.utf8.count } }
      return ends.min() ?? text.startIndex + reason.utf8.count
    }
    if TaskTable.isRow(text), let bracket = text.firstIndex(of: UInt8(ascii: "]")) {
      return bracket + 1
    }
    if let usage = text.prefix(20).firstIndex(of: ": usage ") { return usage + 8 }
    let digits = text.prefix { decimal($0) != nil }
    return min(max(digits.endIndex, text.startIndex + 4), text.endIndex)
  }

  /// The last word: names with blanks are rare.
  private static func nameStart(_ text: ArraySlice<UInt8>) -> Int {
    text.lastIndex(of: UInt8(ascii: " ")).map { $0 + 1 } ?? text.startIndex
  }

  /// What the lines had before them now stands at the end of the one before: behind the last word of a header, which
  /// is known, it is what all have.
  private static func withoutPrefixes(_ lines: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    let name = "_adj name"
    func end(_ line: ArraySlice<UInt8>) -> Int? {
      guard line.first == UInt8(ascii: "["), TaskTable.isHeaderHead(line) else { return nil }
      return line.firstIndex(of: name).map { $0 + name.utf8.count }
    }
    let ends = lines.map(end)
    guard let first = ends.firstIndex(where: { $0 != nil }), let start = ends[first] else {
      return lines
    }
    let between = lines[first][start...]
    let prefix = Skeleton(between)
    return zip(lines, ends).map { line, end in
      if let end { return line[..<end] }
      guard line.first == UInt8(ascii: "["), TaskTable.isRow(line) else { return line }
      // Numbers in it may be longer than in the first.
      let at = line.indices.suffix(min(between.count, 400) + 24).first {
        Skeleton(line[$0...]) == prefix
      }
      return at.map { line[..<$0] } ?? line
    }
  }
}

/// What lines with the same prefix have in common: runs of digits and of blanks count as one.
struct Skeleton: Equatable {
  private var bytes: [UInt8] = []

  init(_ text: ArraySlice<UInt8>) {
    for byte in text.prefix(400) {
      let kind = decimal(byte) == nil ? byte : UInt8(ascii: "0")
      if kind == 0x20 || kind == UInt8(ascii: "0"), bytes.last == kind { continue }
      // Seconds since boot are padded to a width.
      if kind == UInt8(ascii: "0"), bytes.last == 0x20, bytes.dropLast().last == UInt8(ascii: "[") {
        bytes.removeLast()
      }
      bytes.append(kind)
    }
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Where a text ends that begins a line with the same skeleton; nil where none does.
  func end(in line: ArraySlice<UInt8>) -> Int? {
    var index = line.startIndex
    var previous: UInt8 = 0
    func skip(_ isPart: (UInt8) -> Bool) -> Bool {
      let start = index
      while index < line.endIndex, isPart(line[index]) { index += 1 }
      return index > start
    }
    for byte in bytes {
      if byte == UInt8(ascii: "0") {
        if previous == UInt8(ascii: "[") { _ = skip { $0 == 0x20 } }
        guard skip({ decimal($0) != nil }) else { return nil }
      } else if byte == 0x20 {
        guard skip({ $0 == 0x20 }) else { return nil }
      } else {
        guard index < line.endIndex, line[index] == byte else { return nil }
        index += 1
      }
      previous = byte
    }
    return index
  }

  /// Something other than blanks and numbers stands in it.
  var hasMarks: Bool { bytes.contains { $0 != 0x20 && $0 != UInt8(ascii: "0") } }

  func begins(with other: Skeleton) -> Bool { bytes.starts(with: other.bytes) }
}
