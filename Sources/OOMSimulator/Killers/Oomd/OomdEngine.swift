// Meta's oomd: its own configuration says at what it looks, and by what it chooses the group all of which is killed.
//
// Exact: the clock, rulesets, groups of detectors, pauses, every plugin's comparison in the types that it has, and the
// order of groups. oomd starts with the scenario, so that its averages begin at 0 and its first tick comes after one
// interval. Modelled: pages scanned (`State.pgscan`), and that groups which stall, or one above or below them, are
// scanned; all that a tick reads is of its instant; groups exist from the start to the end. Of equal groups the first by
// path is taken, where oomd has no order.
//
// Source: `Oomd::run()`, src/oomd/Oomd.cpp; `Engine::runOnce()`, src/oomd/engine/Engine.cpp; src/oomd/engine/Ruleset.cpp.

/// What oomd does by its configuration.
struct OomdEngine: Sendable {
  /// A plugin with its place in the configuration.
  struct Step: Sendable {
    let name: String
    let rule: Oomd.Rule
    /// Of its memory.
    let number: Int
  }

  struct DetectorGroup: Sendable {
    let name: String
    let detectors: [Step]
  }

  struct Ruleset: Sendable {
    let name: String
    let groups: [DetectorGroup]
    let actions: [Step]
    let postActionDelay: Microseconds
  }

  let interval: Microseconds
  let rulesets: [Ruleset]
  /// Every plugin, by its number.
  let steps: [Step]

  /// What cannot be is refused before (`Scenario.problems()`).
  init(_ configuration: Oomd.Configuration) {
    interval = .seconds(configuration.interval ?? Oomd.usualInterval)
    var steps: [Step] = []
    func step(_ plugin: Oomd.Plugin) -> Step {
      let step = Step(name: plugin.name, rule: plugin.rule ?? .stop, number: steps.count)
      steps.append(step)
      return step
    }
    var rulesets: [Ruleset] = []
    for ruleset in configuration.effectiveRulesets {
      let groups = ruleset.detectors.map {
        DetectorGroup(name: $0.name, detectors: $0.detectors.map { step($0) })
      }
      rulesets.append(
        Ruleset(
          name: ruleset.name, groups: groups, actions: ruleset.actions.map { step($0) },
          postActionDelay: .seconds(ruleset.postActionDelay ?? Oomd.usualPostActionDelay)))
    }
    self.rulesets = rulesets
    self.steps = steps
  }

  /// What it remembers before its first tick.
  var memory: KillerMemory {
    var memory = KillerMemory()
    memory.clocks = [KillerMemory.Clock(next: interval, interval: interval)]
    memory.oomd.nextTick = interval
    // Though nothing may happen until then.
    memory.actsUntil = interval
    return memory
  }

  func look(_ state: inout State, _ killer: inout Killer) -> Decision {
    let (grounds, busy, wakes) = tick(
      state, &killer.memory.oomd, changedAt: killer.memory.changedAt)
    killer.memory.clocks[0].wind(state.now, busy + interval)
    killer.memory.oomd.nextTick = killer.memory.clocks[0].next
    killer.memory.actsUntil = wakes
    killer.nextLook = killer.memory.clocks[0].next
    var choices: [Choice] = []
    var spent: Set<Int> = []
    for ground in grounds {
      guard let choice = state.choice(ground, besides: spent) else { continue }
      spent.formUnion(choice.dead.map { $0.row })
      choices.append(choice)
    }
    guard var first = choices.first else { return .noVictim }
    first.others = Array(choices.dropFirst())
    return .kill(first)
  }

  /// One tick, in which no memory of the state changes.
  ///
  /// - Returns: what was killed, how long that took, and until when time alone may make it act.
  private func tick(
    _ state: State, _ memory: inout OomdMemory, changedAt: Microseconds
  ) -> (grounds: [Ground], busy: Microseconds, wakes: Microseconds?) {
    var tick = OomdTick(self, state, memory, changedAt: changedAt)
    for (number, ruleset) in rulesets.enumerated() { tick.run(ruleset, number) }
    tick.end()
    memory = tick.memory
    return (tick.grounds, tick.now - state.now, tick.wakes)
  }
}
