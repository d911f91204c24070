/// What `/proc/PID/oom_adj` shows of an `oom_score_adj`, since 2.6.36.
///
/// Kernel: fs/proc/base.c, `oom_score_adj_write()` to 3.7, `oom_adj_read()` since 3.8.
package enum OOMAdjFile: Equatable, Sendable {
  /// -17 for -1000, else `oom_score_adj × 15 / 1000`, worked out when it is written: 2.6.36 to 3.7.
  case steps15
  /// 15 for 1000, else `oom_score_adj × 17 / 1000`: 3.8 to 5.9, where 999 reads as 16.
  case steps17
  /// The same, not above 15: since 5.10.
  case steps17AtMost15
}

/// What reading the old file shows; rounded towards zero, so that a round trip loses.
package func readOOMAdj(_ oomScoreAdj: Int16, _ file: OOMAdjFile) -> Int16 {
  switch file {
  case .steps15: oomScoreAdj == -1000 ? -17 : Int16(Int(oomScoreAdj) * 15 / 1000)
  case .steps17: oomScoreAdj == 1000 ? 15 : Int16(Int(oomScoreAdj) * 17 / 1000)
  case .steps17AtMost15: min(readOOMAdj(oomScoreAdj, .steps17), 15)
  }
}

/// The `oom_score_adj` that writing the old file sets since 2.6.36: 1000 for 15, else `value × 1000 / 17`.
///
/// Kernel: `oom_adj_write()`, fs/proc/base.c.
///
/// - Parameter oomAdj: -17 to 15.
package func oomScoreAdj(writing oomAdj: Int16) -> Int16 {
  oomAdj == 15 ? 1000 : Int16(Int(oomAdj) * 1000 / 17)
}

extension RulesByRelease {
  /// What `/proc/PID/oom_adj` shows and takes.
  @_optimize(none)
  static var oomAdj: [RuleChange] {
    [
      RuleChange(
        .oomAdj, "2.6.11", "The setting itself, -16 to 15; every write needs CAP_SYS_RESOURCE.",
        "fs/proc/base.c", "oom_adjust_write()"),
      RuleChange(
        .oomAdj, "2.6.12", "-17 disables; raising is free since 2.6.20.", "fs/proc/base.c",
        "oom_adjust_write()", commit: "79befd0c08c", hurts: "nobody", follows: .disabled),
      RuleChange(
        .oomAdj, "2.6.36",
        "Written: sets oom_score_adj to value × 1000 / 17, 1000 for 15. Read: × 15 / 1000.",
        "fs/proc/base.c", "oom_adjust_write()", commit: "a63d83f427f",
        hurts: "scripts: a round trip loses"
      ) { $0.proc.oomAdj = .steps15 },
      RuleChange(
        .oomAdj, "3.8", "Read: oom_score_adj × 17 / 1000, 15 for 1000.", "fs/proc/base.c",
        "oom_adj_read()", hurts: "scripts: 999 reads as 16",
        evidence: .inferred("3.6.5 and 3.8.13"),
        adds: true
      ) { $0.proc.oomAdj = .steps17 },
      RuleChange(
        .oomAdj, "5.10", "Read: not above 15.", "fs/proc/base.c", "oom_adj_read()", hurts: "nobody",
        adds: true
      ) { $0.proc.oomAdj = .steps17AtMost15 },
    ]
  }
}
