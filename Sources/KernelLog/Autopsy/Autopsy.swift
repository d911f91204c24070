internal import OOMFormats
public import OOMSimulator

/// What the rules say of one report of a kernel: the process they choose from the report's own table, and whether
/// the kernel chose the same.
///
/// The prediction is a replay: the report as a scenario, `scenario`, run by the simulator.
public struct Autopsy: Equatable, Sendable {
  public enum Verdict: String, Sendable {
    /// The rules choose the process that the kernel chose, whatever the report leaves open.
    case match
    /// They choose somebody else.
    case mismatch
    /// The report lacks what the rules need; `why` names it.
    case undetermined
  }

  /// Where `totalpages` comes from. The kernel does not print the sum itself.
  public enum Origin: String, Sendable {
    /// Every part of it is in the report.
    case log
    /// Worked out from the printed score, or with a part taken for 0.
    case inferred
    case unknown
  }

  public var report: OOMReport
  /// The release, or the range that the forms allow: `5.4..5.8`.
  public var kernel: String
  public var isKernelStated: Bool
  /// Key of the rules that decide: those of the newest release of a range.
  public var ruleSet: String
  /// What has to be said of these rules.
  public var notes: [String]
  /// Nil where it is none that a release has.
  public var constraint: Constraint?
  public var cgroup: String?
  public var pageSize: Int64
  public var totalpages: Int64?
  public var totalpagesFrom: Origin
  /// The pid and name that the kernel selected; the process that died may be a child of it.
  public var logged: OOMReport.Chosen?
  /// The kill that the rules predict; nil when they choose nobody or nothing can be said.
  public var kill: Kill?
  public var verdict: Verdict
  public var why: String
  /// What the report cannot tell, besides what decides the verdict.
  public var unknowns: [String]
  /// The report as a scenario that expects what is predicted; nil without a table.
  public var scenario: Scenario?

  /// Examines the reports of one log, in order.
  public static func of(_ reports: [OOMReport]) -> [Autopsy] {
    var killed: [Int64: String] = [:]
    return reports.map { report in
      let autopsy = Autopsy(of: report, killedBefore: killed)
      for kill in report.kills { killed[kill.pid] = kill.name }
      return autopsy
    }
  }

  /// - Parameter killed: the processes that died in earlier reports of the log, by pid: a victim that is still in the table is
  ///   passed over.
  public init(of report: OOMReport, killedBefore killed: [Int64: String] = [:]) {
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
    guard let table = report.table, !table.rows.isEmpty else {
      why =
        report.ending == .panicOnOOM
        ? "the report has no task table: \(OOMReport.Ending.panicOnOOM.rawValue)"
        : "the report has no task table"
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

  /// What the kernel would have printed as the score of the prediction: thousandths of totalpages, to 5.0.
  public var predictedScore: Int128? {
    guard let kill, totalpagesFrom != .unknown else { return nil }
    return ReportFacts.score(points: kill.victim.points, kill.arithmetic)
  }
}
