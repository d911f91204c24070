import Foundation
import Testing

/// Every command that the README and the pages beside what they describe show is run, and prints what is shown.
///
/// A fenced block `console` holds commands after `$ ` and below each what it prints, standard error included;
/// a line `…` stands for any number of lines. Commands other than `oomsim` are not run.
struct ReadmeTests {
  struct Example: CustomTestStringConvertible, Sendable {
    var document = "README.md"
    var line: Int
    var command: String
    var output: [String]

    var testDescription: String { "\(document):\(line): \(command)" }
  }

  /// Every page of the project: none can be left out.
  static let documents: [String] =
    ["README.md"]
    + ["Benchmarks", "Scenarios", "Sources", "Tests"].flatMap { directory in
      (FileManager.default.enumerator(atPath: Program.packageRoot.appending(path: directory).path)?
        .compactMap { $0 as? String }.filter { $0.hasSuffix(".md") }.sorted() ?? [])
        .map { directory + "/" + $0 }
    }

  static let readme = text(of: "README.md")

  static let examples: [Example] = documents.flatMap { document in
    (text(of: document).map(examples(in:)) ?? []).map {
      Example(document: document, line: $0.line, command: $0.command, output: $0.output)
    }
  }

  private static func text(of document: String) -> String? {
    try? String(contentsOf: Program.packageRoot.appending(path: document), encoding: .utf8)
  }

  @Test(.enabled(if: readme != nil)) func `there are examples`() {
    #expect(Self.examples.count >= 40)
    let places = Set(Self.examples.map { $0.document.split(separator: "/").dropLast().last })
    #expect(places.isSuperset(of: [nil, "Scenarios", "Manual"]))
  }

  /// The first page is read to its end only if it is short.
  @Test(.enabled(if: readme != nil)) func `the first page is short`() {
    #expect((100...250).contains(Self.lines(of: Self.readme ?? "").count))
  }

  /// Links lead to files of the project.
  @Test(.enabled(if: readme != nil)) func `links lead somewhere`() {
    var count = 0
    for document in Self.documents {
      let page = Program.packageRoot.appending(path: document)
      for link in (Self.text(of: document) ?? "").matches(of: #/\]\(([^)#\s]+)\)/#) {
        let target = String(link.1)
        if target.contains("://") { continue }
        count += 1
        let file = page.deletingLastPathComponent().appending(path: target)
        #expect(FileManager.default.fileExists(atPath: file.path), "\(document): \(target)")
      }
    }
    #expect(count > 100)
  }

  /// What has to pass before a change is taken runs the very command that the README names.
  @Test(.enabled(if: readme != nil)) func `the command that runs the tests is that of the checks`()
    throws
  {
    let checks = try #require(Self.text(of: ".ci/run"))
    let section = try #require(Self.readme?.components(separatedBy: "\n## Test it\n").last)
    let command = try #require(section.firstMatch(of: #/```sh\n(.+)\n```/#)).1
    #expect(Self.lines(of: checks).contains(String(command)))
  }

  @Test(arguments: examples) func `a command prints what is shown`(example: Example) async throws {
    let output = try await Program.shell("{ \(example.command)\n} 2>&1")
    let lines = Self.lines(of: output.out)
    #expect(
      Self.matches(lines, example.output),
      "\(example.testDescription) prints now:\n\(output.out)")
  }

  /// Blocks `json` are scenarios that do what they promise.
  @Test(arguments: documents.flatMap { text(of: $0).map(scenarios(in:)) ?? [] })
  func `a scenario does what it promises`(text: String) async throws {
    let output = try await Program.run(["check", "-"], stdin: text)
    #expect(output.code == 0 && output.out.hasPrefix("PASS: -"), "\(output)")
  }

  // MARK: Reading

  static func scenarios(in text: String) -> [String] {
    text.components(separatedBy: "\n```json\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  static func examples(in text: String) -> [Example] {
    var examples: [Example] = []
    var isInside = false
    var isCommand = false
    for (number, line) in lines(of: text).enumerated() {
      if line.hasPrefix("```") {
        isInside = !isInside && line == "```console"
        isCommand = false
      } else if isInside, line.hasPrefix("$ ") {
        let command = String(line.dropFirst(2))
        isCommand = command.hasPrefix("oomsim ")
        if isCommand {
          examples.append(Example(line: number + 1, command: command, output: []))
        }
      } else if isInside, isCommand {
        let last = examples.count - 1
        // A command goes on in the next line after a backslash.
        if examples[last].command.hasSuffix("\\"), examples[last].output.isEmpty {
          examples[last].command.removeLast()
          examples[last].command += line.drop { $0 == " " || $0 == ">" }
        } else {
          examples[last].output.append(line)
        }
      }
    }
    for index in examples.indices {
      while examples[index].output.last == "" { examples[index].output.removeLast() }
    }
    return examples
  }

  /// Lines without the empty ones at the end and without spaces at their ends.
  static func lines(of text: String) -> [String] {
    var lines = text.components(separatedBy: "\n").map { line in
      String(line.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
    }
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Whether lines are those that are shown, where a line `…` leaves some out.
  static func matches(_ lines: [String], _ shown: [String]) -> Bool {
    var parts = shown.split(omittingEmptySubsequences: false) {
      $0.drop { $0 == " " } == "…"
    }[...]
    var rest = lines[...]
    guard let first = parts.popFirst(), rest.starts(with: first) else { return false }
    rest = rest.dropFirst(first.count)
    guard let last = parts.popLast() else { return rest.isEmpty }
    guard rest.count >= last.count, rest.suffix(last.count).elementsEqual(last) else {
      return false
    }
    rest = rest.dropLast(last.count)
    for part in parts {
      guard
        let start = rest.indices.first(where: { rest[$0...].starts(with: part) })
      else { return false }
      rest = rest[start...].dropFirst(part.count)
    }
    return true
  }

  // MARK: Of the reading itself

  @Test func `examples are found`() {
    let found = Self.examples(
      in: """
        ```console
        $ oomsim --version
        oomsim 1

        $ git clone x
        Cloning
        $ oomsim run a.json \\
          --json
        {
          …
        }
        ```
        ```sh
        $ oomsim no
        ```
        $ oomsim no
        """)
    #expect(found.map(\.command) == ["oomsim --version", "oomsim run a.json --json"])
    #expect(found.map(\.output) == [["oomsim 1"], ["{", "  …", "}"]])
    #expect(found.map(\.line) == [2, 7])
  }

  @Test(arguments: [
    ("a b", true), ("a", false), ("a b c", false), ("…", true), ("a …", true), ("… b", true),
    ("a … b", true), ("… a b …", true), ("b …", false), ("… a", false), ("… x …", false),
    ("a b …", true), ("a b … b", false), ("", false),
  ])
  func `lines that are left out`(shown: String, isMatch: Bool) {
    let lines = shown.split(separator: " ").map(String.init)
    #expect(Self.matches(["a", "b"], lines) == isMatch)
  }
}
