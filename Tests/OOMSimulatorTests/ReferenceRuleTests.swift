import Foundation
import Testing
import VictimSelection

@testable import OOMSimulator

/// The engine against the models of Reference/, which were written line by line after the rule book by
/// somebody who had not read the engine: badness, oom_score, totalpages, who is chosen and who dies.
///
/// `OOMSIM_WORLDS` sets the number of worlds for each rule set, 200 by default.
@Suite struct ReferenceRuleTests {
  private static let worlds =
    Int(ProcessInfo.processInfo.environment["OOMSIM_WORLDS"] ?? "") ?? 200

  /// The releases of each rule set at which any rule changes, and the enterprise kernels' own.
  static let releases: [String: [KernelRelease]] = {
    var result: [String: [KernelRelease]] = [:]
    for release in RulesByRelease.boundaries {
      result[RuleSet.of(release).key, default: []].append(release)
    }
    return result
  }()

  @Test(
    "the engine decides generated worlds as the reference models do",
    arguments: RuleSet.all.map(\.key))
  func decisions(key: String) throws {
    let releases = try #require(Self.releases[key])
    let rules = releases.map { RulesByRelease.rules(of: $0) }
    var random = SplitMix(seed: UInt64(key.utf8.reduce(7) { $0 * 31 + Int($1) }))
    var outcomes = Outcomes()
    var wrong = 0
    for number in 0..<Self.worlds {
      let which = number % releases.count
      let world = ReferenceWorld.generated(releases[which], &random)
      if let difference = difference(world, rules[which], &outcomes) {
        wrong += 1
        if wrong <= 3 {
          Issue.record("world \(number) of \(releases[which]): \(difference)\n\(world)")
        }
      }
    }
    #expect(wrong == 0)
    #expect(outcomes.kills > Self.worlds / 2, "\(outcomes)")
    #expect(outcomes.aborted > 0 && outcomes.nobody + outcomes.panicked > 0, "\(outcomes)")
  }

  private struct Outcomes {
    var (kills, aborted, panicked, nobody) = (0, 0, 0, 0)
  }

  /// What the engine has otherwise than the model; nil when it has nothing.
  private func difference(
    _ reference: ReferenceWorld, _ rules: Rules, _ outcomes: inout Outcomes
  ) -> String? {
    var world = State(of: reference.scenario, rules: rules)
    let shift = reference.leadingRows
    let domain = reference.domain.flatMap { world.groups.number(of: reference.path($0)) }
    let totalpages =
      world.oomControl(domain: domain, invoker: nil, nodes: nil).totalpages
    for index in reference.processes.indices {
      if let difference = difference(reference, index, world, index + shift, totalpages) {
        return "process \(index): \(difference)"
      }
    }
    let expected = referenceOutcome(reference)
    let invoker = reference.invoker.map { $0 + shift }
    let oc = world.oomControl(domain: domain, invoker: invoker, nodes: nil)
    switch world.outOfMemory(oc) {
    case .kill(let choice):
      outcomes.kills += 1
      let kill = world.describe(
        choice, by: "kernel", listsCandidates: false, report: nil)
      return difference(kill, choice, expected, reference, shift)
    case .waiting:
      outcomes.aborted += 1
      if case .killed(_, _, let dead) = expected, dead.isEmpty { return nil }
      return expected == .aborted ? nil : "waits, expected \(expected)"
    case .panic:
      outcomes.panicked += 1
      return expected == .panicked ? nil : "panics, expected \(expected)"
    case .fault: return "has no value"
    case .noVictim, .disabled:
      outcomes.nobody += 1
      return expected == .nobody ? nil : "kills nobody, expected \(expected)"
    }
  }

  private func difference(
    _ reference: ReferenceWorld, _ index: Int, _ world: State, _ row: Int, _ totalpages: Int64
  ) -> String? {
    let score = world.procOOMScore(row)
    let expectedScore = referenceOOMScore(reference, index)
    if score != expectedScore { return "oom_score \(score), expected \(expectedScore)" }
    guard !world.rules.badness.isLegacy else {
      if reference.processes[index].isKernelThread { return nil }
      let points = world.badness(row, totalpages: totalpages)
      let expected = Int128(referenceLegacyBadness(reference, index))
      return points == expected ? nil : "\(points ?? .min) points, expected \(expected)"
    }
    let expectedTotal = referenceTotalpages(reference)
    // A 32-bit kernel keeps the sum in its own word; 0 counts as 1 either in the sum or in the badness.
    if max(reference.unsignedLong(totalpages), 1) != max(expectedTotal, 1) {
      return "totalpages \(totalpages), expected \(expectedTotal)"
    }
    let expected = referenceModernBadness(
      reference, index, totalpages: expectedTotal, domain: nil)
    let badness = world.badness(row, totalpages: totalpages)
    let hasPoints = world.tasks.hasBadness(row) && badness != Int128(Int64.min)
    let points = hasPoints ? badness : nil
    return points == expected
      ? nil : "\(String(describing: points)) points, expected \(String(describing: expected))"
  }

  private func difference(
    _ kill: Kill, _ choice: Choice, _ expected: ReferenceOutcome, _ reference: ReferenceWorld,
    _ shift: Int
  ) -> String? {
    guard case .killed(let victim, let points, let dead) = expected else {
      return "kills \(kill.victim.pid), expected \(expected)"
    }
    if kill.victim.pid != reference.processes[victim].pid {
      return "chooses \(kill.victim.pid), expected \(expected)"
    }
    let killed = choice.dead.compactMap { death in
      ReferenceBecause(death.because).map { ReferenceDeath(index: death.row - shift, because: $0) }
    }
    if killed.count != choice.dead.count || killed != dead {
      return "kills \(killed), expected \(expected)"
    }
    guard let decision = kill.decision, decision.chosen == .points else { return nil }
    // Where the scan holds 32 bits, the model's points are what the scan held.
    let isCut = decision.arithmetic.rules.selection.holdsPointsIn32Bits
    let found = isCut ? kill.victim.points & 0xffff_ffff : kill.victim.points
    return found == points ? nil : "\(found) points, expected \(points)"
  }
}

extension ReferenceBecause {
  /// Nil for what no kernel does.
  fileprivate init?(_ because: Because) {
    switch because {
    case .victim: self = .victim
    case .child: self = .child
    case .sharedMM: self = .sharedMM
    case .oomGroup: self = .oomGroup
    case .oomPolicy, .userspace: return nil
    }
  }
}
