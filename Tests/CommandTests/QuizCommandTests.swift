import Foundation
import Testing

/// `learn --quiz` of the built program.
@Suite struct QuizCommandTests {
  /// Without a terminal it is a sheet; the key stands apart.
  @Test func `questions and answers are printed apart`() async throws {
    let sheet = try await Program.run(["learn", "--quiz", "--count", "4"])
    #expect(sheet.code == 0 && sheet.error == "")
    #expect(sheet.out.hasPrefix("A quiz of 4 questions   level easy, seed 1\n"))
    #expect(sheet.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(!sheet.out.contains("page tables"))
    let key = try await Program.run(["learn", "--quiz", "--count", "4", "--answers"])
    #expect(key.code == 0 && key.out.contains("page tables"))
    #expect(key.out.matches(of: #/\n[1-4]  [a-e]\) /#).count == 4)
    #expect(try await Program.run(["learn", "--quiz", "--count", "4"]).out == sheet.out)
    let other = try await Program.run(["learn", "--quiz", "--count", "4", "--seed", "2"])
    #expect(other.code == 0 && other.out != sheet.out)
    let hard = try await Program.run(["learn", "--quiz", "--level", "hard"])
    #expect(hard.out.hasPrefix("A quiz of 10 questions   level hard, seed 1\n"))
  }

  /// The document has the worlds: `run` comes to the answer that the key has.
  @Test func `a question's world can be run`() async throws {
    let hidden = try DocumentTests.document(
      try await Program.run(["learn", "--quiz", "--count", "3", "--json"]).out)
    #expect(hidden["schema"] as? String == "oomsim.quiz/1" && hidden["seed"] as? Int == 1)
    let shown = try DocumentTests.document(
      try await Program.run(["learn", "--quiz", "--count", "3", "--json", "--answers"]).out)
    let questions = try #require(shown["questions"] as? [[String: Any]])
    #expect(questions.count == 3)
    for (question, blind) in zip(questions, hidden["questions"] as? [[String: Any]] ?? []) {
      #expect(blind["answer"] is NSNull && blind["why"] is NSNull)
      let choices = try #require(question["choices"] as? [String])
      #expect(choices.contains(question["answer"] as? String ?? ""))
      let scenario = try JSONSerialization.data(withJSONObject: question["scenario"] as Any)
      let run = try await Program.run(
        ["run", "-", "--json"], stdin: String(decoding: scenario, as: UTF8.self))
      #expect(run.code == 0, "\(run)")
      guard question["kind"] as? String == "victim" else { continue }
      let kills = try DocumentTests.document(run.out)["kills"] as? [[String: Any]]
      let victim = (kills?.first?["victim"] as? [String: Any])?["name"] as? String
      #expect(question["answer"] as? String == victim ?? "nobody")
    }
  }

  /// `script` gives the program a terminal; what is typed stands in its standard input.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func `at a terminal it asks and grades`() async throws {
    let key = try await Program.run(["learn", "--quiz", "--count", "2", "--answers"])
    let letters = key.out.matches(of: #/\n[12]  ([a-e])\) /#).map { String($0.1) }
    try #require(letters.count == 2)
    let wrong = letters[1] == "a" ? "b" : "a"
    let output = try await Program.shell(
      "printf 'qqq\\n\(letters[0])\\n\(wrong)\\n' | "
        + "script -qec 'oomsim learn --quiz --count 2 --color never' /dev/null")
    #expect(output.code == 0)
    let text = output.out.replacing("\r\n", with: "\n")
    let retry = try #require(text.range(of: "'qqq' is none of the answers."))
    let right = try #require(text.range(of: "Right.\n"))
    #expect(retry.upperBound < right.lowerBound)
    #expect(text.contains("No. It is \(letters[1])) "))
    #expect(text.contains("1 of 2 right. New questions: oomsim learn --quiz --level easy --seed 2"))
    // Whoever ends it early has the result of what was asked.
    let ended = try await Program.shell(
      "printf '\\004' | script -qec 'oomsim learn --quiz --color never' /dev/null")
    #expect(ended.out.contains("0 of 0 right."))
  }

  @Test(arguments: [
    Call("learn --quiz idle-666", 64, error: ["--quiz makes worlds of its own: no story"]),
    Call("learn --quiz --step", 64, error: ["no --step with it"]),
    Call("learn --quiz --markdown", 64, error: ["no --markdown with it"]),
    Call("learn --seed 1", 64, error: ["--seed goes with --quiz."]),
    Call("learn --answers idle-666", 64, error: ["--answers goes with --quiz."]),
    Call("learn --quiz --count 0", 64, error: ["--count takes a number from 1 to 500, found '0'."]),
    Call("learn --quiz --seed -1", 64, error: ["--seed takes a number from 0"]),
    Call("learn --quiz --level hrad", 64, error: ["'hrad'", "hard"]),
  ])
  func `wrong usage`(call: Call) async throws { try await call.check() }
}
