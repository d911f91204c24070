import Foundation
import Testing

/// What stands behind standard output: a pipe, a file, a terminal.
struct OutputTests {
  /// A long document into a reader that takes one line: no message, no signal.
  @Test(arguments: ["run --json --candidates", "score --json", "run --candidates", "check"])
  func `a pipe that is closed early is no error`(command: String) async throws {
    // More than a pipe holds, which is 64 KiB.
    let files =
      switch command {
      case "score --json": "Scenarios/global/make-j8.json"
      case "check": "$(find Scenarios -name '*.json' ! -name schema.json | sort)"
      default: "$(find Scenarios/ai Scenarios/global Scenarios/memcg -name '*.json' | sort)"
      }
    let line = "{ oomsim \(command) \(files); echo \"code $?\" >&2; } | head -n 1"
    let output = try await Program.shell(line)
    #expect(output.code == 0 && output.out.split(separator: "\n").count == 1)
    #expect(output.error == "code 0\n")
  }

  /// A part of a document must not pass for the whole.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: ["run", "run --json", "check", "score", "score --json"])
  func `a full disk is an error`(command: String) async throws {
    let output = try await Program.shell(
      "oomsim \(command) Scenarios/memcg/hpc-batch-job.json > /dev/full")
    #expect(output.code == 66, "\(output)")
    #expect(output.error == "oomsim: standard output: no space left on device\n")
  }

  @Test func `output into a file has no colours`() async throws {
    for when in ["", "--color auto", "--color never"] {
      let output = try await Program.shell(
        "oomsim run \(when) Scenarios/memcg/hpc-batch-job.json")
      #expect(output.code == 0 && !output.out.contains("\u{1B}"), "\(when)")
    }
  }

  /// https://no-color.org: any value that is not empty. `--color` says it more clearly than the environment.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: [
      ("", [:], true), ("", ["NO_COLOR": "1"], false), ("", ["NO_COLOR": ""], true),
      ("", ["TERM": "dumb"], false), ("--color auto", [:], true), ("--color never", [:], false),
      ("--color always", ["NO_COLOR": "1", "TERM": "dumb"], true),
    ] as [(String, [String: String], Bool)])
  func `a terminal has colours unless it is told otherwise`(
    option: String, environment: [String: String], isColored: Bool
  ) async throws {
    let command = "oomsim run \(option) Scenarios/memcg/hpc-batch-job.json"
    let output = try await Program.shell(
      "script -qec '\(command)' /dev/null < /dev/null", environment: environment)
    #expect(output.code == 0 && output.out.contains("killed process"), "\(output)")
    #expect(output.out.contains("\u{1B}[1;31m") == isColored)
  }

  @Test func `a colour that is forced does not reach JSON`() async throws {
    let output = try await Program.shell(
      "oomsim run --json --color always Scenarios/memcg/hpc-batch-job.json")
    #expect(output.code == 0 && !output.out.contains("\u{1B}"))
  }

  @Test func `a hostile scenario brings no escapes into messages`() async throws {
    let text =
      #"{ "schema": "oomsim.scenario/1", "\u001b[2J": 1, "machine": { "memory": "\u001bG" } }"#
    let output = try await Program.run(["run", "-"], stdin: text)
    #expect(output.code == 65)
    #expect(!output.error.contains("\u{1B}"), "\(output.error)")
  }

  @Test func `standard input that is closed is unreadable`() async throws {
    let output = try await Program.shell("oomsim run - <&-")
    #expect(output.code == 66 && output.out == "")
    #expect(output.error.hasPrefix("oomsim: -: "))
  }
}

/// A machine as large as they come.
struct LargeScenarioTests {
  /// A hundred thousand processes of 1 MiB, then one that eats the rest: the one that eats dies.
  @Test(.timeLimit(.minutes(15)))
  func `a hundred thousand processes`() async throws {
    let scratch = try Scratch()
    var text = """
      { "schema": "oomsim.scenario/1", "name": "large", "machine": { "memory": "128G" },
        "processes": [ { "pid": 1, "name": "init" }, { "pid": 2, "name": "eater" }

      """
    for number in 0..<100_000 {
      text += """
        , { "pid": \(number + 1000), "name": "p\(number)", "uid": 1000, "cgroup": "/c/\(number % 500)", \
        "oom_score_adj": \(number % 7), "anon": "\(900 + number % 100)k", "file": "8k" }

        """
    }
    text += """
      ], "events": [ { "at": "1s", "grow": { "process": "eater", "anon": "120G", "over": "1h" } } ],
      "expect": { "kills": [ { "name": "eater" } ] } }
      """
    try scratch.file("large.json", text)
    let run = try await Program.run(["run", "large.json"], in: scratch.url)
    #expect(run.code == 0 && run.error == "")
    #expect(run.out.contains("killed process 2 (eater)"), "\(run.out)")
    let check = try await Program.run(["check", "large.json"], in: scratch.url)
    #expect(check.code == 0)
    let json = try await Program.run(["run", "--json", "large.json"], in: scratch.url)
    let document = try DocumentTests.document(json.out)
    #expect((document["processes"] as? [Any])?.count == 100_002)
  }
}
