import OOMFormats
import Testing

@testable import OOMSimulator

/// What systemd does to a unit in which the kernel has killed: OOMPolicy= of systemd.service(5), `unit_check_oom()`,
/// src/core of systemd.
@Suite struct OOMPolicyTests {
  /// app grows beyond the machine; its unit has a helper, and another unit has web.
  private func run(
    _ cgroups: String = "", initName: String = "systemd",
    unit: String = "/system.slice/app.service",
    version: Int = 2, kernel: KernelRelease = "6.12", helper: String = "", events: String = ""
  ) throws -> Run {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "cgroup_version": \(version),
        "machine": { "memory": "10000 pages" }, "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1 },
        "cgroups": { \(cgroups) },
        "processes": [
          { "pid": 1, "name": "\(initName)", "anon": "10 pages" },
          { "name": "app", "cgroup": "\(unit)", "anon": "100 pages" },
          { "name": "helper", "cgroup": "\(unit)", "anon": "100 pages"\(helper) },
          { "name": "web", "cgroup": "/system.slice/web.service", "anon": "100 pages" }
        ],
        "events": [ { "at": "1s", "grow": { "process": "app", "anon": "20000 pages" } }\(events) ] }
      """
    let scenario = try Scenario(json: Array(text.utf8), file: "test.json")
    return Simulator(kernel: kernel).run(scenario)
  }

  private func dead(_ run: Run) -> [String] {
    run.kills.flatMap { $0.killed.map { "\($0.process.name) \($0.because.rawValue)" } }
  }

  private let stopped = ["app victim", "helper oom_policy"]

  @Test func `a service is stopped with its victim, the others live`() throws {
    let run = try run()
    #expect(dead(run) == stopped)
    let states = run.processes.map { "\($0.name) \($0.state.rawValue)" }
    #expect(states == ["systemd running", "app killed", "helper exited", "web running"])
    #expect(run.groups.first { $0.path == "/system.slice/app.service" }?.events.oomKill == 1)
  }

  @Test(arguments: [
    ("continue", ["app victim"]), ("stop", ["app victim", "helper oom_policy"]),
    ("kill", ["app victim", "helper oom_group"]),
  ])
  func `the three policies`(policy: String, dead: [String]) throws {
    let cgroups = #""/system.slice/app.service": { "OOMPolicy": "\#(policy)" }"#
    #expect(self.dead(try run(cgroups)) == dead)
    // What the file says itself wins over what systemd would write.
    let file = #""/system.slice/app.service": { "OOMPolicy": "kill", "memory.oom.group": 0 }"#
    #expect(self.dead(try run(file)) == ["app victim"])
  }

  /// Where systemd does not run, where the unit has groups of its own (`Delegate=yes`), in scopes, and where there is
  /// no memory.events, nothing is stopped unless the scenario says so.
  @Test func `when nothing is stopped`() throws {
    #expect(dead(try run(initName: "init")) == ["app victim"])
    #expect(dead(try run(#""/system.slice/app.service/worker": {}"#)) == ["app victim"])
    #expect(dead(try run(unit: "/user.slice/app.scope")) == ["app victim"])
    #expect(dead(try run(version: 1)) == ["app victim"])
    #expect(dead(try run(kernel: "4.4")) == ["app victim"])
    let scope = #""/user.slice/app.scope": { "OOMPolicy": "stop" }"#
    #expect(dead(try run(scope, unit: "/user.slice/app.scope")) == stopped)
  }

  /// A unit is stopped for a kill below it, too: `memory.events` counts those below since 5.2.
  @Test func `a kill below the unit`() throws {
    let cgroups =
      #""/system.slice/app.service": { "OOMPolicy": "stop" }, "/system.slice/app.service/a": {}"#
    #expect(dead(try run(cgroups, unit: "/system.slice/app.service/a")) == stopped)
    #expect(
      dead(try run(cgroups, unit: "/system.slice/app.service/a", kernel: "5.1")) == ["app victim"])
  }

  /// What is stopped may take its time, and acts until then; what the kernel kills in the meantime died of that.
  @Test func `what is stopped takes its time`() throws {
    let cgroups = #""/system.slice/app.service": { "TimeoutStopSec": "10s" }"#
    func exit(at time: String) -> String {
      #", { "at": "\#(time)", "grow": { "process": "helper", "anon": "20000 pages" } }"#
    }
    let early = try run(cgroups, events: exit(at: "5s"))
    #expect(dead(early) == stopped + ["helper victim"])
    #expect(early.kills.map(\.at) == [1_000_000, 5_000_000])
    let late = try run(cgroups, events: exit(at: "11s"))
    #expect(dead(late) == stopped && late.processes[2].state == .exited)
  }

  /// `Restart=on-failure`: the result of the unit is oom-kill.
  @Test func `what was stopped comes back`() throws {
    let restart = #", "restart": { "policy": "on-failure", "delay": "5s" }"#
    let back = try run(helper: restart)
    #expect(dead(back) == stopped)
    #expect(back.processes.last.map { "\($0.name) \($0.state.rawValue)" } == "helper running")
  }
}
