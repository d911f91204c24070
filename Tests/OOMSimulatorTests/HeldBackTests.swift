import OOMFormats
import Testing

@testable import OOMSimulator

/// What the one CPU of a machine holds back of the counters, 6.2 to 6.19.
///
/// Kernel: `percpu_counter_add_batch()` and `percpu_counter_read_positive()`, lib/percpu_counter.c and
/// include/linux/percpu_counter.h.
@Suite struct HeldBackTests {
  /// A counter of a machine of one CPU, line by line.
  private struct PercpuCounter {
    var count: Int64 = 0
    var local: Int64 = 0

    mutating func add(_ amount: Int64) {
      let sum = local + amount
      if abs(sum) >= 32 {
        count += sum
        local = 0
      } else {
        local += amount
      }
    }

    var read: Int64 { max(count, 0) }
  }

  @Test(
    "page by page, and the pages of a fork together, the counters are read as the kernel reads its own"
  )
  func counters() {
    var random = SplitMix(seed: 1)
    for _ in 0..<2000 {
      var (anon, swap) = (PercpuCounter(), PercpuCounter())
      var mm = MM()
      var held = HeldBack()
      if Bool.random(using: &random) {
        let copied = MM(anon: .random(in: 0..<90, using: &random))
        held.count(from: mm, to: copied, together: true)
        anon.add(copied.anon)
        mm = copied
      }
      for _ in 0..<12 {
        let before = mm
        if Bool.random(using: &random) {
          let pages = Int64.random(in: 0..<200, using: &random)
          mm.anon += pages
          for _ in 0..<pages { anon.add(1) }
        } else {
          let pages = Int64.random(in: 0...mm.anon, using: &random)
          mm.anon -= pages
          mm.swap += pages
          for _ in 0..<pages {
            anon.add(-1)
            swap.add(1)
          }
        }
        // Nothing is left, and nobody reads it any more.
        if mm.rssAndSwap == 0 { break }
        held.count(from: before, to: mm, together: false)
        #expect(held.read(mm).anon == anon.read && held.read(mm).swap == swap.read)
      }
    }
  }

  private func victim(_ kernel: String, cpus: String) throws -> Candidate {
    let text = #"""
      { "schema": "oomsim.scenario/1", "kernel": "\#(kernel)", "machine": { "memory": "1G"\#(cpus) },
        "processes": [
          { "name": "a", "anon": "20 pages" },
          { "name": "b", "anon": "9000 pages" } ],
        "events": [
          { "at": 0, "grow": { "process": "a", "anon": "8995 pages" } },
          { "at": "1s", "oom": {} } ] }
      """#
    let scenario = try Scenario(json: Array(text.utf8))
    return try #require(Simulator(for: scenario).run(scenario).kills.first).victim
  }

  @Test("9015 pages that came one by one are read as 8992, and lose to 9000")
  func decides() throws {
    for kernel in ["6.2", "6.12", "6.19"] {
      let victim = try victim(kernel, cpus: #", "cpus": 1"#)
      #expect(victim.name == "b" && victim.anon == 9000 && victim.heldBack == 0)
    }
    // The sums decide where it is not known how many there are, where there are more, and in other releases.
    for (kernel, cpus) in [
      ("6.12", ""), ("6.12", #", "cpus": 2"#), ("6.1", #", "cpus": 1"#), ("7.0", #", "cpus": 1"#),
    ] {
      let victim = try victim(kernel, cpus: cpus)
      #expect(victim.name == "a" && victim.anon == 9015 && victim.heldBack == 0)
    }
  }

  @Test(
    "in generated worlds points follow from what is read, less than a batch of each counter is held back, and no page is lost"
  )
  func worlds() {
    for seed in UInt64(0)..<200 {
      var worlds = Worlds(seed: seed)
      var scenario = worlds.scenario(usesVersionOne: true, usesRestarts: true, usesNodes: true)
      scenario.machine.cpus = 1
      var replay = Replay(
        scenario, rules: RulesByRelease.rules(of: "6.12"), recordsCandidates: true)
      replay.mostRestarts = 12
      var found: String?
      replay.observe = { world in
        if found == nil { found = world.brokenInvariant() }
      }
      replay.run()
      #expect(found == nil, "seed \(seed)")
      for kill in replay.record.kills {
        guard let decision = kill.decision else { continue }
        for candidate in decision.candidates ?? [] where candidate.ineligible == nil {
          #expect(abs(candidate.heldBack) <= 4 * 31, "seed \(seed)")
          let points = decision.arithmetic.points(of: candidate, adj: candidate.oomScoreAdj)
          #expect(candidate.points == points, "seed \(seed)")
        }
      }
    }
  }
}
