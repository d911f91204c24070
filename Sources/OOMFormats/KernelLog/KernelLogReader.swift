internal import OOMSimulator

/// Reads OOM reports out of a log of any size, piece by piece.
///
/// Outside of a report a line is only looked at for words that every report begins with; memory grows with
/// the reports, not with the log.
///
///     var reader = KernelLogReader()
///     reader.read(bytes)
///     let reports = reader.finish()
public struct KernelLogReader {
  /// A line that is longer is cut: no line of a report is.
  static let longestLine = 1 << 16

  /// The beginning of a line whose end has not been read.
  private var pending: [UInt8] = []
  private var pendingIsHot = false
  private var isOverlong = false
  private var lineNumber = 0
  /// The last bytes of what was read, for words that pieces of the log cut in two.
  private var window: UInt64 = 0

  private var assembly = ReportAssembly()
  private var isQuotedPrintable = false
  /// The beginning of a quoted-printable line that goes on in the next.
  private var soft: [UInt8] = []

  public init() {}

  /// The reports of a whole log.
  public static func reports(in bytes: [UInt8]) -> [OOMReport] {
    var reader = KernelLogReader()
    reader.read(bytes)
    return reader.finish()
  }

  /// Reads on.
  ///
  /// - Complexity: O(*n*).
  public mutating func read(_ bytes: [UInt8]) {
    var start = 0
    var index = 0
    var isHot = pendingIsHot
    var window = self.window
    let count = bytes.count
    while index < count {
      let byte = bytes[index]
      window = window << 8 | UInt64(byte)
      index &+= 1
      if byte == UInt8(ascii: "\n") {
        endLine(bytes, start, index &- 1, isHot)
        start = index
        isHot = false
        window = 0
      } else if !isHot, Self.isTrigger(window) {
        isHot = true
      }
    }
    if start < count { hold(bytes, start, count) }
    pendingIsHot = isHot
    self.window = window
  }

  /// The reports, when all of the log is read.
  public mutating func finish() -> [OOMReport] {
    if !pending.isEmpty || isOverlong { endLine([], 0, 0, pendingIsHot) }
    if !soft.isEmpty { take(soft) }
    soft = []
    return assembly.finish()
  }

  /// Whether the last bytes end a word that a report's lines have: `oom`, `Killed process`, `Kill process`,
  /// `no killable processes`, `Linux version`, `Comm:`, `memory:`, `Mem-Info:`,
  /// `swap =`, and a journal's message in bytes.
  @inline(__always)
  private static func isTrigger(_ window: UInt64) -> Bool {
    switch UInt8(truncatingIfNeeded: window) {
    case UInt8(ascii: "m"): return window & 0xff_ffff == 0x6f_6f6d
    case UInt8(ascii: "r"):
      // "ed pr", "ll pr", "le pr"
      let end = window & 0xff_ffff_ffff
      return end == 0x65_6420_7072 || end == 0x6c_6c20_7072 || end == 0x6c_6520_7072
    case UInt8(ascii: "v"): return window & 0xffff_ffff == 0x7578_2076  // "ux v"
    case UInt8(ascii: ":"):
      // "omm:", "ory:", "nfo:"
      let end = window & 0xffff_ffff
      return end == 0x6f6d_6d3a || end == 0x6f72_793a || end == 0x6e66_6f3a
    case UInt8(ascii: "["):
      // `E":[` and `E": [`
      return window & 0xffff_ffff == 0x4522_3a5b || window & 0xff_ffff_ffff == 0x45_223a_205b
    case UInt8(ascii: "="):
      // "wap =", "ap  ="
      let end = window & 0xff_ffff_ffff
      return end == 0x77_6170_203d || end == 0x61_7020_203d
    default: return false
    }
  }

  private mutating func hold(_ bytes: [UInt8], _ start: Int, _ end: Int) {
    let room = Self.longestLine - pending.count
    if end - start > room { isOverlong = true }
    pending += bytes[start..<min(end, start + max(room, 0))]
  }

  private mutating func endLine(_ bytes: [UInt8], _ start: Int, _ end: Int, _ isHot: Bool) {
    lineNumber += 1
    let isWanted = isHot || assembly.isCollecting || !soft.isEmpty
    if !isWanted, pending.isEmpty { return }
    if isWanted {
      hold(bytes, start, end)
      let line = pending
      decode(line)
    }
    pending.removeAll(keepingCapacity: true)
    pendingIsHot = false
    isOverlong = false
  }

  /// Undoes quoted-printable, whose lines go on where they end in `=`.
  private mutating func decode(_ raw: [UInt8]) {
    if !isQuotedPrintable, TransportForms.isQuotedPrintable(raw) { isQuotedPrintable = true }
    guard isQuotedPrintable else { return take(raw) }
    // A mask without escapes: another log has begun.
    if raw[...].contains("gfp_mask=0x") {
      isQuotedPrintable = false
      return take(raw)
    }
    var line = raw
    while let last = line.last, last == 0x0D || last == 0x20 { line.removeLast() }
    if line.last == UInt8(ascii: "="), soft.count < Self.longestLine {
      soft += line.dropLast()
      return
    }
    let whole = soft + line
    soft = []
    take(TransportForms.unquoted(whole))
  }

  private mutating func take(_ line: [UInt8]) {
    if let message = TransportForms.journalMessage(line[...]) {
      for part in TransportForms.lines(of: message[...]) {
        assembly.take(LinePrefix.strip(part).text, isContinuation: false, line: lineNumber)
      }
      return
    }
    let stripped = LinePrefix.strip(line[...])
    var isContinuation = !stripped.hadPrefix
    for part in TransportForms.lines(of: stripped.text) {
      assembly.take(part, isContinuation: isContinuation, line: lineNumber)
      isContinuation = false
    }
  }
}
