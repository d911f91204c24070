import Glibc
internal import KernelPeers
import VictimSelection

/// Nanoseconds of one selection, over many.
struct Sample: Sendable {
  var minimum = 0.0
  var median = 0.0
  var p99 = 0.0
  var allocations = 0.0

  /// Times a selection again and again: in batches where one is shorter than the clock is exact.
  ///
  /// - Parameter budget: nanoseconds to spend, but at least five samples.
  init(budget: Double, _ select: (Int) -> Void) {
    select(0)
    let first = processorTime()
    for number in 0..<16 { select(number) }
    let once = max((processorTime() - first) / 16, 1)
    let batch = max(Int(50_000 / once), 1)
    let count = min(max(Int(budget / (once * Double(batch))), 5), 1001)
    var times: [Double] = []
    times.reserveCapacity(count)
    let before = allocation_count()
    for sample in 0..<count {
      let begin = processorTime()
      for number in 0..<batch { select(sample &* batch &+ number) }
      times.append((processorTime() - begin) / Double(batch))
    }
    self.init(
      times, allocations: Double(allocation_count() - before) / Double(count * batch))
  }

  init(_ times: [Double], allocations: Double) {
    self.allocations = allocations
    let times = times.sorted()
    minimum = times[0]
    median = times[times.count / 2]
    p99 = times[min(times.count * 99 / 100, times.count - 1)]
  }
}

/// Nanoseconds that this thread has had of a processor: what others do on the machine counts only as far as it
/// takes caches and memory.
func processorTime() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// What one population of one size took, in every form.
struct ScanMeasurement {
  /// Names of the forms, the loop of this project first.
  static let forms = ["scan", "kernel list, C", "records, C", "naive Swift", "plain read"]

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
    }
    var sink = 0
    func sample(_ select: (Int64) -> Int) {
      samples.append(Sample(budget: budget) { sink &+= select(totals[$0 & 15]) })
    }
    sample(forms.scan)
    if peers {
      sample(forms.kernelList)
      sample(forms.recordArray)
      sample(forms.naive)
    }
    sample(forms.plainRead)
    if sink == 1 { print("", terminator: "") }
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
  let forms: Forms
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  private var sink = 0

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

  deinit {
    if sink == 1 { print("", terminator: "") }
  }

  /// Some changes, and a selection after each.
  func run(_ numbers: Range<Int>) {
    for number in numbers {
      let change = changes[number & (changes.count - 1)]
      index.update(change.row, pages: change.pages &+ Int64(number & 7))
      sink &+= index.select(totalpages: 2_000_000, rule: rule)?.row ?? -1
    }
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

  /// Measures several sizes in turns, sample by sample: what others do on the machine meets them all.
  static func measure(_ population: Population, counts: [Int], budget: Double) -> [Self] {
    let workloads = counts.map { IndexWorkload(population, count: $0) }
    // Many times what an index puts off, and what brings back a cache that the other size has filled.
    let batch = 1 << 16
    var times = counts.map { _ in [Double]() }
    let sampleCount = max(Int(budget / (20 * Double(batch))), 3)
    for at in counts.indices {
      times[at].reserveCapacity(sampleCount)
      workloads[at].run(0..<batch)
    }
    var allocations = counts.map { _ in UInt64(0) }
    for sample in 1...sampleCount {
      for at in counts.indices {
        let before = allocation_count()
        let begin = processorTime()
        workloads[at].run(sample * batch..<(sample + 1) * batch)
        times[at].append((processorTime() - begin) / Double(batch))
        allocations[at] += UInt64(allocation_count() - before)
      }
    }
    return counts.indices.map { at in
      let forms = workloads[at].forms
      var sink = 0
      let scan = Sample(budget: budget) { _ in sink &+= forms.scan(2_000_000) }
      if sink == 1 { print("", terminator: "") }
      return Self(
        population: population.name, count: counts[at],
        step: Sample(times[at], allocations: Double(allocations[at]) / Double(sampleCount * batch)),
        scan: scan, digest: workloads[at].digest)
    }
  }
}
