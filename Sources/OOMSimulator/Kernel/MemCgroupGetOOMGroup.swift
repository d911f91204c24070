/// Which members of a group that dies as a whole are spared.
package enum OOMGroupRule: Equatable, Sendable {
  /// There is no such file: to 4.18.
  case none
  /// Those at `oom_score_adj` -1000: 4.19 to 5.1, commit 3d8b38eb81ca.
  case sparingDisabled
  /// The global init, too: since 5.2.
  case sparingInit
}

/// The group that dies as a whole with a victim, if any: the highest one with `memory.oom.group` on
/// the way from the victim's own group up to the domain of the OOM.
///
/// A victim in the root group, or one that is charged outside the domain, dies alone.
///
/// - Parameter domain: the group at its limit; nil for a global OOM.
///
/// Kernel: `mem_cgroup_get_oom_group()`, mm/memcontrol.c, since 4.19, commit 3d8b38eb81ca.
func memCgroupGetOOMGroup(victim: Int, domain: Int?, in groups: MemcgTree) -> Int? {
  guard victim != MemcgTree.root else { return nil }
  let top = domain ?? MemcgTree.root
  guard groups.contains(victim, in: top) else { return nil }
  var oomGroup: Int?
  for group in groups.path(from: victim, to: top) where groups.settings[group].diesAsAWhole {
    oomGroup = group
  }
  return oomGroup
}

extension State {
  /// A group dies but for those at -1000 and, since 5.2, the global init.
  func isKilledWithGroup(_ row: Int) -> Bool {
    guard tasks.hasNotExited(row), !tasks.isKernelThread(row) else { return false }
    if tasks.pids[row] == 1, rules.kill.oomGroup == .sparingInit { return false }
    return tasks.oomScoreAdj[row] != -1000
  }
}

extension RulesByRelease {
  /// Which members of a group die as a whole.
  @_optimize(none)
  static var oomGroup: [RuleChange] {
    [
      RuleChange(
        .oomGroup, "2.6.11", "There is no such file.", "mm/oom_kill.c", "oom_kill_process()"),
      RuleChange(
        .oomGroup, "4.19",
        """
        The highest group with memory.oom.group between victim and domain dies as a whole, but \
        for -1000.
        """,
        "mm/memcontrol.c", "mem_cgroup_get_oom_group()", commit: "3d8b38eb81ca",
        hurts: "the rest of the group"
      ) { $0.kill.oomGroup = .sparingDisabled },
      RuleChange(
        .oomGroup, "5.2",
        """
        The highest group with memory.oom.group between victim and domain dies as a whole, but \
        for -1000 and init.
        """,
        "mm/oom_kill.c", "oom_kill_memcg_member()", hurts: "nobody",
        evidence: .inferred("5.0.1 and 5.2.1")
      ) { $0.kill.oomGroup = .sparingInit },
    ]
  }
}
