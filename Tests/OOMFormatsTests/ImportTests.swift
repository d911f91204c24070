import Foundation
import OOMFormats
import OOMSimulator
import SharedData
import Testing

/// What importing makes of numbers, limits and samples.
@Suite struct ImportTests {
  func imported(
    _ text: String, _ kind: ImportKind? = nil, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Imported {
    var options = ImportOptions()
    options.kind = kind
    change(&options)
    return try Imported([ImportFile(name: "input", bytes: Array(text.utf8))], options)
  }

  func process(_ scenario: Scenario, _ name: String) throws -> Scenario.Process {
    let rows = (0..<scenario.processes.count).map { scenario.processes[$0] }
    return try #require(rows.first { $0.name == name })
  }

  func group(_ scenario: Scenario, _ path: String) throws -> Cgroup {
    try #require(scenario.cgroups[path])
  }

  // MARK: Units

  /// What units ask systemd-oomd for; `systemctl show` has the limit as a part of 2³² - 1.
  @Test func `units that systemd-oomd watches`() throws {
    let text = """
      Id=-.slice
      ManagedOOMSwap=kill
      MemoryMax=1073741824

      Id=user@1000.service
      ControlGroup=/user.slice/user@1000.service
      MainPID=900
      ManagedOOMSwap=auto
      ManagedOOMMemoryPressure=kill
      ManagedOOMMemoryPressureLimit=2147483648
      ManagedOOMMemoryPressureDurationUSec=20s
      ManagedOOMPreference=avoid
      """
    let scenario = try imported(text, .systemd).scenario
    #expect(scenario.killers.map(\.kind) == [.systemdOOMd])
    let root = try group(scenario, "/")
    #expect(root.managedOOMSwap == .kill && root.max == nil)
    let user = try group(scenario, "/user.slice/user@1000.service")
    #expect(user.managedOOMSwap == nil && user.managedOOMMemoryPressure == .kill)
    #expect(user.managedOOMMemoryPressureLimit == .percent(50))
    #expect(user.managedOOMMemoryPressureDuration == .seconds(20))
    #expect(user.managedOOMPreference == .avoid)
    #expect(scenario.problems().isEmpty)
    let quiet = text.replacing("=kill", with: "=auto")
    #expect(try imported(quiet, .systemd).scenario.killers.isEmpty)
    #expect(throws: ScenarioError.self) {
      try imported(text.replacing("=kill", with: "=shoot"), .systemd)
    }
  }

  // MARK: Sizes

  @Test(
    arguments: [
      ("8Gi", 8 << 30), ("8GiB", 8 << 30), ("8G", 8 << 30), ("8GB", 8_000_000_000),
      ("8gb", 8_000_000_000),
      ("1.5G", 3 << 29), ("1000kB", 1_024_000), ("0", 0), ("512 MiB", 512 << 20),
      ("1e3k", 1_024_000),
      ("0.1k", 103), ("4096T", 1 << 52), ("4097T", nil), ("8", nil), ("8X", nil), ("", nil),
      ("G", nil),
      ("-1G", nil), ("1.2.3G", nil), ("8GiBB", nil), ("NaNG", nil),
    ] as [(String, Int64?)])
  func `sizes as people write them`(text: String, bytes: Int64?) {
    #expect(ImportOptions.size(text)?.rawValue == bytes)
  }

  @Test(
    arguments: [
      ("1.5", 1500), ("2", 2000), ("0.001", 1), ("1000", 1_000_000), ("0", nil), ("1001", nil),
      ("1.0005", nil), ("x", nil), ("-1", nil),
    ] as [(String, Int64?)])
  func `factors`(text: String, thousandths: Int64?) {
    #expect(ImportOptions.scale(text) == thousandths)
  }

  // MARK: Limits of containers

  /// Docker gives as much swap as memory where nothing is said of it.
  @Test(
    arguments: [
      (#""memswap_limit": "1073741824""#, 0), (#""memswap_limit": "3g""#, 524_288),
      (#""image": "x""#, 262_144),
      (#""memswap_limit": -1"#, nil), (#""memswap_limit": "0""#, 262_144),
    ] as [(String, Int64?)])
  func `swap of a container`(key: String, pages: Int64?) throws {
    let text = #"{ "services": { "a": { "mem_limit": "1g", \#(key) } } }"#
    let two = try imported(text).scenario
    #expect(try group(two, "/docker/a").max == 262_144 && group(two, "/docker/a").swapMax == pages)
    let one = try imported(text) { $0.cgroupVersion = 1 }.scenario
    #expect(try group(one, "/docker/a").memswLimit == pages.map { $0 + 262_144 })
  }

  @Test func `what only version 1 of cgroups has`() throws {
    let text = """
      { "services": { "a": { "mem_limit": "64m", "oom_kill_disable": true, "mem_swappiness": 5,
        "mem_reservation": "32m" } } }
      """
    let one = try imported(text) { $0.cgroupVersion = 1 }
    let group = try group(one.scenario, "/docker/a")
    #expect(group.oomKillDisable == true && group.swappiness == 5 && group.softLimit == 8192)
    let two = try imported(text)
    #expect(two.notes.contains { $0.contains("cannot be disabled on version 2") })
    #expect(try self.group(two.scenario, "/docker/a").low == 8192)
  }

  @Test func `docker stats beside the limits of compose and inspect`() throws {
    let stats = """
      CONTAINER ID   NAME         CPU %     MEM USAGE / LIMIT     MEM %
      0123456789ab   shop-web-1   0.10%     100MiB / 512MiB       97.6%
      """
    let compose =
      #"{ "name": "shop", "services": { "web": { "mem_limit": "512m", "oom_score_adj": 7 } } }"#
    let both = try Imported(
      [compose, stats].enumerated().map {
        ImportFile(name: "\($0.offset)", bytes: Array($0.element.utf8))
      },
      ImportOptions())
    let web = try process(both.scenario, "web")
    #expect(both.kind == .compose && web.oomScoreAdj == 7)
    // Page tables are in what a group is charged for.
    #expect(web.anon == 25_600 - 9 - 49 || web.anon == 25_600 - 9 - 50)
  }

  // MARK: Machines

  @Test(arguments: [
    ("Mem: 985 700 90 10 195 150", 985 << 20, "MiB"),
    ("Mem: 1008640 700000 90000 10240 199680 153600", 1_008_640 << 10, "KiB"),
    ("Mem: 1032847360 716800000 92160000 10485760 204472320 157286400", 1_032_847_360, "bytes"),
  ])
  func `the unit of free is told by the share of a process`(
    line: String, bytes: Int64, unit: String
  ) throws {
    let ps = "USER PID %MEM RSS COMMAND\nmysql 900 40.0 403456 mysqld\n"
    let free = "       total used free shared buff/cache available\n\(line)\nSwap: 0 0 0\n"
    let made = try imported(ps) { $0.free = ImportFile(name: "free", bytes: Array(free.utf8)) }
    #expect(made.scenario.machine.memory == Bytes(4096).pages(Bytes(bytes)))
    #expect(made.notes.contains { $0.contains("taken for \(unit)") })
  }

  /// As much is free at the start as `free` says.
  @Test func `old free with buffers and human sizes`() throws {
    let ps = "PID RSS COMMAND\n10 102400 a\n"
    for (free, swap) in [
      (
        """
                     total       used       free     shared    buffers     cached
        Mem:       1048576     800000     200000          0      10000     100000
        -/+ buffers/cache:    690000     358576
        Swap:      2097152          0    2097152
        """, 524_288
      ),
      (
        """
                       total        used        free      shared  buff/cache   available
        Mem:           1.0Gi       600Mi       195Mi         0B       107Mi       300Mi
        Swap:          2.0Gi          0B       2.0Gi
        """, 524_288
      ),
      (
        "MemTotal: 1048576 kB\nMemFree: 200000 kB\nBuffers: 10000 kB\nCached: 100000 kB\nSwapTotal: 2097152 kB\nSwapFree: 2097152 kB\n",
        524_288
      ),
    ] as [(String, Int64)] {
      let scenario = try imported(ps) {
        $0.free = ImportFile(name: "free", bytes: Array(free.utf8))
      }.scenario
      #expect(scenario.machine.memory == 262_144 && scenario.machine.swap == swap)
      #expect((25_000...27_600).contains(scenario.machine.pageCache))
      let used = scenario.machine.kernel + scenario.machine.pageCache + 25_600 + 9 + 50
      #expect((211_000...213_000).contains(used), "\(used)")
    }
  }

  @Test func `sar tells the memory by used and its share`() throws {
    let text = """
      Linux 6.8.0-40-generic (h)   11/30/2026  _x86_64_  (2 CPU)

      11:50:01 PM kbmemfree   kbavail kbmemused  %memused kbbuffers  kbcached
      11:55:01 PM    400000    900000    300000     30.00     10000    250000
      12:05:01 AM    300000    800000    400000     40.00     10000    250000
      """
    let made = try imported(text).scenario
    #expect(abs(made.machine.memory - 250_000) < 50 && made.kernel?.text == "6.8.0-40-generic")
    #expect(made.events.count == 1 && made.events[0].at == 0)
    guard case .grow(.name("used"), let sizes, let over, _) = made.events[0].action else {
      Issue.record("\(made.events)")
      return
    }
    #expect(sizes == Event.Sizes(anon: 25_000) && over == .seconds(600))
  }

  // MARK: Others

  @Test func `usage is multiplied, limits are not`() throws {
    let text = """
      CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT
      0123456789ab   a      0.10%   400KiB / 64MiB
      """
    let plain = try process(try imported(text).scenario, "a").anon
    let scaled = try imported(text) { $0.scale = 1500 }.scenario
    #expect(
      try plain == 90 && process(scaled, "a").anon == 140
        && group(scaled, "/docker/a").max == 16_384)
  }

  /// The machine is never as round as what people write for a limit.
  @Test(
    arguments: [
      ("1.952GiB", 511_705), ("15.5GiB", 4_063_232), ("31.3GiB", 8_205_107), ("3.75GiB", nil),
      ("16GiB", nil),
      ("1 GiB", nil),
    ] as [(String, Int64?)])
  func `a container without a limit shows the memory of the machine`(
    limit: String, pages: Int64?
  ) throws {
    let text = """
      CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT
      0123456789ab   a      0.10%   10MiB / \(limit)
      0123456789ac   b      0.10%   10MiB / 512MiB
      """
    let scenario = try imported(text).scenario
    #expect(scenario.cgroups.keys.contains("/docker/b"))
    #expect(scenario.cgroups.keys.contains("/docker/a") == (pages == nil))
    #expect(scenario.machine.memory == pages ?? 4_194_304)
  }

  @Test func `workloads are pods, but not twice`() throws {
    let template = #""template": { "spec": { "containers": [ { "name": "c" } ] } }"#
    func pods(_ items: String) throws -> [String] {
      let text = #"{ "kind": "List", "items": [ \#(items) ] }"#
      return try Kubectl.workloads(json: Array(text.utf8), file: "x").pods.map(\.name)
    }
    #expect(
      try pods(
        #"{ "kind": "StatefulSet", "metadata": { "name": "s" }, "spec": { "replicas": 2, \#(template) } }"#
      ) == ["s-0", "s-1"])
    #expect(
      try pods(#"{ "kind": "Deployment", "metadata": { "name": "d" }, "spec": { \#(template) } }"#)
        == ["d"])
    #expect(
      try pods(
        """
        { "kind": "Deployment", "metadata": { "name": "d" }, "spec": { "replicas": 2, \(template) } },
        { "kind": "ReplicaSet", "metadata": { "name": "d-1", "ownerReferences": [ { "kind": "Deployment", "name": "d" } ] },
          "spec": { "replicas": 2, \(template) } },
        { "kind": "Pod", "metadata": { "name": "d-1-x", "ownerReferences": [ { "kind": "ReplicaSet", "name": "d-1" } ] },
          "spec": { "containers": [ { "name": "c" } ] } }
        """) == ["d-1-x"])
  }

  // MARK: Samples from outside

  static let shared = SharedData.folder.appending(path: "cases/import")
  static let hasShared = SharedData.has("cases/import", for: "inputs of import from outside")

  @Test(.enabled(if: hasShared)) func `samples from outside`() throws {
    func file(_ name: String) throws -> ImportFile {
      ImportFile(name: name, bytes: try Files.bytes(of: Self.shared.appending(path: name)))
    }
    let pods = try Imported([file("deploy.json")], ImportOptions())
    #expect(pods.kind == .kubernetes)
    #expect(try process(pods.scenario, "etl/data-pipeline-worker/worker").oomScoreAdj == 750)
    let stats = try Imported([file("docker.stats")], ImportOptions()).scenario
    #expect(try group(stats, "/docker/etl").max == 786_432 && stats.processes.count == 1)
    var options = ImportOptions()
    options.free = try file("free.txt")
    let ps = try Imported([file("ps.txt")], options)
    #expect(ps.scenario.processes.count == 4 && ps.scenario.machine.memory == 252_160)
    #expect(ps.notes.contains { $0.hasPrefix("rss is taken for anonymous memory") })
    let yaml = try file("compose.yaml")
    let error = #expect(throws: ScenarioError.self) { try Imported([yaml], ImportOptions()) }
    #expect(error?.description.contains("docker compose config --format json") == true)
  }
}
