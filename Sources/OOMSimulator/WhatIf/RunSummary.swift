/// What a run comes to, in a line: one cell of a table of what-ifs.
package struct RunSummary: Equatable, Sendable {
  /// The process that dies first, which is the child where a release kills it in its victim's stead; nil when none does.
  package var first: ProcessIdentity?
  /// Nil when nobody dies.
  package var firstAt: Microseconds?
  /// OOM kills, each of one process or of several.
  package var kills: Int
  /// Requests that got ENOMEM, and the process that made the first one; nil for a tmpfs write.
  package var refused: Int
  package var firstRefused: ProcessIdentity?
  package var firstRefusedAt: Microseconds?
  /// Growth that can never go on.
  package var stuck: Int
  package var outcome: Run.Outcome
  /// When the machine ended; nil when it did not.
  package var panicAt: Microseconds?
  package var end: Microseconds
  package var warnings: [Warning]
  /// That of the run.
  package var digest: UInt64
  /// What it took.
  package var effort: Int64

  package init(of run: Run) {
    first = run.kills.first?.dyingFirst
    firstAt = run.kills.first?.at
    kills = run.kills.count
    refused = run.refused.count
    firstRefused = run.refused.first?.process
    firstRefusedAt = run.refused.first?.at
    stuck = run.stuck.count
    outcome = run.outcome
    panicAt = run.panic?.at
    end = run.end
    warnings = run.warnings
    digest = run.digest
    effort = run.effort
  }
}
