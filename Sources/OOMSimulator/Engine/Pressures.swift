/// The stalls of the groups that a killer watches, and their averages.
struct Pressures: Equatable, Sendable {
  /// What of its time a group stalls.
  struct Stall: Equatable, Sendable {
    /// Some of its processes wait.
    var some = Share(millionths: 0)
    /// All that have work wait.
    var full = Share(millionths: 0)
  }

  /// One group.
  struct Group: Equatable, Sendable {
    /// Of what the scenario gives; nil where the stall is derived.
    var given: Stall?
    /// When what is given ends; nil for not before it is given anew.
    var givenUntil: Microseconds?
    var derived = Stall()
    /// What the derived `full` is at least.
    var derivedLeast = Share(millionths: 0)
    /// Whether what is derived is, or has been, an estimate.
    var isEstimate = false
    var some = PSIAverages()
    var full = PSIAverages()
    /// How long all that have work have waited since the start, in whole microseconds, and the millionths of the next.
    /// File: `total` of `full`.
    fileprivate(set) var fullTotal: Int64 = 0
    fileprivate var fullRest: Int64 = 0
    /// What `full` is at least, where it is an estimate.
    var fullLeast = PSIAverages()
    /// Since when all that have work wait, at least for a part of the time.
    var fullSince: Microseconds?

    /// The stall that holds at an instant.
    func stall(at time: Microseconds) -> Stall {
      if let given, givenUntil.map({ time < $0 }) ?? true { return given }
      return derived
    }

    /// What `full` is at least at an instant.
    func leastFull(at time: Microseconds) -> Share {
      if let given, givenUntil.map({ time < $0 }) ?? true { return given.full }
      return derivedLeast
    }
  }

  private(set) var groups: [Int: Group] = [:]
  private var upTo: Microseconds = 0

  var isEmpty: Bool { groups.isEmpty }

  init() {}

  /// Those of the groups whose stall the scenario gives, or by whose stall a killer kills at any time, and those of processes
  /// that touch their memory again.
  init(of scenario: Scenario, _ tree: MemcgTree) {
    var paths = Set(scenario.cgroups.filter { $0.value.managedOOMMemoryPressure != nil }.keys)
    if scenario.killers.contains(where: { $0.kind == .talos }) {
      paths.formUnion(["/", "/init", "/system", "/podruntime"])
    }
    for killer in scenario.killers where killer.kind == .oomd {
      for group in killer.pressureGroups(of: tree) { paths.insert(tree.paths[group]) }
    }
    for event in scenario.events {
      switch event.action {
      case .pressure(let path, _, _, _): paths.insert(path)
      case .setCgroup(let path, let change) where change.managedOOMMemoryPressure != nil:
        paths.insert(path)
      case .start(let process) where process.hot != 0: paths.formUnion(["/", process.cgroup])
      case .setProcess(_, let change) where change.hot ?? 0 != 0: paths.insert("/")
      default: break
      }
    }
    for row in scenario.processes.hot.keys {
      paths.formUnion(["/", scenario.processes[row].cgroup])
    }
    for path in paths {
      if let group = tree.number(of: path) { groups[group] = Group() }
    }
  }

  /// Lets time pass.
  mutating func pass(to now: Microseconds) {
    if groups.isEmpty || now <= upTo { return }
    for number in groups.keys.sorted() {
      guard var group = groups[number] else { continue }
      var from = upTo
      if let until = group.givenUntil, until > from, until < now {
        group.pass(from: from, to: until)
        from = until
      }
      group.pass(from: from, to: now)
      if let until = group.givenUntil, until <= now {
        (group.given, group.givenUntil) = (nil, nil)
      }
      groups[number] = group
    }
    upTo = now
  }

  mutating func give(_ stall: Stall, to group: Int, until: Microseconds?) {
    groups[group]?.given = stall
    groups[group]?.givenUntil = until
  }

  mutating func derive(_ stall: Stall, least: Share, isEstimate: Bool, of group: Int) {
    if isEstimate { groups[group]?.isEstimate = true }
    groups[group]?.derived = stall
    groups[group]?.derivedLeast = least
  }

  /// Whether a group stalls or has stalled of late.
  func isStalling(_ group: Int, at now: Microseconds) -> Bool {
    guard let pressure = groups[group] else { return false }
    return pressure.stall(at: now) != Stall() || !pressure.full.isCalm
  }

  /// The same told from `now` on: what matters of the clock is where in a period it is.
  func comparable(at now: Microseconds) -> Pressures {
    var pressures = self
    if groups.isEmpty { return Pressures() }
    for number in groups.keys {
      pressures.groups[number]?.fullSince = nil
      pressures.groups[number]?.fullTotal = 0
    }
    pressures.upTo = Microseconds(now.rawValue % PSIAverages.period.rawValue)
    for (number, group) in groups where group.givenUntil != nil {
      pressures.groups[number]?.givenUntil? -= now
    }
    return pressures
  }
}

extension Pressures.Group {
  fileprivate mutating func pass(from start: Microseconds, to end: Microseconds) {
    let stall = stall(at: start)
    fullSince = stall.full.isWholePercent ? fullSince ?? start : nil
    some.pass(from: start, to: end, stall: stall.some)
    full.pass(from: start, to: end, stall: stall.full)
    fullLeast.pass(from: start, to: end, stall: leastFull(at: start))
    let parts =
      Int128((end - start).rawValue) * Int128(stall.full.millionths) + Int128(fullRest)
    fullTotal += Int64(parts / 1_000_000)
    fullRest = Int64(parts % 1_000_000)
  }
}

extension State {
  /// What a killer held the average of `full` over 10 s of a group against.
  func fullAvg10Check(_ what: String, _ group: Int, limit: Share) -> Ground.Check {
    let pressure = pressures.groups[group]
    var check = Ground.Check(
      what: what, value: Share(millionths: (pressure?.full.avg10 ?? 0) * 100), limit: limit,
      relation: ">")
    if let pressure, pressure.isEstimate {
      check.least = Share(millionths: pressure.fullLeast.avg10 * 100)
    }
    return check
  }
}

extension Replay {
  /// The groups that stall at the end, with nobody to end it.
  var stalls: [Run.Stall] {
    state.pressures.groups.sorted { $0.key < $1.key }.compactMap { number, group in
      let full = group.stall(at: now).full
      guard full.isWholePercent else { return nil }
      return Run.Stall(
        cgroup: state.groups.paths[number], full: full,
        least: group.given == nil && group.isEstimate ? group.leastFull(at: now) : nil,
        since: group.fullSince ?? now)
    }
  }
}

extension Share {
  /// Whether it is 1 % or more: the averages of the kernel count whole per cent.
  fileprivate var isWholePercent: Bool { millionths >= 10_000 }
}

extension UserspaceKiller {
  /// The groups whose memory.pressure Meta's oomd reads.
  fileprivate func pressureGroups(of tree: MemcgTree) -> [Int] {
    var groups: Set<Int> = []
    for ruleset in oomd?.effectiveRulesets ?? [] {
      for plugin in ruleset.detectors.flatMap({ $0.detectors }) + ruleset.actions {
        guard let rule = plugin.rule, rule.pressure.isRead else { continue }
        for group in tree.groups(of: rule.cgroups) {
          if rule.pressure.isOfAllBelow {
            groups.formUnion(tree.descendants(of: group))
          } else {
            groups.insert(group)
          }
        }
      }
    }
    return groups.sorted()
  }
}
