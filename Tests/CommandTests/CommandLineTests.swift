import Foundation
import Testing

/// One call of the program: what goes in, and what must come out.
struct Call: CustomTestStringConvertible, Sendable {
  var arguments: [String]
  var stdin: String?
  var code: Int32
  /// Parts of standard output; none means that it is empty.
  var out: [String]
  /// Parts of standard error; none means that it is empty.
  var error: [String]

  init(
    _ arguments: String, stdin: String? = nil, _ code: Int32 = 0, out: [String] = [],
    error: [String] = []
  ) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.stdin = stdin
    self.code = code
    self.out = out
    self.error = error
  }

  var testDescription: String { "oomsim " + arguments.joined(separator: " ") }

  func check(_ location: SourceLocation = #_sourceLocation) async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(arguments, stdin: stdin, in: directory.url)
    #expect(output.code == code, "\(output)", sourceLocation: location)
    check("output", output.out, out, location)
    check("error", output.error, error, location)
  }

  private func check(
    _ name: String, _ text: String, _ parts: [String], _ location: SourceLocation
  ) {
    for part in parts {
      #expect(text.contains(part), "standard \(name)", sourceLocation: location)
    }
    if parts.isEmpty { #expect(text == "", "standard \(name)", sourceLocation: location) }
  }
}

/// Arguments, exit codes, and which stream gets what: design.md section 7.
struct CommandLineTests {
  @Test(arguments: [
    Call("--version", out: ["oomsim 0.1.0\n"]),
    Call(
      "--help", out: ["OVERVIEW: ", "USAGE: oomsim <command>", "  run ", "  check ", "  score "]),
    Call("-h", out: ["OVERVIEW: "]), Call("help", out: ["OVERVIEW: "]),
    Call("run --help", out: ["USAGE: oomsim run [OPTIONS] FILE…", "--candidates"]),
    Call("check --help", out: ["USAGE: oomsim check [OPTIONS] FILE|DIR…", "--junit <FILE>"]),
    Call("score --help", out: ["USAGE: oomsim score [OPTIONS] FILE\n", "--at <TIME>"]),
    Call("run -h x.json", out: ["USAGE: oomsim run"]),
    Call("help check", out: ["USAGE: oomsim check"]),
  ])
  func `help and version go to standard output`(call: Call) async throws { try await call.check() }

  @Test(arguments: [
    Call("", 64, error: ["USAGE: oomsim <command>"]),
    Call("chekc", 64, error: ["Unknown command 'chekc'. Did you mean 'check'?"]),
    Call("frobnicate", 64, error: ["Unknown command 'frobnicate'.", "See 'oomsim --help'"]),
    Call("help chekc", 64, error: ["Unknown command 'chekc'. Did you mean 'check'?"]),
    Call("--verson", 64, error: ["Unknown option '--verson'."]),
    Call("run", 64, error: ["Missing operand 'FILE…'.", "Usage: oomsim run"]),
    Call("check", 64, error: ["Missing operand 'FILE|DIR…'."]),
    Call("score pass.json fail.json", 64, error: ["Unexpected argument 'fail.json'."]),
    Call("run pass.json --jsn", 64, error: ["Unknown option '--jsn'. Did you mean '--json'?"]),
    Call("run pass.json -x", 64, error: ["Unknown option '-x'."]),
    Call("run pass.json --junit x", 64, error: ["Unknown option '--junit'."]),
    Call("run pass.json --kernel", 64, error: ["Missing value for '--kernel <RELEASE>'."]),
    Call("run pass.json --set", 64, error: ["Missing value for '--set <PATH=VALUE>'."]),
    Call("run pass.json --json --json", 64, error: ["The option '--json' stands here twice."]),
    Call(
      "run pass.json --kernel 6.1 --kernel=6.2", 64,
      error: ["The option '--kernel' stands here twice."]),
    Call("run pass.json --json=yes", 64, error: ["The option '--json' takes no value."]),
    Call(
      "run pass.json --color sometimes", 64,
      error: [
        "The value 'sometimes' is invalid for '--color <WHEN>'.",
        "Please provide one of 'auto', 'always' or 'never'.", "See 'oomsim run --help'",
      ]),
    Call("run pass.json --kernel new", 64, error: ["--kernel: 'new' is no kernel release"]),
    Call("run pass.json --kernel 3", 64, error: ["--kernel: '3' is no kernel release"]),
    Call("run pass.json --set machine.memory", 64, error: ["--set takes PATH=VALUE"]),
    Call(
      "run pass.json --set machine.memroy=1G", 64,
      error: ["--set machine.memroy=1G: error: unknown key 'memroy'; did you mean 'memory'?"]),
    Call("run pass.json --set machine.memory=1Gb", 64, error: ["unknown unit 'Gb'"]),
    Call("run pass.json --set processes.bog.anon=1M", 64, error: ["did you mean 'big'?"]),
    Call("score pass.json --at soon", 64, error: ["--at soon: no duration"]),
    Call("score pass.json --at 5", 64, error: ["--at 5: a duration needs a unit"]),
  ])
  func `wrong usage ends with 64`(call: Call) async throws { try await call.check() }

  @Test(arguments: [
    Call("run malformed.json", 65, error: ["malformed.json:1:57: error: machine.memory: unknown"]),
    Call("run empty.json", 65, error: ["empty.json:1:1: error: no valid JSON: the text ends"]),
    Call("run binary.json", 65, error: ["binary.json:1:1: error: no valid JSON: "]),
    Call("run -", stdin: "", 65, error: ["standard input:1:1: error: no valid JSON"]),
    Call("run -", stdin: "[1,", 65, error: ["standard input:1:4: error: no valid JSON"]),
    Call("run - --json", stdin: Samples.malformed, 65, error: ["standard input:1:57: error: "]),
    Call("score malformed.json --json", 65, error: ["malformed.json:1:57: error: "]),
    // Nothing is printed of the good ones when a later one is malformed.
    Call("run pass.json malformed.json", 65, error: ["malformed.json:1:57: error: "]),
    Call("run pass.json malformed.json --json", 65, error: ["malformed.json:1:57: error: "]),
  ])
  func `malformed input ends with 65`(call: Call) async throws { try await call.check() }

  /// A GB is 10^9 bytes: 8 × 10^9 / 2^30 = 7.45 GiB. Units of 1024 are what they say.
  @Test(arguments: [
    Call(
      "run pass.json --set machine.memory=8GB", out: ["passing"],
      error: [
        "oomsim: machine.memory: 8GB counts in powers of 1000 and became 7.4 GiB; write 8G for powers of 1024\n"
      ]),
    Call("run pass.json --set machine.memory=8Gi", out: ["passing"]),
    Call(
      "score -", stdin: #"{ "machine": { "memory": "1GB" } }"#, out: ["totalpages 244"],
      error: ["oomsim: machine.memory: 1GB counts in powers of 1000 and became 953 MiB; "]),
    Call(
      "sweep pass.json --vary machine.memory=8GB,16GB", out: ["16GB"],
      error: ["oomsim: --vary: 8GB counts in powers", "oomsim: --vary: 16GB counts in powers"]),
  ])
  func `sizes in powers of 1000 are said`(call: Call) async throws { try await call.check() }

  @Test(arguments: [
    Call("run missing.json", 66, error: ["missing.json: no such file or directory"]),
    Call("run pass.json missing.json --json", 66, error: ["missing.json: no such file"]),
    Call("run good/", 66, error: ["good/: is a directory"]),
    Call("score missing.json", 66, error: ["missing.json: no such file or directory"]),
    Call("check missing", 66, error: ["missing: no such file or directory"]),
    Call("check bare", 66, error: ["no scenario (*.json) in bare"]),
    Call("check --junit no/such/x.xml pass.json", 66, out: ["PASS"], error: ["no/such/x.xml"]),
  ])
  func `input that cannot be read ends with 66`(call: Call) async throws {
    try await call.check()
  }

  @Test(arguments: [
    Call("run pass.json", out: ["killed process 1000 (big)", "1 kill · end at 14s"]),
    Call("./pass.json", out: ["killed process 1000 (big)"]),
    Call("pass.json --json", out: ["\"schema\": \"oomsim.result/1\""]),
    Call("run -", stdin: Samples.passing, out: ["killed process 1000 (big)"]),
    Call("-", stdin: Samples.passing, out: ["killed process 1000 (big)"]),
    Call("run -- pass.json", out: ["killed process"]),
    Call(
      "run --kernel=6.1.0-40-amd64 pass.json", out: ["Linux 6.1.0-40-amd64, badness as since 5.9"]),
    Call("run --kernel 7.1 pass.json --json", out: ["\"kernel\": \"7.1\""]),
    Call("run pass.json --candidates", out: ["candidates 2, in the order in which"]),
    Call(
      "run pass.json --set processes.big.oom_score_adj=-1000",
      out: ["killed process 1001 (small)"]),
    Call(
      "run pass.json --set cgroups./g.memory.max=2G --set machine.memory=8G",
      out: ["nobody was killed"]),
    Call("run pass.json nothing.json", out: ["passing   Linux", "\n\nnothing   Linux"]),
    Call("run pass.json --color never", out: ["passing   Linux 6.12"]),
    Call("run pass.json --color=always", out: ["\u{1B}[1mpassing\u{1B}[0m", "\u{1B}[1;31m"]),
    Call("score pass.json", out: ["passing   Linux 6.12, totalpages"]),
    Call("score pass.json --at 11s", out: [" big"]),
    Call("score pass.json --at 1h --json", out: ["\"oomsim.score/1\""]),
    Call("score - --at 0", stdin: Samples.passing, out: [" big", "(global init)"]),
  ])
  func `done ends with 0`(call: Call) async throws { try await call.check() }

  @Test func `help has the same text by every name and fits the window`() async throws {
    for name in ["run", "check", "score"] {
      let text = try await Program.run([name, "--help"]).out
      #expect(try await Program.run([name, "-h"]).out == text)
      #expect(try await Program.run(["help", name]).out == text)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
      let example = try #require(text.split(separator: "\n").last?.drop { $0 == " " })
      #expect(example.hasPrefix("oomsim \(name) "))
      let output = try await Program.shell(
        String(example.replacing("--junit results.xml", with: "--quiet")))
      #expect(output.code == 0 && output.error == "", "the example runs: \(output)")
    }
    let wide = try await Program.run(["run", "--help"], environment: ["COLUMNS": "200"]).out
    #expect(wide.contains("or never. NO_COLOR is respected.\n"))
  }
}
