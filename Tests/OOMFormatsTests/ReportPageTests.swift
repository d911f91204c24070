import Foundation
import Testing

@testable import OOMFormats
@testable import OOMReports
@testable import OOMSimulator

/// The page: what a browser, a screen reader and a hostile scenario make of it.
@Suite struct ReportPageTests {
  private func page(_ text: String, _ kernel: String? = nil) throws -> String {
    let bytes = Array(text.utf8)
    let scenario = try Scenario(json: bytes)
    let simulator = Simulator(for: scenario)
    return ReportPage(scenario, simulator: simulator, source: bytes).html
  }

  private func page(of file: URL) throws -> String {
    try page(String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let expression = try NSRegularExpression(pattern: pattern)
    let range = NSRange(text.startIndex..., in: text)
    return expression.matches(in: text, range: range).compactMap {
      Range($0.range(at: $0.numberOfRanges - 1), in: text).map { String(text[$0]) }
    }
  }

  static let hostile = #"""
    { "schema": "oomsim.scenario/1", "name": "x</script><script>alert(1)</script>",
      "title": "</title><img src=x onerror=alert(1)> \u202Eevil \u0007 & \" '",
      "description": ["<b>bold</b> </pre>", "--> <!-- ]]>"], "machine": { "memory": "1G" },
      "cgroups": { "/a</script>\"'/b": { "memory.max": "200M" } },
      "processes": [ { "pid": 1, "name": "init", "anon": "1M" },
        { "name": "</script><img src=x onerror=alert(1)>", "cgroup": "/a</script>\"'/b", "anon": "100M" },
        { "name": "\u0001\u2028日本語", "cgroup": "/a</script>\"'/b", "anon": "40M" } ],
      "events": [ { "at": "10s", "grow": { "process": "\u0001\u2028日本語", "anon": "500M", "over": "60s" } } ] }
    """#

  @Test func `nothing of a scenario becomes markup or script`() throws {
    let page = try page(Self.hostile)
    #expect(!page.contains("<img") && !page.contains("<b>bold") && !page.contains("<!--"))
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "</script").count == 3)
    #expect(page.components(separatedBy: "</title").count == 5)
    #expect(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"))
    #expect(page.contains(#"\u{202e}evil \u{7} &amp; &quot; &#39;"#))
    let bad = page.unicodeScalars.filter {
      ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
        || (0x2028...0x202E).contains($0.value)
    }
    #expect(bad.isEmpty)
    let data = try data(of: page)
    let lines = try #require(data["lines"] as? [[Any]])
    #expect(
      lines.map { $0[0] as? String }.contains("</script><img src=x onerror=alert(1)> (1000)"))
  }

  private func data(of page: String) throws -> [String: Any] {
    let text = try #require(
      page.components(separatedBy: "id=\"data\">").last?.components(separatedBy: "</script>").first)
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(json as? [String: Any])
  }

  @Test(arguments: try shippedScenarios())
  func `every story makes a page that is well formed and asks for nothing`(file: URL) throws {
    let page = try page(of: file)
    let body = page.components(separatedBy: "<script").first ?? ""
    let ids = try matches(" id=\"([^\"]*)\"", body)
    #expect(Set(ids).count == ids.count)
    for reference in try matches(" (?:aria-labelledby|for)=\"([^\"]*)\"", body) {
      for id in reference.split(separator: " ") { #expect(ids.contains(String(id)), "\(id)") }
    }
    for link in try matches(" href=\"#([^\"]*)\"", body) { #expect(ids.contains(link), "\(link)") }
    let levels = try matches("<h([1-6])[ >]", body).compactMap(Int.init)
    #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
    for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
    // A name for each picture and each region that scrolls, a caption and scopes for each table.
    #expect(try matches("<svg (?![^>]*(aria-hidden|role=\"img\"))", body).isEmpty)
    #expect(
      try matches("role=\"region\"", body).count
        == matches("role=\"region\" aria-label", body).count)
    #expect(
      try matches("(<table>)", body).count == matches("(<table><caption>)", body).count)
    #expect(try matches("(<th)(?![^>]*scope|ead)[^>]*>", body).isEmpty)
    for tag in ["section", "table", "tr", "td", "th", "dl", "dd", "p", "svg", "details", "figure"] {
      #expect(
        try matches("(<\(tag)[ >])", body).count == matches("(</\(tag)>)", body).count, "\(tag)")
    }
    #expect(try matches("(?:src|href|action)=\"(?!#|data:)([^\"]*)\"", page).isEmpty)
    #expect(!page.contains("url(") && !page.contains("@import") && !page.contains("fetch("))
    #expect(page.utf8.count < 250_000, "\(page.utf8.count)")
    _ = try data(of: page)
    try checkAxes(body)
  }

  @Test func `the same bytes every time`() throws {
    #expect(try page(Self.hostile) == page(Self.hostile))
  }

  @Test func `the answer comes first, with its sum and its bars`() throws {
    let root = try #require(
      shippedScenarios().first { $0.path.hasSuffix("protection/agent-minus-500.json") })
    let page = try page(of: root)
    let answer = try #require(page.range(of: "<div class=\"answer\">"))
    let time = try #require(page.range(of: "id=\"time\""))
    #expect(answer.upperBound < time.lowerBound)
    for part in [
      "<strong><bdi>app</bdi> (1005)</strong> is killed at <strong>22h54m6s</strong>",
      "It had the most points, 666 909; <bdi>agent</bdi> (1004) had 104 468.",
      "anon 1\u{A0}119\u{A0}771 + page tables 2\u{A0}197 - oom_score_adj 500 × 2\u{A0}035",
      "oom_score_adj -277 or less (it had 0)", "MemTotal 7.7 GiB", "What if",
      "&quot;agent-minus-500&quot;",
    ] where part != "&quot;agent-minus-500&quot;" { #expect(page.contains(part), "\(part)") }
    #expect(page.contains("\"agent-minus-500\""))
    // 1,119,771 pages of anon are the longest bar: from 0 to its own end, adj takes away most of it.
    #expect(page.contains("<rect class=\"t1\" x=\"0\" y=\"1\" width=\"998\" height=\"11\"/>"))
    #expect(page.contains("<rect class=\"t6\" x=\"93\" y=\"13\" width=\"907\" height=\"6\"/>"))
  }

  /// Every answer of "What now" and of "What if" is a replay: here as `protect` and `run --set` have it.
  @Test func `what now, what if, and who would be killed at each moment`() throws {
    let file = try #require(
      shippedScenarios().first { $0.path.hasSuffix("protection/agent-minus-500.json") })
    let bytes = Array(try Data(contentsOf: file))
    let scenario = try Scenario(json: bytes)
    let page = ReportPage(
      scenario, simulator: Simulator(for: scenario), source: bytes,
      command: ["oomsim", "run", "x.json"]
    ).html
    for part in [
      "<strong>oom_score_adj -277 or less</strong> (it has 0): <bdi>agent</bdi> (1004) is killed at 22h54m6s.",
      "echo -277 &gt; /proc/1005/oom_score_adj\noomsim run x.json --set processes.app.oom_score_adj=-277",
      "oomsim run x.json --set machine.memory=8077M",
      "<summary>Memory of the machine: 7.7 GiB now; with 8.7 GiB nobody is killed</summary>",
      "Who would be killed if the machine were out of memory then:",
    ] { #expect(page.contains(part), "\(part)") }
    let strip = try #require(page.components(separatedBy: "<ol class=\"strip\">").last)
    let names = try matches("<bdi>([^<]*)</bdi>", strip.components(separatedBy: "</ol>")[0])
    #expect(names == ["app", "agent"])
    // The slider begins at the moment before the kill, in which the victim is the one to die.
    let data = try self.data(of: page)
    let begin = try #require(data["begin"] as? Int)
    let times = try #require(data["times"] as? [Int])
    #expect(times[begin] == 82_446_000_000 || times[begin] / 1_000_000 == 82_446)
    let next = try #require(data["next"] as? [Int])
    #expect((data["names"] as? [String])?[next[begin]] == "app (1005)" && next.count == times.count)
    // No command, no replays.
    #expect(!(try self.page(of: file)).contains("What now"))
  }

  @Test func `with the engine in it the page has the module and the scenario as it was replayed`()
    throws
  {
    let scenario = try Scenario(json: Array(Self.hostile.utf8))
    let page = ReportPage(
      scenario, simulator: Simulator(for: scenario), source: Array(Self.hostile.utf8),
      live: PackedModule(Array("oomsim\0\u{1}".utf8) + [1, 0, 0, 0, 9, 0, 0, 0, 1, 2])
    ).html
    #expect(page.contains("wasm-unsafe-eval") && page.contains("data-unpacked=\"9\""))
    #expect(
      page.components(separatedBy: "<script").count
        == page.components(separatedBy: "</script").count)
    let text = try #require(
      page.components(separatedBy: "id=\"scenario\">").last?.components(separatedBy: "</script>")
        .first)
    #expect(try Scenario(json: Array(text.utf8)) == scenario)
    #expect(!(try self.page(Self.hostile)).contains("wasm-unsafe-eval"))
  }

  /// Axes have round values, a grid and no fractions of seconds.
  private func checkAxes(_ body: String) throws {
    for axis in try matches("<div class=\"ys\"[^>]*>(.*?)</div>", body) {
      let marks = try matches("<span[^>]*>([^<]*)</span>", axis)
      #expect((2...6).contains(marks.count) && marks[0] == "0", "\(marks)")
      let values = try marks.dropFirst().map { mark in
        try #require(Int(mark.prefix { $0 != " " }), "\(marks)")
      }
      // Each mark is as far from the one before as the first is from 0.
      #expect(values == (1...values.count).map { $0 * values[0] }, "\(marks)")
      #expect([1, 2, 5].contains(Int(String(values[0].description.prefix(1)))), "\(marks)")
    }
    for axis in try matches("<div class=\"xs\"[^>]*>(.*?)</div>", body) {
      let marks = try matches("<span[^>]*>([^<]*)</span>", axis)
      #expect((1...7).contains(marks.count) && marks[0] == "0", "\(marks)")
      for mark in marks { #expect(try matches("([0-9]\\.[0-9]{2})", mark).isEmpty, "\(mark)") }
    }
    let pictures = try matches("(<figure>)", body).count
    #expect(try matches("(<path class=\"grid\")", body).count == pictures)
    let answer = body.components(separatedBy: "<h2").first ?? ""
    #expect(try matches("([0-9]m[0-9]+\\.[0-9]+s)", answer).isEmpty, "\(answer)")
  }

  @Test func `a summary of five lines to paste`() throws {
    let root = try #require(
      shippedScenarios().first { $0.path.hasSuffix("protection/agent-minus-500.json") })
    let page = try page(of: root)
    let lines = try #require(
      page.components(separatedBy: "to paste</summary><pre tabindex=\"0\">").last?
        .components(separatedBy: "</pre>").first
    ).components(separatedBy: "\n")
    #expect(
      lines.dropLast() == [
        "A leaking monitoring agent at -500 takes the application with it (Linux 6.12)",
        "app (1005) is killed at 22h54m6s: the machine is out of memory, 7.7 GiB",
        "points: 666 909 = anon 665 600 + page tables 1 309",
        "next: agent (1004), 104 468 points; it dies instead where app has oom_score_adj -277 or less",
      ])
    #expect(lines.last?.hasPrefix("in all: 1 process dies, 2.5 GiB freed; digest ") == true)
    // Where nobody is killed nothing is red.
    #expect(page.contains("<div class=\"answer\">"))
    let quiet = try #require(
      shippedScenarios().first { $0.path.hasSuffix("global/make-j6.json") })
    #expect(try self.page(of: quiet).contains("<div class=\"answer calm\">"))
  }

  /// Eight alike are one row and one line, and the victim has a row of its own.
  @Test func `equal processes are summed, and points are said in MiB`() throws {
    let page = try page(
      """
      { "machine": { "memory": "1G" }, "processes": [ { "name": "php", "count": 8, "anon": "40M" },
        { "name": "app", "anon": "100M" }, { "name": "php-x", "anon": "40M" } ],
        "events": [ { "at": "1s", "oom": {} } ] }
      """)
    #expect(
      page.contains("<bdi>php</bdi> × 8<br><span class=\"soft\">together 320 MiB</span></th>"))
    #expect(page.contains("<bdi>php</bdi> × 8, together: up to 320 MiB</li>"))
    #expect(
      page.contains("<bdi>php-x</bdi> (1009)</th>")
        && page.contains("<bdi>app</bdi> (1008): chosen</th>"))
    #expect(page.contains("25 659<br><span class=\"soft\">100 MiB</span>"))
    #expect(!page.contains("more that could be chosen"))
  }

  /// A service is one line over its lives, and at each moment called by the pid that it has then.
  @Test func `a service is one line whose living pid is named`() throws {
    let file = try #require(
      shippedScenarios().first { $0.path.hasSuffix("restart/systemd-restart-loop.json") })
    let page = try page(of: file)
    #expect(
      page.contains("<bdi>cached</bdi> (1004, then 1005, then 1006 and 2 more): up to 1.8 GiB"))
    let lines = try #require(try data(of: page)["lines"] as? [[Any]])
    let line = try #require(lines.first { $0[0] as? String == "cached" })
    let pages = try #require(line[1] as? [Int])
    let lives = try #require(line[2] as? [[Any]])
    for (index, life) in lives.enumerated() {
      let from = try #require(life[0] as? Int)
      let to = index + 1 < lives.count ? lives[index + 1][0] as? Int : pages.count
      let isThere = life[1] as? String != "cached, not there"
      #expect(pages[from..<(to ?? from)].allSatisfy { ($0 > 0) == isThere })
    }
    let names = lives.compactMap { $0[1] as? String }.filter { $0 != "cached, not there" }
    #expect(names == (1004...1008).map { "cached (\($0))" })
  }

  /// Equal processes that share their memory are not summed up: they would have it more than once.
  @Test func `what is shared is not added up`() throws {
    let page = try page(
      """
      { "machine": { "memory": "8G" }, "processes": [ { "name": "pg", "count": 8, "anon": "40M",
          "shmem": "1G", "segment": "buffers" }, { "name": "app", "anon": "100M" } ],
        "events": [ { "at": "1s", "oom": {} } ] }
      """)
    #expect(page.contains("<bdi>pg-1</bdi> (1000) and 6 like it, each"), "\(page)")
    #expect(!page.contains("together"))
  }

  /// Where a page would make hundreds of long replays, it names the commands that do.
  @Test func `long replays are left to commands`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "kernel": "6.12", "machine": { "memory": "10200M" },
        "processes": [ { "name": "postgres", "anon": "2400M" } ],
        "events": [ { "at": "1s", "start": { "name": "shell", "count": 30000, "anon": "80 pages" } },
          { "at": "2s", "start": { "name": "last", "anon": "80 pages" } } ] }
      """
    let scenario = try Scenario(json: Array(text.utf8))
    let page = ReportPage(
      scenario, simulator: Simulator(for: scenario), source: Array(text.utf8),
      command: ["oomsim", "run", "a b.json", "--kernel", "6.12", "--policy", "kernel"]
    ).html
    #expect(page.contains("oomsim protect &#39;a b.json&#39; --kernel 6.12 --process 1000\n"))
    #expect(page.contains("--policy kernel --set machine.memory=20400M</pre>"))
  }

  @Test func `old kernels have no what-if, and the page says so`() throws {
    let file = try #require(
      shippedScenarios().first { $0.path.hasSuffix("old/oom-adj-2-6-32.json") })
    let page = try page(of: file)
    #expect(page.contains("before 2.6.36 there is no oom_score_adj"))
    #expect(!page.contains("id=\"w1\""))
    #expect((try data(of: page)["kills"] as? [Any])?.isEmpty == true)
  }

  @Test func `500 processes and 1,000 events stay under 500 kB, and what is left out is said`()
    throws
  {
    var text = """
      { "schema": "oomsim.scenario/1", "name": "big", "title": "Many", "kernel": "6.12",
        "machine": { "memory": "32G", "kernel": "500M" }, "cgroups": {
      """
    text +=
      (0..<10).map { "\"/slice\($0)\": { \"memory.max\": \"2G\", \"memory.swap.max\": 0 }" }
      .joined(separator: ",\n") + "},\n\"processes\": ["
    text +=
      (0..<500).map {
        "{ \"name\": \"worker-process-\($0)\", \"cgroup\": \"/slice\($0 % 10)\", \"anon\": \"\(20 + $0 % 37)M\", \"file\": \"3M\" }"
      }.joined(separator: ",\n") + "],\n\"events\": ["
    text +=
      (0..<1000).map {
        "{ \"at\": \"\($0 + 1)s\", \"grow\": { \"process\": \"worker-process-\($0 * 7 % 500)\", \"anon\": \"\(9 + $0 % 23)M\", \"over\": \"3s\" } }"
      }.joined(separator: ",\n") + "] }\n"
    let page = try page(text)
    #expect(page.utf8.count < 500_000, "\(page.utf8.count)")
    #expect(page.components(separatedBy: "class=\"case\"").count == ReportPage.mostKills + 1)
    for part in [
      "The other kills", "more processes are not drawn", "more that could be chosen", "The first ",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  // MARK: Contrast

  @Test(arguments: [false, true])
  func `text has a contrast of 4.5 and a line of 3 against what is behind it`(isDark: Bool) throws {
    let parts = PageStyle.text.components(separatedBy: "@media(prefers-color-scheme:dark)")
    let colours = try self.colours(isDark ? parts[1] : parts[0])
    func contrast(_ a: String, _ b: String) throws -> Double {
      let (x, y) = (try #require(colours[a]), try #require(colours[b]))
      return (max(x, y) + 0.05) / (min(x, y) + 0.05)
    }
    for text in ["ink", "soft", "link", "kill"] {
      for behind in ["bg", "panel", "mark"] {
        if text != "ink", behind == "mark" { continue }
        #expect(try contrast(text, behind) >= 4.5, "\(text) on \(behind)")
      }
    }
    let lines =
      ["limit", "kernel", "proc", "cache", "rule"] + (1...PageStyle.series).map { "s\($0)" }
    let bars = ["anon", "file", "shmem", "swap", "tables", "adj"].map { "t-" + $0 }
    for line in lines + bars where line != "rule" {
      #expect(try contrast(line, "panel") >= 3, "\(line)")
      #expect(try contrast(line, "bg") >= 3, "\(line)")
    }
  }

  /// Relative luminance of every colour, after WCAG 2.
  private func colours(_ style: String) throws -> [String: Double] {
    var colours: [String: Double] = [:]
    for entry in try matches("(--[a-z0-9-]+:#[0-9a-f]{6})", style) {
      let parts = entry.dropFirst(2).split(separator: ":#")
      let name = String(parts[0])
      // The first definition is that of this scheme.
      if colours[name] != nil { continue }
      let value = try #require(Int(parts[1], radix: 16))
      let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { channel in
        let part = Double(channel) / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
      }
      colours[name] = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    return colours
  }
}
