import OOMFormats
import Testing

@testable import OOMSimulator

/// A size is below 2^40 pages, but ten thousand processes may have it each: every sum over them, and every product with such
/// a sum, has to fit. One that does not ends the test.
@Suite struct HugeSumsTests {
  static let releases: [KernelRelease] = ["2.6.11", "2.6.32", "3.2", "4.19", "5.9", "6.12", "7.3"]

  private static func scenario(_ key: String, kernel: KernelRelease, nodes: Bool) throws -> Scenario
  {
    let most = "\(1 << 40 - 1) pages"
    let node = #""nodes": [ { "memory": "64M" }, { "memory": "40M" } ],"#
    return try Scenario(
      json: Array(
        """
        { "schema": "oomsim.scenario/1", "kernel": "\(kernel)",
          "machine": { \(nodes ? node : "") "memory": "104M", "swap": "\(most)" },
          "sysctl": { "vm.overcommit_memory": 1 },
          "cgroups": { "/a": { "memory.high": 0, "memory.swap.high": 0, "memory.low": "1M" } },
          "processes": [
            { "name": "b", "anon": "1M", "cgroup": "/a" },
            { "name": "w", "count": 10000, "\(key)": "\(most)", "cgroup": "/a" }
          ],
          "events": [
            { "at": "1s", "grow": { "process": "b", "anon": "90M", "over": "5s" } },
            { "at": "2s", "touch": { "process": "w-3" } },
            { "at": "3s", "grow": { "process": "w-7", "shmem": "20M" } },
            { "at": "4s", "reclaim": { "size": "1M" } },
            { "at": "5s", "exit": { "process": "w-9" } }
          ] }
        """.utf8))
  }

  @Test(
    "sizes of ten thousand processes together",
    arguments: ["anon", "file", "shmem", "swap", "page_tables", "total_vm"],
    [false, true])
  func sums(key: String, nodes: Bool) throws {
    for kernel in Self.releases {
      let scenario = try Self.scenario(key, kernel: kernel, nodes: nodes)
      var simulator = Simulator(kernel: kernel)
      simulator.mostKills = 3
      simulator.recordsCandidates = true
      simulator.listedKills = 0..<1
      let run = simulator.run(scenario)
      #expect(run.outcome != .invalid && run.processCount >= 10_001, "\(key) \(kernel)")
      for kill in run.kills { _ = Explanation(of: kill) }
    }
  }

  @Test("delays that add up to more than a clock can count")
  func delays() throws {
    let scenario = try Scenario(
      json: Array(
        """
        { "schema": "oomsim.scenario/1", "kernel": "6.12",
          "machine": { "memory": "64M", "exit_delay": "999999999999999us" },
          "sysctl": { "vm.overcommit_memory": 1 },
          "processes": [
            { "name": "b", "oom_score_adj": -1000 },
            { "name": "w", "count": 9000, "anon": "1 pages" }
          ],
          "events": [ { "at": "1s", "grow": { "process": "b", "anon": "80M" } } ] }
        """.utf8))
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.outcome == .cutOff && run.kills.count > 800 && run.end <= Replay.endOfTime)
    #expect(run.warnings.last?.fact == .stopped(after: .endOfTime(Replay.endOfTime)))
  }
}
