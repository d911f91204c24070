/// One tick of oomd.
struct OomdTick {
  /// What a detector says.
  struct Verdict {
    var isContinue: Bool
    /// What it has held against what.
    var checks: [Ground.Check] = []
    var watched: Int?
    var held: Microseconds?

    static let stop = Verdict(isContinue: false)
    static let proceed = Verdict(isContinue: true)
  }

  /// What an action says. Source: `PluginRet`, src/oomd/engine/BasePlugin.h.
  enum Answer {
    case proceed
    case stop
    /// It goes on at the next tick.
    case asyncPaused
  }

  let state: State
  let engine: OomdEngine
  var memory: OomdMemory
  /// It moves on while oomd waits for processes that it has killed.
  var now: Microseconds
  /// What is killed, in order.
  var grounds: [Ground] = []
  /// The processes that are.
  var spent: Set<Int> = []
  /// What all groups below one have of protection by their own settings, once it is asked for.
  var protectionSums: [Int: Int64] = [:]
  /// The latest time at which something will have lasted for as long as it has to.
  var wakes: Microseconds?
  /// Plugins that have taken a sample at the last tick, and those that do so at this one.
  private var samples: [Bool]
  /// When anything last happened.
  private let changedAt: Microseconds
  /// What was scanned at the last tick of the groups that samples were taken of.
  let scannedBefore: [Int: Int64]

  init(
    _ engine: OomdEngine, _ state: State, _ memory: OomdMemory, changedAt: Microseconds
  ) {
    (self.engine, self.state, self.memory) = (engine, state, memory)
    self.changedAt = changedAt
    now = state.now
    if memory.plugins.count != engine.steps.count {
      self.memory.plugins = engine.steps.map {
        OomdMemory.Plugin(groups: state.groups.groups(of: $0.rule.cgroups))
      }
      self.memory.rulesets = engine.rulesets.map { _ in OomdMemory.Ruleset() }
    }
    samples = self.memory.plugins.map { $0.hasSample }
    scannedBefore = memory.scanned
    for index in self.memory.plugins.indices { self.memory.plugins[index].hasSample = false }
    self.memory.scanned = [:]
    state.ledger.effort.add(self.memory.plugins.reduce(0) { $0 + $1.groups.count })
    followAverages()
  }

  /// Whether a plugin has taken a sample at the last tick.
  func hadSample(_ step: OomdEngine.Step) -> Bool { samples[step.number] }

  /// Says that time alone may make a difference then.
  mutating func wake(at time: Microseconds) {
    if time > state.now { wakes = max(wakes ?? time, time) }
  }

  // MARK: Rulesets

  /// All detectors are asked, for what they remember; the first group that fires is what the actions are done for.
  ///
  /// Source: `Ruleset::runOnceImpl()` and `DetectorGroup::check()`.
  mutating func run(_ ruleset: OomdEngine.Ruleset, _ number: Int) {
    var fired: Ground?
    for group in ruleset.groups {
      var ground = Ground(.kill, [])
      ground.rule = Ground.Rule(ruleset: ruleset.name, detectorGroup: group.name, plugin: "")
      var isFiring = true
      for detector in group.detectors {
        let verdict = detect(detector)
        isFiring = isFiring && verdict.isContinue
        ground.add(verdict, state)
      }
      if isFiring, fired == nil { fired = ground }
    }
    if let pause = memory.rulesets[number].pause, now < pause.until {
      // Where nothing has happened since, the actions would come to what they came to before.
      if changedAt >= pause.since { wake(at: pause.until) }
      return
    }
    memory.rulesets[number].pause = nil
    if let waiting = memory.rulesets[number].waiting {
      memory.rulesets[number].waiting = nil
      return act(ruleset, number, from: waiting.action, waiting.ground)
    }
    if let fired { act(ruleset, number, from: 0, fired) }
  }

  /// Source: `Ruleset::run_action_chain()`.
  private mutating func act(
    _ ruleset: OomdEngine.Ruleset, _ number: Int, from first: Int, _ ground: Ground
  ) {
    for index in ruleset.actions.indices[first...] {
      let action = ruleset.actions[index]
      var delay = ruleset.postActionDelay
      let answer: Answer
      if case .kill(let kill) = action.rule {
        answer = run(kill, action, ground)
        delay = kill.postActionDelay.map { .seconds($0) } ?? delay
      } else {
        answer = detect(action).isContinue ? .proceed : .stop
      }
      switch answer {
      case .proceed: continue
      case .stop:
        memory.rulesets[number].pause = OomdMemory.Pause(since: state.now, until: now + delay)
        return
      case .asyncPaused:
        memory.rulesets[number].waiting = OomdMemory.Waiting(action: index, ground: ground)
        return wake(at: now + engine.interval)
      }
    }
  }

  private mutating func detect(_ step: OomdEngine.Step) -> Verdict {
    switch step.rule {
    case .pressureAbove(_, let threshold, let duration):
      pressureAbove(step, threshold, duration)
    case .pressureRisingBeyond(_, let threshold, let duration, let ratio):
      pressureRisingBeyond(step, threshold, duration, ratio)
    case .memoryReclaim(_, let duration): memoryReclaim(step, duration)
    case .memoryAbove(_, let threshold, let isAnon, let duration):
      memoryAbove(step, threshold, isAnon: isAnon, duration)
    case .swapFree(let threshold): swapFree(threshold)
    case .swapAboveMemoryMax(_, let threshold): swapAboveMemoryMax(step, threshold)
    case .exists(_, let isNegated): exists(step, isNegated: isNegated)
    case .nrDyingDescendants(_, let isAtMost): nrDyingDescendants(step, isAtMost: isAtMost)
    case .proceed: .proceed
    case .stop, .kill: .stop
    }
  }

  // MARK: What detectors and actions share

  func groups(of step: OomdEngine.Step) -> [Int] { memory.plugins[step.number].groups }

  /// Whether a condition holds and has done so for as long as it has to, in whole seconds; one that does not is forgotten.
  ///
  /// - Returns: since when; nil where that is not long enough.
  mutating func hold(
    _ step: OomdEngine.Step, if isAbove: Bool, _ duration: Int64
  ) -> Microseconds? {
    if !isAbove {
      memory.plugins[step.number].above = nil
      return nil
    }
    let since = memory.plugins[step.number].above?.since ?? now
    memory.plugins[step.number].above = OomdMemory.Hold(
      since: since, lasts: .seconds(max(duration, 0)))
    if now - since >= .seconds(duration) { return since }
    wake(at: since + .seconds(duration))
    return nil
  }

  /// Of groups that with most stall: 10 s count more than 60 s, and those more than 300 s.
  func mostPressed(_ groups: [Int]) -> (group: Int, full: PSIAverages)? {
    var most: (group: Int, full: PSIAverages)?
    var best: Int64 = 0
    for group in groups {
      guard let full = state.pressures.groups[group]?.full else { continue }
      let weight = full.avg10 * 3 + full.avg60 * 2 + full.avg300
      if weight > best { (most, best) = ((group, full), weight) }
    }
    return most
  }

  /// Says what is over with this tick.
  mutating func end() {
    if memory.rulesets.contains(where: { $0.waiting != nil }) { wake(at: now + engine.interval) }
  }
}

extension Ground {
  fileprivate mutating func add(_ verdict: OomdTick.Verdict, _ state: State) {
    let path = verdict.watched.map { state.groups.paths[$0] }
    if checks.isEmpty {
      checks = verdict.checks
      (watched, held) = (path, verdict.held)
      return
    }
    for var check in verdict.checks {
      if let path, path != watched { check.what += " of \(path)" }
      checks.append(check)
    }
    if let other = verdict.held { held = min(held ?? other, other) }
  }
}
