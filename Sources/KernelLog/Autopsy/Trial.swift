internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Replays a report under everything that it leaves open, and compares.
struct Trial {
  struct Prediction: Equatable {
    var release: KernelRelease
    var assumption: Assumption
    var kill: Kill?
    var panic: Panic?

    /// The process that selection took.
    var pid: Int64? { kill.map { Int64($0.victim.pid) } }
  }

  struct Finding {
    var verdict: Autopsy.Verdict
    var why: String
    var prediction: Prediction?
  }

  let facts: ReportFacts
  let killedBefore: [Int64: KillLine]
  /// Why the row of the one that died cannot be believed, or rows have to be missing.
  let damagedRow: String?

  init(_ facts: ReportFacts, killedBefore: [Int64: KillLine], damagedRow: String? = nil) {
    self.facts = facts
    self.killedBefore = killedBefore
    self.damagedRow = damagedRow
  }

  var report: OOMReport { facts.report }
  var rows: [TaskTable.Row] { report.table?.rows ?? [] }

  /// Runs the report's scenario by the rules of a release.
  func predict(_ assumption: Assumption) -> Prediction {
    let scenario = facts.scenario(assumption)
    let run = Simulator(for: scenario).run(valid: scenario)
    return Prediction(
      release: assumption.release, assumption: assumption, kill: run.kills.first, panic: run.panic)
  }

  /// The ends of what `totalpages` may be, for each release that selects in its own way; newest first.
  var assumptions: [Assumption] {
    facts.releases.reversed().flatMap { release in
      totals.map {
        Assumption(release: release, memory: $0.memory, swap: $0.swap, groupMax: $0.groupMax)
      }
    }
  }

  private var totals: [(memory: Int64, swap: Int64, groupMax: Int64?)] {
    let estimate = facts.totalpages
    let ends = estimate.isExact ? [estimate.low] : [estimate.low, estimate.high]
    if facts.isMemcg {
      let memory = max(estimate.memory ?? 0, 1 << 18)
      guard let limit = report.limits.memory?.limit.map({ facts.pages($0) }) else {
        // All of what is not known is taken for the limit.
        return ends.map { (max(memory, $0), 0, $0) }
      }
      if let swap = estimate.swap { return [(max(memory, limit), swap, nil)] }
      return ends.map { (max(memory, limit), max($0 - limit, 0), nil) }
    }
    let swap = estimate.swap ?? 0
    if facts.limitedNodes != nil, let memory = estimate.memory { return [(memory, swap, nil)] }
    return ends.map { (max($0 - swap, 1), swap, nil) }
  }

  // MARK: The verdict

  func decide() -> Finding {
    let assumptions = self.assumptions
    if facts.rules.badness.isLegacy {
      return Finding(
        verdict: .undetermined, why: "the table lacks \(facts.missingColumns.joined())",
        prediction: nil)
    }
    let predictions = assumptions.map(predict)
    guard let first = predictions.first else {
      return Finding(verdict: .undetermined, why: "no release has these forms", prediction: nil)
    }
    if report.chosen == nil { return withoutVictim(predictions) }
    if let missing = missingVictim {
      return Finding(verdict: .undetermined, why: missing, prediction: first)
    }
    if facts.constraint == nil, let constraint = report.scope.constraint {
      return Finding(
        verdict: .undetermined,
        why: "'\(constraint)' is no constraint of a release: what decided is not in the report",
        prediction: first)
    }
    if let damagedRow {
      return Finding(verdict: .undetermined, why: damagedRow, prediction: first)
    }
    let agreeing = predictions.filter(agrees)
    if agreeing.count == predictions.count { return matched(first) }
    if facts.totalpages.takesSwapForUsed, let supposed = supposed(predictions) { return supposed }
    if let best = agreeing.first { return disputed(best, predictions) }
    return unexplained(first)
  }

  /// A match by the swap that the group was in, where more swap in the host would have changed the choice.
  private func supposed(_ predictions: [Prediction]) -> Finding? {
    let least = predictions.map { $0.assumption.swap }.min()
    let usual = predictions.filter { $0.assumption.swap == least }
    guard usual.allSatisfy(agrees), let first = usual.first else { return nil }
    return matched(
      first,
      because: Self.why(first.kill)
        + ", if the host has no more swap than the group was in, \(facts.swapUsage) pages")
  }

  /// The prediction at the other end of what `totalpages` may be.
  func otherEnd(of prediction: Prediction) -> Prediction? {
    let ends = assumptions.filter { $0.release == prediction.release }
    let mine = prediction.assumption
    guard
      var other = ends.last(where: {
        ($0.memory, $0.swap, $0.groupMax ?? 0) != (mine.memory, mine.swap, mine.groupMax ?? 0)
      })
    else { return nil }
    (other.left, other.vforked, other.swapoff) = (mine.left, mine.vforked, mine.swapoff)
    other.hasGroups = mine.hasGroups
    return predict(other)
  }

  /// Whether a prediction is what the log says.
  private func agrees(_ prediction: Prediction) -> Bool {
    guard let row = facts.chosenRow, let pid = prediction.pid else { return false }
    return pid == rows[row].pid
  }

  /// A match, unless a part of the table cannot be read.
  private func matched(_ prediction: Prediction, because reason: String? = nil) -> Finding {
    if report.table?.isShortened == true {
      return Finding(
        verdict: .undetermined, why: "the task table was shortened", prediction: prediction)
    }
    if report.unreadableRows > 0 {
      let rows = report.unreadableRows == 1 ? "1 row" : "\(report.unreadableRows) rows"
      let reason = report.unreadable.map { ": \($0.reason)" } ?? ""
      return Finding(
        verdict: .undetermined, why: "\(rows) of the task table cannot be read\(reason)",
        prediction: prediction)
    }
    let why = reason ?? Self.why(prediction.kill)
    return Finding(verdict: .match, why: why, prediction: prediction)
  }

  private static func why(_ kill: Kill?) -> String {
    guard let kill, let decision = kill.decision else { return "the rules choose it, too" }
    switch decision.chosen {
    case .allocatingTask: return "it asked, and vm.oom_kill_allocating_task is set"
    case .swapoff: return "it runs swapoff"
    default: break
    }
    guard let runnerUp = decision.runnerUp else {
      return "the rules choose it, too: the only candidate"
    }
    if runnerUp.points == kill.victim.points {
      return
        "the rules choose it, too: of equals the \(decision.equalsReplace ? "last" : "first") visited"
    }
    return "the rules choose it, too"
  }

  private func withoutVictim(_ predictions: [Prediction]) -> Finding {
    let first = predictions[0]
    switch report.ending {
    case .panicOnOOM:
      return Finding(
        verdict: predictions.allSatisfy { $0.panic?.why == .panicOnOOM } ? .match : .mismatch,
        why: "nobody is chosen: \(OOMReport.Ending.panicOnOOM.rawValue)", prediction: first)
    case .nobody, .deadlocked:
      let isNobody = predictions.map { $0.kill == nil }
      if isNobody.allSatisfy({ $0 }) {
        return report.unreadableRows > 0 || report.table?.isShortened == true
          ? matched(first)
          : Finding(
            verdict: .match, why: "nobody in the table can be chosen, as the log says",
            prediction: first)
      }
      let someone = predictions.first { $0.kill != nil } ?? first
      let name = someone.kill.map { "\($0.victim.pid) (\($0.victim.name))" } ?? ""
      // Victims that the reaper has given up stay in the table and are passed over: MMF_OOM_SKIP, since 4.9.
      let mayHaveBeenKilled = someone.release.upstream >= "4.9"
      let why =
        mayHaveBeenKilled
        ? "nobody could be killed, but whether \(name) and others had been killed before and were passed over "
          + "is not in the table"
        : "the log says that nobody could be killed, the rules choose \(name)"
      return Finding(
        verdict: mayHaveBeenKilled ? .undetermined : .mismatch, why: why + development,
        prediction: someone)
    case .exiting, nil:
      return Finding(
        verdict: .undetermined,
        why: "the log does not say who was killed: it ends before that line",
        prediction: first)
    }
  }

  /// What of the victim the report lacks.
  private var missingVictim: String? {
    guard let chosen = report.chosen else { return nil }
    if report.isAllocatingTask, facts.invokerRow == nil {
      return "the invoker, which vm.oom_kill_allocating_task kills, is not in the report"
    }
    guard let row = facts.chosenRow else {
      let cut = report.table?.isShortened == true ? ", which was shortened" : ""
      return "the victim, \(chosen.pid) (\(chosen.name)), is not in the task table\(cut)"
    }
    if facts.rules.kill.child == .none, let kill = report.kills.first, kill.pid != chosen.pid,
      kill.pid != rows[row].pid, kill.pid != rows[row].tgid
    {
      return
        "the log names two victims: \(chosen.pid) (\(chosen.name)) and \(kill.pid) (\(kill.name))"
    }
    return nil
  }

  /// A kernel of nobody's release.
  var development: String {
    guard let release = report.release else { return "" }
    guard release.isDevelopment else { return "" }
    return
      "; \(release.text) is a development kernel, whose rules need not be those of \(release.upstream)"
  }

  // MARK: What is open

  /// What of `totalpages` the report lacks.
  private var missingTotal: String {
    if !facts.isMemcg { return "the size of the machine" }
    return report.limits.memory?.limit == nil ? "the limit of the group" : "the swap of the host"
  }

  /// The predictions differ by what the report leaves open.
  private func disputed(_ best: Prediction, _ predictions: [Prediction]) -> Finding {
    func name(_ prediction: Prediction) -> String {
      prediction.kill.map { "\($0.victim.pid) (\($0.victim.name))" } ?? "nobody"
    }
    let sameRelease = predictions.filter { $0.release == best.release }
    if let other = sameRelease.first(where: { !agrees($0) }) {
      let isSmall = best.kill?.decision?.totalpages ?? 0 < other.kill?.decision?.totalpages ?? 0
      let (small, large) = isSmall ? (best, other) : (other, best)
      return Finding(
        verdict: .undetermined,
        why:
          "totalpages is not in the report (\(missingTotal)): if it is small it is \(name(small)), "
          + "if it is large \(name(large))",
        prediction: best)
    }
    let other = predictions.first { !agrees($0) } ?? best
    return Finding(
      verdict: .undetermined,
      why:
        "the release is not in the report: by the rules of \(best.release) it is \(name(best)), by those "
        + "of \(other.release) \(name(other))",
      prediction: best)
  }

  /// No prediction is what the log says: something that no table shows, or a contradiction.
  private func unexplained(_ first: Prediction) -> Finding {
    if let finding = passedOver(first) { return finding }
    if let missing = unreadInput(first) {
      return Finding(verdict: .undetermined, why: missing, prediction: first)
    }
    return Finding(verdict: .mismatch, why: contradiction(first) + development, prediction: first)
  }

  private func contradiction(_ first: Prediction) -> String {
    guard let row = facts.chosenRow else { return "" }
    let task = rows[row]
    guard let kill = first.kill else {
      return "the rules choose nobody, the kernel chose \(task.pid) (\(task.name))"
    }
    // The least that totalpages can be gives no points that could be quoted.
    let points = facts.totalpages.isExact ? " with \(kill.victim.points) points" : ""
    return
      "the rules choose \(kill.victim.pid) (\(kill.victim.name))\(points), "
      + "the kernel chose \(task.pid) (\(task.name))" + unseen(kill.victim, task, first)
  }

  /// What would explain a choice and is in no table, in the rules of a release.
  private func unseen(
    _ expected: Candidate, _ chosen: TaskTable.Row, _ prediction: Prediction
  ) -> String {
    let isSpared = RulesByRelease.rules(of: prediction.release).badness.sparesVforkChildren
    return "; whether \(chosen.name) ran swapoff"
      + (isSpared ? ", or \(expected.name) was in vfork()," : "") + " is in no table"
  }
}

extension KernelRelease {
  /// Between two releases, or with patches of its own.
  var isDevelopment: Bool {
    ["-next-", "-mm", "-rc"].contains { text.mentions($0) } || text.hasSuffix("+")
  }
}
