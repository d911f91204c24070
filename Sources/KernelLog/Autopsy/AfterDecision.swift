internal import OOMFormats
internal import OOMSimulator

/// What a log has after the decision: who died too, what was not given back, and how it ended.
package struct AfterDecision: Equatable, Sendable {
  package enum What: String, Sendable {
    /// A process that uses the victim's memory: it died, too, or it keeps the memory.
    case sharer
    /// A process of a group that died as a whole.
    case oomGroup = "oom_group"
    /// What the reaper left of a victim, or that it could not take anything.
    case reaper
    case panic
    /// Reports or lines that were not printed, behind the last report of a log.
    case suppressed
  }

  package var what: What
  package var line: Int?
  package var pid: Int64?
  package var name: String?
  package var text: String

  /// All of it, in the order in which a kernel logs it.
  package static func all(of report: OOMReport) -> [AfterDecision] {
    var found: [AfterDecision] = []
    for sharer in report.sharers {
      let text =
        sharer.kind == .killed
        ? "uses the victim's memory and was killed, too"
        : "uses the victim's memory and was not killed: until it exits nothing is given back"
      found.append(Self(.sharer, sharer.line, sharer.pid, sharer.name, text))
    }
    found += members(of: report)
    for reaped in report.reaped {
      let left = reaped.anon &+ reaped.file &+ reaped.shmem
      found.append(
        Self(
          .reaper, reaped.line, reaped.pid, reaped.name,
          "the reaper took its memory and left \(SizeFormat.binary(max(left, 0)))"))
    }
    for failure in report.unreaped {
      found.append(
        Self(
          .reaper, failure.line, failure.pid, failure.name,
          "the reaper could not take its memory: nothing was given back until it exited"))
    }
    switch report.ending {
    case .panicOnOOM, .deadlocked:
      found.append(Self(.panic, nil, nil, nil, report.ending?.rawValue ?? ""))
    case .nobody, .exiting, nil: break
    }
    if let line = report.initPanic {
      found.append(
        Self(
          .panic, line, 1, nil,
          "the kernel panicked: init was killed, and nothing can run without it"))
    }
    for lines in report.suppressedBehind {
      let what =
        lines.reports.map { "\($0) OOM report\($0 == 1 ? "" : "s") of later kills" }
        ?? "lines of the log"
      found.append(
        Self(.suppressed, lines.line, nil, nil, "\(what) were not printed: \(lines.text)"))
    }
    return found
  }

  /// The kill lines behind the first, of a group that died as a whole: they are not kills of their own. The victim is
  /// among them once more.
  private static func members(of report: OOMReport) -> [AfterDecision] {
    guard let group = report.oomGroup else { return [] }
    let victim = report.kills.first?.pid
    return report.kills.dropFirst().filter { $0.pid != victim }.map {
      Self(.oomGroup, $0.line, $0.pid, $0.name, "died with its group, \(group): memory.oom.group")
    }
  }

  private init(_ what: What, _ line: Int?, _ pid: Int64?, _ name: String?, _ text: String) {
    (self.what, self.line, self.pid, self.name, self.text) = (what, line, pid, name, text)
  }
}
