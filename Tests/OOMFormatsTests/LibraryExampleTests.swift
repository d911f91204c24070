import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// The Swift that the documentation of the library shows is compiled and run.
@Suite struct LibraryExampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("it runs")
  func runs() throws {
    var printed: [String] = []
    func print(_ values: any CustomStringConvertible...) {
      printed.append(values.map { $0.description }.joined(separator: " "))
    }
    let file = Self.root.appending(path: "Scenarios/protection/agent-minus-500.json")
    let bytes = [UInt8](try Data(contentsOf: file))
    // Documentation: begin
    // Throws a ScenarioError: position, JSON path, what is allowed.
    let scenario = try Scenario(json: bytes)
    let run = Simulator(kernel: "6.12").run(scenario)  // pure: same scenario, same digest
    print(run.kills[0].victim.name, run.kills[0].victim.points)
    print(Explanation(of: run.kills[0]))  // terms, runner-up, margin

    // The same without JSON. Sizes are in pages.
    let made = Scenario(
      machine: Machine(memory: 262_144),
      cgroups: ["/app": Cgroup(max: 65_536)],
      processes: [Scenario.Process(name: "llm", cgroup: "/app", anon: 40_000)],
      events: [
        Event(at: .seconds(1), action: .grow(.name("llm"), Event.Sizes(anon: 30_000), over: 0))
      ])
    // The outcome of a scenario that contradicts itself is `invalid`.
    print(Simulator().run(made).kills[0].victim.name)
    // Documentation: end
    #expect(printed.count == 3)
    #expect(printed.first == "app \(run.kills[0].victim.points)")
    #expect(printed.last == "llm")
  }

  private func lines(of path: String) throws -> [String] {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }

  @Test("it is what the documentation has")
  func isThatOfDocumentation() throws {
    let page = try lines(of: "Sources/OOMSimulator/OOMSimulator.docc/OOMSimulator.md")
    let begin = try #require(page.firstIndex(of: "```swift"))
    let end = try #require(page[begin...].firstIndex(of: "```"))
    let shown = page[(begin + 1)..<end].filter { !$0.hasPrefix("import ") && !$0.isEmpty }
    let source = try lines(of: "Tests/OOMFormatsTests/LibraryExampleTests.swift")
    let first = try #require(source.firstIndex { $0.hasSuffix("// Documentation: begin") })
    let last = try #require(source.firstIndex { $0.hasSuffix("// Documentation: end") })
    let compiled = source[(first + 1)..<last].map { String($0.dropFirst(4)) }
    #expect(Array(shown) == compiled.filter { !$0.isEmpty })
    #expect(!shown.isEmpty)
  }
}
