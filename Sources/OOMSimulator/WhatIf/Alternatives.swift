/// One setting of a scenario with other values, each of them replayed.
package struct Alternatives: Equatable, Sendable {
  package enum Setting: Equatable, Sendable {
    /// File: `MemTotal`. In pages.
    case memory
    /// File: `SwapTotal`. In pages.
    case swap
    /// File: `memory.max`, of version 1 `memory.limit_in_bytes`. In pages.
    case limit(cgroup: String)
    /// File: /proc/PID/oom_score_adj.
    case oomScoreAdj(ProcessIdentity)
  }

  package struct Answer: Equatable, Sendable {
    package var value: Int64
    package var run: Run
  }

  package var setting: Setting
  /// What it is; `Cgroup.unlimited` for no limit.
  package var now: Int64
  /// In rising order, what it is among them.
  package var answers: [Answer]
}

extension Simulator {
  /// What would have happened with more or less memory and swap, with other limits where one was hit, and with another
  /// `oom_score_adj` of the first victim.
  ///
  /// Values of which a replay takes too long, and those that make a scenario that cannot be, are left out; a setting
  /// without any other value is, too.
  ///
  /// - Parameter run: of this scenario by this simulator.
  /// - Complexity: some 40 replays, which together take no longer than one that is cut off.
  package func alternatives(to run: Run, of scenario: Scenario) -> [Alternatives] {
    let settings = settings(of: run, scenario)
    var simulator = self
    simulator.recordsCandidates = false
    let count = settings.reduce(0) { $0 + $1.values.count }
    simulator.mostEffort = Self.mostEffort(ofEach: count, of: scenario)
    if run.effort > simulator.mostEffort ?? .max { return [] }
    return settings.compactMap { setting, now, values in
      var answers: [Alternatives.Answer] = []
      for value in Set(values + [now]).sorted() where value >= 0 || setting.isSigned {
        let other =
          value == now ? run : simulator.run(scenario.with(setting, value, of: run))
        if ![.invalid, .cutOff].contains(other.outcome) || value == now {
          answers.append(Alternatives.Answer(value: value, run: other))
        }
      }
      return answers.count > 1
        ? Alternatives(setting: setting, now: now, answers: answers) : nil
    }
  }

  private func settings(
    of run: Run, _ scenario: Scenario
  ) -> [(setting: Alternatives.Setting, now: Int64, values: [Int64])] {
    var settings: [(setting: Alternatives.Setting, now: Int64, values: [Int64])] = []
    let machine = scenario.machine
    if machine.nodes.count <= 1 {
      settings.append((.memory, machine.memory, eighths([4, 6, 7, 9, 10, 12, 16, 32], machine)))
      if machine.swapDevices.isEmpty {
        let values = [1, 2, 4, 8].map { eighth(machine.memory, $0, machine) }
        let own = [4, 12, 16].map { eighth(machine.swap, $0, machine) }
        settings.append((.swap, machine.swap, [0] + values + own))
      }
    }
    let hit = run.kills.compactMap { $0.decision?.cgroup } + run.stuck.compactMap { $0.cgroup }
    for cgroup in hit.uniqued().prefix(2) {
      guard let limit = scenario.cgroups[cgroup]?.max, limit != Cgroup.unlimited else { continue }
      let values = [4, 6, 7, 9, 10, 12, 16].map { eighth(limit, $0, machine) }
      settings.append((.limit(cgroup: cgroup), limit, values + [Cgroup.unlimited]))
    }
    if let victim = run.kills.first?.dyingFirst, !rules.badness.isLegacy,
      let row = run.tasks.pids.firstIndex(of: victim.pid),
      (try? run.subject("\(victim.pid)", in: scenario)) != nil
    {
      let now = Int64(run.tasks.oomScoreAdj[row])
      settings.append(
        (.oomScoreAdj(victim), now, [-1000, -999, -500, -250, -100, 0, 100, 250, 500, 1000]))
    }
    return settings
  }

  private func eighths(_ counts: [Int64], _ machine: Machine) -> [Int64] {
    counts.map { eighth(machine.memory, $0, machine) }
  }

  /// So many eighths of a size, in whole MiB.
  private func eighth(_ pages: Int64, _ count: Int64, _ machine: Machine) -> Int64 {
    let mebibyte = max(machine.pageSize.pages(1 << 20), 1)
    let (product, isTooLarge) = pages.multipliedReportingOverflow(by: count)
    return isTooLarge ? pages : product / 8 / mebibyte * mebibyte
  }
}

extension Alternatives.Setting {
  fileprivate var isSigned: Bool {
    if case .oomScoreAdj = self { true } else { false }
  }
}

extension Scenario {
  fileprivate func with(_ setting: Alternatives.Setting, _ value: Int64, of run: Run) -> Scenario {
    var scenario = self
    switch setting {
    case .memory: scenario.machine.memory = value
    case .swap: scenario.machine.swap = value
    case .limit(let cgroup): scenario = limiting(cgroup, .max, to: value)
    case .oomScoreAdj(let process):
      // A pid means one process, whatever others are called.
      guard let subject = try? run.subject("\(process.pid)", in: self) else { return self }
      scenario = self.setting(Int16(clamping: value), of: subject, isLegacy: false)
    }
    return scenario
  }
}
