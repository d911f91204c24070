/// Why a process cannot be chosen.
///
/// Kernel: `oom_unkillable_task()` and the first tests of `oom_badness()`, mm/oom_kill.c.
public enum Ineligible: String, Sendable {
  /// Kernel: `is_global_init()`.
  case globalInit = "global init"
  /// Kernel: `PF_KTHREAD`; before 2.6.36 a task without an address space.
  case kernelThread = "kernel thread"
  /// Kernel: `OOM_SCORE_ADJ_MIN`, and `OOM_DISABLE` before 2.6.36.
  case disabled = "oom_score_adj is -1000"
  /// `oom_adj` is -17, before 2.6.36. Kernel: `OOM_DISABLE`.
  case oomAdjDisabled = "oom_adj is -17"
  /// A process that uses the same address space has -1000. Kernel: `mm->oom_disable_count`, 2.6.37 to 3.1,
  /// commit 3d5992d2ac7.
  case sharerDisabled = "a process that shares its memory has oom_score_adj -1000"
  /// Kernel: `in_vfork()`, since 4.8, commit b18dc5f291c0.
  case inVfork = "vfork child in its parent's memory"
  /// It has no memory on the nodes of the OOM. Kernel: `oom_cpuset_eligible()`.
  case otherNodes = "no memory on these nodes"
  /// Points that come to just `LONG_MIN`, which only 32 bits can make: since 5.9.
  case wrapped = "points wrap to LONG_MIN"
  /// The scenario's own badness is `never`.
  case never = "its badness is never"
  /// The scenario's own badness overflows 64 bits, or divides by 0.
  case withoutValue = "its badness has no value"
  /// Killed already, its memory not back yet. Kernel: `TIF_MEMDIE`, `tsk_is_oom_victim()` since 4.9.
  case dying = "already dying"
}

extension Tasks {
  /// Why a process is no candidate, nil when it is one.
  ///
  /// A victim whose memory is not back yet also ends the whole scan: see `meetsDyingVictim`.
  ///
  /// Kernel: `oom_evaluate_task()`, mm/oom_kill.c, and what tested this in its place before 4.9.
  func ineligibility(_ row: Int) -> Ineligible? {
    if pids[row] == 1 { return .globalInit }
    if isKernelThread(row), !rules.selection.kernelThreadsTakePart { return .kernelThread }
    if states[row] == .dying { return .dying }
    // The origin of an OOM is taken before its badness is asked.
    if rules.selection.swapoff == .origin, flags[row].contains(.swapoff) { return nil }
    return exemption(row)
  }

  /// As `ineligibility`, but for what others that share the memory bring with them.
  func ownIneligibility(_ row: Int) -> Ineligible? {
    if pids[row] == 1 { return .globalInit }
    if isKernelThread(row) { return .kernelThread }
    return effectiveAdj(row) == -1000 ? .disabled : nil
  }

  /// Why `oom_badness()` itself has no points for a process that is neither init nor a kernel thread.
  func exemption(_ row: Int) -> Ineligible? {
    if rules.badness.isLegacy {
      return rules.selection.hasOOMDisable && oomAdj(row) == -17 ? .oomAdjDisabled : nil
    }
    if effectiveAdj(row) == -1000 { return .disabled }
    if rules.badness.exemptsWholeMM, !sharers.isEmpty,
      usersOfMM(row).contains(where: isDisabledSharer)
    {
      return .sharerDisabled
    }
    if rules.badness.sparesVforkChildren, flags[row].contains(.inVfork) { return .inVfork }
    return nil
  }

  /// Whether `oom_badness()` has points for a process; it does not ask whether somebody is dying.
  func hasBadness(_ row: Int) -> Bool {
    pids[row] != 1 && !isKernelThread(row) && exemption(row) == nil
  }

}

extension RulesByRelease {
  /// Which tasks the scan looks at.
  @_optimize(none)
  static var candidates: [RuleChange] {
    [
      RuleChange(
        .candidates, "2.6.11",
        "Every thread of every process, kernel threads with 0 points, but not pid 1.",
        "mm/oom_kill.c", "select_bad_process()"),
      RuleChange(
        .candidates, "2.6.19", "Tasks without an address space are passed over.",
        "mm/oom_kill.c", "select_bad_process()",
        hurts: "user processes, where a kernel thread would have been chosen in vain"
      ) { $0.selection.kernelThreadsTakePart = false },
      RuleChange(
        .candidates, "2.6.32",
        "Processes, by their leaders; one whose main thread has exited is not seen.",
        "mm/oom_kill.c", "select_bad_process()", commit: "495789a51a9",
        hurts: "processes as a whole: CPU time of all threads counts", isSimulated: false),
      RuleChange(
        .candidates, "2.6.36",
        "A process whose main thread has exited is seen by any other thread.",
        "mm/oom_kill.c", "find_lock_task_mm()", commit: "dd8e8f405ca",
        hurts: "processes without a main thread", isSimulated: false),
      RuleChange(
        .candidates, "2.6.39",
        "Every thread, again; all threads of a process have the same points.",
        "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular", isSimulated: false),
      RuleChange(
        .candidates, "4.7", "Processes, by their leaders.",
        "mm/oom_kill.c", "select_bad_process()", hurts: "nobody in particular", asBefore: true),
    ]
  }
}
