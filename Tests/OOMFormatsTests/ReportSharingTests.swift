import OOMSimulator
import Testing

@testable import KernelLog

/// Reports whose rows have more than there is: they share memory, which the log does not show. Their scenario keeps each
/// row's sum, and more memory or a higher limit helps in it. Kernel: `dump_tasks()`, mm/oom_kill.c, counts what several
/// processes map in each.
@Suite struct ReportSharingTests {
  /// A group of 25 000 pages; three processes of 10 000.
  private func scenario(ram: Bool) throws -> Scenario {
    let rows = (1...3).map {
      "[    30\($0)]  1000   30\($0)    30000    10000    81920        0             \($0 == 2 ? 100 : 0) p\($0)"
    }
    let autopsy = try #require(
      Autopsy.of(
        Logs.reports(
          """
          p1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
          CPU: 0 PID: 301 Comm: p1 Not tainted 5.15.158 #1
          memory: usage 100000kB, limit 100000kB, failcnt 35982
          swap: usage 0kB, limit 0kB, failcnt 0
          Memory cgroup stats for /c:
          \(ram ? "262144 pages RAM\n0 pages reserved" : "")
          Tasks state (memory values in pages):
          [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
          \(rows.joined(separator: "\n"))
          oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c,mems_allowed=0,oom_memcg=/c,task_memcg=/c,task=p2,pid=302,uid=1000
          Memory cgroup out of memory: Killed process 302 (p2) total-vm:120000kB, anon-rss:36000kB, file-rss:0kB, shmem-rss:4000kB, UID:1000 pgtables:80kB oom_score_adj:100

          """)
      ).first)
    return try #require(autopsy.scenario)
  }

  @Test(arguments: [true, false])
  func `rows that cannot all be there share a segment, and a higher limit helps`(ram: Bool) throws {
    var scenario = try scenario(ram: ram)
    let held = (0..<3).map { scenario.processes[$0].anon + scenario.processes[$0].shmem }
    #expect(held == [10000, 10000, 10000])
    #expect((0..<3).allSatisfy { scenario.processes[$0].segment != nil })
    // Of the victim 1000 pages are not anonymous; the others are free.
    #expect(scenario.processes[1].shmem == 1000)
    #expect(scenario.description.contains { $0.hasPrefix("The rows have more than there is") })
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.kills.map(\.victim.name) == ["p2"])
    #expect(run.kills.first?.victim.points == Int128(10000 + 20 + 100 * 25))
    scenario.cgroups["/c"]?.max = 25_001
    #expect(Simulator(for: scenario).run(scenario).kills.isEmpty)
  }
}
