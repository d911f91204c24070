import Foundation
import Testing

/// `run --chart` of the built program.
@Suite struct ChartTests {
  static let agent = "Scenarios/protection/agent-minus-500.json"

  private func chart(_ file: String, _ environment: [String: String]) async throws -> [String] {
    let output = try await Program.run(["run", "--chart", file], environment: environment)
    #expect(output.code == 0 && output.error == "")
    let plain = try await Program.run(["run", file], environment: environment)
    #expect(output.out.hasPrefix(plain.out + "\n"))
    return output.out.dropFirst(plain.out.count + 1).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [24, 30, 47, 48, 60, 80, 100, 200])
  func `no line is wider than the window, with and without UTF-8`(width: Int) async throws {
    for locale in ["C", "C.UTF-8"] {
      for file in [
        Self.agent, "Scenarios/global/make-j8.json", "Scenarios/memcg/oompolicy-kill.json",
        "Scenarios/old/sacrifice-child-4-19.json",
      ] {
        let lines = try await chart(file, ["COLUMNS": "\(width)", "LC_ALL": locale])
        #expect(lines.count > 12)
        for line in lines { #expect(line.count <= width, "\(width) \(file): \(line)") }
        if locale == "C" { #expect(lines.allSatisfy { $0.allSatisfy(\.isASCII) }) }
      }
    }
  }

  @Test func `the kill is marked where it happens`() async throws {
    let lines = try await chart(Self.agent, ["COLUMNS": "80", "LC_ALL": "C.UTF-8"])
    #expect(lines[0] == "the machine: 7.7 GiB; ░ is page cache")
    let marks = try #require(lines.first { $0.contains("kills") })
    // 22h54m of 25h is at 91.6 % of the 52 columns behind a margin of 18.
    let column = try #require(marks.firstIndex(of: "▲")).utf16Offset(in: marks)
    #expect(column == 18 + 47 && marks.hasSuffix("▲1"))
    let app = try #require(lines.first { $0.contains("app│") })
    #expect(app.contains("▄") && app.hasSuffix("2.5 GiB"))
    // After its kill the process has nothing: the bar ends at the mark.
    let bars = app.dropLast("   2.5 GiB".count)
    #expect(bars.lastIndex { $0 == "▄" }?.utf16Offset(in: app) == column)
  }

  @Test func `the locale decides, LC_ALL before LC_CTYPE before LANG`() async throws {
    for (environment, isUnicode) in [
      (["LC_ALL": "C"], false), (["LC_ALL": "en_US.utf8"], true),
      (["LC_ALL": "", "LC_CTYPE": "C", "LANG": "en_US.UTF-8"], false),
      (["LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.UTF-8"], true),
      (["LC_ALL": "", "LC_CTYPE": "", "LANG": ""], false),
    ] as [([String: String], Bool)] {
      let lines = try await chart(Self.agent, environment.merging(["COLUMNS": "80"]) { $1 })
      #expect(lines.contains { $0.contains("█") } == isUnicode, "\(environment)")
      #expect(lines.contains { $0.contains("#") } == !isUnicode)
    }
  }

  @Test func `the group whose limit is hit is drawn, and documents have no chart`() async throws {
    let scratch = try Scratch()
    let file = try scratch.file("g.json", Samples.scenario()).path
    let lines = try await chart(file, ["COLUMNS": "80"])
    #expect(lines[0] == "/g: limit 64 MiB")
    for option in ["--json", "--kernel-log"] {
      let output = try await Program.run(["run", "--chart", option, file])
      #expect(output.code == 64 && output.out == "")
    }
  }
}
