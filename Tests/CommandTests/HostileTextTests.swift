import Foundation
import Testing

/// Names that would control a terminal, end a script, be a formula, or end a word of a shell: in no output as they are.
@Suite struct HostileTextTests {
  /// Control and escape characters, marks that turn the direction of writing, quotes with an accent on them.
  static let name =
    "=x\u{1B}[31m\u{202E}\u{2066}\u{9B}</script>]]>&\"\u{301}'\u{301}`$(x)\\\u{2028}\u{7}\n"
  static let file = "h\u{1B}[2J\u{202E}'\u{301}<x>\n=.json"

  private static func scenario(_ name: String) throws -> Data {
    let group = "/" + name.replacing("/", with: "_").prefix(2000)
    return try JSONSerialization.data(withJSONObject: [
      "schema": "oomsim.scenario/1", "name": name, "title": name, "description": [name],
      "source": [name], "machine": ["memory": "64M"],
      "cgroups": [group: ["memory.max": "16M"]],
      "processes": [
        ["name": name, "cgroup": group, "anon": "8M"], ["name": "c", "anon": "30M"],
        ["name": "b" + name, "anon": "8M", "shmem": "1M", "segment": name],
      ],
      "events": [
        ["at": "1s", "grow": ["process": name, "anon": "12M"]],
        ["at": "5s", "grow": ["process": "b" + name, "anon": "40M"]],
      ],
      "expect": ["kills": [["name": "c"]], "survivors": [name]],
    ])
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 10: false
    case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: true
    default: false
    }
  }

  @Test(arguments: [
    "run", "run --json --candidates", "run --candidates", "run --chart", "run --kernel-log",
    "run -o -", "run --timeline -", "run --timeline - --json", "check", "check --json",
    "check --junit -", "score", "score --json", "explain", "explain --json", "report -o -",
    "protect --process c", "protect --process c --json", "protect --process x", "next",
    "next --json", "compare --kernels 4.19,6.12", "sweep --vary machine.memory=64M,66M",
    "sweep --vary machine.memory=64M,66M --csv", "sweep --vary machine.memory=64M,66M --json",
    "sweep --jitter machine.memory=±10% --runs 3 --csv", "k8s", "autopsy", "batch",
  ])
  func `nothing is obeyed`(command: String) async throws {
    let scratch = try Scratch()
    try scratch.file("h.json", try Self.scenario(Self.name))
    var words = command.split(separator: " ").map(String.init)
    words.insert("h.json", at: 1)
    let output = try await Program.run(words, in: scratch.url)
    #expect([0, 1, 64, 65].contains(output.code), "\(output.error)")
    for text in [output.out, output.error] {
      let raw = text.unicodeScalars.filter(Self.isInvisible).map { String($0.value, radix: 16) }
      #expect(raw.isEmpty, "\(raw)")
    }
    #expect(!output.out.isEmpty || !output.error.isEmpty)
  }

  @Test func `a file name, an option and a command to copy`() async throws {
    let scratch = try Scratch()
    let path = scratch.url.path + "/" + Self.file
    #expect(FileManager.default.createFile(atPath: path, contents: Data(Samples.passing.utf8)))
    for words in [
      ["check", Self.file], ["protect", Self.file, "--process", "big"], ["run", Self.file + "x"],
      ["run", Self.file, "--set", "name\(Self.file)"], ["run", Self.file, "--kernel", Self.file],
      ["compare", Self.file, Self.file], ["learn", Self.file],
    ] {
      let output = try await Program.run(words, in: scratch.url)
      let raw = (output.out + output.error).unicodeScalars.filter(Self.isInvisible)
      #expect(raw.isEmpty, "\(words)")
      // Nobody could type it.
      #expect(!output.out.contains("oomsim run h"), "\(output.out)")
    }
    // A quote with an accent on it ends a word of a shell all the same.
    let quoted = scratch.url.path + "/-it'\u{301}s $(touch x).json"
    #expect(FileManager.default.createFile(atPath: quoted, contents: Data(Samples.passing.utf8)))
    let protect = try await Program.run(
      ["protect", "--process", "big", "--", quoted], in: scratch.url)
    let line = protect.out.split(separator: "\n").first { $0.hasPrefix("    try    ") }
    if let line {
      let run = try await Program.shell(String(line.dropFirst(11)), in: scratch.url)
      #expect(run.code == 0 && !run.out.contains("killed process 1000 (big)"), "\(line)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.url.path + "/x"))
  }

  @Test func `JUnit is XML, and values separated by commas hold no formula`() async throws {
    let scratch = try Scratch()
    try scratch.file("h.json", try Self.scenario(Self.name))
    let check = try await Program.run(
      ["check", "h.json", "--quiet", "--junit", "out.xml"], in: scratch.url)
    #expect(check.code == 1)
    let xml = try String(contentsOf: scratch.url.appending(path: "out.xml"), encoding: .utf8)
    #expect(!xml.contains("</script>") && xml.contains("&lt;/script&gt;]]&gt;&amp;&quot"))
    let sweep = try await Program.run(
      ["sweep", "h.json", "--csv", "--vary", "name==cmd,+x,-1+2,@y"], in: scratch.url)
    let cells = sweep.out.split(separator: "\n").dropFirst().compactMap { $0.first }
    #expect(cells.count == 4 && cells.allSatisfy { $0 == "'" }, "\(sweep.out)")
  }

  @Test func `a name of a hundred thousand characters`() async throws {
    let scratch = try Scratch()
    try scratch.file("long.json", try Self.scenario(String(repeating: "x", count: 100_000)))
    for words in [["run"], ["score"], ["explain"], ["run", "--json"]] {
      let output = try await Program.run(words + ["long.json"], in: scratch.url)
      #expect(output.code == 0 && output.error == "", "\(words)")
    }
  }
}
