import Foundation
import Testing

/// Files that commands write: whole or not at all; and what they do not read.
@Suite struct OutputFileTests {
  private static let writers = [
    "run pass.json -o OUT", "run pass.json --timeline OUT", "report pass.json -o OUT",
    "check pass.json --quiet --junit OUT", "snapshot --root host -o OUT",
  ]

  private func words(_ command: String, _ out: String) -> [String] {
    command.split(separator: " ").map { $0 == "OUT" ? out : String($0) }
  }

  private func directory() throws -> Scratch {
    let scratch = try Samples.directory()
    try FileManager.default.copyItem(
      at: Program.packageRoot.appending(path: "Tests/Data/hosts/web"),
      to: scratch.url.appending(path: "host"))
    return scratch
  }

  /// A limit of the size of files is what a full disk is: some of it is written.
  @Test(arguments: writers)
  func `what does not fit leaves the old file, and nothing beside it`(command: String) async throws
  {
    let scratch = try directory()
    let out = command.contains("timeline") ? "out.csv" : "out"
    try scratch.file(out, "old")
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).sorted()
    // Where 0 blocks are allowed not a byte fits.
    let line =
      (["ulimit -f 0; oomsim"] + words(command, out)).joined(separator: " ") + " >/dev/null"
    let output = try await Program.shell(line, in: scratch.url)
    #expect(output.code != 0)
    let after = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).sorted()
    #expect(after == before)
    let kept = try String(contentsOf: scratch.url.appending(path: out), encoding: .utf8)
    #expect(kept == "old")
    let whole = try await Program.run(words(command, out), in: scratch.url)
    #expect(whole.code == 0, "\(whole.error)")
    let bytes = try Data(contentsOf: scratch.url.appending(path: out))
    #expect(bytes.count > 100 && bytes.last == 10)
  }

  @Test(arguments: writers)
  func `what is no regular file is not replaced`(command: String) async throws {
    let scratch = try directory()
    let out = command.contains("timeline") ? "full.csv" : "full"
    try FileManager.default.createSymbolicLink(
      atPath: scratch.url.path + "/" + out, withDestinationPath: "/dev/full")
    let output = try await Program.run(words(command, out), in: scratch.url)
    #expect(output.code == 66 && output.error.contains("no space left on device"))
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: scratch.url.path + "/" + out)
    #expect(link == "/dev/full")
    let nowhere = command.contains("timeline") ? "nowhere.csv" : "nowhere"
    try FileManager.default.createSymbolicLink(
      atPath: scratch.url.path + "/" + nowhere, withDestinationPath: "missing/x")
    let lost = try await Program.run(words(command, nowhere), in: scratch.url)
    #expect(lost.code == 66 && lost.error.contains("no such file"))
  }

  @Test func `a line of batch names files below --files only`() async throws {
    let scratch = try Samples.directory()
    for (name, target) in [("good/out.json", "../pass.json"), ("good/in.json", "b.json")] {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.url.path + "/" + name, withDestinationPath: target)
    }
    let files = ["good/b.json", "good/in.json", "good/out.json", "pass.json", "good/../pass.json"]
    let lines = files.map { #"{ "file": "\#($0)" }"# }.joined(separator: "\n")
    func outcomes(_ words: [String]) async throws -> [Bool] {
      let output = try await Program.run(["batch"] + words, stdin: lines, in: scratch.url)
      return output.out.split(separator: "\n").map { !$0.contains(#""outcome": "error""#) }
    }
    #expect(try await outcomes(["--files", "good"]) == [true, true, false, false, false])
    #expect(try await outcomes([]) == [false, false, false, false, false])
    let missing = try await Program.run(["batch", "--files", "x"], stdin: "", in: scratch.url)
    #expect(missing.code == 66 && missing.error.contains("no such file"))
  }

  @Test func `a host of pipes, loops of links and huge files`() async throws {
    let scratch = try directory()
    let output = try await Program.shell(
      """
      cd host/proc/412 && rm stat oom_score && mkfifo stat && ln -s oom_score oom_score
      cd ../690 && rm status && mkfifo status
      cd ../702 && rm status cgroup && ln -s /dev/zero status && ln -s . cgroup
      cd ../881 && truncate -s 8G status
      cd .. && rm meminfo && ln -s loop meminfo && ln -s meminfo loop && mkfifo 77 && ln -s . 78
      cd ../.. && timeout 10 oomsim snapshot --root host -o host.json && oomsim run host.json
      """, in: scratch.url)
    #expect(output.code == 0, "\(output.error)")
    #expect(output.error.contains("cannot be read"))
  }

  @Test func `a pipe that lies in a directory is not waited for`() async throws {
    let scratch = try Samples.directory()
    let output = try await Program.shell(
      "mkfifo good/pipe.json && timeout 10 oomsim check good", in: scratch.url)
    #expect(output.code == 0 && output.out.contains("2 passed, 0 failed"), "\(output)")
  }
}
