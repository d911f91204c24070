import Testing

@testable import OOMFormats
@testable import OOMReports
@testable import OOMSimulator

/// What `check` says of each scenario, for people, for programs and for a CI server.
struct CheckResultTests {
  static let difference = Difference(
    field: "kills[0].name", expected: .word("a<b>\u{1B}[31m"), actual: .word("\"c\" & 'd'"))

  static let results = [
    CheckResult(file: "a.json", name: "a", differences: []),
    CheckResult(
      file: "d<i>r/\u{1B}[31mb&\".json", name: "b", differences: [difference, difference]),
    CheckResult(file: "c.json", name: "c", differences: nil),
    CheckResult(file: "d.json", name: "", differences: nil, isError: true),
  ]

  @Test func `outcomes`() {
    #expect(Self.results.map(\.outcome) == [.pass, .fail, .skip, .error])
    #expect(Self.results.map(\.outcome.isFailure) == [false, true, false, true])
    #expect(CheckResult.summary(Self.results) == "1 passed, 1 failed, 1 unreadable, 1 skipped\n")
    #expect(CheckResult.summary([Self.results[0]]) == "1 passed, 0 failed\n")
  }

  @Test func `lines for people`() {
    let style = Style(isColored: false)
    let lines = Self.results.enumerated().map { $1.line($0 + 1, of: 4, style) }
    #expect(
      lines == [
        "PASS: a.json (1 of 4)\n",
        #"""
        FAIL: d<i>r/\u{1b}[31mb&".json (2 of 4)
          kills[0].name
            - expected: a<b>\u{1b}[31m
            + actual:   "c" & 'd'
          kills[0].name
            - expected: a<b>\u{1b}[31m
            + actual:   "c" & 'd'

        """#,
        "SKIP: c.json (3 of 4): it expects nothing\n",
        "ERROR: d.json (4 of 4): see the message above\n",
      ])
    let colored = Self.results[1].line(2, of: 4, Style(isColored: true))
    #expect(colored.hasPrefix("\u{1B}[1;31mFAIL\u{1B}[0m: "))
    #expect(colored.count { $0 == "\u{1B}" } == 2, "names bring no colours of their own")
  }

  /// XML 1.0: no raw markup, no control characters.
  @Test func `JUnit XML`() {
    #expect(
      CheckResult.junit(Self.results) == #"""
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuite name="oomsim" tests="4" failures="1" errors="1" skipped="1">
          <testcase classname="oomsim" name="a.json"/>
          <testcase classname="oomsim" name="d&lt;i&gt;r/\u{1b}[31mb&amp;&quot;.json"><failure message="kills[0].name: expected a&lt;b&gt;\u{1b}[31m, actual &quot;c&quot; &amp; 'd'; kills[0].name: expected a&lt;b&gt;\u{1b}[31m, actual &quot;c&quot; &amp; 'd'"/></testcase>
          <testcase classname="oomsim" name="c.json"><skipped/></testcase>
          <testcase classname="oomsim" name="d.json"><error message="unreadable"/></testcase>
        </testsuite>

        """#)
    #expect(CheckResult.junit([]).contains("tests=\"0\""))
  }

  @Test func `the document for programs`() throws {
    var writer = JSONWriter()
    writer.check(Self.results)
    let document = try JSONTree(writer.bytes)
    #expect(
      document.keys == ["schema", "results", "passed", "failed", "unreadable", "skipped"])
    #expect(document["schema"] == .string("oomsim.check/1"))
    guard case .array(let results) = try #require(document["results"]) else {
      Issue.record("results is no array")
      return
    }
    #expect(results.allSatisfy { $0.keys == ["file", "name", "outcome", "differences"] })
    guard case .array(let differences) = try #require(results[1]["differences"]) else { return }
    #expect(differences.count == 2)
    #expect(differences[0]["expected"] == .string(Self.difference.expected.text))
    #expect(document["unreadable"] == .number("1"))
  }
}
