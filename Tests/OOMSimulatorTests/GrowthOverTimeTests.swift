import OOMFormats
import OOMSimulator
import Testing

/// What leads to a kill: growth over time is many requests, memory.high makes it slow, and what was touched longest ago
/// goes to swap first.
@Suite struct GrowthOverTimeTests {
  private func run(_ text: String, kernel: String = "6.12") throws -> Run {
    let scenario = try Scenario(json: Array(text.utf8))
    return Simulator(kernel: KernelRelease(stringLiteral: kernel)).run(scenario)
  }

  /// `__vm_enough_memory()`, mm/util.c, is asked for each mmap() and brk() by itself.
  @Test(
    "a leak larger than the machine is no request that is refused, before 5.2 or since",
    arguments: ["5.1", "6.12"])
  func leak(kernel: String) throws {
    let run = try run(
      """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "8G" },
        "processes": [ { "name": "db", "anon": "2G" }, { "name": "leaky", "anon": "100M" } ],
        "events": [ { "at": 0, "grow": { "process": "leaky", "anon": "9G", "over": "1h" } } ] }
      """, kernel: kernel)
    #expect(run.refused.isEmpty && run.kills.map(\.victim.name) == ["leaky"])
    let kill = try #require(run.kills.first)
    #expect(kill.at > .seconds(38 * 60) && kill.at < .seconds(41 * 60))
  }

  /// 80 % of 8 GiB less a reserve of 128 MiB are met after (1 644 953 - 549 888) / 436.9 s.
  @Test("in mode 2 a leak gets ENOMEM where Committed_AS meets the limit, and lives on")
  func mode2() throws {
    let run = try run(
      """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "8G" },
        "sysctl": { "vm.overcommit_memory": 2, "vm.overcommit_ratio": 80 },
        "processes": [ { "name": "db", "anon": "2G" }, { "name": "leaky", "anon": "100M" } ],
        "events": [ { "at": 0, "grow": { "process": "leaky", "anon": "6G", "over": "1h" } } ] }
      """)
    #expect(run.kills.isEmpty && run.refused.count == 1)
    let refusal = try #require(run.refused.first)
    #expect(refusal.at > .seconds(2500) && refusal.at < .seconds(2512))
  }

  /// The seconds that Linux 0e4b01df8659 gives for each MiB above 101 MiB of a memory.high of 100 MiB, and what the
  /// formula gives from there to the limit.
  @Test(
    "growth above memory.high takes as long as the release's sleeps",
    arguments: [
      ("5.3", 0, 1), ("5.4", 131, 134), ("6.0", 131, 134), ("6.1", 65, 68), ("6.12", 65, 68),
    ])
  func high(kernel: String, least: Int64, most: Int64) throws {
    let run = try run(
      """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "4G", "kernel": "200M" },
        "cgroups": { "/svc": { "memory.high": "100M", "memory.max": "120M", "memory.swap.max": 0 } },
        "processes": [ { "name": "app", "cgroup": "/svc" }, { "name": "other" } ],
        "events": [ { "at": 0, "grow": { "process": "app", "anon": "200M" } } ] }
      """, kernel: kernel)
    let kill = try #require(run.kills.first)
    #expect(kill.decision?.cgroup == "/svc" && run.stuck.isEmpty)
    #expect(kill.at >= .seconds(least) && kill.at <= .seconds(most))
  }

  /// Recorded in ../shared/recordings/swap-order: anonymous and shared memory are on the same lists, mm/vmscan.c, and shared
  /// memory in swap is in no counter of a process.
  @Test(
    "what is touched first goes to swap first, whatever kind it is of", arguments: [true, false])
  func order(sharedFirst: Bool) throws {
    let grow = [
      #"{ "at": "1s", "grow": { "process": "s", "shmem": "12000 pages" } }"#,
      #"{ "at": "2s", "grow": { "process": "a", "anon": "11000 pages" } }"#,
    ]
    let events =
      sharedFirst
      ? grow
      : [
        grow[1].replacing("2s", with: "1s"), grow[0].replacing("1s", with: "2s"),
      ]
    let run = try run(
      """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "160M", "swap": "16M", "kernel": "10M" },
        "processes": [ { "name": "s", "page_tables": 0 }, { "name": "a", "page_tables": 0 },
          { "name": "g", "oom_score_adj": -1000 } ],
        "events": [ \(events.joined(separator: ",")),
          { "at": "3s", "grow": { "process": "g", "anon": "100M", "over": "10s" } } ] }
      """)
    // 4096 pages of swap: what s has there counts for nothing any more, what a has there still does.
    #expect(run.kills.first?.victim.name == (sharedFirst ? "a" : "s"))
  }
}
