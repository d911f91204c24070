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
  static let longestLine = 1 << 22

  /// The beginning of a line whose end has not been read.
  private var pending: [UInt8] = []
  private var lineNumber = 0

  private var decoder = LogDecoder()
  private var streams = ReportStreams()
  private var isQuotedPrintable = false
  /// The beginning of a quoted-printable line that goes on in the next.
  private var soft: [UInt8] = []
  /// What was read before this piece, as far as rows of a table may stand in it whose header is lost.
  private var before: [UInt8] = []
  /// Records whose fields have lines of their own.
  private var records = RecordLines()
  /// Of a table of lines, which has a header.
  private var columns: LogColumns?
  private var isAtStart = true
  /// What the log begins with: where no line of a report names a host, others may.
  private var beginning: [UInt8] = []
  private static let mostOfBeginning = 1 << 16
  private var last = LineText.Last()
  /// Kills that others say of themselves.
  package private(set) var otherKills: [OtherKill] = []

  private static let mostOtherKills = 10_000

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
    readBytes(decoder.isPlain ? bytes : decoder.decode(bytes))
  }

  private mutating func readBytes(_ bytes: [UInt8]) {
    if beginning.count < Self.mostOfBeginning {
      beginning += bytes.prefix(Self.mostOfBeginning - beginning.count)
    }
    if isAtStart, let end = TriggerSearch.lineEnd(in: bytes, from: 0) {
      isAtStart = false
      columns = LogColumns(header: (pending + bytes[..<end])[...])
    }
    var start = 0
    // What was taken is not looked at again.
    var taken = 0
    // A line that began in the last piece is looked at in any case: a word may have been cut.
    if !pending.isEmpty {
      guard let end = TriggerSearch.lineEnd(in: bytes, from: 0) else {
        hold(bytes, 0, bytes.count)
        return keep(bytes[...])
      }
      takeRows(beforePendingWith: bytes[..<end])
      if endLine(bytes, 0, end) { taken = end + 1 }
      start = end + 1
    }
    let last = bytes.lastIndex(of: 0x0A) ?? -1
    while start <= last {
      if !isCollecting {
        let word = TriggerSearch.next(in: bytes, from: start, to: last + 1)
        let line = word.flatMap { bytes[start..<$0].lastIndex(of: 0x0A) }.map { $0 + 1 }
        let next = word == nil ? last + 1 : line ?? start
        lineNumber += TriggerSearch.lineEnds(in: bytes, from: start, to: next)
        if word != nil, let end = TriggerSearch.lineEnd(in: bytes, from: next) {
          let lines = LinesBefore(
            bytes[taken...], before: next, behind: taken == 0 ? before : [])
          recall(bytes[next..<end], behind: lines)
          if next > taken, LostRows.mayFollow(bytes[next..<end]) { takeRows(lines) }
        }
        start = next
      }
      if start <= last, let end = TriggerSearch.lineEnd(in: bytes, from: start) {
        if endLine(bytes, start, end) { taken = end + 1 }
        start = end + 1
      }
    }
    if start < bytes.count { hold(bytes, start, bytes.count) }
    if taken > 0 { before = [] }
    keep(bytes[taken...])
  }

  /// Whether lines that look like nothing are wanted, too.
  private var isCollecting: Bool {
    streams.isCollecting || records.isHolding || isQuotedPrintable
  }

  /// Rows before a line that begins a report have lost their header: nothing told that they would come.
  private mutating func takeRows(_ before: LinesBefore) {
    let rows = LostRows.lines(before)
    let line = lineNumber
    for (index, row) in rows.enumerated() {
      lineNumber = line - rows.count + index + 1
      take(row)
    }
    lineNumber = line
  }

  /// The same for a line that the pieces have cut.
  private mutating func takeRows(beforePendingWith end: ArraySlice<UInt8>) {
    guard !isCollecting else { return }
    let line = pending + end
    guard TriggerSearch.isIn(line) else { return }
    let start = max(before.count - pending.count, 0)
    let lines = LinesBefore(before[...], before: start, behind: [])
    recall(line[...], behind: lines)
    if LostRows.mayFollow(line[...]) { takeRows(lines) }
  }

  /// The fields of a record before its message, where each has a line of its own.
  private mutating func recall(_ line: ArraySlice<UInt8>, behind before: LinesBefore) {
    guard RecordLines.mayBeIn(line) else { return }
    var before = before
    var lines: [[UInt8]] = []
    while lines.count < 200, let line = before.next() {
      lines.append(line)
      if RecordLines.isStart(line[...]) { break }
    }
    records.recall(lines.reversed())
  }

  /// Keeps what was read, without a copy where it is large.
  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    if bytes.count >= LinesBefore.most {
      before = Array(bytes)
    } else {
      before += bytes
      if before.count > 4 * LinesBefore.most { before = Array(before.suffix(LinesBefore.most)) }
    }
  }

  /// The reports, when all of the log is read.
  package mutating func finish() -> [OOMReport] {
    if !decoder.isPlain { readBytes(decoder.decode([], isLast: true)) }
    if !pending.isEmpty { _ = endLine([], 0, 0) }
    if !soft.isEmpty { take(soft) }
    soft = []
    takeHeld(records.finish())
    let ends = [beginning, before]
    before = []
    return streams.finish { ends.flatMap(LineSource.hosts) }
  }

  private mutating func hold(_ bytes: [UInt8], _ start: Int, _ end: Int) {
    let room = Self.longestLine - pending.count
    pending += bytes[start..<min(end, start + max(room, 0))]
  }

  /// - Returns: whether the line may be one of a report.
  private mutating func endLine(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    lineNumber += 1
    hold(bytes, start, end)
    let line = pending
    pending = []
    // Outside of a report a line counts by its words, however the pieces have cut it.
    guard isCollecting || TriggerSearch.isIn(line) else {
      return false
    }
    decode(line)
    return true
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
    if let message = columns?.message(line[...]) { return take(message) }
    let isField = records.take(line[...], number: lineNumber)
    takeHeld(records.ready())
    if isField { return }
    let parts = TransportForms.parts(of: line[...])
    for part in parts {
      if let records = LogRecords(part) {
        for message in records.messages { take(message) }
      } else {
        let length = parts.count > 1 ? 0 : part.count { $0 & 0xC0 != 0x80 && $0 != 0x0D }
        take(part, host: [], length: length, isRecord: parts.count > 1)
      }
    }
  }

  /// Messages whose record has ended.
  private mutating func takeHeld(_ held: [RecordLines.Held]) {
    let line = lineNumber
    for message in held {
      lineNumber = message.number
      take(LogRecords.Message(text: message.text, host: message.host))
    }
    lineNumber = line
  }

  private mutating func take(_ record: LogRecords.Message) {
    // A container's log may keep records of a journal.
    let inner = LogRecords(record.text[...])?.messages ?? [record]
    for message in inner {
      let host = message.host.isEmpty ? record.host : message.host
      for part in TransportForms.lines(of: message.text[...]) {
        take(part, host: host, length: 0, isRecord: true)
      }
    }
  }

  /// Takes a line, or a line of a record, which goes on in no other.
  private mutating func take(
    _ raw: ArraySlice<UInt8>, host: [UInt8], length: Int, isRecord: Bool
  ) {
    let plain = LineCharacters.plain(raw)
    // What stood between two lines may be the mark of a line's end.
    guard let lineEnd = plain.firstIndex(of: 0x0A) else {
      return take(plain: plain, host: host, length: length, isRecord: isRecord)
    }
    take(plain: plain[..<lineEnd], host: host, length: 0, isRecord: true)
    for part in TransportForms.lines(of: plain[(lineEnd + 1)...]) where !part.isEmpty {
      take(plain: part, host: host, length: 0, isRecord: true)
    }
  }

  private mutating func text(of plain: ArraySlice<UInt8>) -> LineText {
    if let text = last.text(of: plain) { return text }
    let line = LineText(
      plain, knows: { streams.knows($0) }, prefixEnd: { streams.prefixEnd($0) })
    last.note(line, isQuoted: plain.contains(UInt8(ascii: "\"")))
    return line
  }

  private mutating func take(
    plain: ArraySlice<UInt8>, host: [UInt8], length: Int, isRecord: Bool
  ) {
    let line = text(of: plain)
    if !line.isKernels, let kill = OtherKill(plain, number: lineNumber) {
      if otherKills.count < Self.mostOtherKills { otherKills.append(kill) }
      return
    }
    let source = host.isEmpty ? LineSource.key(line.head) : host
    if line.isSearched { streams.learn(line.head) }
    let parts = TransportForms.lines(of: line.text)
    if let lines = OneLine.lines(of: parts[0]) {
      for text in lines { streams.take(LogLine(text: text, number: lineNumber), host: source) }
    } else {
      streams.take(
        LogLine(
          text: parts[0], head: line.head, isContinuation: !isRecord && !line.hadPrefix,
          number: lineNumber, length: length), host: source)
    }
    // Each of the other lines of a value has its own prefix.
    for part in parts.dropFirst() { take(part, host: source, length: 0, isRecord: true) }
  }
}
