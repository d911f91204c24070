/// Why a process cannot be chosen.
///
/// Kernel: `oom_unkillable_task()` and the first tests of `oom_badness()`, mm/oom_kill.c.
public enum Ineligible: String, Sendable {
  /// Kernel: `is_global_init()`.
  case globalInit = "global init"
  /// Kernel: `PF_KTHREAD`.
  case kernelThread = "kernel thread"
  /// Kernel: `OOM_SCORE_ADJ_MIN`.
  case disabled = "oom_score_adj is -1000"
  /// Killed already, its memory not back yet. Kernel: `tsk_is_oom_victim()`.
  case dying = "already dying"
}

/// Why a process is no candidate, nil when it is one.
///
/// Kernel: `oom_evaluate_task()`, mm/oom_kill.c. A victim whose memory is not back yet also ends the
/// whole scan: see `outOfMemory`.
func oomEvaluateTask(
  pid: Int32, isKernelThread: Bool, isDying: Bool, oomScoreAdj: Int16
) -> Ineligible? {
  if pid == 1 { return .globalInit }
  if isKernelThread { return .kernelThread }
  if isDying { return .dying }
  if oomScoreAdj == -1000 { return .disabled }
  return nil
}
