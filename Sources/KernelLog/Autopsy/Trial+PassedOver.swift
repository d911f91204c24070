internal import OOMSimulator
internal import VictimSelection

// Why the kernel may have passed over a process with more points: what rules say of states that the table
// does not name, but that other lines or rows show; and what the table lacks altogether.

extension Trial {
  /// The prediction without the processes that the log itself shows to be no candidates.
  func passedOver(_ first: Prediction) -> Finding? {
    guard let chosen = facts.chosenRow else { return nil }
    var assumption = first.assumption
    var reasons: [String] = []
    let earlier = rows.indices.filter {
      $0 != chosen && killedBefore[rows[$0].pid]?.name == rows[$0].name
    }
    if !earlier.isEmpty {
      assumption.left = Set(earlier)
      reasons.append(
        "a process that was killed earlier in this log and is still there is passed over")
    }
    if let finding = retry(assumption, reasons) { return finding }
    if RulesByRelease.rules(of: first.release).badness.sparesVforkChildren {
      let twins = rowsInMemoryOfOthers(but: chosen)
      if !twins.isEmpty {
        assumption.vforked = twins
        let names = twins.sorted().prefix(3).map { "\(rows[$0].pid) (\(rows[$0].name))" }
        reasons.append(
          names.joined(separator: ", ")
            + " and its parent have the same memory to the page: a vfork child, "
            + "which is passed over")
        if let finding = retry(assumption, reasons) { return finding }
      }
    }
    if isOrigin(chosen) {
      assumption.vforked = []
      assumption.swapoff = chosen
      return retry(
        assumption, reasons + ["it runs swapoff, which is chosen whatever its points are"])
    }
    return nil
  }

  private func retry(_ assumption: Assumption, _ reasons: [String]) -> Finding? {
    guard !reasons.isEmpty, report.unreadableRows == 0, let chosen = facts.chosenRow else {
      return nil
    }
    let prediction = predict(assumption)
    guard prediction.pid == rows[chosen].pid else { return nil }
    return Finding(
      verdict: .match, why: reasons.joined(separator: "; "), prediction: prediction)
  }

  /// Rows whose memory is that of an earlier row in every column: a child of `vfork()` uses its parent's until
  /// it calls exec. Kernel: `in_vfork()`.
  private func rowsInMemoryOfOthers(but chosen: Int) -> Set<Int> {
    struct Memory: Hashable {
      var totalVM: Int64
      var rss: Int64
      var tables: Int64
      var swap: Int64
    }
    var seen: Set<Memory> = []
    var twins: Set<Int> = []
    for (index, row) in rows.enumerated() where row.rss > 0 {
      let memory = Memory(
        totalVM: row.totalVM, rss: row.rss, tables: row.pgtablesBytes ?? row.nrPTEs ?? 0,
        swap: row.swapents ?? 0)
      if !seen.insert(memory).inserted, index != chosen { twins.insert(index) }
    }
    return twins
  }

  /// It runs swapoff: by its name, or by a score beyond every scale. Kernel: `oom_task_origin()`.
  private func isOrigin(_ row: Int) -> Bool {
    if ["swapoff", "(sd-swapoff)"].contains(rows[row].name) { return true }
    return (report.chosen?.score ?? 0) >= Int64(UInt32.max)
  }

  /// What the rules read and the report lacks, when that can explain the kernel's choice; nil when nothing
  /// does.
  func unreadInput(_ first: Prediction) -> String? {
    guard let chosen = facts.chosenRow, let table = report.table else { return nil }
    let rules = RulesByRelease.rules(of: first.release)
    let name = "\(rows[chosen].pid) (\(rows[chosen].name))"
    if report.unreadableRows > 0 {
      return "\(report.unreadableRows) rows of the task table cannot be read"
    }
    if table.isShortened { return "the task table was shortened" }
    if !table.unknownColumns.isEmpty {
      return
        "the table has columns of no release (\(table.unknownColumns.joined(separator: ", "))): "
        + "what this kernel counts is not known"
    }
    let missing = facts.missingColumns
    if !missing.isEmpty, mayHaveMore(first, chosen) {
      return
        "the table lacks \(missing.joined(separator: " and ")): \(name) may have had more than it shows"
    }
    if let unprivileged = rootWithoutBonus(first), unprivileged.pid == rows[chosen].pid {
      let other = first.kill.map { "\($0.victim.pid) (\($0.victim.name))" } ?? "nobody"
      return
        "whether uid 0 has CAP_SYS_ADMIN, which it lacks in most containers, is not in the log: with it the rules "
        + "choose \(other), without it \(name)"
    }
    if let swapped = rowInLostSwap {
      return
        "swap was being turned off: \(swapped.pid) (\(swapped.name)) had more in it than was left: whether "
        + "\(name) ran swapoff, which is chosen whatever its points are, is not in the table"
    }
    if case .perMille? = rules.badness.rule, report.chosen?.score == 1000 {
      return "whether \(name) was exiting already, which 1000 points say, is not in the table"
    }
    if let kill = first.kill, facts.isMemcg, !rules.selection.memcgEqualsReplace,
      points(of: chosen, first) == kill.victim.points
    {
      return
        "\(name) and \(kill.victim.pid) (\(kill.victim.name)) have equal points, and the order in which a "
        + "memcg's tasks are visited is not in the table"
    }
    if let invoker = report.invoker, let pid = invoker.pid, !facts.hasRow(invoker) {
      return
        "\(pid) (\(invoker.name)), which asked, is not in the table: rows may be missing, as behind grep"
    }
    return nil
  }

  /// The prediction without root's bonus, where no score tells whether it was given.
  private func rootWithoutBonus(_ first: Prediction) -> Prediction? {
    let rules = RulesByRelease.rules(of: first.release)
    guard rules.badness.rootBonus != .none, !facts.rootHasNoBonus, report.chosen?.score == nil,
      rows.contains(where: { $0.uid == 0 })
    else { return nil }
    var unprivileged = facts
    unprivileged.rootHasNoBonus = true
    return Trial(unprivileged, killedBefore: killedBefore).predict(first.assumption)
  }

  /// A row with more pages in swap than the machine has: what swapoff has to read back is not counted in the total any
  /// more. Kernel: `swapoff()`, mm/swapfile.c.
  private var rowInLostSwap: TaskTable.Row? {
    guard !facts.isMemcg, let total = report.memory.totalSwap else { return nil }
    let pages = facts.pages(max(total, 0))
    return rows.first { ($0.swapents ?? 0) > pages }
  }

  /// Columns that are missing only add points: with the printed score the chosen process must not be below the
  /// one that is ahead in the table.
  private func mayHaveMore(_ first: Prediction, _ chosen: Int) -> Bool {
    guard let kill = first.kill, let decision = kill.decision else { return false }
    guard let score = report.chosen?.score, facts.totalpages.isExact else { return true }
    return Int128(score) >= ReportFacts.score(points: kill.victim.points, decision.arithmetic)
  }

  /// Points of a row under a prediction.
  private func points(of row: Int, _ prediction: Prediction) -> Int128? {
    let scenario = facts.scenario(prediction.assumption)
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let kill = simulator.run(valid: scenario).kills.first
    return kill?.decision?.candidates?.first { Int64($0.pid) == rows[row].pid }?.points
  }

  // MARK: The scenario

  /// The scenario of a prediction, with its groups where these change nothing, and with what it expects.
  func scenario(of prediction: Prediction) -> Scenario {
    var assumption = prediction.assumption
    assumption.hasGroups = true
    var result = predict(assumption)
    if result.pid != prediction.pid {
      assumption.hasGroups = false
      result = prediction
    }
    var scenario = facts.scenario(assumption)
    if let kill = result.kill {
      let growing = [Event.Unowned.kernel, .tmpfs].lazy.compactMap {
        facts.growing(scenario, filler: $0)
      }
      scenario =
        growing.first { Self.isSame(Simulator(for: $0).run(valid: $0), kill) } ?? scenario
    }
    var expectation = Expectation()
    expectation.panic = result.panic != nil
    expectation.kills = []
    if let kill = result.kill {
      let dead = kill.killed.first?.process ?? kill.victim.identity
      var expected = Expectation.ExpectedKill(process: .pid(dead.pid))
      expected.constraint = kill.decision?.constraint
      expected.cgroup = kill.decision?.cgroup
      if dead == kill.victim.identity, let points = Int64(exactly: kill.victim.points) {
        expected.points = points
      }
      expected.also = kill.killed.dropFirst().map { $0.process.name }
      if let logged = report.kills.first, logged.pid != Int64(dead.pid) {
        scenario.description.append(
          "The log says that \(logged.pid) was killed, and the rules take \(dead.pid) from its table: that is what is expected here."
        )
      }
      expectation.kills = [expected]
    }
    scenario.expectation = expectation
    return scenario
  }

  /// Whether a run comes to one kill only, with the same choice and for the same reasons.
  private static func isSame(_ run: Run, _ kill: Kill) -> Bool {
    guard run.kills.count == 1, run.panic == nil, let other = run.kills.first else { return false }
    return other.victim.pid == kill.victim.pid && other.victim.points == kill.victim.points
      && other.decision?.totalpages == kill.decision?.totalpages
      && other.decision?.constraint == kill.decision?.constraint
      && other.decision?.runnerUp?.pid == kill.decision?.runnerUp?.pid
      && other.killed.map { $0.process.pid } == kill.killed.map { $0.process.pid }
  }
}
