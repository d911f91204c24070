import OOMFormats
import Testing

@testable import OOMSimulator

/// How close a choice has to be for a near tie. Kernel: `get_mm_counter()`, include/linux/mm.h; the bounds by release are
/// those of mm/memory.c, `TASK_RSS_EVENTS_THRESH`, and of lib/percpu_counter.c, `percpu_counter_batch`.
@Suite struct NearTieRuleTests {
  /// What the first kill is won by at most for a near tie; nil when no margin is one.
  private func most(
    _ kernel: String, machine: String = "", process: String = "", victimIsLast: Bool = false
  ) throws -> Int64? {
    var most: Int64?
    for margin: Int64 in 0...1200 {
      let large =
        #"{ "name": "large", "anon": "\#(9000 + margin) pages", "page_tables": "20 pages"\#(process) }"#
      let small =
        #"{ "name": "small", "anon": "9000 pages", "page_tables": "20 pages"\#(process) }"#
      let text = #"""
        { "schema": "oomsim.scenario/1", "kernel": "\#(kernel)",
          "machine": { "memory": "1G"\#(machine) },
          "processes": [ \#(victimIsLast ? "\(small), \(large)" : "\(large), \(small)") ],
          "events": [ { "at": 0, "oom": {} } ] }
        """#
      let scenario = try Scenario(json: Array(text.utf8))
      let kill = try #require(Simulator(for: scenario).run(scenario).kills.first)
      guard kill.victim.name == "large" else { continue }
      if Explanation(of: kill).nearTieWithin == nil { return most }
      most = margin
    }
    return most
  }

  @Test(
    "6.2 to 6.19: less than a batch of each of four counters and CPU, or as much where the other wins ties"
  )
  func heldBack() throws {
    for kernel in ["6.2", "6.12", "6.19"] {
      #expect(try most(kernel, victimIsLast: true) == 123)
      // The last of equals dies.
      #expect(try most(kernel) == 124)
    }
    #expect(try most("6.12", machine: #", "cpus": 4"#) == 4 * 124)
    // A batch is twice the CPUs where that is more than 32.
    #expect(MMCounterRule.heldBackByCPUs.pagesBehind(mapped: 0, threads: 1, cpus: 64) == 4 * 8128)
    #expect(
      MMCounterRule.heldBackByCPUs.pagesBehind(mapped: 0, threads: 1, cpus: 256) == 4 * 130_816)
  }

  @Test("to 6.1: 66 faults a thread, which map 16 pages of a file each")
  func cached() throws {
    for kernel in ["3.10", "5.4", "6.1"] {
      #expect(try most(kernel, victimIsLast: kernel != "3.10") == 65, "\(kernel)")
    }
    #expect(try most("6.1", process: #", "threads": 3"#) == 3 * 66)
    #expect(try most("6.1", process: #", "file": "32 pages""#) == 32 + 64)
    #expect(try most("6.1", process: #", "shmem": "100M""#) == 66 * 16)
    // Thousandths: 66 pages are less than one of 262 144.
    #expect(try most("2.6.36", victimIsLast: true) != nil)
  }

  @Test("a release that reads exactly, or no rss at all, has none")
  func exact() throws {
    for kernel in ["2.6.32", "2.6.35", "7.0", "7.3"] {
      #expect(try most(kernel) == nil, "\(kernel)")
    }
    // Nor where it was not points that decided.
    let text = #"""
      { "schema": "oomsim.scenario/1", "kernel": "6.12", "machine": { "memory": "1G" },
        "sysctl": { "vm.oom_kill_allocating_task": 1 },
        "processes": [ { "name": "a", "anon": "1M" }, { "name": "b", "anon": "1M" } ],
        "events": [ { "at": 0, "oom": { "process": "a" } } ] }
      """#
    let scenario = try Scenario(json: Array(text.utf8))
    let kill = try #require(Simulator(for: scenario).run(scenario).kills.first)
    #expect(kill.victim.name == "a" && Explanation(of: kill).nearTieWithin == nil)
  }
}
