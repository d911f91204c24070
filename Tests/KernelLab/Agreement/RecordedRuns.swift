package import Foundation
import OOMFormats
package import OOMSimulator
package import RecordingConverter

/// Every decision, admission and replayable script of the recordings that lie in a folder itself.
package struct RecordedRuns: Sendable {
  /// The size of the process whose growth met the first OOM, where both have it.
  package struct Size: Sendable {
    package var name: String
    package var predicted: Int64
    package var recorded: Int64

    /// Whether it is within a fiftieth.
    package var isClose: Bool { abs(predicted - recorded) * 50 <= recorded }
  }

  package private(set) var scores: [RecordedScenario.Kind: Score] = [:]
  /// By name, what a run that is not as recorded has instead.
  package private(set) var differences: [String: [String]] = [:]
  package private(set) var sizes: [Size] = []
  /// The same by release and kind.
  package private(set) var kernels: [String: [String: Score]] = [:]

  package init(of folder: URL) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "json" && $0.lastPathComponent.contains("@") }
    for file in files.sorted(by: { $0.path < $1.path }) {
      let recording = try Recording(contentsOf: file)
      for converted in scenarios(of: recording) {
        if case .scenario(let recorded) = converted { try check(recorded) }
      }
    }
  }

  private mutating func check(_ recorded: RecordedScenario) throws {
    let scenario = try recorded.read()
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = recorded.recordedGrower != nil
    let run = simulator.run(scenario)
    let found = (scenario.expectation ?? Expectation()).differences(from: run)
    if !found.isEmpty {
      differences[recorded.name] = found.map {
        "\($0.field): \($0.expected.text) / \($0.actual.text)"
      }
    }
    scores[recorded.kind, default: Score()].note(found.isEmpty, recorded.name)
    note(recorded.kind == .replay ? "whole" : recorded.kind.rawValue, found.isEmpty, recorded)
    guard recorded.kind == .replay, let grower = recorded.recordedGrower,
      let candidate = run.kills.first?.decision?.candidates?.first(where: {
        Int64($0.pid) == grower.pid
      })
    else { return }
    let predicted = candidate.anon + candidate.file + candidate.shmem + candidate.swap
    let size = Size(name: recorded.name, predicted: predicted, recorded: grower.pages)
    sizes.append(size)
    note("size", size.isClose, recorded)
  }

  private mutating func note(_ kind: String, _ isRight: Bool, _ recorded: RecordedScenario) {
    kernels[recorded.kernel, default: [:]][kind, default: Score()].note(isRight, recorded.name)
  }
}

extension RecordedScenario {
  /// The scenario as the simulator reads it.
  package func read() throws -> Scenario {
    try Scenario(json: Array(text.utf8), file: name)
  }
}
