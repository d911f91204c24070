extension OOMReport.Suppressed {
  init?(_ text: ArraySlice<UInt8>, line: Int) {
    guard let suppressed = SuppressedLine(text) else { return nil }
    let start = text.firstIndex(of: "Suppressed ") ?? text.startIndex
    self.init(line: line, text: text[start...].text, reports: suppressed.reports)
  }
}

/// A line that says that others were not printed.
struct SuppressedLine {
  /// How many OOM reports that were; nil where it is about other lines, or does not say.
  let reports: Int64?

  /// Functions that report about memory; others are limited by themselves. To 2.6.33 the line names none.
  private static let functions = [
    "oom_kill_process", "out_of_memory", "dump_header", "pagefault_out_of_memory", "warn_alloc",
    "warn_alloc_failed", "__ratelimit",
  ]

  /// `oom_kill_process: 3 callbacks suppressed`, `___ratelimit()`, lib/ratelimit.c; `printk: 5 messages suppressed.`,
  /// `__printk_ratelimit()`, to 2.6.26; `** 34 printk messages dropped **`, `console_unlock()`, kernel/printk/printk.c;
  /// `Suppressed 34 messages from /`, of systemd-journald.
  init?(_ text: ArraySlice<UInt8>) {
    if text.count > 200 { return nil }
    if let function = Self.functions.first(where: { text.begins(with: $0) }) {
      var scanner = LogScanner(text.dropFirst(function.utf8.count))
      guard scanner.take(": "), let count = scanner.number(), count > 0,
        scanner.take(" callbacks suppressed")
      else { return nil }
      reports = function == Self.functions[0] ? count : nil
      return
    }
    let isOfPrintk =
      text.begins(with: "printk: ") && text.contains(" suppressed")
      || text.begins(with: "** ") && text.contains(" printk messages dropped")
    // Behind the name of the program.
    guard isOfPrintk || text.contains("Suppressed ") && text.contains(" messages from ") else {
      return nil
    }
    reports = nil
  }
}
