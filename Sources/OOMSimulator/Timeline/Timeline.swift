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
    /// All else: kernel, slab, page tables, huge pages, zram, zswap.
    package var kernel: Int64 = 0
    /// Pages in swap.
    package var swap: Int64 = 0
    /// Kernel: `WMARK_MIN`.
    package var minWatermark: Int64 = 0
    /// File: `MemFree` in /proc/meminfo.
    package var free: Int64 = 0
    /// File: `Committed_AS` in /proc/meminfo.
    package var committed: Int64 = 0

    package var used: Int64 { processes + cache + kernel }
  }

  /// One process over all its lives, processes that are equal summed up, or all processes of a name.
  package struct ProcessLine: Equatable, Sendable {
    /// From one sample on a line is of one process, or of none that is alive.
    package struct Life: Equatable, Sendable {
      package var from: Int
      package var process: ProcessIdentity?
    }

    /// The first of them.
    package var process: ProcessIdentity
    /// How many equal ones are summed up.
    package var count = 1
    /// rss and swap, one number a sample; 0 while it does not run.
    package var pages: [Int64]
    /// Which process it is from which sample on; empty where several are summed up.
    package var lives: [Life] = []
    package var peak: Int64 { pages.max() ?? 0 }

    /// As a reader calls it.
    package var name: String {
      count == 1 ? process.name : "\(Self.nameOfEquals(process.name)) × \(count)"
    }

    /// A name without the number at its end, which equal processes have in common.
    package static func nameOfEquals(_ name: String) -> String {
      var stem = name[...]
      while let last = stem.last, last.isASCII, last.isNumber { stem.removeLast() }
      while let last = stem.last, last == "-" || last == " " { stem.removeLast() }
      return stem.isEmpty ? name : String(stem)
    }

    static var unnamed: Self { Self(process: ProcessIdentity(pid: 0, name: ""), pages: []) }
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
  /// At each sample the process that would be chosen if `nextCgroup` were at its limit; nil where none would. Empty
  /// where nobody asked.
  package var next: [ProcessIdentity?] = []
  /// The group that `next` is about, nil for the machine.
  package var nextCgroup: String?
  /// The sample just before the first kill.
  package var firstKill: Int?
  /// Processes and groups that have no line of their own.
  package var otherProcesses = 0
  package var otherGroups = 0
  /// Pages of memory; no event changes it.
  package var memory: Int64 = 0
  package var pageSize: Bytes = 4096
  /// When the run ended.
  package var end: Microseconds = 0

  /// The time between two samples, or two instants with samples, where there would be more than are kept.
  package var thinnedTo: Microseconds?

  package init() {}

  mutating func removeLastSample() {
    times.removeLast()
    fills.removeLast()
    if !next.isEmpty { next.removeLast() }
    for line in processes.indices { processes[line].pages.removeLast() }
    for line in groups.indices {
      groups[line].pages.removeLast()
      groups[line].limits.removeLast()
      groups[line].highs.removeLast()
    }
  }

  /// Takes out the last sample where it is the one before it once more.
  mutating func dropRepeatedSample() {
    let (now, before) = (times.count - 1, times.count - 2)
    guard before >= 0, times[now] == times[before], fills[now] == fills[before],
      processes.allSatisfy({ $0.pages[now] == $0.pages[before] }),
      groups.allSatisfy({ $0.pages[now] == $0.pages[before] })
    else { return }
    removeLastSample()
  }
}

extension Simulator {
  /// Memory over the time of a run. Equal processes are one line.
  ///
  /// - Parameters:
  ///   - run: of this scenario by this simulator.
  ///   - processes: there are at most so many lines of processes.
  ///   - groups: at most so many groups have one.
  ///   - asksWhoIsNext: whether each sample says which process would be chosen where the first kill is: in its group,
  ///     or on the machine.
  /// - Complexity: two replays, and O(processes + groups) for each of up to some 1,000 samples.
  package func timeline(
    of run: Run, _ scenario: Scenario, processes: Int = 8, groups: Int = 6,
    asksWhoIsNext: Bool = false
  ) -> Timeline {
    let peaks = recorded(Recorder(end: run.end, processes: run.processCount), of: run, scenario)
    let lines = peaks.peaks.largestLines(processes, of: run)
    let groups = peaks.largestGroups(groups, of: run)
    var recorder = Recorder(
      .lives(lines: lines, groups: groups), end: run.end, processes: run.processCount)
    if asksWhoIsNext { recorder.askWhoIsNext(in: run.firstCgroup) }
    var timeline = recordedTimeline(recorder, of: run, scenario)
    timeline.otherProcesses = peaks.peaks.count - lines.reduce(0) { $0 + $1.count }
    timeline.otherGroups = peaks.limitedGroups - groups.count
    return timeline
  }

  /// Memory over the time of a run, of every group and of the processes of every name, the largest first.
  ///
  /// - Parameters:
  ///   - run: of this scenario by this simulator.
  ///   - step: the time between two samples, above 0, with one at the end besides; nil takes a sample before and after
  ///     everything that happens.
  ///   - mostCells: how many samples there may be times what each has; at least 10 samples are kept. Where there would
  ///     be more, they are spread out evenly, of everything that happens the first 40 kills besides, and `thinnedTo` says
  ///     so.
  ///   - asksWhoIsNext: as above.
  /// - Complexity: two replays, and O(processes + groups) for each sample.
  package func timeline(
    of run: Run, _ scenario: Scenario, every step: Microseconds?, mostCells: Int64 = 3_000_000,
    asksWhoIsNext: Bool = false
  ) -> Timeline {
    var lines: [String: Int] = [:]
    let ofRows = (0..<run.processCount).map { row in
      let name = run.process(row).name
      let line = lines[name] ?? lines.count
      lines[name] = line
      return line
    }
    let groups = Array(1..<run.groups.count + 1)
    // All processes are looked at, however few names they have.
    let cells = max(lines.count + 3 * groups.count + 5, ofRows.count / 5)
    let most = max(min(mostCells / Int64(cells), 10_000), 10)
    let subject = Recorder.Subject.names(ofRows: ofRows, groups: groups)
    var recorder: Recorder
    var thinnedTo: Microseconds?
    if let step {
      let steps = run.end / step / most + 1
      if steps > 1 { thinnedTo = step * steps }
      recorder = Recorder(subject, end: run.end, grid: thinnedTo ?? step, mostOfAnInstant: 1)
    } else {
      let counted = recorded(Recorder(.count, end: run.end, spacing: 0), of: run, scenario)
      let isThinned = counted.count > most
      if isThinned { thinnedTo = run.end / (most / 2) + 1 }
      recorder = Recorder(
        subject, end: run.end, spacing: thinnedTo ?? 0, mostOfAnInstant: isThinned ? 2 : .max)
    }
    if asksWhoIsNext { recorder.askWhoIsNext(in: run.firstCgroup) }
    var timeline = recordedTimeline(recorder, of: run, scenario)
    timeline.thinnedTo = thinnedTo
    timeline.processes.sortLargestFirst { $0.peak }
    timeline.groups.sortLargestFirst { $0.peak }
    return timeline
  }

  private func recordedTimeline(
    _ recorder: Recorder, of run: Run, _ scenario: Scenario
  ) -> Timeline {
    var timeline = recorded(recorder, of: run, scenario).timeline
    timeline.memory = scenario.machine.memory
    timeline.pageSize = scenario.machine.pageSize
    timeline.end = run.end
    return timeline
  }

  private func recorded(_ recorder: Recorder, of run: Run, _ scenario: Scenario) -> Recorder {
    var replay = Replay(scenario, rules: rules, policy: policy, recordsCandidates: false)
    if let mostRestarts { replay.mostRestarts = mostRestarts }
    if let mostEffort { replay.mostEffort = mostEffort }
    // No further than the run was followed, wherever it was cut off.
    if run.outcome == .cutOff { replay.mostKills = max(run.kills.count, 1) }
    replay.recorder = recorder
    replay.run(until: run.end)
    replay.recordEnd()
    return replay.recorder ?? recorder
  }
}

extension Run {
  /// The group of the first kill, or of the first growth that stands still; nil for the machine.
  fileprivate var firstCgroup: String? {
    if let kill = kills.first { return kill.decision?.cgroup }
    return stuck.first?.cgroup
  }
}

extension Array {
  /// Of equals the one that was there first comes first.
  fileprivate mutating func sortLargestFirst(by size: (Element) -> Int64) {
    let sizes = map(size)
    self = indices.sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
      .map { self[$0] }
  }
}
