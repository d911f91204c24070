import Foundation
import VictimSelection

@testable import OOMFormats
@testable import OOMReports
@testable import OOMSimulator

/// The numbers of a scenario, of its run and of its points, and what follows from them in one step.
struct KnownNumbers {
  /// Pages, counts and scores.
  private var numbers: Set<Int> = []
  private var times: Set<Int> = []
  /// As the scenario's text has them, in whatever unit.
  private var written: Set<String> = []

  /// `MemTotal`.
  private let memory: Int

  /// Those in which a rule changes, and the last ones before.
  static let releases = Set(
    RulesByRelease.changes.flatMap { change -> [String] in
      let parts = change.since.text.split(separator: ".")
      guard let last = parts.last.flatMap({ Int($0) }), last > 0 else { return [change.since.text] }
      let before = (parts.dropLast().map(String.init) + ["\(last - 1)"]).joined(separator: ".")
      return [change.since.text, before]
    })

  init(_ run: Run, _ scenario: Scenario, _ simulator: Simulator) throws {
    memory = Int(scenario.machine.memory)
    var run = run
    // One table of candidates is enough, and as values it is read faster.
    for candidate in (run.kills.first?.decision?.candidates ?? []).prefix(500)
    where candidate.ineligible == nil {
      numbers.formUnion(
        [
          candidate.anon, candidate.file, candidate.shmem, candidate.swap, candidate.pageTables,
          candidate.pages, Int64(clamping: candidate.points), Int64(clamping: candidate.oomScore),
        ].map { abs(Int($0)) })
    }
    for index in run.kills.indices { run.kills[index].decision?.candidates = nil }
    var writer = JSONWriter()
    writer.result(run)
    add(try JSONTree(writer.bytes), "")
    writer = JSONWriter()
    writer.scenario(scenario)
    add(try JSONTree(writer.bytes), "")
    if run.kills.isEmpty, run.processCount < 500 {
      for process in simulator.score(valid: scenario, at: run.end).processes {
        numbers.formUnion([Int(clamping: process.points), Int(clamping: process.oomScore)])
      }
    }
    follow(run, scenario)
    addSums(run, scenario)
    addTimeline(run, scenario, simulator)
    addPoints(run)
    addTimes(scenario)
  }

  /// What one multiplication, division or addition makes of them.
  private mutating func follow(_ run: Run, _ scenario: Scenario) {
    let machine = scenario.machine
    numbers.formUnion([
      Int(machine.memory), Int(machine.memory + machine.swap), Int(machine.kernel),
      run.processes.reduce(0) { $0 + Int($1.swap) },
    ])
    for index in 0..<scenario.processes.count {
      let process = scenario.processes[index]
      let own = Int(process.anon + process.file + process.shmem + process.swap)
      let count = Int(process.count)
      numbers.formUnion([own, own * count, Int(process.anon), Int(process.anon) * count, count])
    }
    for kill in run.kills {
      guard let decision = kill.decision else { continue }
      let explanation = Explanation(of: kill)
      for adj in Set((decision.scene?.candidates ?? []).map { Int($0.oomScoreAdj) }) {
        numbers.insert(abs(adj * Int(explanation.pointsPerAdj)))
      }
      if let adj = explanation.runnerUpChosenAtAdj { numbers.insert(abs(Int(adj))) }
      numbers.insert(kill.killed.count)
    }
    for event in scenario.events {
      guard case .grow(_, let sizes, let over, _) = event.action, over > 0 else { continue }
      times.insert(Int((event.at + over).rawValue))
      // A rate, by the second, the minute and the hour.
      for size in [sizes.anon, sizes.file, sizes.shmem] where size > 0 {
        for unit in [1_000_000, 60_000_000, 3_600_000_000] {
          numbers.insert(Int(Int128(size) * Int128(unit) / Int128(over.rawValue)))
        }
      }
    }
  }

  // MARK: What follows from several

  /// Sizes that a reader adds up: of equal processes, of all of them, with what each grows by.
  private mutating func addSums(_ run: Run, _ scenario: Scenario) {
    let machine = scenario.machine
    var own: [String: Int] = [:]
    var ends: [String: Int] = [:]
    var rest = 0
    var equals: [String: (count: Int, size: Int)] = [:]
    for index in 0..<scenario.processes.count {
      let process = scenario.processes[index]
      let size = Int(process.anon + process.file + process.shmem + process.swap)
      own[process.name, default: 0] += size
      rest += size * (Int(process.count) - 1)
      // Those that are called alike, are as large, belong to a user, or live in a group.
      let called = Timeline.ProcessLine.nameOfEquals(process.name)
      for set in ["n\(called)", "s\(size)", "u\(process.uid)", "c\(process.cgroup)"] {
        equals[set, default: (0, 0)].count += Int(process.count)
        equals[set, default: (0, 0)].size += size * Int(process.count)
      }
    }
    ends = own
    for event in scenario.events {
      switch event.action {
      case .grow(.name(let name), let sizes, _, _):
        ends[name, default: 0] += Int(sizes.anon + sizes.file + sizes.shmem)
      case .fork(.name(let name), _): numbers.insert(2 * (ends[name] ?? 0))
      case .start(let process): numbers.formUnion([process.anon, process.file].map { Int($0) })
      default: break
      }
    }
    let all = own.values.reduce(rest, +)
    numbers.formUnion(ends.values)
    // To 2.6.35 a child counted for its parent with half of its address space and a page.
    for index in 0..<scenario.processes.count {
      if let size = scenario.processes[index].totalVM { numbers.insert(Int(size) / 2 + 1) }
    }
    let kernel = Int(machine.kernel)
    for set in equals.values {
      let others = all - set.size
      numbers.formUnion([set.count, set.size, others, kernel + others])
    }
    // CommitLimit of mode 2.
    let ratio = scenario.sysctl.overcommitRatio ?? 50
    let limit: Int64 = (machine.memory - machine.hugetlb) * ratio / 100 + machine.swap
    numbers.insert(Int(limit))
    numbers.formUnion([all, Int(machine.memory - machine.kernel) - all])
    numbers.insert(run.kills.reduce(0) { $0 + Int($1.freedPages) })
    for count in 1..<max(min(run.kills.count, 4), 1) {
      numbers.insert(run.kills.prefix(count).reduce(0) { $0 + Int($1.freedPages) })
    }
    for refusal in run.refused {
      numbers.formUnion([
        Int(refusal.commitLimit - refusal.committedAS), Int(refusal.allowed - refusal.committedAS),
        Int(refusal.committedAS + refusal.pages),
      ])
    }
  }

  /// What memory came to at the ends of a run, at its kills, and where the process that would be chosen changes.
  private mutating func addTimeline(_ run: Run, _ scenario: Scenario, _ simulator: Simulator) {
    if run.processCount > 2_000 { return }
    let timeline = simulator.timeline(of: run, scenario, processes: 40, asksWhoIsNext: true)
    var known = Set(run.kills.prefix(4).map(\.at) + [0, run.end])
    for event in scenario.events { if case .exit = event.action { known.insert(event.at) } }
    for (sample, at) in timeline.times.enumerated() {
      if sample > 0, timeline.next[sample] != timeline.next[sample - 1] {
        times.insert(Int(at.rawValue))
      }
      guard known.contains(at) else { continue }
      let fill = timeline.fills[sample]
      numbers.formUnion(
        [
          fill.used, fill.used - fill.cache, fill.free, fill.free + fill.cache, fill.cache,
          fill.swap,
          fill.kernel, fill.processes, fill.committed, fill.used - timeline.fills[0].used,
        ].map { Int($0) })
      for line in timeline.processes {
        numbers.formUnion([Int(line.pages[sample]), Int(line.pages[sample] - line.pages[0])])
      }
      numbers.formUnion(timeline.groups.map { Int($0.pages[sample]) })
      // What zram takes, and what it gains.
      if let ratio = scenario.machine.swapDevices.first?.ratio {
        let stored = fill.swap * 1000 / ratio
        numbers.formUnion([Int(stored), Int(fill.swap - stored)])
      }
    }
    for device in scenario.machine.swapDevices where device.kind == .zram {
      let stored = device.size * 1000 / device.ratio
      numbers.formUnion([Int(stored), Int(device.size - stored)])
    }
    numbers.formUnion(timeline.processes.map { Int($0.peak) })
    numbers.formUnion(timeline.groups.map { Int($0.peak) })
  }

  /// The terms of points, their differences, and what they are in thousandths of totalpages.
  private mutating func addPoints(_ run: Run) {
    for kill in run.kills.prefix(3) {
      guard let decision = kill.decision, let scene = decision.scene else { continue }
      let worth = Int(decision.arithmetic.pointsPerAdj)
      numbers.insert(worth)
      for candidate in scene.candidates.prefix(100) where candidate.ineligible == nil {
        let text = Term.text(scene.arithmetic.terms(of: candidate), number: { "\($0)" })
        numbers.formUnion(text.matches(of: #/\d+/#).compactMap { Int($0.0) })
        let less = Int(clamping: kill.victim.points - candidate.points)
        let adj = abs(Int(kill.victim.oomScoreAdj) - Int(candidate.oomScoreAdj))
        numbers.formUnion([
          abs(less), abs(Int(kill.victim.pages - candidate.pages)), adj, adj * worth,
          abs(Int(clamping: candidate.points * 1000 / Int128(max(decision.totalpages, 1)))),
        ])
      }
    }
  }

  /// Times that events and settings give, and the pauses of restarts.
  private mutating func addTimes(_ scenario: Scenario) {
    times.insert(Int(scenario.machine.exitDelay.rawValue))
    for event in scenario.events {
      times.insert(Int(event.at.rawValue))
      switch event.action {
      case .grow(_, _, let over, _): times.insert(Int(over.rawValue))
      case .cow(_, let pages, let over) where over > 0:
        numbers.insert(Int(Int128(pages) * 1_000_000 / Int128(over.rawValue)))
      default: break
      }
    }
    let started = scenario.events.compactMap { event -> Scenario.Process? in
      if case .start(let process) = event.action { process } else { nil }
    }
    for process in (0..<scenario.processes.count).map({ scenario.processes[$0] }) + started {
      times.formUnion(
        [process.legacy.cpuTime, process.legacy.runTime].map { Int($0.rawValue) })
      guard let restart = process.restart, restart.backoff == .exponential else { continue }
      let longest = restart.maxDelay ?? .seconds(300)
      var pause = restart.delay ?? .seconds(10)
      while pause < longest {
        times.insert(Int(pause.rawValue))
        pause = pause * 2
      }
      times.insert(Int(longest.rawValue))
    }
  }

  private mutating func add(_ tree: JSONTree, _ key: String) {
    switch tree {
    case .number(let text):
      guard let number = Int(text) else {
        written.insert(text)
        return
      }
      if key.hasSuffix("_us") { times.insert(number) } else { numbers.insert(abs(number)) }
    case .string(let text):
      // Prose is what is held against them, and names of thousands of processes have numbers, too.
      if ["title", "description", "source", "name", "state", "because"].contains(key) { return }
      for part in text.split(whereSeparator: { !$0.isASCII || !$0.isNumber && $0 != "." }) {
        written.insert(String(part))
      }
    case .array(let elements): for element in elements { add(element, key) }
    case .object(let members): for member in members { add(member.value, member.key) }
    default: break
    }
  }

  /// Whether a number of prose is one of them in a unit that it can have, rounded to as many places as it has, or cut off
  /// there.
  func has(_ number: ProseNumber) -> Bool {
    if written.contains(number.text) || Self.releases.contains(number.text) { return true }
    if let minutes = number.clock {
      return times.contains { $0 / 60_000_000 == minutes }
    }
    let parts = number.text.split(separator: ".")
    guard parts.count <= 2, let whole = Int(parts[0]) else { return false }
    let places = parts.count == 2 ? parts[1].count : 0
    let scale = [1, 10, 100, 1000][min(places, 3)]
    let value = whole * scale + (places > 0 ? Int(parts[1]) ?? 0 : 0)
    func isOne(of known: Set<Int>, in unit: Int) -> Bool {
      known.contains { known in
        let product = Int128(known) * Int128(scale)
        return (product * 2 + Int128(unit)) / Int128(2 * unit) == value
          || product / Int128(unit) == value
      }
    }
    /// A machine is called by what is built in, of which MemTotal is 1 to 4 % less.
    func isBuiltIn(_ unit: Int) -> Bool {
      places == 0 && memory <= whole * unit && memory * 100 >= whole * unit * 95
    }
    return number.units.contains { unit in
      switch unit {
      case .gibibytes: isOne(of: numbers, in: 256 * 1024) || isBuiltIn(256 * 1024)
      case .mebibytes: isOne(of: numbers, in: 256) || isBuiltIn(256)
      case .kibibytes: numbers.contains { $0 * 4 * scale == value }
      case .days: isOne(of: times, in: 86_400_000_000)
      case .hours: isOne(of: times, in: 3_600_000_000)
      case .minutes: isOne(of: times, in: 60_000_000)
      case .seconds: isOne(of: times, in: 1_000_000)
      case .none: numbers.contains(value) && places == 0
      }
    }
  }
}
