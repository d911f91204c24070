internal import OOMSimulator

/// What `sar -r` and `sar -S` print: one line a sample, with headers that differ by version of sysstat.
///
/// Format: sar(1) of sysstat. Sizes are KiB. Clocks have 24 hours, or 12 with AM and PM.
struct SarText {
  /// One line, by the words of the headers above it.
  struct Sample {
    /// Microseconds since the first midnight, or since 1970 where the day is known.
    var time: Int64
    var values: [String: Int64] = [:]
    /// Hundredths of a percent.
    var usedShare: Int64?
    var line = 0
  }

  var samples: [Sample] = []
  var kernel: String?
  var restarts = 0

  static func isHeader(_ line: TextLine) -> Bool {
    line.words.contains("kbmemfree") || line.words.contains("kbswpfree")
  }

  private struct Columns {
    var names: [Substring]
  }

  init(_ files: [ImportFile]) throws(ScenarioError) {
    var byTime: [Int64: Int] = [:]
    var hasHeader = false
    for file in files {
      var lines = TextLines(file)
      var columns: [Substring]?
      // The midnight before the first sample of a table, and the sample before.
      var midnight: Int64 = 0
      var day: Int64 = 0
      var last: Int64 = -1
      while let line = lines.next() {
        guard let first = line.words.first else { continue }
        if first == "Linux" {
          if line.words.count > 1, kernel == nil { kernel = String(line.words[1]) }
          // The second word is the release of the kernel, 6.1.0 maybe.
          midnight = line.words.dropFirst(2).lazy.compactMap(SarDate.init).first?.midnight ?? 0
          (day, last, columns) = (midnight, -1, nil)
          continue
        }
        if line.text.mentions("RESTART") {
          restarts += 1
          continue
        }
        guard let (clock, rest) = Self.clock(line) else {
          // Averages in any language, or headers without a time.
          if Self.isHeader(line) {
            columns = Array(line.words)
            hasHeader = true
          }
          continue
        }
        if Self.isHeader(line) {
          // Another table begins anew. The same one goes on: headers come again after a restart.
          if columns != Array(rest) { (day, last) = (midnight, -1) }
          columns = Array(rest)
          hasHeader = true
          continue
        }
        if let word = rest.first, word.first?.isNumber != true {
          columns = nil
          continue
        }
        guard let columns else { continue }
        if clock < last { day += 86_400_000_000 }
        last = clock
        let index = byTime[clock + day] ?? samples.count
        if index == samples.count {
          byTime[clock + day] = index
          samples.append(Sample(time: clock + day, line: line.number))
        }
        try Self.fill(&samples[index], columns, rest, line, file)
      }
    }
    let file = files.first ?? ImportFile(name: "", bytes: [])
    if !hasHeader { throw file.error("no table of sar -r in it: no header kbmemfree", line: 1) }
    samples.removeAll { $0.values["kbmemfree"] == nil }
    if samples.isEmpty { throw file.error("no sample of sar -r in it", line: 1) }
    samples.sort { $0.time < $1.time }
    if let first = samples.first, let last = samples.last,
      last.time - first.time > Scenario.mostMicroseconds.rawValue
    {
      throw file.error("the samples span more than 31 years", line: 1)
    }
  }

  /// The time that a line begins with, and the rest of it.
  private static func clock(_ line: TextLine) -> (Int64, ArraySlice<Substring>)? {
    let parts = line.words[0].split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, var hour = Int64(parts[0]), let minute = Int64(parts[1]),
      let second = Int64(parts[2]), (0..<24).contains(hour), (0..<60).contains(minute),
      (0...60).contains(second)
    else { return nil }
    var rest = line.words.dropFirst()
    if rest.first == "AM" || rest.first == "PM" {
      if hour > 12 { return nil }
      hour = hour % 12 + (rest.first == "PM" ? 12 : 0)
      rest = rest.dropFirst()
    }
    return ((hour * 3600 + minute * 60 + second) * 1_000_000, rest)
  }

  private static func fill(
    _ sample: inout Sample, _ columns: [Substring], _ words: ArraySlice<Substring>,
    _ line: TextLine,
    _ file: ImportFile
  ) throws(ScenarioError) {
    guard words.count == columns.count else {
      throw file.error(
        "\(words.count) values where the headers have \(columns.count)", line: line.number)
    }
    for (name, word) in zip(columns, words) {
      if name.hasPrefix("kb") {
        guard let number = Int64(word), (0...Scenario.mostKibibytes.rawValue).contains(number)
        else {
          throw file.error(
            "\(name) '\(shortened(String(word)))' is no number of KiB", line: line.number,
            column: line.column(of: word))
        }
        sample.values[String(name)] = number
      } else if name == "%memused" {
        let text = String(word.map { $0 == "," ? "." : $0 })
        sample.usedShare = ExactDecimal(text[...])?.times(100)
      }
    }
  }

  /// MemTotal, and whether it is exact: newer versions leave cache and slab out of what is used.
  var total: (size: Kibibytes, isExact: Bool, countsCache: Bool)? {
    var low: Int64 = 0
    var high = Int64.max
    var sum: Int64 = 0
    for sample in samples {
      guard let free = sample.values["kbmemfree"], let used = sample.values["kbmemused"] else {
        continue
      }
      sum = max(sum, free + used)
      guard let share = sample.usedShare, share > 0, used > 0 else { continue }
      // Rounded to hundredths of a percent.
      low = max(low, Int64(Int128(used) * 20_000 / Int128(2 * share + 1)))
      high = min(high, Int64(clamping: Int128(used) * 20_000 / Int128(2 * share - 1)) + 1)
    }
    if sum == 0 { return nil }
    if high == .max || (low...max(low, high)).contains(sum) { return (Kibibytes(sum), true, true) }
    return (Kibibytes(low / 2 + max(low, high) / 2), false, false)
  }
}

extension ImportDraft {
  /// One process that stands for all, and the cache, along the samples.
  mutating func readSar(_ files: [ImportFile]) throws(ScenarioError) {
    let text = try SarText(files)
    guard let total = text.total, let first = text.samples.first, let last = text.samples.last
    else {
      throw files[0].error("no kbmemused in it: sar -r", line: 1)
    }
    if scenario.kernel == nil { scenario.kernel = text.kernel.flatMap { KernelRelease($0) } }
    memory = Bytes(total.size.rawValue << 10)
    if options.memory == nil, !total.isExact {
      note(
        "the memory of the machine is taken from kbmemused and %memused, within a hundredth of a percent of it"
      )
    }
    func pages(_ kib: Int64) -> Int64 { used(Bytes(max(kib, 0) << 10)) }
    var anon: [SampledLine.Knot] = []
    var cache: [SampledLine.Knot] = []
    for sample in text.samples {
      let cached = (sample.values["kbbuffers"] ?? 0) + (sample.values["kbcached"] ?? 0)
      let all = sample.values["kbmemused"] ?? 0
      let size = sample.values["kbanonpg"] ?? (total.countsCache ? all - cached : all)
      anon.append(SampledLine.Knot(time: sample.time, value: pages(size)))
      cache.append(
        SampledLine.Knot(time: sample.time, value: Self.pageSize.pages(Bytes(cached << 10))))
    }
    let step = zip(text.samples, text.samples.dropFirst()).map { $1.time - $0.time }.min() ?? 0
    let longest = max(step, 1) * 5 / 2
    var use = SampledLine(anon, tolerance: options.tolerance ?? 0, longest: longest)
    var read = SampledLine(cache, tolerance: options.tolerance ?? 0, longest: longest)
    let bridged = use.bridge { _, _ in true }
    _ = read.bridge { _, _ in true }
    note(bridged, "gap", "gaps", "between samples: taken for straight lines")
    note(text.restarts, "restart of the machine is", "restarts of the machine are", "not replayed")
    var swapped: [SampledLine.Knot] = []
    for sample in text.samples {
      guard let free = sample.values["kbswpfree"], let used = sample.values["kbswpused"] else {
        continue
      }
      swap = max(swap ?? 0, Bytes((free + used) << 10))
      swapped.append(SampledLine.Knot(time: sample.time, value: pages(used)))
    }
    var swaps = SampledLine(swapped, tolerance: options.tolerance ?? 0, longest: longest)
    _ = swaps.bridge { _, _ in true }
    let start = use.first?.value ?? 0
    scenario.processes.append(
      Scenario.Process(name: "used", anon: start, swap: swaps.first?.value ?? 0))
    if swaps.most > 0 {
      note("what is in swap is anonymous memory of 'used': which of it is there, the replay says")
    }
    scenario.machine.pageCache = read.first?.value ?? 0
    if first.values["kbanonpg"] != nil || !total.countsCache {
      let free = first.values["kbmemfree"] ?? 0
      let rest = Self.pageSize.pages(Bytes(max(total.size.rawValue - free, 0) << 10))
      scenario.machine.kernel = max(
        rest - scenario.machine.pageCache - measuredInProcesses, 0)
    }
    var events = ImportEvents(start: first.time)
    for part in use.parts + swaps.parts { events.anon("used", along: part) }
    for part in read.parts { events.cache(of: "/", along: part) }
    scenario.events = events.sorted()
    peak = use.most
    note(
      "sar shows no processes: what is in use and no cache is the anonymous memory of one, 'used'")
    let span = SizeFormat.shortTime(Microseconds(last.time - first.time))
    note(
      "samples: \(text.samples.count) over \(span); events: \(scenario.events.count), as what lies on a line is one"
    )
  }
}
