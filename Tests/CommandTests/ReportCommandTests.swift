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
    // A scenario has no numbers of a log.
    let (start, end) = ("<section aria-labelledby=\"log\">", "</section>\n")
    let from = try #require(page.range(of: start))
    let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
    let rest = page.replacingCharacters(in: from.lowerBound..<to.upperBound, with: "")
    #expect(told.stringByReplacingMatches(in: other.out, range: range, withTemplate: "") == rest)
    let beyond = try await Program.run(["report", log, "--report", "2", "-o", "-"])
    #expect(beyond.code == 64 && beyond.error.contains("there are 1 reports"))
    let nothing = try await Program.run(["report", "-", "-o", "-"], stdin: "nothing happened\n")
    #expect(nothing.code == 65 && nothing.out == "")
  }

  /// What `autopsy` prints of where the memory was, and of the limits, is on the page, too.
  @Test func `the page of a log has the log's own numbers`() async throws {
    for name in ["g01-largest-rss-qemu-6.12.txt", "m03-leaf-before-parent-qemu-6.1.txt"] {
      let log = AutopsyTests.logs.appending(path: name).path
      let page = try await Program.run(["report", log, "-o", "-"]).out
      let text = try await Program.run(["autopsy", log]).out.split(separator: "\n")
      let start = try #require(text.firstIndex { $0.hasPrefix("    memory ") })
      let rows = text[(start + 1)...].prefix { $0.hasPrefix("        ") }
      #expect(rows.count > 1 && page.contains("Where did the memory go?"))
      for row in rows {
        let words = row.split(separator: " ", maxSplits: 2)
        let (size, part) = (
          "\(words[0]) \(words[1])", words[2].trimmingCharacters(in: .whitespaces)
        )
        let html = part.replacingOccurrences(of: "'", with: "&#39;")
        #expect(page.contains(">\(html)</th><td class=\"name\">\(size)</td>"), "\(row)")
      }
    }
    let group = AutopsyTests.logs.appending(path: "m03-leaf-before-parent-qemu-6.1.txt").path
    let page = try await Program.run(["report", group, "-o", "-"]).out
    #expect(page.contains("16 MiB, of 16 MiB, refused 19 times"))
    #expect(
      page.contains("at least 4\u{202F}096 (16 MiB)") || page.contains("at least 4 096 (16 MiB)"))
    let bare = """
      [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
      [  101]  1000   101    20000    17577      42        0             0 big
      Out of memory: Kill process 101 (big) score 5 or sacrifice child

      """
    let short = try await Program.run(["report", "-", "-o", "-"], stdin: bare)
    #expect(
      short.out.contains("The log does not say: its report lacks the lists"), "\(short.error)")
  }
}
