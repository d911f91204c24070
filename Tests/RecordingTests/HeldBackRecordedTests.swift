import Foundation
import KernelLab
import OOMFormats
import OOMSimulator
import RecordingConverter
import SharedData
import Testing

/// What one CPU holds back of the counters, in the tables of real kernels.
///
/// Kernel: `get_mm_counter()`, include/linux/mm.h, 6.2 to 6.19. All recorded machines have one CPU.
@Suite struct HeldBackRecordedTests {
  /// How many rows of the first report have what the replay reads, to two pages, and how many there are.
  private func readings(cpus: Int64?) throws -> (same: Int, all: Int) {
    var (same, all) = (0, 0)
    let files = try FileManager.default.contentsOfDirectory(
      at: Recordings.folder.appending(path: "worlds"), includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "json" {
      let recording = try Recording(contentsOf: file)
      let release = try #require(KernelRelease(recording.kernel.release))
      guard RulesByRelease.rules(of: release).counters == .heldBackByCPUs,
        recording.machine?.swapPages == 0, let oom = recording.ooms.first,
        case .scenario(let recorded) = replay(of: recording, untilDeath: true)
      else { continue }
      var scenario = try recorded.read()
      scenario.machine.cpus = cpus
      var simulator = Simulator(for: scenario)
      simulator.recordsCandidates = true
      scenario = scenario.ending(recorded.endingAtDeath, at: simulator)
      let candidates = simulator.run(scenario).kills.first?.decision?.candidates ?? []
      for row in oom.rows where row.pid != recorded.recordedGrower?.pid {
        guard let candidate = candidates.first(where: { Int64($0.pid) == row.pid }) else {
          continue
        }
        let read = candidate.anon + candidate.file + candidate.shmem + candidate.swap
        all += 1
        if abs(read - row.ownPages) <= 2 { same += 1 }
      }
    }
    return (same, all)
  }

  @Test(
    "most counters of the first table are read to the page, which without this are off by any part of a batch"
  )
  func firstTables() throws {
    let (one, sums) = (try readings(cpus: 1), try readings(cpus: nil))
    #expect(one.all == sums.all && one.all >= 100)
    #expect(one.same * 4 >= one.all * 3, "\(one)")
    #expect(sums.same * 5 <= sums.all, "\(sums)")
  }
}
