import Foundation
import Testing

/// The documents of `--json`: scripts depend on these keys and their order.
struct DocumentTests {
  /// A group is full, a request is refused, a growth sticks, and then the machine panics.
  static let everything = """
    { "schema": "oomsim.scenario/1", "name": "everything", "kernel": "6.12",
      "machine": { "memory": "1G" }, "sysctl": { "vm.panic_on_oom": 1 },
      "cgroups": { "/g": { "memory.max": "64M", "memory.swap.max": 0 },
                   "/db": { "memory.max": "8M", "memory.swap.max": 0 } },
      "processes": [
        { "pid": 1, "name": "init", "anon": "4M" },
        { "name": "big", "cgroup": "/g", "anon": "40M" },
        { "name": "small", "cgroup": "/g", "anon": "10M" },
        { "name": "db", "cgroup": "/db", "anon": "4M", "oom_score_adj": -1000 }
      ],
      "events": [
        { "at": "1s", "map": { "process": "small", "size": "2G" } },
        { "at": "2s", "grow": { "process": "db", "anon": "8M" } },
        { "at": "3s", "grow": { "process": "big", "anon": "40M" } },
        { "at": "5s", "oom": { "process": "small" } }
      ] }
    """

  static let head = ["schema", "scenario", "kernel", "rule_set", "outcome", "end_us", "kills"]
  static let victim = [
    "pid", "name", "points", "oom_score", "oom_score_adj", "anon", "file", "shmem", "swap",
    "page_tables",
  ]
  /// What comes after `runner_up` is what the text says after "spared at", "chosen" and "limit".
  static let kill =
    ["at_us", "by", "constraint", "cgroup", "totalpages", "invoker", "pid", "name", "victim"]
    + victim
    + ["killed", "pid", "name", "because", "freed_pages", "runner_up", "pid", "name", "points"]
    + [
      "at_earliest_us", "near_tie", "near_tie_within", "spared_at_oom_score_adj", "allocating_task",
      "limit", "file", "limit", "usage", "free",
    ]
    + ["min_watermark", "swap_limit", "swap_usage"]
  static let candidate = ["pid", "name", "points", "oom_score_adj", "eligible"]
  /// `allowed` is what the text says the request was held against.
  static let refused = [
    "at_us", "pid", "name", "pages", "commit_limit", "committed_as", "allowed", "error",
  ]
  static let stuck = ["at_us", "pid", "name", "cgroup", "why"]
  static let panic = ["at_us", "why", "constraint"]
  static let process = ["pid", "name", "state", "anon", "swap"]
  static let group = [
    "path", "current", "peak", "swap_current", "swap_peak", "high_sleep_us", "events", "low",
    "high", "max", "oom", "oom_kill", "oom_group_kill",
  ]
  static let tail =
    ["refused"] + refused + ["stuck"] + stuck + ["panic"] + panic
    + ["loop", "warnings", "processes"]
    + [process, process, process, process].flatMap(\.self) + ["groups"] + group + group + ["digest"]

  @Test func `a loop is said with these keys, and in words`() async throws {
    let path = "Scenarios/restart/systemd-restart-loop-slow.json"
    let document = try await Program.run(["run", "--json", path])
    #expect(document.code == 0 && document.out.contains("\n  \"outcome\": \"loop\",\n"))
    #expect(
      document.out.contains(
        """
          "loop": { "period_us": 4787266, "kills": 1, "kills_per_hour": 751, \
        "processes": [ "cached" ], "hurt_besides": [] },
        """))
    let text = try await Program.run(["run", path])
    #expect(
      text.out.contains(
        "\nLOOP  every 4.787s: cached is killed and comes back, 751 kills an hour\n"))
    #expect(text.out.contains("\n7 kills, then a loop · end at 33.41s"))
  }

  @Test func `a run that is cut off says so`() async throws {
    let path = "Scenarios/restart/systemd-restart-loop.json"
    for options in [["--max-kills", "2"], ["--max-restarts", "1"]] {
      let output = try await Program.run(["run", "--json"] + options + [path])
      #expect(output.code == 0 && output.out.contains("\"outcome\": \"cut_off\""))
      let kills = try #require(try Self.document(output.out)["kills"] as? [Any])
      #expect(kills.count == 2)
      let text = try await Program.run(["run"] + options + [path])
      #expect(text.out.contains("stopped after "))
    }
    let wrong = try await Program.run(["run", "--max-kills", "0", path])
    #expect(wrong.code == 64 && wrong.error.contains("--max-kills takes a number from 1"))
  }

  @Test func `a delay from the command line decides whether systemd gives up`() async throws {
    let path = "Scenarios/restart/systemd-restart-loop.json"
    let output = try await Program.run(
      ["run", "--set", "processes.cached.restart.delay=1200ms", path])
    #expect(output.code == 0 && output.out.contains("\nLOOP  every 2."))
  }

  @Test func `a result has exactly these keys in this order`() async throws {
    let output = try await Program.run(["run", "-", "--json"], stdin: Self.everything)
    #expect(output.code == 0 && output.error == "")
    #expect(Self.keys(of: output.out) == Self.head + Self.kill + Self.tail)
    let document = try Self.document(output.out)
    #expect(document["schema"] as? String == "oomsim.result/1")
    #expect(document["outcome"] as? String == "panic")
    #expect(document["end_us"] as? Int == 5_000_000)
    #expect((document["digest"] as? String)?.wholeMatch(of: /[0-9a-f]{16}/) != nil)
  }

  @Test func `candidates come last in a kill`() async throws {
    let output = try await Program.run(
      ["run", "-", "--json", "--candidates"], stdin: Self.everything)
    let candidates = ["candidates"] + Self.candidate + Self.candidate
    #expect(Self.keys(of: output.out) == Self.head + Self.kill + candidates + Self.tail)
  }

  /// The sums of one kill: 16 384 pages of 64 MiB; of them small has 2 560 and its page tables.
  @Test func `a result has the values of the run`() async throws {
    let output = try await Program.run(["run", "-", "--json"], stdin: Self.everything)
    let document = try Self.document(output.out)
    let kill = try #require((document["kills"] as? [[String: Any]])?.first)
    #expect(kill["at_us"] as? Int == 3_000_000)
    #expect(kill["constraint"] as? String == "memcg" && kill["cgroup"] as? String == "/g")
    #expect(kill["totalpages"] as? Int == 16_384)
    let victim = try #require(kill["victim"] as? [String: Any])
    #expect(victim["pid"] as? Int == 1000 && victim["name"] as? String == "big")
    let points = try #require(victim["points"] as? Int)
    let sum = ["anon", "file", "shmem", "swap", "page_tables"].reduce(0) {
      $0 + (victim[$1] as? Int ?? 0)
    }
    #expect(points == sum && points == kill["freed_pages"] as? Int)
    let refused = try #require((document["refused"] as? [[String: Any]])?.first)
    #expect(refused["pages"] as? Int == 524_288 && refused["name"] as? String == "small")
    let panic = try #require(document["panic"] as? [String: Any])
    #expect(panic["why"] as? String == "panic_on_oom")
  }

  @Test func `nothing is an empty list or null, never left out`() async throws {
    let scenario = #"{ "schema": "oomsim.scenario/1", "machine": { "memory": "1G" } }"#
    let output = try await Program.run(["run", "-", "--json"], stdin: scenario)
    let rest = ["refused", "stuck", "panic", "loop", "warnings", "processes", "groups", "digest"]
    #expect(Self.keys(of: output.out) == Self.head + rest)
    #expect(output.out.contains("\"panic\": null") && output.out.contains("\"kills\": []"))
    // An OOM that nobody asked for, with one candidate: no invoker, no runner-up.
    let oom = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "processes": [ { "name": "a", "anon": "1M" } ], "events": [ { "at": 0, "oom": {} } ] }
      """
    let lonely = try await Program.run(["run", "-", "--json"], stdin: oom)
    let kill = try #require((try Self.document(lonely.out)["kills"] as? [[String: Any]])?.first)
    for key in ["invoker", "runner_up", "cgroup", "spared_at_oom_score_adj"] {
      #expect(kill[key] is NSNull, "\(key)")
    }
  }

  @Test func `the badness table has exactly these keys in this order`() async throws {
    let output = try await Program.run(["score", "-", "--json"], stdin: Self.everything)
    #expect(output.code == 0 && output.error == "")
    let row = [
      "pid", "name", "points", "oom_score", "oom_score_adj", "oom_adj", "eligible", "reason",
    ]
    let rows = [row, row, row, row].flatMap(\.self)
    #expect(
      Self.keys(of: output.out)
        == ["schema", "scenario", "kernel", "rule_set", "totalpages", "warnings", "processes"]
        + rows)
    let document = try Self.document(output.out)
    #expect(document["schema"] as? String == "oomsim.score/1")
    #expect(document["totalpages"] as? Int == 262_144)
    let processes = try #require(document["processes"] as? [[String: Any]])
    #expect(processes.map { $0["name"] as? String } == ["init", "big", "small", "db"])
    #expect(processes.map { $0["eligible"] as? Bool } == [false, true, true, false])
    #expect(processes[0]["points"] is NSNull && processes[0]["reason"] as? String == "global init")
    #expect(processes[1]["points"] is Int && processes[1]["reason"] is NSNull)
    #expect(processes[3]["reason"] as? String == "oom_score_adj is -1000")
    #expect(processes.allSatisfy { $0["oom_score"] is Int })
  }

  @Test func `several files are one array`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(
      ["run", "pass.json", "nothing.json", "--json"], in: directory.url)
    let list = try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [[String: Any]]
    #expect(list?.map { $0["scenario"] as? String } == ["passing", "nothing"])
  }

  /// Foundation's reader agrees that it is JSON, and nothing but the document is printed.
  @Test func `every shipped scenario gives a valid document, the same twice`() async throws {
    let files = try #require(FileManager.default.enumerator(atPath: "\(Samples.scenarios.path)"))
      .compactMap { $0 as? String }
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted().map { "Scenarios/" + $0 }
    let output = try await Program.run(["run", "--json", "--candidates"] + files)
    #expect(output.code == 0 && output.error == "")
    let list = try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [[String: Any]]
    #expect(list?.count == files.count)
    let again = try await Program.run(["run", "--json", "--candidates"] + files)
    #expect(again.out == output.out)
  }

  static func document(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// All keys in the order of the text.
  static func keys(of text: String) -> [String] {
    text.matches(of: #/"([a-z_]+)":/#).map { String($0.1) }
  }
}
