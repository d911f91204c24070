/// Who of a group that dies as a whole is spared.
public enum OOMGroupRule: Equatable, Sendable {
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
  for group in groups.path(from: victim, to: top) where groups.settings[group].oomGroup == true {
    oomGroup = group
  }
  return oomGroup
}
