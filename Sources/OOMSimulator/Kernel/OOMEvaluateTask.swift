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

  func isDisabledSharer(_ row: Int) -> Bool {
    effectiveAdj(row) == -1000 && hasNotExited(row)
  }

  /// `oom_score_adj` as the badness of the release reads it.
  func effectiveAdj(_ row: Int) -> Int16 {
    rules.selection.swapoff == .ownAdj && flags[row].contains(.swapoff) ? 1000 : oomScoreAdj[row]
  }

  /// `oom_adj` of a process; where the scenario gives `oom_score_adj` alone, what reading the old file
  /// would have shown.
  func oomAdj(_ row: Int) -> Int16 {
    if !legacy.isEmpty, let own = legacy[row]?.oomAdj { return own }
    let read = readOOMAdj(oomScoreAdj[row], .steps15)
    return rules.selection.hasOOMDisable ? read : max(read, -16)
  }
}

extension World {

  /// Whether the scan of a domain meets a victim whose memory is not back yet, which ends it: nobody else
  /// is killed until then.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c: `TIF_MEMDIE`; since 4.9 `oom_evaluate_task()`:
  /// `tsk_is_oom_victim()` without `MMF_OOM_SKIP`.
  func meetsDyingVictim(_ oc: OOMControl) -> Bool {
    tasks.dyingRows.contains {
      tasks.pids[$0] != 1 && !oc.foreign.contains($0)
        && groups.contains(Int(tasks.groups[$0]), in: oc.memcg ?? MemcgTree.root)
    }
  }
}

/// What a running swapoff does to the choice. The process brings the OOM on itself.
public enum SwapoffRule: Equatable, Sendable {
  /// Returned as soon as the scan meets it: 2.6.11 to 2.6.18.
  case returnedAtOnce
  /// All points there are, `ULONG_MAX`: 2.6.19 to 2.6.35. Kernel: `PF_SWAPOFF`, `PF_OOM_ORIGIN`.
  case maximum
  /// 1000 points, the most there are: 2.6.36 to 2.6.39.
  case thousandPoints
  /// swapoff writes 1000 into its own `oom_score_adj`: 3.0 to 3.7.
  case ownAdj
  /// Taken whatever its points are, the last of several, even at -1000: since 3.8. Kernel:
  /// `oom_task_origin()`.
  case origin
}
