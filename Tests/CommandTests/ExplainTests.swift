import Foundation
import Testing

/// `explain` of the built program.
@Suite struct ExplainTests {
  static let agent = "Scenarios/protection/agent-minus-500.json"

  @Test func `a kill is told in steps, the text and the document alike`() async throws {
    let text = try await Program.run(
      ["explain", Self.agent, "--why", "agent"], environment: ["COLUMNS": "120"])
    #expect(text.code == 0 && text.error == "")
    for part in [
      "kill 1 of 1", "1  What failed, and what had been tried",
      "one point     2 035 pages (7.9 MiB)",
      "app (1005)               666 909 = anon 665 600 + page tables 1 309   ◀ leads",
      "spared at     oom_score_adj -277 or less",
      "chosen at     oom_score_adj -223 or more (it had -500)",
    ] { #expect(text.out.contains(part), "\(part)") }
    let document = try DocumentTests.document(
      try await Program.run(["explain", Self.agent, "--why", "agent", "--json"]).out)
    #expect(document["schema"] as? String == "oomsim.explain/1")
    let steps = try #require(document["steps"] as? [[String: Any]])
    #expect(
      steps.map { $0["step"] as? String } == [
        "allocation", "domain", "totalpages", "candidates", "points", "victim", "deaths", "freed",
        "afterwards", "myths", "why",
      ])
    let numbers = steps.map { $0["numbers"] as? [String: Any] ?? [:] }
    #expect(
      numbers[2]["totalpages"] as? Int == 2_035_200 && numbers[2]["points_per_adj"] as? Int == 2035)
    #expect(numbers[5]["points"] as? Int == 666_909 && numbers[5]["spared_at"] as? Int == -277)
    #expect(numbers[10]["chosen_at_oom_score_adj"] as? Int == -223)
    #expect((steps[4]["rows"] as? [[String: Any]])?.count == 6)
    let rules = steps.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
    #expect(rules.allSatisfy { $0["function"] is String && $0["since"] is String })
  }

  @Test(
    arguments: [
      (
        "Scenarios/protection/init-protection.json", [],
        ["the panic", "4 cannot", "nobody to kill:"]
      ),
      (
        "Scenarios/global/panic-on-oom-2-node.json", [],
        ["vm.panic_on_oom is set", "OOM of node 0"]
      ),
      ("Scenarios/memcg/memory-high-livelock.json", [], ["Nobody was killed"]),
      ("Scenarios/overcommit/redis-bgsave-mode2.json", [], ["ENOMEM, and no kill", "CommitLimit"]),
      ("Scenarios/old/idle-666.json", [], ["Nobody was killed"]),
      (
        "Scenarios/old/swapoff-victim.json", [],
        ["◀ taken: swapoff", "swapoff: A process in swapoff"]
      ),
      ("Scenarios/global/allocating-task.json", [], ["Nobody's points decide"]),
      (
        "Scenarios/old/sacrifice-child-4-19.json", ["--kill", "1"],
        ["dies in its", "nvidia-smi (8603): child"]
      ),
      (
        "Scenarios/old/sacrifice-child-4-19.json", ["--kill", "2"],
        ["kill 2 of 2", "Only python (8596) dies"]
      ),
      ("Scenarios/old/oom-adj-2-6-32.json", [], ["oom_adj above 0 doubles the points"]),
      (
        "Scenarios/old/tie-5-3.json", ["--kernel", "4.9"], ["equal, and visited later: passed over"]
      ),
      ("Scenarios/memcg/oompolicy-kill.json", [], ["supervisord (1003): oom_group"]),
      ("Scenarios/protection/memory-min-is-no-shield.json", [], ["They keep pages from reclaim"]),
    ] as [(String, [String], [String])])
  func `every kind of end is explained`(file: String, options: [String], parts: [String])
    async throws
  {
    let wide = try await Program.run(["explain", file] + options, environment: ["COLUMNS": "300"])
    #expect(wide.code == 0 && wide.error == "")
    for part in parts { #expect(wide.out.contains(part), "\(part): \(wide.out)") }
    // But for the title and the table it fits the window.
    let output = try await Program.run(["explain", file] + options)
    let lines = output.out.split(separator: "\n").dropFirst()
    let tooWide = lines.filter { $0.count > 80 && !$0.contains("(root)") }
    #expect(tooWide.isEmpty, "\(tooWide)")
    let document = try await Program.run(["explain", file, "--json"] + options)
    #expect(try DocumentTests.document(document.out)["steps"] != nil)
  }

  @Test(arguments: [
    Call("explain pass.json --kill 2", 64, error: ["--kill 2: there is 1 kill."]),
    Call("explain pass.json --kill 0", 64, error: ["--kill takes a number from 1, found '0'"]),
    Call("explain pass.json --why bog", 64, error: ["no process is called 'bog'", "'big'"]),
    Call(
      "explain - --why a",
      stdin: #"""
        { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "1G" },
          "killers": [ { "kind": "kubelet" } ],
          "processes": [ { "name": "a", "cgroup": "/kubepods/pod-a/c", "anon": "960M" } ] }
        """#, 64, error: ["kill 1 is by kubelet, not by the kernel's points", "protect"]),
    Call("explain pass.json --step", 64, error: ["--step asks at a terminal, and there is none"]),
    Call("explain pass.json --step --json", 64, error: ["--step asks at the terminal: no --json"]),
    Call(
      "explain - --step", stdin: Samples.passing, 64, error: ["no scenario from standard input"]),
    Call("explain malformed.json", 65, error: ["malformed.json:1:57"]),
    Call("explain missing.json --json", 66, error: ["no such file"]),
    Call("explain -", stdin: Samples.passing, out: ["Only big (1000) dies"]),
    Call("explain pass.json --why small", out: ["Why not small", "chosen at     oom_score_adj"]),
    Call("explain pass.json --why init", out: ["init was not in /g, whose limit was hit"]),
  ])
  func `exit codes and messages`(call: Call) async throws { try await call.check() }

  /// `script` gives the program a terminal; what is typed stands in its standard input.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func `step by step the reader guesses before the victim is told`() async throws {
    for (guess, answer) in [("app", "Right: app (1005)."), ("agent", "No: it is app (1005).")] {
      let output = try await Program.shell(
        "printf 'kil\\nkill\\n\\n\\n\\nagnt\\n\(guess)\\n\\n\\n\\n\\n\\n\\n\\n' | "
          + "script -qec 'oomsim explain --color never --step \(Self.agent)' /dev/null",
        environment: ["COLUMNS": "200"])
      #expect(output.code == 0)
      let text = output.out.replacing("\r\n", with: "\n")
      let end = try #require(text.range(of: "Right: somebody is killed.\n"))
      // The setting comes first, and neither it nor a typo tells the end.
      let before = text[..<end.lowerBound]
      #expect(before.contains("A machine with 7.7 GiB of memory and no swap"))
      #expect(before.contains("'kil' is none of these words. Did you mean 'kill'?"))
      #expect(!before.contains("kill 1 of"))
      let asked = try #require(text.range(of: "Who is chosen?"))
      let told = try #require(text.range(of: answer))
      #expect(asked.upperBound < told.lowerBound)
      // Before the answer nobody's points are shown.
      #expect(!text[..<told.lowerBound].contains("666 909"))
      #expect(text[..<told.lowerBound].contains("Did you mean 'agent'?"))
      let sum =
        guess == "app"
        ? " app (1005) has 666 909 = anon 665 600 + page tables 1 309. agent"
        : " agent (1004) has 104 468 = anon 1 119 771 + page tables 2 197 - oom_score_adj 500"
      #expect(text[told.upperBound...].hasPrefix(sum), "\(text[told.upperBound...].prefix(400))")
      #expect(text[told.upperBound...].contains("\n8  What it is not"))
    }
  }

  /// Every kill is asked, and what is no kill can be guessed, too.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func `other kills and other ends are guessed`() async throws {
    func step(_ story: String, _ lines: String) async throws -> String {
      try await Program.shell(
        "printf '\(lines)' | script -qec 'oomsim learn \(story) --color never --step' /dev/null"
      ).out.replacing("\r\n", with: "\n")
    }
    let enters = String(repeating: "\\n", count: 12)
    let kills = try await step("agent-plus-1000", "kill" + enters + "\\nmysqld\\n\\n")
    #expect(kills.contains("Kill 2 of 3: an OOM of the machine at"), "\(kills)")
    #expect(kills.contains("Kill 3 of 3: "))
    for (story, answer) in [
      ("redis-bgsave-mode2", "a request is refused."), ("panic-on-oom", "the machine panics."),
      ("idle-666", "nobody is killed, and all goes on."),
    ] {
      let output = try await step(story, "kill" + enters)
      #expect(output.contains("No: " + answer), "\(output)")
    }
  }
}
