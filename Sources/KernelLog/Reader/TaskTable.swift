/// The table of tasks in a report: the candidates of the selection and those at -1000, in the order in which
/// the kernel visited them.
///
/// Columns are found by the header's words, not by position: releases added some in the middle.
///
/// Kernel: `dump_tasks()`, mm/oom_kill.c.
package struct TaskTable: Equatable, Sendable {
  /// One task. Memory is in pages, but for page tables since 4.15, which are in bytes.
  package struct Row: Equatable, Sendable {
    package var line = 0
    package var pid: Int64 = 0
    package var uid: Int64 = 0
    package var tgid: Int64 = 0
    package var totalVM: Int64 = 0
    package var rss: Int64 = 0
    package var rssAnon: Int64?
    package var rssFile: Int64?
    package var rssShmem: Int64?
    package var nrPTEs: Int64?
    package var nrPMDs: Int64?
    package var nrPUDs: Int64?
    package var pgtablesBytes: Int64?
    package var swapents: Int64?
    /// The scale of -17 to 15, to 3.5.
    package var oomAdj: Int64?
    package var oomScoreAdj: Int64?
    package var name = ""
  }

  enum Column: String, CaseIterable {
    case uid, tgid, rss, cpu, swapents
    case totalVM = "total_vm"
    case rssAnon = "rss_anon"
    case rssFile = "rss_file"
    case rssShmem = "rss_shmem"
    case nrPTEs = "nr_ptes"
    case nrPMDs = "nr_pmds"
    case nrPUDs = "nr_puds"
    case pgtablesBytes = "pgtables_bytes"
    case oomAdj = "oom_adj"
    case oomScoreAdj = "oom_score_adj"
  }

  /// Between the pid and the name; nil for a column that no release has.
  var columns: [Column?]
  /// Words of the header that no release has.
  package var unknownColumns: [String]
  package var rows: [Row] = []

  /// How wide the pid is in the header, as it was printed; nil where blanks were lost.
  enum PidWidth { case five, seven }
  var pidWidth: PidWidth?
  /// Somebody or something has shortened it: a line of dots, words such as `<snip>`, messages that were dropped.
  package var isShortened = false
  /// Rows without the line that names their columns: the first four are the same in every release.
  package var isHeaderMissing = false
  /// What a program put behind every line, such as the end of a quotation and more fields.
  var suffix: [UInt8] = []

  /// What it does not have of the columns that badness reads.
  func lacks(_ column: Column) -> Bool { !columns.contains(column) }

  /// A number is larger than any machine's memory in pages, 2^40, or no number of a process.
  static let most: Int64 = 1 << 40
}

extension TaskTable {
  /// Reads a header.
  ///
  /// - Returns: nil when the line is none, or only the beginning of one.
  init?(header text: ArraySlice<UInt8>) {
    var text = text.trimmed
    guard Self.isHeaderHead(text), text.contains("total_vm"),
      let end = text.firstIndex(of: UInt8(ascii: "]")), let last = text.lastIndex(of: "_adj name")
    else { return nil }
    suffix = Array(text[(last + 9)...])
    if let first = suffix[...].trimmed.first, LineCharacters.isWord(first) { return nil }
    text = text[..<(last + 9)]
    columns = []
    unknownColumns = []
    for word in text[(end + 1)...].split(separator: UInt8(ascii: " ")).dropLast() {
      let column = Column(rawValue: word.text)
      if column == nil { unknownColumns.append(word.text) }
      columns.append(column)
    }
    guard columns.contains(.totalVM), columns.contains(.rss), columns.count <= 24 else {
      return nil
    }
    if text.contains("]   uid") {
      pidWidth =
        text.begins(with: "[ pid ]") ? .five : text.begins(with: "[  pid  ]") ? .seven : nil
    }
  }

  /// Whether a line begins as a row does: a pid in brackets and numbers.
  static func isRow(_ text: ArraySlice<UInt8>, numbers: Int = 1) -> Bool {
    var scanner = LogScanner(text)
    scanner.skipSpace()
    guard scanner.take("[") else { return false }
    scanner.skipSpace()
    guard scanner.number() != nil else { return false }
    scanner.skipSpace()
    guard scanner.take("]") else { return false }
    for _ in 0..<numbers {
      scanner.skipSpace()
      guard scanner.number() != nil else { return false }
    }
    return true
  }

  /// Whether a line begins as the header does.
  static func isHeaderHead(_ text: ArraySlice<UInt8>) -> Bool {
    var scanner = LogScanner(text)
    guard scanner.take("[") else { return false }
    scanner.skipSpace()
    guard scanner.take("pid") else { return false }
    scanner.skipSpace()
    return scanner.take("]")
  }

  /// Reads a row; nil when a column is missing or no number, or the name is missing.
  func row(_ text: ArraySlice<UInt8>, line: Int) -> Row? {
    var scanner = LogScanner(text)
    scanner.skipSpace()
    guard scanner.take("[") else { return nil }
    scanner.skipSpace()
    guard let pid = scanner.number() else { return nil }
    scanner.skipSpace()
    guard scanner.take("]") else { return nil }
    var row = Row()
    row.line = line
    row.pid = pid
    row.tgid = pid
    for column in columns {
      guard let value = scanner.column(), value.magnitude <= UInt64(Self.most) else { return nil }
      guard let column else { continue }
      row.set(column, value)
    }
    guard scanner.next != nil else { return nil }
    scanner.skip(1)
    scanner.skipSpace()
    var name = scanner.rest
    if !suffix.isEmpty, name.count > suffix.count, name.suffix(suffix.count).elementsEqual(suffix) {
      name = name.dropLast(suffix.count)
    }
    row.name = name.text
    return row.isPlausible ? row : nil
  }
}

extension TaskTable.Row {
  fileprivate mutating func set(_ column: TaskTable.Column, _ value: Int64) {
    switch column {
    case .uid: uid = value
    case .tgid: tgid = value
    case .totalVM: totalVM = value
    case .rss: rss = value
    case .rssAnon: rssAnon = value
    case .rssFile: rssFile = value
    case .rssShmem: rssShmem = value
    case .nrPTEs: nrPTEs = value
    case .nrPMDs: nrPMDs = value
    case .nrPUDs: nrPUDs = value
    case .pgtablesBytes: pgtablesBytes = value
    case .swapents: swapents = value
    case .oomAdj: oomAdj = value
    case .oomScoreAdj: oomScoreAdj = value
    case .cpu: break
    }
  }

  /// What no process can have: a pid or a setting out of range, negative memory.
  fileprivate var isPlausible: Bool {
    let limit = Int64(4_194_304)
    let sizes = [totalVM, rss, nrPTEs ?? 0, nrPMDs ?? 0, nrPUDs ?? 0, swapents ?? 0]
    return 1..<limit ~= pid && 0..<limit ~= tgid && 0...Int64(UInt32.max) ~= uid
      && sizes.allSatisfy { $0 >= 0 } && (pgtablesBytes ?? 0) >= 0
      && -1000...1000 ~= oomScoreAdj ?? 0 && -17...15 ~= oomAdj ?? 0
      // The three kinds are the sum, but each is read at its own instant.
      && (rssAnon == nil || (rssAnon ?? 0) >= 0 && (rssFile ?? 0) >= 0 && (rssShmem ?? 0) >= 0)
  }
}
