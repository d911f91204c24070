import Foundation
import Testing

/// `--badness` on the command line: it decides wherever a scenario is replayed or a log is read, a value that is missing is
/// told with an exit code of its own, and results name the expression.
struct OwnBadnessCommandTests {
  private static let file = "Scenarios/protection/agent-minus-500.json"
  private static let log = "Tests/Data/logs/m03-leaf-before-parent-qemu-6.1.txt"

  private func json(_ arguments: [String]) async throws -> [String: Any] {
    let output = try await Program.run(arguments + ["--json"])
    #expect(output.error.isEmpty, "\(arguments)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
  }

  private func firstName(_ result: [String: Any]) -> String? {
    let kills = result["kills"] as? [[String: Any]]
    return (kills?.first?["victim"] as? [String: Any])?["name"] as? String
  }

  @Test func `the expression of a release decides as the release`() async throws {
    let text = try await Program.run(["rules", "6.12", "--expression"]).out
    let own = try await json(["run", Self.file, "--badness", text])
    let kernel = try await json(["run", Self.file])
    #expect(own["digest"] as? String == kernel["digest"] as? String)
    #expect(own["badness"] as? String == text && kernel["badness"] == nil)
  }

  @Test func `a scenario carries it, and the option goes before it`() async throws {
    let saved = try await Program.run(["run", Self.file, "--badness", "rss", "-o", "-"])
    #expect(saved.out.contains("\"badness\": \"rss\""))
    let scratch = try Scratch()
    let path = try scratch.file("own.json", saved.out).path
    #expect(firstName(try await json(["run", path])) == "agent")
    #expect(
      firstName(try await json(["run", path, "--badness", "uid == 0 ? never : 0 - rss"])) != "agent"
    )
    // What the scenario expects was written for the kernel's rule.
    let check = try await Program.run(["check", Self.file, "--badness", "rss"])
    #expect(check.code == 1 && check.out.contains("FAIL"))
    let sweep = try await json([
      "sweep", Self.file, "--badness", "rss", "--vary", "machine.memory=8G",
    ])
    #expect("\(sweep)".contains("agent"))
  }

  @Test func `it is explained by its terms`() async throws {
    let output = try await Program.run(["explain", Self.file, "--badness", "rss + swap - nice * 4"])
    #expect(output.code == 0 && output.out.contains("badness       rss + swap - nice * 4"))
    #expect(output.out.contains("= rss 1 119 771"))
    let score = try await json(["score", Self.file, "--badness", "uid == 0 ? never : rss"])
    #expect(score["badness"] as? String == "uid == 0 ? never : rss")
    #expect("\(score)".contains("its badness is never"))
  }

  @Test func `without a value the run is cut off, and the program ends with 65`() async throws {
    let output = try await Program.run(["run", Self.file, "--badness", "rss / swap"])
    #expect(output.code == 65)
    #expect(output.out.contains("systemd-journald (pid 1000): rss / swap divides by 0, column 1"))
    #expect(output.out.contains("nobody was killed · end"), "\(output.out)")
    let large = try await Program.run(
      ["run", Self.file, "--badness", "rss * 9223372036854775807"])
    #expect(large.code == 65 && large.out.contains("overflows 64 bits"))
  }

  @Test func `a mistake in a scenario is shown at its place`() async throws {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "badness": "rss + swpa" }
      """
    let output = try await Program.run(["run", "-"], stdin: text)
    #expect(output.code == 65 && output.out.isEmpty)
    #expect(
      output.error.contains(
        ":2:14: error: badness: column 7: 'swpa' is no name; did you mean 'swap'?"),
      "\(output.error)")
  }

  @Test func `many cases are compared, those that differ first`() async throws {
    let result = try await json(["compare", Self.file, Self.log, "--badness", "rss"])
    #expect(result["count"] as? Int == 2 && result["another_first"] as? Int == 1)
    let cases = try #require(result["cases"] as? [[String: Any]])
    #expect(cases.map { $0["differs"] as? String } == ["first", "no"])
    #expect((cases[0]["after"] as? [String: Any])?["first_name"] as? String == "agent")
    let same = try await json(["compare", Self.file, "--badness", "rss", "--badness", "rss * 2"])
    #expect(same["another_first"] as? Int == 0 && same["before"] as? String == "rss")
  }

  @Test func `neither a scenario nor a log`() async throws {
    let scratch = try Scratch()
    let path = try scratch.file("empty.txt", "").path
    for arguments in [[path], [scratch.url.path]] {
      let output = try await Program.run(["compare", "--badness", "rss"] + arguments)
      #expect([65, 66].contains(output.code) && output.out.isEmpty)
      #expect(output.error.contains("neither a scenario nor"))
    }
  }

  @Test func `a report says what it would take`() async throws {
    let output = try await Program.run(["autopsy", Self.log, "--badness", "rss"])
    #expect(output.out.contains("by yours   78 (X), 4 148 points, the same process"))
    let result = try await json(["autopsy", Self.log, "--badness", "uid == 0 ? never : rss"])
    let report = try #require((result["reports"] as? [[String: Any]])?.first)
    let own = try #require(report["own_badness"] as? [String: Any])
    #expect(own["pid"] is NSNull && own["another"] as? Bool == true)
  }
}
