/// Why a process dies in an OOM kill.
public enum Because: String, CaseIterable, Sendable {
  /// Selection chose it.
  case victim
  /// It uses the victim's address space.
  case sharedMM = "shared_mm"
  /// `memory.oom.group` of the victim's group or of one above it.
  case oomGroup = "oom_group"
}

extension World {
  /// Who dies with a victim, in order: its own process, all that use its address space, and the members
  /// of a group that dies as a whole, each with those that use its address space.
  ///
  /// Sharers die whatever their `oom_score_adj` (since 4.8, 44a70adec910); of a group only -1000 and the
  /// global init are spared. The kernel kills and counts the first victim once more with its group; here it
  /// stands once.
  ///
  /// Kernel: `oom_kill_process()`, `__oom_kill_process()` and `oom_kill_memcg_member()`, mm/oom_kill.c.
  func oomKillProcess(victim: Int, domain: Int?) -> [(row: Int, because: Because)] {
    var dead: [(row: Int, because: Because)] = []
    var seen: Set<Int> = []
    func kill(_ row: Int, _ because: Because) {
      if seen.insert(row).inserted { dead.append((row, because)) }
      for user in tasks.usersOfMM(row)
      where tasks.isAlive(user) && tasks.pids[user] != 1 && !tasks.isKernelThread(user) {
        if seen.insert(user).inserted { dead.append((user, .sharedMM)) }
      }
    }
    kill(victim, .victim)
    let group = Int(tasks.groups[victim])
    if let oomGroup = memCgroupGetOOMGroup(victim: group, domain: domain, in: groups) {
      for group in groups.descendants(of: oomGroup) {
        for member in groups.members[group] {
          let row = Int(member)
          if tasks.isAlive(row), tasks.eligibility(row) == nil { kill(row, .oomGroup) }
        }
      }
    }
    return dead
  }
}
