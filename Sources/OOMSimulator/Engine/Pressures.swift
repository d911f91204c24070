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
    var some = PSIAverages()
    var full = PSIAverages()
    /// Since when all that have work wait, at least for a part of the time.
    var fullSince: Microseconds?

    /// The stall that holds at an instant.
    func stall(at time: Microseconds) -> Stall {
      if let given, givenUntil.map({ time < $0 }) ?? true { return given }
      return derived
    }
  }

  private(set) var groups: [Int: Group] = [:]
  private var upTo: Microseconds = 0

  var isEmpty: Bool { groups.isEmpty }

  init() {}

  /// Those of the groups whose stall the scenario gives, or by whose stall a killer kills at any time.
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
      default: break
      }
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

  mutating func derive(_ stall: Stall, of group: Int) { groups[group]?.derived = stall }

  /// Whether a group stalls or has stalled of late.
  func isStalling(_ group: Int, at now: Microseconds) -> Bool {
    guard let pressure = groups[group] else { return false }
    return pressure.stall(at: now) != Stall() || !pressure.full.isCalm
  }

  /// The same told from `now` on: what matters of the clock is where in a period it is.
  func comparable(at now: Microseconds) -> Pressures {
    var pressures = self
    if groups.isEmpty { return Pressures() }
    for number in groups.keys { pressures.groups[number]?.fullSince = nil }
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
    fullSince = stall.full.millionths > 0 ? fullSince ?? start : nil
    some.pass(from: start, to: end, stall: stall.some)
    full.pass(from: start, to: end, stall: stall.full)
  }
}

extension Replay {
  /// The groups that stall at the end, with nobody to end it.
  var stalls: [Run.Stall] {
    state.pressures.groups.sorted { $0.key < $1.key }.compactMap { number, group in
      let full = group.stall(at: now).full
      guard full.millionths > 0, let since = group.fullSince else { return nil }
      return Run.Stall(cgroup: state.groups.paths[number], full: full, since: since)
    }
  }
}

extension State {
  /// Works out anew how the groups stall whose stall the scenario does not give.
  ///
  /// Modelled: a process has work where its memory is growing. One that waits for memory of a full group stalls all of
  /// its time, one above `memory.high` as much as it sleeps; all of a group are taken to wait at once, so that `full` is
  /// the least of them and `some` the most. Refaults, and reclaim by a process that gets its memory, stall nobody.
  mutating func deriveStalls() {
    if pressures.isEmpty { return }
    var least: [Int: Int64] = [:]
    var most: [Int: Int64] = [:]
    ledger.effort.add(8 * growths.count)
    for growth in growths.all where !growth.isShrink {
      guard let row = growth.row, tasks.isAlive(row) else { continue }
      let stall = growth.stall.millionths
      for group in groups.path(from: Int(tasks.groups[row])) {
        least[group] = min(least[group] ?? stall, stall)
        most[group] = max(most[group] ?? stall, stall)
      }
    }
    for group in pressures.groups.keys {
      pressures.derive(
        Pressures.Stall(
          some: Share(millionths: most[group] ?? 0), full: Share(millionths: least[group] ?? 0)),
        of: group)
    }
  }
}

extension Growth {
  /// How much of its time its process waits for memory.
  fileprivate var stall: Share {
    if stop != nil { return .percent(100) }
    guard let stretch, stretch.highGroup != nil, stretch.duration > 0 else {
      return Share(millionths: 0)
    }
    return Share(
      millionths: proportion(
        of: 1_000_000, stretch.sleep.rawValue, stretch.duration.rawValue))
  }
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
