internal import OOMSimulator

/// What no kernel shows in a file of /proc or cgroupfs: a copy of them can be broken, or made by hand.
///
/// Reading itself takes what it can from any bytes; this finds what it would pass over.
package struct HostFileFault: Error, Equatable, Sendable {
  package var line: Int
  package var column: Int
  package var message: String

  package init(line: Int, column: Int, message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// - Parameter file: how messages call it.
  package func error(file: String) -> ScenarioError {
    ScenarioError(
      diagnostics: [Diagnostic(line: line, column: column, path: "", message: message)],
      file: file)
  }
}

extension HostFileFault {
  /// Lines that are sizes in kB, of which each is needed.
  private static let sizes: Set<String> = [
    "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "Shmem", "Mapped", "SReclaimable",
    "SwapTotal", "SwapFree", "Committed_AS", "Hugetlb", "Hugepagesize", "HighTotal", "VmLck",
    "VmRSS", "VmSwap", "VmPTE", "VmPMD", "RssAnon", "RssFile", "RssShmem",
  ]
  /// Lines that begin with a number.
  private static let numbers: Set<String> = [
    "HugePages_Total", "PPid", "Uid", "Threads", "VmSize",
  ]
  private static let scores: [String: ClosedRange<Int64>] = [
    "oom_score_adj": -1000...1000, "oom_adj": -17...15, "oom_score": 0...Int64.max,
  ]

  /// The first line that is none of a file, by the name that the file has in its directory; nil where nothing is wrong.
  package init?(in bytes: [UInt8], of name: String) {
    switch name {
    case "meminfo", "status": self.init(named: bytes)
    case "swaps": self.init(swaps: bytes)
    case "stat":
      if ProcessStat(bytes) != nil { return nil }
      self.init(line: 1, column: 1, message: "no line of /proc/PID/stat, or one that is cut short")
    default:
      if let range = Self.scores[name] ?? (HostSysctls.names.contains(name) ? 0...Int64.max : nil) {
        self.init(only: bytes, in: range, orMax: false)
      } else if HostGroup.files(version: 1).contains(name)
        || HostGroup.files(version: 2).contains(name),
        name != "memory.stat", name != "memory.oom_control"
      {
        self.init(only: bytes, in: 0...Int64.max, orMax: true)
      } else {
        return nil
      }
    }
  }

  /// `MemTotal:  4000 kB`.
  private init?(named bytes: [UInt8]) {
    var found: HostFileFault?
    var number = 0
    bytes[...].forEachLine { line in
      number += 1
      guard found == nil, let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      let isSize = Self.sizes.contains(name)
      guard isSize || Self.numbers.contains(name) else { return }
      let words = line[(colon + 1)...].words
      let value = words.first ?? line[line.endIndex...]
      let most = isSize ? Scenario.mostKibibytes.rawValue : Int64.max
      let isRight =
        Self.whole(value).map { 0...most ~= $0 } == true
        && (!isSize || words.count > 1 && words[1].elementsEqual("kB".utf8))
      if isRight { return }
      let text = shortened(line[(colon + 1)...].stripped.lossless)
      found = HostFileFault(
        line: number, column: value.startIndex - line.startIndex + 1,
        message: isSize
          ? "\(name): '\(text)' is no size in kB up to 4 PiB"
          : "\(name): '\(text)' is no number from 0")
    }
    guard let found else { return nil }
    self = found
  }

  private init?(swaps bytes: [UInt8]) {
    var found: HostFileFault?
    var number = 0
    bytes[...].forEachLine { line in
      number += 1
      if found != nil || number == 1 || line.words.isEmpty { return }
      let words = line.words
      let size = words.count < 5 ? nil : Self.whole(words[2])
      if let size, 0...Scenario.mostKibibytes.rawValue ~= size, Self.whole(words[4]) != nil {
        return
      }
      found = HostFileFault(
        line: number, column: 1,
        message:
          "'\(shortened(line.lossless))' is no line of Filename, Type, Size, Used and Priority")
    }
    guard let found else { return nil }
    self = found
  }

  private init?(only bytes: [UInt8], in range: ClosedRange<Int64>, orMax: Bool) {
    let text = bytes[...].stripped
    if orMax, text.elementsEqual("max".utf8) { return nil }
    if let number = Self.whole(text), range.contains(number) { return nil }
    let allowed =
      range.upperBound == Int64.max
      ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    self.init(
      line: 1, column: text.startIndex + 1,
      message:
        "'\(shortened(text.lossless))' is no number \(allowed)\(orMax ? " and not 'max'" : "")")
  }

  /// A whole number that is all of a word; nil for none, or for one beyond 64 bits.
  private static func whole(_ word: HostBytes) -> Int64? {
    let digits = word.first == UInt8(ascii: "-") ? word.dropFirst() : word
    guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    return word.number
  }
}
