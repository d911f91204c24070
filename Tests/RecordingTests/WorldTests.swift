import Foundation
import KernelLab
import SharedData
import Testing

/// Whole runs that were recorded to be replayed from their steps: random worlds, and runs in which it decides who dies
/// what was swapped. Here it counts how many come out as recorded, since some are near ties, which a kernel decides by
/// counters that lag behind. Every decision of theirs is checked by itself and has to be right.
@Suite struct WorldTests {
  /// Each is run once, for these tests and for the table of agreement.
  static let worlds = Result { try Tally(of: Recordings.folder.appending(path: "worlds")) }
  static let swapOrder = Result { try Tally(of: Recordings.folder.appending(path: "swap-order")) }

  @Test("random worlds")
  func worlds() throws {
    let tally = try Self.worlds.get()
    report(tally)
    #expect(tally.skipped.isEmpty, "\(tally.skipped)")
    #expect(tally.decisions.count >= 260)
    #expect(tally.wrongDecisions.isEmpty, "\(tally.wrongDecisions)")
    #expect(tally.overcommit.are(all: 18), "\(tally.overcommit)")
    #expect(tally.first.are(atLeast: 97, of: 96), "\(tally.first)")
    #expect(tally.whole.are(atLeast: 91, of: 96), "\(tally.whole)")
    #expect(tally.sizes.are(atLeast: 81, of: 59), "\(tally.sizes)")
  }

  @Test("what is swapped first")
  func swapOrder() throws {
    let tally = try Self.swapOrder.get()
    #expect(tally.skipped.isEmpty, "\(tally.skipped)")
    #expect(tally.wrongDecisions.isEmpty, "\(tally.wrongDecisions)")
    #expect(tally.first.are(atLeast: 92, of: 41), "\(tally.first)")
  }

  private func report(_ tally: Tally) {
    guard ProcessInfo.processInfo.environment["OOMSIM_REPORT"] != nil else { return }
    for line in tally.lines { print(line) }
    for (kernel, scores) in tally.kernels.sorted(by: { $0.key < $1.key }) {
      let parts = scores.sorted { $0.key < $1.key }.map {
        "\($0.key) \($0.value.right)/\($0.value.count)"
      }
      print(kernel, parts.joined(separator: ", "))
    }
    print("decisions", tally.decisions)
    print("first", tally.first)
    print("whole", tally.whole)
    print("overcommit", tally.overcommit)
    print("size", tally.sizes)
  }
}
