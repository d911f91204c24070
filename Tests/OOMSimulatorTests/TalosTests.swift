import OOMFormats
import Testing

@testable import OOMSimulator

/// The OOM controller of Talos Linux, by release: controllers/runtime/oom.go, internal/oom/oom.go.
@Suite struct TalosTests {
  private func run(
    _ version: String, _ stalls: [(group: String, full: String)], groups: String = "",
    over: String = "60s", exitDelay: String = "0s"
  ) throws -> Run {
    let events = stalls.map {
      #"{ "at": "0s", "pressure": { "cgroup": "\#($0.group)", "full": "\#($0.full)", "over": "\#(over)" } }"#
    }
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "100000 pages", "exit_delay": "\(exitDelay)" },
        "killers": [ { "kind": "talos", "version": "\(version)" } ],
        "cgroups": { "/init": {}, "/system": {}, "/podruntime": {} \(groups) },
        "processes": [
          { "name": "init", "cgroup": "/init", "anon": "9000 pages" },
          { "name": "be-small", "cgroup": "/kubepods/besteffort/podA/c", "anon": "1000 pages" },
          { "name": "be-large", "cgroup": "/kubepods/besteffort/podB/c", "anon": "2000 pages" },
          { "name": "burstable", "cgroup": "/kubepods/burstable/podC/c", "anon": "5000 pages" },
          { "name": "guaranteed", "cgroup": "/kubepods/podD/c", "anon": "8000 pages" } ],
        "events": [ \(events.joined(separator: ",")) ] }
      """
    return Simulator(kernel: "6.12").run(try Scenario(json: Array(text.utf8)))
  }

  private func kills(_ run: Run) -> [String] {
    run.kills.map { "\($0.at.rawValue / 1000) \($0.victim.name)" }
  }

  /// talos #12526, 1.12.0: a little more than 12 % and rising are enough, and what has no limit goes.
  @Test func `the apiserver of 1-12-0`() throws {
    let limited =
      ["besteffort/podA", "besteffort/podB", "podD"].map {
        #", "/kubepods/\#($0)": { "memory.max": "90000 pages" }"#
      }.joined()
    // 70 % exceed 12 % with the first period.
    let run = try run("1.12.0", [("/", "70%")], groups: limited, over: "2s")
    #expect(kills(run) == ["2000 burstable"])
    #expect(run.kills.first?.by == "talos")
    #expect(run.kills.first?.ground?.cgroup == "/kubepods/burstable/podC")
    #expect(try self.run("1.12.0", [("/", "12%")], groups: limited).kills.isEmpty)
  }

  /// Before 1.13.4 the highest rank, half of a Burstable pod's memory; since then a BestEffort pod whatever its size.
  @Test func `classes`() throws {
    let stalls = [("/system", "100%")]
    #expect(kills(try run("1.13.0", stalls, over: "2500ms")).first == "2000 burstable")
    #expect(kills(try run("1.13.4", stalls, over: "2500ms")).first == "2000 be-large")
    #expect(kills(try run("1.14.0-rc.1", stalls, over: "2500ms")).first == "2000 be-large")
  }

  /// From 1.13.4 nobody whose rank is 0 is killed: a node where every pod has a limit kills none.
  @Test func `limits everywhere`() throws {
    let limited =
      ["besteffort/podA", "besteffort/podB", "burstable/podC", "podD"].map {
        #", "/kubepods/\#($0)": { "memory.max": "90000 pages" }"#
      }.joined()
    #expect(try run("1.13.4", [("/system", "100%")], groups: limited).kills.isEmpty)
    #expect(try !run("1.12.0", [("/", "100%")], groups: limited, over: "2500ms").kills.isEmpty)
  }

  /// The machine's own stall counts until 1.13: above 75 %, and ten seconds after the last kill. 100 % exceed 75 % at 14 s.
  @Test func `the stall of the machine`() throws {
    let run = try run("1.13.6", [("/", "100%")], over: "30s")
    #expect(kills(run) == ["14000 be-large", "24500 be-small"])
    #expect(try self.run("1.14.0", [("/", "100%")]).kills.isEmpty)
    #expect(try self.run("1.13.6", [("/", "75%")]).kills.isEmpty)
  }

  /// Since 1.13.6 more than five seconds pass between two kills.
  @Test func `the pause`() throws {
    let run = try run("1.14.0", [("/system", "100%")], over: "8s")
    #expect(kills(run) == ["2000 be-large", "7500 be-small"])
  }
}
