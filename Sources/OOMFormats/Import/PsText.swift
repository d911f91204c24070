internal import OOMSimulator

/// A table of `ps`: `ps aux`, `ps -eo pid,ppid,user,rss,comm` and others that have the headers that matter.
///
/// Format: ps(1) of procps, section standard format specifiers. Sizes are KiB.
struct PsText {
  struct Row {
    var pid: Int32
    var ppid: Int32 = 0
    var user: Substring?
    var rss: Kibibytes
    var vsz: Kibibytes?
    /// Tenths of a percent of memory.
    var memoryShare: Int64?
    var adj: Int16 = 0
    var cgroup: String?
    var command: String
    var isZombie = false
    var line: Int
  }

  var rows: [Row] = []

  /// The headers of one line, by what they mean.
  private struct Columns {
    var names: [Substring]

    func index(_ wanted: String...) -> Int? {
      names.firstIndex { wanted.contains(String($0)) }
    }
  }

  private static let commands = ["COMMAND", "CMD", "COMM", "UCMD"]

  static func isHeader(_ line: TextLine) -> Bool {
    line.words.contains("PID") && line.words.contains { commands.contains(String($0)) }
  }

  init(_ file: ImportFile) throws(ScenarioError) {
    var lines = TextLines(file)
    var columns: Columns?
    var pids: Set<Int32> = []
    while let line = lines.next() {
      if line.words.isEmpty { continue }
      if Self.isHeader(line) {
        columns = Columns(names: line.words)
        if columns?.index("RSS", "RSZ") == nil {
          throw file.error(
            "no column RSS: ps aux, or ps -eo pid,ppid,user,rss,comm", line: line.number)
        }
        continue
      }
      guard let columns else {
        throw file.error(
          "expected the headers of ps, found '\(shortened(line.text))'", line: line.number)
      }
      let row = try Self.row(line, columns, file)
      if !pids.insert(row.pid).inserted {
        throw file.error("the pid \(row.pid) stands here twice", line: line.number)
      }
      rows.append(row)
    }
    if columns == nil { throw file.error("no table of ps in it", line: 1) }
  }

  private static func row(
    _ line: TextLine, _ columns: Columns, _ file: ImportFile
  ) throws(ScenarioError) -> Row {
    let cells = cells(line, columns)
    guard cells.count == columns.names.count else {
      throw file.error(
        "\(cells.count) columns where the headers have \(columns.names.count): '\(shortened(line.text))'",
        line: line.number)
    }
    func number(
      _ index: Int?, _ range: ClosedRange<Int64>
    ) throws(ScenarioError) -> Int64? {
      guard let index, cells[index] != "-" else { return nil }
      if let number = Int64(cells[index]), range.contains(number) { return number }
      throw file.error(
        "\(columns.names[index]) '\(shortened(String(cells[index])))' is no number from \(range.lowerBound) to \(range.upperBound)",
        line: line.number, column: line.column(of: cells[index]))
    }
    let pids: ClosedRange<Int64> = 0...Int64(Scenario.Process.pidLimit - 1)
    let sizes: ClosedRange<Int64> = 0...Scenario.mostKibibytes.rawValue
    guard let pid = try number(columns.index("PID"), 1...pids.upperBound),
      let rss = try number(columns.index("RSS", "RSZ"), sizes)
    else { throw file.error("a process without PID or RSS", line: line.number) }
    let command = columns.names.firstIndex { commands.contains(String($0)) }.map { cells[$0] } ?? ""
    var row = Row(
      pid: Int32(pid), rss: Kibibytes(rss), command: String(command), line: line.number)
    row.ppid = Int32(try number(columns.index("PPID"), pids) ?? 0)
    row.vsz = try number(columns.index("VSZ", "VIRT", "VSIZE"), 0...Int64(1 << 47)).map {
      Kibibytes($0)
    }
    row.user = columns.index("USER", "UID", "EUSER", "RUSER", "EUID", "UNAME").map { cells[$0] }
    row.adj = Int16(try number(columns.index("OOMADJ"), -1000...1000) ?? 0)
    row.memoryShare = columns.index("%MEM").flatMap { share(cells[$0]) }
    row.cgroup = columns.index("CGROUP").flatMap { group(cells[$0]) }
    let state = columns.index("STAT", "S", "STATE").flatMap { cells[$0].first }
    row.isZombie = state == "Z" || command.hasSuffix("<defunct>")
    return row
  }

  /// The cells of a line. The last column takes what is left; a date may be several words.
  private static func cells(_ line: TextLine, _ columns: Columns) -> [Substring] {
    var cells: [Substring] = []
    var at = 0
    let words = line.words
    for (index, name) in columns.names.enumerated() {
      guard at < words.count else { break }
      if index == columns.names.count - 1 {
        cells.append(line.text[words[at].startIndex..<words[words.count - 1].endIndex])
        break
      }
      cells.append(words[at])
      at += 1
      if name == "STARTED" || name == "START" {
        // `Mon Nov 29 23:47:41 2027` of lstart; `Nov 29` of start.
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        if days.contains(String(words[at - 1])) {
          at += 4
        } else if name == "STARTED", words[at - 1].count == 3, at < words.count,
          Int(words[at]) != nil
        {
          at += 1
        }
      }
    }
    return cells
  }

  private static func share(_ text: Substring) -> Int64? {
    guard let number = ExactDecimal(text), let tenths = number.times(10), tenths <= 1000 else {
      return nil
    }
    return tenths
  }

  /// The group in `0::/a/b`, or that of `memory` in version 1.
  private static func group(_ text: Substring) -> String? {
    for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
      let fields = part.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[0] == "0" || fields[1].mentions("memory") else { continue }
      let path = String(fields[2])
      if Fields.problem(ofPath: path) == nil { return path }
    }
    return nil
  }
}

extension PsText.Row {
  /// What /proc/PID/comm would be: the name of the program, or what a daemon calls itself.
  var name: String {
    var first = command.split(separator: " ", maxSplits: 1).first ?? "?"
    if first.hasPrefix("["), first.hasSuffix("]") { first = first.dropFirst().dropLast() }
    if !first.hasSuffix(":"), let last = first.split(separator: "/").last { first = last }
    while first.count > 1, first.last == ":" { first.removeLast() }
    if first.first == "-", first.count > 1 { first.removeFirst() }
    return first.isEmpty ? "?" : String(first)
  }

  private static let kernelNames = [
    "kthreadd", "kworker/", "ksoftirqd/", "migration/", "cpuhp/", "rcu_", "idle_inject/",
  ]

  /// Neither address space nor memory: a thread of the kernel.
  var isKernelThread: Bool {
    rss == 0 && vsz ?? 0 == 0
      && (command.hasPrefix("[") || ppid == 2 || pid == 2
        || Self.kernelNames.contains { command.hasPrefix($0) })
  }
}

extension ImportDraft {
  /// The processes of a table, with what is resident as anonymous memory.
  mutating func readPs(_ file: ImportFile) throws(ScenarioError) {
    let table = try PsText(file)
    var rows = table.rows
    let sorted = rows.sorted { $0.pid < $1.pid }
    if !rows.elementsEqual(sorted, by: { $0.pid == $1.pid }) {
      rows = sorted
      note(
        "the table is not in the order of pids: processes are taken to be as old as their pids say")
    }
    var users: [Substring: UInt32] = [:]
    var kernelThreads = 0
    var zombies = 0
    for row in rows {
      if row.isZombie {
        zombies += 1
        continue
      }
      if row.isKernelThread {
        kernelThreads += 1
        continue
      }
      var process = Scenario.Process(
        name: row.name, pid: row.pid, ppid: row.ppid, oomScoreAdj: row.adj)
      if process.ppid == process.pid { process.ppid = 0 }
      process.cgroup = row.cgroup ?? "/"
      process.anon = used(Bytes(row.rss.rawValue << 10))
      if let vsz = row.vsz, vsz.rawValue / 4 >= process.anon { process.totalVM = vsz.rawValue / 4 }
      if let user = row.user {
        if user != "root", user != "0" {
          let next = UInt32(1000 + users.count)
          process.uid = UInt32(user) ?? users[user] ?? next
          if UInt32(user) == nil { users[user] = process.uid }
        }
      } else {
        process.uid = row.pid == 1 ? 0 : 1000
      }
      scenario.processes.append(process)
    }
    note(
      "rss is taken for anonymous memory: ps does not tell what of it is file or shared, which counts in each process"
    )
    note(kernelThreads, "kernel thread", "kernel threads", "left out")
    note(zombies, "zombie", "zombies", "left out")
    if !users.isEmpty {
      note("users but root are numbered from 1000: ps shows their names")
    }
    if !table.rows.contains(where: { $0.adj != 0 }) {
      note("oom_score_adj is taken for 0: ps -eo pid,ppid,user,rss,oomadj,args shows it")
    }
    try readMachine(rows)
  }

  private mutating func readMachine(_ rows: [PsText.Row]) throws(ScenarioError) {
    let pagesOfAll = measuredInProcesses
    // The largest tells the memory best: its share is given in tenths of a percent.
    let largest = rows.max { $0.rss < $1.rss }
    var about: Bytes?
    if let largest, let share = largest.memoryShare, share > 0, largest.rss > 0 {
      let size = Int128(largest.rss.rawValue) << 10 * 1000 / Int128(share)
      if size <= Int128(SizeText.maxBytes.rawValue) { about = Bytes(Int64(size)) }
    }
    guard let file = options.free else {
      // 2.0 is at least 1.95 and below 2.05.
      if let about, options.memory == nil, largest?.memoryShare ?? 0 >= 20 {
        memory = about
        note("the memory of the machine is taken from %MEM, within 3 %; --free FILE says it")
      }
      return
    }
    var free = try FreeText(file)
    let most = largest.map { Bytes($0.rss.rawValue << 10) } ?? 0
    if let unit = free.choose(about: about, atLeast: most) {
      note("the numbers of free are taken for \(unit)")
    }
    memory = free.totalSize
    swap = free.swapSize ?? 0
    let pages = Self.pageSize
    let total = pages.pages(free.totalSize)
    let cache = max(pages.pages(free.cacheSize) - pages.pages(free.sharedSize), 0)
    scenario.machine.pageCache = min(cache, total)
    let left = total - min(pages.pages(free.freeSize), total) - scenario.machine.pageCache
    scenario.machine.kernel = max(left - pagesOfAll, 0)
    if left < pagesOfAll {
      note(
        "the processes show \(SizeFormat.binary(pages: pagesOfAll - left, pageSize: pages)) more than is in use: shared pages count in each"
      )
    } else {
      note(
        "what is in use and in no process is taken for the kernel's: \(SizeFormat.binary(pages: scenario.machine.kernel, pageSize: pages))"
      )
    }
    addUnlisted(swap: min(free.swapUsed, free.swapSize ?? 0))
  }
}
