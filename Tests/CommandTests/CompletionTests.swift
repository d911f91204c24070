import Foundation
import Testing

/// `completion`, and the examples of `--help`.
@Suite struct CompletionTests {
  /// What the help says there is: commands, and the options of each.
  private func helped() async throws -> [(command: String, options: [String])] {
    let program = try await Program.run(["--help"]).out
    let list = try #require(program.components(separatedBy: "COMMANDS:\n").last)
    let names = list.split(separator: "\n").prefix { $0 != "EXAMPLE:" }
      .compactMap { $0.firstMatch(of: #/^  ([a-z0-9]+) /#)?.1 }.map(String.init)
    var result: [(String, [String])] = []
    for name in names {
      let help = try await Program.run(["help", name]).out
      let options = help.split(separator: "\n").compactMap { line in
        line.firstMatch(of: /^  (?:-h, )?(--?[a-z-]+)/).map { String($0.1) }
      }
      #expect(options.contains("--help"), "\(name)")
      result.append((name, options))
    }
    #expect(result.count >= 11)
    return result
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `every command and every option is there`(shell: String) async throws {
    let output = try await Program.run(["completion", shell])
    #expect(output.code == 0 && output.error == "")
    for (command, options) in try await helped() {
      let lines = output.out.split(separator: "\n").map(String.init)
      let part: [String]
      if shell == "fish" {
        part = lines.filter { $0.contains("from \(command)'") || $0.contains("-s h -l help") }
        #expect(lines.contains { $0.contains("-a \(command) -d ") }, "\(command)")
      } else {
        let start = try #require(
          lines.firstIndex { $0.hasPrefix("    \(command))") }, "\(shell) \(command)")
        part = Array(lines[start...].prefix { $0 != "      ;;" })
      }
      for option in options {
        let word =
          shell == "fish"
          ? (option.hasPrefix("--") ? "-l \(option.dropFirst(2))" : "-s \(option.dropFirst())")
          : option
        #expect(part.contains { $0.contains(word) }, "\(shell) \(command) \(option)")
      }
    }
  }

  @Test(arguments: [
    ("bash", "/bin/bash"), ("zsh", "/usr/bin/zsh"), ("fish", "/usr/bin/fish"),
  ])
  func `the shell takes it`(shell: String, path: String) async throws {
    guard FileManager.default.isExecutableFile(atPath: path) else { return }
    let scratch = try Scratch()
    let output = try await Program.shell(
      "oomsim completion \(shell) > script && \(path) -n script", in: scratch.url)
    #expect(output.code == 0 && output.error == "", "\(output)")
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")),
    arguments: [
      ("oomsim ru", "run rules"), ("oomsim run --ca", "--candidates"),
      ("oomsim run --color a", "auto always"), ("oomsim help com", "compare completion"),
      ("oomsim completion z", "zsh"), ("oomsim new co", "container"),
      (
        "oomsim explain --",
        "--kill --why --step --json --kernel --badness --set --max-kills --max-restarts --max-work --color --help"
      ),
      ("oomsim snapshot -", "--root --script -o --help"), ("oomsim run Scen", ""),
      ("oomsim frob --", ""),
    ])
  func `bash completes`(line: String, words: String) async throws {
    let script = """
      source <(oomsim completion bash)
      COMP_WORDS=(\(line)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _oomsim; echo "${COMPREPLY[*]}"
      """
    let output = try await Program.shell("/bin/bash -c '\(script)'")
    #expect(output.code == 0 && output.error == "" && output.out == words + "\n", "\(output)")
  }

  @Test(arguments: [
    Call("completion", 64, error: ["Missing operand 'bash|zsh|fish'."]),
    Call("completion bsh", 64, error: ["not for 'bsh'. Did you mean 'bash'?"]),
    Call("completion bash zsh", 64, error: ["Unexpected argument 'zsh'"]),
  ])
  func `wrong usage`(call: Call) async throws { try await call.check() }

  /// In a directory of its own, since some of them write files; `kubectl` prints what lies in the test data.
  @Test func `the example of each help runs`() async throws {
    let scratch = try Scratch()
    for name in ["Scenarios", "Tests"] {
      try FileManager.default.createSymbolicLink(
        at: scratch.url.appending(path: name),
        withDestinationURL: Program.packageRoot.appending(path: name))
    }
    // A page is made of any module; building the real one takes minutes.
    try scratch.file(".build/wasm/oomsim.packed", Data(PlaygroundTests.packed([1, 2])))
    let kubectl = try scratch.file(
      "bin/kubectl",
      """
      #!/bin/sh
      case "$*" in
        *"get pods"*) cat Tests/Data/k8s/node-pods.json ;;
        *"get node"*) cat Tests/Data/k8s/node.json ;;
        *) cat Tests/Data/k8s/node.top ;;
      esac
      """)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: kubectl.path)
    let path = "\(Program.directory.path):\(scratch.url.path)/bin:/usr/local/bin:/usr/bin:/bin"
    for name in try await helped().map(\.command) + [""] {
      let text = try await Program.run(name.isEmpty ? ["--help"] : ["help", name]).out
      let parts = text.components(separatedBy: "\nEXAMPLE:\n")
      let example = try #require(parts.last?.components(separatedBy: "\n\n").first, "\(name)")
      #expect(parts.count == 2 && example.contains("oomsim \(name)"), "\(name)")
      let output = try await Program.shell(
        "set -e\n" + example, environment: ["PATH": path], in: scratch.url)
      #expect(output.code == 0, "\(example): \(output.error)")
    }
  }
}
