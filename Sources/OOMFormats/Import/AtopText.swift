internal import OOMSimulator

/// What atop prints of memory, sample by sample: its text, or lines of `atop -P MEM,SWP,PRM`.
///
/// Format: atop(1), sections "Output description - system level", "process level" and "Parsable output". Sizes of the
/// text have a letter behind them and count in powers of 1024; those of MEM and SWP lines are pages, of PRM lines KiB.
struct AtopText {
  struct Sample {
    /// Microseconds since the epoch.
    var time: Int64
    /// Bytes by the names of the text: `tot`, `free`, `cache`, `buff`, `slab`, `slrec`, `shmem`.
    var memory: [Substring: Bytes] = [:]
    var swap: [Substring: Bytes] = [:]
    var processes: [Int32: Process] = [:]
    /// Pids in the order of the text.
    var order: [Int32] = []
    var line: Int
  }

  struct Process: Equatable {
    var name: String
    var resident: Bytes
    var swap: Bytes
    var total: Bytes
  }

  var samples: [Sample] = []
  /// Whether a process that a sample does not have was gone; the text leaves out what has not changed.
  var listsAll = false
  private var columns: [Substring]?

  /// Labels of lines that `atop -P` prints; others are of no interest.
  private static let labels = ["MEM", "SWP", "PRM", "PAG", "CPU", "CPL", "PRG", "PRC", "PSI"]

  static func isHeader(_ line: TextLine) -> Bool {
    guard line.words.count > 3 else { return false }
    if line.words[0] == "ATOP", line.words[1] == "-" { return true }
    return labels.contains(String(line.words[0])) && date(line.words[3]) != nil
  }

  init(_ files: [ImportFile]) throws(ScenarioError) {
    for file in files {
      var lines = TextLines(file)
      columns = nil
      while let line = lines.next() {
        guard let label = line.words.first else {
          columns = nil
          continue
        }
        if label == "ATOP" {
          try begin(line, file)
        } else if line.words.count > 6, Self.date(line.words[3]) != nil {
          try parseable(line, file)
        } else if label == "MEM" || label == "SWP" {
          try system(line, file)
        } else if label == "PID" {
          columns = line.words.contains("RSIZE") ? line.words : nil
        } else if let columns, Int32(label) != nil {
          try process(line, columns, file)
        }
      }
    }
    let file = files.first ?? ImportFile(name: "", bytes: [])
    if samples.isEmpty {
      throw file.error(
        "no sample of atop in it: 'atop -r FILE -m', or 'atop -r FILE -P MEM,SWP,PRM'", line: 1)
    }
    samples.removeAll { $0.memory["tot"] == nil || $0.memory["free"] == nil }
    if samples.isEmpty {
      throw file.error("no sample of atop with a line MEM that has tot and free", line: 1)
    }
    samples.sort { $0.time < $1.time }
  }

  // MARK: Text

  /// `ATOP - host   2024/03/01  12:00:00   -----   10s elapsed`.
  private mutating func begin(_ line: TextLine, _ file: ImportFile) throws(ScenarioError) {
    let at = line.words.firstIndex { Self.date($0) != nil }
    guard let at, at + 1 < line.words.count, let day = Self.date(line.words[at]),
      let clock = Self.clock(line.words[at + 1])
    else {
      throw file.error("a header of atop without date and time", line: line.number)
    }
    columns = nil
    try open(day * 86_400_000_000 + clock, line, file)
  }

  private mutating func open(
    _ time: Int64, _ line: TextLine, _ file: ImportFile
  ) throws(ScenarioError) {
    if let last = samples.last, last.time >= time {
      throw file.error(
        last.time == time ? "two samples at one time" : "a sample earlier than the one before it",
        line: line.number)
    }
    samples.append(Sample(time: time, line: line.number))
  }

  /// `MEM | tot   7.7G | free  312.4M | …`.
  private mutating func system(_ line: TextLine, _ file: ImportFile) throws(ScenarioError) {
    if samples.isEmpty { throw file.error("a line before any header of atop", line: line.number) }
    var values: [Substring: Bytes] = [:]
    for cell in line.text.split(separator: "|").dropFirst() {
      let words = cell.split(separator: " ")
      guard words.count == 2,
        ["tot", "free", "cache", "buff", "slab", "slrec", "shmem"]
          .contains(words[0])
      else { continue }
      guard let size = WrittenSize.bytes(words[1], .binary), words[1].last?.isLetter == true else {
        throw file.error(
          "\(line.words[0]) \(words[0]) '\(shortened(String(words[1])))' is no size",
          line: line.number,
          column: line.column(of: words[1]))
      }
      values[words[0]] = size
    }
    let last = samples.count - 1
    if line.words[0] == "MEM" {
      // The first line is that of the machine.
      if samples[last].memory.isEmpty { samples[last].memory = values }
    } else if samples[last].swap.isEmpty {
      samples[last].swap = values
    }
  }

  private mutating func process(
    _ line: TextLine, _ columns: [Substring], _ file: ImportFile
  ) throws(ScenarioError) {
    if samples.isEmpty { throw file.error("a line before any header of atop", line: line.number) }
    // CMD comes last, and the page of the screen behind it has no column.
    guard let name = columns.firstIndex(of: "CMD"), line.words.count > name else {
      throw file.error(
        "\(line.words.count) columns where the headers have \(columns.count)", line: line.number)
    }
    func size(_ column: Substring) throws(ScenarioError) -> Bytes {
      guard let index = columns.firstIndex(of: column) else { return 0 }
      let word = line.words[index]
      if let size = WrittenSize.bytes(word, .binary), word.last?.isLetter == true { return size }
      throw file.error(
        "\(column) '\(shortened(String(word)))' is no size", line: line.number,
        column: line.column(of: word))
    }
    guard let pid = Int32(line.words[0]), 1..<Scenario.Process.pidLimit ~= pid else {
      throw file.error("no pid: '\(shortened(String(line.words[0])))'", line: line.number)
    }
    let command = line.text[line.words[name].startIndex...]
    let process = Process(
      name: String(command.reversed().drop { $0 == " " }.reversed()), resident: try size("RSIZE"),
      swap: try size("SWAPSZ"), total: try size("VSIZE"))
    try add(process, pid, line, file)
  }

  private mutating func add(
    _ process: Process, _ pid: Int32, _ line: TextLine, _ file: ImportFile
  ) throws(ScenarioError) {
    let last = samples.count - 1
    if samples[last].processes.updateValue(process, forKey: pid) != nil {
      throw file.error("the pid \(pid) stands twice in one sample", line: line.number)
    }
    samples[last].order.append(pid)
  }

  // MARK: Parseable

  /// Label, host, seconds since the epoch, date, time, length of the interval, and what the label has.
  private mutating func parseable(_ line: TextLine, _ file: ImportFile) throws(ScenarioError) {
    let label = line.words[0]
    guard ["MEM", "SWP", "PRM"].contains(label) else { return }
    guard let seconds = Int64(line.words[2]), 0..<1 << 40 ~= seconds else {
      throw file.error(
        "'\(shortened(String(line.words[2])))' is no time in seconds since 1970", line: line.number,
        column: line.column(of: line.words[2]))
    }
    listsAll = true
    let time = seconds * 1_000_000
    if samples.last?.time != time { try open(time, line, file) }
    if label == "PRM" { return try parseableProcess(line, file) }
    let numbers = try numbers(line.words.dropFirst(6), line, file)
    let isMemory = label == "MEM"
    guard numbers.count >= (isMemory ? 6 : 3), 512...1 << 20 ~= numbers[0] else {
      throw file.error("a line \(label) without page size and sizes", line: line.number)
    }
    func size(_ index: Int) throws(ScenarioError) -> Bytes {
      let (size, isTooLarge) = numbers[index].multipliedReportingOverflow(by: numbers[0])
      if !isTooLarge, size <= SizeText.maxBytes.rawValue { return Bytes(size) }
      throw file.error("\(label): \(numbers[index]) pages are more than 4 PiB", line: line.number)
    }
    let last = samples.count - 1
    if isMemory {
      let names: [Substring] = ["tot", "free", "cache", "buff", "slab", "dirty", "slrec"]
      for (index, name) in names.enumerated() where index + 1 < numbers.count {
        samples[last].memory[name] = try size(index + 1)
      }
      if numbers.count > 9 { samples[last].memory["shmem"] = try size(9) }
    } else {
      samples[last].swap = ["tot": try size(1), "free": try size(2)]
    }
  }

  /// `PID (name) state pagesize virtual resident …`: names may have spaces and brackets.
  private mutating func parseableProcess(
    _ line: TextLine, _ file: ImportFile
  ) throws(ScenarioError) {
    guard let open = line.text.firstIndex(of: "("), let close = line.text.lastIndex(of: ")"),
      open < close, let word = line.text[..<open].split(separator: " ").last
    else { throw file.error("a line PRM without a name in brackets", line: line.number) }
    guard let pid = Int32(word), 1..<Scenario.Process.pidLimit ~= pid else {
      throw file.error("no pid: '\(shortened(String(word)))'", line: line.number)
    }
    let words = line.text[line.text.index(after: close)...].split(separator: " ")
    guard words.count >= 13 else {
      throw file.error(
        "\(words.count) values behind the name of a line PRM, at least 13 expected",
        line: line.number)
    }
    // A thread is no process of its own; a zombie has no memory.
    if words.count > 14, words[14] == "n" { return }
    if words[0] == "Z" || words[0] == "E" { return }
    let numbers = try numbers(words[1...12], line, file)
    func size(_ index: Int) throws(ScenarioError) -> Bytes {
      guard 0...Scenario.mostKibibytes.rawValue ~= numbers[index] else {
        throw file.error("\(numbers[index]) KiB are no size up to 4 PiB", line: line.number)
      }
      return Bytes(numbers[index] << 10)
    }
    let total = numbers[1] > Scenario.mostKibibytes.rawValue ? 0 : try size(1)
    let process = Process(
      name: String(line.text[line.text.index(after: open)..<close]), resident: try size(2),
      swap: try size(11), total: total)
    try add(process, pid, line, file)
  }

  private func numbers(
    _ words: ArraySlice<Substring>, _ line: TextLine, _ file: ImportFile
  ) throws(ScenarioError) -> [Int64] {
    var numbers: [Int64] = []
    for word in words {
      guard let number = Int64(word) else {
        throw file.error(
          "'\(shortened(String(word)))' is no whole number", line: line.number,
          column: line.column(of: word))
      }
      numbers.append(number)
    }
    return numbers
  }

  // MARK: Times

  /// Days since 1970 of `2024/03/01`.
  private static func date(_ word: Substring) -> Int64? {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, let year = Int64(parts[0]), year >= 1970,
      let month = Int64(parts[1]), 1...12 ~= month, let day = Int64(parts[2]), 1...31 ~= day
    else { return nil }
    // Years that begin in March have their leap day at the end.
    let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 719_469
  }

  private static func clock(_ word: Substring) -> Int64? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = Int64(parts[0]), 0..<24 ~= hour,
      let minute = Int64(parts[1]),
      0..<60 ~= minute, let second = Int64(parts[2]), 0...60 ~= second
    else { return nil }
    return (hour * 3600 + minute * 60 + second) * 1_000_000
  }
}
