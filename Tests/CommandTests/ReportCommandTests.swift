import Foundation
import Testing

/// `report` of the built program.
@Suite struct ReportCommandTests {
  static let agent = "Scenarios/protection/agent-minus-500.json"

  @Test func `a file and standard output get the same page`() async throws {
    let scratch = try Scratch()
    let file = scratch.url.appending(path: "page.html")
    let written = try await Program.run(["report", Self.agent, "-o", file.path])
    #expect(written.code == 0 && written.out == "" && written.error == "")
    let printed = try await Program.run(["report", Self.agent, "-o", "-"])
    #expect(printed.code == 0 && printed.error == "")
    #expect(try String(contentsOf: file, encoding: .utf8) == printed.out)
    #expect(printed.out.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(printed.out.hasSuffix("</body>\n</html>\n"))
  }

  @Test func `options change the run, and the page says which`() async throws {
    let output = try await Program.run([
      "report", Self.agent, "-o", "-", "--set", "processes.agent.oom_score_adj=-200", "--kernel",
      "5.4",
    ])
    #expect(output.code == 0)
    #expect(output.out.contains("<strong><bdi>agent</bdi> (1004)</strong> is killed"))
    #expect(output.out.contains("<code>--set processes.agent.oom_score_adj=-200</code>"))
    #expect(output.out.contains("<code>--kernel 5.4</code>"))
    let input = try await Program.run(
      ["report", "-", "-o", "-"], stdin: Samples.scenario(name: "piped"))
    #expect(input.code == 0 && input.out.contains("<title>piped</title>"))
  }

  @Test func `mistakes write no page`() async throws {
    let scratch = try Scratch()
    let file = scratch.url.appending(path: "page.html").path
    #expect(try await Program.run(["report", Self.agent]).code == 64)
    #expect(try await Program.run(["report", "none.json", "-o", file]).code == 66)
    let malformed = try await Program.run(
      ["report", "-", "-o", file], stdin: Samples.malformed)
    #expect(malformed.code == 65)
    #expect(!FileManager.default.fileExists(atPath: file))
    let nowhere = try await Program.run(["report", Self.agent, "-o", file + "/no/page.html"])
    #expect(nowhere.code == 66 && nowhere.error.contains("no such file or directory"))
  }

  /// The page of a log is that of the scenario which `autopsy --scenario` writes: the log's own table and points.
  @Test func `a log as it is`() async throws {
    let scratch = try Scratch()
    let log = AutopsyTests.log
    let path = scratch.url.appending(path: "log.html").path
    let made = try await Program.run(["report", log, "-o", path])
    #expect(made.code == 0 && made.error == "")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("The OOM that killed B") && page.contains("13 735"))
    let scenario = scratch.url.appending(path: "report.json").path
    _ = try await Program.run(["autopsy", log, "--scenario", scenario])
    let other = try await Program.run(["report", scenario, "-o", "-"])
    // But for the commands: a log is nothing to run.
    let told = try NSRegularExpression(
      pattern: #"\noomsim run [^<\n]*|<pre tabindex="0">oomsim run [^<\n]*</pre>"#)
    let range = NSRange(other.out.startIndex..., in: other.out)
    #expect(other.out.contains("oomsim run") && !page.contains("oomsim run"))
    #expect(told.stringByReplacingMatches(in: other.out, range: range, withTemplate: "") == page)
    let beyond = try await Program.run(["report", log, "--report", "2", "-o", "-"])
    #expect(beyond.code == 64 && beyond.error.contains("there are 1 reports"))
    let nothing = try await Program.run(["report", "-", "-o", "-"], stdin: "nothing happened\n")
    #expect(nothing.code == 65 && nothing.out == "")
  }
}
