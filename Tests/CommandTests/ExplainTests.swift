import Foundation
import Testing

/// `explain` of the built program.
@Suite struct ExplainTests {
  static let agent = "Scenarios/protection/agent-minus-500.json"

  @Test func `a kill is told in steps, the text and the document alike`() async throws {
    let text = try await Program.run(["explain", Self.agent, "--why", "agent"])
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
        ["vm.panic_on_oom is set", "OOM of nodes 0"]
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
        ["kill 2 of 2", "python (8596): victim"]
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
    // But for the title, the sums and the table it fits the window.
    let output = try await Program.run(["explain", file] + options)
    let lines = output.out.split(separator: "\n").dropFirst()
    #expect(lines.allSatisfy { $0.count <= 80 || $0.contains(" = ") || $0.contains("(root)") })
    let document = try await Program.run(["explain", file, "--json"] + options)
    #expect(try DocumentTests.document(document.out)["steps"] != nil)
  }

  @Test(arguments: [
    Call("explain pass.json --kill 2", 64, error: ["--kill 2: there is 1 kill."]),
    Call("explain pass.json --kill 0", 64, error: ["--kill takes a number from 1, found '0'"]),
    Call("explain pass.json --why bog", 64, error: ["no process is called 'bog'", "'big'"]),
    Call("explain pass.json --step", 64, error: ["--step asks at a terminal, and there is none"]),
    Call("explain pass.json --step --json", 64, error: ["--step asks at the terminal: no --json"]),
    Call(
      "explain - --step", stdin: Samples.passing, 64, error: ["no scenario from standard input"]),
    Call("explain malformed.json", 65, error: ["malformed.json:1:57"]),
    Call("explain missing.json --json", 66, error: ["no such file"]),
    Call("explain -", stdin: Samples.passing, out: ["killed        big (1000): victim"]),
    Call("explain pass.json --why small", out: ["Why not small", "chosen at     oom_score_adj"]),
    Call("explain pass.json --why init", out: ["init was not in /g, whose limit was hit"]),
  ])
  func `exit codes and messages`(call: Call) async throws { try await call.check() }

  /// `script` gives the program a terminal; what is typed stands in its standard input.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func `step by step the reader guesses before the victim is told`() async throws {
    for (guess, answer) in [("app", "Right: app (1005)."), ("agent", "No: it is app (1005).")] {
      let output = try await Program.shell(
        "printf '\\n\\n\\n\(guess)\\n\\n\\n\\n\\n\\n\\n\\n' | "
          + "script -qec 'oomsim explain --color never --step \(Self.agent)' /dev/null")
      #expect(output.code == 0)
      let asked = try #require(output.out.range(of: "Who is chosen?"))
      let told = try #require(output.out.range(of: answer))
      #expect(asked.upperBound < told.lowerBound)
      // Before the answer nobody's points are shown.
      #expect(!output.out[..<asked.lowerBound].contains("666 909"))
      #expect(output.out[told.upperBound...].contains("10  What it is not"))
    }
  }
}
