import Foundation
import KernelLab
import RecordingConverter
import SharedData
import Testing

/// What real kernels did, against what the simulator says: every decision, every admission and every
/// replayable script of the recordings. A selection of the same scenarios is in Scenarios/recorded.
@Suite struct RecordedRunTests {
  static let folder = Recordings.folder

  /// Run once, for these tests and for the table of agreement.
  static let runs = Result { try RecordedRuns(of: folder) }

  /// Replays whose last kills a kernel decided by something that no scenario states, each with what.
  static let undecidable: [String: String] = [
    "g14b-shmem-two-mappers-qemu-6.18-replay": "a near-tie of two mappers, either way on repeats",
    "g17-fork-cow-qemu-6.18-replay":
      "parent and children are equal to a page, and what the CPU held back of a child is not in the recording",
    "m17-max-lowered-uml-6.1-replay": "how far the writer of memory.max gets is a matter of timing",
    "m17-max-lowered-qemu-7.3-replay":
      "how far the writer of memory.max gets is a matter of timing",
    "rs04-swap-qemu-6.1-replay": "a late near-tie, decided by counters that were behind",
    "m09-swapmax-limited-qemu-6.12-replay": "the kernel gave up before the group's swap was full",
    "m09-swapmax-limited-qemu-6.18-replay": "the kernel gave up before the group's swap was full",
    "m09-swapmax-limited-qemu-7.3-replay": "the kernel gave up before the group's swap was full",
    "m10-swapmax-max-qemu-6.12-replay": "the kernel gave up before swap was full",
  ]

  @Test(
    "a checkout alone has all that a folder `shared` beside it has",
    .enabled(
      if: SharedData.has("recordings", for: "that the packed recordings are all"),
      "../shared/recordings is missing"))
  func packed() throws {
    let shared = SharedData.folder.appending(path: "recordings")
    var compared = 0
    for part in ["", "worlds", "swap-order", "console"] {
      let folder = shared.appending(path: part)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
      where name.hasSuffix(".json") || part == "console" {
        let own = Recordings.unpacked.appending(path: part).appending(path: name)
        #expect(
          FileManager.default.contentsEqual(
            atPath: folder.appending(path: name).path, andPath: own.path), "\(part)/\(name)")
        compared += 1
      }
    }
    #expect(compared > 700)
  }

  @Test("every recorded decision, admission and replay")
  func all() throws {
    let runs = try Self.runs.get()
    for (name, differences) in runs.differences.sorted(by: { $0.key < $1.key }) {
      #expect(Self.undecidable[name] != nil, "\(name): \(differences)")
    }
    // One that has come right has to leave its list.
    #expect(Set(runs.differences.keys) == Set(Self.undecidable.keys))
    #expect(runs.scores[.decision]?.count ?? 0 >= 470)
    #expect(runs.scores[.replay]?.count ?? 0 >= 188)
    #expect(runs.scores[.overcommit]?.count ?? 0 >= 30)
  }

  @Test("the growing process is within 2 % of its recorded size")
  func growerSizes() throws {
    let sizes = try Self.runs.get().sizes
    if ProcessInfo.processInfo.environment["OOMSIM_REPORT"] != nil {
      for size in sizes {
        print(size.name, size.predicted, size.recorded, size.predicted - size.recorded)
      }
    }
    let far = sizes.filter { !$0.isClose }
    #expect(sizes.count >= 100)
    #expect(far.count * 10 <= sizes.count, "\(far)")
  }

  /// The page of the packed recordings holds what `kernel-lab agreement` prints.
  @Test("the table of agreement is what the recordings give")
  func table() throws {
    let agreement = Agreement(
      try Self.runs.get(), [try WorldTests.worlds.get(), try WorldTests.swapOrder.get()])
    let page = try String(
      decoding: Data(
        contentsOf: Recordings.pack.deletingLastPathComponent().appending(path: "README.md")),
      as: UTF8.self)
    #expect(page.contains(agreement.table), "\(agreement.table)")
  }
}
