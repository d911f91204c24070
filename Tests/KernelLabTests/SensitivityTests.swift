import KernelLab
import OOMFormats
import OOMSimulator
import Testing

struct SensitivityTests {
  private func sensitivity(_ body: String) throws -> Sensitivity {
    let text = #"{ "machine": { "memory": "100000 pages" }, \#(body) }"#
    let scenario = try Scenario(json: Array(text.utf8), file: "test")
    return Sensitivity(scenario: scenario, simulator: Simulator(for: scenario))
  }

  @Test func littleLessMemoryKills() throws {
    let sensitivity = try sensitivity(
      """
      "processes": [ { "name": "a" } ],
      "events": [ { "at": 0, "grow": { "process": "a", "anon": "98500 pages", "over": "1s" } } ]
      """)
    #expect(sensitivity.simulator.run(sensitivity.scenario).kills.isEmpty)
    let line = try #require(sensitivity.line(kills: ["a"], groups: []))
    #expect(line.contains("pages less of the machine"))
    #expect(sensitivity.line(kills: ["b"], groups: []) == nil)
  }

  @Test func littleMoreOfALimitSpares() throws {
    let sensitivity = try sensitivity(
      """
      "cgroups": { "/g": { "memory.max": "10000 pages" } },
      "processes": [ { "name": "a", "cgroup": "/g" } ],
      "events": [ { "at": 0, "grow": { "process": "a", "anon": "10050 pages", "over": "1s" } } ]
      """)
    #expect(sensitivity.simulator.run(sensitivity.scenario).kills.count == 1)
    #expect(sensitivity.line(kills: [], groups: []) == nil)
    let line = try #require(sensitivity.line(kills: [], groups: ["/g"]))
    #expect(line == "when memory ends: as recorded with 100 pages more of /g (1.0 %)")
  }

  @Test func counterOfCommittedMemoryThatIsBehind() throws {
    let sensitivity = try sensitivity(
      """
      "sysctl": { "vm.overcommit_memory": 2, "vm.overcommit_ratio": 50,
        "vm.admin_reserve_kbytes": 0, "vm.user_reserve_kbytes": 0 },
      "processes": [ { "name": "a" } ],
      "events": [
        { "at": 0, "map": { "process": "a", "size": "50100 pages", "kind": "private" } } ]
      """)
    #expect(sensitivity.simulator.run(sensitivity.scenario).refused.count == 1)
    let line = try #require(sensitivity.line(refused: []))
    #expect(line.hasSuffix("as recorded when it is 195 pages behind"))
  }
}
