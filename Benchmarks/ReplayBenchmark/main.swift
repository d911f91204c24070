// How fast whole replays are: events, kills and what-ifs per second.
//
// Goals: cost per event and per kill by the number of processes, which should hardly grow; what-ifs on one core
// and on all of them; a digest of the runs, so that nobody speeds up the answer.
// Non-goals: reading and checking scenarios; the selection alone (SelectionBenchmark).
//
//     swift run -c release ReplayBenchmark [--smoke]
//
// --smoke runs small, in debug builds, too: the test that it still works.

import Dispatch
import Foundation
import Glibc
import OOMSimulator

let isSmoke = CommandLine.arguments.dropFirst() == ["--smoke"]
if CommandLine.arguments.count > 1, !isSmoke {
  FileHandle.standardError.write(Data("usage: ReplayBenchmark [--smoke]\n".utf8))
  exit(64)
}
#if DEBUG
  if !isSmoke {
    let hint = "ReplayBenchmark measures release builds: swift run -c release ReplayBenchmark\n"
    FileHandle.standardError.write(Data(hint.utf8))
    exit(64)
  }
#endif

/// Seconds on the wall, or those that this thread has had of a processor, which other work on the machine
/// disturbs less.
func seconds(_ clock: clockid_t = CLOCK_THREAD_CPUTIME_ID, _ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let begin = now()
  body()
  return now() - begin
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// What a scenario takes beyond the same one without its events: the median of a few runs.
func cost(of scenario: Scenario, rounds: Int) -> (seconds: Double, run: Run) {
  var still = scenario
  still.events = []
  let simulator = Simulator(for: scenario)
  var run = simulator.run(valid: scenario)
  var costs: [Double] = []
  for _ in 0..<rounds {
    let whole = seconds { run = simulator.run(valid: scenario) }
    let start = seconds { _ = simulator.run(valid: still) }
    costs.append(whole - start)
  }
  return (median(costs), run)
}

func decimal(_ value: Double) -> String { String(format: "%.2f", value) }

let rounds = isSmoke ? 1 : 3
print("processes     us/event   us/event   us/kill    us/kill    digests")
print("               at once  over time  machine    a group")
for count in isSmoke ? [100, 1000] : [1_000, 10_000, 100_000, 1_000_000] {
  let events = isSmoke ? 500 : 200_000
  let kills = isSmoke ? 20 : min(count / 2, 20_000)
  let rows = [
    Workload.events(processes: count, events: events, over: 0),
    Workload.events(processes: count, events: events, over: 3000),
    Workload.kills(processes: count, kills: kills, inGroup: false),
    Workload.kills(processes: count, kills: kills, inGroup: true),
  ].map { cost(of: $0, rounds: rounds) }
  precondition(rows[2].run.kills.count == kills && rows[3].run.kills.count == kills)
  let cells = zip(rows, [events, events, kills, kills]).map { row, number in
    decimal(row.seconds * 1e6 / Double(number))
  }
  let digests = rows.map { String($0.run.digest, radix: 16).suffix(4) }.joined(separator: " ")
  print(
    ("\(count)" + String(repeating: " ", count: 10)).prefix(10),
    cells.map { String(repeating: " ", count: max(10 - $0.count, 0)) + $0 }.joined(separator: " "),
    "  " + digests)
}

let story = Workload.story()
let whatIfs = isSmoke ? 20 : 20_000
let cores = ProcessInfo.processInfo.activeProcessorCount

/// Replays the story with one value changed.
@Sendable func whatIf(_ number: Int) -> UInt64 {
  var scenario = story
  scenario.processes[1].oomScoreAdj = Int16(number % 1000)
  return Simulator(for: scenario).run(valid: scenario).digest
}

var single: UInt64 = 0
let alone = seconds(CLOCK_MONOTONIC) { for number in 0..<whatIfs { single &+= whatIf(number) } }
let sums = (0..<cores).map { _ in Box() }
let together = seconds(CLOCK_MONOTONIC) {
  DispatchQueue.concurrentPerform(iterations: cores) { core in
    for number in stride(from: core, to: whatIfs, by: cores) { sums[core].value &+= whatIf(number) }
  }
}
precondition(sums.reduce(0) { $0 &+ $1.value } == single, "threads change the result")
print()
print(
  "what-ifs per second: \(Int(Double(whatIfs) / alone)) on one core, "
    + "\(Int(Double(whatIfs) / together)) on \(cores): \(decimal(alone / together)) times")

/// A number that one thread adds to.
final class Box: @unchecked Sendable {
  var value: UInt64 = 0
}
