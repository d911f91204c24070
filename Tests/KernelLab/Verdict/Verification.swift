package import Foundation
import OOMFormats
import OOMSimulator
import RecordingConverter
package import VictimSelection

/// What a kernel did, held against what the simulator predicts of the world as it was recorded: from the machine, the
/// processes and the steps, and of each of the kernel's tables by itself.
package struct Verification: Equatable, Sendable {
  /// The process that died first in a kill, and those that died with it.
  package typealias Kill = [String]

  package var kernel: String
  package var predicted: [Kill] = []
  package var recorded: [Kill] = []
  /// What is not as predicted, each in a sentence.
  package var differences: [String] = []
  /// Where it goes otherwise by less than the kernel's counters can be off: another run of the same kernel may, too.
  package var nearTies: [String] = []
  /// What may have made the differences.
  package var causes: [String] = []
  /// What could not be compared, and why.
  package var leftOut: [String] = []
  /// How many of the kernel's tables gave the recorded victim, and how many there were.
  package var decisions = (right: 0, all: 0)
  /// How far the predicted sizes of victims and invokers are off at the first kill, in tenths of a per cent; nil where
  /// there was none.
  package var sizeError: Int64?
  /// How many requests were refused for want of memory, in the prediction and by the kernel; nil where none were compared.
  package var refusals: (predicted: Int, recorded: Int)?

  /// Whether the run was compared from its steps, besides the kernel's tables.
  package var isWhole = false

  package var isAsPredicted: Bool { differences.isEmpty }

  /// Sizes within a fiftieth are as predicted, and so are those within what counters, batches of charges and lists of
  /// CPUs leave open: these pages, and a hundredth of the memory that ran out.
  static let openPages: Int64 = 128

  /// - Parameters:
  ///   - json: a recording.
  ///   - badness: an expression in the place of the release's own points, for a kernel that has it.
  package init(recording json: Data, badness: BadnessExpression? = nil) throws {
    let recording = try Recording(json: json)
    kernel = recording.kernel.release
    recorded = recording.ooms.compactMap { oom in
      let names = oom.kills?.map(\.name) ?? []
      return names.isEmpty ? nil : names
    }
    for converted in RecordingConverter.decisions(of: recording) {
      guard case .scenario(let decision) = converted else {
        leftOut.append(Self.reason(converted))
        continue
      }
      var scenario = try decision.read()
      scenario.badness = badness
      check(decision: scenario, Simulator(for: scenario).run(scenario))
    }
    let whole = overcommit(of: recording) ?? replay(of: recording)
    guard case .scenario(let replayed) = whole else {
      leftOut.append(Self.reason(whole))
      return
    }
    var scenario = try replayed.read()
    scenario.badness = badness
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let run = simulator.run(scenario)
    isWhole = true
    check(scenario, run)
    if !isAsPredicted {
      find(causes: Sensitivity(scenario: scenario, simulator: simulator), run, recording)
    }
    measure(run, recording)
    if !isAsPredicted { findUnused(recording) }
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.kernel == right.kernel && left.predicted == right.predicted
      && left.recorded == right.recorded && left.differences == right.differences
  }

  /// Looks for what may have made a difference.
  private mutating func find(causes sensitivity: Sensitivity, _ run: Run, _ recording: Recording) {
    let expected = sensitivity.scenario.expectation ?? Expectation()
    if nearTies.isEmpty, predicted.map(\.first) != recorded.map(\.first) {
      let theirs = (expected.kills ?? []).compactMap(\.cgroup)
      let groups = Set(theirs + run.kills.compactMap { $0.decision?.cgroup }).sorted()
      causes += [sensitivity.line(kills: recorded.compactMap(\.first), groups: groups)]
        .compactMap { $0 }
    }
    if differences.contains(where: { $0.hasPrefix("refused") }) {
      let refused = (expected.refused ?? []).map(\.process.description)
      causes += [sensitivity.line(refused: refused)].compactMap { $0 }
    }
  }

  /// What the kernel's own report shows of memory that nobody could have.
  private mutating func findUnused(_ recording: Recording) {
    if let memory = recording.ooms.first?.memInfo, recording.ooms.first?.memcg == nil {
      causes.append(
        "nobody's when memory ended at kill 1: \(memory.swapCache ?? 0) pages in the swap cache,"
          + " \(memory.freePcp ?? 0) on lists of CPUs; watermarks raised by \(memory.boost ?? 0)")
    }
    if recording.ooms.contains(where: { $0.invoker == "init" }) {
      causes.append("the recorder itself asked for a page when there was none")
    }
  }

  private static func reason(_ converted: Converted) -> String {
    guard case .skipped(let name, let reason) = converted else { return "" }
    return "\(name): \(reason)"
  }

  // MARK: One of the kernel's tables

  private mutating func check(decision scenario: Scenario, _ run: Run) {
    decisions.all += 1
    let differences = scenario.expectation?.differences(from: run) ?? []
    if differences.isEmpty {
      decisions.right += 1
    } else {
      let texts = differences.map { "\($0.field) \($0.expected.text), predicted \($0.actual.text)" }
      self.differences.append(
        "from the table of kill \(decisions.all): \(texts.joined(separator: "; "))")
    }
  }

  // MARK: The whole run

  private mutating func check(_ scenario: Scenario, _ run: Run) {
    predicted = run.kills.map { $0.killed.map(\.process.name) }
    let expected = scenario.expectation ?? Expectation()
    recorded = (expected.kills ?? []).map { [$0.process.description] + ($0.also ?? []) }
    let sorted = { (kill: Kill) in kill.prefix(1) + kill.dropFirst().sorted() }
    for index in 0..<max(predicted.count, recorded.count) {
      let (ours, theirs) = (predicted.at(index), recorded.at(index))
      if ours.map(sorted) == theirs.map(sorted) { continue }
      let text =
        "kill \(index + 1): predicted \(Self.text(ours)), the kernel \(Self.text(theirs))"
      let (isNear, margin) = Self.margin(run, index, theirs)
      if isNear {
        nearTies.append(text + margin)
      } else {
        differences.append(text + margin)
      }
      // What follows another victim is another story.
      break
    }
    if predicted == recorded || predicted.map(sorted) == recorded.map(sorted) {
      // The limits that ran out, and the panic; survivors follow from the kills.
      for difference in expected.differences(from: run) where difference.field != "survivors" {
        if difference.field.hasPrefix("refused") { continue }
        differences.append(
          "\(difference.field): predicted \(difference.actual.text), the kernel"
            + " \(difference.expected.text)")
      }
    }
    if let refused = expected.refused {
      refusals = (run.refused.count, refused.count)
      let names = run.refused.map { $0.process?.name ?? "?" }
      let theirs = refused.map(\.process.description)
      if names != theirs {
        differences.append(
          "refused: predicted \(Self.text(names)), the kernel \(Self.text(theirs))")
      }
    }
  }

  /// By how much the recorded victim was behind the predicted one, and whether the release's counters can be off by it.
  private static func margin(_ run: Run, _ index: Int, _ theirs: Kill?) -> (Bool, String) {
    guard index < run.kills.count, let name = theirs?.first,
      let decision = run.kills[index].decision,
      let other = decision.candidates?.first(where: { $0.name == name && $0.points != .min })
    else { return (false, "") }
    let margin = run.kills[index].victim.points - other.points
    let isNear = margin <= Int128(decision.counterError)
    return (isNear, ", \(margin) points behind in the prediction")
  }

  private static func text(_ names: [String]?) -> String {
    guard let names, !names.isEmpty else { return "nobody" }
    return names.joined(separator: " with ")
  }

  // MARK: Sizes

  /// Compares the sizes of the first victim and of the process that asked.
  private mutating func measure(_ run: Run, _ recording: Recording) {
    guard let kill = run.kills.first, let candidates = kill.decision?.candidates,
      let oom = recording.ooms.first, predicted.first?.first == recorded.first?.first
    else { return }
    let named = Set([oom.kills?.first?.name, oom.invoker].compactMap { $0 })
    for row in oom.rows where named.contains(row.name) {
      guard let found = candidates.first(where: { Int64($0.pid) == row.pid }) else { continue }
      let ours = found.anon + found.file + found.shmem + found.swap
      let off = abs(ours - row.ownPages)
      if row.ownPages >= Self.openPages {
        sizeError = max(sizeError ?? 0, off * 1000 / row.ownPages)
      }
      let open = max(Self.openPages, (kill.decision?.totalpages ?? 0) / 100)
      if off * 50 > row.ownPages, off > open {
        differences.append(
          "size of \(row.name) at kill 1: predicted \(ours) pages, the kernel \(row.ownPages)")
      }
    }
  }
}

extension Array {
  fileprivate func at(_ index: Int) -> Element? { index < count ? self[index] : nil }
}
