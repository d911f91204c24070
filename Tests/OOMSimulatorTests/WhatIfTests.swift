import OOMFormats
import Synchronization
import Testing

@testable import OOMSimulator

/// Wilson's interval in integers.
@Suite struct ProportionTests {
  /// The published values for z = 1.96, to a hundredth of a percent, rounded outwards.
  @Test(arguments: [
    (0, 10, 0...2776), (10, 10, 7224...10_000), (5, 10, 2365...7635), (1, 10, 178...4042),
    (0, 1, 0...7935), (500, 1000, 4690...5310), (1, 1_000_000, 0...1),
  ])
  func `known intervals`(count: Int, of: Int, interval: ClosedRange<Int>) {
    #expect(Proportion(count: count, of: of).interval == interval)
  }

  /// Against the formula in floating point, and its laws.
  @Test(arguments: [1, 2, 3, 7, 10, 97, 1000, 65_537, 1_000_000])
  func `the interval holds the share, is symmetric and never narrower than the formula`(n: Int) {
    let step = max(n / 50, 1)
    for k in stride(from: 0, through: n, by: step) {
      let proportion = Proportion(count: k, of: n)
      let interval = proportion.interval
      #expect(interval.lowerBound <= proportion.share && proportion.share <= interval.upperBound)
      let mirrored = Proportion(count: n - k, of: n).interval
      #expect(mirrored == (10_000 - interval.upperBound)...(10_000 - interval.lowerBound))
      let (share, z, runs) = (Double(k) / Double(n), 1.96, Double(n))
      let middle = share + z * z / (2 * runs)
      let half = z * (share * (1 - share) / runs + z * z / (4 * runs * runs)).squareRoot()
      let scale = 10_000 / (1 + z * z / runs)
      let (low, high) = (max((middle - half) * scale, 0), min((middle + half) * scale, 10_000))
      #expect(
        Double(interval.lowerBound) <= low + 1e-6 && low - Double(interval.lowerBound) < 1.001)
      #expect(
        Double(interval.upperBound) >= high - 1e-6 && Double(interval.upperBound) - high < 1.001)
    }
  }
}

/// The streams that jitter draws from.
@Suite struct DrawsTests {
  @Test func `a number depends on seed, name and position alone`() {
    let (a, b) = (Draws(seed: 7, name: "a"), Draws(seed: 7, name: "b"))
    let range: ClosedRange<Int64> = 0...Int64.max - 1
    let forwards = (0..<100).map { a.number($0, in: range) }
    let backwards = (0..<100).reversed().map { a.number($0, in: range) }
    #expect(forwards == backwards.reversed())
    #expect(forwards != (0..<100).map { b.number($0, in: range) })
    #expect(forwards != (0..<100).map { Draws(seed: 8, name: "a").number($0, in: range) })
    #expect(Set(forwards).count == 100)
  }

  /// Ten thousand draws from ten numbers: each about a thousand times (six standard deviations are 180).
  @Test func `numbers are in range and evenly spread`() {
    var counts = [Int](repeating: 0, count: 10)
    let draws = Draws(seed: 1, name: "machine.memory")
    for index in 0..<10_000 { counts[Int(draws.number(index, in: -5...4)) + 5] += 1 }
    #expect(counts.allSatisfy { abs($0 - 1000) < 180 }, "\(counts)")
    #expect(draws.number(3, in: 42...42) == 42)
  }
}

@Suite struct ParallelMapTests {
  @Test(arguments: [0, 1, 2, 15, 16, 17, 1000, 10_001])
  func `results are in order for any number of threads`(count: Int) {
    for jobs in [1, 2, 3, 8, 40] {
      let reported = Mutex([Int]())
      let progress: @Sendable (Int, Int) -> Void = { done, _ in
        reported.withLock { $0.append(done) }
      }
      let found = parallelMap(count, jobs: jobs, progress: progress, local: 3) { $1 * $0 }
      #expect(found == (0..<count).map { $0 * 3 })
      #expect(reported.withLock { $0.max() ?? 0 } == count)
    }
  }

  @Test func `the first error in order is thrown, and what is far behind is not tried`() {
    struct Bad: Error, Equatable { var index: Int }
    for jobs in [1, 2, 5] {
      let tried = Atomic(0)
      #expect(throws: Bad(index: 700)) {
        try parallelMap(100_000, jobs: jobs, local: ()) { (_: Void, index) throws(Bad) in
          tried.wrappingAdd(1, ordering: .relaxed)
          if index >= 700 { throw Bad(index: index) }
          return index
        }
      }
      #expect(tried.load(ordering: .relaxed) < 5000)
    }
  }

  @Test func `every thread has one local value`() {
    let made = Atomic(0)
    let found = parallelMap(
      500, jobs: 4, local: made.wrappingAdd(1, ordering: .relaxed).oldValue
    ) { (local, _) in local }
    #expect(Set(found).isSubset(of: Set(0..<4)) && made.load(ordering: .relaxed) <= 4)
  }
}

@Suite struct GoalTests {
  /// Two of three workers die, a server is refused memory and ends, a kernel at its end panics in the other scenario.
  private func run(panics: Bool = false) throws -> Run {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "sysctl": { "vm.panic_on_oom": \(panics ? 1 : 0) },
        "processes": [
          { "pid": 7, "name": "server", "on_enomem": "exit", "anon": "1M" },
          { "name": "worker", "count": 3, "anon": "100M" }, { "name": "worker-9", "anon": "1M" },
          { "name": "idle", "anon": "1M" } ],
        "events": [ { "at": "1s", "map": { "process": "server", "size": "9G" } },
                    { "at": "2s", "oom": {} }, { "at": "3s", "oom": {} } ] }
      """
    let scenario = try Scenario(json: Array(text.utf8))
    return Simulator(for: scenario).run(scenario)
  }

  @Test func `what holds`() throws {
    let run = try run()
    #expect(run.kills.map(\.victim.name) == ["worker-3", "worker-2"])
    func survives(_ name: String, copies: Bool = false) -> Bool {
      Goal.survives(Goal.Wanted(.name(name), meansCopies: copies)).holds(in: run)
    }
    #expect(!Goal.noKills.holds(in: run))
    #expect(survives("idle") && survives("worker-1") && survives("worker"))
    #expect(!survives("worker-2") && !survives("worker", copies: true))
    #expect(!survives("server"), "it got ENOMEM and ended")
    #expect(!Goal.survives(Goal.Wanted(.pid(7))).holds(in: run))
    #expect(Goal.first(Goal.Wanted(.name("worker-3"))).holds(in: run))
    #expect(Goal.first(Goal.Wanted(.name("worker"), meansCopies: true)).holds(in: run))
    #expect(!Goal.first(Goal.Wanted(.name("worker-2"))).holds(in: run))
  }

  @Test func `nobody survives a panic`() throws {
    let run = try run(panics: true)
    #expect(run.kills.isEmpty && run.panic != nil)
    #expect(!Goal.noKills.holds(in: run))
    #expect(!Goal.survives(Goal.Wanted(.name("idle"))).holds(in: run))
    #expect(!Goal.first(Goal.Wanted(.name("idle"))).holds(in: run))
  }

  @Test func `the process that is meant`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "processes": [ { "pid": 7, "name": "a" }, { "name": "w", "count": 3 } ],
        "events": [ { "at": 0, "start": { "name": "late", "count": 2 } },
                    { "at": 0, "fork": { "process": "a", "child": { "name": "kid", "pid": 9 } } } ] }
      """
    let scenario = try Scenario(json: Array(text.utf8))
    for (name, count, isTemplate) in [
      ("a", 1, false), ("w", 3, true), ("w-3", 1, false), ("w-4", 0, false), ("late", 2, true),
      ("late-1", 1, false), ("kid", 1, false), ("b", 0, false),
    ] {
      let found = scenario.processes(meantBy: .name(name))
      #expect(found.count == count && found.isTemplate == isTemplate, "\(name)")
    }
    #expect(scenario.processes(meantBy: .pid(9)).count == 1)
    #expect(scenario.processes(meantBy: .pid(8)).count == 0)
    #expect(scenario.nearestProcess(to: "lat") == "late")
  }
}
