internal import OOMSimulator

/// Joins what was wrapped: lines of the forms that tell by themselves where they end.
///
/// Nothing is guessed: a join is taken when just one way, with or without a blank, gives a whole line of the
/// form, or when one gives more of it. A row's number that was cut in two fits both ways only by chance; then its columns or
/// the width at which all lines are wrapped tell, or it is left alone.
enum LineJoin {
  /// No line is put together from more than this.
  private static let most = 4096

  /// How long a line is against the width at which lines of the log are cut, whatever stands there.
  enum Fullness { case unknown, full, short }

  struct Joined {
    var text: [UInt8]
    /// It was cut in a word, which only a fixed width does.
    var isCut = false
  }

  /// Whether a line begins a form and does not end it.
  static func goesOn(_ text: ArraySlice<UInt8>, table: TaskTable?) -> Bool {
    guard text.count < most else { return false }
    let text = text.trimmed
    guard let first = text.first else { return false }
    if first == UInt8(ascii: "[") {
      if let table, TaskTable.isRow(text) { return table.row(text, line: 0) == nil }
      return TaskTable.isHeaderHead(text) && TaskTable(header: text) == nil
    }
    if text.begins(with: "oom-kill:con") { return !isWhole(text, table: table) }
    if text.ends(with: " invoked") || text.ends(with: " invoked oom-killer:") { return true }
    if text.contains(" invoked oom-killer: gfp_mask=") { return !isWhole(text, table: table) }
    if text.begins(with: "Tasks in ") { return MemcgPathLine.oomGroup(text) == nil }
    if isZone(text) { return !text.ends(with: "? yes") && !text.ends(with: "? no") }
    if isCounter(text) || isStack(text) { return !isWhole(text, table: table) }
    if isDeath(text) { return !isWhole(text, table: table) || mayGoOn(text) }
    if isReaped(text) { return !isWhole(text, table: table) }
    return isStats(text)
  }

  /// The whole of a line and its continuation; nil where that is none, or where both ways would do.
  ///
  /// - Parameter isMarked: only the first of the two has what a log puts before its lines.
  static func join(
    _ held: [UInt8], _ next: ArraySlice<UInt8>, table: TaskTable?, _ fullness: Fullness,
    isMarked: Bool
  ) -> Joined? {
    let raw = next
    let next = next.trimmed
    guard !next.isEmpty, held.count + raw.count < most, !isBeginning(next) else { return nil }
    let cut = held + raw
    // At a blank, where the width happens to be that of the lines that are cut.
    let isAtBlank =
      isDeath(held[...].trimmed) && DeathLine(cut[...].trimmed, line: 0) == nil
      && DeathLine((held + [0x20] + next)[...].trimmed, line: 0) != nil
    if isAtBlank { return Joined(text: held + [0x20] + next) }
    if fullness == .full, isMarked || goesOn(held[...], table: table) || isBetter(cut, held, table)
    {
      return Joined(text: cut)
    }
    if !goesOn(held[...], table: table) { return nil }
    let isList = isZone(held[...].trimmed) || isStats(held[...].trimmed)
    if isList, isWhole(held[...].trimmed, table: table) {
      // One more of a list's names with its size, or none.
      return isSizes(next) ? Joined(text: held + [0x20] + next) : nil
    }
    if mayGoOn(held[...].trimmed), isWhole(held[...].trimmed, table: table) {
      if sizes.contains(where: { next.begins(with: $0) }) {
        return Joined(text: held + [0x20] + next)
      }
      let digits = next.prefix { decimal($0) != nil }
      guard held.last.flatMap(decimal) != nil, next.dropFirst(digits.count).begins(with: "kB")
      else { return nil }
      return Joined(text: cut, isCut: true)
    }
    var head = held
    while head.last == 0x20 || head.last == 0x0D { head.removeLast() }
    let isInWord = head.count == held.count && raw.first != 0x20
    let glued = head + next
    let spaced = head + [0x20] + next
    let gluedIsWhole = isWhole(glued[...].trimmed, table: table)
    let spacedIsWhole = isWhole(spaced[...].trimmed, table: table)
    if gluedIsWhole != spacedIsWhole {
      return gluedIsWhole
        ? Joined(text: glued, isCut: isInWord) : Joined(text: spaced)
    }
    let trimmed = held[...].trimmed
    if gluedIsWhole {
      if let table, TaskTable.isRow(trimmed) {
        if table.isAligned(cut[...].trimmed) { return Joined(text: cut, isCut: isInWord) }
        return fullness == .short || !isInWord ? Joined(text: spaced) : nil
      }
      let gain = fields(glued[...].trimmed) - fields(spaced[...].trimmed)
      if gain > 0 { return Joined(text: glued, isCut: isInWord) }
      if gain < 0 { return Joined(text: spaced) }
    }
    // Only names have blanks in these; all else of a long line is wrapped at blanks.
    if trimmed.begins(with: "oom-kill:") { return Joined(text: glued) }
    if goesOn(spaced[...], table: table) || spacedIsWhole { return Joined(text: spaced) }
    return nil
  }

  /// Whether a line that was whole already is a better one with what follows.
  private static func isBetter(_ line: [UInt8], _ held: [UInt8], _ table: TaskTable?) -> Bool {
    let text = line[...].trimmed
    if isZone(text) || isDeath(text) || isCounter(text) {
      return isWhole(text, table: table) && fields(text) >= fields(held[...].trimmed)
    }
    guard let table, let row = table.row(text, line: 0) else { return false }
    return row.name.utf8.count <= 15
  }

  /// A continuation does not begin as lines of a report do.
  private static func isBeginning(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: "[") || text.begins(with: "oom-kill:") || text.begins(with: "CPU:")
      || text.begins(with: "Out of memory") || text.begins(with: "Memory cgroup")
      || text.contains(" invoked oom-killer") || KernelText.strength(text) == .strong
  }

  private static func isDeath(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "Killed process ") || text.begins(with: "Out of memory")
      || text.begins(with: "Memory cgroup out of memory")
  }

  /// `Node 0 Normal free:4kB min:4kB …`: a long line of names and sizes.
  private static func isZone(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "Node ") && (text.contains(" free:") || text.contains(" active_anon:"))
  }

  /// `Memory cgroup stats for /a: cache:0KB rss:4KB …`, to 5.2.
  private static func isStats(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "Memory cgroup stats for ") && text.contains(": cache:")
  }

  private static func isReaped(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "oom_reaper: reaped process ")
  }

  /// `shmem_thp: 0kB pagetables:4kB all_unreclaimable? no`
  private static func isSizes(_ text: ArraySlice<UInt8>) -> Bool {
    text.split(separator: UInt8(ascii: " ")).allSatisfy { word in
      guard let colon = word.lastIndex(of: UInt8(ascii: ":")) else {
        return isSize(word)
          || ["all_unreclaimable?", "yes", "no"].contains { word.elementsEqual($0.utf8) }
      }
      return colon > word.startIndex && (colon + 1 == word.endIndex || isSize(word[(colon + 1)...]))
    }
  }

  private static func isSize(_ word: ArraySlice<UInt8>) -> Bool {
    var scanner = LogScanner(word)
    guard scanner.number() != nil else { return false }
    return scanner.isAtEnd || (scanner.take("kB") || scanner.take("KB")) && scanner.isAtEnd
  }

  private static func isCounter(_ text: ArraySlice<UInt8>) -> Bool {
    (text.first == UInt8(ascii: "m") || text.first == UInt8(ascii: "s")
      || text.first == UInt8(ascii: "k")) && text.prefix(24).contains(": usage ")
  }

  /// `CPU: 0 PID: 1 Comm: x Not tainted 6.12.1 #1`: the release stands before the number of the build.
  private static func isStack(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "CPU: ") && text.contains(" PID: ") || text.begins(with: "Pid: ")
  }

  /// How well the release can be read: it is the one number behind the taint flags, and the build follows.
  private static func releases(_ text: ArraySlice<UInt8>) -> Int {
    guard let taint = text.lastIndex(of: "ainted"), let build = text[taint...].firstIndex(of: " #")
    else { return -9 }
    if let at = text.firstIndex(of: "PID: ") {
      var scanner = LogScanner(text[(at + 5)...])
      guard scanner.number() != nil, scanner.take(" Comm: ") else { return -9 }
    }
    let words = text[taint..<build].split(separator: UInt8(ascii: " "))
    guard let last = words.last, KernelRelease(last.text) != nil else { return -9 }
    return -words.count { $0.first.flatMap(decimal) != nil }
  }

  private static func isWhole(_ text: ArraySlice<UInt8>, table: TaskTable?) -> Bool {
    if text.first == UInt8(ascii: "[") {
      if TaskTable.isHeaderHead(text) { return TaskTable(header: text) != nil }
      return table?.row(text, line: 0) != nil
    }
    if text.begins(with: "oom-kill:con") {
      guard let uid = text.lastIndex(of: ",uid=") else { return false }
      return SummaryLine(text)?.pid != nil && text[(uid + 5)...].allSatisfy { decimal($0) != nil }
        && uid + 5 < text.endIndex
    }
    if text.contains(" invoked oom-killer") {
      // The last word is that of the setting, or the order where a release ends so.
      guard let at = text.lastIndex(of: "=") else { return !text.ends(with: ":") }
      let key = text[..<at]
      let hasValue = at + 1 < text.endIndex
      return hasValue && (key.ends(with: "adj") || key.ends(with: "policy") || hasMask(key))
    }
    if text.begins(with: "Tasks in ") { return MemcgPathLine.oomGroup(text) != nil }
    if isStack(text) { return text.contains(" #") }
    if isZone(text) {
      return text.ends(with: "kB") || text.ends(with: "? yes") || text.ends(with: "? no")
    }
    if isCounter(text) {
      return LogScanner.number(after: ", failcnt ", in: text) != nil
        && LogScanner.kilobytes(after: " limit ", in: text) != nil
    }
    if isStats(text) { return text.ends(with: "KB") }
    if isReaped(text) { return text.contains("shmem-rss:") && text.ends(with: "kB") }
    guard let death = DeathLine(text, line: 0) else {
      // What else begins so has no process in it, and is whole.
      return !["Kill", "Killed", "process"].contains { text.ends(with: $0) }
        && !text.contains("ill process") && !text.contains("illed process")
    }
    if death.kind != .killed, text.contains(" score ") {
      return text.ends(with: "child") || text.ends(with: "children.")
    }
    if let last = text.last, text.contains("total-vm:") {
      return last != UInt8(ascii: ",") && !text.ends(with: "UID") && text.contains("file-rss:")
        && (decimal(last) != nil || text.ends(with: "kB"))
    }
    return true
  }

  /// How much of a line can be read.
  private static func fields(_ text: ArraySlice<UInt8>) -> Int {
    if let table = TaskTable(header: text) { return -table.unknownColumns.count }
    if let line = InvokedLine(text) {
      return (line.request.order == nil ? 0 : 1) + (line.invoker.oomScoreAdj == nil ? 0 : 1)
        + (line.request.gfpFlags.isEmpty ? 0 : 1) - (line.request.gfpFlags.contains(" ") ? 1 : 0)
    }
    if let death = DeathLine(text, line: 0) {
      let kill = death.kill
      let sizes = [kill.totalVM, kill.anon, kill.file, kill.shmem, kill.pageTables]
      return sizes.count { $0 != nil } - loose(text)
    }
    if isStack(text) { return releases(text) }
    return isZone(text) ? -loose(text) : 0
  }

  /// Words behind the first name that are no `name:size`.
  private static func loose(_ text: ArraySlice<UInt8>) -> Int {
    let start = text.firstIndex(of: ":") ?? text.startIndex
    return text[start...].split(separator: UInt8(ascii: " ")).count {
      !$0.contains(UInt8(ascii: ":"))
    }
  }

  /// What a kill line says of its process, in order.
  private static let sizes = [
    "total-vm:", "vsz:", "anon-rss:", "file-rss:", "shmem-rss:", "UID:", "pgtables:",
    "oom_score_adj:",
  ]

  /// A kill line that ends before the last of these, as in an old release, or because it was wrapped there.
  private static func mayGoOn(_ text: ArraySlice<UInt8>) -> Bool {
    guard let death = DeathLine(text, line: 0) else { return false }
    return (death.kind == .killed || death.kind == .chosenAndKilled)
      && death.kill.oomScoreAdj == nil
  }

  /// 4.4 and 4.5 print the mask last.
  private static func hasMask(_ key: ArraySlice<UInt8>) -> Bool {
    key.ends(with: "gfp_mask") && key.contains("oom_score_adj=")
  }
}
