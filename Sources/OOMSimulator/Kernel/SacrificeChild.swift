internal import VictimSelection

/// Which child dies for the process that was chosen.
///
/// Kernel: `oom_kill_process()`, mm/oom_kill.c.
public enum ChildRule: Equatable, Sendable {
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

extension World {
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
        // The comparison holds points in an unsigned int.
        let points = UInt32(truncatingIfNeeded: badness(child, totalpages: oc.totalpages))
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

  /// Whether a release before 2.6.36 can kill a process.
  ///
  /// Kernel: `oom_kill_task()`, mm/oom_kill.c.
  func canBeKilled(_ row: Int) -> Bool {
    guard tasks.hasNotExited(row), tasks.pids[row] != 1, !tasks.isKernelThread(row) else {
      return false
    }
    switch rules.kill.oomKillTask {
    case .anybody: return true
    case .unlessSharerDisabled:
      return !tasks.usersOfMM(row).contains { tasks.hasNotExited($0) && tasks.oomAdj($0) == -17 }
    case .unlessDisabled: return tasks.oomAdj(row) != -17
    }
  }
}

/// Whom `oom_kill_task()` refuses to kill before 2.6.36.
public enum OOMKillTask: Equatable, Sendable {
  /// Nobody: 2.6.11 to 2.6.19; since 2.6.36 it is not asked.
  case anybody
  /// Whoever shares memory with a process at -17: 2.6.21 to 2.6.31, commit 35ae834fa02.
  case unlessSharerDisabled
  /// Whoever is at -17 itself: 2.6.20, whose test looks at the wrong task, and 2.6.32 to 2.6.35.
  case unlessDisabled
}
