import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// Scenarios/peers: tests that kernels have to pass, as scenarios, with the tolerances that these tests have. The kernel's
/// memcg selftests, tools/testing/selftests/cgroup/test_memcontrol.c, and memcontrol01 to 04 and oom01 to 05 of the Linux
/// Test Project.
@Suite struct PeerTests {
  private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Scenarios/peers").standardizedFileURL

  /// A scenario, and the releases under which it holds: from the one in its name to that of the next of this name.
  struct Peer: CustomTestStringConvertible {
    var path: String
    var test: String
    var since: KernelRelease
    var before: KernelRelease?

    var testDescription: String { path }
  }

  static let peers: [Peer] = {
    let paths = try? FileManager.default.subpathsOfDirectory(atPath: directory.path)
    var peers = (paths ?? []).filter { $0.hasSuffix(".json") }.compactMap { path -> Peer? in
      guard let match = path.wholeMatch(of: #/(.+)-([0-9.]+)\.json/#),
        let release = KernelRelease(String(match.2))
      else { return nil }
      return Peer(path: path, test: String(match.1), since: release)
    }
    peers.sort { ($0.test, $0.since) < ($1.test, $1.since) }
    for (number, next) in peers.enumerated().dropFirst() where peers[number - 1].test == next.test {
      peers[number - 1].before = next.since
    }
    return peers
  }()

  static let releases = Set(RulesByRelease.changes.map(\.since)).sorted()

  @Test func `every test is there`() {
    #expect(Self.peers.count { $0.path.hasPrefix("kselftest/") } >= 35)
    let names = Set(Self.peers.compactMap { $0.path.wholeMatch(of: #/ltp/([a-z]+0[1-5]).*/#)?.1 })
    #expect(
      names.sorted() == [
        "memcontrol01", "memcontrol02", "memcontrol03", "memcontrol04", "oom01", "oom02", "oom03",
        "oom04", "oom05",
      ])
  }

  @Test("holds under every rule since its release", arguments: peers)
  func holds(peer: Peer) throws {
    let file = Self.directory.appending(path: peer.path)
    let scenario = try Scenario(json: Array(Data(contentsOf: file)), file: peer.path)
    #expect(scenario.kernel == peer.since && !scenario.source.isEmpty)
    let expectation = try #require(scenario.expectation)
    let releases = Self.releases.filter { release in
      release >= peer.since && peer.before.map { release < $0 } ?? true
    }
    for release in releases + [peer.since] {
      let run = Simulator(kernel: release).run(scenario)
      #expect(expectation.differences(from: run) == [], "\(release)")
    }
  }
}
