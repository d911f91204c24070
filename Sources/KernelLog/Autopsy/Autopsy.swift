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

  /// What a number is at least, and at most where anything bounds it.
  package struct OpenRange: Equatable, Sendable {
    package var low: Int64
    package var high: Int64?
    /// The printed score says so.
    package var isByScore = false
  }

  /// A process that an earlier report of the log killed, and that still had memory.
  package struct Pending: Equatable, Sendable {
    package var row: TaskTable.Row
    /// The line of its kill.
    package var line: Int
  }

  package var report: OOMReport
  /// Earlier victims whose memory was not back.
  package var pending: [Pending]
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
  /// Between what it lies, where the log leaves it open; the upper end is nil where nothing bounds it.
  package var totalpagesRange: OpenRange?
  /// The pid and name that the kernel selected; the process that died may be a child of it.
  package var logged: OOMReport.Chosen?
  /// The kill that the rules predict; nil when they choose nobody or nothing can be said.
  package var kill: Kill?
  /// The same kill at the other end of what `totalpages` may be; nil where it is one number.
  package var killAtMost: Kill?
  /// What the log says twice, held against itself.
  package var evidence: Evidence
  package var verdict: Verdict
  package var why: String
  /// What the report cannot tell, besides what decides the verdict.
  package var unknowns: [String]
  /// What the scenario of the report expects; nil without a table.
  private var prediction: Trial.Prediction?
  /// What a badness of one's own chooses; nil where none was given, or without a table.
  package var own: OwnChoice?

  /// Examines the reports of one log, in order.
  package static func of(_ reports: [OOMReport]) -> [Autopsy] {
    var killed: [Int64: KillLine] = [:]
    return reports.map { report in
      let autopsy = Autopsy(of: report, killedBefore: killed)
      for kill in report.kills { killed[kill.pid] = kill }
      return autopsy
    }
  }

  /// - Parameter killed: the processes that died in earlier reports of the log, by pid: a victim that is still in the table is
  ///   passed over.
  package init(of report: OOMReport, killedBefore killed: [Int64: KillLine] = [:]) {
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
    if totalpagesFrom != .unknown, !facts.totalpages.isExact {
      let high = facts.totalpages.high
      totalpagesRange = OpenRange(
        low: facts.totalpages.low, high: high >= TotalpagesEstimate.most ? nil : high,
        isByScore: facts.totalpages.isByScore)
    }
    evidence = Evidence(facts, isFirst: killed.isEmpty)
    pending = (report.table?.rows ?? []).compactMap { row in
      guard let kill = killed[row.pid], kill.name == row.name, row.rss > 0,
        row.pid != report.chosen?.pid
      else { return nil }
      return Pending(row: row, line: kill.line)
    }
    verdict = .undetermined
    why = ""
    unknowns = []
    if let problem = Self.tableProblem(report) {
      why = problem
      return
    }
    let trial = Trial(
      facts, killedBefore: killed, damagedRow: evidence.damagedRow ?? evidence.missingRows)
    let finding = trial.decide()
    verdict = finding.verdict
    why = finding.why
    kill = finding.prediction?.kill
    prediction = finding.prediction
    if let prediction {
      ruleSet = RuleSet.of(prediction.release).key
      killAtMost = trial.otherEnd(of: prediction)?.kill
    }
    unknowns = facts.unknowns
    if verdict == .match, let reason = evidence.scoreReason { why += "; \(reason)" }
  }

  /// The report as a scenario that expects what is predicted; nil without a table.
  ///
  /// - Complexity: O(*n*) for *n* tasks: it is made anew.
  package var scenario: Scenario? {
    guard let prediction else { return nil }
    return Trial(ReportFacts(report), killedBefore: [:]).scenario(of: prediction)
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

  /// What the kernel would have printed as the score of the prediction: thousandths of totalpages, to 5.0; nil where it
  /// depends on what the log leaves open.
  package var predictedScore: Int128? {
    guard let kill, let decision = kill.decision, totalpagesFrom != .unknown else { return nil }
    let score = ReportFacts.score(points: kill.victim.points, decision.arithmetic)
    guard let killAtMost, let other = killAtMost.decision else { return score }
    let most = ReportFacts.score(points: killAtMost.victim.points, other.arithmetic)
    return score == most ? score : nil
  }

  /// The points of the prediction; nil where they depend on what the log leaves open. From 2.6.36 to 3.5 the score that
  /// a log prints is the points.
  package var points: Int128? {
    guard let kill, let decision = kill.decision else { return nil }
    let isOpen = totalpagesFrom == .unknown && killAtMost == nil
    if !isOpen, killAtMost.map({ $0.victim.points == kill.victim.points }) ?? true {
      return kill.victim.points
    }
    guard decision.arithmetic.unit == .thousandths, let score = logged?.score,
      logged?.pid == Int64(kill.victim.pid)
    else { return nil }
    return Int128(score)
  }
}
