import Foundation
import Testing

@testable import OOMSimulator

/// Every kill of generated worlds against a second reading of the rule book: candidates gathered from the
/// group paths, points summed from their terms, the walk done by sorting.
///
/// `OOMSIM_SWARM` says how many worlds, 160 by default.
@Suite struct ReferenceEngineTests {
  /// The process that a kernel would take of those listed, in the order of the list.
  ///
  /// Kernel: mm/oom_kill.c, `oom_badness()` and `oom_evaluate_task()`, 5.9 and later.
  private func reference(_ candidates: [Candidate], totalpages: Int64) -> Candidate? {
    var chosen: Candidate?
    var chosenPoints = Int64.min
    for candidate in candidates {
      if candidate.pid == 1 { continue }
      if candidate.oomScoreAdj == -1000 { continue }
      if candidate.ineligible == .kernelThread || candidate.ineligible == .dying { continue }
      var points = candidate.anon + candidate.file + candidate.shmem
      points += candidate.swap
      points += candidate.pageTables
      points += Int64(candidate.oomScoreAdj) * (totalpages / 1000)
      if points < chosenPoints { continue }
      chosen = candidate
      chosenPoints = points
    }
    return chosen
  }

  /// What `oom_score_adj` is scaled with: RAM + swap, or the limit of the group and its swap, which
  /// counts unless swappiness is 0 at that moment. Both where a sysctl is set at that very moment.
  private func totalpages(
    _ decision: Kill.Decision, at time: Microseconds, _ scenario: Scenario
  ) -> [Int64] {
    if decision.cgroup == nil { return [scenario.machine.memory + scenario.machine.swap] }
    let limit = min(decision.limit.limit, Int64.max / 4096)
    let swap = min(decision.limit.swapLimit, scenario.machine.swap)
    return [time, time + 1].map {
      max(limit + (swappiness(scenario, before: $0) == 0 ? 0 : swap), 1)
    }
  }

  private func swappiness(_ scenario: Scenario, before time: Microseconds) -> Int64 {
    var swappiness = scenario.sysctl.swappiness ?? 60
    for event in scenario.events.sorted(by: { $0.at < $1.at }) where event.at < time {
      if case .setSysctl(let change) = event.action, let value = change.swappiness {
        swappiness = value
      }
    }
    return swappiness
  }

  @Test("the victim of every kill is that of the reference", arguments: 0..<32)
  func victims(block: UInt64) throws {
    var simulator = Simulator()
    simulator.recordsCandidates = true
    var kills = 0
    let worlds =
      ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap { UInt64($0) } ?? 160
    let perBlock = max(worlds / 32, 1)
    for seed in (block * perBlock)..<((block + 1) * perBlock) {
      var worlds = Worlds(seed: seed &+ 1_000_000)
      let scenario = worlds.scenario()
      for kill in simulator.run(scenario).kills {
        kills += 1
        let decision = try #require(kill.decision)
        let candidates = try #require(decision.candidates)
        // Swap that comes and goes changes it; what it is then, SwapoffTests say.
        if !scenario.events.contains(where: \.changesSwap) {
          #expect(
            totalpages(decision, at: kill.at, scenario).contains(decision.totalpages),
            "seed \(seed)")
        }
        if let path = decision.cgroup {
          #expect(
            candidates.allSatisfy { $0.cgroup == path || $0.cgroup.hasPrefix(path + "/") },
            "seed \(seed)")
        }
        if decision.chosen == .allocatingTask || decision.chosen == .swapoff { continue }
        let expected = reference(candidates, totalpages: decision.totalpages)
        #expect(kill.victim.identity == expected?.identity, "seed \(seed)")
        checkExplanation(kill, decision, candidates, seed)
      }
    }
    #expect(kills > perBlock / 3, "the worlds have to have kills to show anything")
  }

  /// At `sparedAtAdj` somebody else would be chosen, and one step above it would not.
  private func checkExplanation(
    _ kill: Kill, _ decision: Kill.Decision, _ candidates: [Candidate], _ seed: UInt64
  ) {
    guard let adj = Explanation(of: kill).sparedAtAdj, adj < kill.victim.oomScoreAdj else { return }
    func chosen(_ adj: Int16) -> ProcessIdentity? {
      // Processes that share the victim's memory have its points, but die with it: leave them out.
      let sharers = kill.killed.dropFirst().prefix { $0.because == .sharedMM }
      let dead = Set(sharers.map(\.process))
      var changed = candidates.filter { !dead.contains($0.identity) }
      for index in changed.indices where changed[index].identity == kill.victim.identity {
        changed[index].oomScoreAdj = adj
      }
      return reference(changed, totalpages: decision.totalpages)?.identity
    }
    #expect(chosen(adj) == decision.runnerUp?.identity, "seed \(seed)")
    #expect(chosen(adj + 1) == kill.victim.identity, "seed \(seed)")
  }

  @Test("every world of up to four processes declared out of memory, in the machine and in a group")
  func exhaustive() throws {
    var simulator = Simulator()
    simulator.recordsCandidates = true
    // (pages, oom_score_adj, group): equal points, negative points, the protected, outsiders.
    let kinds: [(Int64, Int16, String)] = [
      (50, 0, "/g"), (50, 0, "/g/h"), (10, 40, "/g"), (90, -1000, "/g"), (500, 0, "/out"),
      (5, -999, "/g/h"),
    ]
    for count in 1...4 {
      var odometer = [Int](repeating: 0, count: count)
      var goesOn = true
      while goesOn {
        try check(odometer.map { kinds[$0] }, simulator)
        goesOn = false
        for index in odometer.indices {
          odometer[index] += 1
          if odometer[index] < kinds.count {
            goesOn = true
            break
          }
          odometer[index] = 0
        }
      }
    }
  }

  private func check(_ kinds: [(Int64, Int16, String)], _ simulator: Simulator) throws {
    for domain in [nil, "/g"] {
      var scenario = Scenario()
      scenario.machine.memory = 100_000
      for (index, kind) in kinds.enumerated() {
        var process = Scenario.Process()
        process.name = "p\(index)"
        process.pid = Int32(100 + index)
        process.anon = kind.0
        process.pageTables = 0
        process.oomScoreAdj = kind.1
        process.cgroup = kind.2
        scenario.processes.append(process)
      }
      var group = Cgroup()
      group.max = 1500
      scenario.cgroups = ["/g": group]
      scenario.events = [Event(at: 0, action: .oom(cgroup: domain, invoker: nil, nodes: nil))]
      let run = simulator.run(scenario)
      // The order of the walk, worked out here: groups parents first, each in the order of the list.
      let inOrder =
        domain == nil
        ? Array(kinds.enumerated())
        : kinds.enumerated().filter { $0.element.2 == "/g" }
          + kinds.enumerated().filter { $0.element.2 == "/g/h" }
      let unit: Int64 = domain == nil ? 100 : 1
      var expected: Int32?
      var best = Int64.min
      for (index, kind) in inOrder where kind.1 != -1000 {
        let points = kind.0 + Int64(kind.1) * unit
        if points >= best { (expected, best) = (Int32(100 + index), points) }
      }
      #expect(run.kills.first?.victim.pid == expected, "\(kinds) in \(domain ?? "the machine")")
      #expect(run.kills.first?.victim.points == (expected == nil ? nil : Int128(best)))
      #expect((run.panic != nil) == (expected == nil && domain == nil))
    }
  }
}

extension Event {
  fileprivate var changesSwap: Bool {
    switch action {
    case .swapoff, .swapon: true
    default: false
    }
  }
}
