import Foundation
import Testing

/// `learn` of the built program.
@Suite struct LearnTests {
  static let readme = Program.packageRoot.appending(path: "Scenarios/README.md")

  @Test func `the course is listed`() async throws {
    let output = try await Program.run(["learn"])
    #expect(output.code == 0 && output.error == "")
    let lines = output.out.split(separator: "\n")
    #expect(lines[0] == "    0" && lines[2] == "First principles")
    #expect(lines[3] == "    1  memory-leak-vps")
    #expect(lines.allSatisfy { $0.count <= 80 })
    let document = try DocumentTests.document(try await Program.run(["learn", "--json"]).out)
    #expect(document["schema"] as? String == "oomsim.learn/1")
    let chapters = try #require(document["chapters"] as? [[String: Any]])
    let stories = chapters.flatMap { $0["stories"] as? [[String: Any]] ?? [] }
    #expect(stories.map { $0["number"] as? Int } == (1...stories.count).map { $0 })
    for story in stories {
      let name = try #require(story["name"] as? String)
      #expect(lines.contains { $0.hasSuffix("  \(name)") }, "\(name)")
    }
  }

  @Test func `a story is told, by its name and by its number`() async throws {
    let output = try await Program.run(["learn", "agent-plus-1000"])
    #expect(output.code == 0 && output.error == "")
    for part in [
      "oom_score_adj: agent-plus-1000, Linux 6.12\n", "It teaches: +1000 adds the whole",
      "\nWhat happens\n    At ",
      "\nHow many points each has; in brackets is its pid\n    netdata (1008)",
      "\nWhich process dies\n    netdata (1008) dies: it has ", "What it comes to\n",
      "oomsim explain Scenarios/protection/agent-plus-1000.json --kill 2",
      "oomsim learn gh-runner-adj-500\n",
    ] { #expect(output.out.contains(part), "\(part): \(output.out)") }
    // Where it stands in the kernel is said to whoever wants to know.
    #expect(!output.out.contains("mm/oom_kill.c"))
    let sources = try await Program.run(["learn", "agent-plus-1000", "--sources"])
    #expect(
      sources.out.contains("\nWhere it stands\n")
        && sources.out.contains("since 5.9: mm/oom_kill.c oom_badness()"))
    let number = try #require(output.out.firstMatch(of: /^Lesson ([0-9]+) of/)).1
    #expect(try await Program.run(["learn", String(number)]).out == output.out)
    let document = try DocumentTests.document(
      try await Program.run(["learn", "agent-plus-1000", "--json"]).out)
    #expect(document["schema"] as? String == "oomsim.story/1")
    #expect(document["name"] as? String == "agent-plus-1000")
    #expect(document["victim"] as? String == "netdata, apps.plugin, mysqld")
    #expect(try await Program.run(["learn", "protection/agent-plus-1000.json"]).out == output.out)
    let explain = try #require(document["explain"] as? [String: Any])
    #expect(explain["schema"] as? String == "oomsim.explain/1" && explain["kills"] as? Int == 3)
  }

  @Test func `the last story has no next one`() async throws {
    let output = try await Program.run(["learn", "panic-on-oom-2-memcg"])
    #expect(output.code == 0 && !output.out.contains("oomsim learn "), "\(output)")
    let quiet = try await Program.run(["learn", "lowmem-64bit"])
    #expect(quiet.code == 0 && quiet.out.contains("Nobody was killed"))
    // The points are what such a story has to show: 666 for the one that is about it.
    let idle = try await Program.run(["learn", "idle-666"])
    #expect(idle.out.contains("       800              0        666  bash (1000)\n"), "\(idle)")
    #expect(idle.out.contains("oom_score of bash = (1000 + 800 × 1000 / 4 194 304) × 2 / 3"))
    #expect(!idle.out.contains(" more\n"))
    let bomb = try await Program.run(["learn", "fork-bomb-pids-max"])
    let lines =
      bomb.out.components(separatedBy: "Who has most points at the end\n").last?
      .split(separator: "\n") ?? []
    #expect(lines.count > 10 && lines[9].hasPrefix("    … ") && lines[9].hasSuffix(" more"))
  }

  /// For readers who have never looked inside a kernel; what it explains is not explained again.
  @Test func `lesson 0 and the words`() async throws {
    let output = try await Program.run(["learn", "0"])
    #expect(output.code == 0 && output.out.hasPrefix("Lesson 0: what memory is\n"))
    let lines = output.out.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 60 && lines.allSatisfy { $0.count <= 80 })
    for word in ["page", "process", "resident", "reclaim", "swap", "limit", "+---------+"] {
      #expect(output.out.contains(word), "\(word)")
    }
    #expect(output.out.contains("oomsim learn memory-leak-vps\n"))
    let words = try await Program.run(["learn", "--words"])
    #expect(words.code == 0 && words.out.contains("\ntotalpages"))
    #expect(words.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let first = try await Program.run(["learn", "1"])
    #expect(first.out.contains("\nNew words\n    points, badness"))
    #expect(!first.out.contains("\n    reclaim  "))
  }

  @Test func `a chapter by its title, in whatever spelling`() async throws {
    let output = try await Program.run(["learn", "Old kernels"])
    #expect(output.code == 0 && output.out.hasPrefix("Old kernels\nThe rules changed"))
    #expect(output.out.contains("  overflow-3-0\n") && !output.out.contains("  idle-666\n"))
    #expect(try await Program.run(["learn", "old-kernels"]).out == output.out)
    let document = try DocumentTests.document(
      try await Program.run(["learn", "old-kernels", "--json"]).out)
    let chapters = try #require(document["chapters"] as? [[String: Any]])
    #expect(chapters.map { $0["title"] as? String } == ["Old kernels"])
    let stories = try #require(chapters[0]["stories"] as? [[String: Any]])
    #expect(output.out.contains(" \(stories[0]["number"] as? Int ?? 0)  modern-age\n"))
  }

  /// A lesson that is much like an earlier one says in what it differs.
  @Test func `what is different from the lesson before`() async throws {
    let output = try await Program.run(["learn", "agent-minus-200"])
    #expect(
      output.out.contains(
        """
        What is different from agent-minus-500, by the keys of the file
            processes.agent.oom_score_adj  -500 → -200
            what comes of it               app → agent

        """), "\(output)")
    let document = try DocumentTests.document(
      try await Program.run(["learn", "agent-minus-200", "--json"]).out)
    #expect(document["differs_from"] as? String == "agent-minus-500")
    let first = try await Program.run(["learn", "agent-minus-500"])
    #expect(!first.out.contains("What is different"))
  }

  /// The reader says where; what else the file has stays.
  @Test func `progress is kept in a file of the reader's`() async throws {
    let scratch = try Scratch()
    let file = scratch.url.appending(path: "done").path
    func text() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }
    let zero = try await Program.run(["learn", "next", "--progress", file])
    #expect(zero.out.hasPrefix("Lesson 0: "))
    #expect(try text() == "0\n")
    let one = try await Program.run(["learn", "next", "--progress", file])
    #expect(one.out.hasPrefix("Lesson 1 of 137,"))
    #expect(one.out.contains("oomsim learn --progress \(file) memory-leak-vps-early-spike\n"))
    try scratch.file("done", Data("0\r\nof-another-course\nidle-666".utf8))
    _ = try await Program.run(["learn", "idle-666", "--progress", file])
    #expect(try text() == "0\r\nof-another-course\nidle-666")
    _ = try await Program.run(["learn", "1", "--progress", file])
    #expect(try text() == "0\nof-another-course\nidle-666\nmemory-leak-vps\n")
    let list = try await Program.run(["learn", "--progress", file])
    #expect(
      list.out.contains("  ✓   1  memory-leak-vps\n")
        && list.out.contains("\n3 of 138 lessons done\n"))
    #expect(list.out.contains("      2  memory-leak-vps-early-spike\n"))
    try scratch.file("done", Data([0xff, 0xfe]))
    let binary = try await Program.run(["learn", "1", "--progress", file])
    #expect(binary.code == 65 && binary.error.contains("is no text in UTF-8"))
    let nowhere = try await Program.run(
      ["learn", "1", "--progress", "no/such/file"], in: scratch.url)
    #expect(nowhere.code == 66)
  }

  /// With a `Scenarios` of the directory or without: then the one near the program is the course.
  @Test func `the course is found`() async throws {
    let scratch = try Scratch()
    let near = try await Program.run(["learn", "idle-666"], in: scratch.url)
    #expect(near.code == 0 && near.out.contains("/Scenarios/old/idle-666.json"))
    try scratch.file(
      "Scenarios/README.md", Data("## One\n| [mine](mine.json) | | | This. |\n".utf8))
    let own = try await Program.run(["learn"], in: scratch.url)
    #expect(own.out == "One\n  1  mine\n     This.\n")
    let missing = try await Program.run(["learn", "1"], in: scratch.url)
    #expect(missing.code == 66 && missing.out == "")
    #expect(
      missing.error == """
        oomsim: Scenarios/mine.json: no such file or directory
        Scenarios/README.md:2: note: the story is in the course here

        """)
    try scratch.file("Scenarios/mine.json", Data("{}".utf8))
    let malformed = try await Program.run(["learn", "--markdown"], in: scratch.url)
    #expect(malformed.code == 65 && malformed.out == "")
    #expect(malformed.error.hasPrefix("Scenarios/mine.json:1:1: error: "))
    // A page of somebody else's is no course, and a page that is no text is a mistake.
    try scratch.file("Scenarios/README.md", Data("# Our scenarios\n".utf8))
    #expect(try await Program.run(["learn", "idle-666"], in: scratch.url).out == near.out)
    try scratch.file("Scenarios/README.md", Data([0x7c, 0xff, 0xfe]))
    let binary = try await Program.run(["learn", "--scenarios", "Scenarios"], in: scratch.url)
    #expect(
      binary.code == 65 && binary.error == "Scenarios/README.md: error: is no text in UTF-8\n")
  }

  /// An installation has the program in `bin` and the course in `share/oomsim`.
  @Test func `the course of an installation is found`() async throws {
    let scratch = try Scratch()
    try scratch.file(
      "share/oomsim/Scenarios/README.md", Data("## One\n| [mine](mine.json) | | | This. |\n".utf8))
    let bin = scratch.url.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Program.oomsim, to: bin.appending(path: "oomsim"))
    let output = try await Program.shell("bin/oomsim learn", in: scratch.url)
    #expect(output.out == "One\n  1  mine\n     This.\n", "\(output)")
  }

  /// What is suggested can be pasted, whatever files are called; `-o` writes the page that it has read.
  @Test func `a course of one's own`() async throws {
    let scratch = try Scratch()
    let text = try Data(
      contentsOf: Program.packageRoot.appending(path: "Scenarios/protection/agent-minus-500.json"))
    for name in ["one|two", "it's"] { try scratch.file("my course/\(name).json", text) }
    try scratch.file(
      "my course/README.md",
      Data("## A\n| [one|two](one\\|two.json) | | | L. |\n| [it's](it's.json) | | | M. |\n".utf8))
    let odd = try await Program.run(["learn", "1", "--scenarios", "my course"], in: scratch.url)
    #expect(odd.code == 65, "\(odd)")
    try scratch.file(
      "my course/README.md",
      Data("## A\n| [one\\|two](one\\|two.json) | | | L. |\n| [it's](it's.json) | | | M. |\n".utf8))
    let output = try await Program.run(["learn", "1", "--scenarios", "my course"], in: scratch.url)
    #expect(output.code == 0, "\(output)")
    let commands = output.out.split(separator: "\n").compactMap { line in
      line.firstRange(of: "  oomsim ").map { line[$0.lowerBound...].dropFirst(2) }
    }
    #expect(commands.count == 3)
    for command in commands where !command.contains("report") {
      let pasted = try await Program.shell(String(command), in: scratch.url)
      #expect(pasted.code == 0, "\(command): \(pasted)")
    }
    let filled = try await Program.run(
      ["learn", "--scenarios", "my course/", "--markdown", "-o", "my course/README.md"],
      in: scratch.url)
    #expect(filled.code == 0 && filled.out == "", "\(filled)")
    let page = try String(
      contentsOf: scratch.url.appending(path: "my course/README.md"), encoding: .utf8)
    #expect(
      page
        == "## A\n| [one\\|two](one\\|two.json) | machine | app | L. |\n| [it's](it's.json) | machine | app | M. |\n"
    )
  }

  @Test(
    arguments: [
      (
        ["agent-minus-50"], 64,
        "no lesson and no chapter is called 'agent-minus-50'. Did you mean 'agent-minus-500'?"
      ),
      (["138"], 64, "the course has the lessons 1 to 137, not 138."),
      (["99999999999999999999"], 64, "the course has the lessons 1 to "),
      (["protection/agent-minus-50.json"], 64, "no lesson and no chapter is called"),
      (["swop"], 64, "Did you mean 'swap'?"),
      (["memory-cgrups"], 64, "Did you mean 'memory-cgroups'?"),
      (["next"], 64, "'next' goes by a file that says what is done: --progress FILE."),
      (["--words", "swap"], 64, "--words is of the whole course"),
      (["--sources"], 64, "--sources is of one lesson"),
      (["idle-666", "--sources", "--json"], 64, "--json has the sources without it"),
      (["0", "--json"], 64, "lesson 0 is prose"),
      (["--progress", "-"], 64, "--progress takes a file"),
      (["agent-minus-50.json"], 64, "Did you mean 'agent-minus-500'?"),
      ([""], 64, "no lesson and no chapter is called ''"),
      (["idle-666", "-o", "x.md"], 64, "-o is where --markdown"),
      (["--scenarios", ""], 64, "--scenarios takes a directory"),
      (["idle-666", "tie-5-3"], 64, "Unexpected argument 'tie-5-3'"),
      (["--markdown", "idle-666"], 64, "--markdown"),
      (["--markdown", "--json"], 64, "--markdown"),
      (["idle-666", "--step"], 64, "--step asks at a terminal"),
      (["--scenarios", "nowhere"], 66, "nowhere/README.md: no such file or directory"),
      (["--scenarios", "Sources"], 66, "Sources/README.md: no such file or directory"),
      (["--scenarios", "."], 65, "./README.md:"),
    ] as [([String], Int32, String)])
  func `what cannot be is refused`(arguments: [String], code: Int32, message: String) async throws {
    let output = try await Program.run(["learn"] + arguments)
    #expect(output.code == code && output.out == "")
    #expect(output.error.contains(message), "\(output.error)")
  }

  /// Behind a terminal, which `script` is: the reader guesses before anything tells who dies.
  @Test func `a story asks first`() async throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else { return }
    let output = try await Program.shell(
      "printf '\\n\\n\\n\\nagent\\n\\n\\n\\n\\n\\n\\n\\n' | script -qec 'oomsim learn agent-minus-500 --step' /dev/null",
      environment: ["NO_COLOR": "1"])
    let parts = output.out.components(separatedBy: "Who is chosen? A name or a pid")
    try #require(parts.count == 2, "\(output)")
    let (before, after) = (parts[0], parts[1])
    #expect(before.contains("Who can be killed") && !before.contains("application with it"))
    #expect(after.contains("It teaches: -500 forgives") && after.contains("app (1005)"))
    #expect(after.hasPrefix(", or nothing to be told."))
    #expect(after.contains("No: it is app (1005). agent (1004) has 104 468 = anon 1 119 771"))
  }
}
