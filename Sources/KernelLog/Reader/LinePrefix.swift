// What stands before the kernel's text in a line: quoting, levels, times, hosts, caller ids. Each form is
// taken off by itself, as often as it stands there, so that every mixture of them is read.

/// A line without what others have put before it.
struct StrippedLine {
  var text: ArraySlice<UInt8>
  /// Something that only a log puts there was taken off, so that a line without it continues another.
  var hadPrefix: Bool
}

enum LinePrefix {
  /// A prefix that is longer than this is none.
  private static let most = 400

  static func strip(_ line: ArraySlice<UInt8>) -> StrippedLine {
    var text = line
    var hadPrefix = false
    while true {
      let before = text.startIndex
      text = withoutQuoting(text)
      for form in [level, facility, kmsg, bracket, syslog, isoTime, tag] {
        if let end = form(text) {
          text = text[end...]
          hadPrefix = true
        }
      }
      if text.startIndex == before { break }
    }
    while text.last == UInt8(ascii: "\r") { text.removeLast() }
    return StrippedLine(text: text, hadPrefix: hadPrefix)
  }

  /// Mail quoting, `> > `, and the arrow that pagers put before what they wrapped.
  private static func withoutQuoting(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first {
      if first == UInt8(ascii: ">") || first == UInt8(ascii: "|") {
        text.removeFirst()
      } else if first == UInt8(ascii: " "), text.dropFirst().first == UInt8(ascii: ">") {
        text.removeFirst()
      } else {
        break
      }
      if text.first == UInt8(ascii: " ") { text.removeFirst() }
    }
    return text
  }

  /// `<4>`, and `<4>1 ` of RFC 5424.
  private static func level(_ text: ArraySlice<UInt8>) -> Int? {
    var scanner = LogScanner(text)
    guard scanner.take("<"), let level = scanner.number(), 0...191 ~= level, scanner.take(">")
    else { return nil }
    _ = scanner.take("1 ")
    return scanner.at
  }

  /// `kern  :warn  : `, as `dmesg --decode` has it.
  private static func facility(_ text: ArraySlice<UInt8>) -> Int? {
    guard text.begins(with: "kern ") || text.begins(with: "kern:") else { return nil }
    var scanner = LogScanner(text)
    scanner.skip(4)
    scanner.skipSpace()
    guard scanner.take(":") else { return nil }
    while let byte = scanner.next, 0x61...0x7A ~= byte { scanner.skip(1) }
    scanner.skipSpace()
    guard scanner.take(":") else { return nil }
    scanner.skipSpace()
    return scanner.at
  }

  /// A record of /dev/kmsg and of extended netconsole: `6,3057,38165442,-;text`, with the release before it
  /// if netconsole was told so.
  private static func kmsg(_ text: ArraySlice<UInt8>) -> Int? {
    guard let first = text.first, decimal(first) != nil else { return nil }
    var commas = 0
    for index in text.indices.prefix(120) {
      switch text[index] {
      case UInt8(ascii: ";"): return commas >= 3 ? index + 1 : nil
      case UInt8(ascii: ","): commas += 1
      case UInt8(ascii: " "): return nil
      default: break
      }
    }
    return nil
  }

  /// `[  123.456789] `, `[Fri Sep 25 15:29:47 2020] ` in any language, `[  +0.000004] `, and the caller's
  /// `[ T7791]`; not the `[ 1234]` of a task.
  private static func bracket(_ text: ArraySlice<UInt8>) -> Int? {
    var start = text.startIndex
    while start < text.endIndex, text[start] == UInt8(ascii: " ") { start += 1 }
    guard start < text.endIndex, text[start] == UInt8(ascii: "["),
      let end = text[start...].prefix(48).firstIndex(of: UInt8(ascii: "]")), end > start + 1
    else { return nil }
    let inside = text[(start + 1)..<end].trimmed
    guard isMonotonic(inside) || hasClock(inside) || isCaller(inside) else { return nil }
    var scanner = LogScanner(text[(end + 1)...])
    _ = scanner.take(" ")
    return scanner.at
  }

  /// Seconds since boot, with what `dmesg -d` adds: `12.345`, `+0.1`, `12.3 <    0.1>`.
  private static func isMonotonic(_ inside: ArraySlice<UInt8>) -> Bool {
    var hasPoint = false
    for byte in inside {
      // A person who shortens a log may write `[1518.new]`.
      if hasPoint, decimal(inside[inside.startIndex]) != nil, 0x61...0x7A ~= byte { continue }
      switch byte {
      case UInt8(ascii: "."): hasPoint = true
      case 0x30...0x39, UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: "<"), UInt8(ascii: ">"):
        break
      default: return false
      }
    }
    return hasPoint && inside.last != UInt8(ascii: ".")
  }

  /// `CONFIG_PRINTK_CALLER`: T and the thread's pid, C and the processor.
  private static func isCaller(_ inside: ArraySlice<UInt8>) -> Bool {
    guard inside.first == UInt8(ascii: "T") || inside.first == UInt8(ascii: "C"), inside.count > 1
    else { return false }
    return inside.dropFirst().allSatisfy { decimal($0) != nil }
  }

  /// Whether a time of day stands in it: `15:29`.
  private static func hasClock(_ inside: ArraySlice<UInt8>) -> Bool {
    for index in inside.indices.dropFirst(2).dropLast(2) where inside[index] == UInt8(ascii: ":") {
      let digits = [index - 2, index - 1, index + 1, index + 2]
      if digits.allSatisfy({ decimal(inside[$0]) != nil }) { return true }
    }
    return false
  }

  /// `Jun 20 12:47:43 host kernel: `, `Sun 2024-05-19 18:14:43 UTC host kernel: ` and other times of day, with
  /// the host and the tag behind them.
  private static func syslog(_ text: ArraySlice<UInt8>) -> Int? {
    var scanner = LogScanner(text)
    var words = 0
    // A time of day is the first to the fourth word.
    while words < 4, !scanner.isAtEnd {
      let word = scanner.word()
      if isClock(word) { return afterTime(scanner) }
      guard isPartOfDate(word) else { return nil }
      scanner.skipSpace()
      words += 1
    }
    return nil
  }

  /// `18:14:43`, with a fraction if there is one.
  private static func isClock(_ word: ArraySlice<UInt8>) -> Bool {
    let base = word.startIndex
    guard word.count >= 8, word[base + 2] == UInt8(ascii: ":"), word[base + 5] == UInt8(ascii: ":")
    else { return false }
    return [0, 1, 3, 4, 6, 7].allSatisfy { decimal(word[base + $0]) != nil }
      && word.dropFirst(8).allSatisfy {
        decimal($0) != nil || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",")
          || $0 == UInt8(ascii: ":")
      }
  }

  /// A month or a weekday in any language, a day, a date.
  private static func isPartOfDate(_ word: ArraySlice<UInt8>) -> Bool {
    guard let first = word.first, word.count <= 12, first != UInt8(ascii: "[") else { return false }
    return word.allSatisfy {
      decimal($0) != nil || $0 >= 0x80 || 0x61...0x7A ~= $0 | 0x20 || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/")
    }
  }

  /// `2024-05-19T18:14:43.123456+00:00 host kernel: `; also behind the seconds of `journalctl -o short-unix`.
  private static func isoTime(_ text: ArraySlice<UInt8>) -> Int? {
    var scanner = LogScanner(text)
    let word = scanner.word()
    let base = word.startIndex
    guard word.count >= 16, let first = word.first, decimal(first) != nil,
      word.allSatisfy(isOfTime)
    else { return nil }
    if word[base + 4] == UInt8(ascii: "-"), word[base + 10] | 0x20 == UInt8(ascii: "t"),
      word[base + 13] == UInt8(ascii: ":")
    {
      return afterTime(scanner)
    }
    let isUnix = word.allSatisfy { decimal($0) != nil || $0 == UInt8(ascii: ".") }
    guard isUnix, tagEnd(scanner.rest) != nil else { return nil }
    return afterTime(scanner)
  }

  private static func isOfTime(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x3A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: ","),
      UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: "Z"), UInt8(ascii: "z"):
      true
    default: false
    }
  }

  /// Behind a time: the host and the tag if there is one, else just the blank; a host without a tag where a
  /// bracket follows.
  private static func afterTime(_ scanner: LogScanner) -> Int {
    var scanner = scanner
    if let end = tagEnd(scanner.rest) { return end }
    scanner.skipSpace()
    let start = scanner.at
    if scanner.next != UInt8(ascii: "[") {
      _ = scanner.word()
      scanner.skipSpace()
      if bracket(scanner.rest) != nil { return scanner.at }
    }
    return start
  }

  /// `kernel: ` without a time, as some collectors leave it, and `host kernel: ` behind a bracket.
  private static func tag(_ text: ArraySlice<UInt8>) -> Int? {
    guard let end = tagEnd(text) else { return nil }
    // One word may stand before it, the host: anything longer is the kernel's own text.
    let head = text[..<end].trimmed
    return head.filter { $0 == UInt8(ascii: " ") }.count <= 1 ? end : nil
  }

  /// Behind the tag of the kernel: `kernel:`, `kernel[0]:`, `kernel - - - `, `klogd:`, `vmunix:`.
  private static func tagEnd(_ text: ArraySlice<UInt8>) -> Int? {
    let head = text.prefix(most)
    for name in ["kernel", "klogd", "vmunix"] {
      var from = head
      while let start = from.firstIndex(of: name) {
        var scanner = LogScanner(text[(start + name.utf8.count)...])
        from = head[(start + 1)...]
        let isWord =
          start == text.startIndex || text[start - 1] == UInt8(ascii: " ")
          || text[start - 1] == UInt8(ascii: "\t") || text[start - 1] == UInt8(ascii: ".")
        guard isWord else { continue }
        if scanner.take("[") {
          _ = scanner.number()
          guard scanner.take("]") else { continue }
        }
        if scanner.take(" - - - ") { return scanner.at }
        guard scanner.take(":") else { continue }
        if scanner.take(" ") || scanner.take("\t") || scanner.isAtEnd { return scanner.at }
      }
    }
    return nil
  }
}
