import Foundation
import Testing

/// `oomsim new`: what it prints is a scenario that runs, ends in a kill, keeps its promise, and says what it is about.
@Suite struct NewCommandTests {
  @Test(arguments: ["machine", "container", "pod", "unit"])
  func `a scenario to start from`(kind: String) async throws {
    let printed = try await Program.run(["new", kind])
    #expect(printed.code == 0 && printed.error == "")
    let document = try DocumentTests.document(printed.out)
    #expect((document["description"] as? [String])?.isEmpty == false)
    let check = try await Program.run(["check", "-"], stdin: printed.out)
    #expect(check.code == 0 && check.out.hasPrefix("PASS"), "\(check)")
    let run = try await Program.run(["run", "-", "--json"], stdin: printed.out)
    #expect(run.error == "", "a scenario to start from needs no warning")
    let result = try DocumentTests.document(run.out)
    #expect((result["kills"] as? [Any])?.count == 1)
    #expect((result["warnings"] as? [Any])?.isEmpty == true, "\(run.out)")
    let schema = try await Program.run(["run", "-", "-o", "-"], stdin: printed.out)
    #expect(schema.code == 0, "\(schema)")
  }

  @Test func `it goes into a file, whole or not at all`() async throws {
    let scratch = try Scratch()
    let written = try await Program.run(["new", "pod", "-o", "pod.json"], in: scratch.url)
    #expect(written.code == 0 && written.out == "" && written.error == "")
    let printed = try await Program.run(["new", "pod"])
    let file = scratch.url.appending(path: "pod.json")
    #expect(try String(contentsOf: file, encoding: .utf8) == printed.out)
    let nowhere = try await Program.run(["new", "pod", "-o", "/no/such/x.json"])
    #expect(nowhere.code == 66 && nowhere.out == "")
  }
}
