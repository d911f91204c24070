internal import OOMSimulator

/// Joins what was wrapped: lines of the forms that tell by themselves where they end.
///
/// Nothing is guessed: a join is taken when just one way, with or without a blank, gives a whole line of the
/// form. A row's number that was cut in two fits both ways only by chance, and is then left alone.
enum LineJoin {
  /// No line is put together from more than this.
  private static let most = 4096

  /// Whether a line begins a form and does not end it.
  static func goesOn(_ text: ArraySlice<UInt8>, table: TaskTable?) -> Bool {
    guard text.count < most else { return false }
    let text = text.trimmed
    guard let first = text.first else { return false }
    if first == UInt8(ascii: "[") {
      if let table, TaskTable.isRow(text) { return table.row(text, line: 0) == nil }
      return isHeaderHead(text) && TaskTable(header: text) == nil
    }
    if text.begins(with: "oom-kill:con") { return !isWhole(text, table: table) }
    if text.ends(with: " invoked") || text.ends(with: " invoked oom-killer:") { return true }
    if text.contains(" invoked oom-killer: gfp_mask=") { return !isWhole(text, table: table) }
    if text.begins(with: "Tasks in ") { return MemcgPathLine.oomGroup(text) == nil }
    if isDeath(text) { return !isWhole(text, table: table) || mayGoOn(text) }
    return false
  }

  /// The whole of a line and its continuation; nil where that is none, or where both ways would do.
  static func join(_ held: [UInt8], _ next: ArraySlice<UInt8>, table: TaskTable?) -> [UInt8]? {
    let next = next.trimmed
    guard !next.isEmpty, held.count + next.count < most, !isBeginning(next) else { return nil }
    if mayGoOn(held[...].trimmed), isWhole(held[...].trimmed, table: table) {
      return sizes.contains { next.begins(with: $0) } ? held + [0x20] + next : nil
    }
    var head = held
    while head.last == 0x20 || head.last == 0x0D { head.removeLast() }
    let glued = head + next
    let spaced = head + [0x20] + next
    let gluedIsWhole = isWhole(glued[...].trimmed, table: table)
    let spacedIsWhole = isWhole(spaced[...].trimmed, table: table)
    if gluedIsWhole != spacedIsWhole { return gluedIsWhole ? glued : spaced }
    let trimmed = held[...].trimmed
    if gluedIsWhole, trimmed.first == UInt8(ascii: "["), TaskTable.isRow(trimmed) { return nil }
    // Only names have blanks in these; all else of a long line is wrapped at blanks.
    if trimmed.begins(with: "oom-kill:") { return glued }
    if goesOn(spaced[...], table: table) || spacedIsWhole { return spaced }
    return nil
  }

  /// A continuation does not begin as lines of a report do.
  private static func isBeginning(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: "[") || text.begins(with: "oom-kill:") || text.begins(with: "CPU:")
      || text.begins(with: "Out of memory") || text.begins(with: "Memory cgroup")
      || text.contains(" invoked oom-killer")
  }

  private static func isHeaderHead(_ text: ArraySlice<UInt8>) -> Bool {
    guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
    return text[(text.startIndex + 1)..<end].trimmed.elementsEqual("pid".utf8)
  }

  private static func isDeath(_ text: ArraySlice<UInt8>) -> Bool {
    text.begins(with: "Killed process ") || text.begins(with: "Out of memory")
      || text.begins(with: "Memory cgroup out of memory")
  }

  private static func isWhole(_ text: ArraySlice<UInt8>, table: TaskTable?) -> Bool {
    if text.first == UInt8(ascii: "[") {
      if isHeaderHead(text) { return TaskTable(header: text) != nil }
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
