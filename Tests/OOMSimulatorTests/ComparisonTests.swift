import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// The shipped stories of old kernels under every release: where what they do changes, and by which rule.
@Suite struct ComparisonTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func story(_ path: String) throws -> Scenario {
    let bytes = try Data(contentsOf: Self.root.appending(path: "Scenarios/\(path).json"))
    return try Scenario(json: [UInt8](bytes))
  }

  /// The boundaries: the release, and the rules that make it.
  private func boundaries(_ comparison: Comparison) -> [String] {
    comparison.differences.map { difference in
      "\(difference.to): "
        + difference.causes.map(\.rule.rawValue).joined(separator: ", ")
    }
  }

  @Test("three equal workers: the four flips of ties, section 4.2 of the rule book")
  func ties() throws {
    let comparison = Comparison(ofAllKernels: try story("old/tie-5-3"))
    #expect(
      comparison.sides.map { $0.run.kills.first?.victim.name } == [
        "worker-1", "worker-3", "worker-1", "worker-3",
      ])
    #expect(boundaries(comparison) == ["4.7: ties", "4.9: ties", "5.3: ties"])
    #expect(comparison.sides.map(\.first) == ["2.6.11", "4.7", "4.9", "5.3"])
    #expect(comparison.sides.map(\.last) == ["4.6", "4.8", "5.2", "7.3"])
  }

  @Test("the child dies to 5.0, the parent since 5.1: bbbe48029720")
  func child() throws {
    let comparison = Comparison(ofAllKernels: try story("old/sacrifice-child-5-1"))
    #expect(comparison.sides.map(\.last) == ["5.0", "7.3"])
    #expect(
      comparison.sides.map { $0.run.kills.first?.dyingFirst.name } == ["nvidia-smi", "python"])
    #expect(boundaries(comparison) == ["5.1: sacrificed child"])
    let cause = try #require(comparison.differences[0].causes.first)
    #expect(cause.commit == "bbbe48029720" && cause.function == "oom_kill_process()")
  }

  @Test("the overflow lasts from 2.6.39 to 3.1")
  func overflow() throws {
    let comparison = Comparison(ofAllKernels: try story("old/overflow-3-0"))
    #expect(boundaries(comparison) == ["2.6.39: badness", "3.2: badness"])
    #expect(comparison.sides.map { $0.run.kills.first?.victim.name } == ["hog", "editor", "hog"])
  }

  @Test("the root bonus in its three forms")
  func rootBonus() throws {
    let comparison = Comparison(ofAllKernels: try story("old/root-bonus-3-10"))
    #expect(boundaries(comparison) == ["3.14: root bonus"])
    #expect(comparison.sides.map { $0.run.kills.first?.victim.name } == ["app", "backupd"])
  }

  @Test("the forking server: children count to 2.6.35, the worst child dies to 5.0")
  func forkingServer() throws {
    let comparison = Comparison(ofAllKernels: try story("old/forking-server-2-6-32"))
    #expect(comparison.sides.last?.run.kills.first?.victim.name == "mysqld")
    #expect(
      comparison.differences.contains {
        $0.to == "2.6.36" && $0.causes.contains { $0.rule == .badness }
      })
  }

  @Test("changes that cancel each other out are no causes")
  func chain() throws {
    // From 4.6 to 5.3 ties flip three times: the last flip makes the difference.
    let scenario = try story("old/tie-5-3")
    let comparison = Comparison(of: scenario, kernels: ["4.6", "5.3", "6.12", "4.9"])
    #expect(comparison.differences.map(\.isSame) == [false, true, false])
    #expect(comparison.differences[0].causes.map(\.since) == ["4.7"])
    #expect(comparison.differences[2].causes.map(\.rule) == [.ties])
  }

  @Test("a difference has a cause, whatever the worlds")
  func generated() {
    for seed: UInt64 in 0..<16 {
      var worlds = Worlds(seed: seed &+ 77)
      let scenario = worlds.scenario()
      let comparison = Comparison(of: scenario, kernels: ["2.6.32", "3.10", "4.14", "6.12"])
      for (index, difference) in comparison.differences.enumerated() {
        let (before, after) = (comparison.sides[index].run, comparison.sides[index + 1].run)
        #expect(
          difference.isSame == (ComparedOutcome(before) == ComparedOutcome(after)), "seed \(seed)")
      }
    }
  }

  @Test(
    "an idle process shows 666, and 668 where it is three thousandths: fs/proc/base.c since 5.9")
  func idle() throws {
    for (path, score) in [("old/idle-666", Int128(666)), ("old/raspberry-pi-668", 668)] {
      let table = Simulator().score(try story(path))
      #expect(table.processes.last?.oomScore == score, "\(path)")
    }
    let old = Simulator(kernel: "5.8").score(try story("old/idle-666"))
    #expect(old.processes.last?.oomScore == 0)
  }

  @Test(
    "one user's large process against another's hundreds of small ones, by kernel and by policy")
  func fairness() throws {
    let scenario = try story("global/many-small-vs-one-large")
    #expect(Simulator().run(scenario).kills.first?.victim.name == "A-sim")
    var simulator = Simulator()
    simulator.policy = .cgroupAware
    let run = simulator.run(scenario)
    #expect(run.kills.allSatisfy { $0.victim.cgroup == "/user.slice/user-1002.slice" })
    #expect(run.kills.first?.decision?.chosen == .policy)
    #expect(!run.kills.isEmpty && run.digest != Simulator().run(scenario).digest)
  }
}
