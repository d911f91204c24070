internal import OOMSimulator

/// All that answers of Prometheus say, series by series made into lines.
struct PrometheusWorld {
  struct Subject {
    var subject: PrometheusSubject
    var lines: [PrometheusMetric: SampledLine] = [:]
    /// Anonymous memory, from the best of what was measured.
    var anon = SampledLine()
    var measuredBy = PrometheusMetric.rss
    var begin: Int64 = .max
    var end: Int64 = .min
    /// How far apart its samples may be without a gap.
    var step: Int64 = 0
  }

  var subjects: [Subject] = []
  private var index: [PrometheusSubject: Int] = [:]
  /// Limits by the name of what has them, which kube-state-metrics tells without ids.
  var settings: [String: [PrometheusMetric: Int64]] = [:]
  /// By the name in /proc/meminfo: samples in bytes.
  var machine: [String: [SampledLine.Knot]] = [:]
  var machines: Set<String> = []
  var hosts: Set<String> = []
  var begin: Int64 = .max
  var end: Int64 = .min
  /// All that series were scraped of, to be said where none is the one that is wanted.
  var instances: Set<String> = []
  var unknown: [String: Int] = [:]
  var missing = 0
  var samples = 0
  var hasUnnamed = false
  var hasResidentOfProcesses = false
  /// When anything was sampled: a time at which nothing was is nobody's gap.
  private var times: Set<Int64> = []
  private var lastTimes: [Int64] = []

  let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  /// - Returns: what is wrong with it.
  mutating func take(_ series: PrometheusSeries) -> String? {
    guard let metric = PrometheusMetric(series.labels) else {
      unknown[series.name, default: 0] += 1
      return nil
    }
    // What kube-state-metrics tells of all nodes it tells as one instance.
    if !series.name.hasPrefix("kube_"), let instance = series.labels["instance"] {
      instances.insert(instance)
      if let wanted = options.instance, !Self.isOne(instance, wanted),
        series.labels["node"] != wanted
      {
        return nil
      }
    }
    if series.name.isEmpty { hasUnnamed = true }
    if series.name == "process_resident_memory_bytes" { hasResidentOfProcesses = true }
    missing += series.missing
    samples += series.samples.count
    if metric.isOfMachine {
      takeMachine(metric, series)
      return nil
    }
    let ofContainer =
      series.name.hasPrefix("container_") || series.name.hasPrefix("kube_")
      || series.labels["container"] != nil || series.labels["container_name"] != nil
    guard let subject = PrometheusSubject(series.labels, ofContainer: ofContainer) else {
      return nil
    }
    if metric.isSetting {
      if let last = series.samples.last {
        settings[subject.name, default: [:]][metric] = last.value
      }
      return nil
    }
    if series.samples.isEmpty { return nil }
    if let host = series.labels["node"] {
      hosts.insert(host)
    } else if !series.name.isEmpty, let instance = series.labels["instance"] {
      // Programs of one host have a port each.
      hosts.insert(String(instance.split(separator: ":").first ?? ""))
    }
    var place = index[subject]
    if place == nil {
      place = subjects.count
      index[subject] = place
      subjects.append(Subject(subject: subject))
    }
    guard let place else { return nil }
    let step = SampledLine.longestStep(of: series.samples)
    var line = line(of: series.samples, longest: step)
    if let known = subjects[place].lines[metric] {
      // A time that is asked for in two answers, one after the other.
      let longest = max(step, subjects[place].step)
      if let end = known.last, let begin = line.first, end.time < begin.time {
        line = known.followed(by: line, longest: longest)
      } else if let end = line.last, let begin = known.first, end.time < begin.time {
        line = line.followed(by: known, longest: longest)
      } else {
        return
          "a second series of \(shortened(subject.name)): its labels do not tell the two apart"
      }
    }
    note(times: series.samples)
    subjects[place].lines[metric] = line
    subjects[place].step = max(subjects[place].step, step)
    return nil
  }

  /// `web01:9100` is `web01`.
  private static func isOne(_ instance: String, _ wanted: String) -> Bool {
    instance == wanted || instance.split(separator: ":").first.map(String.init) == wanted
  }

  private mutating func takeMachine(_ metric: PrometheusMetric, _ series: PrometheusSeries) {
    guard case .machine(let name) = metric else { return }
    let host = series.labels["instance"] ?? series.labels["node"] ?? ""
    machines.insert(host)
    if !series.samples.isEmpty { note(times: series.samples) }
    guard let known = machine[name] else {
      machine[name] = series.samples
      return
    }
    // Several machines are taken for one: what they have adds up.
    var sums: [Int64: Int64] = [:]
    for sample in known { sums[sample.time] = sample.value }
    for sample in series.samples {
      sums[sample.time] = min((sums[sample.time] ?? 0) + sample.value, 1 << 61)
    }
    machine[name] = sums.sorted { $0.key < $1.key }.map {
      SampledLine.Knot(time: $0.key, value: $0.value)
    }
  }

  private mutating func note(times samples: [SampledLine.Knot]) {
    guard let first = samples.first, let last = samples.last else { return }
    begin = min(begin, first.time)
    end = max(end, last.time)
    // Series of one query mostly have the same times.
    if lastTimes.count == samples.count, zip(lastTimes, samples).allSatisfy({ $0 == $1.time }) {
      return
    }
    lastTimes = samples.map { $0.time }
    times.formUnion(lastTimes)
  }

  /// A line in pages.
  private func line(of samples: [SampledLine.Knot], longest: Int64) -> SampledLine {
    let pageSize = ImportDraft.pageSize
    let most = SizeText.maxBytes
    var knots = samples
    for place in knots.indices {
      var pages = pageSize.pages(toHold: min(Bytes(knots[place].value), most))
      if options.scale != 1000 {
        pages = Int64((Int128(pages) * Int128(options.scale) + 999) / 1000)
      }
      knots[place].value = min(pages, pageSize.pages(most))
    }
    return SampledLine(knots, tolerance: options.tolerance ?? 0, longest: longest)
  }

  // MARK: After all series

  /// Gaps in which nothing at all was sampled are gaps of the measuring: lines go on through them.
  ///
  /// - Returns: how many gaps those are.
  mutating func settle() -> Int {
    let sorted = times.sorted()
    func isNobodys(_ start: Int64, _ end: Int64) -> Bool {
      var low = 0
      var high = sorted.count
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] <= start { low = middle + 1 } else { high = middle }
      }
      return low >= sorted.count || sorted[low] >= end
    }
    var bridged: Set<Int64> = []
    for place in subjects.indices {
      for metric in subjects[place].lines.keys {
        _ = subjects[place].lines[metric]?.bridge { start, end in
          let isOne = isNobodys(start, end)
          if isOne { bridged.insert(start) }
          return isOne
        }
      }
    }
    return bridged.count
  }

  /// An answer goes on with a series for five minutes after its last sample, and so into the life of the container that
  /// took its place: there the older one ends.
  ///
  /// Source: `query.lookback-delta` of Prometheus, 5 minutes.
  mutating func endReplaced() {
    let lookback: Int64 = 300_000_000
    var byName: [String: [Int]] = [:]
    for place in subjects.indices where subjects[place].subject.group != nil {
      byName[subjects[place].subject.name, default: []].append(place)
    }
    for places in byName.values where places.count > 1 {
      let order = places.sorted { (subjects[$0].begin, $0) < (subjects[$1].begin, $1) }
      for (old, new) in zip(order, order.dropFirst()) {
        let begin = subjects[new].begin
        guard subjects[old].begin < begin, subjects[old].end > begin,
          subjects[old].end < subjects[new].end, subjects[old].end - begin <= lookback
        else { continue }
        subjects[old].anon = subjects[old].anon.ended(at: begin)
        for metric in subjects[old].lines.keys {
          subjects[old].lines[metric] = subjects[old].lines[metric]?.ended(at: begin)
        }
        subjects[old].end = begin
      }
    }
  }

  /// Draws lines off the samples where going through all takes more pieces than a replay is quick with.
  ///
  /// - Returns: by how many pages they may be off.
  mutating func simplify() -> Int64 {
    var tolerance: Int64 = 0
    while options.tolerance == nil, pieces > ImportOptions.mostPieces, tolerance < 1 << 38 {
      tolerance = max(tolerance * 2, 16)
      for place in subjects.indices {
        for (metric, line) in subjects[place].lines {
          subjects[place].lines[metric] = line.simplified(tolerance)
        }
      }
    }
    return tolerance
  }

  private var pieces: Int {
    subjects.reduce(0) { sum, subject in
      subject.lines.values.reduce(sum) { $0 + $1.knots.count }
    }
  }
}
