package import Foundation
import OOMFormats
import OOMSimulator
import RecordingConverter

/// One folder of recordings made to be replayed whole, random worlds or swap order: each converted once and run.
package struct Tally: Sendable {
  package private(set) var skipped: [String] = []
  package private(set) var decisions = Score()
  package var wrongDecisions: [String] { decisions.wrong }
  package private(set) var overcommit = Score()
  package private(set) var first = Score()
  package private(set) var whole = Score()
  package private(set) var sizes = Score()
  /// What became of each, in a line.
  package private(set) var lines: [String] = []
  /// The same by release and kind.
  package private(set) var kernels: [String: [String: Score]] = [:]

  package init(of place: URL) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: place, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "json" }
    for file in files.sorted(by: { $0.path < $1.path }) {
      try add(Recording(contentsOf: file))
    }
  }

  private mutating func add(_ recording: Recording) throws {
    for converted in scenarios(of: recording) where converted.scenario?.kind != .replay {
      guard case .scenario(let scenario) = converted else {
        skipped.append(converted.name)
        lines.append("skipped \(converted.name)")
        continue
      }
      try check(scenario)
    }
    if recording.ooms.isEmpty { return }
    switch replay(of: recording, untilDeath: true) {
    case .skipped(let name, let reason): skipped.append("\(name): \(reason)")
    case .scenario(let scenario): try check(scenario)
    }
  }

  private mutating func check(_ recorded: RecordedScenario) throws {
    let read = try recorded.read()
    let simulator = Simulator(for: read)
    let scenario = read.ending(recorded.endingAtDeath, at: simulator)
    let expectation = scenario.expectation ?? Expectation()
    let run = simulator.run(scenario)
    switch recorded.kind {
    case .decision:
      note("decision", \.decisions, expectation.differences(from: run).isEmpty, recorded)
    case .overcommit:
      note("overcommit", \.overcommit, expectation.differences(from: run).isEmpty, recorded)
    case .replay: try check(recorded, scenario, run)
    }
  }

  private mutating func check(
    _ recorded: RecordedScenario, _ scenario: Scenario, _ run: Run
  ) throws {
    let expected = scenario.expectation?.kills ?? []
    let hasPanicked = (run.panic != nil) == (scenario.expectation?.panic ?? false)
    let names = expected.map { kill in
      [kill.process.description] + (kill.also ?? []).sorted()
    }
    let found = run.kills.map { kill in
      let victims = kill.killed.map { $0.process.name }
      return victims.prefix(1) + victims.dropFirst().sorted()
    }
    let isFirst = names.first?.first == found.first?.first
    note("first", \.first, isFirst && (!names.isEmpty || hasPanicked), recorded)
    note("whole", \.whole, names == found.map(Array.init) && hasPanicked, recorded)
    var size = ""
    if let grower = recorded.recordedGrower, expected.first?.constraint != .memcg {
      let end = run.kills.first?.at ?? run.panic?.at
      let predicted = end.flatMap { scenario.pages(ofGrowing: grower.pid, at: $0) }
      let off = (predicted ?? 0) - grower.pages
      note("size", \.sizes, abs(off) * 50 <= grower.pages, recorded)
      size = "size \(predicted ?? 0) for \(grower.pages)"
    }
    lines.append("\(recorded.name): \(names) / \(found) \(size)")
  }

  private mutating func note(
    _ kind: String, _ score: WritableKeyPath<Tally, Score>, _ isRight: Bool,
    _ recorded: RecordedScenario
  ) {
    self[keyPath: score].note(isRight, recorded.name)
    kernels[recorded.kernel, default: [:]][kind, default: Score()].note(isRight, recorded.name)
  }
}
