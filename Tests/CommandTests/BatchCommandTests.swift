import Foundation
import Testing

/// `batch` of the built program.
@Suite struct BatchCommandTests {
  /// A line, and for every second one a mistake or a scenario of its own.
  private static func lines(_ count: Int) -> String {
    (0..<count).map { index in
      switch index % 5 {
      case 0, 2:
        #"{ "id": \#(index), "file": "pass.json", "set": { "machine.swap": "\#(index)M" } }"#
      case 1: #"{ "id": \#(index), "file": "missing.json" }"#
      case 3: Samples.passing.replacing("\n", with: " ")
      default: #"{ "id": \#(index), "scenario": { } }"#
      }
    }.joined(separator: "\n") + "\n"
  }

  @Test func `one line each, in order, the same for any number of threads`() async throws {
    let directory = try Samples.directory()
    let lines = Self.lines(300)
    var outputs: [String] = []
    for jobs in ["1", "2", "9"] {
      let output = try await Program.run(
        ["batch", "--files", ".", "--jobs", jobs], stdin: lines, in: directory.url)
      #expect(output.code == 0 && output.error == "")
      outputs.append(output.out)
    }
    #expect(outputs[1] == outputs[0] && outputs[2] == outputs[0])
    let answers = outputs[0].split(separator: "\n")
    #expect(answers.count == 300)
    for (index, answer) in answers.enumerated() {
      let document = try DocumentTests.document(String(answer))
      #expect(document["schema"] as? String == "oomsim.result/1")
      if index % 5 != 3 { #expect(document["id"] as? Int == index) }
      let isError = index % 5 == 1 || index % 5 == 4
      #expect((document["outcome"] as? String == "error") == isError)
      if isError { #expect(document["line"] as? Int == index + 1) }
    }
  }

  /// A result is that of `run --json` with the same settings.
  @Test func `a result is that of run`() async throws {
    let output = try await Program.run([
      "batch", "--files", "Scenarios", "Tests/Data/what-ifs.jsonl",
    ])
    #expect(output.code == 0 && output.error == "")
    let answers = output.out.split(separator: "\n").map(String.init)
    let runs = [
      ["Scenarios/global/memory-leak-vps.json"],
      ["Scenarios/global/memory-leak-vps.json", "--set", "machine.swap=1G"],
      ["Scenarios/old/sacrifice-child-5-1.json", "--kernel", "4.19"],
    ]
    #expect(answers.count == runs.count)
    for (answer, arguments) in zip(answers, runs) {
      var found = try DocumentTests.document(answer)
      #expect(found.removeValue(forKey: "id") is String)
      let run = try await Program.run(["run", "--json"] + arguments)
      #expect(
        try NSDictionary(dictionary: found)
          == NSDictionary(dictionary: DocumentTests.document(run.out)))
    }
  }

  @Test func `no lines, and a last one without a line break`() async throws {
    let directory = try Samples.directory()
    let none = try await Program.run(["batch"], stdin: "", in: directory.url)
    #expect(none.code == 0 && none.out == "" && none.error == "")
    let open = try await Program.run(
      ["batch", "--files", ".", "-"], stdin: #"{ "file": "pass.json" }"#, in: directory.url)
    #expect(open.code == 0 && open.out.hasSuffix("}\n") && !open.out.contains("error"))
    let empty = try await Program.run(["batch"], stdin: "\n\n", in: directory.url)
    #expect(empty.out.split(separator: "\n").count == 2 && empty.code == 0)
  }

  @Test func `an answer comes before the next line is there`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.shell(
      """
      mkfifo in out
      oomsim batch --files . --jobs 2 < in > out &
      exec 3> in 4< out
      for swap in 1M 2M 3M; do
        echo "{ \\"id\\": \\"$swap\\", \\"file\\": \\"pass.json\\", \\"set\\": { \\"machine.swap\\": \\"$swap\\" } }" >&3
        IFS= read -r line <&4; echo "$line"
      done
      exec 3>&-
      wait
      """, in: directory.url)
    let ids = try output.out.split(separator: "\n").map {
      try DocumentTests.document(String($0))["id"] as? String
    }
    #expect(ids == ["1M", "2M", "3M"] && output.code == 0)
  }

  /// A line of 70 MB is passed over without being held; those around it have their answers.
  @Test func `a line that is too long`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.shell(
      """
      { echo '{ "file": "pass.json" }'; head -c 70000000 /dev/zero | tr '\\0' x; echo
        echo '{ "file": "pass.json" }'; } | oomsim batch --files . --jobs 2
      """, in: directory.url)
    let answers = try output.out.split(separator: "\n").map {
      try DocumentTests.document(String($0))
    }
    #expect(answers.map { $0["outcome"] as? String } == ["completed", "error", "completed"])
    let errors = answers[1]["errors"] as? [[String: Any]]
    #expect((errors?.first?["message"] as? String)?.contains("longer than 67108864 bytes") == true)
    #expect(answers[1]["line"] as? Int == 2)
  }

  @Test func `bytes that are no text`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.shell("oomsim batch < binary.json", in: directory.url)
    #expect(output.code == 0 && output.error == "")
    for line in output.out.split(separator: "\n") {
      #expect(try DocumentTests.document(String(line))["outcome"] as? String == "error")
    }
  }

  @Test func `what is no file`() async throws {
    let directory = try Samples.directory()
    let lines = ["good", "/dev/zero", "-", "malformed.json", "empty.json"].map {
      #"{ "file": "\#($0)" }"#
    }.joined(separator: "\n")
    let output = try await Program.run(["batch", "--files", "."], stdin: lines, in: directory.url)
    let messages = try output.out.split(separator: "\n").map { line -> String in
      let document = try DocumentTests.document(String(line))
      return (document["errors"] as? [[String: Any]])?.first?["message"] as? String ?? "none"
    }
    #expect(output.code == 0 && messages.count == 5)
    for (message, part) in zip(
      messages,
      [
        "good: is a directory", "/dev/zero: not below the directory of --files", "from files only",
        "malformed.json:1:57: error: machine.memory: unknown unit",
        "empty.json:1:1: error: no valid JSON",
      ])
    { #expect(message.contains(part), "\(message)") }
  }

  /// What `import` and `snapshot --root` make of a file, line by line: many nodes, one limit.
  @Test func `lines that import`() async throws {
    let scratch = try Scratch()
    let data = Program.packageRoot.appending(path: "Tests/Data").path
    let prepared = try await Program.shell(
      """
      cp \(data)/import/week.json \(data)/import/ps/valid-1.txt \(data)/import/free.txt .
      cp \(data)/import/ps/malformed-1.txt . && tar -cf web.tar -C \(data)/hosts/web proc sys
      oomsim import valid-1.txt --free free.txt 2> /dev/null | oomsim run - --json | grep digest
      """, in: scratch.url)
    let lines = [
      #"{ "id": 1, "import": "week.json" }"#,
      #"{ "id": 2, "import": "week.json", "set": { "cgroups./api.memory.max": "400M" } }"#,
      #"{ "id": 3, "import": ["valid-1.txt", "free.txt"] }"#,
      #"{ "id": 4, "import": "web.tar" }"#, #"{ "id": 5, "import": "malformed-1.txt" }"#,
      #"{ "id": 6, "import": "missing" }"#, #"{ "id": 7, "import": "week.json", "file": "a" }"#,
      #"{ "id": 8, "import": [] }"#, #"{ "id": 9, "import": "-" }"#,
      #"{ "id": 10, "import": "/proc/self/status" }"#,
    ].joined(separator: "\n")
    let output = try await Program.run(["batch", "--files", "."], stdin: lines, in: scratch.url)
    #expect(output.code == 0 && output.error == "", "\(output)")
    let answers = try output.out.split(separator: "\n").map {
      try DocumentTests.document(String($0))
    }
    #expect(answers.map { $0["id"] as? Int } == Array(1...10))
    #expect(
      answers.prefix(4).allSatisfy { $0["outcome"] as? String == "completed" }, "\(output.out)")
    #expect((answers[0]["kills"] as? [Any])?.isEmpty == true)
    #expect((answers[1]["kills"] as? [[String: Any]])?.first?["cgroup"] as? String == "/api")
    #expect(prepared.out.contains(try #require(answers[2]["digest"] as? String)))
    #expect(answers[3]["kernel"] as? String == "6.12.57+deb13-amd64")
    let messages = answers.dropFirst(4).map { answer in
      let error = (answer["errors"] as? [[String: Any]])?.first
      return "\(error?["path"] ?? ""): \(error?["message"] ?? "")"
    }
    for (message, part) in zip(
      messages,
      [
        "import: malformed-1.txt:", "import: missing: no such file",
        "needs exactly one of 'file', 'scenario', 'import'", "'import' names no file",
        "a batch reads from files only", "not below the directory of --files",
      ])
    { #expect(message.contains(part), "\(message)") }
  }

  @Test(arguments: [
    ("missing.jsonl", 66, "missing.jsonl: no such file"), ("good", 66, "good: is a directory"),
    ("a b", 64, "Unexpected argument"), ("--jobs x", 64, "--jobs takes a number"),
    ("--json", 64, "Unknown option '--json'"), ("--set x", 64, "--set takes PATH=VALUE"),
    ("--kernel x", 64, "'x' is no kernel release"),
  ])
  func `wrong usage and wrong files`(arguments: String, code: Int32, message: String) async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(
      ["batch"] + arguments.split(separator: " ").map(String.init), stdin: "", in: directory.url)
    #expect(output.code == code && output.out == "" && output.error.contains(message), "\(output)")
  }

  @Test func `a pipe that is closed early ends it without a word`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.shell(
      "{ yes '{ \"file\": \"pass.json\" }' | oomsim batch --files . --jobs 2; echo \"code $?\" >&2; } | head -n 3",
      in: directory.url)
    #expect(output.error == "code 0\n" && output.out.split(separator: "\n").count == 3)
  }

  @Test func `a full disk is an error`() async throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let directory = try Samples.directory()
    let output = try await Program.shell(
      "echo '{ \"file\": \"pass.json\" }' | oomsim batch --files . > /dev/full", in: directory.url)
    #expect(output.code == 66 && output.error.contains("no space left on device"))
  }
}
