import OOMFormats
import Testing

@testable import OOMReports
@testable import OOMSimulator

/// The words for what a run has to say: instants read as in all other texts.
struct WarningTextTests {
  private func run(_ json: String) throws -> (Scenario, Run) {
    let scenario = try Scenario(json: Array(json.utf8), file: "test.json")
    return (scenario, Simulator().run(scenario))
  }

  @Test func `instants and durations are in hours, minutes and seconds`() throws {
    let (_, run) = try run(
      #"""
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "1G", "swap": 0 },
        "processes": [ { "name": "a", "anon": "1M" } ],
        "events": [ { "at": "1h", "exit": { "process": "a" } }, { "at": "1h30m", "grow": { "process": "a", "anon": "1M" } },
          { "at": "1h30m1500ms", "exit": { "process": "a" } } ] }
      """#)
    #expect(
      run.warnings == [
        Warning(at: 5_400_000_000, .notRunning(event: "grow", process: .name("a"))),
        Warning(at: 5_401_500_000, .notRunning(event: "exit", process: .name("a"))),
      ])
    #expect(
      run.warnings.map(\.text) == [
        "at 1h30m0s: grow: a is not running, the event is passed over",
        "at 1h30m1.5s: exit: a is not running, the event is passed over",
      ])
    let limit = Warning(at: 0, .startLimitHit(process: "a", starts: 5, interval: 10_000_000))
    #expect(limit.text == "at 0s: a: start-limit-hit: 5 starts within 10s, it stays down")
  }

  @Test func `what is said of the start has no instant`() throws {
    let start = Warning(.startExceedsSwap(used: 3, swap: 2))
    #expect(start.text == "the start state has 3 pages in swap, the machine has 2")
    let release = Warning(.release(.older("2.4.20", than: "2.6.11")))
    #expect(release.text.hasPrefix("2.4.20 is older than 2.6.11, "))
  }

  @Test func `what could not be had for nobody`() {
    let texts = [
      Warning.Fact.notCharged(.kernel, pages: 3, cgroup: "/a"), .memoryInUse(pages: 4),
      .noMadviseFree("p"), .noReclaimFile(cgroup: "/a"), .reclaimedLess(cgroup: "/a", pages: 5),
    ].map { Warning(at: 0, $0).text }
    #expect(
      texts == [
        "at 0s: kernel: 3 pages could not be charged to /a: ENOMEM, no kill",
        "at 0s: set: 4 pages are in use and could not be taken",
        "at 0s: madvise: EINVAL for p: MADV_FREE exists since 4.5, the event is passed over",
        "at 0s: reclaim: /a has no file for it, which version 2 has since 5.19: "
          + "the event is passed over",
        "at 0s: reclaim: EAGAIN: 5 pages of /a could not be reclaimed",
      ])
  }

  @Test func `how far a run is followed`() {
    let texts = [Warning.Bound.restarts(25), .time(400 * 86_400_000_000), .time(3_600_000_000)]
      .map { Warning(at: 1_000_000, .stopped(after: $0)).text.prefix { $0 != "," } }
    #expect(
      texts == [
        "at 1s: stopped after 25 restarts: processes still come back",
        "at 1s: stopped after 400 days: processes still come back",
        "at 1s: stopped after 1h0m0s: processes still come back",
      ])
    #expect(
      [1, 2].map { Warning(at: 0, .stopped(after: .kills($0))).text } == [
        "at 0s: stopped after 1 kill, as asked: what comes later is not known",
        "at 0s: stopped after 2 kills, as asked: what comes later is not known",
      ])
    #expect(
      Warning(at: 0, .stopped(after: .steps(9))).text
        == "at 0s: stopped after 9 steps of one growth by few pages each: what comes later is not known"
    )
  }

  @Test func `promises of times that are not kept`() {
    let values: [Difference.Value] = [
      .notBefore(3_600_000_000), .notAfter(1_500_000), .time(0),
      .kill(ProcessIdentity(pid: 7, name: "a"), at: 61_000_000), .refusal("tmpfs", at: nil),
      .refusal("a", at: 1000), .ended("a", .killed), .ended("b", nil), .names([]),
    ]
    #expect(
      values.map(\.text) == [
        "at 1h0m0s or later", "at 1.5s or earlier", "at 0s", "a (pid 7) at 1m1s", "tmpfs",
        "a at 0.001s", "a was killed", "b was never there", "nobody",
      ])
  }

  /// Kernel: `out_of_memory()`, mm/oom_kill.c.
  @Test func `a panic for want of a victim in the words of its release`() throws {
    let (scenario, _) = try run(
      #"""
      { "schema": "oomsim.scenario/1", "name": "none-killable", "machine": { "memory": "1G", "kernel": "100M" },
        "processes": [ { "pid": 1, "name": "init", "anon": "10M" },
          { "name": "db", "anon": "100M", "oom_score_adj": -1000 } ],
        "events": [ { "at": 0, "grow": { "process": "db", "anon": "950M", "over": "10s" } } ] }
      """#)
    for (kernel, words) in [
      ("4.18", "Out of memory and no killable processes"),
      ("4.19", "System is deadlocked on memory: no killable processes"),
    ] as [(KernelRelease, String)] {
      let run = Simulator(kernel: kernel).run(scenario)
      let panic = try #require(run.panic)
      #expect(panic.text == words)
      let text = TextReport(run, style: Style(isColored: false)).text
      #expect(text.contains("Kernel panic: " + words + "\n"))
    }
  }

  @Test func `why growth stands still`() {
    var stuck = Stuck(at: 0, process: nil, cgroup: "/g", why: .oomKillDisabled)
    stuck.limitFile = "memory.max"
    #expect(stuck.whyText.hasPrefix("memory.max is reached and oom_kill_disable is 1"))
    stuck.why = .noKillableProcess
    #expect(stuck.whyText == "memory.max is reached and nobody in the group can be killed")
  }
}
