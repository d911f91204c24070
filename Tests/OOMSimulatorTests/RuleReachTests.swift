import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// A rule that a scenario cannot come to changes nothing in its run, nor does one that only the kernel's killer goes by where no
/// OOM calls it: what `compare --kernels all` leaves out.
///
/// `OOMSIM_SWARM` says how many generated worlds are replayed under every release, 24 by default; with it all shipped ones of
/// up to a hundred processes are, else one in eight.
@Suite struct RuleReachTests {
  private static let given = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(Int.init)
  private static let swarm = given ?? 24
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios")

  private static let shipped: [Scenario] = {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    let files = paths.filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted()
    return files.enumerated().compactMap { index, file -> Scenario? in
      guard given != nil || index % 8 == 0,
        let data = try? Data(contentsOf: root.appending(path: file)),
        let scenario = try? Scenario(json: Array(data)), scenario.processes.expandedCount <= 100
      else { return nil }
      return scenario
    }
  }()

  private static func generated(_ seed: Int) -> Scenario? {
    var worlds = Worlds(seed: UInt64(seed) &+ 310_000)
    var scenario = worlds.scenario(
      events: 10, usesVersionOne: true, usesRestarts: true, usesNodes: true, usesZswap: true)
    scenario.sysctl.overcommitMemory = [.heuristic, .always, .never][seed % 3]
    if seed % 5 == 0 { scenario.sysctl.panicOnOOM = .unconstrained }
    if seed % 7 == 0 { scenario.sysctl.oomKillAllocatingTask = true }
    return scenario.problems().isEmpty ? scenario : nil
  }

  /// What a comparison looks at, and when it happens.
  private struct Told: Equatable {
    var outcome: ComparedOutcome
    var points: Int128?
    var warnings: [Warning]
    var kills: [Microseconds]
    var freed: [Int64]
    var callsKiller: Bool

    init(_ run: Run) {
      outcome = ComparedOutcome(run)
      points = run.pointsOfFirst
      warnings = run.warnings.filter {
        // What is known of a release is told of each by itself.
        if case .release = $0.fact { false } else { true }
      }
      kills = run.kills.map(\.at)
      freed = run.kills.map(\.freedPages)
      callsKiller = run.callsKiller
    }
  }

  /// How many replays were left out, each of which was held against the one that stands for it.
  private static func check(_ scenario: Scenario, _ name: String) -> Int {
    let reach = RuleReach(of: scenario)
    let withoutKiller = reach.withoutKiller
    var before: (kernel: KernelRelease, all: Rules, some: Rules, told: Told)?
    var same = 0
    for kernel in RulesByRelease.boundaries {
      let all = reach.rules(of: kernel)
      let some = withoutKiller.rules(of: kernel)
      let told = Told(Simulator(kernel: kernel).run(valid: scenario))
      if let before, before.all == all || (!before.told.callsKiller && before.some == some) {
        same += 1
        #expect(before.told == told, "\(name): \(before.kernel) and \(kernel)")
      }
      before = (kernel, all, some, told)
    }
    return same
  }

  @Test(
    "releases that differ in no rule that a shipped scenario comes to do the same", arguments: 0..<4
  )
  func shipped(part: Int) {
    var same = 0
    for (index, scenario) in Self.shipped.enumerated() where index % 4 == part {
      same += Self.check(scenario, scenario.name)
    }
    #expect(same > 100)
  }

  @Test("every file of a group and of the machine is warned of where a release does not have it")
  func files() throws {
    let ofGroups = [
      #""memory.max": "512M""#, #""memory.high": "512M""#, #""memory.low": "8M""#,
      #""memory.min": "8M""#, #""memory.swap.max": "8M""#, #""memory.swap.high": "8M""#,
      #""memory.zswap.max": "8M""#, #""memory.zswap.writeback": 0"#, #""memory.oom.group": 1"#,
      #""OOMPolicy": "kill""#,
    ]
    let ofMachine = [#""memory_recursiveprot": true"#, #""memory_hugetlb_accounting": true"#]
    var texts = ofGroups.map { (#""cgroups": { "/a": { \#($0) } }"#, "/a", "") }
    texts += ofGroups.map {
      (
        #""cgroups": { "/a": {} }"#, "/a",
        #"{ "at": "2s", "set": { "cgroup": "/a", "to": { \#($0) } } }, "#
      )
    }
    texts += ofMachine.map { ($0, "/", "") }
    for (file, group, event) in texts {
      let text = """
        { "schema": "oomsim.scenario/1", "cgroup_version": 2, \(file),
          "machine": { "memory": "1G", "swap": "1G", "zswap": \(file.contains("zswap")) },
          "processes": [ { "name": "app", "cgroup": "\(group)", "anon": "64M" } ],
          "events": [ \(event) { "at": "3s", "grow": { "process": "app", "anon": "1M", "over": "9s" } } ] }
        """
      let scenario = try Scenario(json: Array(text.utf8))
      try #require(scenario.problems().isEmpty, "\(text)")
      let compared = Comparison(ofAllKernels: scenario)
      let warned = RulesByRelease.boundaries.map {
        Set(Simulator(kernel: $0).run(valid: scenario).warnings.map { "\($0.fact)" })
      }
      #expect(Set(warned).count > 1, "some release does not have it: \(file) \(event)")
      #expect(compared.sides.count == 1)
      #expect(Self.check(scenario, file + event) > 5)
    }
  }

  @Test("nor does a generated one", arguments: 0..<4)
  func generated(part: Int) {
    var same = 0
    // Before 4.8 the search for what fits left page tables out of the machine, too, where groups were not charged for them.
    let found = [9555]
    for seed in Array(0..<Self.swarm) + found where seed % 4 == part {
      if let scenario = Self.generated(seed) { same += Self.check(scenario, "seed \(seed)") }
    }
    #expect(same > Self.swarm)
  }
}
