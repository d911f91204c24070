import Foundation
import Testing

/// `batch` of what other programs print: options, notes, and many nodes.
@Suite struct BatchImportTests {
  private func answers(_ lines: [String], in directory: URL, _ files: String) async throws
    -> [[String: Any]]
  {
    let output = try await Program.run(
      ["batch", "--files", files], stdin: lines.joined(separator: "\n"), in: directory)
    #expect(output.code == 0 && output.error == "", "\(output)")
    return try output.out.split(separator: "\n").map { try DocumentTests.document(String($0)) }
  }

  private func message(_ answer: [String: Any]) -> String {
    let error = (answer["errors"] as? [[String: Any]])?.first
    return "\(error?["path"] ?? ""): \(error?["message"] ?? "")"
  }

  @Test func `options of a line are those of import`() async throws {
    let scratch = try Scratch()
    let data = Program.packageRoot.appending(path: "Tests/Data/import").path
    let options = "--memory 8GB --swap 1G --scale 1.5"
    let prepared = try await Program.shell(
      """
      cp \(data)/ps/valid-1.txt ps.txt; cp \(data)/free.txt .
      oomsim import ps.txt --free free.txt 2> /dev/null | oomsim run - --json | grep digest
      oomsim import ps.txt \(options) 2> notes | oomsim run - --json | grep digest
      cat notes
      """, in: scratch.url)
    let answers = try await answers(
      [
        #"{ "import": "ps.txt", "free": "free.txt" }"#,
        #"{ "import": "ps.txt", "memory": "8GB", "swap": "1G", "scale": 1.5, "from": "ps" }"#,
        #"{ "import": "ps.txt", "scale": "1.5" }"#, #"{ "import": "ps.txt" }"#,
        #"{ "import": "ps.txt", "scale": 0 }"#, #"{ "import": "ps.txt", "memory": 12 }"#,
        #"{ "import": "ps.txt", "from": "psx" }"#, #"{ "import": "ps.txt", "node": "none" }"#,
        #"{ "file": "ps.txt", "memory": "8G" }"#, #"{ "import": "ps.txt", "memory": "12" }"#,
      ], in: scratch.url, ".")
    for answer in answers.prefix(2) {
      #expect(prepared.out.contains(try #require(answer["digest"] as? String)))
    }
    let sizes = answers.prefix(4).map { answer in
      (answer["processes"] as? [[String: Any]] ?? []).reduce(0) { $0 + ($1["anon"] as? Int ?? 0) }
    }
    #expect(sizes[0] == sizes[3] && sizes[1] == sizes[2] && sizes[1] > sizes[0], "\(sizes)")
    for answer in answers.prefix(4) {
      let notes = try #require(answer["notes"] as? [String])
      #expect(notes.contains { $0.hasPrefix("rss is taken for anonymous memory") }, "\(notes)")
    }
    let said = answers[1]["notes"] as? [String] ?? []
    #expect(
      said.first
        == "memory: 8GB counts in powers of 1000 and became 7.4 GiB; write 8G for powers of 1024")
    for note in said.dropFirst() { #expect(prepared.out.contains(note)) }
    for (answer, part) in zip(
      answers.dropFirst(4),
      [
        "scale: '0' is no factor", "memory: expected a size", "from: unknown value 'psx'",
        "import: none: no such file", "memory: this says how to import", "memory: '12' is no size",
      ])
    { #expect(message(answer).contains(part), "\(message(answer))") }
  }

  /// A node that cannot be read is not one on which nobody dies, and a path is named from where one stands.
  @Test func `the recipe for many nodes`() async throws {
    let scratch = try Scratch()
    let data = Program.packageRoot.appending(path: "Tests/Data/import/week.json").path
    try scratch.file("nodes/bad.json", "{")
    let output = try await Program.shell(
      "cp \(data) nodes/good.json; cp \(data) nodes/small.json", in: scratch.url)
    #expect(output.code == 0)
    let page = try String(
      contentsOf: Program.packageRoot.appending(path: "Sources/oomsim/Manual/what-if.md"),
      encoding: .utf8)
    let start = try #require(page.range(of: "```sh\nfor node in")?.lowerBound)
    let recipe = page[start...].split(separator: "\n").dropFirst().prefix { $0 != "```" }
      .joined(separator: "\n")
    if try await Program.shell("command -v jq", in: scratch.url).code == 0 {
      let lines = try await Program.shell(recipe, in: scratch.url).out.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines.first?.hasPrefix("nodes/bad.json\terror: nodes/bad.json:") == true, "\(lines)")
      #expect(lines.last.map { $0 == "nodes/small.json\tapi" || $0.hasSuffix("nobody") } == true)
    } else {
      print("NOT CHECKED: there is no jq: does the recipe of what-if.md show errors?")
    }
    let wrong = try await answers([#"{ "import": "good.json" }"#], in: scratch.url, "nodes")
    #expect(message(wrong[0]).contains("good.json: no such file"))
    #expect(message(wrong[0]).contains("paths are as from the working directory"))
  }
}
