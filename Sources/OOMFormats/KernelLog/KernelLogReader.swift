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
  private var isOverlong = false
  private var lineNumber = 0

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
    // A line that began in the last piece is looked at in any case: a word may have been cut.
    var isHot = !pending.isEmpty
    let span = bytes.span
    let count = span.count
    while index < count {
      let byte = span[index]
      if byte == UInt8(ascii: "\n") {
        endLine(bytes, start, index, isHot)
        start = index &+ 1
        isHot = false
      } else if byte == UInt8(ascii: "o") || byte == UInt8(ascii: "p") || byte == UInt8(ascii: ":")
        || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "L")
        || byte == UInt8(ascii: "T")
      {
        if Self.isTrigger(span, index) { isHot = true }
      }
      index &+= 1
    }
    if start < count { hold(bytes, start, count) }
  }

  /// The reports, when all of the log is read.
  public mutating func finish() -> [OOMReport] {
    if !pending.isEmpty || isOverlong { endLine([], 0, 0, true) }
    if !soft.isEmpty { take(soft) }
    soft = []
    return assembly.finish()
  }

  /// Whether a word that lines of reports have stands around a byte: `oom`, `Killed process`, `Kill process`,
  /// `no killable processes`, `Linux version`, `Tasks in`, `Comm:`, `memory:`, `Mem-Info:`, `swap =`, and a journal's message
  /// in bytes.
  @inline(__always)
  private static func isTrigger(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
    guard index > 3, index &+ 4 < bytes.count else { return true }
    @inline(__always) func at(_ steps: Int) -> UInt8 { bytes[index &+ steps] }
    switch at(0) {
    case UInt8(ascii: "o"): return at(1) == UInt8(ascii: "o") && at(2) == UInt8(ascii: "m")
    case UInt8(ascii: "p"):
      // "ed pr", "ll pr", "le pr"
      return at(-1) == UInt8(ascii: " ") && at(1) == UInt8(ascii: "r")
        && (at(-2) == UInt8(ascii: "d") || at(-3) == UInt8(ascii: "l"))
    case UInt8(ascii: "T"): return at(1) == UInt8(ascii: "a") && at(2) == UInt8(ascii: "s")
    case UInt8(ascii: "L"): return at(1) == UInt8(ascii: "i") && at(2) == UInt8(ascii: "n")
    case UInt8(ascii: ":"):
      // "omm:", "ory:", "nfo:"
      return at(-1) == UInt8(ascii: "m") && at(-2) == UInt8(ascii: "m")
        || at(-1) == UInt8(ascii: "y") && at(-2) == UInt8(ascii: "r")
        || at(-1) == UInt8(ascii: "o") && at(-2) == UInt8(ascii: "f")
    case UInt8(ascii: "="):
      return at(-1) == UInt8(ascii: " ")
        && (at(-2) == UInt8(ascii: "p") || at(-2) == UInt8(ascii: " "))
    default:
      // `E":[` and `E": [`
      return at(-1) == UInt8(ascii: ":") && at(-2) == UInt8(ascii: "\"")
        || at(-1) == UInt8(ascii: " ") && at(-2) == UInt8(ascii: ":") && at(-4) == UInt8(ascii: "E")
    }
  }

  private mutating func hold(_ bytes: [UInt8], _ start: Int, _ end: Int) {
    let room = Self.longestLine - pending.count
    if end - start > room { isOverlong = true }
    pending += bytes[start..<min(end, start + max(room, 0))]
  }

  private mutating func endLine(_ bytes: [UInt8], _ start: Int, _ end: Int, _ isHot: Bool) {
    lineNumber += 1
    let isWanted = isHot || assembly.isCollecting || isQuotedPrintable
    if !isWanted, pending.isEmpty { return }
    if isWanted {
      hold(bytes, start, end)
      let line = pending
      decode(line)
    }
    pending.removeAll(keepingCapacity: true)
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
