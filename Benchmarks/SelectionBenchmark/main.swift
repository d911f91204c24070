// How fast one selection is, and one after a small change, beside others that do the same.
//
// Goals: ratios of one run on the same processes, which a noisy machine leaves alone; a digest of the choices,
// so that nobody speeds up the answer; allocations counted over the whole process.
// Non-goals: absolute times, which differ by machine; the engine around the selection (ReplayBenchmark).
//
//     swift run -c release SelectionBenchmark [--json] [--filter NAME] [--smoke]
//
// --smoke runs small, in debug builds, too: the test that it still works.

import VictimSelection

struct Options {
  var isJSON = false
  var isSmoke = false
  var filter = ""

  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--smoke": isSmoke = true
      case "--filter":
        guard let value = rest.popFirst() else { return nil }
        filter = value
      default: return nil
      }
    }
  }
}

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
  fatal("usage: SelectionBenchmark [--json] [--filter NAME] [--smoke]")
}
#if DEBUG
  if !options.isSmoke {
    fatal("SelectionBenchmark measures release builds: swift run -c release SelectionBenchmark")
  }
#endif
let populations = Population.all.filter {
  options.filter.isEmpty || $0.name.contains(options.filter)
}
if populations.isEmpty {
  fatal(
    "no population is called '\(options.filter)': \(Population.all.map(\.name).joined(separator: ", "))"
  )
}
// Nanoseconds for each figure.
let budget = options.isSmoke ? 1e5 : 2e8
var report = BenchmarkReport()
for population in populations {
  for count in options.isSmoke ? [64, 500] : [64, 1000, 5000, 65_536, 1_000_000] {
    report.scans.append(
      ScanMeasurement(population, count: count, budget: budget, peers: true))
  }
  for count in options.isSmoke ? [64, 500] : [1000, 10_000, 100_000, 1_000_000] {
    report.owns.append(OwnMeasurement(population, count: count, budget: budget))
  }
  report.indexes += IndexMeasurement.measure(
    population, counts: options.isSmoke ? [500] : [10_000, 1_000_000], budget: budget)
}
if !options.isSmoke, let population = populations.first {
  report.scans.append(
    ScanMeasurement(population, count: 10_000_000, budget: budget, peers: false))
}
print(options.isJSON ? report.json : report.text)
