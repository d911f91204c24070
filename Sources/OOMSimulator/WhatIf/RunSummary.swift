/// What a run comes to, in a line: one cell of a table of what-ifs.
public struct RunSummary: Equatable, Sendable {
  /// The process that dies first, which is the child where a release kills it in its victim's stead; nil when none does.
  public var first: ProcessIdentity?
  /// Microseconds; nil when nobody dies.
  public var firstAt: Int64?
  /// OOM kills, each of one process or of several.
  public var kills: Int
  /// Requests that got ENOMEM, and the process that made the first one; nil for a tmpfs write.
  public var refused: Int
  public var firstRefused: ProcessIdentity?
  public var firstRefusedAt: Int64?
  /// Growth that can never go on.
  public var stuck: Int
  public var outcome: Run.Outcome
  /// When the machine ended; nil when it did not.
  public var panicAt: Int64?
  /// Microseconds.
  public var end: Int64
  public var warnings: [Warning]
  /// That of the run.
  public var digest: UInt64

  public init(of run: Run) {
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
  }
}
