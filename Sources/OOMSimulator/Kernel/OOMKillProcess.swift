/// Why a process dies in an OOM kill.
public enum Because: String, CaseIterable, Sendable {
  /// Selection chose it.
  case victim
  /// It uses the victim's address space.
  case sharedMM = "shared_mm"
  /// `memory.oom.group` of the victim's group or of one above it.
  case oomGroup = "oom_group"
  /// It dies for its parent, which selection chose: before 5.1.
  case child
  /// systemd stopped its unit, because the kernel had killed in it: `OOMPolicy=stop`.
  case oomPolicy = "oom_policy"
  /// A killer of user space chose it, or its group.
  case userspace
}

extension State {
  /// The processes that die with one, in order: itself or its child, all that use its address space, and the members
  /// of a group that dies as a whole, each with those that use its address space.
  ///
  /// The kernel kills and counts the first victim once more with its group; here it stands once.
  ///
  /// - Returns: nil when a release before 2.6.36 refuses to kill the process; nobody when all of them are dying
  ///   already.
  ///
  /// Kernel: `oom_kill_process()`, `__oom_kill_process()` and `oom_kill_memcg_member()`, mm/oom_kill.c.
  func oomKillProcess(
    victim chosen: Int, _ oc: OOMControl
  ) -> [(row: Int, because: Because)]? {
    let child = childToSacrifice(of: chosen, oc)
    let victim = child ?? chosen
    if rules.badness.isLegacy, child == nil, !canBeKilled(victim) { return nil }
    var dead: [(row: Int, because: Because)] = []
    var seen: Set<Int> = []
    func kill(_ row: Int, _ because: Because) {
      // A process that is dying already is signalled again, which kills nobody.
      if tasks.isAlive(row), seen.insert(row).inserted { dead.append((row, because)) }
      for user in tasks.usersOfMM(row) where user != row && diesAsSharer(user) {
        if seen.insert(user).inserted { dead.append((user, .sharedMM)) }
      }
    }
    kill(victim, child == nil ? .victim : .child)
    guard rules.kill.oomGroup != .none else { return dead }
    let group = Int(tasks.groups[victim])
    if let oomGroup = memCgroupGetOOMGroup(victim: group, domain: oc.memcg, in: groups) {
      for group in groups.descendants(of: oomGroup) {
        for member in groups.members[group] where isKilledWithGroup(Int(member)) {
          kill(Int(member), .oomGroup)
        }
      }
    }
    return dead
  }
}
