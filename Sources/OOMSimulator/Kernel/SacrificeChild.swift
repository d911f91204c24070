internal import VictimSelection

/// Which child dies for the process that was chosen.
///
/// Kernel: `oom_kill_process()`, mm/oom_kill.c.
package enum ChildRule: Equatable, Sendable {
  /// The oldest child with an address space of its own that can be killed, however small: 2.6.11 to
  /// 2.6.35.
  case oldest
  /// The child with the most points of all children, even of those that share the parent's memory: 2.6.36
  /// to 2.6.38.
  case worst
  /// The same, without those that share the parent's memory: 2.6.39 to 5.0.
  case worstWithOwnMM
  /// None: the chosen process itself, since 5.1, commit bbbe48029720.
  case none
}

extension State {
  /// The child that dies instead of a chosen process, nil when there is none.
  ///
  /// Children are compared among themselves only, so any that can be killed dies for its parent, however
  /// large the parent is.
  func childToSacrifice(of row: Int, _ oc: OOMControl) -> Int? {
    guard rules.kill.child != .none, let family = tasks.children[tasks.pids[row]] else {
      return nil
    }
    let children = family.lazy.filter { $0 != row && tasks.hasNotExited($0) }
    switch rules.kill.child {
    case .none: return nil
    case .oldest:
      return children.first {
        hasOwnMM($0, from: row) && canBeKilled($0) && isInside($0, oc)
      }
    case .worst, .worstWithOwnMM:
      var victim: Int?
      var most: UInt32 = 0
      for child in children where isInside(child, oc) && !oc.foreign.contains(child) {
        if rules.kill.child == .worstWithOwnMM, tasks.owner(child) == tasks.owner(row) { continue }
        guard tasks.hasBadness(child) else { continue }
        guard let badness = badness(child, totalpages: oc.totalpages) else { continue }
        // The comparison holds points in an unsigned int.
        let points = UInt32(truncatingIfNeeded: badness)
        if points > most { (victim, most) = (child, points) }
      }
      return victim
    }
  }

  /// The children of a memcg OOM have to be in its domain since 2.6.33, commit 5a2d41961dd.
  private func isInside(_ child: Int, _ oc: OOMControl) -> Bool {
    guard rules.kill.childHasToBeInMemcg, let domain = oc.memcg else { return true }
    return groups.contains(Int(tasks.groups[child]), in: domain)
  }

}

extension RulesByRelease {
  /// Which child dies for the process that was chosen.
  @_optimize(none)
  static var child: [RuleChange] {
    [
      RuleChange(
        .child, "2.6.11",
        "The oldest child with its own address space that can be killed dies instead, however small.",
        "mm/oom_kill.c", "oom_kill_process()"),
      RuleChange(
        .child, "2.6.33",
        """
        The oldest child with its own address space that can be killed dies instead; in a memcg \
        OOM one inside.
        """,
        "mm/oom_kill.c", "oom_kill_process()", commit: "5a2d41961dd",
        hurts: "parents inside whose children live outside"
      ) { $0.kill.childHasToBeInMemcg = true },
      RuleChange(
        .child, "2.6.36",
        "The child with the most points dies instead, compared with the other children only.",
        "mm/oom_kill.c", "oom_kill_process()", commit: "a63d83f427f",
        hurts: "the largest child"
      ) { $0.kill.child = .worst },
      RuleChange(
        .child, "2.6.39",
        """
        The child with the most points and memory of its own dies instead, compared with the \
        other children only.
        """,
        "mm/oom_kill.c", "oom_kill_process()", hurts: "parents whose children share their memory"
      ) { $0.kill.child = .worstWithOwnMM },
      RuleChange(
        .child, "5.1", "No child is sacrificed: the chosen process dies.",
        "mm/oom_kill.c", "oom_kill_process()", commit: "bbbe48029720",
        hurts: "large parents of small children",
        evidence: .inferred("5.0.1 and 5.2.1; held for certain")
      ) { $0.kill.child = .none },
    ]
  }
}
