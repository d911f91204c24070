internal import VictimSelection

/// What people believe of the OOM killer, in the order in which they are listed.
package enum Myth: String, CaseIterable, Sendable {
  /// The process that has most memory dies, always.
  case largest
  /// The process that asks for the memory is killed.
  case whoAsks = "invoker"
  case random
  /// Old processes, and those with much CPU time, are spared.
  case age
  /// Nice processes die first.
  case nice
  case rootBonus = "root_bonus"
  /// A child dies for its parent.
  case child
  /// What the children have counts for their parent.
  case children
  /// A process that shares the victim's address space dies with it.
  case sharers
  /// A child has the oom_score_adj of its parent.
  case inherited
  /// Virtual size counts.
  case addressSpace = "address_space"
  /// What is in swap does not count.
  case swap
  /// With swap nobody is killed.
  case swapPrevents = "swap_prevents"
  /// /proc/PID/oom_score goes from 0 to 1000.
  case upTo1000 = "0_to_1000"
  /// The setting goes from -17 to 15.
  case oomAdj = "minus_17_to_15"
  /// Nothing happens where all are at -1000.
  case safe = "minus_1000_is_safe"
  /// memory.min and memory.low protect from the killer.
  case reservation
  /// vm.overcommit_memory 2 bounds promises by memory and swap.
  case mode2 = "mode_2"
  case process = "a_process"
  case switchedOff = "switched_off"
  /// memory.oom_control does so on version 2.
  case oomControl = "oom_control"
  /// Kills of containers are not in the host's log.
  case hostLog = "host_log"
  /// The kubelet kills by the working set.
  case workingSet = "working_set"

  /// Whether it is wrong under the rules of a release.
  package func isWrong(under rules: Rules) -> Bool {
    switch self {
    case .age, .nice, .addressSpace, .children: !rules.badness.isLegacy
    case .oomAdj: !rules.badness.isLegacy || !rules.selection.hasOOMDisable
    case .sharers: rules.kill.sharers == .none
    case .rootBonus: !rules.badness.isLegacy && rules.badness.rootBonus == .none
    case .child: rules.kill.child == .none
    case .upTo1000: rules.proc.oomScore == .centred || rules.proc.oomScore == .points
    case .inherited: false
    case .largest, .whoAsks, .random, .swap, .swapPrevents, .safe, .reservation, .mode2, .process,
      .switchedOff, .oomControl, .hostLog, .workingSet:
      true
    }
  }

  package enum Verdict: String, CaseIterable, Sendable {
    case isTrue = "true"
    case wrong
    /// It held in some releases and does not in the newest.
    case once
  }

  /// The releases from one to another, both among them.
  package struct Releases: Equatable, Sendable {
    package var first: KernelRelease
    package var last: KernelRelease
  }

  /// The releases in which it holds, as the rules have it.
  ///
  /// - Complexity: one look at each release with a change.
  package var releases: [Releases] {
    let boundaries = RulesByRelease.boundaries
    var result: [Releases] = []
    var isOpen = false
    for (index, first) in boundaries.enumerated() {
      let isTrue = !isWrong(under: RulesByRelease.rules(of: first))
      let isLast = index + 1 == boundaries.count
      let last = isLast ? KernelRelease.newestKnown : boundaries[index + 1].predecessor
      if isTrue, isOpen {
        result[result.count - 1].last = last
      } else if isTrue {
        result.append(Releases(first: first, last: last))
      }
      isOpen = isTrue
    }
    return result
  }

  package var verdict: Verdict {
    guard let last = releases.last else { return .wrong }
    return last.last == .newestKnown ? .isTrue : .once
  }

  /// The change that ended it, or what a release does instead; nil where none of the rules is about it.
  package func rule(in kernel: KernelRelease, _ constraint: Constraint) -> RuleChange? {
    let (name, since): (RuleName, KernelRelease?)
    switch self {
    case .age, .nice, .children: (name, since) = (.badness, "2.6.36")
    case .rootBonus: (name, since) = (.rootBonus, "4.17")
    case .child: (name, since) = (.child, "5.1")
    case .sharers: (name, since) = (.sharers, nil)
    case .addressSpace: (name, since) = (.rss, "2.6.36")
    case .swap:
      let isLegacy = RulesByRelease.rules(of: kernel).badness.isLegacy
      (name, since) = isLegacy ? (.badness, nil) : (.rss, "2.6.36")
    case .upTo1000: (name, since) = (.oomScore, nil)
    case .oomAdj: (name, since) = (.oomAdj, "2.6.36")
    case .random: (name, since) = (constraint == .memcg ? .memcgTies : .ties, nil)
    case .whoAsks: (name, since) = (.allocatingTask, nil)
    case .reservation: (name, since) = (.protection, nil)
    case .largest: (name, since) = (.badness, nil)
    case .safe: (name, since) = (.nobody, nil)
    case .mode2: (name, since) = (.strict, nil)
    case .switchedOff: (name, since) = (.panicOnOOM, nil)
    case .swapPrevents, .process: (name, since) = (.trigger, nil)
    case .workingSet: (name, since) = (.memcgTrigger, nil)
    case .inherited, .oomControl, .hostLog: return nil
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
    // One kill is no evidence for or against these.
    case .largest, .children, .sharers, .inherited, .swapPrevents, .oomAdj, .safe, .mode2, .process,
      .switchedOff,
      .oomControl, .hostLog, .workingSet:
      return false
    }
  }
}
