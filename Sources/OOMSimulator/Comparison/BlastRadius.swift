/// How much the kills of a run destroy. Sizes are in pages.
public struct BlastRadius: Equatable, Sendable {
  /// OOM kills.
  public let kills: Int
  /// Processes that died in them.
  public let deaths: Int
  /// Memory and swap that came back.
  public let freedPages: Int64
  /// Microseconds; nil without a kill.
  public let firstKillAt: Int64?

  public init(of run: Run) {
    kills = run.kills.count
    deaths = run.kills.reduce(0) { $0 + $1.killed.count }
    freedPages = run.kills.reduce(0) { $0 &+ $1.freedPages }
    firstKillAt = run.kills.first?.at
  }
}
