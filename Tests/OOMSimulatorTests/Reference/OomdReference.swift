// oomd (facebookincubator/oomd, the line after v0.5: Ruleset.cpp 43b69dcf, DetectorGroup.cpp,
// Engine.cpp, Oomd.cpp, BaseKillPlugin.cpp 09733208, KillPgScan-inl.h, PressureAbove.cpp,
// PressureRisingBeyond.cpp, MemoryReclaim.cpp, SwapFree.cpp, MemoryAbove.cpp, Exists.cpp). The
// order of victims and what is computed of a group: OomdReferenceGroups.swift; the patterns:
// OomdGlob.swift. Slow and plain on purpose.
// Not here: io pressure and cost, prekill hooks, drop-ins, ruleset cgroups, xattr filters, the
// seconds that killing takes (up to ten tries, a second between them).

/// The engine with its rulesets and all that is kept between ticks.
struct ReferenceOomd {
  /// user.oomd_prefer / trusted.oomd_prefer wins over avoid; not inherited (Types.h).
  enum Preference: Int {
    case avoid = -1
    case normal = 0
    case prefer = 1
  }

  /// The `full` line of memory.pressure in hundredths of a per cent (mem_pressure is FULL).
  struct Pressure {
    var avg10 = 0
    var avg60 = 0
    var avg300 = 0
  }

  struct Group {
    /// Below the cgroup root, no slash in front; "" is the root itself, if given.
    var path: String
    /// nil: the parent is the root and the root is not in the list.
    var parent: Int?
    /// memory.current; of the root MemTotal - MemFree (readRootMemcurrent).
    var current = 0
    var min = 0
    var low = 0
    var swapCurrent = 0
    /// anon of memory.stat; nil: not known, then it does not make a group empty.
    var anon: Int? = nil
    /// pgscan of memory.stat, growing.
    var pgscan = 0
    var full = Pressure()
    /// Processes in the group itself, not below.
    var processes = 1
    var preference = Preference.normal
    var oomGroup = false
  }

  struct System {
    var memTotal = 0
    var swapTotal = 0
    var swapFree = 0
    /// pswpout of /proc/vmstat, growing; nil: no /proc/vmstat.
    var pswpout: Int? = nil
  }

  /// What BaseKillPlugin::init reads; kernelkill and reap_memory change nothing here.
  struct Kill {
    var cgroups: [String]
    var recursive = false
    /// Seconds; nil: the ruleset's.
    var postActionDelay: Int? = nil
    var dry = false
    var alwaysContinue = false
  }

  /// Detectors and actions are the same kind of thing. Durations in seconds, sizes in bytes.
  enum Plugin {
    case pressureAbove([String], threshold: Int, duration: Int)
    case pressureRisingBeyond([String], threshold: Int, duration: Int, fastFall: Float)
    case memoryReclaim([String], duration: Int)
    case swapFree(thresholdPct: Int, swapoutBps: Int)
    case memoryAbove([String], bytes: Int, anon: Bool, duration: Int)
    case exists([String], negate: Bool)
    case `continue`
    case stop
    case killByMemorySizeOrGrowth(Kill, sizeThreshold: Int, percentile: Int, minGrowth: Float)
    case killBySwapUsage(Kill, threshold: Int, biased: Bool)
    case killByPressure(Kill)
    case killByPgScan(Kill)
  }

  struct Ruleset {
    var detectorGroups: [[Plugin]]
    var actions: [Plugin]
    /// DEFAULT_POST_ACTION_DELAY.
    var postActionDelay = 15
  }

  enum Outcome { case `continue`, stop, asyncPaused }

  /// What one plugin keeps. Times in microseconds of the steady clock; 0 is its time_point(),
  /// i.e. the start of the machine, and means "not hit" for hitAt, as in the source.
  struct Memory {
    var hitAt = 0
    var lastAvg10: Float = 100
    var lastPgscan = 0
    var lastReclaimAt = 0
    var lastCollectedTick: Int? = nil
  }

  let rulesets: [Ruleset]
  let intervalSeconds: Int

  private var detectorMemory: [[[Memory]]]
  private var actionMemory: [[Memory]]
  private var pausedUntil: [Int]
  private var resumeAt: [Int?]
  private var tickNumber = 0
  /// CgroupContext::archive_ by path: what was asked for in the last tick, and only that.
  var averages: [String: Int] = [:]
  var previousPgscan: [String: Int] = [:]
  private var previousPswpout: Int? = nil
  // Of the tick that runs.
  private var now = 0
  var groups: [Group] = []
  var system = System()
  private var swapoutPages = 0
  var live: [Int] = []
  var tickAverages: [String: Int] = [:]
  var tickPgscan: [String: Int] = [:]
  private var killed: [Int] = []

  init(rulesets: [Ruleset], intervalSeconds: Int = 5) {
    self.rulesets = rulesets
    self.intervalSeconds = intervalSeconds
    detectorMemory = rulesets.map { $0.detectorGroups.map { $0.map { _ in Memory() } } }
    actionMemory = rulesets.map { $0.actions.map { _ in Memory() } }
    pausedUntil = rulesets.map { _ in 0 }
    resumeAt = rulesets.map { _ in nil }
  }

  // Oomd::run, one turn after its sleep of one interval: refresh, prerun, run.
  mutating func tick(at microseconds: Int, system: System, groups: [Group]) -> [Int]? {
    now = microseconds
    self.groups = groups
    self.system = system
    live = groups.map { $0.processes }
    killed = []
    // swapout_bps: pages since the last tick (0 at the first) * 4096 / interval.
    swapoutPages = 0
    if let last = previousPswpout, let this = system.pswpout { swapoutPages = this - last }
    previousPswpout = system.pswpout
    // OomdContext::refresh moves what was read to the archive and forgets the rest.
    if tickNumber > 0 {
      averages = tickAverages
      previousPgscan = tickPgscan
    }
    tickAverages = [:]
    tickPgscan = [:]
    tickNumber += 1

    // Engine::prerun: of these plugins only kill_by_memory_size_or_growth does something.
    for ruleset in rulesets {
      for action in ruleset.actions {
        guard case .killByMemorySizeOrGrowth(let kill, _, _, _) = action else { continue }
        for index in prerunGroups(kill) { _ = averageUsage(index) }
      }
    }
    for index in rulesets.indices { runOnce(index) }
    return killed.isEmpty ? nil : killed
  }

  // Ruleset::runOnceImpl.
  private mutating func runOnce(_ ruleset: Int) {
    // Every detector of every group is asked on every tick, also after one has said STOP,
    // also while the actions pause (DetectorGroup::check has no early way out).
    var fired = false
    for group in rulesets[ruleset].detectorGroups.indices {
      var triggered = true
      for place in rulesets[ruleset].detectorGroups[group].indices {
        let plugin = rulesets[ruleset].detectorGroups[group][place]
        var memory = detectorMemory[ruleset][group][place]
        let outcome = run(plugin, &memory).outcome
        detectorMemory[ruleset][group][place] = memory
        if outcome == .stop { triggered = false }
      }
      if triggered { fired = true }
    }
    // Exactly at the end of the pause the actions run again.
    if now < pausedUntil[ruleset] { return }
    // An action that paused asynchronously goes on first, whatever the detectors say.
    if let place = resumeAt[ruleset] {
      resumeAt[ruleset] = nil
      runActions(ruleset, from: place)
      return
    }
    if fired { runActions(ruleset, from: 0) }
  }

  // Ruleset::run_action_chain.
  private mutating func runActions(_ ruleset: Int, from start: Int) {
    for place in start..<max(start, rulesets[ruleset].actions.count) {
      var memory = actionMemory[ruleset][place]
      let result = run(rulesets[ruleset].actions[place], &memory)
      actionMemory[ruleset][place] = memory
      switch result.outcome {
      case .continue: continue
      case .asyncPaused: resumeAt[ruleset] = place
      case .stop:
        // Any STOP pauses the ruleset, also that of the plugin `stop`.
        let delay = result.pause ?? rulesets[ruleset].postActionDelay
        pausedUntil[ruleset] = now + delay * 1_000_000
      }
      return
    }
  }

  private mutating func run(_ plugin: Plugin, _ memory: inout Memory)
    -> (outcome: Outcome, pause: Int?)
  {
    switch plugin {
    case .continue: return (.continue, nil)
    case .stop: return (.stop, nil)
    case .pressureAbove(let patterns, let threshold, let duration):
      let worst = worstPressure(patterns)
      return (held(worst.avg10 > threshold * 100, duration, &memory), nil)
    case .pressureRisingBeyond(let patterns, let threshold, let duration, let fastFall):
      let worst = worstPressure(patterns)
      let held60 = held(worst.avg60 > threshold * 100, duration, &memory) == .continue
      // Floats as in the source: the product decides on the boundary.
      let falling = Self.float(worst.avg10) < memory.lastAvg10 * fastFall
      memory.lastAvg10 = Self.float(worst.avg10)
      let rising = held60 && worst.avg10 > threshold * 100 && !falling
      return (rising ? .continue : .stop, nil)
    case .memoryReclaim(let patterns, let duration):
      var pgscan = 0
      for index in resolve(patterns) { pgscan += groups[index].pgscan }
      if pgscan > memory.lastPgscan { memory.lastReclaimAt = now }
      memory.lastPgscan = pgscan
      let seconds = (now - memory.lastReclaimAt) / 1_000_000
      return (seconds <= duration ? .continue : .stop, nil)
    case .swapFree(let pct, let bps):
      // The rate is a double there: pages * 4096.0 / interval. It differs from the whole
      // number bps by at least 1 / interval or not at all, so integers decide alike.
      let low = system.swapFree < system.swapTotal * pct / 100
      let busy = swapoutPages * 4096 >= bps * intervalSeconds
      return (low && busy ? .continue : .stop, nil)
    case .memoryAbove(let patterns, let bytes, let anon, let duration):
      var usage = 0
      for index in resolve(patterns) {
        let one = anon ? groups[index].anon ?? 0 : groups[index].current
        if usage < one { usage = one }
      }
      return (held(usage > bytes, duration, &memory), nil)
    case .exists(let patterns, let negate):
      return (resolve(patterns).isEmpty == negate ? .continue : .stop, nil)
    case .killByMemorySizeOrGrowth(let kill, _, _, _), .killBySwapUsage(let kill, _, _),
      .killByPressure(let kill):
      return runKill(plugin, kill)
    case .killByPgScan(let kill):
      // KillPgScan::run: two ticks in a row are needed, the first only collects.
      let hasPrevious = memory.lastCollectedTick == tickNumber - 1
      for index in prerunGroups(kill) {
        tickPgscan[groups[index].path] = groups[index].pgscan
      }
      memory.lastCollectedTick = tickNumber
      return hasPrevious ? runKill(plugin, kill) : (.asyncPaused, nil)
    }
  }

  /// The part that pressure_above, pressure_rising_beyond and memory_above share: whole
  /// seconds since it was first above; not above forgets.
  private func held(_ above: Bool, _ duration: Int, _ memory: inout Memory) -> Outcome {
    if !above {
      memory.hitAt = 0
      return .stop
    }
    if memory.hitAt == 0 { memory.hitAt = now }
    return (now - memory.hitAt) / 1_000_000 >= duration ? .continue : .stop
  }

  /// Of the groups the one with the largest 3 * avg10 + 2 * avg60 + avg300, beginning with
  /// zeros; strictly larger, so of equals the first asked (a hash set there, by path here).
  private func worstPressure(_ patterns: [String]) -> Pressure {
    var worst = Pressure()
    for index in resolve(patterns)
    where Self.weight(groups[index].full) > Self.weight(worst) {
      worst = groups[index].full
    }
    return worst
  }

  /// float arithmetic of the source, kept: two sums that are equal in hundredths may differ.
  private static func weight(_ p: Pressure) -> Float {
    float(p.avg10) * 3 + float(p.avg60) * 2 + float(p.avg300)
  }

  /// stof("12.34"): 1234 and 100 are exact floats and division rounds correctly.
  static func float(_ hundredths: Int) -> Float { Float(hundredths) / 100 }

  // MARK: BaseKillPlugin

  private mutating func runKill(_ plugin: Plugin, _ kill: Kill)
    -> (outcome: Outcome, pause: Int?)
  {
    let success = tryToKillSomething(plugin, kill)
    if !success || kill.alwaysContinue { return (.continue, nil) }
    return (.stop, kill.postActionDelay)
  }

  // tryToKillSomething and resumeTryingToKillSomething: depth first, best first.
  private mutating func tryToKillSomething(_ plugin: Plugin, _ kill: Kill) -> Bool {
    var stack = Array(rank(plugin, resolve(kill.cgroups)).reversed())
    while let candidate = stack.popLast() {
      if kill.recursive && !groups[candidate].oomGroup {
        let below = children(candidate)
        if !below.isEmpty {
          stack += rank(plugin, below).reversed()
          continue
        }
      }
      // Not populated, or no anonymous memory: not worth a try. Whoever was killed
      // earlier in this tick has no processes left here.
      if processesBelow(candidate) == 0 || groups[candidate].anon == 0 { continue }
      if !kill.dry {
        killed.append(candidate)
        empty(candidate)
      }
      return true
    }
    return false
  }
}
