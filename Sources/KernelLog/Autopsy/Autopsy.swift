internal import OOMFormats
package import OOMSimulator

/// What the rules say of one report of a kernel: the process they choose from the report's own table, and whether
/// the kernel chose the same.
///
/// The prediction is a replay: the report as a scenario, `scenario`, run by the simulator.
package struct Autopsy: Equatable, Sendable {
  package enum Verdict: String, Sendable {
    /// The rules choose the process that the kernel chose, whatever the report leaves open.
    case match
    /// They choose somebody else.
    case mismatch
    /// The report lacks what the rules need; `why` names it.
    case undetermined
  }

  /// Where `totalpages` comes from. The kernel does not print the sum itself.
  package enum Origin: String, Sendable {
    /// Every part of it is in the report.
    case log
    /// Worked out from the printed score, or with a part taken for 0.
    case inferred
    case unknown
  }

  package var report: OOMReport
  /// The release, or the range that the forms allow: `5.4..5.8`.
  package var kernel: String
  package var isKernelStated: Bool
  /// Key of the rules that decide: those of the newest release of a range.
  package var ruleSet: String
  /// What has to be said of these rules.
  package var notes: [String]
  /// Nil where it is none that a release has.
  package var constraint: Constraint?
  package var cgroup: String?
  package var pageSize: Bytes
  package var totalpages: Int64?
  package var totalpagesFrom: Origin
  /// The pid and name that the kernel selected; the process that died may be a child of it.
  package var logged: OOMReport.Chosen?
  /// The kill that the rules predict; nil when they choose nobody or nothing can be said.
  package var kill: Kill?
  package var verdict: Verdict
  package var why: String
  /// What the report cannot tell, besides what decides the verdict.
  package var unknowns: [String]
  /// The report as a scenario that expects what is predicted; nil without a table.
  package var scenario: Scenario?

  /// Examines the reports of one log, in order.
  package static func of(_ reports: [OOMReport]) -> [Autopsy] {
    var killed: [Int64: String] = [:]
    return reports.map { report in
      let autopsy = Autopsy(of: report, killedBefore: killed)
      for kill in report.kills { killed[kill.pid] = kill.name }
      return autopsy
    }
  }

  /// - Parameter killed: the processes that died in earlier reports of the log, by pid: a victim that is still in the table is
  ///   passed over.
  package init(of report: OOMReport, killedBefore killed: [Int64: String] = [:]) {
    let facts = ReportFacts(report)
    self.report = report
    kernel = facts.kernelText
    isKernelStated = report.release != nil && !report.isReleaseByForm
    let release = facts.releases.last ?? .standard
    ruleSet = RuleSet.of(release).key
    notes = report.release == nil ? [] : release.notes.map { $0.text }
    constraint = facts.constraint
    cgroup = facts.isMemcg ? report.scope.domain : nil
    pageSize = facts.pageSize
    logged = report.chosen
    totalpages = facts.totalpages.value
    totalpagesFrom = facts.totalpages.origin
    verdict = .undetermined
    why = ""
    unknowns = []
    if let reason = Self.tableProblem(report) {
      why = reason
      return
    }
    var trial = Trial(facts, killedBefore: killed)
    let finding = trial.decide()
    verdict = finding.verdict
    why = finding.why
    kill = finding.prediction?.kill
    scenario = finding.prediction.map { trial.scenario(of: $0) }
    if let prediction = finding.prediction {
      ruleSet = RuleSet.of(prediction.release).key
    }
    unknowns = facts.unknowns
  }

  /// Why nothing can be said from the table; nil where it can. A table without rows is one: there was nobody.
  private static func tableProblem(_ report: OOMReport) -> String? {
    guard let table = report.table else {
      let ending = report.ending == .panicOnOOM ? ": \(OOMReport.Ending.panicOnOOM.rawValue)" : ""
      return "the report has no task table\(ending)"
    }
    if table.isHeaderMissing {
      return
        "the header of the task table is missing: what the columns of its \(table.rows.count) rows mean is not in the log"
    }
    let isNobody = report.ending == .nobody || report.ending == .deadlocked
    if table.rows.isEmpty, !isNobody || report.unreadableRows > 0 {
      return report.unreadable.map { "the rows of the task table cannot be read: \($0.reason)" }
        ?? (table.isShortened
          ? "the task table was shortened: no row is left" : "the task table has no rows")
    }
    return nil
  }

  /// What the kernel would have printed as the score of the prediction: thousandths of totalpages, to 5.0.
  package var predictedScore: Int128? {
    guard let kill, let decision = kill.decision, totalpagesFrom != .unknown else { return nil }
    return ReportFacts.score(points: kill.victim.points, decision.arithmetic)
  }
}
