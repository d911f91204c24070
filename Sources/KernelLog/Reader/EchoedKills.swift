/// Kill lines that another program has written once more: abrt, a monitor of logs, `logger`.
///
/// Such a line stands alone, behind the kernel's own report of the same kill. A kernel that kills a process of that pid and
/// name again says what asked for memory, or has other numbers.
enum EchoedKills {
  private struct Victim: Hashable {
    var host: String
    var pid: Int64
    var name: String

    init(_ kill: KillLine, of report: OOMReport) {
      host = report.host
      pid = kill.pid
      name = kill.name
    }
  }

  /// - Parameter reports: in the order of the log.
  /// - Returns: those without the echoes.
  static func removed(from reports: [OOMReport]) -> [OOMReport] {
    guard reports.count > 1 else { return reports }
    var killed: [Victim: KillLine] = [:]
    return reports.filter { report in
      if isAlone(report), let kill = report.kills.first,
        let first = killed[Victim(kill, of: report)], isSame(kill, first)
      {
        return false
      }
      if report.table != nil {
        for kill in report.kills { killed[Victim(kill, of: report)] = kill }
      }
      return true
    }
  }

  /// Nothing but the kill is told.
  private static func isAlone(_ report: OOMReport) -> Bool {
    report.kills.count == 1 && report.table == nil && report.invoker == nil
      && report.callers.isEmpty && report.limits == MemcgLimits() && report.memory == MemoryInfo()
      && report.scope.constraint == nil && report.reaped.isEmpty && report.sharers.isEmpty
  }

  /// Whether no number is another one.
  private static func isSame(_ kill: KillLine, _ first: KillLine) -> Bool {
    func agree<Value: Equatable>(_ one: Value?, _ other: Value?) -> Bool {
      one == nil || other == nil || one == other
    }
    return agree(kill.totalVM, first.totalVM) && agree(kill.anon, first.anon)
      && agree(kill.file, first.file) && agree(kill.shmem, first.shmem)
      && agree(kill.uid, first.uid) && agree(kill.oomScoreAdj, first.oomScoreAdj)
  }
}
