import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// Every row of the table of rules that a replay goes by is seen in a scenario: if the row were not there, something
/// else would happen in it.
@Suite struct RuleRowTests {
  /// The scenarios that show a row, and which. Those of Tests/Data/rules are the smallest that do.
  private static let shown: [String: [String]] = [
    "Scenarios/fork/fork-bomb-pids-max.json": ["candidates 2.6.19"],
    "Scenarios/global/make-jobs.json": ["heuristic 3.1", "heuristic 3.10"],
    "Scenarios/global/panic-on-oom-0-node.json": ["constraint 2.6.36"],
    "Scenarios/global/panic-on-oom-2-node.json": [
      "constraint 2.6.14", "constraint 2.6.16", "constraint 2.6.19", "panicOnOOM 2.6.22",
    ],
    "Scenarios/kubernetes/k8s-large-node-rounding.json": ["watermarks 5.7"],
    "Scenarios/memcg/memory-high-livelock.json": ["high 5.4", "high 6.1"],
    "Scenarios/recorded/6.1/m17-max-lowered-qemu-6.1-replay.json": ["memcg 4.5"],
    "Scenarios/old/overflow-fixed-3-2.json": ["badness 2.6.39", "badness 3.2"],
    "Scenarios/old/raspberry-pi-668.json": [
      "badness 2.6.36", "oomAdj 2.6.36", "badness 3.5", "oomScore 3.5", "oomScore 5.9",
    ],
    "Scenarios/old/sacrifice-child-5-1.json": [
      "children 2.6.16", "pageTables 2.6.39", "child 5.1",
    ],
    "Scenarios/old/swapoff-victim.json": ["heuristic 2.6.17", "watermarks 4.6", "heuristic 5.2"],
    "Scenarios/old/tie-5-3.json": ["ties 4.7", "ties 4.9", "ties 5.3", "rss 6.2", "rss 7.0"],
    "Scenarios/overcommit/redis-bgsave-mode2.json": ["strict 3.10"],
    "Scenarios/peers/kselftest/high-sync-5.4.json": ["high 5.18"],
    "Scenarios/peers/kselftest/oom-group-leaf-4.19.json": ["memcgEvents 5.2"],
    "Scenarios/protection/agent-minus-500.json": ["pagesets 5.14", "pagesets 6.7"],
    "Scenarios/protection/init-protection-minus-999.json": ["badness 5.9"],
    "Scenarios/protection/init-protection.json": ["disabled 2.6.32"],
    "Scenarios/protection/memory-min-is-no-shield.json": ["protection 4.18"],
    "Scenarios/recorded/6.1/g19-shared-mm-qemu-6.1-1.json": [
      "sharers 2.6.20", "sharers 2.6.21", "sharers 2.6.32", "sharers 2.6.37",
    ],
    "Scenarios/recorded/6.12/g21-vfork-qemu-6.12-1.json": ["vforkChildren 4.8"],
    "Scenarios/recorded/6.12/g23-kill-allocating-qemu-6.12-1.json": ["allocatingTask 2.6.24"],
    "Scenarios/recorded/6.12/g23b-kill-allocating-min-qemu-6.12-1.json": [
      "allocatingTask 2.6.30", "allocatingTask 3.2", "allocatingTask 3.6",
    ],
    "Scenarios/recorded/6.12/g24-panic1-qemu-6.12-1.json": ["panicOnOOM 2.6.18"],
    "Scenarios/recorded/6.12/g42-sysrq-none-qemu-6.12-1.json": ["disabled 2.6.12", "sysrq 4.3"],
    "Scenarios/recorded/6.12/m06-group-member-min-qemu-6.12-1.json": ["oomGroup 4.19"],
    "Scenarios/recorded/6.12/m10b-swappiness0-qemu-6.12-1.json": ["memcgTotalpages 3.7"],
    "Scenarios/recorded/6.12/m14b-adj-tiny-memcg-qemu-6.12-1.json": ["oomAdj 5.10"],
    "Scenarios/recorded/6.12/m27-panic2-qemu-6.12-1.json": ["memcg 2.6.25", "panicOnOOM 2.6.34"],
    "Scenarios/recorded/6.12/m34-swapmax-hit-qemu-6.12-1.json": [
      "memcgTotalpages 2.6.38", "memcgTies 5.3",
    ],
    "Scenarios/recorded/6.12/m34-swapmax-hit-qemu-6.12-replay.json": ["memcgWalk 3.15"],
    "Scenarios/recorded/6.12/n07-cpuset-disjoint-qemu-6.12-1.json": ["constraint 2.6.24"],
    "Scenarios/recorded/6.12/o09-mode2-kbytes-qemu-6.12.json": ["strict 3.14"],
    "Scenarios/recorded/6.18/v1-04-nested-host-6.18-1.json": ["nobody 2.6.35", "memcg 5.11"],
    "Scenarios/recorded/6.18/v1-07-oom-disable-enable-host-6.18-replay.json": [
      "memcgWalk 3.6", "memcgWalk 4.4",
    ],
    "Scenarios/recorded/6.18/v1-12-limit-below-usage-host-6.18-replay.json": [
      "rootBonus 2.6.36", "oomAdj 3.8", "rootBonus 3.14", "pageTables 4.0", "pageTables 4.15",
      "rootBonus 4.17",
    ],
    "Tests/Data/rules/above-16-tib.json": ["scanWidth 3.5", "scanWidth 4.9"],
    "Tests/Data/rules/charge-of-a-system-call.json": ["memcgTrigger 3.12", "memcgTrigger 4.19"],
    "Tests/Data/rules/child-disabled.json": ["unkillable 2.6.20", "child 2.6.36"],
    "Tests/Data/rules/child-outside.json": ["child 2.6.33"],
    "Tests/Data/rules/children.json": ["child 2.6.39"],
    "Tests/Data/rules/commit-above-int.json": ["commitTypes 2.6.13"],
    "Tests/Data/rules/commit-limit-below-zero.json": ["commitTypes 2.6.30", "commitTypes 4.0"],
    "Tests/Data/rules/dying-disabled.json": ["disabled 2.6.19"],
    "Tests/Data/rules/dying-sysrq.json": ["sysrq 3.4"],
    "Tests/Data/rules/hugetlb-of-a-group.json": ["memcgKernel 6.7"],
    "Tests/Data/rules/kernel-memory-of-a-group.json": ["memcgKernel 4.5"],
    "Tests/Data/rules/kernel-memory-of-a-group-v1.json": ["memcgKernel 4.6"],
    "Tests/Data/rules/mem-available.json": ["memAvailable 3.14"],
    "Tests/Data/rules/madvise-free.json": ["madviseFree 4.5"],
    "Tests/Data/rules/madvise-free-without-swap.json": ["madviseFree 4.12"],
    "Tests/Data/rules/memcg-on-two-nodes.json": ["constraint 5.3"],
    "Tests/Data/rules/memcg-without-limit.json": ["memcgTotalpages 5.10"],
    "Tests/Data/rules/memory-reclaim.json": ["memcgReclaim 5.19"],
    "Tests/Data/rules/memsw-limit.json": ["memcg 2.6.29"],
    "Tests/Data/rules/nobody-in-memcg.json": ["nobody 4.19", "nobody 5.16"],
    "Tests/Data/rules/node-with-holes.json": ["totalpages 5.4"],
    "Tests/Data/rules/oom-group-init.json": ["oomGroup 5.2"],
    "Tests/Data/rules/page-tables-of-a-group.json": ["memcgTables 4.8"],
    "Tests/Data/rules/protection-low.json": ["protection 4.0"],
    "Tests/Data/rules/protection-shares.json": ["protection 5.7"],
    "Tests/Data/rules/shared-disabled.json": [
      "unkillable 2.6.21", "unkillable 2.6.32", "disabled 2.6.37", "disabled 3.2", "sharers 3.2",
      "sharers 4.8",
    ],
    "Tests/Data/rules/shared-init.json": ["sharers 4.4"],
    "Tests/Data/rules/shared-write.json": ["oomScoreAdj 4.8"],
    "Tests/Data/rules/superuser.json": ["superuser 2.6.25"],
    "Tests/Data/rules/swap-high.json": ["high 5.8"],
    "Tests/Data/rules/swapoff-disabled.json": ["swapoff 3.0"],
    "Tests/Data/rules/swapoff-plain.json": ["swapoff 2.6.19", "swapoff 2.6.36", "swapoff 3.8"],
    "Tests/Data/rules/walk-of-groups.json": ["memcgWalk 3.10"],
    "Tests/Data/rules/walk-of-threads.json": ["memcgWalk 5.3"],
    "Tests/Data/rules/zero-points.json": ["zeroPoints 2.6.22"],
    "Tests/Data/rules/zswap-of-a-group.json": ["zswap 5.19"],
    "Tests/Data/rules/zswap-pool.json": ["zswap 3.11"],
    "Tests/Data/rules/zswap-writeback.json": ["zswap 6.8"],
    "Tests/Data/rules/zswap-writeback-of-a-parent.json": ["zswap 6.11"],
  ]

  private static func id(_ row: RuleChange) -> String { "\(row.rule) \(row.since)" }

  /// Rows that change the rules of a replay by themselves.
  private static let effective = RulesByRelease.changes.filter {
    $0.isSimulated && $0.apply != nil && $0.follows == nil
  }

  @Test("every row that changes the rules has one scenario that shows it")
  func complete() {
    let named = Self.shown.values.flatMap { $0 }.sorted()
    #expect(named == Self.effective.map(Self.id).sorted())
  }

  @Test(
    "a row that changes nothing by itself says which other does, or that a replay cannot show it")
  func others() {
    for row in RulesByRelease.changes {
      let isFirst = RulesByRelease.changes.first { $0.rule == row.rule } == row
      if !row.isSimulated {
        #expect(row.apply == nil && row.follows == nil && !row.asBefore, "\(Self.id(row))")
      } else if let rule = row.follows {
        let other = Self.effective.first { $0.rule == rule && $0.since == row.since }
        #expect(other != nil && !row.asBefore, "\(Self.id(row))")
      } else {
        #expect([row.apply != nil, isFirst, row.asBefore].count { $0 } == 1, "\(Self.id(row))")
      }
    }
  }

  @Test("without a row its scenario ends otherwise", arguments: shown.keys.sorted())
  func without(path: String) throws {
    let scenario = try Self.scenario(path)
    for name in try #require(Self.shown[path]) {
      let row = try #require(RulesByRelease.changes.first { Self.id($0) == name }, "\(name)")
      let rules = RulesByRelease.rules(of: row.since)
      let without = RulesByRelease.rules(of: row.since, without: row)
      #expect(rules != without, "\(name)")
      #expect(
        Self.seen(scenario, row.since, rules) != Self.seen(scenario, row.since, without), "\(name)")
    }
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func scenario(_ path: String) throws -> Scenario {
    try Scenario(json: Array(Data(contentsOf: root.appending(path: path))))
  }

  /// What people see of a scenario under some rules, but for the warnings.
  private static func seen(
    _ scenario: Scenario, _ kernel: KernelRelease, _ rules: Rules
  ) -> [UInt8] {
    var simulator = Simulator(kernel: kernel, rules: rules)
    simulator.recordsCandidates = true
    simulator.listedKills = 0..<1
    simulator.mostKills = 20
    var run = simulator.run(scenario)
    run.warnings = []
    var table = simulator.score(scenario)
    table.warnings = []
    var writer = JSONWriter()
    writer.result(run)
    writer.score(table)
    return writer.bytes
  }
}
