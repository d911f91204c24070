// systemd-oomd: kills all of a group, where units ask for it: by how much swap it has where memory and swap are short, by
// what reclaim scans of it where a group above it stalls for long.
//
// Exact: both rules, their clocks, thresholds, durations and the pause after a kill, where the scenario gives the stall.
// Modelled: derived stalls (`State.deriveStalls`), pages scanned (`State.pgscan`), and that a group which stalls has had
// reclaim. Of several groups whose stall is too high the first by path is taken, where systemd's order is that of a hash.
//
// Source: `monitor_swap_contexts_handler()` and `monitor_memory_pressure_contexts_handler()`, src/oom/oomd-manager.c;
// `oomd_pressure_above()`, `oomd_kill_by_swap_usage()`, `oomd_kill_by_pgscan_rate()` and `oomd_cgroup_kill()`,
// src/oom/oomd-util.c.

/// What systemd-oomd does by its configuration.
struct SystemdOOMd: Sendable {
  let program: UserspaceKiller
  let conf: UserspaceKiller.OOMdConf

  /// File: src/oom/oomd-manager.h.
  private static let swapInterval = Microseconds.milliseconds(150)
  private static let pressureInterval = Microseconds.seconds(1)
  private static let reclaimWindow = Microseconds.seconds(30)
  private static let postActionDelay = Microseconds.seconds(15)

  func look(_ state: inout State, _ killer: inout Killer) -> Decision {
    let now = state.now
    defer { killer.nextLook = min(killer.memory.clocks[0].next, killer.memory.clocks[1].next) }
    // Where no unit asks for a rule, it is looked at now and then whether one does by now.
    if killer.memory.clocks[0].next <= now {
      let watched = state.watched { $0.managedOOMSwap == .kill }
      killer.memory.clocks[0].wind(now, watched.isEmpty ? .seconds(1) : Self.swapInterval)
      if let ground = bySwap(watched, state), let choice = state.choice(ground) {
        return .kill(choice)
      }
    }
    if killer.memory.clocks[1].next <= now {
      killer.memory.clocks[1].wind(now, Self.pressureInterval)
      if let ground = byPressure(state, &killer.memory), let choice = state.choice(ground) {
        return .kill(choice)
      }
    }
    return .noVictim
  }

  // MARK: The swap rule

  private func bySwap(_ watched: [Int], _ state: State) -> Ground? {
    if watched.isEmpty { return nil }
    let info = state.memoryInfo
    let rest = 10_000 - (conf.swapUsedLimit ?? .percent(90)).millionths / 100
    let page = Int128(state.machine.pageSize.rawValue)
    func isBelow(_ part: Int64, of total: Int64) -> Bool {
      Int128(part) * page < Int128(total) * page * Int128(rest) / 10_000
    }
    guard isBelow(info.available, of: info.total), isBelow(info.swapFree, of: info.swapTotal)
    else { return nil }
    let least = Int128(info.swapTotal) * page * 5 / 100
    let candidates = state.candidateGroups(below: watched).sorted { one, other in
      let (first, second) = (state.isAvoided(one), state.isAvoided(other))
      if first != second { return !first }
      let (more, less) = (state.swapUsage(one), state.swapUsage(other))
      return more != less ? more > less : one < other
    }
    guard let group = candidates.first(where: { Int128(state.swapUsage($0)) * page > least }) else {
      return nil
    }
    let limit = Share(millionths: rest * 100)
    var ground = Ground(
      .kill,
      [
        Ground.Check(
          what: "MemAvailable",
          value: Share(millionths: proportion(of: 1_000_000, info.available, info.total)),
          limit: limit, relation: "<"),
        Ground.Check(
          what: "SwapFree",
          value: Share(millionths: proportion(of: 1_000_000, info.swapFree, info.swapTotal)),
          limit: limit, relation: "<"),
      ])
    ground.cgroup = state.groups.paths[group]
    return ground
  }

  // MARK: The pressure rule

  private func byPressure(_ state: State, _ memory: inout KillerMemory) -> Ground? {
    let now = state.now
    let watched = state.watched { $0.managedOOMMemoryPressure == .kill }
    for group in watched {
      let scanned = state.pgscan(group)
      // The files of the root are not read; a group is not known before the first look.
      let before = memory.scanned[group]
      if group != MemcgTree.root,
        scanned > before ?? 0 || (before != nil && state.isStalling(group))
      {
        memory.lastReclaim[group] = now
      }
      memory.scanned[group] = scanned
    }
    var targets: [Int] = []
    for group in watched {
      guard let pressure = state.pressures.groups[group],
        pressure.full.avg10 * 100 > limit(of: group, state).millionths
      else {
        memory.aboveSince[group] = nil
        continue
      }
      let since = memory.aboveSince[group] ?? now
      memory.aboveSince[group] = since
      if now - since >= duration(of: group, state) { targets.append(group) }
    }
    for group in memory.aboveSince.keys where !watched.contains(group) {
      memory.aboveSince[group] = nil
    }
    let candidates = state.candidateGroups(below: watched)
    let isInPause = memory.lastKill.map { $0 + Self.postActionDelay > now } ?? false
    // What was scanned is kept from one look to the next only while it is too early to kill.
    let before = memory.candidatesScanned
    memory.candidatesScanned = [:]
    if targets.isEmpty || isInPause {
      if !memory.aboveSince.isEmpty {
        for group in candidates { memory.candidatesScanned[group] = state.pgscan(group) }
      }
      return nil
    }
    for target in targets {
      guard let reclaim = memory.lastReclaim[target], now - reclaim <= Self.reclaimWindow else {
        continue
      }
      memory.lastKill = now
      return byPgscanRate(below: target, candidates, before, state, memory.aboveSince[target])
    }
    return nil
  }

  private func byPgscanRate(
    below target: Int, _ candidates: [Int], _ before: [Int: Int64], _ state: State,
    _ since: Microseconds?
  ) -> Ground? {
    func rate(_ group: Int) -> Int64 { state.pgscan(group) - (before[group] ?? 0) }
    let sorted = candidates.filter { state.groups.contains($0, in: target) }.sorted { one, other in
      let (first, second) = (state.isAvoided(one), state.isAvoided(other))
      if first != second { return !first }
      let (faster, slower) = (rate(one), rate(other))
      if faster != slower { return faster > slower }
      let (more, less) = (state.usage(one), state.usage(other))
      return more != less ? more > less : one < other
    }
    // One without processes ends the search, and the pause begins all the same.
    guard let group = sorted.first(where: { state.pgscan($0) != 0 || state.usage($0) != 0 }) else {
      return nil
    }
    var ground = Ground(
      .kill,
      [
        state.fullAvg10Check(
          "memory.pressure full avg10", target, limit: limit(of: target, state))
      ])
    ground.watched = state.groups.paths[target]
    ground.cgroup = state.groups.paths[group]
    ground.held = since.map { state.now - $0 }
    return ground
  }

  /// A unit's own limit, where 0 stands for the default, or the default.
  private func limit(of group: Int, _ state: State) -> Share {
    let own = state.groups.settings[group].managedOOMMemoryPressureLimit
    return own.flatMap { $0.millionths == 0 ? nil : $0 }
      ?? conf.defaultMemoryPressureLimit ?? .percent(60)
  }

  /// Units have a duration of their own since 257.
  private func duration(of group: Int, _ state: State) -> Microseconds {
    let own = state.groups.settings[group].managedOOMMemoryPressureDuration
    return (program.isAtLeast(257) ? own : nil)
      ?? conf.defaultMemoryPressureDuration ?? .seconds(30)
  }
}

extension State {
  /// The groups that have a setting, by path.
  fileprivate func watched(_ isWatched: (Cgroup) -> Bool) -> [Int] {
    // A comparison that had the whole state would copy it.
    let (settings, paths) = (groups.settings, groups.paths)
    return settings.indices.filter { isWatched(settings[$0]) }.sorted {
      paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8)
    }
  }

  /// What may be killed below groups: those without groups of their own, and those that die as a whole, with
  /// `memory.oom.group`; a watched group without groups of its own is one itself.
  fileprivate func candidateGroups(below watched: [Int]) -> [Int] {
    var found: Set<Int> = []
    for top in watched {
      var group = top
      while group < groups.ends[top] {
        let isWhole = group != top && groups.settings[group].diesAsAWhole
        if isWhole || groups.ends[group] == group + 1 {
          if groups.settings[group].managedOOMPreference != .omit { found.insert(group) }
          group = groups.ends[group]
        } else {
          group += 1
        }
      }
    }
    return found.sorted()
  }

  fileprivate func isAvoided(_ group: Int) -> Bool {
    groups.settings[group].managedOOMPreference == .avoid
  }

  fileprivate func isStalling(_ group: Int) -> Bool { pressures.isStalling(group, at: now) }

  /// The files of the root are not read.
  fileprivate func swapUsage(_ group: Int) -> Int64 {
    group == MemcgTree.root ? 0 : ledger.accounts[group].swapUsage
  }

  fileprivate func usage(_ group: Int) -> Int64 { ledger.accounts[group].usage }

  /// All that live in a group and below it, whatever their oom_score_adj, but for those that have been killed already;
  /// the largest is called the victim. Nil where there are none: it is killed in vain.
  ///
  /// - Parameter spent: those that are killed before them at the same look.
  mutating func choice(_ ground: Ground, besides spent: Set<Int> = []) -> Choice? {
    settle()
    guard let group = ground.cgroup.flatMap({ groups.number(of: $0) }) else { return nil }
    let signalled = Set(exits.filter { $0.isSignal }.flatMap { $0.rows })
    var rows: [Int] = []
    for one in groups.subtree(of: group) {
      for member in groups.members[one] {
        let row = Int(member)
        if tasks.isAlive(row), !tasks.isKernelThread(row), !signalled.contains(row),
          !spent.contains(row)
        {
          rows.append(row)
        }
      }
    }
    let pids = tasks.pids
    rows.sort { pids[$0] < pids[$1] }
    guard var victim = rows.first else { return nil }
    for row in rows where tasks.pages[row] > tasks.pages[victim] { victim = row }
    var choice = Choice(
      victim: victim,
      dead: ([victim] + rows.filter { $0 != victim }).map { ($0, .userspace) })
    choice.ground = ground
    return choice
  }
}
