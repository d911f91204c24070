internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// An OOM that ended in a panic.
struct PanicLesson {
  let run: Run
  let panic: Panic
  let scene: OOMScene
  let rules: RulesInForce

  var steps: [Lesson.Step] {
    let numbers = LessonNumbers(pageSize: run.pageSize)
    let opening = LessonOpening(scene: scene, at: panic.at, rules: rules, numbers: numbers)
    var step = Lesson.Step(name: .panic, title: "The panic")
    step.field("panic", "at \(SizeFormat.time(panic.at)): \(panic.text)")
    step.facts = [Lesson.Fact("at_us", panic.at), Lesson.Fact("why", panic.why.rawValue)]
    step.say(
      "A panic stops the machine. It boots again by itself only where kernel.panic is not 0, which it is by default."
    )
    switch panic.why {
    case .panicOnOOM:
      step.say("The sysctl is asked before anybody is looked at: nobody is killed.")
      step.parts += rules.whole(.panicOnOOM)
      return [opening.allocation(), opening.domainStep(), step]
    case .deadlocked:
      step.say("Nobody is left that could be killed, and the machine cannot go on without memory.")
      step.parts += rules.main(.nobody)
      let candidates = LessonCandidates(scene: scene, rules: rules, numbers: numbers)
      return [
        opening.allocation(), opening.domainStep(), opening.totalpages(), candidates.step(), step,
      ]
    }
  }
}

/// A run without an OOM kill: what happened instead.
struct QuietLesson {
  let run: Run
  let scenario: Scenario
  let simulator: Simulator
  let rules: RulesInForce

  private var numbers: LessonNumbers { LessonNumbers(pageSize: run.pageSize) }

  var steps: [Lesson.Step] {
    let steps = run.refused.prefix(3).map(refusal) + run.stuck.prefix(3).map(stuck)
    if !steps.isEmpty { return Array(steps) }
    var step = Lesson.Step(name: .nothing, title: "Nobody was killed")
    let slowed = run.groups.filter { $0.highSleep > 0 }
    for group in slowed.prefix(3) {
      step.say(
        "\(plain(group.path)) was above \(group.highFiles), which slows down and kills nobody: its processes slept "
          + "\(SizeFormat.time(group.highSleep)), added up.")
    }
    let then =
      "'oomsim next' says which process would die if memory, or a group's limit, ended now; 'oomsim score' has the points of all."
    if scenario.events.isEmpty {
      step.say("Nothing happens in this run: it shows how things stand. \(then)")
    } else {
      step.say("There is no OOM in this run, which ends at \(SizeFormat.time(run.end)). \(then)")
    }
    step.parts += slowed.isEmpty ? rules.main(.trigger) : rules.main(.high)
    step.facts = [Lesson.Fact("end_us", run.end)]
    return [step]
  }

  private func refusal(_ refusal: Refusal) -> Lesson.Step {
    var step = Lesson.Step(
      name: .refused, title: "A request that was refused: \(refusal.error), and no kill")
    let name = refusal.process.map(numbers.name) ?? "A tmpfs write"
    step.field("at", SizeFormat.time(refusal.at))
    step.field("asked by", name)
    step.field("wanted", numbers.pages(refusal.pages))
    if let size = refusal.tmpfsSize {
      step.field("size of the tmpfs", numbers.pages(size))
      step.say("The tmpfs is full. Nobody is out of memory: the write fails.")
      step.facts = [
        Lesson.Fact("error", refusal.error), Lesson.Fact("pages", refusal.pages),
        Lesson.Fact("tmpfs_size", size),
      ]
      return step
    }
    step.field("mode", "vm.overcommit_memory \(refusal.mode.rawValue)")
    step.field("CommitLimit", numbers.pages(refusal.commitLimit))
    step.field("Committed_AS", numbers.pages(refusal.committedAS))
    step.field("held against", numbers.pages(refusal.allowed))
    if refusal.mode == .heuristic {
      step.say(
        "One request is held against what there is; what others have asked for does not matter.")
      step.parts += rules.main(.heuristic)
    } else {
      step.say(
        "Committed_AS with the request, \(numbers.pages(refusal.committedAS &+ refusal.pages)), is not below what is "
          + "allowed. Nobody is out of memory: the promise is refused.")
      step.parts += rules.main(.strict) + rules.main(.commitTypes)
    }
    step.facts = [
      Lesson.Fact("at_us", refusal.at), Lesson.Fact("name", refusal.process?.name),
      Lesson.Fact("pages", refusal.pages), Lesson.Fact("commit_limit", refusal.commitLimit),
      Lesson.Fact("committed_as", refusal.committedAS), Lesson.Fact("allowed", refusal.allowed),
    ]
    return step
  }

  private func stuck(_ stuck: Stuck) -> Lesson.Step {
    var step = Lesson.Step(name: .stuck, title: "Somebody stands still, and nobody is killed")
    let name = stuck.process.map(numbers.name) ?? "A tmpfs write"
    step.field("stuck", name)
    step.field("at", SizeFormat.time(stuck.at))
    if let cgroup = stuck.cgroup { step.field("group", plain(cgroup)) }
    step.say("\(name) can never go on: \(stuck.whyText).")
    step.parts += rule(of: stuck)
    if let cgroup = stuck.cgroup {
      let table = simulator.score(valid: scenario, at: stuck.at)
      let members = table.processes.filter {
        $0.cgroup == cgroup || $0.cgroup.hasPrefix(cgroup + "/")
      }
      let reasons = members.prefix(12).map {
        numbers.name($0.identity)
          + ($0.ineligible.map { ": \($0.rawValue)" } ?? ": could be killed")
      }
      step.parts.append(.lines(reasons))
      if members.count > 12 { step.say("and \(members.count - 12) more in the group.") }
    }
    step.facts = [
      Lesson.Fact("at_us", stuck.at), Lesson.Fact("name", stuck.process?.name),
      Lesson.Fact("cgroup", stuck.cgroup), Lesson.Fact("why", stuck.whyText),
    ]
    return step
  }

  private func rule(of stuck: Stuck) -> [Lesson.Part] {
    switch stuck.why {
    case .oomKillDisabled: rules.main(.memcg)
    case .chosenUnkillable: rules.main(.unkillable)
    case .victimStillDying: rules.main(.dying)
    case .noKillableProcess: rules.main(.nobody)
    }
  }
}
