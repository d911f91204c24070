// Evidence that is not of the decision or the kill itself: what the stack names, which others have the victim's
// memory, what the reaper could not do, what of the log was left out.

extension OOMReport.Sharer {
  /// Kernel: `__oom_kill_process()` and `oom_reap_task()`, mm/oom_kill.c.
  init?(_ text: ArraySlice<UInt8>, line: Int) {
    let kind: Kind
    var scanner = LogScanner(text)
    if scanner.take("oom_reaper: unable to reap pid:")
      || scanner.take("oom_reaper: giving up pid:")
    {
      kind = .unreaped
    } else if scanner.take("oom killer "), scanner.skip(past: " has mm pinned by ") {
      kind = .pinning
    } else if text.contains(" sharing same memory"), scanner.skip(past: "Kill process ") {
      kind = .killed
    } else {
      return nil
    }
    guard let pid = scanner.number(), scanner.take(" ("),
      let end = scanner.rest.lastIndex(of: ")")
    else { return nil }
    self.init(line: line, kind: kind, pid: pid, name: scanner.rest[..<end].text)
  }
}

/// Lines by which somebody has left a part of a table out, or by which a program says that it did.
enum CutMarker {
  /// - Parameter isBare: nothing that a log puts before its lines stood before it.
  static func isMarker(_ text: ArraySlice<UInt8>, isBare: Bool) -> Bool {
    if isLost(text) { return true }
    guard !text.isEmpty, text.count <= 100 else { return false }
    if isDots(text) { return true }
    // In brackets it is no kernel's line, whatever stands before it.
    let isBracketed = text.first == UInt8(ascii: "<") && text.last == UInt8(ascii: ">")
    guard isBare || isBracketed else { return false }
    let lower = text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }[...]
    return [
      "snip", "omitted", "truncated", "skipped", "removed", "elided", "shortened", "deleted",
      "redacted", "cut", "more lines", "more rows", "lines more", "...", "\u{2026}",
    ].contains { lower.contains($0) }
  }

  /// Dots and dashes alone, in any brackets, behind any quotation mark: no kernel prints these.
  static func isDots(_ text: ArraySlice<UInt8>) -> Bool {
    let hasOthers = text.contains { byte in
      LineCharacters.isWord(byte)
        || byte >= 0x80 && ![0xE2, 0x80, 0xA6, 0x94, 0x93, 0xC2, 0xB7, 0x8B, 0xAF].contains(byte)
    }
    if hasOthers { return false }
    return text.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
  }

  /// Whether a mark stands behind the name of a row, in whose line the next one was.
  static func isBehind(_ name: String) -> Bool {
    ["...", "[...]", "\u{2026}"].contains { name.hasSuffix($0) }
  }

  /// Messages that a console, a journal or a log daemon has lost.
  private static func isLost(_ text: ArraySlice<UInt8>) -> Bool {
    text.contains("printk messages dropped")
      || text.contains("kernel messages")
        && (text.contains("Missed ") || text.contains("Suppressed "))
      || text.contains("imklog") && text.contains(" lost ")
  }
}
