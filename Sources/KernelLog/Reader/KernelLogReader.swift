internal import OOMSimulator

/// Reads OOM reports out of a log of any size, piece by piece.
///
/// Outside of a report a line is only looked at for words that every report begins with; memory grows with
/// the reports, not with the log.
///
///     var reader = KernelLogReader()
///     reader.read(bytes)
///     let reports = reader.finish()
package struct KernelLogReader {
  /// A line that is longer is cut: no line of a report is.
  static let longestLine = 1 << 16

  /// The beginning of a line whose end has not been read.
  private var pending: [UInt8] = []
  private var lineNumber = 0

  private var assembly = ReportAssembly()
  private var isQuotedPrintable = false
  /// The beginning of a quoted-printable line that goes on in the next.
  private var soft: [UInt8] = []

  package init() {}

  /// The reports of a whole log.
  package static func reports(in bytes: [UInt8]) -> [OOMReport] {
    var reader = KernelLogReader()
    reader.read(bytes)
    return reader.finish()
  }

  /// Reads on.
  ///
  /// - Complexity: O(*n*).
  package mutating func read(_ bytes: [UInt8]) {
    var start = 0
    // A line that began in the last piece is looked at in any case: a word may have been cut.
    if !pending.isEmpty {
      guard let end = TriggerSearch.lineEnd(in: bytes, from: 0) else {
        return hold(bytes, 0, bytes.count)
      }
      endLine(bytes, 0, end)
      start = end + 1
    }
    let last = bytes.lastIndex(of: 0x0A) ?? -1
    while start <= last {
      if !assembly.isCollecting, !isQuotedPrintable {
        let word = TriggerSearch.next(in: bytes, from: start, to: last + 1)
        let line = word.flatMap { bytes[start..<$0].lastIndex(of: 0x0A) }.map { $0 + 1 }
        let next = word == nil ? last + 1 : line ?? start
        lineNumber += TriggerSearch.lineEnds(in: bytes, from: start, to: next)
        start = next
      }
      if start <= last, let end = TriggerSearch.lineEnd(in: bytes, from: start) {
        endLine(bytes, start, end)
        start = end + 1
      }
    }
    if start < bytes.count { hold(bytes, start, bytes.count) }
  }

  /// The reports, when all of the log is read.
  package mutating func finish() -> [OOMReport] {
    if !pending.isEmpty { endLine([], 0, 0) }
    if !soft.isEmpty { take(soft) }
    soft = []
    return assembly.finish()
  }

  private mutating func hold(_ bytes: [UInt8], _ start: Int, _ end: Int) {
    let room = Self.longestLine - pending.count
    pending += bytes[start..<min(end, start + max(room, 0))]
  }

  private mutating func endLine(_ bytes: [UInt8], _ start: Int, _ end: Int) {
    lineNumber += 1
    hold(bytes, start, end)
    let line = pending
    decode(line)
    pending.removeAll(keepingCapacity: true)
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
