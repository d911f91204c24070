// Rows that are not as they were printed: without their header, wrapped, damaged.

extension TaskTable {
  /// A table for rows whose header is lost, by the first of them; nil where it is none.
  ///
  /// The number of columns tells some of them: eight and ten are those of one form, seven of three.
  init?(firstRow text: ArraySlice<UInt8>) {
    guard Self.isRow(text, numbers: 5), let bracket = text.firstIndex(of: UInt8(ascii: "]")) else {
      return nil
    }
    var scanner = LogScanner(text[(bracket + 1)...])
    var count = 0
    while scanner.column() != nil { count += 1 }
    let tail: [Column?]
    switch count {
    case 6: tail = [nil, .oomAdj]
    case 7: tail = [nil, nil, .oomScoreAdj]
    case 8: tail = [.nrPTEs, .nrPMDs, .swapents, .oomScoreAdj]
    case 10:
      tail = [.rssAnon, .rssFile, .rssShmem, .pgtablesBytes, .swapents, .oomScoreAdj]
    default: return nil
    }
    columns = [.uid, .tgid, .totalVM, .rss] + tail
    unknownColumns = []
    isHeaderMissing = true
  }

  /// Whether a row stands in its columns as the kernel prints it: each number at the right end of its width.
  ///
  /// Kernel: `dump_task()`, mm/oom_kill.c.
  func isAligned(_ text: ArraySlice<UInt8>) -> Bool {
    var scanner = LogScanner(text)
    guard scanner.take("["), let bracket = text.firstIndex(of: UInt8(ascii: "]")) else {
      return false
    }
    guard bracket - text.startIndex >= 6 else { return false }
    scanner.skip(bracket + 1 - scanner.at)
    for column in columns {
      guard let column, scanner.take(" ") else { return false }
      for _ in 0..<column.gap { guard scanner.take(" ") else { return false } }
      let start = scanner.at
      scanner.skipSpace()
      let blanks = scanner.at - start
      guard scanner.number() != nil, scanner.next == 0x20 else { return false }
      let width = scanner.at - start
      guard width == column.width || width > column.width && blanks == 0 else { return false }
    }
    return scanner.take(" ") && scanner.next != nil && scanner.next != 0x20
  }

  /// What cannot be read in a line that looks like a row.
  func problem(of text: ArraySlice<UInt8>) -> String {
    guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return "it has no pid" }
    var scanner = LogScanner(text[(bracket + 1)...])
    for column in columns {
      let name = column?.rawValue ?? "column"
      if scanner.column() != nil { continue }
      scanner.skipSpace()
      if scanner.isAtEnd { return "it ends before its \(name)" }
      return "its \(name) is no number: \(scanner.word().prefix(24).text)"
    }
    scanner.skipSpace()
    return scanner.isAtEnd ? "it has no name" : "a number in it is out of range"
  }
}

extension TaskTable.Column {
  fileprivate var width: Int {
    switch self {
    case .uid, .tgid, .oomScoreAdj: 5
    case .cpu, .oomAdj: 3
    case .nrPTEs, .nrPMDs, .nrPUDs: 7
    case .rssShmem: 9
    case .totalVM, .rss, .rssAnon, .rssFile, .pgtablesBytes, .swapents: 8
    }
  }

  /// Blanks before it, besides the one that every column has.
  fileprivate var gap: Int {
    switch self {
    case .oomScoreAdj: 8
    case .oomAdj: 4
    default: 0
    }
  }
}
