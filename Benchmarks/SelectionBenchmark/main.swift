// How fast one selection is, beside the plain Swift that anybody would write first.
//
// Goals: one number to compare by, the ratio of the two in one run on the same population; a digest of
// the choices, so that nobody speeds up the answer. Non-goals: absolute times, which a shared machine
// does not give; the engine around the selection; allocations, which the compiler proves there are none
// of (`@_noAllocation` on the entrance).
//
//     swift run -c release SelectionBenchmark [--json]

import VictimSelection

#if DEBUG
  print("SelectionBenchmark measures release builds: swift run -c release SelectionBenchmark")
#else
  let isJSON = CommandLine.arguments.contains("--json")
  let results = Population.all.flatMap { population in
    [64, 4096, 262_144].map { measure(population, count: $0) }
  }
  isJSON ? printJSON(results) : printTable(results)
#endif
