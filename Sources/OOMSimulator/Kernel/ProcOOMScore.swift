package import VictimSelection

/// What `/proc/PID/oom_score` shows of the points.
///
/// Kernel: `proc_oom_score()`, fs/proc/base.c.
package enum OOMScoreFile: Equatable, Sendable {
  /// `badness()` as it is: to 2.6.35.
  case points
  /// Thousandths, as `oom_badness()` gives them: 2.6.36 to 3.4.
  case thousandths
  /// Points in thousandths of the machine's totals: 3.5 to 5.8.
  case ofTotal
  /// 0 to 2000 around the 666 of an idle process: since 5.9, commit 9066e5cfb73c.
  case centred
}

/// What `/proc/PID/oom_score` shows; 0 for a process that is no candidate.
///
/// Always by the machine's totals, inside a memcg, too; printed as an `unsigned long`, so that a sum that
/// wraps below 0 shows as a huge number.
///
/// - Parameters:
///   - points: badness by the machine's totals; nil when the process is no candidate.
///   - totalpages: RAM + swap in pages; 0 counts as 1.
package func procOOMScore(
  points: Int128?, totalpages: Int64, file: OOMScoreFile = .centred, word: WordBits = .bits64
) -> Int128 {
  guard let points else { return 0 }
  let total = max(totalpages, 1)
  switch (file, word) {
  case (.points, _), (.thousandths, _):
    return points
  case (.ofTotal, .bits64):
    return Int128(UInt64(truncatingIfNeeded: points) &* 1000 / UInt64(total))
  case (.ofTotal, .bits32):
    return Int128(
      UInt32(truncatingIfNeeded: points) &* 1000 / max(UInt32(truncatingIfNeeded: total), 1))
  case (.centred, .bits64):
    let thousandths = Int64(truncatingIfNeeded: points) &* 1000 / total
    return Int128(UInt64(bitPattern: (1000 &+ thousandths) &* 2 / 3))
  case (.centred, .bits32):
    // A total that does not fit the word is no machine's, but must not divide by 0 or overflow.
    let thousandths = (Int32(truncatingIfNeeded: points) &* 1000)
      .dividedReportingOverflow(by: Int32(truncatingIfNeeded: total)).partialValue
    return Int128(UInt32(bitPattern: (1000 &+ thousandths) &* 2 / 3))
  }
}

extension RulesByRelease {
  /// What `/proc/PID/oom_score` shows.
  @_optimize(none)
  static var oomScore: [RuleChange] {
    [
      RuleChange(
        .oomScore, "2.6.11", "The points as they are.", "fs/proc/base.c", "proc_oom_score()"),
      RuleChange(
        .oomScore, "2.6.36", "Thousandths, 0 to 1000.", "fs/proc/base.c", "proc_oom_score()",
        commit: "a63d83f427f", hurts: "scripts that read it", follows: .badness
      ) { $0.proc.oomScore = .thousandths },
      RuleChange(
        .oomScore, "3.5", "Points in thousandths of RAM + swap, in a memcg, too.", "fs/proc/base.c",
        "proc_oom_score()", hurts: "nobody in particular"
      ) { $0.proc.oomScore = .ofTotal },
      RuleChange(
        .oomScore, "5.9", "666 for an idle process, 0 to 2000.", "fs/proc/base.c",
        "proc_oom_score()",
        commit: "9066e5cfb73c", hurts: "monitoring with thresholds"
      ) { $0.proc.oomScore = .centred },
    ]
  }
}
