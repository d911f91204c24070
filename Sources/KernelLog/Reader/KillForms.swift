internal import OOMSimulator

// The lines that a report ends with.

/// `oom-kill:constraint=…,task=NAME,pid=N,uid=N`, since 5.0. Any part may be missing; lists of nodes and names
/// have commas of their own, so each part ends where the next key begins.
///
/// Kernel: `dump_oom_summary()`, mm/oom_kill.c.
struct SummaryLine {
  var scope = OOMReport.Scope()
  var name = ""
  /// Nil where the line is cut before it.
  var pid: Int64?
  var uid: Int64?

  private static let keys = [
    ",nodemask=", ",cpuset=", ",mems_allowed=", ",global_oom", ",oom_memcg=", ",task_memcg=",
    ",task=",
  ]

  init?(_ text: ArraySlice<UInt8>) {
    guard text.begins(with: "oom-kill:constraint=") else { return nil }
    let pidAt = text.lastIndex(of: ",pid=")
    if let pidAt {
      var scanner = LogScanner(text[(pidAt + 5)...])
      // A pid at the very end of a line may have lost digits.
      let number = scanner.number()
      pid = scanner.take(",") ? number : nil
      uid = LogScanner.number(after: "uid=", in: scanner.rest)
    }
    let body = text[..<(pidAt ?? text.endIndex)]
    var parts: [(key: String, at: Int)] = []
    var from = body.startIndex
    for key in Self.keys {
      guard let at = body[from...].firstIndex(of: key) else { continue }
      parts.append((key, at))
      from = at + key.utf8.count
    }
    let firstEnd = parts.first?.at ?? body.endIndex
    scope.constraint = body[(body.startIndex + 20)..<firstEnd].text
    for (index, part) in parts.enumerated() {
      let end = index + 1 < parts.count ? parts[index + 1].at : body.endIndex
      set(part.key, body[(part.at + part.key.utf8.count)..<end])
    }
  }

  private mutating func set(_ key: String, _ value: ArraySlice<UInt8>) {
    switch key {
    case ",nodemask=": scope.nodemask = value.begins(with: "(null)") ? nil : value.text
    case ",cpuset=": scope.cpuset = value.text
    case ",mems_allowed=": scope.memsAllowed = value.text
    case ",global_oom": scope.isGlobal = true
    case ",oom_memcg=":
      scope.domain = value.text
      scope.isMemcg = true
    case ",task_memcg=": scope.taskMemcg = value.text
    default: name = value.text
    }
  }
}

/// A line about one process that is chosen or killed, in every form since 2.6.11:
///
///     Out of memory: Kill process 12 (name) score 6 or sacrifice child
///     Killed process 12, UID 5, (name) total-vm:4kB, anon-rss:4kB, file-rss:0kB
///     Memory cgroup out of memory: Killed process 12 (name) total-vm:4kB, …, UID:5 pgtables:4kB oom_score_adj:0
///
/// Kernel: `oom_kill_process()` and `__oom_kill_process()`, mm/oom_kill.c.
struct DeathLine {
  enum Kind {
    /// It is chosen, and it or a child is going to be killed: to 5.0.
    case chosen
    /// It is killed: the second line to 5.0.
    case killed
    /// Chosen and killed in one line: since 5.1, and before 2.6.16.
    case chosenAndKilled
    /// It is killed because it uses the same memory: 2.6.37 to 4.3.
    case sharer
    /// 5.9 and later: it exits already.
    case exiting
  }

  var kind: Kind
  var kill = KillLine()
  var score: Int64?
  var isMemcg = false
  /// `Out of memory`, and what old releases say of memory nodes.
  var isOfMachine = false
  var isAllocatingTask = false
  var releases = ReleaseRange()
  /// `, UID 5,` before the name (6) or behind it (7 or 8), as Enterprise Linux prints it.
  var enterpriseForm: EnterpriseForm?

  enum EnterpriseForm { case uidBeforeName, uidBehindName }

  init?(_ text: ArraySlice<UInt8>, line: Int) {
    let verbs: [(String, Kind)] = [
      ("Killed process ", .killed), ("Kill process ", .chosen), ("kill process ", .chosen),
      ("OOM victim ", .exiting),
    ]
    guard
      let (start, verb, kind) = verbs.lazy.compactMap({ verb, kind in
        text.firstIndex(of: verb).map { ($0, verb, kind) }
      }).first
    else { return nil }
    self.kind = kind
    let head = text[..<start].trimmed
    // Behind a reason or at the start of the line: else it is somebody else's text.
    guard head.isEmpty || head.last == UInt8(ascii: ":") else { return nil }
    var scanner = LogScanner(text[(start + verb.utf8.count)...])
    guard let pid = scanner.number(), 1...4_194_304 ~= pid else { return nil }
    kill.pid = pid
    kill.line = line
    if scanner.take(", UID ") {
      kill.uid = scanner.number()
      enterpriseForm = .uidBeforeName
      _ = scanner.take(",")
    }
    guard scanner.take(" ("), let end = Self.endOfName(scanner.rest) else { return nil }
    kill.name = scanner.rest[..<end].text
    let fields = text[(end + 1)...]
    if fields.begins(with: ", UID ") {
      kill.uid = LogScanner.number(after: ", UID ", in: fields)
      enterpriseForm = .uidBehindName
    }
    readFields(fields)
    isMemcg = head.begins(with: "Memory cgroup out of memory")
    isOfMachine =
      head.begins(with: "Out of memory") || head.begins(with: "Out of Memory")
      || head.begins(with: "No available memory")
    isAllocatingTask = head.contains("oom_kill_allocating_task")
    if !head.isEmpty, self.kind == .killed { self.kind = .chosenAndKilled }
    if fields.contains("sharing same memory") { self.kind = .sharer }
    narrow(head: head, verb: verb, fields: fields)
  }

  /// Whether it says the same of the same process, wherever it stands.
  func isSame(as other: DeathLine) -> Bool {
    var kill = other.kill
    kill.line = self.kill.line
    return kill == self.kill && score == other.score && kind == other.kind
  }

  /// The parenthesis that ends the name, which may have some of its own.
  private static func endOfName(_ text: ArraySlice<UInt8>) -> Int? {
    let followers = [
      ") total-vm:", "), UID ", ") score ", ") with score ", ") sharing ", ") vsz:", ",  total-vm:",
      ") is already",
    ]
    for follower in followers {
      if let at = text.firstIndex(of: follower) { return at }
    }
    return text.lastIndex(of: UInt8(ascii: ")"))
  }

  private mutating func readFields(_ fields: ArraySlice<UInt8>) {
    kill.totalVM =
      LogScanner.kilobytes(after: "total-vm:", in: fields)
      ?? LogScanner.kilobytes(after: "vsz:", in: fields)
    kill.anon = LogScanner.kilobytes(after: "anon-rss:", in: fields)
    kill.file = LogScanner.kilobytes(after: "file-rss:", in: fields)
    kill.shmem = LogScanner.kilobytes(after: "shmem-rss:", in: fields)
    kill.uid = LogScanner.number(after: " UID:", in: fields) ?? kill.uid
    // Some releases print its unit, some do not.
    kill.pageTables = LogScanner.number(after: "pgtables:", in: fields).map { Kibibytes($0) }
    kill.oomScoreAdj = LogScanner.number(after: "oom_score_adj:", in: fields)
    score = LogScanner.number(after: " score ", in: fields)
    for size in [kill.totalVM, kill.anon, kill.file, kill.shmem] {
      if let size, size < 0 || size > Kibibytes(1 << 44) { kill.anon = nil }
    }
  }

  private mutating func narrow(
    head: ArraySlice<UInt8>, verb: String, fields: ArraySlice<UInt8>
  ) {
    if enterpriseForm != nil { return }
    switch kind {
    case .chosen:
      if fields.contains("or sacrifice child") {
        releases.narrow(from: "2.6.36", to: "5.0")
      } else if fields.contains("or a child") {
        releases.narrow(from: "2.6.20", to: "2.6.35")
      } else if fields.contains("and children") {
        releases.narrow(from: "2.6.16", to: "2.6.19")
      }
    case .chosenAndKilled:
      if fields.contains("total-vm:") {
        releases.narrow(from: "5.1")
        fields.contains(" UID:") && fields.contains("pgtables:")
          ? releases.narrow(from: "5.4")
          : fields.ends(with: "kB") ? releases.narrow(to: "5.3") : ()
      } else if head.begins(with: "Out of Memory") {
        releases.narrow(to: "2.6.19")
      }
    case .killed:
      if fields.contains("total-vm:") {
        releases.narrow(from: "2.6.36", to: "5.0")
        if fields.contains("shmem-rss:") {
          releases.narrow(from: "4.5")
        } else if fields.contains("file-rss:"), fields.ends(with: "kB") {
          releases.narrow(to: "4.4")
        }
      }
    case .sharer: releases.narrow(from: "2.6.37", to: "4.3")
    case .exiting: releases.narrow(from: "5.9")
    }
  }
}

extension ReapedLine {
  /// `oom_reaper: reaped process 12 (name), now anon-rss:0kB, …`, since 4.6. Kernel: `oom_reap_task_mm()`.
  init?(_ text: ArraySlice<UInt8>, line: Int) {
    var scanner = LogScanner(text)
    guard scanner.take("oom_reaper: reaped process "), let pid = scanner.number(),
      scanner.take(" ("), let end = scanner.rest.lastIndex(of: ")")
    else { return nil }
    self.line = line
    self.pid = pid
    name = scanner.rest[..<end].text
    let fields = scanner.rest[end...]
    anon = LogScanner.kilobytes(after: "anon-rss:", in: fields) ?? 0
    file = LogScanner.kilobytes(after: "file-rss:", in: fields) ?? 0
    shmem = LogScanner.kilobytes(after: "shmem-rss:", in: fields) ?? 0
  }
}

extension OOMReport.Ending {
  /// What a line says of a report that ends without a kill.
  init?(_ text: ArraySlice<UInt8>) {
    if text.contains("panic_on_oom is ") {
      self = .panicOnOOM
    } else if text.contains("System is deadlocked on memory")
      || text.contains("not syncing: Out of memory and no killable processes")
    {
      self = .deadlocked
    } else if text.contains("ut of memory and no killable processes") {
      self = .nobody
    } else {
      return nil
    }
  }
}
