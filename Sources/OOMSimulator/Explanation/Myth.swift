internal import VictimSelection

/// What people believe of the OOM killer and a kill gives reason to doubt.
package enum Myth: String, CaseIterable, Sendable {
  /// Old processes are spared.
  case age
  /// Nice processes die first.
  case nice
  case rootBonus = "root_bonus"
  /// A child dies for its parent.
  case child
  /// Virtual size counts.
  case addressSpace = "address_space"
  /// What is in swap does not count.
  case swap
  /// /proc/PID/oom_score goes from 0 to 1000.
  case upTo1000 = "0_to_1000"
  case random
  /// The process that asks for the memory is killed.
  case whoAsks = "who_asks"
  /// memory.min and memory.low protect from the killer.
  case reservation

  /// Whether it is wrong under the rules of a release.
  package func isWrong(under rules: Rules) -> Bool {
    switch self {
    case .age, .nice, .addressSpace, .swap: !rules.badness.isLegacy
    case .rootBonus: !rules.badness.isLegacy && rules.badness.rootBonus == .none
    case .child: rules.kill.child == .none
    case .upTo1000: rules.proc.oomScore == .centred || rules.proc.oomScore == .points
    case .random, .whoAsks, .reservation: true
    }
  }

  /// The change that ended it, or what a release does instead.
  package func rule(in kernel: KernelRelease, _ constraint: Constraint) -> RuleChange? {
    let (name, since): (RuleName, KernelRelease?) =
      switch self {
      case .age, .nice: (.badness, "2.6.36")
      case .rootBonus: (.rootBonus, "4.17")
      case .child: (.child, "5.1")
      case .addressSpace, .swap: (.rss, "2.6.36")
      case .upTo1000: (.oomScore, nil)
      case .random: (constraint == .memcg ? .memcgTies : .ties, nil)
      case .whoAsks: (.allocatingTask, nil)
      case .reservation: (.protection, nil)
      }
    if let since, isWrong(under: RulesByRelease.rules(of: kernel)) {
      return RulesByRelease.changes.first { $0.rule == name && $0.since == since }
    }
    return RulesByRelease.inForce(in: kernel).first { $0.rule == name }
  }

  /// The myths that a kill touches, in a fixed order.
  package static func touched(by kill: Kill, _ scene: OOMScene, in scenario: Scenario) -> [Myth] {
    allCases.filter { $0.isTouched(by: kill, scene, scenario) }
  }

  private func isTouched(by kill: Kill, _ scene: OOMScene, _ scenario: Scenario) -> Bool {
    let table = scenario.processes
    let eligible = scene.candidates.lazy.filter { $0.ineligible == nil }
    switch self {
    case .age: return table.legacy.values.contains { $0.cpuTime != 0 || $0.runTime != 0 }
    case .nice: return table.legacy.values.contains { $0.nice != 0 }
    case .rootBonus: return eligible.contains { $0.isAdmin }
    case .child:
      return table.ppids.contains(kill.victim.pid) || kill.killed.contains { $0.because == .child }
    case .addressSpace: return !table.totalVM.isEmpty
    case .swap: return eligible.contains { $0.swap > 0 }
    case .upTo1000: return true
    case .random:
      return kill.decision?.chosen == .points
        && eligible.contains {
          $0.points == kill.victim.points && $0.identity != kill.victim.identity
        }
    case .whoAsks:
      guard let decision = kill.decision, let invoker = decision.invoker else { return false }
      return decision.chosen == .points && invoker != kill.victim.identity
    case .reservation:
      let groups = scenario.cgroups.filter { ($0.value.min ?? 0) > 0 || ($0.value.low ?? 0) > 0 }
      return groups.keys.contains {
        kill.victim.cgroup == $0 || kill.victim.cgroup.hasPrefix($0 + "/")
      }
    }
  }
}
