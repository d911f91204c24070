internal import OOMSimulator

/// Puts the lines of reports together: which line begins one, which belongs to the last, which is none's.
struct ReportAssembly {
  /// So many lines in a row that belong to nothing end the search for the rest of a report.
  private static let patience = 1024

  private var reports: [OOMReport] = []
  private var current: OOMReport?
  /// The current one began without its first line, and nothing yet says that it is one.
  private var isTentative = false
  private var foreign = 0
  /// What the kernel said behind the last report that it did not print.
  private var suppressed: [OOMReport.Suppressed] = []
  /// The release of the last boot in the log.
  private var booted: KernelRelease?
  /// A line that may go on in the next one, which a mail program or a terminal wrapped.
  private var held: [UInt8] = []
  private var heldLine = 0
  private var heldHadPrefix = false
  /// Blanks before all lines, the continued ones, too.
  private var heldIndent = 0
  /// Characters of the last line that was held.
  private var heldLength = 0
  private var width = WrapWidth()
  /// What a program put behind every line, as it stands behind the first.
  private var suffix: [UInt8] = []
  /// Kill lines of late, and what stood before them: other programs repeat them.
  private var recent: [(death: DeathLine, head: Skeleton)] = []
  /// What stood before the line that is read.
  private var head: ArraySlice<UInt8> = []
  /// What a `Task in …` in pieces waits for.
  private var path = PathPiece.none

  private enum PathPiece { case none, middle, domain }

  /// Whether lines that look like nothing are wanted, too: between the first line of a report and its kill.
  var isCollecting: Bool {
    guard let current else { return !held.isEmpty }
    let patience = isTentative ? Self.patience / 2 : Self.patience
    return (current.kills.isEmpty && foreign < patience) || !held.isEmpty
  }

  mutating func finish() -> [OOMReport] {
    release()
    close()
    if !reports.isEmpty { reports[reports.count - 1].suppressedBehind = suppressed }
    return reports
  }

  /// Takes the text of one line.
  mutating func take(_ line: LogLine) {
    var line = line
    if !suffix.isEmpty, line.text.count > suffix.count, line.text.hasSuffix(suffix) {
      line.text.removeLast(suffix.count)
    }
    width.measure(line)
    if held.isEmpty, !width.isFull(line), takeWholeRow(line) { return }
    if !held.isEmpty {
      let isMarked = line.isContinuation && heldHadPrefix
      let fullness = width.fullness(of: heldLength)
      if line.isContinuation || !heldHadPrefix,
        let joined = LineJoin.join(
          held, withoutIndent(line.text), table: current?.table, fullness, isMarked: isMarked)
      {
        held = joined.text
        if joined.isCut { width.isCut(at: heldLength) }
        heldLength = line.length
        if !width.isFull(line), !LineJoin.goesOn(held[...], table: current?.table) { release() }
        return
      }
      release()
    }
    if width.isFull(line) || LineJoin.goesOn(line.text, table: current?.table) {
      held = Array(line.text)
      heldLine = line.number
      heldHadPrefix = !line.isContinuation
      heldIndent = (line.head.isEmpty ? line.text : line.head).prefix { $0 == 0x20 }.count
      heldLength = line.length
      head = line.head
    } else {
      head = line.head
      read(line.text, line: line.number, isBare: line.isContinuation)
    }
  }

  /// Most lines of a report are rows of its table: they are nothing else.
  private mutating func takeWholeRow(_ line: LogLine) -> Bool {
    guard line.text.first == UInt8(ascii: "["), current?.hasEnd == false,
      let row = current?.table?.row(line.text.trimmed, line: line.number)
    else { return false }
    head = line.head
    current?.table?.rows.append(row)
    if CutMarker.isBehind(row.name) { current?.table?.isShortened = true }
    foreign = 0
    return true
  }

  /// One blank is the kernel's own, or that at which a line was wrapped.
  private func withoutIndent(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if heldIndent < 2 { return text }
    return text.dropFirst(text.prefix(heldIndent).prefix { $0 == 0x20 }.count)
  }

  private mutating func release() {
    guard !held.isEmpty else { return }
    let text = held
    held = []
    read(text[...], line: heldLine, isBare: !heldHadPrefix)
  }

  /// Whether no report is being read, or one that has its kill, or one of which only a stack is known.
  var isBetween: Bool {
    held.isEmpty && (current == nil || hasEnded || isTentative && current?.table == nil)
  }

  /// Takes reports back that only have an end: a kill line that others stand behind.
  mutating func withdraw(from line: Int) {
    release()
    func isLone(_ report: OOMReport) -> Bool {
      report.table == nil && (report.chosen?.line ?? report.line) >= line
    }
    if let lone = current, isLone(lone) || lone.table == nil && isTentative { current = nil }
    while let lone = reports.last, isLone(lone) { reports.removeLast() }
    isTentative = false
    recent.removeAll()
    foreign = 0
  }

  private mutating func close() {
    if let current, !isTentative || current.table.map({ !$0.isHeaderMissing }) ?? false {
      reports.append(current)
    }
    isTentative = false
    current = nil
    foreign = 0
    path = .none
  }

  private mutating func begin(line: Int) {
    close()
    var report = OOMReport(line: line)
    report.release = booted
    report.time = LogTime.text(in: head)
    // The last line counts all since the report before.
    report.suppressed = suppressed.last { $0.reports != nil }?.reports ?? 0
    suppressed = []
    current = report
  }

  /// Reads one line by its form.
  private mutating func read(_ text: ArraySlice<UInt8>, line: Int, isBare: Bool) {
    if text.count > 1 << 15 { return }
    if let release = StackLine.bootRelease(text) {
      booted = release
      close()
      return
    }
    if let invoked = InvokedLine(text) { return begin(invoked, line: line) }
    if let table = TaskTable(header: text) { return begin(table, line: line) }
    let trimmed = text.trimmed
    if let summary = SummaryLine(trimmed) { return take(summary, line: line) }
    if let death = DeathLine(trimmed, line: line) { return take(death, line: line) }
    if let line = OOMReport.Suppressed(trimmed, line: line) {
      let isInside = current != nil && !hasEnded && line.reports == nil
      if suppressed.count < 64, !isInside { suppressed.append(line) }
      return
    }
    if current == nil || hasEnded {
      // The first line may be lost: a stack dump or the memory may be those of a report.
      guard OOMReport.mayBegin(trimmed) else {
        if current != nil { _ = isOfReport(text, trimmed, line: line, isBare: isBare) }
        return
      }
      begin(line: line)
      isTentative = true
    }
    if isOfReport(text, trimmed, line: line, isBare: isBare) {
      foreign = 0
    } else {
      foreign += 1
    }
  }

  /// Whether the last report has its kill, so that memory and stacks are of another.
  private var hasEnded: Bool { current?.hasEnd ?? false }

  private mutating func begin(_ invoked: InvokedLine, line: Int) {
    begin(line: line)
    suffix = invoked.suffix
    current?.invoker = invoked.invoker
    current?.request = invoked.request
    current?.scope.nodemask = invoked.nodemask
    current?.releases = invoked.releases
  }

  private mutating func begin(_ table: TaskTable, line: Int) {
    let isNew = current.map { !($0.table?.rows.isEmpty ?? true) || $0.hasEnd } ?? true
    if isNew { begin(line: line) }
    if !table.suffix.isEmpty { suffix = table.suffix }
    current?.table = table
    current?.narrow(byTable: table)
  }

  private mutating func take(_ summary: SummaryLine, line: Int) {
    // Another program repeats it.
    if current?.kills.isEmpty == false, let pid = summary.pid, pid == current?.chosen?.pid,
      summary.name == current?.chosen?.name, summary.scope.domain == current?.scope.domain
    {
      return
    }
    if current == nil || current?.chosen != nil || current?.kills.isEmpty == false {
      begin(line: line)
    }
    isTentative = false
    foreign = 0
    current?.releases.narrow(from: "5.0")
    if let cpuset = current?.scope.cpuset, summary.scope.cpuset == nil {
      current?.scope.cpuset = cpuset
    }
    let nodemask = summary.scope.nodemask ?? current?.scope.nodemask
    let domain = Self.whole(summary.scope.domain, current?.scope.domain)
    let isMemcg = current?.scope.isMemcg ?? false
    let saysMachine = current?.scope.saysMachine ?? false
    current?.scope = summary.scope
    current?.scope.nodemask = nodemask
    current?.scope.domain = domain
    if isMemcg { current?.scope.isMemcg = true }
    current?.scope.saysMachine = saysMachine
    if let pid = summary.pid {
      current?.chosen = OOMReport.Chosen(
        pid: pid, name: summary.name, uid: summary.uid, score: nil, line: line)
    }
  }

  /// A path that a mail program has broken in the middle is whole in another line.
  private static func whole(_ path: String?, _ other: String?) -> String? {
    guard let path, let other, path.contains(" "), path.filter({ $0 != " " }) == other else {
      return path ?? other
    }
    return other
  }

  private mutating func take(_ death: DeathLine, line: Int) {
    if death.kind == .sharer {
      current?.take(sharer: death, line: line)
      return
    }
    let isAnother = beginsAnother(death)
    let head = Skeleton(self.head)
    if isAnother, recent.contains(where: { $0.death.isSame(as: death) && $0.head != head }) {
      return
    }
    if recent.count == 32 { recent.removeFirst() }
    recent.append((death, head))
    if isAnother { begin(line: line) }
    isTentative = false
    foreign = 0
    current?.narrow(death.releases)
    if let form = death.enterpriseForm { current?.narrow(byEnterprise: form) }
    if death.isMemcg { current?.scope.isMemcg = true }
    if death.isOfMachine { current?.scope.saysMachine = true }
    if death.isAllocatingTask { current?.isAllocatingTask = true }
    if current?.chosen == nil, death.kind != .killed || current?.kills.isEmpty == true {
      current?.chosen = OOMReport.Chosen(
        pid: death.kill.pid, name: death.kill.name, uid: death.kill.uid, score: death.score,
        line: line)
    } else if let score = death.score {
      current?.chosen?.score = score
    }
    if death.kind == .exiting { current?.ending = .exiting }
    if death.kind == .killed || death.kind == .chosenAndKilled {
      current?.kills.append(death.kill)
    }
  }

  /// Whether a line about a death is that of an OOM without a report before it: reports are limited to ten
  /// in five seconds, these lines are not.
  private func beginsAnother(_ death: DeathLine) -> Bool {
    guard let current else { return true }
    if current.oomGroup != nil { return false }
    switch death.kind {
    case .chosen, .exiting: return !current.kills.isEmpty || current.chosen?.score != nil
    case .chosenAndKilled: return !current.kills.isEmpty
    case .killed:
      // Behind the line with the score; one more is that of a group's member, or somebody else's.
      return !current.kills.isEmpty
    case .sharer: return false
    }
  }

  /// Takes a row of the table; nil where the line is none.
  private mutating func takeRow(_ text: ArraySlice<UInt8>, line: Int) -> Bool? {
    guard current?.kills.isEmpty == true, TaskTable.isRow(text) else { return nil }
    if current?.table == nil {
      guard let table = TaskTable(firstRow: text) else { return nil }
      current?.table = table
    }
    if let row = current?.table?.row(text, line: line) {
      current?.table?.rows.append(row)
      if CutMarker.isBehind(row.name) { current?.table?.isShortened = true }
      return true
    }
    current?.unreadableRows += 1
    if current?.unreadable == nil, let problem = current?.table?.problem(of: text) {
      current?.unreadable = OOMReport.UnreadableRow(
        line: line, text: text.prefix(200).text, problem: problem)
    }
    return true
  }

  /// Reads a line inside a report; false when it is a foreign one.
  private mutating func isOfReport(
    _ text: ArraySlice<UInt8>, _ trimmed: ArraySlice<UInt8>, line: Int, isBare: Bool
  ) -> Bool {
    if let isRow = takeRow(trimmed, line: line) { return isRow }
    guard var report = current else { return false }
    // Only one may have it, or every change copies the table.
    current = nil
    defer { current = report }
    if !report.hasEnd, let frame = StackFrame(trimmed) {
      if report.table == nil { report.take(frame) }
      return true
    }
    if report.takePanic(trimmed, line: line) { return true }
    if report.limits.read(trimmed, &report.releases) {
      report.scope.isMemcg = true
      return true
    }
    let isOfUse = report.use.read(trimmed, &report.releases)
    if report.memory.read(trimmed, &report.releases) || isOfUse { return true }
    if let path = MemcgPathLine.statsPath(trimmed, &report.releases) {
      report.scope.isMemcg = true
      if report.scope.domain == nil { report.scope.domain = path }
      return true
    }
    if let path = MemcgPathLine.oomGroup(trimmed) {
      report.oomGroup = path
      report.releases.narrow(from: "4.19")
      return true
    }
    if let reaped = ReapedLine(trimmed, line: line) {
      report.take(reaped)
      // Rows without a header and a victim are a report.
      if report.chosen != nil { isTentative = false }
      return true
    }
    if let sharer = OOMReport.Sharer(trimmed, line: line) {
      report.take(sharer)
      return true
    }
    if let ending = OOMReport.Ending(trimmed) {
      if report.table != nil { isTentative = false }
      report.ending = ending == .nobody && report.ending == .deadlocked ? .deadlocked : ending
      return true
    }
    if report.readHead(text) || readPath(trimmed, into: &report) { return true }
    if report.table != nil, !report.hasEnd, report.chosen == nil,
      CutMarker.isMarker(trimmed, isBare: isBare)
    {
      report.table?.isShortened = true
      return true
    }
    return false
  }

  /// `Task in A killed as a result of limit of B`, which pieces of the line may say.
  private mutating func readPath(
    _ text: ArraySlice<UInt8>, into report: inout OOMReport
  ) -> Bool {
    if let piece = MemcgPathLine.piece(text) {
      report.scope.isMemcg = true
      report.releases.narrow(from: "2.6.30", to: "4.20")
      switch piece {
      case .whole(let task, let domain):
        report.scope.taskMemcg = task
        report.scope.domain = domain
        path = .none
      case .task(let task):
        report.scope.taskMemcg = task
        path = .middle
      case .middle: path = .domain
      case .domainBehindMiddle(let domain):
        report.scope.domain = domain
        path = .none
      }
      return true
    }
    if path == .domain, text.first == UInt8(ascii: "/") {
      report.scope.domain = text.text
      path = .none
      return true
    }
    return false
  }
}
