import VictimSelection

/// What one population of one size took.
struct Measurement {
  var population: String
  var count: Int
  /// Medians over the rounds, nanoseconds for one process.
  var columns: Double
  var naive: Double
  /// Of the rows chosen, the same for both.
  var digest: UInt64
}

/// Times both in turn, round by round, so that both see the same noise.
func measure(_ population: Population, count: Int) -> Measurement {
  var random = SplitMix(seed: population.seed)
  let tasks = (0..<count).map { population.draw(&random, $0) }
  let pages = tasks.map(\.pages)
  let adj = tasks.map(\.adj)
  let repeats = max(1_000_000 / count, 1)
  let clock = ContinuousClock()
  var columns: [Double] = []
  var naive: [Double] = []
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  for round in 0..<9 {
    let totalpages = Int64(1_000_000 + round * 4096)
    var chosen = 0
    let fast = clock.measure {
      for _ in 0..<repeats {
        let victim = selectBadProcess(
          pages: pages.span, weight: adj.span, totalpages: totalpages, rule: SelectionRule())
        chosen &+= victim?.row ?? -1
      }
    }
    var naiveChosen = 0
    let slow = clock.measure {
      for _ in 0..<repeats { naiveChosen &+= selectNaively(tasks, totalpages: totalpages) ?? -1 }
    }
    precondition(chosen == naiveChosen, "the two choose differently")
    digest = (digest ^ UInt64(bitPattern: Int64(chosen))) &* 0x0000_0100_0000_01b3
    columns.append(nanoseconds(fast) / Double(repeats * count))
    naive.append(nanoseconds(slow) / Double(repeats * count))
  }
  return Measurement(
    population: population.name, count: count, columns: median(columns), naive: median(naive),
    digest: digest)
}

/// The rule in one chain of collection calls.
@inline(never)
func selectNaively(_ tasks: [NaiveTask], totalpages: Int64) -> Int? {
  tasks.enumerated().filter { $0.element.adj > -1000 }
    .map {
      (row: $0.offset, points: $0.element.pages + Int64($0.element.adj) * (totalpages / 1000))
    }
    .max { ($0.points, $0.row) < ($1.points, $1.row) }?.row
}

private func nanoseconds(_ duration: Duration) -> Double {
  Double(duration.components.attoseconds) / 1e9 + Double(duration.components.seconds) * 1e9
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func printTable(_ results: [Measurement]) {
  print("population         processes   ns/process   naive ns/process   ratio   digest")
  for result in results {
    let cells = [
      pad(result.population, 18, left: true), pad("\(result.count)", 10),
      pad(hundredths(result.columns), 13), pad(tenths(result.naive), 19),
      pad(tenths(result.naive / result.columns), 8), "  " + String(result.digest, radix: 16),
    ]
    print(cells.joined())
  }
}

func printJSON(_ results: [Measurement]) {
  let rows = results.map {
    "{\"population\": \"\($0.population)\", \"processes\": \($0.count), "
      + "\"ns_per_process\": \($0.columns), \"naive_ns_per_process\": \($0.naive), "
      + "\"digest\": \"\(String($0.digest, radix: 16))\"}"
  }
  print("[\n  \(rows.joined(separator: ",\n  "))\n]")
}

private func hundredths(_ value: Double) -> String {
  let hundredths = Int(value * 100 + 0.5)
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

private func tenths(_ value: Double) -> String {
  let tenths = Int(value * 10 + 0.5)
  return "\(tenths / 10).\(tenths % 10)"
}

private func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
  let space = String(repeating: " ", count: max(width - text.count, 0))
  return left ? text + space : space + text
}
