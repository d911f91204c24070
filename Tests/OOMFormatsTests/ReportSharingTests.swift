import Foundation
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

  // MARK: Swap

  /// A machine of 60 000 pages and 10 000 of swap; three processes of 8 000 with `swapents` pages there each.
  private func machine(swapents: Int?, free: Int = 0) throws -> (Autopsy, Scenario) {
    let rows = (1...3).map {
      let swap = swapents.map { String(format: "%8d", $0) } ?? "   0       0"
      return
        "[  30\($0)]  1000   30\($0)    90000     8000\(swapents == nil ? "" : "       0       0")\(swap)             \($0 == 2 ? 100 : 0) p\($0)"
    }
    let columns =
      swapents == nil ? "cpu oom_adj oom_score_adj" : "nr_ptes nr_pmds swapents oom_score_adj"
    let release = swapents == nil ? "2.6.32-642.el6.x86_64" : "4.4.0"
    let autopsy = try #require(
      Autopsy.of(
        Logs.reports(
          """
          p1 invoked oom-killer: gfp_mask=0x24201ca, order=0, oom_score_adj=0
          CPU: 0 PID: 301 Comm: p1 Not tainted \(release) #1
          Mem-Info:
          active_anon:10000 inactive_anon:10000 isolated_anon:0
          Node 0 Normal free:4000kB min:4000kB low:5000kB high:6000kB present:240000kB managed:240000kB
          Free swap  = \(free)kB
          Total swap = 40000kB
          60000 pages RAM
          0 pages reserved
          [ pid ]   uid  tgid total_vm      rss \(columns) name
          \(rows.joined(separator: "\n"))
          Out of memory: Kill process 302 (p2) score 271 or sacrifice child
          Killed process 302 (p2) total-vm:360000kB, anon-rss:32000kB, file-rss:0kB

          """)
      ).first)
    return (autopsy, try #require(autopsy.scenario))
  }

  /// 12 000 entries in swap of 10 000 pages: behind a fork several rows count a page. What helps in the log helps here.
  @Test func `rows with more in swap than there is are advised as the log is`() throws {
    var (autopsy, scenario) = try machine(swapents: 4000)
    #expect(autopsy.verdict == .match && scenario.problems().isEmpty)
    let rows = (0..<3).map { scenario.processes[$0] }
    #expect(rows.map { $0.swap }.reduce(0, +) == 10_000)
    #expect(rows.allSatisfy { $0.anon + $0.shmem + $0.swap == 12_000 })
    #expect(
      scenario.description.contains { $0.hasPrefix("The rows have 46.8 MiB in swap, and 39 MiB") })
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.kills.map(\.victim.name) == ["p2"])
    #expect(run.kills.first?.victim.points == autopsy.points)
    let advice = try #require(Remedy.all(of: autopsy).first { $0.change == .swap })
    // It is the least: a processor takes a batch of pages at once.
    scenario.machine.swap += advice.moreBy.rawValue / 4 + 15
    #expect(Simulator(for: scenario).run(scenario).kills.isEmpty)
  }

  @Test func `swap that fits is left as the log has it`() throws {
    let (_, scenario) = try machine(swapents: 3333)
    #expect((0..<3).map { scenario.processes[$0].swap } == [3333, 3333, 3333])
    #expect(!scenario.description.contains { $0.contains("in swap") })
  }

  /// The table of 2.6.32 has no swap entries: who is in it is not known, and the scenario says so.
  @Test func `swap that no row has is said`() throws {
    let (_, scenario) = try machine(swapents: nil, free: 4000)
    let said = scenario.description.first { $0.hasPrefix("No row says who has") }
    #expect(
      said
        == "No row says who has 39 MiB of the swap of 39 MiB: it is empty at the start, and the first event fills it. "
        + "In the log 35.1 MiB of it were in use.")
    #expect(Simulator(for: scenario).run(scenario).kills.map(\.victim.name) == ["p2"])
  }
}
