import Glibc
internal import KernelPeers
import VictimSelection

/// Nanoseconds of one selection, over many.
struct Sample: Sendable {
  var minimum = 0.0
  var median = 0.0
  var p99 = 0.0
  var allocations = 0.0

  /// Times several forms of a selection in turns, so that what others do on the machine meets them all; in batches
  /// where one selection is shorter than the clock is exact, each after one that is not timed and fills the caches.
  ///
  /// - Parameters:
  ///   - forms: each makes the selections of a range of numbers.
  ///   - budget: nanoseconds to spend on each, but at least five samples.
  ///   - least: how many selections a batch is of, at least.
  static func inTurns(
    _ forms: [(Range<Int>) -> Void], budget: Double, least: Int = 1
  ) -> [Self] {
    let batches = forms.map { max(Int(50_000 / once($0)), least) }
    let counts = forms.indices.map { at in
      let batch = Double(batches[at])
      return min(max(Int(budget / (once(forms[at]) * batch)), 5), 1001)
    }
    var times = counts.map { count in
      var times: [Double] = []
      times.reserveCapacity(count)
      return times
    }
    var allocations = counts.map { _ in 0.0 }
    let rounds = counts.max() ?? 0
    for round in 0..<rounds {
      for (at, form) in forms.enumerated() {
        // Slow ones have fewer turns.
        if round * counts[at] / rounds == (round + 1) * counts[at] / rounds { continue }
        let batch = batches[at]
        form(round..<round + 1)
        let before = allocation_count()
        let begin = processorTime()
        form(round * batch..<(round + 1) * batch)
        let time = processorTime() - begin
        allocations[at] += Double(allocation_count() - before)
        times[at].append(time / Double(batch))
      }
    }
    return forms.indices.map { at in
      let sorted = times[at].sorted()
      return Sample(
        minimum: sorted[0], median: sorted[sorted.count / 2],
        p99: sorted[min(sorted.count * 99 / 100, sorted.count - 1)],
        allocations: allocations[at] / Double(sorted.count * batches[at]))
    }
  }

  /// About how long one selection takes.
  private static func once(_ form: (Range<Int>) -> Void) -> Double {
    form(0..<1)
    var count = 1
    while true {
      let begin = processorTime()
      form(0..<count)
      let time = processorTime() - begin
      if time > 20_000 { return time / Double(count) }
      count *= 4
    }
  }
}

/// Nanoseconds that this thread has had of a processor: what others do on the machine counts only as far as it
/// takes caches and memory.
func processorTime() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Adds up results, so that nobody leaves out what makes them.
final class Sink {
  private(set) var sum = 0

  func keep(_ results: Int) { sum &+= results }

  deinit { precondition(sum != .min) }
}

/// What one population of one size took, in every form.
struct ScanMeasurement {
  /// Names of the forms, the loop of this project first.
  static let forms = [
    "scan", "kernel list, C", "records, C", "naive Swift", "expression", "plain read",
  ]

  var population: String
  var count: Int
  var samples: [Sample] = []
  /// Of the rows that all forms chose.
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ population: Population, count: Int, budget: Double, peers: Bool) {
    self.population = population.name
    self.count = count
    let forms = Forms(population, count: count)
    let totals = (0..<16).map { Int64(1_000_000 + $0 * 4096) }
    for total in totals {
      let chosen = forms.scan(total)
      digest = (digest ^ UInt64(bitPattern: Int64(chosen))) &* 0x0000_0100_0000_01b3
      if !peers { continue }
      precondition(chosen == forms.kernelList(total), "the list chooses differently")
      precondition(chosen == forms.recordArray(total), "the records choose differently")
      precondition(chosen == forms.naive(total), "the naive chain chooses differently")
      precondition(chosen == forms.expression(total), "the expression chooses differently")
    }
    let sink = Sink()
    func repeated(_ select: @escaping (Int64) -> Int) -> (Range<Int>) -> Void {
      { numbers in
        var rows = 0
        for number in numbers { rows &+= select(totals[number & 15]) }
        sink.keep(rows)
      }
    }
    let selections =
      peers
      ? [
        forms.scan, forms.kernelList, forms.recordArray, forms.naive, forms.expression,
        forms.plainRead,
      ]
      : [forms.scan, forms.plainRead]
    samples = Sample.inTurns(selections.map(repeated), budget: budget)
  }

  func sample(_ form: String) -> Sample? {
    if samples.count == 2 {
      return form == "scan" ? samples[0] : form == "plain read" ? samples[1] : nil
    }
    return Self.forms.firstIndex(of: form).map { samples[$0] }
  }
}

@inline(never)
func selectByScan(_ pages: [Int64], _ weights: [Int16], _ totalpages: Int64) -> Victim? {
  selectBadProcess(
    pages: pages.span, weight: weights.span, totalpages: totalpages, rule: SelectionRule())
}

/// An index of a population, with changes to make again and again.
private final class IndexWorkload {
  private var index = VictimIndex()
  private let changes: [(row: Int, pages: Int64)]
  private let rule = SelectionRule()
  private let sink = Sink()
  let forms: Forms
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ population: Population, count: Int) {
    forms = Forms(population, count: count)
    var pages = forms.pages
    index.reserveCapacity(count)
    for row in 0..<count {
      index.set(row, pages: pages[row], weight: forms.weights[row], key: Int64(row))
    }
    let candidates = (0..<count).filter { [weights = forms.weights] in weights[$0] != neverChosen }
    var random = SplitMix(seed: population.seed &+ 99)
    // So many that the rows that change do not all stay in a cache.
    let changeCount = count < 10_000 ? 1 << 12 : 1 << 18
    changes = (0..<changeCount).map { _ in
      (
        row: candidates.randomElement(using: &random) ?? 0,
        pages: Int64.random(in: 0...100_000, using: &random)
      )
    }
    for (number, change) in changes.enumerated() {
      pages[change.row] = change.pages
      index.update(change.row, pages: change.pages)
      let victim = index.select(totalpages: 2_000_000, rule: rule)
      digest = (digest ^ UInt64(bitPattern: Int64(victim?.row ?? -1))) &* 0x0000_0100_0000_01b3
      if number % (changeCount / 64) != 0 { continue }
      precondition(
        victim == selectByScan(pages, forms.weights, 2_000_000), "index and scan choose differently"
      )
    }
  }

  /// Some changes, and a selection after each.
  func run(_ numbers: Range<Int>) {
    var rows = 0
    for number in numbers {
      let change = changes[number & (changes.count - 1)]
      index.update(change.row, pages: change.pages &+ Int64(number & 7))
      rows &+= index.select(totalpages: 2_000_000, rule: rule)?.row ?? -1
    }
    sink.keep(rows)
  }
}

/// What changing one process and selecting again took, by index and by scan.
struct IndexMeasurement {
  var population: String
  var count: Int
  /// One change and one selection.
  var step: Sample
  var scan: Sample
  var digest: UInt64

  static func measure(_ population: Population, counts: [Int], budget: Double) -> [Self] {
    let workloads = counts.map { IndexWorkload(population, count: $0) }
    // Many times what an index puts off, and what brings back a cache that the other size has filled.
    let steps = Sample.inTurns(workloads.map { $0.run }, budget: budget, least: 1 << 16)
    return counts.indices.map { at in
      let forms = workloads[at].forms
      let sink = Sink()
      let scans = Sample.inTurns(
        [{ for _ in $0 { sink.keep(forms.scan(2_000_000)) } }], budget: budget)
      return Self(
        population: population.name, count: counts[at], step: steps[at], scan: scans[0],
        digest: workloads[at].digest)
    }
  }
}
