import Foundation
import Testing

/// `protect`, and `compare` of two files, of the built program.
@Suite struct ProtectAndCompareTests {
  static let agent = "Scenarios/protection/agent-minus-500.json"

  @Test func `protect says what to set, and setting it spares the process`() async throws {
    let output = try await Program.run(["protect", Self.agent, "--process", "app"])
    #expect(output.code == 0 && output.error == "")
    for part in [
      "oom_score_adj -277 or less (it has 0)", "memory of the machine 8 077 MiB or more",
      "then   agent (1004) at 22h54m6s, 4.2 GiB freed",
      "memory.max of a group for agent alone",
    ] { #expect(output.out.contains(part), "\(output.out)") }
    // Each line that begins with `try` is a command, and the process lives.
    let commands = output.out.split(separator: "\n").filter { $0.hasPrefix("    try    ") }
    #expect(commands.count == 2)
    for command in commands {
      let run = try await Program.shell(String(command.dropFirst("    try    ".count)))
      #expect(run.code == 0 && !run.out.contains("killed process 1005 (app)"), "\(command)")
    }
  }

  @Test func `protect as a document`() async throws {
    let output = try await Program.run(["protect", Self.agent, "--process", "1005", "--json"])
    let document = try DocumentTests.document(output.out)
    #expect(document["schema"] as? String == "oomsim.protect/1")
    let fate = try #require(document["fate"] as? [String: Any])
    #expect(fate["outcome"] as? String == "killed" && fate["because"] as? String == "victim")
    let options = try #require(document["options"] as? [[String: Any]])
    #expect(
      options.map { $0["setting"] as? String }
        == ["oom_score_adj", "machine.memory", "memory.max of another"])
    #expect(options[0]["to"] as? Int == -277 && options[0]["monotonic"] as? Bool == true)
    let then = try #require(options[0]["then"] as? [String: Any])
    let killed = try #require(then["killed"] as? [[String: Any]])
    #expect(killed.map { $0["name"] as? String } == ["agent"])
    #expect(options[1]["set"] as? String == "machine.memory=8077M")
  }

  @Test(arguments: [
    Call("protect pass.json", 64, error: ["Missing option '--process <NAME|PID>'"]),
    Call("protect pass.json --process bog", 64, error: ["no process is called 'bog'", "'big'"]),
    Call("protect malformed.json --process big", 65, error: ["malformed.json:1:57"]),
    Call("protect missing.json --process big", 66, error: ["no such file"]),
    Call("protect pass.json --process small", out: ["is not killed: nothing to spare it from"]),
    Call("compare pass.json fail.json nothing.json", 64, error: ["two scenarios are compared"]),
    Call("compare pass.json fail.json --kernels 5.0,5.1", 64, error: ["--kernels is for one FILE"]),
    Call("compare - -", stdin: "", 64, error: ["standard input is one scenario only"]),
    Call("compare pass.json malformed.json", 65, error: ["malformed.json:1:57"]),
    Call("compare pass.json missing.json --json", 66, error: ["no such file"]),
    Call("compare pass.json fail.json", out: ["no setting differs", "both do the same"]),
    Call(
      "compare pass.json -", stdin: Samples.scenario(kernel: "\"kernel\": \"4.19\", "),
      out: [
        "kernel  6.12 → 4.19", "the kernel makes none of it: pass.json does the same under 4.19",
      ]),
  ])
  func `exit codes and messages`(call: Call) async throws { try await call.check() }

  @Test func `two files: settings, victims, blast radius`() async throws {
    let output = try await Program.run(
      ["compare", Self.agent, "Scenarios/protection/agent-minus-200.json"])
    for part in [
      "processes.agent.oom_score_adj  -500 → -200", "victims       app (1005) → agent (1004)",
      "blast radius  1 process dies, 2.5 GiB freed → 1 process dies, 4.2 GiB freed",
    ] { #expect(output.out.contains(part), "\(output.out)") }
  }

  @Test func `two files with two kernels: the rule with its commit`() async throws {
    let arguments = [
      "compare", "Scenarios/old/sacrifice-child-4-19.json",
      "Scenarios/old/sacrifice-child-5-1.json",
    ]
    let text = try await Program.run(arguments).out
    #expect(text.contains("5.1  sacrificed child") && text.contains("commit bbbe48029720"))
    let document = try DocumentTests.document(try await Program.run(arguments + ["--json"]).out)
    let changes = try #require(document["changes"] as? [String: Any])
    #expect(changes["victims"] != nil && changes["blast_radius"] != nil && changes["end"] != nil)
    let kernels = try #require(document["kernels"] as? [[String: Any]])
    let rules = try #require(kernels.first?["rules"] as? [[String: Any]])
    #expect(rules.map { $0["commit"] as? String } == ["bbbe48029720"])
    let settings = try #require(document["settings"] as? [[String: Any]])
    #expect(settings.map { $0["path"] as? String } == ["kernel", "events.1"])
  }

  @Test func `one file, two kernels: what differs is named, and the rule`() async throws {
    let output = try await Program.run([
      "compare", "Scenarios/old/sacrifice-child-5-1.json", "--kernels", "5.0,5.1",
    ])
    for part in [
      "what differs between 5.0 and 5.1", "victims       nvidia-smi (8603) → python (8596)",
      "blast radius  1 process dies, 2.9 MiB freed → 1 process dies, 52.8 GiB freed",
      "commit bbbe48029720",
    ] { #expect(output.out.contains(part), "\(output.out)") }
    // The same machine before and after 5.2: refused, then killed.
    let refusal = try await Program.run([
      "compare", "Scenarios/overcommit/redis-bgsave-mode2.json", "--kernels", "2.6.32,6.12",
    ])
    #expect(refusal.out.contains("ENOMEM"))
  }

  @Test func `a scenario without a name`() async throws {
    let output = try await Program.run(
      ["protect", "-", "--process", "a"],
      stdin: #"{"machine":{"memory":"1G"},"processes":[{"name":"a","anon":"100M"}]}"#)
    #expect(
      output.code == 0 && output.out.hasPrefix("a (1000)   Linux 6.12, badness as since 5.9\n"))
  }
}
