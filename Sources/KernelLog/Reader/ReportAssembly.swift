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
  /// The release of the last boot in the log.
  private var booted: KernelRelease?
  /// A line that may go on in the next one, which a mail program or a terminal wrapped.
  private var held: [UInt8] = []
  private var heldLine = 0
  private var heldHadPrefix = false
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
    return reports
  }

  /// Takes the text of one line.
  ///
  /// - Parameter isContinuation: nothing stood before it that a log puts there.
  mutating func take(_ text: ArraySlice<UInt8>, isContinuation: Bool, line: Int) {
    if !held.isEmpty {
      let isPossible = isContinuation || !heldHadPrefix
      if isPossible, let joined = LineJoin.join(held, text, table: current?.table) {
        held = joined
        if LineJoin.goesOn(held[...], table: current?.table) { return }
        release()
        return
      }
      release()
    }
    if LineJoin.goesOn(text, table: current?.table) {
      held = Array(text)
      heldLine = line
      heldHadPrefix = !isContinuation
    } else {
      read(text, line: line)
    }
  }

  private mutating func release() {
    guard !held.isEmpty else { return }
    let text = held
    held = []
    read(text[...], line: heldLine)
  }

  private mutating func close() {
    if let current, !isTentative || current.table != nil { reports.append(current) }
    isTentative = false
    current = nil
    foreign = 0
    path = .none
  }

  private mutating func begin(line: Int) {
    close()
    var report = OOMReport(line: line)
    report.release = booted
    current = report
  }

  /// Reads one line by its form.
  private mutating func read(_ text: ArraySlice<UInt8>, line: Int) {
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
    if current == nil || hasEnded {
      // The first line may be lost: a stack dump or the memory may be those of a report.
      guard Self.mayBegin(trimmed) else {
        if current != nil { _ = isOfReport(text, trimmed, line: line) }
        return
      }
      begin(line: line)
      isTentative = true
    }
    if isOfReport(text, trimmed, line: line) {
      foreign = 0
    } else {
      foreign += 1
    }
  }

  /// Whether the last report has its kill, so that memory and stacks are of another.
  private var hasEnded: Bool { current.map { !$0.kills.isEmpty || $0.ending != nil } ?? false }

  private static func mayBegin(_ text: ArraySlice<UInt8>) -> Bool {
    text.elementsEqual("Mem-Info:".utf8) || text.begins(with: "memory: usage ")
      || text.begins(with: "Free swap ") || text.begins(with: "Total swap = ")
      || text.begins(with: "CPU: ") && StackLine(text) != nil
  }

  private mutating func begin(_ invoked: InvokedLine, line: Int) {
    begin(line: line)
    current?.invoker = invoked.invoker
    current?.request = invoked.request
    current?.scope.nodemask = invoked.nodemask
    current?.releases = invoked.releases
  }

  private mutating func begin(_ table: TaskTable, line: Int) {
    let isNew = current.map { !($0.table?.rows.isEmpty ?? true) || !$0.kills.isEmpty } ?? true
    if isNew { begin(line: line) }
    current?.table = table
    current?.narrow(byTable: table)
  }

  private mutating func take(_ summary: SummaryLine, line: Int) {
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
    if death.kind == .sharer { return }
    if beginsAnother(death) { begin(line: line) }
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
    guard current?.kills.isEmpty == true, TaskTable.isRow(text), current?.table != nil else {
      return nil
    }
    if let row = current?.table?.row(text, line: line) {
      current?.table?.rows.append(row)
    } else {
      current?.unreadableRows += 1
    }
    return true
  }

  /// Reads a line inside a report; false when it is a foreign one.
  private mutating func isOfReport(
    _ text: ArraySlice<UInt8>, _ trimmed: ArraySlice<UInt8>, line: Int
  ) -> Bool {
    if let isRow = takeRow(trimmed, line: line) { return isRow }
    guard var report = current else { return false }
    // Only one may have it, or every change copies the table.
    current = nil
    defer { current = report }
    if let last = report.table?.rows.last, last.line > 0, report.kills.isEmpty,
      trimmed.elementsEqual("...".utf8) || trimmed.elementsEqual("[...]".utf8)
        || trimmed.elementsEqual("[snip]".utf8)
    {
      report.table?.isShortened = true
      return true
    }
    if report.limits.read(trimmed, &report.releases) {
      report.scope.isMemcg = true
      return true
    }
    let isOfUse = report.use.read(trimmed)
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
      return true
    }
    if let ending = OOMReport.Ending(trimmed) {
      report.ending = ending == .nobody && report.ending == .deadlocked ? .deadlocked : ending
      return true
    }
    return report.readHead(text) || readPath(trimmed, into: &report)
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

extension OOMReport {
  /// Reads a line between the first one and the memory.
  fileprivate mutating func readHead(_ text: ArraySlice<UInt8>) -> Bool {
    if let stack = StackLine(text) {
      if invoker == nil { invoker = Invoker() }
      if invoker?.pid == nil {
        invoker?.pid = stack.pid
        if invoker?.name.isEmpty == true { invoker?.name = stack.name }
        narrow(stack.releases)
        if let release = stack.release { self.release = release }
      }
      return true
    }
    if let line = CpusetLine(text) {
      scope.cpuset = line.cpuset
      scope.memsAllowed = line.memsAllowed
      releases.narrow(from: "2.6.29", to: "4.20")
      return true
    }
    if text.begins(with: "Tasks state (memory values in pages)") {
      releases.narrow(from: "4.19")
      return true
    }
    return text.trimmed.elementsEqual("Mem-Info:".utf8) || text.contains("Call Trace:")
  }

  /// What the reaper says of a victim; where the line of the kill is lost, it tells who that was.
  fileprivate mutating func take(_ line: ReapedLine) {
    releases.narrow(from: "4.6")
    if reaped.count < 4096 { reaped.append(line) }
    if chosen == nil, kills.isEmpty, table?.rows.isEmpty == false {
      chosen = Chosen(pid: line.pid, name: line.name, uid: nil, score: nil, line: line.line)
    }
  }

  fileprivate mutating func narrow(_ range: ReleaseRange) {
    releases.narrow(from: range.first, to: range.last)
  }

  /// Which releases print these columns. Kernel: `dump_tasks()`, mm/oom_kill.c.
  fileprivate mutating func narrow(byTable table: TaskTable) {
    if !table.lacks(.rssAnon) {
      releases.narrow(from: "6.8")
    } else if !table.lacks(.pgtablesBytes) {
      switch table.pidWidth {
      case .five: releases.narrow(from: "4.15", to: "4.18")
      case .seven: releases.narrow(from: "4.19", to: "6.7")
      case nil: releases.narrow(from: "4.15", to: "6.7")
      }
    } else if !table.lacks(.nrPMDs) {
      releases.narrow(from: "4.0", to: "4.14")
    } else if !table.lacks(.nrPTEs) {
      releases.narrow(from: "3.6", to: "3.19")
    } else if !table.lacks(.oomScoreAdj) {
      releases.narrow(from: "2.6.36", to: "3.5")
    } else if !table.lacks(.oomAdj) {
      releases.narrow(from: "2.6.25", to: "2.6.35")
    }
  }

  /// The kill line of Enterprise Linux tells which one it is, with the table.
  fileprivate mutating func narrow(byEnterprise form: DeathLine.EnterpriseForm) {
    guard release == nil, let table else { return }
    switch form {
    case .uidBeforeName: release = "2.6.32-el6"
    case .uidBehindName: release = table.lacks(.pgtablesBytes) ? "3.10-el7" : "4.18-el8"
    }
    isReleaseByForm = true
  }
}
