import Foundation
import Testing

/// `sweep` of the built program.
@Suite struct SweepCommandTests {
  /// A group is made by being named, so a misspelt one would spare nobody without a word.
  @Test(arguments: [
    ("cgroups./api.memory.max", nil), ("cgroups./.memory.max", nil), ("machine.memory", nil),
    ("cgroups./apl.memory.max", "nothing is ever in the group '/apl'; did you mean '/api'?"),
    (
      "cgroups./web.service.memory.high",
      "nothing is ever in the group '/web.service'; there are /api"
    ),
  ])
  func `an override of a group that nobody is in is said`(path: String, note: String?) async throws
  {
    let text = """
      { "machine": { "memory": "1G" },
        "processes": [ { "name": "a", "cgroup": "/api", "anon": "5M" } ] }
      """
    for arguments in [["run", "-", "--set"], ["sweep", "-", "--vary"]] {
      let output = try await Program.run(arguments + ["\(path)=300M"], stdin: text)
      if path == "cgroups./.memory.max" {
        #expect(output.code == 64)
      } else {
        #expect(output.error == (note.map { "oomsim: \(path): \($0)\n" } ?? ""), "\(output)")
      }
    }
  }

  private static let story = "Scenarios/ai/api-kv-cache-sessions.json"

  private func sweep(_ arguments: String, stdin: String? = nil) async throws -> Output {
    try await Program.run(
      ["sweep"] + arguments.split(separator: " ").map(String.init), stdin: stdin)
  }

  private func document(_ output: Output) throws -> [String: Any] {
    #expect(output.code == 0 && output.error == "", "\(output)")
    return try DocumentTests.document(output.out)
  }

  @Test func `a table, as text, as a document and as values separated by commas`() async throws {
    let options = "\(Self.story) --vary events.0.grow.anon=4G..6G/1G --vary machine.swap=0,2G"
    let text = try await sweep(options)
    #expect(text.code == 0 && text.error == "")
    for part in [
      "                    machine.swap\n", "events.0.grow.anon  0",
      "5G                  llm-api 9m18s",
      "6 replays: nobody dies in ",
    ] { #expect(text.out.contains(part), "\(text.out)") }
    let table = try document(try await sweep(options + " --json"))
    #expect(table["schema"] as? String == "oomsim.sweep/1" && table["find"] is NSNull)
    let vary = try #require(table["vary"] as? [[String: Any]])
    #expect(vary.map { $0["path"] as? String } == ["events.0.grow.anon", "machine.swap"])
    let cells = try #require(table["cells"] as? [[String: Any]])
    #expect(cells.map { $0["values"] as? [String] }.count == 6)
    #expect(
      cells[2]["values"] as? [String] == ["5G", "0"] && cells[2]["first"] as? String == "llm-api")
    let csv = try await sweep(options + " --csv")
    let lines = csv.out.split(separator: "\n")
    #expect(
      lines.count == 7 && lines[0].hasPrefix("events.0.grow.anon,machine.swap,first,pid,at_us,"))
    for (line, cell) in zip(lines.dropFirst(), cells) {
      #expect(line.hasSuffix("," + (cell["digest"] as? String ?? "?")))
    }
  }

  /// A size is a number in one unit, whichever it was written in.
  @Test func `sizes in bytes`() async throws {
    let csv = try await sweep("\(Self.story) --vary events.0.grow.anon=4G,5120M --csv")
    let lines = csv.out.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines[0].suffix(2) == ["events.0.grow.anon_bytes", "digest"])
    #expect(lines.dropFirst().map(\.first) == ["4G", "5120M"])
    #expect(lines.dropFirst().map { $0.dropLast().last } == ["4294967296", "5368709120"])
    let numbers = try await sweep("\(Self.story) --vary sysctl.vm.swappiness=10,20 --csv")
    #expect(!numbers.out.contains("_bytes"))
  }

  /// Each cell is what `run --set` prints.
  @Test func `the digests are those of run`() async throws {
    let csv = try await sweep("\(Self.story) --vary events.0.grow.anon=4G,5G --csv")
    let digests = csv.out.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: ",").last
    }
    for (value, digest) in zip(["4G", "5G"], digests) {
      let run = try await Program.run([
        "run", Self.story, "--set", "events.0.grow.anon=\(value)",
      ])
      #expect(run.out.contains("digest \(digest)\n"))
    }
  }

  @Test(arguments: ["", "--json", "--csv"])
  func `threads change no byte`(format: String) async throws {
    let format = format.isEmpty ? "" : " " + format
    for options in [
      "\(Self.story) --vary machine.memory=8G..32G/1G --vary events.0.grow.anon=1G..20G/4G",
      "\(Self.story) --vary machine.memory=8G..32G --find survives=llm-api",
      "\(Self.story) --jitter processes.llm-api.anon=±20% --jitter machine.memory=+-5% --runs 200",
    ] {
      let one = try await sweep(options + " --jobs 1" + format)
      let two = try await sweep(options + " --jobs 2" + format)
      #expect(one.code == 0 && one.out == two.out && one.out != "")
    }
  }

  @Test func `a find`() async throws {
    let options = "\(Self.story) --vary events.0.grow.anon=1G..8G/1G --find no-kills"
    let text = try await sweep(options)
    #expect(text.out.contains("no-kills up to events.0.grow.anon 4G\n"))
    let margin = "the scenario has 5G, where it does not hold, right at the change"
    #expect(
      text.out.contains("    5G  llm-api 9m18s\n    \(margin)\n    all 8 values were tried\n"))
    let memory = try await sweep(
      "\(Self.story) --vary machine.memory=8G..32G --find survives=llm-api")
    #expect(
      memory.out.contains("survives=llm-api from machine.memory "), "\(memory.out)")
    // 15 990 MiB are so much below what it takes.
    #expect(memory.out.contains("the scenario has 15990M, where it does not hold, "))
    #expect(memory.out.contains(" %) from the change\n"))
    let find = try #require(
      try document(try await sweep(options + " --json"))["find"] as? [String: Any])
    #expect(find["goal"] as? String == "no-kills")
    let result = try #require((find["results"] as? [[String: Any]])?.first)
    #expect(result["monotonic"] as? Bool == true && result["all_tried"] as? Bool == true)
    let intervals = try #require(result["intervals"] as? [[String: Any]])
    #expect(intervals.map { $0["to"] as? String } == ["4G", "8G"])
    let csv = try await sweep(options + " --csv")
    #expect(
      csv.out.split(separator: "\n").map { $0.split(separator: ",").last } == [
        "holds", "true", "true", "true", "true", "false", "false", "false", "false",
      ])
  }

  @Test func `drawn values`() async throws {
    let options = "\(Self.story) --jitter processes.llm-api.anon=±10% --runs 300 --seed 9"
    let text = try await sweep(options)
    #expect(text.out.contains("processes.llm-api.anon  8892M ±10%\n300 runs, seed 9"))
    let table = try document(try await sweep(options + " --json"))
    let first = try #require(table["first"] as? [[String: Any]])
    #expect(first.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 300)
    for row in first {
      let values = try ["low_per_10000", "share_per_10000", "high_per_10000"].map {
        try #require(row[$0] as? Int)
      }
      #expect(values == values.sorted())
    }
    #expect((table["seed"] as? Int) == 9 && (table["runs"] as? Int) == 300)
    #expect((table["jitter"] as? [[String: Any]])?.first?["share"] as? String == "±10%")
    let csv = try await sweep(options + " --csv")
    #expect(csv.out.split(separator: "\n").count == first.count + 1)
  }

  @Test func `standard input, a kernel and a policy`() async throws {
    let text = try String(
      contentsOf: Program.packageRoot.appending(path: Self.story), encoding: .utf8)
    let output = try await sweep(
      "- --vary machine.swap=0,8G --kernel 4.4 --policy cgroup-aware", stdin: text)
    #expect(output.code == 0 && output.out.contains("Linux 4.4, badness as since "))
    #expect(output.out.contains("policy cgroup-aware: no kernel does this"))
    let old = try await sweep("- --vary kernel=2.6.32,6.12", stdin: text)
    #expect(old.code == 0 && !old.out.contains("Linux "))
  }

  @Test(arguments: [
    ("", "Missing operand 'FILE'"), ("S", "Missing option '--vary"),
    ("S S --vary a=1", "Unexpected argument"), ("S --vary a", "--vary takes PATH=FROM..TO/STEP"),
    ("S --vary machine.memroy=1G", "did you mean 'memory'?"),
    ("S --vary machine.memory=1G..2G", "needs a step"),
    ("S --vary machine.memory=2G..1G/1G", "the smaller value comes first"),
    ("S --vary machine.memory=0..1T/1k", "1073741825 values, at most 1000000"),
    ("S --vary a=1 --vary b=1 --vary c=1", "at most two parameters"),
    ("S --vary machine.swap=0,1G --set machine.swap=2G", "--vary and --set both give machine.swap"),
    ("S --vary events.0.at=1s --set events[0].at=2s", "both give events[0].at"),
    ("S --vary kernel=4.4,6.1 --kernel 5.4", "do not go together"),
    ("S --vary machine.swap=0 --find nobody", "--find takes no-kills"),
    ("S --vary machine.swap=0 --find first=llm-ap", "did you mean 'llm-api'?"),
    ("S --vary machine.swap=0 --runs 5", "--runs goes with --jitter"),
    ("S --vary machine.swap=0 --seed 5", "--seed goes with --jitter"),
    ("S --vary machine.swap=0 --csv --json", "--csv and --json do not go together"),
    ("S --vary machine.swap=0 --jobs 0", "--jobs takes a number from 1 to 1024"),
    ("S --jitter machine.memory=±5% --find no-kills", "take one or the other"),
    ("S --jitter machine.memory=±5% --vary machine.swap=0", "take one or the other"),
    ("S --jitter machine.memory=5%", "write ±20% or +-2.5%"),
    ("S --jitter machine.swap=±5%", "gives no single number here"),
    ("S --jitter machine.memory=±5% --runs 0", "--runs takes a number from 1 to 1000000"),
    ("S --jitter machine.memory=±5% --seed -1", "--seed takes a number from 0"),
    ("S --jitter machine.memory=±5% --jitter machine.memory=±6%", "stands there twice"),
    ("S --jitter machine.memory=±100% --runs 1000000", "a machine without memory"),
  ])
  func `wrong usage ends with 64`(arguments: String, message: String) async throws {
    let words = arguments.split(separator: " ").map { $0 == "S" ? Self.story : String($0) }
    let output = try await Program.run(["sweep"] + words)
    #expect(output.code == 64 && output.out == "", "\(output)")
    #expect(output.error.contains(message), "\(output.error)")
  }

  /// The scenario expects cc1plus-7 to die; with three jobs there is none.
  @Test func `other values may leave out a process that the scenario expects`() async throws {
    let options = ["Scenarios/global/make-jobs.json", "--set", "events.0.start.count=3"]
    let run = try await Program.run(["run"] + options)
    #expect(run.code == 0 && run.error == "" && run.out.contains("nobody was killed"))
    let check = try await Program.run(["check"] + options)
    #expect(check.code == 1 && check.error == "")
    #expect(check.out.contains("- expected: cc1plus-7"), "\(check.out)")
  }

  @Test func `a file that is not there or malformed`() async throws {
    #expect(try await sweep("missing.json --vary machine.swap=0").code == 66)
    #expect(try await sweep("- --vary machine.swap=0", stdin: Samples.malformed).code == 65)
  }

  @Test func `a pipe that is closed early is no error`() async throws {
    let output = try await Program.shell(
      "{ oomsim sweep \(Self.story) --vary machine.swap=0..4G/16M --json; echo \"code $?\" >&2; } | head -n 1"
    )
    #expect(output.error == "code 0\n" && output.out.split(separator: "\n").count == 1)
  }
}
