import Foundation
import Testing

/// The built program with Meta's oomd: its ground in text and in JSON, and the note on a number that is cut off.
@Suite struct OomdCommandTests {
  private let story = "Scenarios/userspace/meta-oomd-growing-build.json"

  @Test func `what it went by`() async throws {
    let run = try await Program.run(["run", story])
    #expect(run.code == 0 && run.error == "")
    #expect(run.out.contains("oomd: killed process 1005 (ld)"))
    #expect(run.out.contains("user session protection: user pressure above 60 for 30s"))
    #expect(
      run.out.contains(
        "kill_by_memory_size_or_growth, memory.current by its average 1.28 >= 1.25"))
    let json = try await Program.run(["run", story, "--json"])
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    let kill = try #require((result["kills"] as? [[String: Any]])?.first)
    let ground = try #require(kill["ground"] as? [String: Any])
    #expect(kill["by"] as? String == "oomd" && ground["signal"] as? String == "SIGKILL")
    #expect(ground["ruleset"] as? String == "user session protection")
    #expect(ground["plugin"] as? String == "kill_by_memory_size_or_growth")
    #expect(
      ground["watched"] as? String == "/user.slice" && ground["held_us"] as? Int == 30_000_000)
    let ranked = try #require(ground["ranked"] as? [String: String])
    #expect(ranked["value"] == "1.28" && ranked["limit"] == "1.25" && ranked["relation"] == ">=")
    let checks = try #require(ground["checks"] as? [[String: String]])
    #expect(checks.map { $0["what"] } == ["memory.pressure full avg10", "time since reclaim"])
    #expect(checks[1]["value"] == "0s" && checks[1]["limit"] == "10s")
  }

  @Test func `explained`() async throws {
    let lesson = try await Program.run(["explain", story])
    #expect(lesson.out.contains("oomd looks, and acts"))
    #expect(lesson.out.contains("of those that have most, the one that grows fastest"))
  }

  @Test func `compared with others`() async throws {
    let both = try await Program.run(["compare", story, "--killers", "none,oomd,oomd+earlyoom"])
    #expect(both.code == 0 && both.out.contains("oomd acts first, at 2m0s"))
    let unknown = try await Program.run(["compare", story, "--killers", "oomdd"])
    #expect(unknown.code == 64 && unknown.error.contains("did you mean 'oomd'?"))
  }

  @Test func `a number that oomd cuts off is said`() async throws {
    let rules =
      #"killers=[{ "kind": "oomd", "rulesets": [{ "name": "r", "detectors": [["g", { "name": "swap_free", "args": { "threshold_pct": "15%" } }]], "actions": [{ "name": "stop" }] }] }]"#
    let run = try await Program.run(["run", story, "--set", rules])
    #expect(run.code == 0)
    #expect(run.error.contains("of '15%' oomd reads the whole number that it begins with: 15"))
  }

  @Test func `the words of its configuration`() async throws {
    let words = try await Program.run(["schema", "rulesets"])
    #expect(words.code == 0 && words.out.contains("the rulesets of its configuration file"))
    let delay = try await Program.run(["schema", "post_action_delay"])
    #expect(delay.out.contains("Seconds without actions"))
  }
}
