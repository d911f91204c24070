import OOMFormats
import OOMSimulator
import Testing

// What a machine uses besides its processes, lives of containers, and days: each against a sum by hand.

extension ImportTests {
  private func series(_ name: String, _ labels: String, _ samples: [(Int64, Int64)]) -> String {
    let values = samples.map { #"[\#($0.0), "\#($0.1)"]"# }.joined(separator: ",")
    let more = labels.isEmpty ? "" : ", " + labels
    return #"{ "metric": { "__name__": "\#(name)"\#(more) }, "values": [\#(values)] }"#
  }

  private func answer(_ series: [String]) -> String {
    #"{ "status": "success", "data": { "resultType": "matrix", "result": [ \#(series.joined(separator: ",")) ] } }"#
  }

  private static let mib: Int64 = 1 << 20

  private func node(_ name: String, _ mebibytes: [Int64]) -> String {
    series(
      "node_memory_\(name)_bytes", #""instance": "n1:9100""#,
      mebibytes.enumerated().map { (1_700_000_000 + Int64($0.offset) * 60, $0.element * Self.mib) })
  }

  private func rss(_ id: String, _ mebibytes: [(Int64, Int64)]) -> String {
    series(
      "container_memory_rss",
      #""namespace": "shop", "pod": "api-0", "container": "api", "id": "/k/\#(id)""#,
      mebibytes.map { (1_700_000_000 + $0.0, $0.1 * Self.mib) })
  }

  // MARK: What is nobody's

  /// What the kernel has was measured: it does not become less where `--scale` makes processes larger.
  @Test(arguments: [
    """
    Linux 6.1.0 (web1) 03/01/2024 _x86_64_ (4 CPU)
    00:00:01 kbmemfree kbavail kbmemused %memused kbbuffers kbcached kbanonpg
    00:10:01 1000000 2500000 5000000 62.50 200000 1700000 4000000
    00:20:01 900000 2400000 5100000 63.75 200000 1700000 4100000
    """,
    """
    USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
    root 1 0.0 0.1 20000 10240 ? Ss 08:00 0:01 /sbin/init
    www 100 0.0 25.0 3000000 2048000 ? S 08:00 0:01 nginx
    """,
  ])
  func `the kernel's part stays where use is scaled`(text: String) throws {
    let free = ImportFile(
      name: "free",
      bytes: Array(
        """
                       total        used        free      shared  buff/cache   available
        Mem:         8000000     5000000     1000000       10000     2000000     2900000
        Swap:        1000000      400000      600000
        """.utf8))
    func scaled(_ scale: Int64) throws -> Scenario {
      try imported(text) {
        $0.scale = scale
        if text.hasPrefix("USER") { $0.free = free }
      }.scenario
    }
    let (one, more) = (try scaled(1000), try scaled(1500))
    #expect(one.machine.kernel > 0 && abs(one.machine.kernel - more.machine.kernel) <= 2)
    let name = text.hasPrefix("USER") ? "nginx" : "used"
    let (usual, larger) = (try process(one, name).anon, try process(more, name).anon)
    #expect(larger == (usual * 3 + 1) / 2)
    if text.hasPrefix("USER") {
      // free shows 400 000 KiB of swap in use, and ps whose it is.
      let unlisted = try process(one, "unlisted")
      #expect(unlisted.swap == 100_000 && unlisted.oomScoreAdj == -1000)
    }
  }

  /// MemFree falls from 3 to 0.5 GiB while the one container stays as it is: the replay ends with as much free.
  @Test func `what a node uses besides containers goes along with its samples`() throws {
    let text = answer([
      node("MemTotal", [8192, 8192, 8192]), node("MemFree", [3072, 1536, 512]),
      node("Cached", [1024, 1024, 512]), node("SwapTotal", [2048, 2048, 2048]),
      node("SwapFree", [1024, 1024, 1024]), rss("a", [(0, 1024), (60, 1024), (120, 1024)]),
    ])
    let scenario = try imported(text).scenario
    let tables = Kubernetes.NodeScenario.pageTables(of: 262_144)
    // 8192 - 3072 - 1024 - 1024 MiB and the tables of the container.
    #expect(scenario.machine.kernel == 3072 * 256 - tables)
    #expect(scenario.machine.pageCache == 1024 * 256)
    var (kernel, cache) = (scenario.machine.kernel, scenario.machine.pageCache)
    for event in scenario.events {
      switch event.action {
      case .growUnowned(.kernel, let pages, _, _, _): kernel += pages
      case .shrinkUnowned(.kernel, let pages, _, _): kernel -= pages
      case .growUnowned(.pageCache, let pages, _, _, _): cache += pages
      case .shrinkUnowned(.pageCache, let pages, _, _): cache -= pages
      default: Issue.record("an event of another kind")
      }
    }
    #expect(kernel == 6144 * 256 - tables && cache == 512 * 256)
    #expect(try process(scenario, "unlisted").swap == 1024 * 256)
    let run = Simulator(for: scenario).run(valid: scenario)
    #expect(run.kills.isEmpty && run.stuck.isEmpty)
  }

  /// 1 GiB of 8 is available: nothing says what of the rest is free.
  @Test func `without MemFree what is available counts`() throws {
    let text = answer([
      node("MemTotal", [8192]), node("MemAvailable", [1024]), rss("a", [(0, 1024)]),
    ])
    let answer = try imported(text)
    let tables = Kubernetes.NodeScenario.pageTables(of: 262_144)
    #expect(answer.scenario.machine.kernel == 6144 * 256 - tables)
    #expect(answer.notes.contains { $0.hasPrefix("no node_memory_MemFree_bytes") })
  }

  @Test func `swap in use is that of the one process`() throws {
    let prometheus = try imported(
      answer([
        node("MemTotal", [8192, 8192]), node("MemFree", [3072, 3072]),
        node("SwapTotal", [2048, 2048]), node("SwapFree", [2048, 512]),
      ])
    ).scenario
    #expect(try process(prometheus, "used").swap == 0)
    #expect(
      prometheus.events.contains {
        if case .grow(.name("used"), let sizes, _, _) = $0.action {
          return sizes.anon == 1536 * 256
        }
        return false
      })
    let sar = try imported(
      """
      00:00:01 kbmemfree kbavail kbmemused %memused kbbuffers kbcached
      00:10:01 100000 200000 7700000 96.25 10000 190000

      00:00:01 kbswpfree kbswpused %swpused
      00:10:01 50000 1950000 97.50
      """
    ).scenario
    #expect(try process(sar, "used").swap == 487_500 && sar.machine.swap == 500_000)
  }

  // MARK: Lives

  /// An answer goes on with a series for five minutes after its last sample: the old container is not beside the new one.
  @Test func `a container that came back under another id is one that was restarted`() throws {
    let text = answer([
      rss("a", [(0, 100), (60, 200), (120, 300), (180, 300), (240, 300)]),
      rss("b", [(180, 20), (240, 400), (300, 700), (360, 800)]),
    ])
    let answer = try imported(text)
    #expect(answer.notes.contains { $0.hasPrefix("1 restart seen") })
    let scenario = answer.scenario
    #expect(scenario.processes.count == 1)
    let lives = scenario.events.compactMap { event -> String? in
      switch event.action {
      case .exit: "exit \(event.at.rawValue)"
      case .start(let process): "start \(event.at.rawValue) \(process.name) \(process.anon)"
      default: nil
      }
    }
    #expect(lives == ["exit 180000000", "start 180000000 shop/api-0/api 5120"])
    // Two that go on beside each other for longer are two.
    let beside = try imported(
      self.answer([
        rss("a", (0...20).map { ($0 * 60, 100) }), rss("b", (5...30).map { ($0 * 60, 100) }),
      ]))
    #expect(
      beside.scenario.events.count { if case .start = $0.action { true } else { false } } == 1)
    #expect(!beside.notes.contains { $0.hasPrefix("1 restart seen") })
  }

  /// Every series has samples of its own: half of them are at most so far apart, and two may be missing.
  @Test func `series on other grids have no gaps`() throws {
    func other(_ name: String, _ times: [Int64]) -> String {
      series(
        "container_memory_rss", #""container": "\#(name)""#,
        times.map { (1_700_000_000 + $0, 100 * Self.mib + $0 * 4096) })
    }
    let irregular = try imported(
      answer([
        other("a", [0, 14, 30, 41, 60, 75, 86, 104]), other("b", [3, 21, 33, 52, 66, 80, 99, 111]),
      ]))
    #expect(!irregular.notes.contains { $0.mentionsRestart })
    #expect(irregular.scenario.processes.count == 2)
    // One interval of 5 s in one of them, and a scrape that was missed.
    let short = try imported(
      answer([
        other("a", [0, 60, 65, 120, 180, 240]), other("b", [0, 60, 120, 240, 300]),
      ]))
    #expect(!short.notes.contains { $0.mentionsRestart })
    let gone = try imported(
      answer([other("a", [0, 60, 120, 420, 480]), other("b", (0...8).map { $0 * 60 })]))
    #expect(gone.notes.contains { $0.hasPrefix("1 restart seen") })
  }

  @Test func `answers that follow one another are one series`() throws {
    let (first, second) = (
      answer([rss("a", [(0, 100), (60, 200)])]), answer([rss("a", [(120, 300), (180, 400)])])
    )
    let whole = try imported(
      answer([rss("a", [(0, 100), (60, 200), (120, 300), (180, 400)])])
    ).scenario
    for texts in [[first, second], [second, first]] {
      let files = texts.map { ImportFile(name: "input", bytes: Array($0.utf8)) }
      var scenario = try Imported(files, ImportOptions()).scenario
      scenario.description = whole.description
      // The pieces meet in a sample of their own.
      #expect(scenario.processes == whole.processes)
      #expect(
        Simulator(for: scenario).run(valid: scenario).end
          == Simulator(for: whole).run(valid: whole).end)
    }
    #expect(throws: ScenarioError.self) {
      let files = [first, first].map { ImportFile(name: "input", bytes: Array($0.utf8)) }
      return try Imported(files, ImportOptions())
    }
  }

  @Test func `an instance is one of those that are there`() throws {
    func job(_ instance: String, _ mebibytes: Int64) -> String {
      series(
        "process_resident_memory_bytes", #""job": "api", "instance": "\#(instance)""#,
        [(1_700_000_000, mebibytes * Self.mib)])
    }
    let text = answer([job("a:1", 100), job("b:1", 200)])
    let both = try imported(text)
    #expect(both.scenario.processes.count == 2)
    #expect(both.notes.contains { $0.hasPrefix("series of 2 machines are taken for one") })
    let one = try imported(text) { $0.instance = "a:1" }.scenario
    #expect(one.processes.count == 1 && one.processes[0].anon == 25_600)
    let error = #expect(throws: ScenarioError.self) { try imported(text) { $0.instance = "c" } }
    #expect(
      error?.description.contains("no series of memory of the instance c: found a:1, b:1") == true)
  }

  /// `--jitter processes=±50%` at its upper end is what `--scale 1.5` makes of samples, growth and restarts included.
  @Test func `use that is drawn is use that is scaled`() throws {
    let text = answer([
      rss("a", [(0, 100), (60, 200), (120, 50), (480, 80), (540, 120)]),
      series(
        "container_memory_rss", #""container": "other""#,
        (0...9).map { (1_700_000_000 + $0 * 60, 64 * Self.mib) }),
    ])
    let (one, larger) = (
      try imported(text).scenario, try imported(text) { $0.scale = 1500 }.scenario
    )
    #expect(one.events.count == 5)
    let scaled = one.scaled(150_000)
    #expect(scaled.processes == larger.processes && scaled.events == larger.events)
    #expect(one.scaled(100_000) == one)
    // Of a process that has locked memory alone, too; files and shared memory stay.
    var locked = Scenario()
    locked.processes.append(Scenario.Process(name: "a", file: 10, shmem: 20, locked: 100))
    let half = locked.scaled(50_000).processes[0]
    #expect(half.locked == 50 && half.file == 10 && half.shmem == 20)
  }

  // MARK: Days

  private func sar(_ date: String, _ rows: [(String, Int64)]) -> String {
    let lines = rows.map { clock, used in
      "\(clock) \(8_000_000 - used) 1 \(used) \(used / 80_000).\(used % 80_000 / 800) 0 0"
    }
    return """
      Linux 6.1.0 (web1) \t\(date) \t_x86_64_\t(4 CPU)

      00:00:01 kbmemfree kbavail kbmemused %memused kbbuffers kbcached
      \(lines.joined(separator: "\n"))

      """
  }

  /// sa01 and sa02: two days, in whatever order the files come, and in one stream.
  @Test(arguments: [
    ("03/31/2024", "04/01/2024"), ("2024-02-28", "2024-02-29"), ("31.12.2024", "01.01.2025"),
    ("31/12/24", "01/01/25"),
  ])
  func `days follow one another by their dates`(first: String, second: String) throws {
    let one = sar(first, [("00:10:00", 1_000_000), ("12:00:00", 6_000_000)])
    let two = sar(second, [("00:10:00", 2_000_000), ("12:00:00", 3_000_000)])
    for texts in [[one, two], [two, one], [one + two]] {
      let files = texts.map { ImportFile(name: "sar", bytes: Array($0.utf8)) }
      let scenario = try Imported(files, ImportOptions()).scenario
      #expect(scenario.processes[0].anon == 250_000, "\(texts.count)")
      let growth = scenario.events.map { $0.at.rawValue / 60_000_000 }
      // At 0:10, 12:00 and 0:10 of the next day.
      #expect(growth == [0, 710, 1440])
    }
  }

  /// After a restart the headers come again, and time goes on.
  @Test func `headers after a restart begin no day`() throws {
    let text = """
      Linux 6.1.0 (web1) \t03/01/2024 \t_x86_64_\t(4 CPU)

      11:50:01 PM kbmemfree kbavail kbmemused %memused kbbuffers kbcached
      11:55:01 PM 1000000 2500000 5000000 62.50 200000 1700000
      12:05:01 AM 900000 2400000 5100000 63.75 200000 1700000

      12:06:00 AM LINUX RESTART (4 CPU)

      12:10:01 AM kbmemfree kbavail kbmemused %memused kbbuffers kbcached
      12:15:01 AM 5000000 6000000 1000000 12.50 200000 1700000
      """
    let answer = try imported(text)
    #expect(answer.notes.contains { $0.hasPrefix("samples: 3 over 20m0s") }, "\(answer.notes)")
    #expect(answer.scenario.processes[0].anon == 1_250_000)
  }
}

extension String {
  fileprivate var mentionsRestart: Bool { contains("restart") && contains("seen") }
}
