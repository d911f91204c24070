// Reference for what earlyoom, systemd-oomd and the kernel's pressure averages decide.
// Written from a description of the programs and from their public sources only.
// It is slow and plain on purpose.  There is no floating point anywhere.

/// A share of something, as an exact fraction.  The denominator is positive.
struct ReferenceRatio {
  var numerator, denominator: Int128
  func isAtMost(_ other: ReferenceRatio) -> Bool {
    return numerator * other.denominator <= other.numerator * denominator
  }
}

/// earlyoom, as its sources describe it.
struct ReferenceEarlyOOM {
  /// All in KiB.
  struct Meminfo { var memTotal, memAvailable, anonPages, swapTotal, swapFree: Int128 }
  /// vmRSS is in KiB.
  struct Process {
    var pid: Int, ppidIsKthreadd: Bool, uid: Int, oomScore: Int128, oomScoreAdj: Int
    var vmRSS: Int128, isPreferred, isAvoided, isIgnored: Bool
  }
  /// Percentages are in millionths: 10 % is 100000.  Sizes are in KiB.  nil is "not given".
  struct Options {
    var memPercent: (term: Int128, kill: Int128)?, memSize: (term: Int128, kill: Int128)?
    var swapPercent: (term: Int128, kill: Int128)?, swapSize: (term: Int128, kill: Int128)?
    var sortByRSS: Bool = false, ignoreRoot: Bool = false
    var version: (Int, Int)
  }
  enum Signal { case term, kill }

  var options: Options
  /// False: as the brief for this file says.  True: also what only the source of is_larger has:
  /// before 1.8 nobody with VmRSS 0 or with a negative shifted oom_score is ever taken.
  var alsoFollowsTheSource: Bool = false

  func isSince(_ major: Int, _ minor: Int) -> Bool {
    return options.version >= (major, minor)
  }

  /// main.c, main: one threshold from the percentage and the size as given.  The size is turned
  /// into a share of the total, or ignored without a total.  With both, the lower share counts.
  func threshold(
    _ percent: (term: Int128, kill: Int128)?, _ size: (term: Int128, kill: Int128)?,
    of total: Int128, _ signal: Signal
  ) -> ReferenceRatio {
    let millionths = signal == .kill ? percent?.kill ?? 50_000 : percent?.term ?? 100_000
    let ofPercent = ReferenceRatio(numerator: millionths, denominator: 1_000_000)
    guard let size = size, total > 0 else { return ofPercent }
    let kibibytes = signal == .kill ? size.kill : size.term
    let ofSize = ReferenceRatio(numerator: kibibytes, denominator: total)
    return percent == nil || ofSize.isAtMost(ofPercent) ? ofSize : ofPercent
  }
  func memoryThreshold(_ info: Meminfo, _ signal: Signal) -> ReferenceRatio {
    return threshold(options.memPercent, options.memSize, of: info.memTotal, signal)
  }
  func swapThreshold(_ info: Meminfo, _ signal: Signal) -> ReferenceRatio {
    return threshold(options.swapPercent, options.swapSize, of: info.swapTotal, signal)
  }

  /// meminfo.c, parse_meminfo: what 100 % of the memory is, and the share available.  A nil
  /// share is the source's 0 / 0, which compares as false with everything.
  func memoryBase(_ info: Meminfo) -> Int128 {
    return isSince(1, 8) ? info.memAvailable + info.anonPages : info.memTotal
  }
  func memoryShare(_ info: Meminfo) -> ReferenceRatio? {
    guard memoryBase(info) > 0 else { return nil }
    return ReferenceRatio(numerator: info.memAvailable, denominator: memoryBase(info))
  }
  /// meminfo.c, parse_meminfo: the share of swap free, 0 without swap.
  func swapShare(_ info: Meminfo) -> ReferenceRatio {
    if info.swapTotal <= 0 { return ReferenceRatio(numerator: 0, denominator: 1) }
    return ReferenceRatio(numerator: info.swapFree, denominator: info.swapTotal)
  }

  /// main.c, lowmem_sig: both memory and swap have to be at or below their threshold.
  func isDue(_ signal: Signal, _ info: Meminfo) -> Bool {
    guard let memory = memoryShare(info) else { return false }
    return memory.isAtMost(memoryThreshold(info, signal))
      && swapShare(info).isAtMost(swapThreshold(info, signal))
  }
  func lowmemSignal(_ info: Meminfo) -> Signal? {
    // Before 1.2 there was one threshold only, and it meant SIGKILL.
    if !isSince(1, 2) { return isDue(.term, info) ? .kill : nil }
    if isDue(.kill, info) { return .kill }
    return isDue(.term, info) ? .term : nil
  }

  /// main.c, sleep_time_ms: the KiB left above the SIGTERM threshold.
  func headroom(_ share: ReferenceRatio?, _ term: ReferenceRatio, total: Int128) -> Int128 {
    guard let share = share, total > 0 else { return 0 }
    let over = share.numerator * term.denominator - term.numerator * share.denominator
    if over <= 0 { return 0 }
    // (percent difference) / 100 * total, cut off; the total is the share's own denominator.
    if isSince(1, 8) { return over / term.denominator }
    // (percent difference) * 10 * whole MiB of total, cut off.
    return over * 1000 * (total / 1024) / (share.denominator * term.denominator)
  }

  /// main.c, sleep_time_ms.
  func sleepTime(_ info: Meminfo) -> Int128 {
    if !isSince(1, 2) { return 100 }
    let mem = headroom(memoryShare(info), memoryThreshold(info, .term), total: memoryBase(info))
    let swap = headroom(swapShare(info), swapThreshold(info, .term), total: info.swapTotal)
    return min(max(mem / 6000 + swap / 800, 100), 1000)
  }

  /// kill.c, is_larger, the parts that say who is never taken.
  func isOutOfQuestion(_ process: Process) -> Bool {
    if process.pid <= 2 || process.ppidIsKthreadd || process.isIgnored { return true }
    if options.ignoreRoot && process.uid == 0 { return true }
    if isSince(1, 7) && process.oomScoreAdj == -1000 { return true }
    if !alsoFollowsTheSource || isSince(1, 8) { return false }
    return process.vmRSS == 0 || shifted(process).oomScore < 0
  }

  /// kill.c, is_larger: --prefer and --avoid shift the key that is sorted by.
  func shifted(_ process: Process) -> Process {
    var result = process
    let times: Int128 = (process.isPreferred ? 1 : 0) - (process.isAvoided ? 1 : 0)
    if options.sortByRSS { result.vmRSS += times * 3_145_728 }
    if !options.sortByRSS { result.oomScore += times * 300 }
    return result
  }

  /// kill.c, is_larger: both are shifted already.  Equal does not win.
  func isLarger(_ candidate: Process, than victim: Process) -> Bool {
    if options.sortByRSS && candidate.vmRSS > 0 && victim.vmRSS > 0 {
      if candidate.vmRSS != victim.vmRSS { return candidate.vmRSS > victim.vmRSS }
      return candidate.oomScore > victim.oomScore
    }
    if candidate.oomScore != victim.oomScore { return candidate.oomScore > victim.oomScore }
    return candidate.vmRSS > victim.vmRSS
  }

  /// kill.c, find_largest_process: /proc is read by ascending pid.
  func largest(_ processes: [Process]) -> Int? {
    var victim: Process? = nil
    for process in processes.sorted(by: { $0.pid < $1.pid }) {
      if isOutOfQuestion(process) { continue }
      let candidate = shifted(process)
      if let current = victim, !isLarger(candidate, than: current) { continue }
      victim = candidate
    }
    return victim?.pid
  }

  /// main.c, poll_loop: one turn.  The signal is nil when nothing is due, the victim is nil when
  /// nobody can be killed (then kill.c, kill_process, sleeps one second more).
  func look(_ info: Meminfo, _ processes: [Process])
    -> (signal: Signal?, victim: Int?, sleepMilliseconds: Int128)
  {
    let sleep = sleepTime(info)
    guard let signal = lowmemSignal(info) else { return (nil, nil, sleep) }
    guard let victim = largest(processes) else { return (signal, nil, sleep + 1000) }
    return (signal, victim, sleep)
  }
}

/// The averages of memory.pressure, kernel/sched/psi.c.
struct ReferencePSI {
  /// The stall is in microseconds times millionths, avg10 in 1/2048 of a percent.
  var microsecondsIntoPeriod: Int128 = 0, stallInPeriod: Int128 = 0, average: Int128 = 0

  mutating func pass(microseconds: Int, stallMillionths: Int) {
    let period: Int128 = 2_000_000
    var left = Int128(microseconds)
    while left > 0 {
      let step = min(left, period - microsecondsIntoPeriod)
      stallInPeriod += step * Int128(stallMillionths)
      microsecondsIntoPeriod += step
      left -= step
      if microsecondsIntoPeriod < period { continue }
      // calc_avgs: whole percents of the period, then fixed point with 11 bits.
      let percent = stallInPeriod * 100 / (period * 1_000_000)
      average = load(average, active: percent * 2048)
      (microsecondsIntoPeriod, stallInPeriod) = (0, 0)
    }
  }

  /// calc_load of include/linux/sched/loadavg.h with EXP_10s of psi.c.
  func load(_ old: Int128, active: Int128) -> Int128 {
    let new = old * 1677 + active * (2048 - 1677)
    return (active >= old ? new + 2047 : new) / 2048
  }

  /// psi_show: LOAD_INT, a dot, LOAD_FRAC with two digits.
  var avg10Hundredths: Int {
    return Int(average / 2048 * 100 + (average % 2048) * 100 / 2048)
  }
}

/// systemd-oomd's manager, as its sources describe it; call once per look.
struct ReferenceSystemdOOMd {
  struct Group {
    var path: String, parent: Int?, managedSwap, managedPressure: Bool
    var limitHundredths: Int?, durationSeconds: Int?
    /// 0 none, 1 avoid, 2 omit
    var preference: Int, oomGroup: Bool, processCount: Int
    /// Bytes, bytes and pages, with everything below.
    var swapUsage, memoryCurrent, pgscan: Int128
    var fullAvg10Hundredths: Int, isStalling: Bool
    var key: [UInt8] { return Array(path.utf8) }
  }
  /// What oomd keeps about a watched group from one pressure look to the next.
  struct Watched { var pgscan: Int128, overLimitSince: Int?, lastReclaim: Int? }

  var version: Int, swapUsedLimitPermyriad: Int
  var defaultLimitHundredths: Int, defaultDurationSeconds: Int
  /// False: as the brief for this file says.  True: where the source differs from the brief, as
  /// the source: remembered pgscan is dropped at a look that does not renew it, the root's
  /// pgscan and swap read as 0, a first pgscan above 0 counts as reclaim, and a candidate
  /// of the swap rule without processes is chosen in vain instead of being passed over.
  var alsoFollowsTheSource: Bool = false
  var watched: [[UInt8]: Watched] = [:]
  var remembered: [[UInt8]: Int128] = [:]
  var pauseBegan: Int? = nil

  /// Whether one group is another or lies below it.
  func isWithin(_ index: Int, _ ancestor: Int, _ groups: [Group]) -> Bool {
    if index == ancestor { return true }
    guard let parent = groups[index].parent else { return false }
    return isWithin(parent, ancestor, groups)
  }
  func hasProcesses(_ index: Int, _ groups: [Group]) -> Bool {
    return groups.indices.contains { isWithin($0, index, groups) && groups[$0].processCount > 0 }
  }

  /// oomd-manager.c, recursively_get_cgroup_context.
  func collect(_ index: Int, _ groups: [Group], into found: inout Set<Int>) {
    let children = groups.indices.filter { groups[$0].parent == index }
    if children.isEmpty { found.insert(index) }
    for child in children {
      if groups[child].oomGroup {
        found.insert(child)
        continue
      }
      collect(child, groups, into: &found)
    }
  }
  /// oomd-manager.c, get_monitored_cgroup_contexts_candidates: one set for all monitored groups.
  func candidates(of monitored: [Int], _ groups: [Group]) -> [Int] {
    var found: Set<Int> = []
    for index in monitored { collect(index, groups, into: &found) }
    return found.sorted()
  }

  /// oomd-util.c, oomd_pgscan_rate: a counter that went back began anew.
  func rate(_ pgscan: Int128, since last: Int128) -> Int128 {
    return last > pgscan ? pgscan : pgscan - last
  }

  /// oomd-util.c, oomd_cgroup_context_acquire: the root's own files are not read.
  func pgscan(_ group: Group) -> Int128 {
    return alsoFollowsTheSource && group.parent == nil ? 0 : group.pgscan
  }
  func swapUsage(_ group: Group) -> Int128 {
    return alsoFollowsTheSource && group.parent == nil ? 0 : group.swapUsage
  }

  /// oomd-manager.c, monitor_swap_contexts_handler; all amounts are in bytes.
  mutating func swapLook(
    _ groups: [Group], memTotal: Int128, memAvailable: Int128, swapTotal: Int128, swapFree: Int128
  ) -> Int? {
    let monitored = groups.indices.filter { groups[$0].managedSwap }
    // oomd_system_context_acquire refuses such numbers.
    if memAvailable > memTotal || swapFree > swapTotal { return nil }
    // oomd_mem_available_below and oomd_swap_free_below.
    let permyriad = Int128(10_000 - swapUsedLimitPermyriad)
    if memAvailable >= memTotal * permyriad / 10_000 { return nil }
    if swapFree >= swapTotal * permyriad / 10_000 { return nil }
    // oomd_select_by_swap_usage (up to 259: oomd_kill_by_swap_usage) with compare_swap_usage.
    let sorted = candidates(of: monitored, groups).filter { groups[$0].preference != 2 }.sorted {
      let (a, b) = (groups[$0], groups[$1])
      if a.preference != b.preference { return a.preference < b.preference }
      if swapUsage(a) != swapUsage(b) { return swapUsage(a) > swapUsage(b) }
      return $0 < $1
    }
    for index in sorted {
      if swapUsage(groups[index]) * 100 <= swapTotal * 5 { continue }
      if hasProcesses(index, groups) { return index }
      if alsoFollowsTheSource { return nil }
    }
    return nil
  }

  /// oomd-manager.c, update_monitored_cgroup_contexts, by way of oomd_insert_cgroup_context.
  mutating func updateWatched(at now: Int, _ monitored: [Int], _ groups: [Group]) {
    var renewed: [[UInt8]: Watched] = [:]
    for index in monitored {
      let group = groups[index]
      var state = Watched(pgscan: pgscan(group), overLimitSince: nil, lastReclaim: nil)
      if let old = watched[group.key] {
        (state.overLimitSince, state.lastReclaim) = (old.overLimitSince, old.lastReclaim)
        let isStalling = group.isStalling && !(alsoFollowsTheSource && group.parent == nil)
        if rate(state.pgscan, since: old.pgscan) > 0 || isStalling { state.lastReclaim = now }
      } else if alsoFollowsTheSource && state.pgscan > 0 {
        state.lastReclaim = now
      }
      renewed[group.key] = state
    }
    watched = renewed
  }

  /// oomd-manager.c, update_monitored_cgroup_contexts_candidates: the candidates' rates since
  /// the values remembered.  The present values are what is remembered from here on.
  mutating func updateCandidates(_ monitored: [Int], _ groups: [Group]) -> [Int: Int128] {
    var rates: [Int: Int128] = [:]
    var renewed: [[UInt8]: Int128] = [:]
    for index in candidates(of: monitored, groups) {
      let (key, present) = (groups[index].key, pgscan(groups[index]))
      rates[index] = rate(present, since: remembered[key] ?? 0)
      renewed[key] = present
    }
    remembered = renewed
    return rates
  }

  /// oomd-util.c, oomd_pressure_above: notes since when, and gives those that held long enough,
  /// the first by path first.
  mutating func targets(at now: Int, _ monitored: [Int], _ groups: [Group]) -> [Int] {
    var found: [Int] = []
    for index in monitored {
      let group = groups[index]
      let own = group.limitHundredths ?? 0
      let limit = own == 0 ? defaultLimitHundredths : own
      let ownSeconds = version >= 257 ? group.durationSeconds : nil
      let seconds = ownSeconds ?? defaultDurationSeconds
      let isAbove = group.fullAvg10Hundredths > limit
      let since = watched[group.key]?.overLimitSince ?? now
      watched[group.key]?.overLimitSince = isAbove ? since : nil
      if isAbove && now - since >= seconds * 1_000_000 { found.append(index) }
    }
    return found.sorted { groups[$0].key.lexicographicallyPrecedes(groups[$1].key) }
  }

  /// oomd-util.c, oomd_select_by_pgscan_rate (up to 259: oomd_kill_by_pgscan_rate) with
  /// compare_pgscan_rate_and_memory_usage.
  func select(under target: Int, _ rates: [Int: Int128], _ groups: [Group]) -> Int? {
    let below = rates.keys.filter { isWithin($0, target, groups) && groups[$0].preference != 2 }
    let sorted = below.sorted {
      let (a, b) = (groups[$0], groups[$1])
      if a.preference != b.preference { return a.preference < b.preference }
      if rates[$0]! != rates[$1]! { return rates[$0]! > rates[$1]! }
      if a.memoryCurrent != b.memoryCurrent { return a.memoryCurrent > b.memoryCurrent }
      return $0 < $1
    }
    return sorted.first { pgscan(groups[$0]) != 0 || groups[$0].memoryCurrent != 0 }
  }

  /// oomd-manager.c, monitor_memory_pressure_contexts_handler.
  mutating func pressureLook(at microseconds: Int, _ groups: [Group]) -> Int? {
    let monitored = groups.indices.filter { groups[$0].managedPressure }
    updateWatched(at: microseconds, monitored, groups)
    if let began = pauseBegan, began + 15_000_000 <= microseconds { pauseBegan = nil }
    let due = targets(at: microseconds, monitored, groups)
    let isAnyOver = watched.values.contains { $0.overLimitSince != nil }
    var isRenewed = false
    if !due.isEmpty && pauseBegan == nil {
      for target in due {
        guard let reclaim = watched[groups[target].key]?.lastReclaim else { continue }
        if microseconds - reclaim > 30_000_000 { continue }
        let rates = updateCandidates(monitored, groups)
        isRenewed = true
        if let chosen = select(under: target, rates, groups) {
          pauseBegan = microseconds
          return hasProcesses(chosen, groups) ? chosen : nil
        }
        // Nobody to choose from: before 260 that began the pause too, since then the next
        // target has its turn (its candidates' values are then read a second time).
        if version < 260 {
          pauseBegan = microseconds
          return nil
        }
      }
    }
    if isRenewed { return nil }
    // With targets that had no reclaim the source does not renew the values, the brief does.
    let isRenewing = due.isEmpty || pauseBegan != nil || !alsoFollowsTheSource
    if isAnyOver && isRenewing {
      _ = updateCandidates(monitored, groups)
    } else if alsoFollowsTheSource {
      // clear_candidate_hashmapp; the brief lets the older values stay.
      remembered = [:]
    }
    return nil
  }
}
