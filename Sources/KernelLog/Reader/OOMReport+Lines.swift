internal import OOMSimulator

// What single lines add to a report.

extension OOMReport {
  /// The last line of its end, as far as it is known.
  var lastLine: Int { max(line, chosen?.line ?? 0, kills.last?.line ?? 0) }

  var hasEnd: Bool { !kills.isEmpty || ending != nil }

  /// Reads a line between the first one and the memory.
  mutating func readHead(_ text: ArraySlice<UInt8>) -> Bool {
    if let stack = StackLine(text) {
      if invoker == nil { invoker = Invoker() }
      if invoker?.pid == nil {
        invoker?.pid = stack.pid
        // What stands before the name of the first line need not be known as a prefix.
        if let name = invoker?.name, name.hasSuffix(stack.name) || name.isEmpty {
          invoker?.name = stack.name
        }
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
  mutating func take(_ line: ReapedLine) {
    releases.narrow(from: "4.6")
    if reaped.count < 4096 { reaped.append(line) }
    if chosen == nil, kills.isEmpty, table?.rows.isEmpty == false {
      chosen = Chosen(pid: line.pid, name: line.name, uid: nil, score: nil, line: line.line)
    }
  }

  mutating func take(_ sharer: Sharer) {
    guard sharers.count < 4096, unreaped.count < 4096 else { return }
    if sharer.kind == .unreaped { unreaped.append(sharer) } else { sharers.append(sharer) }
  }

  mutating func take(sharer death: DeathLine, line: Int) {
    take(Sharer(line: line, kind: .killed, pid: death.kill.pid, name: death.kill.name))
  }

  mutating func narrow(_ range: ReleaseRange) {
    releases.narrow(from: range.first, to: range.last)
  }

  /// Which releases print these columns. Kernel: `dump_tasks()`, mm/oom_kill.c.
  mutating func narrow(byTable table: TaskTable) {
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
  mutating func narrow(byEnterprise form: DeathLine.EnterpriseForm) {
    enterpriseForm = form
    guard release == nil, let table else { return }
    switch form {
    case .uidBeforeName: release = "2.6.32-el6"
    case .uidBehindName: release = table.lacks(.pgtablesBytes) ? "3.10-el7" : "4.18-el8"
    }
    isReleaseByForm = true
  }
}

extension OOMReport {
  /// Whether a line may be one of a report whose first line is lost: of its memory, or of its stack.
  static func mayBegin(_ text: ArraySlice<UInt8>) -> Bool {
    text.elementsEqual("Mem-Info:".utf8) || text.begins(with: "memory: usage ")
      || text.begins(with: "Tasks state (memory") || text.begins(with: "Free swap ")
      || text.begins(with: "Total swap = ")
      || text.begins(with: "CPU: ") && StackLine(text) != nil
      || TaskTable(firstRow: text) != nil
  }
}
