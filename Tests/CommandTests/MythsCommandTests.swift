import Foundation
import OOMSimulator
import Testing

/// `myths` of the built program.
@Suite struct MythsCommandTests {
  /// What is to be seen in the output of a command is there.
  @Test(arguments: Myth.allCases) func `the command shows it`(myth: Myth) async throws {
    let output = try await Program.run(["myths", myth.rawValue, "--json"])
    #expect(output.code == 0 && output.error == "")
    let document = try DocumentTests.document(output.out)
    #expect(document["schema"] as? String == "oomsim.myths/1")
    let entry = try #require((document["myths"] as? [[String: Any]])?.first)
    #expect(entry["name"] as? String == myth.rawValue)
    #expect(entry["verdict"] as? String == myth.verdict.rawValue)
    let command = try #require(entry["command"] as? [String])
    #expect(command.first == "oomsim" && command.contains { $0.hasPrefix("Scenarios/") })
    let shown = try await Program.run(Array(command.dropFirst()), environment: ["COLUMNS": "300"])
    // A setting that version 2 does not have is the one that is refused.
    #expect(shown.code == (myth == .oomControl ? 64 : 0), "\(shown.error)")
    let shows = try #require(entry["shows"] as? [String])
    #expect(!shows.isEmpty)
    for part in shows {
      #expect((shown.out + shown.error).contains(part), "\(part): \(shown.out)\(shown.error)")
    }
  }

  @Test func `all are listed, with commands to copy`() async throws {
    let output = try await Program.run(["myths"])
    #expect(output.code == 0 && output.error == "")
    let lines = output.out.split(separator: "\n")
    for myth in Myth.allCases {
      #expect(lines.contains { $0.hasSuffix("   \(myth.rawValue)") }, "\(myth.rawValue)")
    }
    #expect(lines.count { $0.hasPrefix("    $ oomsim ") } == Myth.allCases.count)
    #expect(lines.contains("    once: true to 4.16, wrong since 4.17"))
    let one = try await Program.run(["myths", "root-bonus"])
    #expect(one.out.hasPrefix("Processes of root have a bonus.   root_bonus\n"))
    #expect(output.out.contains(one.out))
    let document = try DocumentTests.document(try await Program.run(["myths", "--json"]).out)
    #expect((document["myths"] as? [Any])?.count == Myth.allCases.count)
  }

  @Test(arguments: [
    Call(
      "myths nise", 64, error: ["no myth is called 'nise'.", "Did you mean 'nice'?", "root_bonus"]),
    Call("myths nice age", 64, error: ["Unexpected argument 'age'"]),
  ])
  func `wrong usage`(call: Call) async throws { try await call.check() }
}
