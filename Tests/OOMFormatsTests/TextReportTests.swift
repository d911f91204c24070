import OOMSimulator
import Testing

@testable import OOMFormats
@testable import OOMReports

/// The report for people, word for word.
struct TextReportTests {
  /// First the group /web is full, then the machine.
  static let scenario = """
    { "schema": "oomsim.scenario/1", "name": "two", "title": "Two limits, one after the other",
      "kernel": "6.12", "machine": { "memory": "1G", "swap": "64M", "kernel": "32M" },
      "cgroups": { "/web": { "memory.max": "100M", "memory.swap.max": 0, "memory.oom.group": 1 } },
      "processes": [
        { "pid": 1, "name": "init", "anon": "4M" },
        { "name": "nginx", "cgroup": "/web", "anon": "20M", "file": "1M" },
        { "name": "app", "cgroup": "/web", "anon": "60M", "oom_score_adj": 100 },
        { "name": "db", "anon": "300M", "oom_score_adj": -500 },
        { "name": "batch", "anon": "200M" }
      ],
      "events": [
        { "at": "1s", "grow": { "process": "app", "anon": "64M", "over": "4s" } },
        { "at": "1m", "grow": { "process": "db", "anon": "700M", "over": "1m" } }
      ] }
    """

  /// In a window nothing is lost, and what goes on stands below its own column.
  @Test(arguments: [60, 80, 100]) func `lines fit the window`(width: Int) throws {
    let run = try run(Self.scenario)
    let style = Style(isColored: false)
    let whole = TextReport(run, style: style).text
    let text = TextReport(run, style: style, width: width).text
    #expect(text.split { $0.isWhitespace } == whole.split { $0.isWhitespace })
    let fields = text.split(separator: "\n").filter { $0.hasPrefix("    ") }
    #expect(fields.allSatisfy { $0.count <= width }, "\(text)")
    let rest = fields.filter { $0.hasPrefix("     ") }
    #expect(rest.allSatisfy { $0.prefix { $0 == " " }.count == 15 })
    // A sum is broken before its signs.
    #expect(rest.allSatisfy { !$0.hasSuffix(" +") && !$0.hasSuffix(" -") })
  }

  /// In the group: 100 MiB are 25 600 pages, a step of oom_score_adj 25; app has 20 460 + 2 500 points,
  /// and its file pages are gone. With adj -613 it would have 20 460 - 15 325 = 5 135, less than nginx.
  /// In the machine swap is 16 384 pages, and what was there at the start is the oldest, each in proportion: of db's
  /// 76 800 of 129 024 pages 9752. A fortieth of memory, 6553 pages, takes db 2.2 s. 216 968 - 139 000 points; with -596 at most 51 280, less than batch.
  @Test func `a run with two kills`() throws {
    let run = try run(Self.scenario)
    #expect(
      TextReport(run, style: Style(isColored: false)).text == """
        Two limits, one after the other   Linux 6.12, badness as since 5.9

        #1 at 2.233s  Memory cgroup out of memory: killed process 1001 (app)
            limit      memory.max of /web: 100 MiB, 100 MiB used
            points     22 960 = anon 20 411 + page tables 49 + oom_score_adj 100 × 25   \
        of totalpages 25 600
            oom_score  782, as /proc/1001/oom_score showed it
            runner-up  1000 (nginx), 5 140 points: lost by 69.6 MiB
            spared at  oom_score_adj -613 or less (it had 100); then nginx is chosen
            died too   1000 (nginx) memory.oom.group
            freed      100 MiB

        #2 at 1m46s  Out of memory: killed process 1002 (db)
            limit      the machine: 4 MiB of 1 GiB free, min watermark 4 MiB, swap 64 MiB of \
        64 MiB used
            moment     between 1m44s and 1m46s, as fewer or more free pages stay on lists of CPUs
            points     77 968 = anon 206 784 + swap 9 752 + page tables 432 - \
        oom_score_adj 500 × 278   of totalpages 278 528
            oom_score  852, as /proc/1002/oom_score showed it
            runner-up  1003 (batch), 51 309 points: lost by 104 MiB
            spared at  oom_score_adj -596 or less (it had -500); then batch is chosen
            freed      847 MiB

        group /web: 3 kills counted (oom_kill), peak 100 MiB

        note: memory is MemTotal, of which a machine of 1 GiB shows 1 to 4 % less

        2 kills · end at 2m0s · digest \(hexText(run.digest))

        """)
  }

  @Test func `candidates in the order of the kernel`() throws {
    let run = try run(Self.scenario, recordsCandidates: true)
    let text = TextReport(run, style: Style(isColored: false), showsCandidates: true).text
    #expect(
      text.contains(
        """
            candidates 2, in the order in which the kernel visits them
            points     rss  swap  pgtables  oom_score_adj  oom_score   pid  name
             5 140   5 120     0        20              0        678  1000  nginx
            22 960  20 411     0        49            100        782  1001  app

        """))
    #expect(text.contains("init   (global init)"))
  }

  /// Colours carry no meaning alone: without them the same words are left.
  @Test func `colours only add escapes`() throws {
    let run = try run(Self.scenario)
    let plain = TextReport(run, style: Style(isColored: false)).text
    let colored = TextReport(run, style: Style(isColored: true)).text
    #expect(!plain.contains("\u{1B}"))
    #expect(colored.contains("\u{1B}[1;31mOut of memory: killed process 1002 (db)\u{1B}[0m"))
    var stripped = colored
    for code in ["0", "1", "2", "32", "1;31"] {
      stripped = stripped.split(separator: "\u{1B}[\(code)m", omittingEmptySubsequences: false)
        .joined()
    }
    #expect(stripped == plain)
  }

  @Test func `a run in which nobody dies`() throws {
    let text = TextReport(try run(scenarioText()), style: Style(isColored: false)).text
    #expect(
      text.hasPrefix(
        "scenario   Linux 6.12, badness as since 5.9\n\nnobody was killed · end at 0s"))
  }

  /// Mode 2 lets 25 600 pages be committed, less 8 MiB for the administrator and a 32nd of 2 560 pages.
  @Test func `what was refused and what panicked`() throws {
    let refused = try run(
      scenarioText(
        """
        "sysctl": { "vm.overcommit_memory": 2, "vm.overcommit_kbytes": 102400 },
        "processes": [ { "name": "redis", "uid": 9, "anon": "10M" } ],
        "events": [ { "at": "5s", "map": { "process": "redis", "size": "200M" } } ]
        """))
    let text = TextReport(refused, style: Style(isColored: false)).text
    #expect(
      text.contains(
        "at 5s  ENOMEM: 1000 (redis) asked for 200 MiB; Committed_AS 10 MiB + that is not below 91.6 MiB: "
          + "CommitLimit 100 MiB less the reserves\n"))
    #expect(text.contains("nobody was killed, 1 request refused · "))
    let pages = TextReport(refused, style: Style(isColored: false, showsPages: true)).text
    #expect(
      pages.contains(
        "asked for 51 200 pages (200 MiB); Committed_AS 2 560 pages (10 MiB) + that is not below 23 472 pages "
          + "(91.6 MiB): CommitLimit 25 600 pages (100 MiB) less the reserves\n"))
    let panic = try run(
      scenarioText(
        #""sysctl": { "vm.panic_on_oom": 1 }, "events": [ { "at": "1m", "oom": {} } ]"#))
    let panicText = TextReport(panic, style: Style(isColored: false)).text
    #expect(panicText.contains("at 1m0s  Kernel panic: vm.panic_on_oom is set\n"))
    #expect(panicText.contains(", panic · "))
  }

  /// ESC, BEL, a C1 CSI, a line break and DEL in every text that a scenario can bring.
  @Test func `control characters of a scenario never reach the terminal`() throws {
    let evil = #"\u001b]0;x\u0007\u009b31m\n\u007f\r"#
    let hostile = """
      { "schema": "oomsim.scenario/1", "name": "n\(evil)", "title": "t\(evil)",
        "kernel": "6.12-\(evil)", "machine": { "memory": "64M" },
        "cgroups": { "/g\(evil)": { "memory.max": "8M", "memory.oom.group": 1 } },
        "processes": [ { "name": "a\(evil)", "cgroup": "/g\(evil)", "anon": "4M" },
                       { "name": "b\(evil)", "cgroup": "/g\(evil)", "anon": "1M" },
                       { "name": "c\(evil)", "oom_score_adj": -1000, "anon": "900M" } ],
        "events": [ { "at": 0, "grow": { "process": "a\(evil)", "anon": "20M" } } ] }
      """
    let scenario = try Scenario(json: Array(hostile.utf8))
    let run = try run(hostile, recordsCandidates: true)
    try #require(run.kills.count >= 1)
    let report = TextReport(run, style: Style(isColored: false), showsCandidates: true).text
    expectNoControls(report)
    expectNoControls(ScoreText.text(Simulator().score(scenario), style: Style(isColored: false)))
    #expect(report.contains(#"(a\u{1b}]0;x\u{7}\u{9b}31m\u{a}\u{7f}\u{d})"#))
    var writer = JSONWriter()
    writer.result(run)
    expectNoControls(String(decoding: writer.bytes, as: UTF8.self), except: "\u{9B}")
    let (_, error) = reading(scenarioText("\"x\(evil)\": 1, \"kernel\": \"\(evil)\""))
    expectNoControls(try #require(error).description)
    let (_, unknown) = reading(
      scenarioText("\"events\": [ { \"at\": 0, \"exit\": { \"process\": \"\(evil)\" } } ]"))
    expectNoControls(try #require(unknown).description)
    let (_, path) = reading(scenarioText("\"cgroups\": { \"\(evil)\": {} }"))
    expectNoControls(try #require(path).description)
  }

  private func expectNoControls(
    _ text: String, except: Unicode.Scalar = "\n", _ location: SourceLocation = #_sourceLocation
  ) {
    let controls = text.unicodeScalars.filter {
      $0.properties.generalCategory == .control && $0 != "\n" && $0 != except
    }
    #expect(controls.isEmpty, "\(text)", sourceLocation: location)
  }

  private func run(_ text: String, recordsCandidates: Bool = false) throws -> Run {
    let scenario = try Scenario(json: Array(text.utf8))
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = recordsCandidates
    return simulator.run(scenario)
  }
}

struct ScoreTextTests {
  /// Most points first, those that cannot be chosen last.
  @Test func `the table of badness`() throws {
    let scenario = try Scenario(json: Array(TextReportTests.scenario.utf8))
    let table = Simulator(kernel: "6.12").score(scenario)
    #expect(
      ScoreText.text(table, style: Style(isColored: false)) == """
        two   Linux 6.12, totalpages 278 528, one oom_score_adj is 278 pages

         points     rss  swap  pgtables  oom_score_adj  oom_score   pid  name
         51 309  51 200     0       109              0        789  1003  batch
         43 199  15 360     0        39            100        770  1001  app
          5 396   5 376     0        20              0        679  1000  nginx
        -62 041  76 800     0       159           -500        518  1002  db
              -   1 024     0        11              0          0     1  init   (global init)

        """)
  }
}
