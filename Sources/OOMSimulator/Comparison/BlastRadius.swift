/// How much the kills of a run destroy. Sizes are in pages.
package struct BlastRadius: Equatable, Sendable {
  /// OOM kills.
  package let kills: Int
  /// Processes that died in them.
  package let deaths: Int
  /// Memory and swap that came back.
  package let freedPages: Int64
  /// Nil without a kill.
  package let firstKillAt: Microseconds?

  package init(of run: Run) {
    kills = run.kills.count
    deaths = run.kills.reduce(0) { $0 + $1.killed.count }
    freedPages = run.kills.reduce(0) { $0 &+ $1.freedPages }
    firstKillAt = run.kills.first?.at
  }
}
