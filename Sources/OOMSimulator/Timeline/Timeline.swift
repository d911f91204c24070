/// Memory over the time of a run, at instants that show every kill. Sizes are in pages.
///
/// The lines between two instants are straight, but for what reclaim does in between. Where something happens at an
/// instant there are two samples of it: before and after.
package struct Timeline: Equatable, Sendable {
  /// What fills the machine at one instant.
  package struct Fill: Equatable, Sendable {
    /// Resident memory of processes and files of a tmpfs.
    package var processes: Int64 = 0
    /// Clean file pages that nobody maps.
    package var cache: Int64 = 0
    /// All else: kernel, slab, page tables, huge pages, zram.
    package var kernel: Int64 = 0
    /// Pages in swap.
    package var swap: Int64 = 0
    /// Kernel: `WMARK_MIN`.
    package var minWatermark: Int64 = 0

    package var used: Int64 { processes + cache + kernel }
  }

  /// One process over all its lives.
  package struct ProcessLine: Equatable, Sendable {
    package var process: ProcessIdentity
    /// rss and swap, one number a sample; 0 while it does not run.
    package var pages: [Int64]
    package var peak: Int64 { pages.max() ?? 0 }
  }

  /// One memory cgroup.
  package struct GroupLine: Equatable, Sendable {
    package var path: String
    /// File: `memory.current`.
    package var pages: [Int64]
    /// File: `memory.max`; `Cgroup.unlimited` where there is none.
    package var limits: [Int64]
    /// File: `memory.high`; `Cgroup.unlimited` where there is none.
    package var highs: [Int64]
    package var peak: Int64 { pages.max() ?? 0 }
  }

  /// Since the start, not falling.
  package var times: [Microseconds] = []
  package var fills: [Fill] = []
  /// Victims first, then those that were largest.
  package var processes: [ProcessLine] = []
  package var groups: [GroupLine] = []
  /// Processes and groups that have no line of their own.
  package var otherProcesses = 0
  package var otherGroups = 0
  /// Pages of memory; no event changes it.
  package var memory: Int64 = 0
  package var pageSize: Bytes = 4096
  /// When the run ended.
  package var end: Microseconds = 0

  package init() {}
}

extension Simulator {
  /// Memory over the time of a run.
  ///
  /// - Parameters:
  ///   - run: of this scenario by this simulator.
  ///   - processes: at most so many processes have a line.
  ///   - groups: at most so many groups have one.
  /// - Complexity: two replays, and O(processes + groups) for each of up to some 1,000 samples.
  package func timeline(
    of run: Run, _ scenario: Scenario, processes: Int = 8, groups: Int = 6
  ) -> Timeline {
    let peaks = recorded(Recorder(end: run.end, processes: run.processCount), scenario)
    var lines = Recorder(end: run.end, processes: run.processCount)
    lines.rows = peaks.largestRows(processes, of: run)
    lines.groups = peaks.largestGroups(groups, of: run)
    let recorder = recorded(lines, scenario)
    var timeline = recorder.timeline
    timeline.memory = scenario.machine.memory
    timeline.pageSize = scenario.machine.pageSize
    timeline.end = run.end
    timeline.otherProcesses = peaks.processes.count - lines.rows.count
    timeline.otherGroups = peaks.limitedGroups - lines.groups.count
    return timeline
  }

  private func recorded(_ recorder: Recorder, _ scenario: Scenario) -> Recorder {
    var replay = Replay(scenario, rules: rules, policy: policy, recordsCandidates: false)
    if let mostRestarts { replay.mostRestarts = mostRestarts }
    replay.recorder = recorder
    replay.run()
    replay.recordEnd()
    return replay.recorder ?? recorder
  }
}
