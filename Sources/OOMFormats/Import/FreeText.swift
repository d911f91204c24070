internal import OOMSimulator

/// What `free` prints, in its forms since procps 2.0, or /proc/meminfo. Sizes are as they are written: which unit they
/// have is not in the text unless `-h` was given.
struct FreeText: Equatable {
  /// Units of the rest, in bytes each; nil where nothing says it.
  var unit: Int64?
  var totalSize: Bytes = 0
  var freeSize: Bytes = 0
  var sharedSize: Bytes = 0
  /// Buffers, cache and, since procps 3.3.10, reclaimable slab.
  var cacheSize: Bytes = 0
  var swapSize: Bytes?
  var swapUsed: Bytes = 0
  /// Whether all numbers can be counts of bytes.
  private var looksLikeBytes = true

  /// Whether a text is such a table.
  static func isOne(_ file: ImportFile) -> Bool {
    var lines = TextLines(file)
    while let line = lines.next() {
      if line.words.isEmpty { continue }
      return isHeader(line) || line.words.first == "MemTotal:"
    }
    return false
  }

  static func isHeader(_ line: TextLine) -> Bool {
    line.words.prefix(3) == ["total", "used", "free"]
  }

  /// Sizes in units of 1 byte where the unit is not known.
  init(_ file: ImportFile) throws(ScenarioError) {
    var lines = TextLines(file)
    var columns: [Substring] = []
    var hasMem = false
    var isMeminfo = false
    while let line = lines.next() {
      guard let first = line.words.first else { continue }
      if Self.isHeader(line) {
        columns = line.words
        continue
      }
      if first == "MemTotal:" { isMeminfo = true }
      if isMeminfo {
        try readMeminfo(line, file)
        hasMem = true
        continue
      }
      if columns.isEmpty {
        throw file.error(
          "expected what free prints, found '\(shortened(line.text))'", line: line.number)
      }
      switch first {
      case "Mem:":
        hasMem = true
        try readMem(line, columns, file)
      case "Swap:":
        swapSize = try size(line, 1, file)
        swapUsed = line.words.count > 2 ? try size(line, 2, file) : 0
      default: break
      }
    }
    if !hasMem { throw file.error("no line 'Mem:' of free in it", line: 1) }
    if totalSize == 0 { throw file.error("a machine without memory", line: 1) }
  }

  private mutating func readMem(
    _ line: TextLine, _ columns: [Substring], _ file: ImportFile
  ) throws(ScenarioError) {
    cacheSize = 0
    var seen: Set<Substring> = []
    for (index, column) in columns.enumerated() where seen.insert(column).inserted {
      guard index + 1 < line.words.count else {
        // Old ones leave out what a kernel does not tell.
        if index < 3 {
          throw file.error("'Mem:' without '\(column)'", line: line.number)
        }
        break
      }
      let size = try size(line, index + 1, file)
      switch column {
      case "total": totalSize = size
      case "free": freeSize = size
      case "shared": sharedSize = size
      case "buffers", "cached", "cache", "buff/cache": cacheSize = cacheSize + size
      default: break
      }
    }
  }

  private mutating func size(
    _ line: TextLine, _ index: Int, _ file: ImportFile
  ) throws(ScenarioError) -> Bytes {
    guard index < line.words.count else {
      throw file.error("'\(line.words[0])' without a size", line: line.number)
    }
    let word = line.words[index]
    if word.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int64(word), number < 1 << 52 {
      if number % 1024 != 0 { looksLikeBytes = false }
      return Bytes(number)
    }
    guard let size = WrittenSize.bytes(word, .binary), word.last?.isLetter == true else {
      throw file.error(
        "'\(shortened(String(word)))' is no size of free", line: line.number,
        column: line.column(of: word))
    }
    unit = 1
    return size
  }

  /// File: /proc/meminfo, in kB.
  private mutating func readMeminfo(_ line: TextLine, _ file: ImportFile) throws(ScenarioError) {
    let names = [
      "MemTotal:", "MemFree:", "Buffers:", "Cached:", "Shmem:", "SReclaimable:", "SwapTotal:",
      "SwapFree:",
    ]
    guard let name = line.words.first, names.contains(String(name)) else { return }
    guard line.words.count >= 2, let number = Int64(line.words[1]), (0...(1 << 42)).contains(number)
    else {
      throw file.error("\(name) without a number of kB", line: line.number)
    }
    unit = 1
    let size = Bytes(number << 10)
    switch name {
    case "MemTotal:": totalSize = size
    case "MemFree:": freeSize = size
    case "Shmem:": sharedSize = size
    case "SwapTotal:": (swapSize, swapUsed) = (size, size)
    case "SwapFree:": swapUsed = max(swapUsed - size, 0)
    default: cacheSize = cacheSize + size
    }
  }

  /// Gives the numbers their unit: -b, -k, -m and -g print the same headers.
  ///
  /// - Parameter about: what the memory is about, where a table of processes tells it; else at least what they have.
  /// - Returns: which unit was taken, to be said; nil where the text tells it.
  mutating func choose(about: Bytes?, atLeast: Bytes) -> String? {
    if unit != nil { return nil }
    let units: [(name: String, factor: Int64)] = [
      ("KiB", 1 << 10), ("bytes", 1), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]
    let most = SizeText.maxBytes.rawValue
    let possible = units.filter { totalSize.rawValue <= most / $0.factor }
    var best = possible.first ?? ("bytes", 1)
    if let about, about > 0 {
      // The nearest by proportion: units are a thousand apart.
      func isNear(_ factor: Int64) -> Bool {
        let size = Int128(totalSize.rawValue) * Int128(factor)
        return size * 20 > Int128(about.rawValue) && size < Int128(about.rawValue) * 20
      }
      best = possible.first { isNear($0.factor) } ?? best
    } else if looksLikeBytes, totalSize >= 1 << 26 {
      best = ("bytes", 1)
    } else {
      best =
        possible.first { totalSize * $0.factor >= atLeast && totalSize * $0.factor >= 1 << 24 }
        ?? best
    }
    unit = best.factor
    func scaled(_ size: Bytes) -> Bytes {
      let (product, overflow) = size.rawValue.multipliedReportingOverflow(by: best.factor)
      return Bytes(overflow ? most : min(product, most))
    }
    totalSize = scaled(totalSize)
    freeSize = scaled(freeSize)
    sharedSize = scaled(sharedSize)
    cacheSize = scaled(cacheSize)
    swapSize = swapSize.map(scaled)
    swapUsed = scaled(swapUsed)
    return best.name
  }
}
