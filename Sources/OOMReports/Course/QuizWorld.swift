internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// A small machine that a question of a quiz is about. Sizes are in MiB, so that a reader can add them up.
struct QuizWorld: Equatable, Sendable {
  struct Process: Equatable, Sendable {
    var name: String
    var size: Int64
    /// What it has in swap besides.
    var swapped: Int64 = 0
    var oomScoreAdj: Int16 = 0
    var isInGroup = false
  }

  static let kernel: KernelRelease = "6.12"
  /// The path of the one group that a world may have.
  static let group = "/app"
  static let pagesPerMiB: Int64 = 256

  var memory: Int64
  /// What the kernel has for itself.
  var kernelMemory: Int64
  var swap: Int64 = 0
  /// `memory.max` of the group; nil without a group.
  var limit: Int64?
  var processes: [Process]
  /// Which process grows, by how much, and within how many minutes.
  var grower: Int
  var growth: Int64
  var minutes: Int64

  var growing: Process { processes[grower] }

  /// The world as a scenario that runs.
  func scenario(name: String) -> Scenario {
    var table = ProcessTable()
    for process in processes {
      table.append(
        Scenario.Process(
          name: process.name, cgroup: process.isInGroup ? Self.group : "/",
          oomScoreAdj: process.oomScoreAdj, anon: process.size * Self.pagesPerMiB,
          swap: process.swapped * Self.pagesPerMiB))
    }
    var machine = Machine(memory: memory * Self.pagesPerMiB)
    machine.kernel = kernelMemory * Self.pagesPerMiB
    if swap > 0 { machine.swap = swap * Self.pagesPerMiB }
    var groups: [String: Cgroup] = [:]
    if let limit { groups[Self.group] = Cgroup(max: limit * Self.pagesPerMiB, swapMax: 0) }
    return Scenario(
      name: name, title: "A question about \(growing.name)", kernel: Self.kernel,
      machine: machine, cgroups: groups, processes: table,
      events: [
        Event(
          at: 10_000_000,
          action: .grow(
            .name(growing.name), Event.Sizes(anon: growth * Self.pagesPerMiB),
            over: .seconds(minutes * 60)))
      ])
  }

  /// The end of this world, by a replay.
  func end() -> QuizEnd { QuizEnd(of: scenario(name: "quiz")) }

  /// What a reader is told.
  func lines() -> [String] {
    let memoryText = "A machine with \(Self.size(memory)) of memory and "
    var lines = [
      memoryText + (swap > 0 ? "\(Self.size(swap)) of swap" : "no swap")
        + ", Linux \(Self.kernel). The kernel itself takes \(Self.size(kernelMemory))."
    ]
    let hasSwapped = processes.contains { $0.swapped > 0 }
    var rows = [
      ["memory"] + (hasSwapped ? ["in swap"] : [])
        + ["oom_score_adj", limit == nil ? "process" : "process, group"]
    ]
    for process in processes {
      let place = process.isInGroup ? "\(process.name), in \(Self.group)" : process.name
      rows.append(
        [Self.size(process.size)] + (hasSwapped ? [Self.size(process.swapped)] : [])
          + ["\(process.oomScoreAdj)", place])
    }
    lines += TextTable.lines(ofNumbers: rows).map { "    " + $0 }
    if let limit {
      lines.append(
        "The group \(Self.group) has a memory.max of \(Self.size(limit)), and its memory.swap.max is 0."
      )
    }
    lines.append(
      "After 10 seconds \(growing.name) begins to grow by another \(Self.size(growth)), evenly within "
        + "\(minutes) minutes. Nothing else changes.")
    return lines
  }

  static func size(_ mebibytes: Int64) -> String { "\(SizeFormat.grouped(mebibytes)) MiB" }
}

/// What a world came to in a replay.
struct QuizEnd {
  let run: Run
  let isPlain: Bool

  init(of scenario: Scenario) {
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    run = simulator.run(scenario)
    // A question is about a kill or none: what else may happen has stories of its own.
    isPlain =
      run.panic == nil && run.stuck.isEmpty && run.refused.isEmpty && run.warnings.isEmpty
  }

  /// The process that died first; nil when nobody did.
  var victim: String? { run.kills.first?.dyingFirst.name }

  var isQuiet: Bool { run.kills.isEmpty }

  func kills(_ name: String) -> Bool {
    run.kills.contains { kill in kill.killed.contains { $0.process.name == name } }
  }

  /// Whether every choice was clear: the next process was behind by so many hundredths of memory and swap.
  func isClear(by hundredths: Int128) -> Bool {
    run.kills.allSatisfy { kill in
      guard let decision = kill.decision, decision.chosen == .points else { return false }
      guard let margin = Explanation(of: kill).margin else { return true }
      return margin * 100 >= Int128(decision.totalpages) * hundredths
    }
  }
}
