/// Takes samples of a replay: on a grid, at instants at which something happens, around kills.
///
/// It never changes what it looks at: what lies between two instants of the replay is worked out on copies.
struct Recorder: Sendable {
  /// What is kept of a sample.
  enum Subject: Sendable {
    /// Nothing: samples are counted.
    case count
    /// The largest that every process and group was.
    case peaks
    /// A line for each of some groups and for some processes over all their lives, equal ones summed up.
    case lives(lines: [ProcessPeaks.Line], groups: [Int])
    /// A line for each of some groups, and for all processes of a name together: the line of each row.
    case names(ofRows: [Int], groups: [Int])
  }

  let subject: Subject
  /// How many samples were asked for.
  private(set) var count = 0
  private(set) var timeline = Timeline()
  /// What is known of each process over all its lives.
  private(set) var peaks = ProcessPeaks()
  private var groupPeaks: [Int64] = []
  private var groupPaths: [String] = []
  private var hasLimit: [Bool] = []
  /// Time between two samples that are taken whatever happens; nil without such.
  private let grid: Microseconds?
  /// Time between two instants at which something happens that are worth samples; nil where the grid is all.
  private let spacing: Microseconds?
  /// Later samples of an instant take the place of the last one that may stand there.
  private let mostOfAnInstant: Int
  private let end: Microseconds
  private var nextGrid: Microseconds = 0
  private var lastInstant: Microseconds = -1
  private var lastKill: Microseconds = -1
  private var killsTaken = 0
  private var asksWhoIsNext = false

  /// A recorder for a chart.
  ///
  /// - Parameters:
  ///   - end: of the run.
  ///   - processes: how many there are: of very many fewer samples are taken.
  init(_ subject: Subject = .peaks, end: Microseconds, processes: Int) {
    let samples = min(max(600_000 / Int64(max(processes, 1)), 40), 150)
    let spacing = max(end / samples, 1)
    self.init(subject, end: end, grid: spacing, spacing: spacing)
  }

  /// - Parameters:
  ///   - grid: above 0.
  ///   - spacing: 0 wants every instant at which something happens.
  init(
    _ subject: Subject, end: Microseconds, grid: Microseconds? = nil, spacing: Microseconds? = nil,
    mostOfAnInstant: Int = .max
  ) {
    self.subject = subject
    self.end = end
    // One beyond the end is never reached, and leaves room to add to it.
    self.grid = grid.map { min($0, end + 1) }
    self.spacing = spacing
    self.mostOfAnInstant = mostOfAnInstant
  }

  /// The next instant of the grid that lies between two times, which is used up by this.
  mutating func gridInstant(after now: Microseconds, before time: Microseconds) -> Microseconds? {
    guard let grid else { return nil }
    if nextGrid <= now { nextGrid = grid * (now / grid + 1) }
    guard nextGrid < time, nextGrid <= end else { return nil }
    defer { nextGrid += grid }
    return nextGrid
  }

  /// Whether an instant at which something happens is far enough from the last one that was taken.
  mutating func wants(instant: Microseconds) -> Bool {
    if instant == lastInstant { return true }
    guard let spacing else { return grid.map { instant % $0 == 0 } ?? false }
    guard lastInstant < 0 || instant - lastInstant >= spacing else { return false }
    lastInstant = instant
    return true
  }

  mutating func wants(killAt instant: Microseconds) -> Bool {
    guard let spacing, killsTaken < 40 || instant - lastKill >= spacing else { return false }
    killsTaken += 1
    lastKill = instant
    return true
  }

  /// Has every sample say who would be chosen in a group, or on the machine.
  mutating func askWhoIsNext(in cgroup: String?) {
    asksWhoIsNext = true
    timeline.nextCgroup = cgroup
  }

  /// A kill follows the last sample.
  mutating func noteKill() {
    if timeline.firstKill == nil { timeline.firstKill = timeline.times.count - 1 }
  }

  /// A sample does not decide how far the run is followed.
  ///
  /// - Complexity: O(processes + groups).
  mutating func take(_ state: State, _ restarts: Restarts) {
    state.ledger.effort.uncounted { takeSample(state, restarts) }
  }

  private mutating func takeSample(_ state: State, _ restarts: Restarts) {
    count += 1
    if case .count = subject { return }
    let times = timeline.times.suffix(mostOfAnInstant)
    if times.count == mostOfAnInstant, times.allSatisfy({ $0 == state.now }) {
      timeline.removeLastSample()
    }
    timeline.times.append(state.now)
    timeline.fills.append(Timeline.Fill(of: state))
    if case .peaks = subject {
      notePeaks(state, restarts)
      return
    }
    var state = state
    if asksWhoIsNext {
      state.settle()
      timeline.next.append(state.next(in: timeline.nextCgroup))
    }
    switch subject {
    case .count, .peaks: break
    case .lives(let lines, let groups):
      // What reclaim took of others does not show.
      if lines.reduce(0, { $0 + $1.rows.count }) > 100 {
        state.settle()
      } else {
        for first in lines.flatMap({ $0.rows }) {
          let row = restarts.lastRow(of: first)
          if row < state.tasks.count { state.settleHoldings(of: state.tasks.owner(row)) }
        }
      }
      noteGroups(groups, state)
      noteLives(lines, state, restarts)
    case .names(let lines, let groups):
      state.settle()
      noteGroups(groups, state)
      noteNames(lines, state)
      timeline.dropRepeatedSample()
    }
  }

  private mutating func notePeaks(_ state: State, _ restarts: Restarts) {
    peaks.note(state, restarts)
    if groupPaths.isEmpty {
      groupPaths = state.groups.paths
      groupPeaks = Array(repeating: 0, count: groupPaths.count)
      hasLimit = Array(repeating: false, count: groupPaths.count)
    }
    for group in groupPaths.indices {
      groupPeaks[group] = max(groupPeaks[group], state.ledger.accounts[group].usage)
      let limits = state.ledger.limits[group]
      if limits.max != Cgroup.unlimited || limits.high != Cgroup.unlimited {
        hasLimit[group] = true
      }
    }
  }

  private mutating func noteGroups(_ groups: [Int], _ state: State) {
    if timeline.groups.isEmpty {
      timeline.groups = groups.map {
        Timeline.GroupLine(path: state.groups.paths[$0], pages: [], limits: [], highs: [])
      }
    }
    for (index, group) in groups.enumerated() {
      timeline.groups[index].pages.append(state.ledger.accounts[group].usage)
      timeline.groups[index].limits.append(state.ledger.limits[group].max)
      timeline.groups[index].highs.append(state.ledger.limits[group].high)
    }
  }

  private mutating func noteLives(
    _ lines: [ProcessPeaks.Line], _ state: State, _ restarts: Restarts
  ) {
    if timeline.processes.isEmpty { timeline.processes = lines.map { _ in .unnamed } }
    for (index, line) in lines.enumerated() {
      // Rows of later events are not there yet.
      let rows = line.rows.map { restarts.lastRow(of: $0) }.filter { $0 < state.tasks.count }
      if timeline.processes[index].process.pid == 0, let first = line.rows.first, !rows.isEmpty {
        timeline.processes[index].process = state.identity(first)
        timeline.processes[index].count = line.count
      }
      timeline.processes[index].pages.append(rows.reduce(0) { $0 + state.pagesShown($1) })
      if timeline.processes[index].count > 1 { continue }
      let alive = rows.last { state.tasks.hasNotExited($0) }.map { state.identity($0) }
      let before = timeline.processes[index].lives.last
      if before == nil || before?.process != alive {
        let sample = timeline.times.count - 1
        timeline.processes[index].lives.append(.init(from: sample, process: alive))
      }
    }
  }

  private mutating func noteNames(_ lines: [Int], _ state: State) {
    if timeline.processes.isEmpty {
      timeline.processes = (0..<(lines.max() ?? -1) + 1).map { _ in .unnamed }
    }
    for line in timeline.processes.indices { timeline.processes[line].pages.append(0) }
    let last = timeline.times.count - 1
    // The run that the lines are of may have been cut off before the last of these began.
    for row in 0..<min(state.tasks.count, lines.count) {
      let line = lines[row]
      if timeline.processes[line].process.pid == 0 {
        timeline.processes[line].process = state.identity(row)
      }
      timeline.processes[line].pages[last] += state.pagesShown(row)
    }
  }

  // MARK: Which groups get a line

  /// Groups whose limit was hit, then those with limits that were largest.
  func largestGroups(_ most: Int, of run: Run) -> [Int] {
    var chosen: [Int] = []
    let hit = run.kills.compactMap { $0.decision?.cgroup } + run.stuck.compactMap { $0.cgroup }
    for path in hit where chosen.count < most {
      if let group = groupPaths.firstIndex(of: path), !chosen.contains(group) {
        chosen.append(group)
      }
    }
    let others = groupPaths.indices.filter {
      $0 != MemcgTree.root && groupPeaks[$0] > 0 && hasLimit[$0] && !chosen.contains($0)
    }.sorted {
      groupPeaks[$0] != groupPeaks[$1] ? groupPeaks[$0] > groupPeaks[$1] : $0 < $1
    }
    return chosen + others.prefix(most - chosen.count)
  }

  /// How many groups have a limit.
  var limitedGroups: Int {
    groupPaths.indices.count { $0 != MemcgTree.root && hasLimit[$0] && groupPeaks[$0] > 0 }
  }
}

extension Timeline.Fill {
  fileprivate init(of state: State) {
    for account in state.ledger.accounts {
      processes +=
        account.pages.anon + account.pages.locked + account.pages.lazyFree + account.pages.shmem
        + account.pages.tmpfs
        + account.pages.file
      cache += account.pages.cache
    }
    kernel = max(state.used - processes - cache, 0)
    swap = state.ledger.accounts[MemcgTree.root].swapUsage
    minWatermark = state.minWatermark
    free = state.free
    committed = state.committed
  }
}

extension State {
  /// The process that would be chosen if a group were at its limit, or the machine's memory at its end; all groups are
  /// settled.
  fileprivate mutating func next(in cgroup: String?) -> ProcessIdentity? {
    let domain = cgroup.flatMap { groups.paths.firstIndex(of: $0) }
    let oc = oomControl(domain: domain, invoker: nil, nodes: nil)
    guard case .victim(let row) = selectBadProcess(oc) else { return nil }
    return identity(row)
  }
}
