/// The logs of several hosts in one: each line belongs to the report of the host that it names.
struct ReportStreams {
  /// More hosts than this share the last one.
  private static let most = 256

  private var keys: [[UInt8]] = [[]]
  private var logs = [ReportOrder()]
  private var last = 0
  /// The line that named a host first, behind others that named none.
  private var firstNamed: Int?

  /// Whether lines that look like nothing are wanted, too.
  var isCollecting: Bool { logs.contains { $0.isCollecting } }

  /// What stood before lines in which the kernel's text was found by its words, the last one last.
  private var heads: [Skeleton] = []

  /// Whether the same has stood before a line of a report, or the beginning of it: a line that somebody has written in
  /// has no time.
  func knows(_ head: ArraySlice<UInt8>) -> Bool {
    if heads.isEmpty { return false }
    let skeleton = Skeleton(head)
    return heads.contains { $0 == skeleton || head.count > 7 && $0.begins(with: skeleton) }
  }

  /// Where what stood before other lines ends in this one.
  func prefixEnd(_ line: ArraySlice<UInt8>) -> Int? {
    for head in heads.reversed() where head.hasMarks {
      if let end = head.end(in: line) { return end }
    }
    return nil
  }

  mutating func learn(_ head: ArraySlice<UInt8>) {
    let skeleton = Skeleton(head)
    if heads.last == skeleton { return }
    if let index = heads.firstIndex(of: skeleton) { heads.remove(at: index) }
    if heads.count == 8 { heads.removeFirst() }
    heads.append(skeleton)
  }

  /// - Parameter host: empty for a line that does not say, which belongs to that of the last one.
  mutating func take(_ text: LogLine, host: [UInt8]) {
    if !host.isEmpty, keys[last] != host {
      if keys == [[]] { firstNamed = text.number }
      select(host)
    }
    logs[last].take(text)
  }

  private mutating func select(_ host: [UInt8]) {
    if let index = keys.firstIndex(of: host) {
      last = index
    } else if keys.count == 1, keys[0].isEmpty {
      keys[0] = host
    } else if keys.count < Self.most {
      keys.append(host)
      logs.append(ReportOrder())
      last = keys.count - 1
    } else {
      last = Self.most - 1
    }
  }

  /// The reports of all, as they lie in the file.
  ///
  /// - Parameter named: the hosts that lines name which are none of a report.
  mutating func finish(named: () -> [[UInt8]]) -> [OOMReport] {
    var reports: [OOMReport] = []
    for index in logs.indices {
      for var report in logs[index].finish() {
        let isBare = index == 0 && firstNamed.map { report.lastLine < $0 } ?? keys[0].isEmpty
        report.host = (isBare ? [] : keys[index])[...].trimmed.text
        reports.append(report)
      }
    }
    if reports.contains(where: { $0.host.isEmpty }) { nameHost(of: &reports, named()) }
    if logs.count > 1
      || reports.indices.dropFirst().contains(where: { reports[$0].line < reports[$0 - 1].line })
    {
      reports.sort { ($0.line, $0.chosen?.pid ?? 0) < ($1.line, $1.chosen?.pid ?? 0) }
    }
    return EchoedKills.removed(from: reports)
  }
}

extension ReportStreams {
  /// Reports whose own lines name no host are of the one that the log names, if it is one only.
  private func nameHost(of reports: inout [OOMReport], _ named: [[UInt8]]) {
    var hosts = keys.filter { !$0.isEmpty }
    for host in named where !hosts.contains(host) { hosts.append(host) }
    guard hosts.count == 1 else { return }
    for index in reports.indices where reports[index].host.isEmpty {
      reports[index].host = hosts[0][...].trimmed.text
    }
  }
}

/// The kernel's text of a line.
struct LogLine {
  var text: ArraySlice<UInt8>
  /// What stood before it.
  var head: ArraySlice<UInt8> = []
  /// Nothing stood before it that a log puts there.
  var isContinuation = false
  var number: Int
  /// Characters of the whole line, as it was read; 0 where that means nothing.
  var length = 0
}

/// Lines as the kernel printed them: once, and the oldest first.
struct ReportOrder {
  /// A report that is printed newest first has at most so many lines.
  private static let most = 1 << 17
  private static let patience = 1024

  private struct Death {
    var line: LogLine
    /// Nil for a line about the end that names no process that was chosen.
    var death: DeathLine?
  }

  private var assembly = ReportAssembly()
  private var previous: [UInt8] = []
  /// Lines about a death that no report stands before: a report may follow from its end.
  private var deaths: [Death] = []
  /// The lines of a report that begins with its end.
  private var reversed: [LogLine] = []
  private var foreign = 0

  var isCollecting: Bool {
    assembly.isCollecting || !reversed.isEmpty || !deaths.isEmpty
  }

  mutating func take(_ line: LogLine) {
    // Logs that are kept twice have every line twice.
    if !line.text.isEmpty, previous.elementsEqual(line.text) { return }
    previous.removeAll(keepingCapacity: true)
    previous += line.text
    if !reversed.isEmpty {
      takeReversed(line)
      return
    }
    let text = line.text.trimmed
    if !deaths.isEmpty, isBefore(text) {
      assembly.withdraw(from: deaths[0].line.number)
      reversed = deaths.map { $0.line } + [line]
      deaths = []
      foreign = 0
      return
    }
    note(line, text)
    assembly.take(line)
  }

  private mutating func note(_ line: LogLine, _ text: ArraySlice<UInt8>) {
    guard mayEnd(text), !deaths.isEmpty || assembly.isBetween, deaths.count < 4096 else {
      if !deaths.isEmpty { deaths = [] }
      return
    }
    let death = DeathLine(text, line: 0)
    let isEnd =
      death != nil || OOMReport.Ending(text) != nil || text.begins(with: "oom_reaper: ")
      || text.begins(with: "oom killer ") || MemcgPathLine.oomGroup(text) != nil
    guard isEnd else {
      deaths = []
      return
    }
    let copy = LogLine(text: Array(text)[...], head: line.head, number: line.number)
    deaths.append(Death(line: copy, death: death))
  }

  /// All lines of an end begin so.
  private func mayEnd(_ text: ArraySlice<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "O"), UInt8(ascii: "M"), UInt8(ascii: "K"), UInt8(ascii: "k"),
      UInt8(ascii: "N"), UInt8(ascii: "o"), UInt8(ascii: "T"):
      true
    default: false
    }
  }

  /// Whether a line stands before a death that came first: the decision of the same process, or the table.
  private func isBefore(_ text: ArraySlice<UInt8>) -> Bool {
    let isTable =
      text.first == UInt8(ascii: "[")
      && (TaskTable.isRow(text, numbers: 5) || TaskTable(header: text) != nil)
    if isTable { return true }
    if let summary = SummaryLine(text) {
      // One that is cut may lack the pid, or the name, too.
      return deaths.contains { line in
        guard let killed = line.death?.kill else { return false }
        guard let pid = summary.pid else {
          return summary.name.isEmpty || killed.name == summary.name
        }
        return killed.pid == pid
      }
    }
    guard mayEnd(text), let death = DeathLine(text, line: 0), death.kind == .chosen else {
      return false
    }
    // To 5.0 the decision is printed before the kill.
    let isKilled = deaths.contains { line in
      line.death?.kind == .killed && line.death?.kill.pid == death.kill.pid
    }
    return isKilled && !deaths.contains { $0.death?.kind == .chosen }
  }

  private mutating func takeReversed(_ line: LogLine) {
    let text = line.text
    let isFirst = InvokedLine(text) != nil
    let isNext =
      !isFirst && isKill(text.trimmed)
      && reversed.contains { TaskTable.isRow($0.text, numbers: 5) || StackLine($0.text) != nil }
    if isNext { flush() }
    reversed.append(
      LogLine(text: Array(text)[...], head: line.head, isContinuation: false, number: line.number))
    foreign = KernelText.strength(text.trimmed) == nil ? foreign + 1 : 0
    if isFirst || foreign > Self.patience || reversed.count > Self.most { flush() }
  }

  private func isKill(_ text: ArraySlice<UInt8>) -> Bool {
    DeathLine(text, line: 0).map { $0.kind != .sharer } ?? false
  }

  /// Hands the lines of a report on, the oldest first.
  private mutating func flush() {
    let lines = reversed
    reversed = []
    foreign = 0
    func last(_ isIt: (ArraySlice<UInt8>) -> Bool) -> Int? {
      lines.lastIndex { isIt($0.text.trimmed) }
    }
    let row = lines.firstIndex { TaskTable.isRow($0.text, numbers: 5) }
    let head = last { TaskTable.isHeaderHead($0) || InvokedLine($0) != nil || StackLine($0) != nil }
    let isReversed = head.map { $0 > row ?? 0 } ?? (row != nil)
    for line in isReversed ? lines.reversed() : lines { assembly.take(line) }
  }

  mutating func finish() -> [OOMReport] {
    flush()
    return assembly.finish()
  }
}
