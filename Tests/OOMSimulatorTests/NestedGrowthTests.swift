import Foundation
import Testing

@testable import OOMSimulator

/// What is put off below common groups: `memory.peak` of each is that of all growth applied at every instant, whether
/// many grow alike or each at its own pace.
///
/// `OOMSIM_SWARM` says how many worlds, 16 by default; `OOMSIM_SEED` takes a single one.
@Suite struct NestedGrowthTests {
  private static let seeds: [Range<UInt64>] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return [seed..<seed + 1] }
    let perBlock = max((environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 16) / 8, 1)
    return (0..<8).map { $0 * perBlock..<($0 + 1) * perBlock }
  }()

  private func replay(_ scenario: Scenario, _ rules: Rules, putsGrowthOff: Bool) -> Replay {
    var replay = Replay(scenario, rules: rules, recordsCandidates: false)
    replay.putsGrowthOff = putsGrowthOff
    replay.mostRestarts = 12
    replay.run()
    return replay
  }

  @Test("groups below groups, in which many grow and shrink", arguments: seeds)
  func nested(seeds: Range<UInt64>) {
    let releases = RulesByRelease.boundaries
    for seed in seeds {
      var worlds = NestedWorlds(seed: seed)
      let scenario = worlds.scenario()
      let release = seed % 2 == 0 ? .standard : releases[Int(seed / 2) % releases.count]
      let rules = RulesByRelease.rules(of: release)
      let putOff = replay(scenario, rules, putsGrowthOff: true)
      let eager = replay(scenario, rules, putsGrowthOff: false)
      let comment: Comment = "seed \(seed), Linux \(release)"
      #expect(putOff.finalGroups == eager.finalGroups, comment)
      #expect(putOff.record.kills == eager.record.kills, comment)
      #expect(putOff.state.ledger == eager.state.ledger, comment)
      #expect(putOff.state.tasks == eager.state.tasks, comment)
    }
  }

  /// The worlds reach what they are about: peaks that are not what a group had at the end, kills, and worlds without.
  @Test func `nested worlds are of all kinds`() {
    var (withKills, withPeaks, withCrowds) = (0, 0, 0)
    for seed in 0..<20 as Range<UInt64> {
      var worlds = NestedWorlds(seed: seed)
      let scenario = worlds.scenario()
      let run = replay(scenario, RulesByRelease.rules(of: .standard), putsGrowthOff: true)
      if !run.record.kills.isEmpty { withKills += 1 }
      if run.finalGroups.contains(where: { $0.peak > $0.current }) { withPeaks += 1 }
      if scenario.processes.count > 12 { withCrowds += 1 }
    }
    #expect(withKills >= 2 && withKills <= 18, "\(withKills)")
    #expect(withPeaks >= 15, "\(withPeaks)")
    #expect(withCrowds >= 5, "\(withCrowds)")
  }
}

/// Many processes in groups one to three levels below a common one, which grow and shrink again and again, at a pace of
/// their own or one that they have in common.
struct NestedWorlds {
  private var random: SplitMix
  private let sizes: [Int64]
  private let times: [Int64]

  init(seed: UInt64) {
    random = SplitMix(seed: seed &+ 90_000_000)
    let isAlike = Bool.random(using: &random)
    let count = isAlike ? 2 : 200
    var (sizes, times): ([Int64], [Int64]) = ([], [])
    for _ in 0..<count {
      sizes.append(Int64.random(in: 1...6000, using: &random))
      times.append(Int64.random(in: 1...40, using: &random) * (isAlike ? 100_000 : 99_991))
    }
    (self.sizes, self.times) = (sizes, times)
  }

  private mutating func number(_ most: Int64) -> Int64 {
    Int64.random(in: 0...most, using: &random)
  }

  private mutating func chance(_ percent: Int64) -> Bool { number(99) < percent }

  private mutating func group(_ number: Int) -> String {
    let tops = ["/pods", "/pods/burstable", "/pods/burstable", "/system", ""]
    let top = tops[Int(self.number(Int64(tops.count) - 1))]
    if chance(30) { return "\(top)/pod\(number / 2)/c\(number)" }
    // Some are two in a group, and some in a group that has groups below it.
    if chance(10) { return top.isEmpty ? "/" : top }
    return "\(top)/c\(chance(20) ? number / 3 : number)"
  }

  mutating func scenario() -> Scenario {
    var scenario = Scenario()
    scenario.name = "nested"
    if chance(25) { scenario.cgroupVersion = 1 }
    let count = Int(chance(60) ? 8 + number(24) : 2 + number(6))
    scenario.machine.memory = chance(80) ? 1_000_000 : 2000 * Int64(count)
    scenario.machine.swap = chance(30) ? number(20_000) : 0
    scenario.sysctl.minFreeKbytes = 0
    scenario.sysctl.overcommitMemory = chance(80) ? .always : .heuristic
    var groups: Set<String> = ["/pods", "/pods/burstable", "/system"]
    for number in 0..<count {
      var process = Scenario.Process()
      process.name = "c\(number)"
      process.cgroup = group(number)
      process.anon = chance(30) ? 0 : self.number(3000)
      process.file = chance(20) ? self.number(500) : 0
      process.swap = scenario.machine.swap > 0 && chance(20) ? self.number(100) : 0
      if chance(10) {
        process.restart = RestartPolicy(.always)
        process.restart?.delay = Microseconds(1 + self.number(2_000_000))
      }
      groups.insert(process.cgroup)
      scenario.processes.append(process)
    }
    let isLimited = chance(50)
    for path in groups.sorted() where path != "/" && chance(isLimited ? 50 : 10) {
      scenario.cgroups[path] = limits(of: path, count)
    }
    for _ in 0..<count * 4 { addEvents(count, to: &scenario) }
    return scenario
  }

  private mutating func limits(of path: String, _ count: Int) -> Cgroup {
    var cgroup = Cgroup()
    let isCommon = ["/pods", "/pods/burstable", "/system"].contains(path)
    // Those in common are met by a few worlds, those of one process seldom.
    let size = isCommon ? 1000 + number(Int64(count) * 5000) : 5000 + number(20_000)
    if chance(80) { cgroup.max = size }
    if chance(30) { cgroup.high = size - number(size / 3) }
    if chance(20) { cgroup.swapMax = number(5000) }
    if chance(20) { cgroup.low = number(4000) }
    if chance(20) { cgroup.useHierarchy = true }
    return cgroup
  }

  private mutating func addEvents(_ count: Int, to scenario: inout Scenario) {
    let process = ProcessReference.name("c\(number(Int64(count) - 1))")
    let at = Microseconds(number(600) * (chance(50) ? 100_000 : 99_877))
    func add(_ later: Microseconds, _ action: Event.Action) {
      scenario.events.append(Event(at: at + later, action: action))
    }
    var sizes = Event.Sizes()
    sizes.anon = self.sizes[Int(number(Int64(self.sizes.count) - 1))]
    if chance(10) { sizes.file = number(2000) }
    if chance(10) { sizes.shmem = number(2000) }
    if chance(5) { sizes.locked = number(500) }
    let over = Microseconds(times[Int(number(Int64(times.count) - 1))])
    switch number(99) {
    case 0..<70:
      add(0, .grow(process, sizes, over: over, nodes: nil))
      let pause = chance(30) ? Microseconds(0) : Microseconds(number(5_000_000))
      if chance(20) { sizes.anon += number(2000) }
      add(over + pause, .shrink(process, sizes, over: chance(80) ? over : 0))
    case 70..<80: add(0, .grow(process, sizes, over: 0, nodes: nil))
    case 80..<86: add(0, .shrink(process, sizes, over: over))
    case 86..<90: add(0, .exit(process))
    case 90..<93: add(0, .map(process, pages: number(2000), .private))
    case 93..<95:
      add(
        0,
        .growUnowned(
          chance(50) ? .tmpfs : .pageCache, pages: number(2000), cgroup: "/pods", over: over))
    case 95..<97:
      var change = Cgroup()
      change.max = 5000 + number(Int64(count) * 4000)
      add(0, .setCgroup(chance(50) ? "/pods" : "/pods/burstable", change))
    case 97: add(0, .move(process, cgroup: "/system"))
    default:
      var started = Scenario.Process()
      started.name = "s\(scenario.events.count)"
      started.cgroup = chance(50) ? "/pods/burstable" : "/pods"
      started.anon = number(3000)
      add(0, .start(started))
    }
  }
}
