import OOMFormats
import OOMSimulator
import Testing

/// The member `restart` of a process, as it is read.
struct RestartReadingTests {
  private func read(_ restart: String, settings: [String] = []) throws -> RestartPolicy? {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "processes": [ { "name": "a"\(restart.isEmpty ? "" : ", \"restart\": \(restart)") } ] }
      """
    let scenario = try Scenario(
      json: Array(text.utf8), file: "t", settings: settings.compactMap { ScenarioSetting($0) })
    return scenario.processes[0].restart
  }

  @Test func `every member`() throws {
    var policy = RestartPolicy(.onFailure)
    policy.backoff = .exponential
    policy.delay = 2_000_000
    policy.maxDelay = 60_000_000
    policy.burst = 7
    policy.interval = 30_000_000
    #expect(
      try read(
        """
        { "policy": "on-failure", "delay": "2s", "burst": 7, "interval": "30s",
          "backoff": "exponential", "max_delay": "1m" }
        """) == policy)
  }

  /// `DefaultRestartSec=100ms` of systemd; the first back-off of the kubelet is 10 s.
  @Test func `what is left out is the usual`() throws {
    let plain = try #require(try read(#"{ "policy": "always" }"#))
    #expect(plain == RestartPolicy(.always) && plain.firstDelay == 100_000)
    let backoff = try #require(
      try read(#"{ "policy": "always", "backoff": "exponential" }"#))
    #expect(backoff.firstDelay == 10_000_000 && backoff.burst == nil)
  }

  @Test(arguments: [
    Marked(
      #""processes": [ { "name": "a", "restart": { "policy": "always", 1️⃣"backof": "constant" } } ]"#,
      .init("1️⃣", "processes[0].restart.backof", "did you mean 'backoff'?")),
    Marked(
      #""processes": [ { "name": "a", "restart": { "policy": 1️⃣"allways", "burst": 2️⃣0 } } ]"#,
      .init("1️⃣", "processes[0].restart.policy", "did you mean 'always'?"),
      .init("2️⃣", "processes[0].restart.burst", "0 is not from 1 to 1000000")),
    Marked(
      #""processes": [ { "name": "a", "restart": 1️⃣{ "delay": 2️⃣0 } } ]"#,
      .init("1️⃣", "processes[0].restart", "'policy' is missing"),
      .init("2️⃣", "processes[0].restart.delay", "has to be more than 0")),
    Marked(
      #""processes": [ { "name": "a", "restart": 1️⃣{ "policy": "always", "interval": "1s" } } ]"#,
      .init("1️⃣", "processes[0].restart", "'burst', which is missing")),
    Marked(
      #""processes": [ { "name": "a", "restart": 1️⃣{ "policy": "always", "max_delay": "1s" } } ]"#,
      .init("1️⃣", "processes[0].restart", "goes with \"backoff\": \"exponential\" only")),
    Marked(
      """
      "processes": [ { "name": "a",
        "restart": 1️⃣{ "policy": "always", "backoff": "exponential", "max_delay": "1s" } } ]
      """,
      .init("1️⃣", "processes[0].restart", "is 1s, less than the first delay of 10s")),
    Marked(
      """
      "processes": [ { "name": "a" }, { "name": "i", "pid": 1, 1️⃣"restart": { "policy": "always" } },
        { "name": "k", "kernel_thread": true, 2️⃣"restart": { "policy": "always" } },
        { "name": "b", "shares_mm_with": "a", 3️⃣"restart": { "policy": "always" } },
        { "name": "c", "shares_mm_with": "a", "restart": { "policy": "no" } } ],
      "events": [ { "at": 0, "start": { "name": "d", "shares_mm_with": "a",
        4️⃣"restart": { "policy": "on-failure" } } } ]
      """,
      .init("1️⃣", "processes[1].restart", "the global init is never killed"),
      .init("2️⃣", "processes[2].restart", "'k' is a kernel thread"),
      .init("3️⃣", "processes[3].restart", "'b' uses the memory of another process"),
      .init("4️⃣", "events[0].start.restart", "'d' uses the memory of another process")),
    Marked(
      #""expect": { "outcome": 1️⃣"lop" }"#,
      .init("1️⃣", "expect.outcome", "did you mean 'loop'?")),
  ])
  func `what is wrong is told where it stands`(scenario: Marked) throws {
    try scenario.check()
  }

  @Test func `members are overridden one by one`() throws {
    let whole = try read("", settings: [#"processes.a.restart={"policy":"always","burst":3}"#])
    #expect(whole?.burst == 3)
    let one = try read(
      #"{ "policy": "always", "burst": 3 }"#,
      settings: ["processes.a.restart.delay=7s", "processes.a.restart.policy=on-failure"])
    #expect(one?.delay == 7_000_000 && one?.policy == .onFailure && one?.burst == 3)
    #expect(try read("", settings: ["processes.a.restart.policy=always"]) == RestartPolicy(.always))
    for setting in [
      "processes.a.restart.delay=7s", "processes.a.restart.policy=nope", "processes.a.restart.x=1",
    ] {
      #expect(throws: ScenarioError.self) { try read("", settings: [setting]) }
    }
  }

  @Test func `members of a start event are overridden, too`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "events": [ { "at": 0, "start": { "name": "a", "restart": { "policy": "always" } } } ] }
      """
    let setting = try #require(ScenarioSetting("events.0.start.restart.delay=3s"))
    let scenario = try Scenario(json: Array(text.utf8), file: "t", settings: [setting])
    guard case .start(let process) = scenario.events[0].action else { return }
    #expect(process.restart?.delay == 3_000_000)
  }
}
