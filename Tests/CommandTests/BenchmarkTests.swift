import Foundation
import Testing

/// The benchmarks still run, and what they compare agrees: each of them stops where two ways to choose differ.
@Suite struct BenchmarkTests {
  @Test func `the selection, small`() async throws {
    let output = try await Program.run(["--smoke", "--json"], named: "SelectionBenchmark")
    #expect(output.code == 0, "\(output.error)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    let selections = try #require(document["selections"] as? [[String: Any]])
    let steps = try #require(document["steps"] as? [[String: Any]])
    #expect(Set(selections.compactMap { $0["population"] as? String }).count == 6)
    for row in selections + steps {
      let samples = try #require(row["ns"] as? [String: [String: Any]])
      #expect(samples["scan"]?["allocations"] as? Double == 0, "\(row)")
      // A debug build allocates for closures and iterators.
      #if !DEBUG
        #expect(samples["step"]?["allocations"] as? Double ?? 0 == 0, "\(row)")
      #endif
    }
    // Nothing but the time depends on the run.
    let again = try await Program.run(["--smoke"], named: "SelectionBenchmark")
    for row in selections + steps {
      let digest = try #require(row["digest"] as? String)
      #expect(again.out.contains(" \(digest)\n"), "\(row)")
    }
  }

  @Test func `a figure of nothing is refused`() async throws {
    for (arguments, text) in [
      (["--filter", "nobody"], "no population is called 'nobody'"), (["--what"], "usage: "),
    ] {
      let output = try await Program.run(["--smoke"] + arguments, named: "SelectionBenchmark")
      #expect(output.code == 64 && output.out.isEmpty && output.error.contains(text))
    }
  }

  @Test func `replays, small`() async throws {
    let output = try await Program.run(["--smoke"], named: "ReplayBenchmark")
    #expect(output.code == 0, "\(output.error)")
    #expect(output.out.contains("what-ifs per second"), "\(output.out)")
  }
}
