import Foundation
import Testing

/// `oomsim check`: what a team keeps in its CI.
struct CheckCommandTests {
  private static let groups = """
    { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.max": "1000 pages" } },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "2000 pages" } }],
      "expect": { "groups": {
        "/a": { "current": 0, "peak": { "max": 500 },
          "events": { "max": { "min": 1 }, "oom": 1, "oom_kill": 2 } },
        "/b": {} } } }
    """

  @Test(arguments: [
    Call("check pass.json", out: ["PASS: pass.json (1 of 1)\n1 passed, 0 failed\n"]),
    Call(
      "check nothing.json",
      out: ["SKIP: nothing.json (1 of 1): it expects nothing\n0 passed, 0 failed, 1 skipped\n"]),
    Call(
      "check fail.json", 1,
      out: [
        """
        FAIL: fail.json (1 of 1)
          kills[0].name
            - expected: small
            + actual:   big
        0 passed, 1 failed

        """
      ]),
    Call(
      "check -", stdin: groups, 1,
      out: [
        """
        FAIL: - (1 of 1)
          groups./a.peak
            - expected: 500 or less
            + actual:   1000
          groups./a.events.oom_kill
            - expected: 2
            + actual:   1
          groups./b
            - expected: /b
            + actual:   no such group
        0 passed, 1 failed

        """
      ]),
    Call(
      "check malformed.json", 65,
      out: ["ERROR: malformed.json (1 of 1): see the message above\n", "1 unreadable"],
      error: ["malformed.json:1:57: error: machine.memory: unknown unit 'KB'"]),
    // What cannot be read counts more than what does not match, in either order.
    Call("check fail.json malformed.json", 65, out: ["FAIL", "ERROR"], error: ["unknown unit"]),
    Call("check malformed.json fail.json", 65, out: ["FAIL", "ERROR"], error: ["unknown unit"]),
    // A failure stands at the line that is not kept, what cannot be read at its place.
    Call(
      "check fail.json pass.json --github", 1,
      out: [
        "::error file=fail.json,line=",
        ",title=oomsim::kills[0].name: expected small, actual big\n",
        "PASS: pass.json (2 of 2)\n1 passed, 1 failed\n",
      ]),
    Call(
      "check malformed.json --github --quiet", 65,
      out: [
        "::error file=malformed.json,line=1,col=57,title=oomsim::machine.memory: unknown unit 'KB'"
      ], error: ["unknown unit"]),
    Call("check - --github", stdin: Samples.failing, 1, out: ["FAIL: - (1 of 1)"]),
    Call("check -", stdin: Samples.passing, out: ["PASS: - (1 of 1)"]),
    Call("check -", stdin: Samples.failing, 1, out: ["FAIL: - (1 of 1)"]),
    // A directory is searched in the order of its paths; schema.json and other files are no scenarios.
    Call("check good", out: ["PASS: good/a/c.json (1 of 2)\nPASS: good/b.json (2 of 2)\n2 passed"]),
    Call("check good/ pass.json", out: ["PASS: good/a/c.json (1 of 3)", "pass.json (3 of 3)"]),
    Call("check --quiet good", out: ["2 passed, 0 failed\n"]),
    Call(
      "check --quiet good fail.json", 1, out: ["FAIL: fail.json (3 of 3)", "2 passed, 1 failed"]),
    Call(
      "check pass.json --set processes.big.oom_score_adj=-1000", 1,
      out: ["- expected: big\n    + actual:   small"]),
    Call("check fail.json --set processes.big.oom_score_adj=-1000", out: ["PASS"]),
    Call("check pass.json --color always", out: ["\u{1B}[32mPASS\u{1B}[0m: pass.json"]),
    Call("check fail.json --color always", 1, out: ["\u{1B}[1;31mFAIL\u{1B}[0m: fail.json"]),
  ])
  func `outcomes and exit codes`(call: Call) async throws { try await call.check() }

  /// The text of what cannot be read stands in JUnit and JSON, too.
  @Test func `why a scenario cannot be read`() async throws {
    let scratch = try Scratch()
    try scratch.file("a.json", "{\"machine\": {\"memory\": \"1G\", \"<x>&\": 1}}")
    let output = try await Program.run(
      ["check", "a.json", "none", "--json", "--junit", "out.xml"], in: scratch.url)
    #expect(output.code == 66)
    let both = try await Program.run(
      ["check", "a.json", "--json", "--junit", "out.xml"], in: scratch.url)
    #expect(both.code == 65)
    let xml = try String(contentsOf: scratch.url.appending(path: "out.xml"), encoding: .utf8)
    #expect(
      xml.contains(
        "<error message=\"a.json:1:30: error: machine.&lt;x&gt;&amp;: unknown key '&lt;x&gt;&amp;'"),
      "\(xml)")
    #expect(
      both.out.contains("\"error\": \"a.json:1:30: error: machine.<x>&: unknown key '<x>&'"),
      "\(both.out)")
  }

  @Test func `quiet prints no passes`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(["check", "--quiet", "good"], in: directory.url)
    #expect(output.out == "2 passed, 0 failed\n")
  }

  @Test func `a directory with all kinds of files`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(["check", "."], in: directory.url)
    #expect(output.code == 65)
    let words = output.out.split(separator: "\n").filter { $0.contains(" of 8)") }
      .compactMap { $0.split(separator: ":").first }
    // binary, empty, fail, good/a/c, good/b, malformed, nothing, pass
    #expect(words == ["ERROR", "ERROR", "FAIL", "PASS", "PASS", "ERROR", "SKIP", "PASS"])
    #expect(output.out.hasSuffix("\n3 passed, 1 failed, 3 unreadable, 1 skipped\n"))
    #expect(output.error.split(separator: "\n").count == 3)
  }

  @Test func `JUnit XML`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(
      ["check", "pass.json", "fail.json", "nothing.json", "--junit", "out.xml"], in: directory.url)
    #expect(output.code == 1)
    let xml = try String(contentsOf: directory.url.appending(path: "out.xml"), encoding: .utf8)
    #expect(
      xml == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuite name="oomsim" tests="3" failures="1" errors="0" skipped="1">
          <testcase classname="oomsim" name="pass.json"/>
          <testcase classname="oomsim" name="fail.json">\
        <failure message="kills[0].name: expected small, actual big"/></testcase>
          <testcase classname="oomsim" name="nothing.json"><skipped/></testcase>
        </testsuite>

        """)
  }

  @Test func `the document for programs`() async throws {
    let directory = try Samples.directory()
    let output = try await Program.run(["check", "fail.json", "--json"], in: directory.url)
    #expect(output.code == 1 && output.error == "")
    #expect(
      DocumentTests.keys(of: output.out)
        == [
          "schema", "results", "file", "name", "outcome", "differences", "field", "expected",
          "actual", "passed", "failed", "unreadable", "skipped",
        ])
    let document = try DocumentTests.document(output.out)
    #expect(document["schema"] as? String == "oomsim.check/1")
    #expect(document["failed"] as? Int == 1)
  }

  /// The project's own stories and recorded kernel runs.
  @Test func `all shipped scenarios do what they promise`() async throws {
    let output = try await Program.run(["check", "Scenarios", "--quiet"])
    #expect(output.code == 0, "\(output)")
    #expect(output.out.contains(" passed, 0 failed\n"), "none fails and none promises nothing")
  }
}
