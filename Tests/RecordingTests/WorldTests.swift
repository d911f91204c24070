import Foundation
import OOMFormats
import OOMSimulator
import RecordingConverter
import SharedData
import Testing

/// Whole runs that were recorded to be replayed from their steps: random worlds, and runs in which it decides who dies
/// what was swapped. Here it counts how many come out as recorded, since some are near ties, which a kernel decides by
/// counters that lag behind. Every decision of theirs is checked by itself and has to be right.
@Suite struct WorldTests {
  @Test("random worlds")
  func worlds() throws {
    let tally = try Tally(ofFolder: "worlds")
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
    let tally = try Tally(ofFolder: "swap-order")
    #expect(tally.skipped.isEmpty, "\(tally.skipped)")
    #expect(tally.wrongDecisions.isEmpty, "\(tally.wrongDecisions)")
    #expect(tally.first.are(atLeast: 92, of: 41), "\(tally.first)")
  }
}

/// How many of a kind came out as recorded, and which did not.
struct Score: CustomStringConvertible {
  var count = 0
  var wrong: [String] = []

  var right: Int { count - wrong.count }
  var description: String { "\(right) of \(count); not: \(wrong.joined(separator: ", "))" }

  mutating func note(_ isRight: Bool, _ name: String) {
    count += 1
    if !isRight { wrong.append(name) }
  }

  func are(all least: Int) -> Bool { wrong.isEmpty && count >= least }

  func are(atLeast percent: Int, of least: Int) -> Bool {
    count >= least && right * 100 >= count * percent
  }
}

/// One folder of recordings, each converted once and run.
struct Tally {
  var skipped: [String] = []
  var decisions = Score()
  var wrongDecisions: [String] { decisions.wrong }
  var overcommit = Score()
  var first = Score()
  var whole = Score()
  var sizes = Score()
  private var lines: [String] = []
  private var kernels: [String: [String: Score]] = [:]

  init(ofFolder folder: String) throws {
    let place = RecordedRunTests.folder.appending(path: folder)
    let files = try FileManager.default.contentsOfDirectory(
      at: place, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "json" }
    for file in files.sorted(by: { $0.path < $1.path }) {
      try add(Recording(contentsOf: file))
    }
    report(folder)
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
    let read = try RecordedRunTests.read(recorded)
    let simulator = Simulator(for: read)
    let scenario = read.ending(recorded.endingAtDeath, at: simulator)
    let expectation = try #require(scenario.expectation)
    let run = simulator.run(scenario)
    switch recorded.kind {
    case .decision:
      decisions.note(expectation.differences(from: run).isEmpty, recorded.name)
    case .overcommit:
      note("overcommit", \.overcommit, expectation.differences(from: run).isEmpty, recorded)
    case .replay: try check(recorded, scenario, run)
    }
  }

  private mutating func check(
    _ recorded: RecordedScenario, _ scenario: Scenario, _ run: Run
  ) throws {
    let expected = try #require(scenario.expectation?.kills)
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

  private func report(_ folder: String) {
    guard ProcessInfo.processInfo.environment["OOMSIM_REPORT"] != nil else { return }
    for line in lines { print(line) }
    for (kernel, scores) in kernels.sorted(by: { $0.key < $1.key }) {
      let parts = scores.sorted { $0.key < $1.key }.map {
        "\($0.key) \($0.value.right)/\($0.value.count)"
      }
      print(folder, kernel, parts.joined(separator: ", "))
    }
    print(folder, "decisions", decisions)
    print(folder, "first", first)
    print(folder, "whole", whole)
    print(folder, "overcommit", overcommit)
    print(folder, "size", sizes)
  }
}
