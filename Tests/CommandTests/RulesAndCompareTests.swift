import Foundation
import Testing

/// `rules` and `compare` of the built program, and `--kernel` as people paste it.
@Suite struct RulesAndCompareTests {
  private static let child = """
    { "schema": "oomsim.scenario/1", "name": "child", "machine": { "memory": "1G" },
      "processes": [
        { "pid": 10, "name": "parent", "uid": 5, "anon": "100000 pages", "page_tables": 0 },
        { "pid": 11, "name": "worker-1", "ppid": 10, "uid": 5, "anon": "10 pages", "page_tables": 0 } ],
      "events": [ { "at": "1s", "oom": { "process": "parent" } } ] }
    """

  @Test func `rules of a release, of two, and all of them`() async throws {
    for (arguments, parts) in [
      (["rules"], ["rule set  releases", "2.6.32-el6"]),
      (["rules", "4.14"], ["Linux 4.14   badness as since 4.8", "sacrificed child"]),
      (["rules", "4.14..6.12"], ["Linux 4.14 to 6.12", "5.1  sacrificed child"]),
      (["rules", "2.6.32..3.10-el7"], ["2.6.36  badness", "3.14  root bonus"]),
      (["rules", "--markdown"], ["# The rules, release by release"]),
    ] {
      let output = try await Program.run(arguments)
      #expect(output.code == 0 && output.error == "")
      for part in parts { #expect(output.out.contains(part), "\(arguments)") }
    }
  }

  @Test func `rules as one document`() async throws {
    for arguments in [["rules"], ["rules", "5.4"], ["rules", "4.14..5.4"]] {
      let output = try await Program.run(arguments + ["--json"])
      let document = try JSONSerialization.jsonObject(with: Data(output.out.utf8))
      #expect((document as? [String: Any])?["schema"] as? String == "oomsim.rules/1")
    }
  }

  @Test func `wrong releases are wrong usage`() async throws {
    for (arguments, part) in [
      (["rules", "el7"], "'el7' is no kernel release"),
      (["rules", "6.12..4.14"], "older release first"),
      (["rules", "4.14.."], "write two releases"),
      (["rules", "--markdown", "4.14"], "whole table"),
      (["compare", "-", "--kernels", "6.12"], "two releases or more"),
      (["compare", "-", "--kernels", "6.12,x"], "'x' is no kernel release"),
      (["compare", "-", "--kernels", "6.12,"], "'' is no kernel release"),
      (["run", "-", "--policy", "fair"], "'kernel' or 'cgroup-aware'"),
    ] {
      let output = try await Program.run(arguments, stdin: Self.child)
      #expect(output.code == 64, "\(arguments)")
      #expect(output.error.contains(part), "\(output.error)")
      #expect(output.out == "")
    }
  }

  @Test func `compare finds the boundary and names the rule`() async throws {
    let output = try await Program.run(["compare", "-", "--kernels", "all"], stdin: Self.child)
    #expect(output.code == 0 && output.error == "")
    for part in [
      "2.6.11 to 5.0", "worker-1 (11), child of parent", "since 5.1", "5.1  sacrificed child",
      "mm/oom_kill.c oom_kill_process(), commit bbbe48029720",
    ] { #expect(output.out.contains(part), "\(output.out)") }
  }

  /// What hurts everybody comes first, what hurts nobody last, and what has no effect on the choice not at all.
  @Test func `changes with one effect, the most hurtful first`() async throws {
    let all = try await Program.run(["rules", "4.4..6.12", "--json"])
    let some = try await Program.run(["rules", "4.4..6.12", "--only", "who-dies", "--json"])
    func changes(_ text: String) throws -> [(rule: String, hurts: String)] {
      let document = try DocumentTests.document(text)
      return (document["changes"] as? [[String: Any]] ?? []).map {
        ($0["rule"] as? String ?? "", $0["hurts"] as? String ?? "")
      }
    }
    let kept = try changes(some.out)
    #expect(kept.count > 10 && kept.count < 40)
    #expect(kept.contains { $0.rule == "ties" } && !kept.contains { $0.rule == "log" })
    let ranks = kept.map { $0.hurts.isEmpty ? 3 : $0.hurts.hasPrefix("nobody") ? 2 : 1 }
    #expect(ranks == ranks.sorted() && Set(ranks).count > 1)
    var sum = 0
    for effect in ["who-dies", "when", "refusals", "files"] {
      sum += try changes(
        try await Program.run(["rules", "4.4..6.12", "--only", effect, "--json"]).out
      ).count
    }
    let whole = try changes(all.out).count
    #expect(sum == whole)
    for (arguments, message) in [
      (["rules", "4.4..6.12", "--only", "who-dyes"], "who-dies"),
      (["rules", "6.12", "--only", "who-dies"], "--only is of what changed between two releases"),
      (["rules", "--only", "files"], "--only is of what changed between two releases"),
    ] {
      let wrong = try await Program.run(arguments)
      #expect(wrong.code == 64 && wrong.error.contains(message), "\(wrong)")
    }
  }

  @Test func `compare of two kernels as a document`() async throws {
    let output = try await Program.run(
      ["compare", "-", "--kernels", "4.19,6.12", "--json", "--policy", "cgroup-aware"],
      stdin: Self.child)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "oomsim.compare/1")
    let sides = try #require(document["sides"] as? [[String: Any]])
    #expect(sides.map { $0["from"] as? String } == ["4.19", "6.12"])
    let differences = try #require(document["differences"] as? [[String: Any]])
    let rules = differences[0]["rules"] as? [[String: Any]]
    #expect(rules?.map { $0["rule"] as? String } == ["sacrificed child"])
    #expect(document["policy"] != nil)
  }

  @Test(
    "a kernel as uname has it",
    arguments: [
      ("6.12.117+deb12-cloud-amd64", "5.9", ""), ("5.15.0-91-generic", "5.9", ""),
      ("3.10.0-1160.el7.x86_64", "3.14", "all else as upstream 3.10"), ("v4.19-rc3", "4.17", ""),
      ("2.6.32-el6", "3.2", "upstream 2.6.32, not proved"), ("9.1", "5.9", "9.1 is newer than 7.3"),
      ("2.4.9", "2.6.11", "2.4.9 is older than 2.6.11"),
      ("4.30", "4.17", "there was no Linux 4.30"),
    ])
  func pasted(kernel: String, ruleSet: String, note: String) async throws {
    let output = try await Program.run(["run", "-", "--kernel", kernel], stdin: Self.child)
    #expect(output.code == 0)
    #expect(output.out.contains("Linux \(kernel), badness as since \(ruleSet)"))
    #expect(note.isEmpty ? !output.out.contains("warning") : output.out.contains(note))
    let score = try await Program.run(["score", "-", "--kernel", kernel], stdin: Self.child)
    #expect(note.isEmpty || score.out.contains(note))
  }
}
