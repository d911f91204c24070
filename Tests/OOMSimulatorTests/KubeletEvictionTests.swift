import OOMFormats
import Testing

@testable import OOMSimulator

/// The kubelet as a killer: `synchronize()`, `waitForPodsCleanup()` and `evictPod()`, pkg/kubelet/eviction. Pages count
/// here: of 100,000 the process `rest` has what is not to be available.
@Suite struct KubeletEvictionTests {
  /// Available are 100,000 pages less those of `rest`, and less `pods`, which the processes of pods have.
  private func scenario(
    _ settings: String = "", available: Int64, pods: Int64, processes: String, groups: String = "",
    events: String = "", machine: String = "", version: Int = 2
  ) throws -> Scenario {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "cgroup_version": \(version),
        "machine": { "memory": "100000 pages" \(machine) },
        "cgroups": { \(groups) },
        "killers": [ { "kind": "kubelet" \(settings) } ],
        "processes": [ { "name": "rest", "oom_score_adj": -1000, "page_tables": 0,
            "anon": "\(100_000 - pods - available) pages" } \(processes) ],
        "events": [ \(events) ] }
      """
    return try Scenario(json: Array(text.utf8))
  }

  private func pod(_ name: String, _ pages: Int64, class: String = "besteffort/") -> String {
    #", { "name": "\#(name)", "cgroup": "/kubepods/\#(`class`)pod-\#(name)/c", "page_tables": 0, "#
      + #""anon": "\#(pages) pages" }"#
  }

  private func kills(_ scenario: Scenario) -> [String] {
    Simulator(kernel: "6.12").run(scenario).kills.map {
      "\($0.at.rawValue / 1000) \($0.by == "kubelet" ? "" : "\($0.by) ")\($0.victim.name)"
    }
  }

  private let hard = #", "evictionHard": { "memory.available": "40960000" }"#

  // MARK: Thresholds

  /// `quantity.Cmp(available) > 0`: strictly less. 40,960,000 bytes are 10,000 pages.
  @Test(arguments: [(9999, true), (10_000, false), (10_001, false)] as [(Int64, Bool)])
  func `a threshold is met below it`(available: Int64, evicts: Bool) throws {
    let scenario = try scenario(
      hard, available: available, pods: 500, processes: pod("a", 500))
    #expect(kills(scenario) == (evicts ? ["0 a"] : []))
  }

  /// A threshold need not be whole pages.
  @Test func `a byte more`() throws {
    let settings = #", "evictionHard": { "memory.available": "40960001" }"#
    let scenario = try scenario(settings, available: 10_000, pods: 500, processes: pod("a", 500))
    #expect(kills(scenario) == ["0 a"])
  }

  /// 100Mi where nothing is said; nothing where the map is empty, or for 0% and 100%.
  @Test func `the usual threshold`() throws {
    func kills(_ settings: String) throws -> Int {
      self.kills(
        try scenario(settings, available: 25_599, pods: 500, processes: pod("a", 500))
      ).count
    }
    #expect(try kills("") == 1)
    for off in ["{}", #"{ "memory.available": "0%" }"#, #"{ "memory.available": "100%" }"#] {
      #expect(try kills(#", "evictionHard": \#(off)"#) == 0)
    }
    let usual = try scenario("", available: 25_600, pods: 500, processes: pod("a", 500))
    #expect(self.kills(usual).isEmpty)
  }

  /// What Go makes of `int64(float64(capacity) * float64(float32(percent) / 100))`, computed with IEEE 754 numbers.
  @Test func `percentages as the kubelet rounds them`() throws {
    let vectors: [(capacity: Int64, percent: String, bytes: Int64)] = [
      (17_179_869_184, "5%", 858_993_472), (17_179_869_184, "0.1%", 17_179_870),
      (17_179_869_184, "12.5%", 2_147_483_648), (16_766_730_240, "1.5%", 251_500_947),
      (16_766_730_240, "99.9999%", 16_766_713_250), (8_336_179_200, "10%", 833_617_932),
      (8_336_179_200, "33.3333%", 2_778_723_750), (1_099_511_627_776, "5%", 54_975_582_208),
      (1_099_511_627_776, "0.1%", 1_099_511_680), (536_870_940_672, "1.5%", 8_053_063_930),
      (536_870_940_672, "99.9999%", 536_870_396_671), (8_323_911_680, "10%", 832_391_180),
      (8_323_911_680, "33.3333%", 2_774_634_580), (67_416_768_512, "5%", 3_370_838_475),
      (67_416_768_512, "0.1%", 67_416_771), (67_416_768_512, "12.5%", 8_427_096_064),
    ]
    for vector in vectors {
      let threshold = try Kubernetes.EvictionThreshold(vector.percent)
      #expect(threshold.bytes(of: Bytes(vector.capacity)) == Bytes(vector.bytes))
    }
  }

  /// The same for every percentage with four places, of machines of any size.
  @Test func `percentages over many capacities`() {
    var random = SplitMix(seed: 1)
    for _ in 0..<20_000 {
      let parts = Int64.random(in: 1...1_000_000, using: &random)
      let capacity =
        Int64.random(in: 1...(1 << 52), using: &random) >> Int64.random(in: 0...30, using: &random)
      let percent = Float(parts) / 10_000
      let expected = Int64(Double(capacity) * Double(percent / 100))
      #expect(
        Kubernetes.EvictionThreshold.millionths(parts).bytes(of: Bytes(capacity))
          == Bytes(expected),
        "\(parts) of \(capacity)")
    }
  }

  // MARK: The clock

  /// A look every 10 s: what is short by a page right after one is seen at the next.
  @Test(arguments: [
    // One page a millisecond: 9,999 are left when the last of the 10,000th is asked for.
    ("9999ms", "10000 a"), ("10s", "10000 a"), ("10001ms", "20000 a"), ("19999ms", "20000 a"),
  ])
  func `ten seconds`(at: String, expected: String) throws {
    let grow = #"{ "at": "\#(at)", "grow": { "process": "rest", "anon": "1 pages" } }"#
    let later = #"{ "at": "1m", "grow": { "process": "rest", "anon": "1 pages" } }"#
    let scenario = try scenario(
      hard, available: 10_000, pods: 500, processes: pod("a", 500), events: grow + "," + later)
    // Killers look before the events of an instant: what happens at 10 s sharp is seen at 20 s.
    #expect(kills(scenario) == [at == "10s" ? "20000 a" : expected])
  }

  /// After an eviction it looks every second whether the pod is gone, and then at memory at once; after 30 s without more ado. For
  /// the processes of the pod to end it waits before that, 10 s at most.
  @Test(arguments: [
    ("0s", ["0 a", "1000 b"]), ("2500ms", ["0 a", "3500 b"]), ("10s", ["0 a", "11000 b"]),
    ("10500ms", ["0 a", "11000 b"]), ("20s", ["0 a", "20000 b"]), ("39500ms", ["0 a", "40000 b"]),
    ("60s", ["0 a", "60000 b"]),
  ])
  func `the wait for a pod`(exitDelay: String, expected: [String]) throws {
    let scenario = try scenario(
      hard, available: 9000, pods: 900, processes: pod("a", 600) + pod("b", 300),
      machine: #", "exit_delay": "\#(exitDelay)""#)
    #expect(kills(scenario) == expected)
  }

  // MARK: Soft thresholds

  /// `duration < threshold.GracePeriod` is too early: a period that is over at a look is over.
  @Test(arguments: [("30s", "40000 a"), ("30001ms", "50000 a"), ("29999ms", "40000 a")])
  func `a soft threshold lasts`(grace: String, expected: String) throws {
    let soft =
      #", "evictionHard": {}, "evictionSoft": { "memory.available": "40960000" }, "#
      + #""evictionSoftGracePeriod": { "memory.available": "\#(grace)" }"#
    let grow = #"{ "at": "3s", "grow": { "process": "rest", "anon": "1 pages" } }"#
    let scenario = try scenario(
      soft, available: 10_000, pods: 500, processes: pod("a", 500), events: grow)
    let run = Simulator(kernel: "6.12").run(scenario)
    // Nothing happens any more after 3 s; it looks on until it has waited long enough.
    #expect(kills(scenario) == [expected])
    #expect(run.kills.first?.ground?.held == (grace == "30001ms" ? .seconds(40) : .seconds(30)))
  }

  /// Once it is not met any more the time begins anew.
  @Test func `a soft threshold that is left`() throws {
    let soft =
      #", "evictionHard": {}, "evictionSoft": { "memory.available": "40960000" }, "#
      + #""evictionSoftGracePeriod": { "memory.available": "30s" }"#
    let events = [
      #"{ "at": "3s", "grow": { "process": "rest", "anon": "1 pages" } }"#,
      #"{ "at": "33s", "grow": { "process": "rest", "anon": "1 pages" } }"#,
    ]
    let shrink = #"{ "at": "25s", "shrink": { "process": "rest", "anon": "1 pages" } }"#
    let scenario = try scenario(
      soft, available: 10_000, pods: 500, processes: pod("a", 500),
      events: [events[0], shrink, events[1]].joined(separator: ","))
    #expect(kills(scenario) == ["70000 a"])
  }

  // MARK: What has to be reclaimed

  /// A threshold that was met stays so until the minimum is available beyond it; one that was not is met below it.
  @Test func `minimum reclaim`() throws {
    let more = #", "evictionMinimumReclaim": { "memory.available": "8192000" }"#
    let three = pod("a", 1500) + pod("b", 400) + pod("c", 300)
    func kills(_ settings: String, _ available: Int64) throws -> [String] {
      self.kills(try scenario(settings, available: available, pods: 2200, processes: three))
    }
    #expect(try kills(hard, 9999) == ["0 a"])
    // 11,499 and 11,899 are less than 12,000; 12,199 are not.
    #expect(try kills(hard + more, 9999) == ["0 a", "1000 b", "2000 c"])
    #expect(try kills(hard + more, 10_101) == [])
    #expect(try kills(hard + more, 9900 + 200) == [])
    let run = Simulator(kernel: "6.12").run(
      try scenario(hard + more, available: 9999, pods: 2200, processes: three))
    #expect(
      run.kills.map { $0.ground?.text } == [
        "memory.available 39 MiB < 39 MiB",
        "memory.available with evictionMinimumReclaim 44.9 MiB < 46.8 MiB",
        "memory.available with evictionMinimumReclaim 46.4 MiB < 46.8 MiB",
      ])
  }

  /// The node's condition: `duration < period` since a threshold was last seen to be met.
  @Test func `the condition of the node`() {
    var configuration = Kubernetes.EvictionConfiguration()
    configuration.hard = .bytes(100)
    var manager = Kubernetes.EvictionManager()
    func observe(_ available: Bytes, at seconds: Int64) -> Bool {
      let seen = Kubernetes.EvictionManager.Observation(available: available, capacity: 1000)
      _ = manager.synchronize(
        configuration.thresholds, [.memory: seen], at: .seconds(seconds))
      return manager.hasMemoryPressure(.seconds(300), at: .seconds(seconds))
    }
    #expect(!observe(100, at: 0))
    #expect(observe(99, at: 10))
    #expect(observe(100, at: 20) && observe(500, at: 300))
    #expect(!observe(500, at: 310))
  }

  // MARK: Which pod

  /// First who uses more than it requests, then the lower priority, then the more above the request; of equals the first by
  /// path. Static and critical pods stay.
  @Test func `the order`() throws {
    let groups = """
      "/kubepods/burstable/pod-within": { "requests.memory": "40960000", "priority": -5 },
      "/kubepods/burstable/pod-over": { "requests.memory": "409600", "priority": 1000 },
      "/kubepods/burstable/pod-low": { "requests.memory": "409600", "priority": 10 },
      "/kubepods/burstable/pod-exact": { "requests.memory": "819200" },
      "/kubepods/burstable/pod-static": { "static": true },
      "/kubepods/burstable/pod-critical": { "priority": 2000000000 },
      "/kubepods/burstable/pod-nearly": { "priority": 1999999999 }
      """
    let processes = [
      "within", "over", "low", "exact", "static", "critical", "nearly", "twin-b", "twin-a",
    ]
    .map { pod($0, $0 == "low" ? 150 : 200, class: "burstable/") }.joined()
    let settings = #", "evictionHard": { "memory.available": "400M" }"#
    let scenario = try scenario(
      settings, available: 9000, pods: 1750, processes: processes, groups: groups)
    #expect(
      kills(scenario) == [
        "0 twin-a", "1000 twin-b", "2000 low", "3000 over", "4000 nearly", "5000 within",
        "6000 exact",
      ])
  }

  /// All processes of a pod die, and those of nothing else; a container that was to come back does not.
  @Test func `all of the pod`() throws {
    let processes = """
      , { "name": "a1", "cgroup": "/kubepods/burstable/pod-a/c1", "anon": "300 pages",
          "restart": { "policy": "always", "delay": "1s" } },
        { "name": "a2", "cgroup": "/kubepods/burstable/pod-a/c2", "anon": "200 pages" },
        { "name": "pause", "cgroup": "/kubepods/burstable/pod-a/p", "anon": "1 pages", "oom_score_adj": -998 },
        { "name": "crashing", "cgroup": "/kubepods/burstable/pod-a/c3", "anon": "1 pages",
          "restart": { "policy": "always", "delay": "20s" } },
        { "name": "other", "cgroup": "/kubepods/burstable/pod-ab/c1", "anon": "100 pages",
          "restart": { "policy": "always", "delay": "1s" } }
      """
    let events = """
      { "at": "3s", "exit": { "process": "crashing" } },
      { "at": "4s", "grow": { "process": "rest", "anon": "500 pages" } },
      { "at": "5m", "exit": { "process": "other" } }
      """
    let run = Simulator(kernel: "6.12").run(
      try scenario(
        hard, available: 10_400, pods: 602, processes: processes, events: events))
    let kill = try #require(run.kills.first)
    #expect(run.kills.count == 1 && kill.at == .seconds(10) && kill.decision == nil)
    #expect(kill.killed.map(\.process.name) == ["a1", "a2", "pause"])
    #expect(kill.killed.allSatisfy { $0.because == .userspace })
    #expect(kill.ground?.cgroup == "/kubepods/burstable/pod-a")
    #expect(run.groups.allSatisfy { $0.events.oomKill == 0 })
    // Only the pod that was not evicted has restarts.
    #expect(run.processes.count { $0.name == "a1" || $0.name == "crashing" } == 2)
    #expect(run.processes.filter { $0.state == .running }.map(\.name) == ["rest", "other"])
  }

  /// A volume in memory goes with the pod, and what writes to it ends; a kill by the kernel leaves it.
  @Test func `volumes in memory`() throws {
    let tmpfs =
      #"{ "at": 0, "tmpfs": { "write": "2000 pages", "cgroup": "/kubepods/burstable/pod-a" } }"#
    let scenario = try scenario(
      hard, available: 11_000, pods: 500,
      processes: pod("a", 200, class: "burstable/") + pod("b", 300),
      events: tmpfs)
    let run = Simulator(kernel: "6.12").run(scenario)
    // The volume counts as the pod's: it is a, the smaller process, that goes, and with it 2,200 pages are back.
    #expect(kills(scenario) == ["10000 a"])
    #expect(run.kills.first.map { $0.freedPages >= 2200 } == true)
    let group = try #require(run.groups.first { $0.path == "/kubepods/burstable/pod-a" })
    #expect(group.current == 0)
  }

  // MARK: What it sees

  /// Clean file pages that nobody maps are not in the working set; those that processes map, and tmpfs, are.
  @Test func `the page cache`() throws {
    func kills(_ machine: String, _ process: String) throws -> Int {
      self.kills(
        try scenario(
          hard, available: 10_000, pods: 500,
          processes: pod("a", 500) + #", { "name": "x", "page_tables": 0 \#(process) }"#,
          machine: machine)
      ).count
    }
    #expect(try kills(#", "page_cache": "9000 pages""#, "") == 0)
    #expect(try kills("", #", "file": "1 pages""#) == 1)
    #expect(try kills("", #", "shmem": "1 pages""#) == 1)
  }

  /// What the kernel itself has counts as used on version 2 up to 1.28, on version 1 and since 1.29 not: runc pull request 3933.
  @Test(arguments: [("1.28", 2, true), ("1.29", 2, false), ("1.34", 2, false), ("1.28", 1, false)])
  func `the memory of the kernel`(release: String, version: Int, isSeen: Bool) throws {
    let scenario = try scenario(
      hard + #", "version": "\#(release)""#, available: 12_000, pods: 500, processes: pod("a", 500),
      machine: #", "kernel": "5000 pages""#, version: version)
    #expect(kills(scenario).count == (isSeen ? 1 : 0))
  }

  /// A limit of all pods has a threshold of its own, as much below it as the hard one.
  @Test(arguments: [(1400, 0), (1401, 1)] as [(Int64, Int)])
  func `the limit of all pods`(pages: Int64, count: Int) throws {
    let settings = #", "evictionHard": { "memory.available": "409600" }"#
    let scenario = try scenario(
      settings, available: 50_000, pods: pages, processes: pod("a", pages),
      groups: #""/kubepods": { "memory.max": "1500 pages" }"#)
    let run = Simulator(kernel: "6.12").run(scenario)
    #expect(run.kills.count == count)
    if let ground = run.kills.first?.ground {
      #expect(ground.text == "/kubepods: allocatableMemory.available 396 KiB < 400 KiB")
    }
  }

  /// On version 1 up to 5.10 a container's charges need not count in its pod's group: the pod goes all the same.
  @Test func `groups without hierarchy`() throws {
    let scenario = try scenario(
      hard, available: 9999, pods: 500, processes: pod("a", 500), version: 1)
    let run = Simulator(kernel: "4.19").run(scenario)
    #expect(run.kills.map(\.victim.name) == ["a"] && run.kills.first?.by == "kubelet")
  }

  // MARK: The signal

  /// Pull request 124063, in 1.31: a hard threshold asks for 1 s. From 1.22 on 0 was taken for nothing said. Pull request
  /// 122890, in 1.32: a soft one asks for no more than the pod's own period.
  @Test func `grace periods by release`() {
    typealias Case = (minor: Int, isHard: Bool, most: Int64, expected: Int64)
    let cases: [Case] = [
      (21, true, 60, 0), (22, true, 60, 45), (30, true, 60, 45), (31, true, 60, 1),
      (21, false, 0, 0), (22, false, 0, 45), (31, false, 0, 1), (21, false, 20, 20),
      (30, false, 20, 20), (34, false, 20, 20), (31, false, 60, 60), (32, false, 60, 45),
      // Less than nothing is passed on.
      (20, false, -1, 0), (22, false, -1, 1), (31, false, -1, 1), (35, false, -1, 1),
    ]
    for one in cases {
      #expect(
        Kubernetes.evictionGracePeriod(
          isHard: one.isHard, minor: one.minor, most: one.most, own: 45) == one.expected,
        "1.\(one.minor)")
    }
  }

  @Test(
    arguments: [("1.21", true, nil), ("1.30", false, 7), ("1.32", false, 1)]
      as [(String, Bool, Int64?)])
  func `SIGTERM and SIGKILL`(release: String, isKill: Bool, escalated: Int64?) throws {
    let scenario = try scenario(
      hard + #", "version": "\#(release)""#, available: 9000, pods: 500, processes: pod("a", 500),
      groups: #""/kubepods/besteffort/pod-a": { "terminationGracePeriodSeconds": 7 }"#,
      machine: #", "exit_delay": "8s""#)
    let ground = try #require(Simulator(kernel: "6.12").run(scenario).kills.first?.ground)
    #expect(ground.signal == (isKill ? .kill : .term))
    #expect(ground.escalated == escalated.map { .seconds($0) })
  }

  // MARK: Groups

  @Test func `which groups are pods`() {
    let pods = [
      "/kubepods/pod-a", "/kubepods/burstable/pod-a", "/kubepods/besteffort/pod-a",
      "/kubepods.slice/kubepods-pod1.slice", "/kind/kubepods/pod-a",
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice",
      "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice",
    ]
    let others = [
      "/", "/web", "/kubepods", "/kubepods/burstable", "/kubepods/pod-a/c", "/kubepods.slice",
      "/kubepods.slice/kubepods-besteffort.slice", "/kubepods/burstable/pod-a/c",
      "/kubepodsx/pod-a",
    ]
    for path in pods { #expect(Kubernetes.isPod(cgroup: path), "\(path)") }
    for path in others { #expect(!Kubernetes.isPod(cgroup: path), "\(path)") }
    #expect(Kubernetes.groupOfAllPods(above: "/kind/kubepods/pod-a") == "/kind/kubepods")
  }
}
